package cabinet

import (
	"context"
	"net/http"
	"time"

	"tereze/internal/evidence"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
)

type activityView struct {
	Title    string
	Lead     string
	Fresh    []freshView
	Timeline design.Timeline
	None     design.EmptyState // instead of the timeline
	Pages    design.Pagination
	Export   design.Link
	Looks    design.Link
	Cases    design.Link
}

// eventsAPage is how much a person reads at once.
const eventsAPage = 20

// Activity is all that was done by the person or to their data, newest first, with its receipts.
func (s *Cabinet) Activity(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	if err := signedIn(v); err != nil {
		return err
	}
	before, err := s.before(r)
	if err != nil {
		return err
	}
	entries, err := s.entries(r.Context(), v, before, eventsAPage+1)
	if err != nil {
		return err
	}
	view := activityView{
		Title: s.Say(v, "cabinet.activity.title"), Lead: s.Say(v, "cabinet.activity.lead"),
		Export: design.Link{Text: s.Say(v, "cabinet.activity.export"), URL: activityURL(v) + ".csv"},
		Looks:  design.Link{Text: s.Say(v, "cabinet.looks.title"), URL: looksURL(v)},
		Cases:  design.Link{Text: s.Say(v, "cabinet.cases.title"), URL: casesURL(v)},
		None: design.EmptyState{
			Title: s.Say(v, "cabinet.activity.none"), Text: s.Say(v, "cabinet.activity.none_text"),
			Act: design.Link{Text: s.Say(v, "cabinet.activity.newest"), URL: activityURL(v)},
		},
	}
	if before != 0 {
		view.Pages.Previous = activityURL(v) // a list that grows at its head has no page before but its first
	}
	if len(entries) > eventsAPage {
		entries = entries[:eventsAPage]
		view.Pages.Next = activityURL(v) + "?before=" + s.Opaque.Of(entries[eventsAPage-1].ID)
	}
	events, err := s.events(r.Context(), v, entries)
	if err != nil {
		return err
	}
	view.Timeline = design.Timeline{Label: view.Title, Events: events}
	if view.Fresh, err = s.fresh(r, v); err != nil {
		return err
	}
	return s.Write(w, r, http.StatusOK, s.page(r, v, view.Title), view.page())
}

// before reads behind which entry the page begins. Refusal: Absent for an address that is not ours.
func (s *Cabinet) before(r *http.Request) (identity.ID, error) {
	mark := r.URL.Query().Get("before")
	if mark == "" {
		return 0, nil
	}
	id, err := s.Opaque.ID(mark)
	if err != nil {
		return 0, absent()
	}
	return id, nil
}

func (s *Cabinet) entries(ctx context.Context, v gate.Visit, before identity.ID, limit int) (out []evidence.Entry, err error) {
	err = s.View(ctx, func(tx EvidenceTx) error {
		out, err = tx.EvidenceOf(ctx, v.Actor.User, before, limit)
		return err
	})
	return out, err
}

func (s *Cabinet) events(ctx context.Context, v gate.Visit, entries []evidence.Entry) ([]design.Event, error) {
	staff, err := s.staff(ctx, v, entries)
	if err != nil {
		return nil, err
	}
	events := make([]design.Event, 0, len(entries))
	for _, e := range entries {
		title := s.act(v, e)
		events = append(events, design.Event{
			When: s.Instant(v, e.At), At: e.At.UTC().Format(time.RFC3339), Title: title,
			Text: s.detail(v, e), By: s.by(v, e, staff), Cite: s.Cite(v, e.Citation),
			Body: s.receiptLink(v, e.ID, title),
		})
	}
	return events, nil
}

func (s *Cabinet) receiptLink(v gate.Visit, entry identity.ID, about string) design.Component {
	return receiptLink{Link: design.Link{Text: s.Say(v, "cabinet.receipt.link"), URL: s.receiptURL(v, entry)}, About: about}.view()
}

// receiptLink leads from an event to its receipt.
type receiptLink struct {
	design.Link
	About string // what the receipt is of, for those who hear the links one by one
}
