package notices

import (
	"net/http"
	"slices"

	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/notify"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// choicesView is a form of kinds, each with its channels.
type choicesView struct {
	Errors   []design.FieldError
	Done     *design.NotificationBanner
	Heading  design.Heading
	Prices   []frame.Price
	Groups   []group
	Fields   []design.Component
	Button   design.Button
	Cancel   design.Link
	Link     design.Link
	Browsers design.Link // where pop-ups are asked for, while no browser shows them
}

// group is one kind: what can be chosen of it, and why some of it cannot.
type group struct {
	Boxes design.Checkboxes
	Title string // where there is nothing to choose
	Notes []string
	Cite  design.Link
}

func choice(kind notify.Kind, channel notify.Channel) string {
	return string(kind) + "-" + string(channel)
}

// Preferences is GET /{portal}/cabinet/inbox/preferences: which kinds of notice come by which channels.
func (s *Notices) Preferences(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showPreferences(w, r, v, nil)
}

// PreferencesPost is POST of the same address.
func (s *Notices) PreferencesPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	language := r.PostFormValue("language")
	if !slices.Contains(s.Spoken(v.Actor.Portal), language) {
		return absent()
	}
	err := s.Notices.Prefer(r.Context(), v.Actor, func(kind notify.Kind, channel notify.Channel) bool {
		return slices.Contains(r.PostForm["want"], choice(kind, channel))
	})
	if err == nil && language != v.Actor.Language {
		err = s.Accounts.SetLanguage(r.Context(), v.Actor, language)
	}
	if frame.AsFaults(err) != nil {
		return s.showPreferences(w, r, v, err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, inboxURL(v)+"?done=preferences")
}

func (s *Notices) showPreferences(w http.ResponseWriter, r *http.Request, v gate.Visit, refusal error) error {
	m, err := s.Notices.Preferences(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	view := choicesView{
		Heading: design.Heading{Text: s.Say(v, "notices.preferences"), Lead: s.Say(v, "notices.preferences_lead")}, Prices: s.Prices(v),
		Button: design.Button{Text: s.Say(v, "notices.save")}, Cancel: design.Link{Text: s.Say(v, "notices.cancel"), URL: inboxURL(v)},
		Link: design.Link{Text: s.Say(v, "notices.contacts"), URL: cabinetURL(v) + "/contacts"},
	}
	var at map[string]string
	view.Errors, at, _ = s.Errors(v, refusal)
	sent := r.PostForm["want"]
	for _, row := range m.Rows {
		g := group{Title: s.Say(v, "notices.kind."+string(row.Kind)), Cite: s.Cite(v, row.Cite)}
		g.Boxes.Field = design.Field{ID: "want-" + string(row.Kind), Name: "want", Label: g.Title}
		for i, cell := range row.Cells {
			named := s.Say(v, "frame.channel."+string(cell.Channel))
			switch {
			case cell.Fixed:
				g.Notes = append(g.Notes, s.Say(v, "notices.always", "channel", named))
			case cell.NoContact && cell.Channel == notify.Push && !s.PopUps:
			case cell.NoContact && cell.Channel == notify.Push:
				g.Notes = append(g.Notes, s.Say(v, "notices.no_browser", "channel", named))
				view.Browsers = design.Link{Text: s.Say(v, "push.title"), URL: cabinetURL(v) + "/push"}
			case cell.NoContact:
				g.Notes = append(g.Notes, s.Say(v, "notices.no_contact", "channel", named))
			default:
				value := choice(row.Kind, cell.Channel)
				c := design.Choice{Value: value, Label: named, Checked: cell.Wanted}
				if refusal != nil {
					c.Checked = slices.Contains(sent, value)
				}
				if !m.Offers[i].Cite.Zero() {
					c.Hint = s.Say(v, "frame.clause", "clause", m.Offers[i].Cite.Clause)
				}
				g.Boxes.Choices = append(g.Boxes.Choices, c)
			}
			if message := at[choice(row.Kind, cell.Channel)]; message != "" {
				g.Boxes.Error = message
			}
		}
		if row.Kind.Always() {
			g.Notes = append(g.Notes, s.Say(v, "notices.not_off"))
		}
		view.Groups = append(view.Groups, g)
	}
	language := design.Radios{Field: design.Field{Name: "language", Label: s.Say(v, "notices.language")}}
	for _, code := range s.Spoken(v.Actor.Portal) {
		language.Choices = append(language.Choices, design.Choice{Value: code, Label: s.Words.Say(code, "language.name"), Checked: code == v.Actor.Language})
	}
	view.Fields = []design.Component{language}
	return s.showChoices(w, r, v, view, refusal)
}

func (s *Notices) showChoices(w http.ResponseWriter, r *http.Request, v gate.Visit, view choicesView, refusal error) error {
	page, status := s.page(r, v, view.Heading.Text), http.StatusOK
	if refusal != nil {
		page.Refused, status = true, frame.FormStatus(refusal)
	}
	return s.Write(w, r, status, page, view.page())
}

// Letters is GET /{portal}/cabinet/inbox/letters: to which news and adverts a person agrees.
func (s *Notices) Letters(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	offers, given, addresses, err := s.Notices.MyConsents(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	if len(offers) == 0 {
		return absent()
	}
	view := choicesView{
		Heading: design.Heading{Text: s.Say(v, "notices.letters"), Lead: s.Say(v, "notices.letters_lead")}, Prices: s.Prices(v),
		Button: design.Button{Text: s.Say(v, "notices.save")}, Cancel: design.Link{Text: s.Say(v, "notices.cancel"), URL: inboxURL(v)},
		Link: design.Link{Text: s.Say(v, "notices.contacts"), URL: cabinetURL(v) + "/contacts"},
	}
	for _, kind := range notify.Letters() {
		g := group{Boxes: design.Checkboxes{Field: design.Field{ID: "want-" + string(kind), Name: "want", Label: s.Say(v, "notices.letter."+string(kind))}}}
		for _, o := range offers {
			if o.Kind != kind {
				continue
			}
			g.Cite = s.Cite(v, o.Cite)
			c := design.Choice{Value: choice(kind, o.Channel), Label: s.Say(v, "frame.channel."+string(o.Channel))}
			if i := slices.IndexFunc(given, func(c notify.Consent) bool { return c.Kind == kind && c.Channel == o.Channel }); i >= 0 {
				c.Checked = given[i].Given
				c.Hint = s.Say(v, "notices.how."+given[i].How, "day", s.Day(v, given[i].At))
			}
			if !slices.ContainsFunc(addresses, func(a notify.Address) bool { return a.Channel == o.Channel }) && o.Channel != notify.Push {
				g.Notes = append(g.Notes, s.Say(v, "notices.no_contact", "channel", c.Label))
			}
			g.Boxes.Choices = append(g.Boxes.Choices, c)
		}
		if len(g.Boxes.Choices) > 0 {
			view.Groups = append(view.Groups, g)
		}
	}
	return s.showChoices(w, r, v, view, nil)
}

// LettersPost is POST of the same address.
func (s *Notices) LettersPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	err := s.Notices.Agree(r.Context(), v.Actor, func(kind notify.Kind, channel notify.Channel) bool {
		return slices.Contains(r.PostForm["want"], choice(kind, channel))
	})
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, inboxURL(v)+"?done=letters")
}

type leaveView struct {
	Heading design.Heading
	Text    string
	Button  design.Button // without a text it is done
	Link    design.Link
}

// Leave is GET /{portal}/links/unsubscribe/{token}, the link in a letter: it asks, and changes nothing. It says
// nothing about whose letters they are.
func (s *Notices) Leave(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	l, err := s.Notices.Leaving(r.Context(), v.Actor.Portal, r.PathValue("token"))
	if err != nil {
		return err
	}
	return s.showLeave(w, r, v, l, leaveView{
		Heading: design.Heading{Text: s.Say(v, "notices.leave")}, Text: "notices.leave_text", Button: design.Button{Text: s.Say(v, "notices.leave")},
	})
}

// LeavePost is POST of the same address: a person's button, or the mail program's own (RFC 8058), which has no
// cookie and follows no redirection.
func (s *Notices) LeavePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	l, err := s.Notices.LeaveByLink(r.Context(), v.Actor.Portal, r.PathValue("token"))
	if fault.Is(err, fault.Absent) {
		return err
	}
	if err != nil {
		return err
	}
	return s.showLeave(w, r, v, l, leaveView{Heading: design.Heading{Text: s.Say(v, "notices.left")}, Text: "notices.left_text"})
}

func (s *Notices) showLeave(w http.ResponseWriter, r *http.Request, v gate.Visit, l notify.Leave, view leaveView) error {
	kind := s.Say(v, "notices.kind.announcement")
	if l.Kind != notify.Announcement {
		kind = s.Say(v, "notices.letter."+string(l.Kind))
	}
	view.Text = s.Say(v, view.Text, "kind", kind, "channel", s.Say(v, "frame.channel."+string(l.Channel)))
	view.Link = design.Link{Text: s.Say(v, "notices.letters"), URL: inboxURL(v) + "/letters"}
	w.Header().Set("Referrer-Policy", "no-referrer")
	return s.Write(w, r, http.StatusOK, s.Page(r, v, view.Heading.Text), view.page())
}
