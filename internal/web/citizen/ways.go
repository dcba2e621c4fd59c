package citizen

import (
	"net/http"
	"net/url"

	"tereze/internal/account"
	"tereze/internal/clause"
	"tereze/internal/gate"
	"tereze/internal/web/design"
)

// waysView is the page on which a person chooses how to come in.
type waysView struct {
	Title    string
	Lead     string
	Cite     design.Link
	Ways     []way
	Register design.Link
}

// way is one of them.
type way struct {
	Go   design.Link // without an address: it cannot be used now
	Text string
	Cite design.Link
}

// Ways is GET /{portal}/sign-in/ways: the methods of access that the agreement names (kg 2.1).
func (s *Citizen) Ways(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	book := s.Agreements.Book(v.Actor.Portal, v.Now)
	methods, cite, ok := clause.In[account.SignInMethods](book)
	if !ok {
		return absent()
	}
	view := waysView{
		Title: s.Say(v, "citizen.ways.title"), Lead: s.Say(v, "citizen.ways.lead"), Cite: s.Cite(v, cite),
		Register: design.Link{Text: s.Say(v, "front.sign_in.register"), URL: home(v) + "/register"},
	}
	query := ""
	if next := nextField(r, v); next != "" {
		query = "?" + url.Values{"next": {next}}.Encode()
	}
	for _, method := range methods.Methods {
		view.Ways = append(view.Ways, s.waysOf(v, book, method, query)...)
	}
	return s.Write(w, r, http.StatusOK, s.frameOf(r, v, view.Title, false), view.page())
}

// waysOf is what a method of the agreement means on this portal.
func (s *Citizen) waysOf(v gate.Visit, book *clause.Book, method, query string) []way {
	at := home(v) + "/sign-in"
	switch method {
	case "password":
		_, cite, _ := clause.In[account.PasswordSignIn](book)
		return []way{{
			Go:   design.Link{Text: s.Say(v, "citizen.ways.password"), URL: at + query},
			Text: s.Say(v, "citizen.ways.password.about", "name", s.In(v, s.Portal(v).SignInName)), Cite: s.Cite(v, cite),
		}}
	case "id_card":
		_, cite, ok := s.Accounts.CardRule(v.Actor.Portal)
		if !ok {
			return nil
		}
		card := way{Go: design.Link{Text: s.Say(v, "citizen.ways.card")}, Text: s.Say(v, "citizen.ways.card.closed"), Cite: s.Cite(v, cite)}
		if s.Cards != nil {
			card.Go.URL, card.Text = at+"/card"+query, s.Say(v, "citizen.ways.card.about")
		}
		if s.ESI == nil {
			return []way{card}
		}
		return []way{card, {
			Go:   design.Link{Text: s.Say(v, "citizen.ways.esi"), URL: at + "/esi" + query},
			Text: s.Say(v, "citizen.ways.esi.about"), Cite: s.Cite(v, cite),
		}}
	}
	return nil
}
