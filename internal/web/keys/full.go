package keys

import (
	"context"
	"net/http"
	"slices"

	"tereze/internal/account"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/signing"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

func fullURL(v gate.Visit) string { return home(v) + "/cabinet/full-registration" }

// Full is GET /{portal}/cabinet/full-registration: what full registration is, whether it is done, and the
// signature that does it (ismet 5.2).
func (s *Keys) Full(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showFull(w, r, v, nil)
}

// FullDocument is GET /{portal}/cabinet/full-registration/statement.xml.
func (s *Keys) FullDocument(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.Document(w, r, v, signing.Bind, s.browser(v, s.Token(r, v.Actor.Portal)))
}

// FullPost binds the number of whom the key stands for.
func (s *Keys) FullPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	to, err := s.bindFull(r, v)
	if err != nil {
		return s.showFull(w, r, v, err)
	}
	return frame.SeeOther(w, r, to)
}

// bindFull takes the answer and says where its success is told.
func (s *Keys) bindFull(r *http.Request, v gate.Visit) (to string, err error) {
	key, serve, err := s.Take(r, v, signing.Bind, s.browser(v, s.Token(r, v.Actor.Portal)))
	if err != nil {
		return "", err
	}
	to = s.boundURL(r, v)
	return to, s.Accounts.Bind(r.Context(), v.Actor, key, serve)
}

// FullPhone is GET /{portal}/cabinet/full-registration/phone.
func (s *Keys) FullPhone(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	p, err := s.fullPhoning(r, v)
	if err != nil {
		return err
	}
	if p.Ask.Purpose == "" {
		return frame.SeeOther(w, r, p.Back)
	}
	return s.ShowPhone(w, r, v, p)
}

// FullPhonePost is POST /{portal}/cabinet/full-registration/phone.
func (s *Keys) FullPhonePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	p, err := s.fullPhoning(r, v)
	if err != nil {
		return err
	}
	if p.Ask.Purpose == "" {
		return frame.SeeOther(w, r, p.Back)
	}
	return s.TakePhone(w, r, v, p, func() (string, error) { return s.bindFull(r, v) })
}

// fullPhoning asks for nothing where the registration is full. Refusal: Absent where there is none.
func (s *Keys) fullPhoning(r *http.Request, v gate.Visit) (frame.Phoning, error) {
	_, cite, bound, ok, err := s.Accounts.FullRegistration(r.Context(), v.Actor)
	switch {
	case err != nil:
		return frame.Phoning{}, err
	case !ok:
		return frame.Phoning{}, fault.New(fault.Absent, "gate.no_page")
	}
	p := frame.Phoning{Of: s.Say(v, "keys.full.title"), Back: fullURL(v), Cite: s.Cite(v, cite)}
	switch {
	case bound == nil:
		p.Ask = s.askFull(r, v)
	case r.URL.Query().Get("another") != "":
		p.Of, p.Back, p.Ask = s.Say(v, "keys.another"), anotherURL(v), s.askFull(r, v)
		p.Ask.IIN = bound.IIN
	}
	return p, nil
}

func (s *Keys) askFull(r *http.Request, v gate.Visit) signing.Ask {
	return signing.Ask{
		Purpose: signing.Bind, Browser: s.browser(v, s.Token(r, v.Actor.Portal)),
		Fields: frame.Stated(map[string]string{"user": s.Opaque.Of(v.Actor.User), "name": v.Actor.Shown}),
	}
}

// boundURL is where a signature leads, said before it is taken: to what is bound by it, or, from a further one, to
// the organisations the person belongs to.
func (s *Keys) boundURL(r *http.Request, v gate.Visit) string {
	if _, _, bound, _, err := s.Accounts.FullRegistration(r.Context(), v.Actor); err == nil && bound != nil {
		return home(v) + "/cabinet/organisations"
	}
	return fullURL(v) + "?done=1"
}

func (s *Keys) showFull(w http.ResponseWriter, r *http.Request, v gate.Visit, refused error) error {
	rule, cite, bound, ok, err := s.Accounts.FullRegistration(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.Absent, "gate.no_page")
	}
	view := signView{
		Title: s.Say(v, "keys.full.title"), Cite: s.Cite(v, cite),
		Next: design.Link{Text: s.Say(v, "keys.full.cabinet"), URL: home(v) + "/cabinet"},
	}
	another := bound != nil && r.URL.Query().Get("another") != ""
	if bound != nil && !another {
		view.Ways = s.ways(v, *rule, true)
		view.Lead = s.Say(v, "keys.full.done")
		view.Facts.Rows = s.party(v, *bound)
		if r.URL.Query().Get("done") != "" {
			view.Success = &design.NotificationBanner{Heading: s.Say(v, "keys.full.thanks"), Success: true}
		}
		return s.show(w, r, v, view, nil, "", refused)
	}
	view.Lead, view.Told, view.Ways = s.Say(v, "keys.full.lead"), s.Say(v, "keys.full.who"), s.ways(v, *rule, false)
	ask, place := s.askFull(r, v), fullURL(v)
	if another {
		place = anotherURL(v)
		view.Title, view.Lead, view.Ways, ask.IIN = s.Say(v, "keys.another"), s.Say(v, "keys.another.lead"), nil, bound.IIN
	}
	return s.show(w, r, v, view, &ask, place, refused)
}

// anotherURL is where a further key of somebody who is registered fully is shown.
func anotherURL(v gate.Visit) string { return fullURL(v) + "?another=1" }

// ways are in which other names somebody can act here: by the key of an organisation, or as a sole trader.
func (s *Keys) ways(v gate.Visit, rule account.FullRegistration, full bool) (links []design.Link) {
	if full && slices.Contains(rule.Parties, "legal_entity") {
		links = append(links, design.Link{Text: s.Say(v, "keys.another"), URL: anotherURL(v)})
	}
	if slices.Contains(rule.Parties, account.SoleTrader) {
		links = append(links, design.Link{Text: s.Say(v, "keys.trade.title"), URL: tradeURL(v)})
	}
	return links
}

// party is whose data are bound.
func (s *Keys) party(v gate.Visit, b account.Binding) []design.SummaryRow {
	rows := []design.SummaryRow{{Key: s.Say(v, "keys.full.party"), Value: s.Say(v, "keys.party."+b.Party)}}
	add := func(key, value string) {
		if value != "" {
			rows = append(rows, design.SummaryRow{Key: s.Say(v, key), Value: value})
		}
	}
	add("keys.full.organisation", b.Organisation)
	add("keys.full.bin", b.BIN)
	add("keys.full.iin", b.IIN)
	add("keys.full.at", s.Instant(v, b.BoundAt))
	return rows
}

// Reminder tells a potential user in the cabinet what they are, and where they become a user.
func (s *Keys) Reminder(ctx context.Context, _ *http.Request, v gate.Visit) (*design.NotificationBanner, error) {
	potential, cite, err := s.Accounts.Potential(ctx, v.Actor)
	if err != nil || !potential {
		return nil, err
	}
	return &design.NotificationBanner{
		Heading: s.Say(v, "keys.potential"), More: design.Link{Text: s.Say(v, "keys.full.title"), URL: fullURL(v)},
		Text: s.Say(v, "keys.potential.text", "clause", cite.Clause),
	}, nil
}
