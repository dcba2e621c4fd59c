package cabinet

import (
	"context"
	"net/http"

	"tereze/internal/evidence"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
)

// looksView is the register of who looked at the person's data, and why.
type looksView struct {
	Heading design.Heading
	Table   *design.Table
	None    design.EmptyState // instead of the table
	Pages   design.Pagination
	Export  design.Link // as a table to keep
}

func looksURL(v gate.Visit) string { return home(v) + "/looks" }

// Looks is GET /{portal}/cabinet/looks. It stands open to whoever has signed in, bound or not: to know
// who saw one's data depends on no acceptance.
func (s *Cabinet) Looks(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	before, err := s.before(r)
	if err != nil {
		return err
	}
	entries, err := s.looks(r.Context(), v, before)
	if err != nil {
		return err
	}
	view := looksView{
		Heading: design.Heading{Text: s.Say(v, "cabinet.looks.title"), Lead: s.Say(v, "cabinet.looks.lead")},
		None: design.EmptyState{
			Title: s.Say(v, "cabinet.looks.none"), Text: s.Say(v, "cabinet.looks.none_text"),
			Act: design.Link{Text: s.Say(v, "cabinet.activity.title"), URL: activityURL(v)},
		},
	}
	if before != 0 {
		view.Pages.Previous = looksURL(v)
	}
	if len(entries) > eventsAPage {
		entries = entries[:eventsAPage]
		view.Pages.Next = looksURL(v) + "?before=" + s.Opaque.Of(entries[eventsAPage-1].ID)
	}
	if len(entries) > 0 {
		view.Export = design.Link{Text: s.Say(v, "standing.csv"), URL: looksURL(v) + ".csv"}
		if view.Table, err = s.looksTable(r.Context(), v, entries); err != nil {
			return err
		}
	}
	return s.Write(w, r, http.StatusOK, s.page(r, v, view.Heading.Text), view.page())
}

func (s *Cabinet) looks(ctx context.Context, v gate.Visit, before identity.ID) (out []evidence.Entry, err error) {
	err = s.View(ctx, func(tx EvidenceTx) error {
		out, err = tx.EvidenceActs(ctx, v.Actor.User, "account.look", before, eventsAPage+1)
		return err
	})
	return out, err
}

func (s *Cabinet) looksTable(ctx context.Context, v gate.Visit, entries []evidence.Entry) (*design.Table, error) {
	staff, err := s.staff(ctx, v, entries)
	if err != nil {
		return nil, err
	}
	t := &design.Table{ID: "looks", Caption: s.Say(v, "cabinet.looks.title"), Hidden: true, Header: true, Columns: []design.Column{
		{Text: s.Say(v, "cabinet.column.when")}, {Text: s.Say(v, "cabinet.column.who")}, {Text: s.Say(v, "cabinet.looks.reason")}, {Text: s.Say(v, "cabinet.column.clause")}, {Text: s.Say(v, "cabinet.column.receipt")},
	}}
	for _, e := range entries {
		t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{
			{Text: s.Instant(v, e.At)}, {Text: s.by(v, e, staff)}, {Text: s.Say(v, "cabinet.reason."+e.Detail["reason"])}, {Text: dash(s.Cite(v, e.Citation).Text), URL: s.Cite(v, e.Citation).URL},
			{Text: s.Say(v, "cabinet.receipt.link"), URL: s.receiptURL(v, e.ID)},
		}})
	}
	return t, nil
}
