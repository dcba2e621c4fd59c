package passkeys

import (
	"net/http"

	"tereze/internal/account"
	"tereze/internal/gate"
	"tereze/internal/web/design"
)

// listView is a person's passkeys and what they are asked for.
type listView struct {
	Done        *design.NotificationBanner
	Heading     design.Heading
	Use         string // what a passkey does on this portal
	Cite        design.Link
	Here        design.InsetText // why none can be added here; empty: one can
	Keys        []design.SummaryList
	None        *design.EmptyState
	Add         *design.ButtonLink
	Second      string // heading
	SecondState string
	SecondLink  *design.ButtonLink
	Lost        string
}

// List is GET /{portal}/cabinet/passkeys. Nobody has more than a handful, so that it has one page.
func (s *Passkeys) List(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	keys, second, err := s.Accounts.MyPasskeys(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	view := listView{
		Heading: design.Heading{Text: s.Say(v, "passkeys.title"), Lead: s.Say(v, "passkeys.lead")},
		Second:  s.Say(v, "passkeys.second.title"), SecondState: s.Say(v, "passkeys.second.off"), Lost: s.Say(v, "passkeys.lost"),
	}
	if done := r.URL.Query().Get("done"); s.Words.Has(v.Actor.Language, "passkeys.done."+done) {
		view.Done = &design.NotificationBanner{Heading: s.Say(v, "passkeys.done."+done), Success: true}
	}
	first, cite := s.Accounts.PasskeyFirst(v.Actor.Portal)
	view.Use = s.Say(v, "passkeys.use.second")
	if first {
		view.Use = s.Say(v, "passkeys.use.first")
	}
	view.Cite = s.Cite(v, cite)
	add := design.Link{Text: s.Say(v, "passkeys.add.title"), URL: listURL(v) + "/add"}
	if _, ok := s.PasskeySite(r, v); !ok {
		view.Here, add = design.InsetText{Text: s.Say(v, "passkeys.elsewhere")}, design.Link{}
	}
	working := 0
	if len(keys) == 0 {
		view.None = &design.EmptyState{Title: s.Say(v, "passkeys.none"), Text: s.Say(v, "passkeys.none_text"), Act: add}
	} else {
		view.Keys, working = s.cards(v, keys)
		if add.URL != "" {
			view.Add = &design.ButtonLink{Text: add.Text, URL: add.URL}
		}
	}
	if second {
		view.SecondState = s.Say(v, "passkeys.second.on")
	}
	if second || working > 0 {
		text := s.Say(v, "passkeys.second.turn_on")
		if second {
			text = s.Say(v, "passkeys.second.turn_off")
		}
		view.SecondLink = &design.ButtonLink{Text: text, URL: listURL(v) + "/second", Look: design.Secondary}
	}
	return s.Write(w, r, http.StatusOK, s.page(r, v, view.Heading.Text), view.page())
}

// cards show passkeys one below the other, and count those that work.
func (s *Passkeys) cards(v gate.Visit, keys []account.MyPasskey) (cards []design.SummaryList, working int) {
	for _, p := range keys {
		used, state := s.Say(v, "passkeys.never"), design.Tag{Text: s.Say(v, "passkeys.state.works"), Colour: design.TagGood}
		if !p.UsedAt.IsZero() {
			used = s.Instant(v, p.UsedAt)
		}
		switch {
		case !p.ClonedAt.IsZero():
			state = design.Tag{Text: s.Say(v, "passkeys.state.copied"), Colour: design.TagBad}
		case p.Stopped:
			state = design.Tag{Text: s.Say(v, "passkeys.state.stopped"), Colour: design.TagBad}
		default:
			working++
		}
		at := listURL(v) + "/" + s.Opaque.Of(p.ID)
		cards = append(cards, design.SummaryList{
			Title: p.Name, Act: design.Link{Text: s.Say(v, "passkeys.remove.link"), URL: at + "/remove"},
			Rows: []design.SummaryRow{
				{Key: s.Say(v, "passkeys.row.name"), Value: p.Name, Change: design.Link{Text: s.Say(v, "passkeys.rename.link"), URL: at}, About: p.Name},
				{Key: s.Say(v, "passkeys.row.state"), Body: state},
				{Key: s.Say(v, "passkeys.row.added"), Value: s.Instant(v, p.AddedAt)},
				{Key: s.Say(v, "passkeys.row.used"), Value: used},
			},
		})
	}
	return cards, working
}
