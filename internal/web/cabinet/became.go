package cabinet

import (
	"time"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/clause"
	"tereze/internal/gate"
	"tereze/internal/web/design"
)

// became says since when somebody is a user with the duties of one (ismet 3.2), or that they are a potential
// user still; empty where the agreement does not make its acceptance that moment.
func (s *Cabinet) became(v gate.Visit, standings []agreement.Standing) (said string, cite design.Link) {
	rule, by, ok := clause.In[account.MembershipState](s.Agreements.Book(v.Actor.Portal, v.Now))
	if !ok || rule.UserFrom != "acceptance" {
		return "", design.Link{}
	}
	var since time.Time
	for _, st := range standings {
		var first time.Time
		for _, a := range st.Accepted {
			if first.IsZero() || a.At.Before(first) {
				first = a.At
			}
		}
		if first.IsZero() {
			return s.Say(v, "cabinet.became.potential"), s.Cite(v, by)
		}
		if first.After(since) {
			since = first
		}
	}
	return s.Say(v, "cabinet.became.user", "instant", s.Instant(v, since)), s.Cite(v, by)
}
