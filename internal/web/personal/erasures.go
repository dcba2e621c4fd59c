package personal

import (
	"net/http"
	"strconv"

	"tereze/internal/gate"
	"tereze/internal/privacy"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

func erasuresURL(v gate.Visit) string { return consoleURL(v) + "/erasures" }

// Erasures is GET /{portal}/console/data/erasures?before=: whose data are gone, by ids that open to nothing.
func (s *Personal) Erasures(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	before, err := s.before(r)
	if err != nil {
		return err
	}
	all, err := s.Privacy.Erasures(r.Context(), v.Actor, before, rowsAPage+1)
	if err != nil {
		return err
	}
	list := part{}
	if len(all) > rowsAPage {
		all = all[:rowsAPage]
		list.Pages.Next = erasuresURL(v) + "?before=" + s.Opaque.Of(all[rowsAPage-1].User)
	}
	if len(all) == 0 {
		list.Empty = &design.EmptyState{Title: s.Say(v, "personal.erasures.none"), Text: s.Say(v, "personal.erasures.none_text")}
	} else {
		list.Table = &design.Table{ID: "erasures", Caption: s.Say(v, "personal.erasures.title"), Hidden: true, Header: true}
		for _, column := range []string{"number", "deleted", "erased", "clause"} {
			list.Table.Columns = append(list.Table.Columns, design.Column{Text: s.Say(v, "personal."+column)})
		}
		for _, e := range all {
			cite, number := s.Cite(v, e.Cite), s.Opaque.Of(e.User)
			list.Table.Rows = append(list.Table.Rows, design.Row{Cells: []design.Cell{
				{Text: number, URL: erasuresURL(v) + "/" + number}, {Text: s.Instant(v, e.DeletedAt)}, {Text: s.Instant(v, e.ErasedAt)}, {Text: cite.Text, URL: cite.URL},
			}})
		}
		list.Export = design.Link{Text: s.Say(v, "personal.csv"), URL: erasuresURL(v) + ".csv"}
	}
	out := view{Heading: design.Heading{Text: s.Say(v, "personal.erasures.title"), Lead: s.Say(v, "personal.erasures.lead")}, Parts: []part{list}}
	return s.show(w, r, v, out, s.staffTrail(v), nil)
}

// ErasuresCSV is GET /{portal}/console/data/erasures.csv, whole.
func (s *Personal) ErasuresCSV(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	all, err := s.Privacy.Erasures(r.Context(), v.Actor, 0, rowsAView)
	if err != nil {
		return err
	}
	var head []string
	for _, key := range []string{"number", "deleted", "due", "erased", "tables", "rows", "entries", "clause"} {
		head = append(head, s.Say(v, "personal."+key))
	}
	out := frame.AttachCSV(w, "erasures.csv", head...)
	for {
		for _, e := range all {
			out.Row(s.Opaque.Of(e.User), s.stamp(v, e.DeletedAt), s.stamp(v, e.DueAt), s.stamp(v, e.ErasedAt),
				strconv.Itoa(e.Tables), strconv.FormatInt(e.Rows, 10), strconv.FormatInt(e.Entries, 10), e.Cite.String())
		}
		if !out.Flush() || len(all) < rowsAView {
			return nil
		}
		if all, err = s.Privacy.Erasures(r.Context(), v.Actor, all[len(all)-1].User, rowsAView); err != nil {
			panic(http.ErrAbortHandler) // a list that ends early must not look whole
		}
	}
}

// Erasure is GET /{portal}/console/data/erasures/{user}: the certificate, to be printed.
func (s *Personal) Erasure(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	id, err := s.id(r, "user")
	if err != nil {
		return err
	}
	e, err := s.Privacy.Erasure(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	out := view{Heading: design.Heading{Text: s.Say(v, "personal.certificate.title"), Lead: s.Say(v, "personal.certificate.lead")}, Parts: []part{{Facts: s.certificate(v, e)}}}
	return s.show(w, r, v, out, s.staffTrail(v, design.Link{Text: s.Say(v, "personal.erasures.title"), URL: erasuresURL(v)}), nil)
}

func (s *Personal) certificate(v gate.Visit, e privacy.Erasure) *design.SummaryList {
	var l facts
	l.add(s.Say(v, "personal.number"), s.Opaque.Of(e.User))
	l.add(s.Say(v, "personal.deleted"), s.Instant(v, e.DeletedAt))
	l.add(s.Say(v, "personal.due"), s.Instant(v, e.DueAt))
	l.add(s.Say(v, "personal.erased"), s.Instant(v, e.ErasedAt))
	l.draw(s.Say(v, "personal.clause"), design.Citation(s.Cite(v, e.Cite)))
	l.add(s.Say(v, "personal.tables"), strconv.Itoa(e.Tables))
	l.add(s.Say(v, "personal.rows"), strconv.FormatInt(e.Rows, 10))
	l.add(s.Say(v, "personal.entries"), strconv.FormatInt(e.Entries, 10))
	l.add(s.Say(v, "personal.entry"), strconv.FormatInt(int64(e.Entry), 10))
	return &l.SummaryList
}
