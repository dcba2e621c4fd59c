package front

import (
	"net/http"
	"slices"

	"tereze/internal/account"
	"tereze/internal/clause"
	"tereze/internal/gate"
	"tereze/internal/web/design"
)

// byPassword is the method whose form the sign-in page itself holds.
const byPassword = "password"

// method is one way to sign in among several.
type method struct {
	Text    string
	URL     string
	Current bool
}

// methods is the choice the agreement gives between ways to sign in (kg 2.1), nothing where there is only one.
type methods struct {
	Title   string
	Cite    design.Link
	Methods []method
	Closed  string // said instead of the form of a method that cannot be used here yet
}

// methods reads which method the address asks for and offers the others.
func (s *Front) methods(r *http.Request, v gate.Visit) methods {
	rule, cite, ok := clause.In[account.SignInMethods](s.Agreements.Book(v.Actor.Portal, v.Now))
	if !ok || len(rule.Methods) < 2 {
		return methods{}
	}
	chosen := r.URL.Query().Get("method")
	if !slices.Contains(rule.Methods, chosen) {
		chosen = byPassword
	}
	view := methods{Title: s.Say(v, "front.methods.title"), Cite: s.Cite(v, cite)}
	for _, name := range rule.Methods {
		view.Methods = append(view.Methods, method{
			Text: s.Say(v, "front.methods."+name), URL: home(v) + "/sign-in?method=" + name, Current: name == chosen,
		})
	}
	if chosen != byPassword {
		view.Closed = s.Say(v, "front.methods.closed")
	}
	return view
}
