package cabinet

import (
	"slices"
	"strconv"

	"tereze/internal/agreement"
	"tereze/internal/clause"
	"tereze/internal/gate"
	"tereze/internal/privacy"
	"tereze/internal/web/design"
)

// policy is the card of the document by which personal data are kept (kg 2.4): it leads to the edition in
// force, and from there to every one before. Where the portal holds no such document there is none.
func (s *Cabinet) policy(v gate.Visit) []design.Card {
	rule, cite, ok := clause.In[privacy.PolicyDocument](s.Agreements.Book(v.Actor.Portal, v.Now))
	if !ok || !slices.Contains(s.Portal(v).Documents, rule.Document) {
		return nil
	}
	e, _ := agreement.InForce(s.Agreements.Published(v.Actor.Portal, rule.Document), v.Now)
	if e.Number == 0 {
		return nil
	}
	return []design.Card{{
		Title: s.In(v, e.Content.Title), URL: "/" + v.Actor.Portal + "/agreement/" + rule.Document,
		Text: s.Say(v, "cabinet.policy", "clause", cite.Clause), Note: s.Say(v, "cabinet.home.binds", "edition", strconv.Itoa(e.Number), "day", s.Day(v, e.InForceAt)),
	}}
}
