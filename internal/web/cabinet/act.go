package cabinet

import (
	"strconv"
	"strings"

	"tereze/internal/evidence"
	"tereze/internal/gate"
)

// act says in plain words what an entry is evidence of.
func (s *Cabinet) act(v gate.Visit, e evidence.Entry) string {
	key := "cabinet.act." + e.Act
	if !s.Words.Has(v.Actor.Language, key) {
		// An act of a room these pages do not know yet: its own name says more than nothing.
		return s.Say(v, "cabinet.act.other", "act", e.Act)
	}
	return s.Say(v, key)
}

// detail says what else an entry tells; empty where the act says it all.
func (s *Cabinet) detail(v gate.Visit, e evidence.Entry) string {
	d := e.Detail
	switch e.Act {
	case "agreement.accept":
		return s.Say(v, "cabinet.detail.accept", "document", s.DocumentTitle(v, d["document"]), "edition", d["edition"], "how", s.how(v, d["how"]))
	case "agreement.refuse":
		return s.Say(v, "cabinet.detail.refuse", "document", s.DocumentTitle(v, d["document"]), "edition", d["edition"],
			"effect", s.Say(v, "cabinet.effect."+d["effect"]))
	case "account.sign_in":
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
	case "account.look":
		return s.Say(v, "cabinet.detail.look", "reason", s.Say(v, "cabinet.reason."+d["reason"]))
	}
	return ""
}

// by says who did it: the person, somebody of the staff by name, or the portal itself.
func (s *Cabinet) by(v gate.Visit, e evidence.Entry) string {
	kind, name, _ := strings.Cut(e.Actor, ":")
	switch {
	case kind == "user" && name == strconv.FormatInt(int64(v.Actor.User), 10):
		return s.Say(v, "cabinet.by.you")
	case kind == "operator":
		return s.Say(v, "cabinet.by.staff", "name", name)
	case kind == "system":
		return s.Say(v, "cabinet.by.portal")
	}
	return e.Actor
}
