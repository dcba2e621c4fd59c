package cabinet

import (
	"slices"
	"strconv"
	"time"

	"tereze/internal/agreement"
	"tereze/internal/clause"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// binding is the acceptance of the very edition that binds; there is none where the operator
// amended the one accepted (egov 2.2).
func binding(st agreement.Standing) (agreement.Acceptance, bool) {
	i := slices.IndexFunc(st.Accepted, func(x agreement.Acceptance) bool { return x.Edition == st.Binds })
	if i < 0 {
		return agreement.Acceptance{}, false
	}
	return st.Accepted[i], true
}

// why says in a sentence what binds the person, or what has to happen first.
func (s *Cabinet) why(v gate.Visit, st agreement.Standing) string {
	x, accepted := binding(st)
	switch {
	case st.Binds != 0 && accepted:
		return s.Say(v, "cabinet.why.accepted", "edition", strconv.Itoa(x.Edition), "instant", s.Instant(v, x.At))
	case st.Binds != 0 && st.Settled:
		return s.Say(v, "cabinet.why.amended", "edition", strconv.Itoa(st.Binds))
	case st.Binds != 0:
		return s.Say(v, "cabinet.why.to_accept", "edition", strconv.Itoa(st.Binds))
	case len(st.Accepted) > 0 && !st.Settled && !st.Offered:
		return s.Say(v, "cabinet.why.left")
	case !st.Offered:
		return s.Say(v, "cabinet.why.withdrawn")
	case st.By == agreement.ByAccess:
		return s.Say(v, "cabinet.why.by_access")
	}
	return s.Say(v, "cabinet.why.not_accepted")
}

// reason is the clause behind it.
func (s *Cabinet) reason(st agreement.Standing) clause.Citation {
	if x, ok := binding(st); ok {
		return x.Cite
	}
	return st.Cite
}

// acceptances is every acceptance of one document, newest first.
func (s *Cabinet) acceptances(v gate.Visit, st agreement.Standing) design.Timeline {
	t := design.Timeline{Label: s.Say(v, "cabinet.agreement.history") + ": " + s.DocumentTitle(v, st.Document)}
	for _, x := range slices.Backward(st.Accepted) {
		title := s.numbered(v, x.Edition)
		t.Events = append(t.Events, design.Event{
			When: s.Instant(v, x.At), At: x.At.UTC().Format(time.RFC3339),
			Title: title, URL: frame.EditionURL(x.Portal, x.Document, x.Edition),
			Text: s.Say(v, "cabinet.agreement.how", "how", s.how(v, x.How), "language", s.spoken(x.Language)),
			Cite: s.Cite(v, x.Cite), Body: s.receiptLink(v, x.Evidence, title),
		})
	}
	return t
}
