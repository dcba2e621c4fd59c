package standing

import (
	"net/http"

	"tereze/internal/account"
	"tereze/internal/gate"
	"tereze/internal/web/design"
)

// Person answers GET /{portal}/console/people/{user}/standing: the sanctions against somebody, the
// verifications asked of them, and what can be done.
func (s *Standing) Person(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	user, err := s.id(r, "user")
	if err != nil {
		return err
	}
	st, err := s.Accounts.StandingOf(r.Context(), v.Actor, user)
	if err != nil {
		return err
	}
	at := consoleURL(v) + "/people/" + s.Opaque.Of(user)
	out := view{Done: s.done(r, v), Heading: design.Heading{Caption: st.User.Shown, Text: s.Say(v, "standing.person.title")}}
	acts := part{}
	if st.User.State == account.Active || st.User.State == account.Locked {
		acts.Links = append(acts.Links, design.Link{Text: s.Say(v, "standing.decide.title"), URL: at + "/sanction"})
		if rule, _, err := s.Accounts.CheckRule(v.Actor.Portal); err == nil {
			acts.Links = append(acts.Links, design.Link{Text: s.Say(v, "standing.ask.title"), URL: at + "/check"})
			if rule.Registers {
				acts.Links = append(acts.Links, design.Link{Text: s.Say(v, "standing.register.title"), URL: at + "/register"})
			}
		}
	}
	sanctions := part{Title: s.Say(v, "standing.sanctions.title"), Table: s.sanctionsTable(v, st.Sanctions, nil)}
	if len(st.Sanctions) == 0 {
		sanctions.Table, sanctions.Texts = nil, []string{s.Say(v, "standing.sanctions.none")}
	}
	checks := part{Title: s.Say(v, "standing.checks.title"), Table: s.checksTable(v, st.Checks, nil)}
	if len(st.Checks) == 0 {
		checks.Table, checks.Texts = nil, []string{s.Say(v, "standing.checks.none")}
	}
	out.Parts = []part{acts, sanctions, checks}
	return s.show(w, r, v, out, s.trail(v, design.Link{Text: s.Say(v, "console.people.title"), URL: consoleURL(v) + "/people"}, design.Link{Text: st.User.Shown, URL: at}), nil)
}
