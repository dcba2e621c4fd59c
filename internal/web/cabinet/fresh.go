package cabinet

import (
	"net/http"
	"strconv"
	"time"

	"tereze/internal/agreement"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// freshView tells of one edition that this very request accepted.
type freshView struct {
	Banner design.NotificationBanner
	Cite   design.Link
	Refuse design.Link
}

// fresh tells a person what being here has just accepted for them (egov 2.1, ismet R38, kundelik
// 2.2), where to read it and how to refuse. It stands on every page behind the gate, because the
// first page they open under a new edition may be any of them.
func (s *Cabinet) fresh(r *http.Request, v gate.Visit) (out []freshView, err error) {
	if !v.Fresh {
		return nil, nil
	}
	standings, err := s.Agreements.Standings(r.Context(), v.Actor, v.Now)
	if err != nil {
		return nil, err
	}
	for _, st := range standings {
		for _, x := range st.Accepted {
			// The database keeps microseconds.
			if x.Edition == st.InForce.Number && !x.At.Before(v.Now.Truncate(time.Microsecond)) {
				out = append(out, s.freshly(v, st, x))
			}
		}
	}
	return out, nil
}

func (s *Cabinet) freshly(v gate.Visit, st agreement.Standing, x agreement.Acceptance) freshView {
	key := "cabinet.fresh.first"
	more := design.Link{Text: s.Say(v, "cabinet.read_edition"), URL: frame.EditionURL(x.Portal, x.Document, x.Edition)}
	if len(st.Accepted) > 1 {
		key = "cabinet.fresh.changed"
		more = design.Link{Text: s.Say(v, "cabinet.changes"), URL: changesURL(st.InForce)}
	}
	return freshView{
		Banner: design.NotificationBanner{
			ID: "fresh-" + x.Document, More: more, Text: s.Say(v, "cabinet.fresh.text"),
			Heading: s.Say(v, key, "document", s.In(v, st.InForce.Content.Title), "edition", strconv.Itoa(x.Edition)),
		},
		Cite:   s.Cite(v, x.Cite),
		Refuse: design.Link{Text: s.Say(v, "cabinet.refuse"), URL: refusalURL(v, x.Document, x.Edition)},
	}
}
