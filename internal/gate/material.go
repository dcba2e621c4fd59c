package gate

import (
	"net/http"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Material is a page of what the portal holds for its users: open to everybody, unless a clause opens it
// by accepting the agreement (court 1.3). Then a visitor is led to the sign-in and somebody who has
// not accepted to the agreement, and the answer cites that clause.
func (g *Gate) Material(face Face, page Page) http.Handler {
	return g.enter(face, func(w http.ResponseWriter, r *http.Request, v Visit) error {
		if err := g.closed(v, ""); err != nil {
			return err
		}
		if err := g.shut(v, r.PathValue("service")); err != nil {
			return err
		}
		_, cite, closed := clause.In[ClosedUntilAcceptance](g.Book(v.Actor.Portal, v.Now))
		switch {
		case !closed:
			return page(w, r, v)
		case !v.Actor.Known():
			return fault.New(fault.Unauthenticated, "account.sign_in_first").By(cite)
		}
		return g.bind(w, r, v, func(w http.ResponseWriter, r *http.Request, v Visit, _ identity.Bound) error { return page(w, r, v) })
	})
}
