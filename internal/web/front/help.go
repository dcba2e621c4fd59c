package front

import (
	"net/http"

	"tereze/internal/account"
	"tereze/internal/clause"
	"tereze/internal/gate"
	"tereze/internal/web/design"
)

// helpView is the page that answers what people ask before they turn to somebody.
type helpView struct {
	Heading      design.Heading
	Ways         design.Cards
	SupportTitle string
	Support      design.SummaryList
	NoSupport    string
}

// Help is GET /{portal}/help (court UI-1): where to begin, what to do when locked out, whom to ask. It stands
// open to everybody: who needs help may be unable to sign in.
func (s *Front) Help(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	p := s.Portal(v)
	view := helpView{
		Heading:      design.Heading{Text: s.Say(v, "front.help.title"), Lead: s.Say(v, "front.help.lead")},
		SupportTitle: s.Say(v, "front.help.support"), NoSupport: s.Say(v, "front.help.no_support", "operator", s.In(v, p.Operator)),
	}
	for _, x := range []struct{ key, path string }{
		{"register", "/register"}, {"sign_in", "/sign-in"}, {"recover", "/recover"}, {"compromised", "/compromised"},
		{"agreement", "/agreement"}, {"rules", "/rules"},
	} {
		view.Ways.Cards = append(view.Ways.Cards, design.Card{
			Title: s.Say(v, "front.help."+x.key), URL: home(v) + x.path, Text: s.Say(v, "front.help."+x.key+"_text"),
		})
	}
	if p.Phone != "" {
		view.Support.Rows = append(view.Support.Rows, design.SummaryRow{Key: s.Say(v, "frame.phone"), Value: p.Phone})
	}
	if p.Email != "" {
		view.Support.Rows = append(view.Support.Rows, design.SummaryRow{Key: s.Say(v, "frame.email"), Value: p.Email})
	}
	page := s.Page(r, v, view.Heading.Text)
	page.Trail = []design.Link{{Text: s.Say(v, "front.trail.home"), URL: home(v)}}
	page.Bare = true
	return s.Write(w, r, http.StatusOK, page, view.page())
}

// entryLinks are what the page before the sign-in offers besides it: what the clause names (court UI-1), or
// registration where no clause says what stands there.
func (s *Front) entryLinks(v gate.Visit) (out []design.Link) {
	register := design.Link{Text: s.Say(v, "front.sign_in.register"), URL: home(v) + "/register"}
	entry, _, ok := clause.In[account.EntryPage](s.Agreements.Book(v.Actor.Portal, v.Now))
	if !ok {
		return []design.Link{register}
	}
	for _, offer := range entry.Offers {
		switch offer {
		case "registration":
			out = append(out, register)
		case "help":
			out = append(out, design.Link{Text: s.Say(v, "front.help.title"), URL: home(v) + "/help"})
		case "previous_version":
			if previous := s.Portal(v).Previous; previous != "" {
				out = append(out, design.Link{Text: s.Say(v, "front.sign_in.previous"), URL: previous})
			}
		}
	}
	return out
}
