package cabinet

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"
	"time"

	"tereze/internal/gate"
	"tereze/internal/identity"
)

// entriesAView is how many entries one view of the database reads for an export.
const entriesAView = 500

// ActivityCSV is the whole activity as a table to keep.
func (s *Cabinet) ActivityCSV(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	if err := signedIn(v); err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString("\ufeff") // spreadsheets take a file without it for the code page of the country
	out := csv.NewWriter(&b)
	out.UseCRLF = true // RFC 4180 §2
	var head []string
	for _, key := range []string{"when", "act", "detail", "who", "clause", "program", "receipt"} {
		head = append(head, s.Say(v, "cabinet.column."+key))
	}
	if err := out.Write(head); err != nil {
		return err
	}
	for before := identity.ID(0); ; {
		entries, err := s.entries(r.Context(), v, before, entriesAView)
		if err != nil {
			return err
		}
		staff, err := s.staff(r.Context(), v, entries)
		if err != nil {
			return err
		}
		for _, e := range entries {
			before = e.ID
			err := out.Write([]string{
				e.At.In(s.Portal(v).Zone).Format(time.RFC3339), harmless(s.act(v, e)), harmless(s.detail(v, e)),
				harmless(s.by(v, e, staff)), harmless(s.cited(v, e.Citation)), harmless(e.Detail["agent"]), s.receiptURL(v, e.ID),
			})
			if err != nil {
				return err
			}
		}
		if len(entries) < entriesAView {
			break
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return err
	}
	return attach(w, "text/csv; charset=utf-8", "activity.csv", b.Bytes())
}

// harmless keeps a spreadsheet from taking a cell for a formula: a browser may say of itself what it
// likes, and so may whoever chooses a sign-in name.
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
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
