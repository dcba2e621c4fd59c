package cabinet

import (
	"context"
	"strconv"
	"strings"

	"tereze/internal/account"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
)

// staff are the names of those who acted as staff, by the actor as evidence has it.
type staff map[string]string

// byStaff reports whether an entry is of an act of the staff: entries name who acted by id.
func byStaff(e evidence.Entry) bool { return e.Detail["role"] == string(identity.Operator) }

// staff finds the names of the staff in a page of entries; each is asked for once.
func (s *Cabinet) staff(ctx context.Context, v gate.Visit, entries []evidence.Entry) (staff, error) {
	names := staff{}
	for _, e := range entries {
		if byStaff(e) {
			names[e.Actor] = s.Say(v, "cabinet.by.erased")
		}
	}
	if len(names) == 0 {
		return names, nil
	}
	err := s.Accounts.InView(ctx, func(tx account.Tx) error {
		for actor := range names {
			_, number, _ := strings.Cut(actor, ":")
			id, err := strconv.ParseInt(number, 10, 64)
			if err != nil {
				continue
			}
			u, err := tx.User(ctx, identity.ID(id))
			switch {
			case err != nil && !fault.Is(err, fault.Absent):
				return err
			case err == nil && u.Shown != "":
				names[actor] = u.Shown
			}
		}
		return nil
	})
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
