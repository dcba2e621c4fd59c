package cabinet

import (
	"context"
	"strings"

	"tereze/internal/evidence"
	"tereze/internal/gate"
	"tereze/internal/identity"
)

// staff are the names of those who acted as staff, by the actor as evidence has it.
type staff map[string]string

// byStaff reports whether an entry is of an act of the staff: entries name who acted by id.
func byStaff(e evidence.Entry) bool { return e.Detail["role"] == string(identity.Operator) }

// staff finds the names of those who acted in a page of entries: the staff, the administrator of an
// institution, a guardian.
func (s *Cabinet) staff(ctx context.Context, v gate.Visit, entries []evidence.Entry) (staff, error) {
	names, err := s.Accounts.NamesOf(ctx, entries)
	for actor, name := range names {
		if name == "" {
			names[actor] = s.Say(v, "cabinet.by.erased")
		}
	}
	return names, err
}

// staffDetail says why an operator did something to a person, and what they corrected.
func (s *Cabinet) staffDetail(v gate.Visit, e evidence.Entry) string {
	if !byStaff(e) {
		return ""
	}
	var said []string
	for _, field := range []string{"surname", "given", "patronymic", "birth_date", "sex"} {
		before, changed := e.Detail[field+".old"]
		if !changed {
			continue
		}
		after := e.Detail[field+".new"]
		if field == "sex" {
			before, after = s.sex(v, before), s.sex(v, after)
		}
		said = append(said, s.Say(v, "cabinet.detail.corrected", "field", s.Say(v, "cabinet.field."+field), "before", dash(before), "after", dash(after)))
	}
	if why := e.Detail["why"]; why != "" {
		said = append(said, s.Say(v, "cabinet.detail.why", "why", why))
	}
	return strings.Join(said, " ")
}

func (s *Cabinet) sex(v gate.Visit, sex string) string {
	if sex == "" {
		return ""
	}
	return s.Say(v, "cabinet.sex."+sex)
}

func dash(value string) string {
	if value == "" {
		return "—"
	}
	return value
}
