package cabinet

import (
	"net/http"
	"strconv"

	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/frame"
)

// entriesAView is how many entries one view of the database reads for an export.
const entriesAView = 500

// ActivityCSV is the whole activity as a table to keep.
func (s *Cabinet) ActivityCSV(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	if err := signedIn(v); err != nil {
		return err
	}
	entries, err := s.entries(r.Context(), v, 0, entriesAView)
	if err != nil {
		return err
	}
	var head []string
	for _, key := range []string{"when", "act", "detail", "who", "clause", "program", "receipt"} {
		head = append(head, s.Say(v, "cabinet.column."+key))
	}
	out := frame.AttachCSV(w, "activity.csv", head...)
	for {
		staff, err := s.staff(r.Context(), v, entries)
		if err != nil {
			panic(http.ErrAbortHandler) // a list that ends early must not look whole
		}
		for _, e := range entries {
			out.Row(s.Stamp(v, e.At), s.act(v, e), s.detail(v, e),
				s.by(v, e, staff), s.cited(v, e.Citation), e.Detail["agent"], s.receiptURL(v, e.ID))
		}
		if !out.Flush() || len(entries) < entriesAView {
			return nil
		}
		if entries, err = s.entries(r.Context(), v, entries[len(entries)-1].ID, entriesAView); err != nil {
			panic(http.ErrAbortHandler)
		}
	}
}

// attach sends a file to be kept. It is the person's own, so no cache keeps it.
func attach(w http.ResponseWriter, kind, name string, body []byte) error {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // the person has left; the answer was right
	return nil
}
