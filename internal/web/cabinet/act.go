package cabinet

import (
	"strconv"
	"strings"
	"time"

	"tereze/internal/evidence"
	"tereze/internal/gate"
)

// act says in plain words what an entry is evidence of.
func (s *Cabinet) act(v gate.Visit, e evidence.Entry) string {
	return s.Act(v, e.Act)
}

// detail says what else an entry tells, and whether the act is disputed: somebody else may have done
// it (ismet 5.5, R23, kg 2.6).
func (s *Cabinet) detail(v gate.Visit, e evidence.Entry) string {
	said := s.detailOf(v, e)
	if name := e.Detail["behalf_name"]; name != "" {
		said = strings.TrimSpace(said + " " + s.Say(v, "cabinet.detail.behalf", "name", name))
	}
	at, err := time.Parse(time.RFC3339, e.Detail["disputed"])
	if err != nil {
		return said
	}
	return strings.TrimSpace(said + " " + s.Say(v, "cabinet.detail.disputed", "instant", s.Instant(v, at)))
}

// detailOf says what else an entry tells; empty where the act says it all.
func (s *Cabinet) detailOf(v gate.Visit, e evidence.Entry) string {
	d := e.Detail
	switch e.Act {
	case "agreement.accept":
		return s.Say(v, "cabinet.detail.accept", "document", s.DocumentTitle(v, d["document"]), "edition", d["edition"], "how", s.how(v, d["how"]))
	case "agreement.refuse":
		return s.Say(v, "cabinet.detail.refuse", "document", s.DocumentTitle(v, d["document"]), "edition", d["edition"],
			"effect", s.Say(v, "cabinet.effect."+d["effect"]))
	case "account.sign_in", "account.sign_in_failed", "account.session_ended", "account.compromise", "account.compromise_claim":
		return s.Say(v, "cabinet.detail.sign_in", "address", d["address"])
	case "account.profile":
		var names []string
		for _, field := range strings.Fields(d["fields"]) {
			names = append(names, s.Say(v, "cabinet.profile."+field))
		}
		if len(names) == 0 {
			return ""
		}
		return s.Say(v, "cabinet.detail.profile", "fields", strings.Join(names, ", "))
	case "account.contact":
		return s.Say(v, "contacts.kind."+d["kind"])
	case "account.look":
		return s.Say(v, "cabinet.detail.look", "reason", s.Say(v, "cabinet.reason."+d["reason"]))
	}
	return s.staffDetail(v, e)
}

// by says who did it: the person, somebody of the staff by name, or the portal itself.
func (s *Cabinet) by(v gate.Visit, e evidence.Entry, staff staff) string {
	kind, name, _ := strings.Cut(e.Actor, ":")
	switch {
	case byStaff(e):
		return s.Say(v, "cabinet.by.staff", "name", staff[e.Actor])
	case kind == "user" && name == strconv.FormatInt(int64(v.Actor.User), 10):
		return s.Say(v, "cabinet.by.you")
	case kind == "user":
		return staff[e.Actor]
	case kind == "operator":
		return s.Say(v, "cabinet.by.staff", "name", name)
	case kind == "visitor":
		return s.Say(v, "cabinet.by.somebody")
	case kind == "system":
		return s.Say(v, "cabinet.by.portal")
	}
	return e.Actor
}
