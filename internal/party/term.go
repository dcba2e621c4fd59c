package party

import (
	"context"
	"time"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// longestTerm is how far ahead a graduation may lie, in years: no school teaches longer.
const longestTerm = 15

// byClock is how evidence names what time does.
const byClock = "system:clock"

// SetTerm says on which day (YYYY-MM-DD) the term of study of pupils ends, of a whole class of the
// actor's institution or, where user is not 0, of one: at the end of that day, in the portal's zone,
// their memberships end by themselves (kundelik 3.6a). An empty day takes it back.
//
// Refusals: Forbidden, also where the clause leaves the ending to a person; Absent where there are no
// such pupils; Invalid "party.term" for a day that is none, has passed, or lies too far ahead.
func (p *Parties) SetTerm(ctx context.Context, actor identity.Actor, class string, user identity.ID, day string) error {
	rule, cite, ok := clause.In[StudyEndedBasis](p.book(actor.Portal))
	if !ok || !rule.Automatic {
		return fault.New(fault.Forbidden, "party.no_term").By(cite)
	}
	ends, f := p.termEnd(actor.Portal, day)
	if f != nil {
		return f.By(cite)
	}
	return p.InTx(ctx, func(tx Tx) error {
		i, err := p.schoolOf(ctx, tx, actor)
		if err != nil {
			return err
		}
		pupils, err := p.pupils(ctx, tx, i, class, user)
		if err != nil {
			return err
		}
		for _, m := range pupils {
			if err := tx.SetTerm(ctx, m, ends); err != nil {
				return err
			}
			detail := map[string]string{"institution": number(i.ID), "day": day}
			if err := p.note(ctx, tx, i.Portal, m.User, "party.term", by(actor), cite, detail); err != nil {
				return err
			}
		}
		return nil
	})
}

func (p *Parties) termEnd(portal, day string) (time.Time, *fault.Fault) {
	if day == "" {
		return time.Time{}, nil
	}
	zone := p.Zone(portal)
	t, err := time.ParseInLocation(time.DateOnly, day, zone)
	ends := t.AddDate(0, 0, 1)
	if now := p.Now(); err != nil || !ends.After(now) || ends.After(now.AddDate(longestTerm, 0, 0)) {
		return time.Time{}, fault.New(fault.Invalid, "party.term").At("term")
	}
	return ends.UTC(), nil
}

// LastDay is the last day of a membership that ends by itself, as it is written in a form.
func (p *Parties) LastDay(portal string, m Membership) string {
	if m.EndsAt.IsZero() {
		return ""
	}
	return m.EndsAt.In(p.Zone(portal)).AddDate(0, 0, -1).Format(time.DateOnly)
}

// pupils finds one pupil, or those of a class. Refusal: Absent.
func (p *Parties) pupils(ctx context.Context, tx Tx, i Institution, class string, user identity.ID) (out []Membership, err error) {
	if user != 0 {
		m, err := p.lasting(ctx, tx, user, i.ID, Pupil)
		return []Membership{m}, err
	}
	ask := MemberPage{Role: Pupil, Class: class, Limit: 500}
	for {
		members, err := tx.Members(ctx, i.ID, ask)
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			out = append(out, m.Membership)
		}
		if len(members) < ask.Limit {
			break
		}
		last := members[len(members)-1]
		ask.AfterSort, ask.AfterUser = last.Sort, last.User
	}
	if len(out) == 0 {
		return nil, fault.New(fault.Absent, "gate.no_page")
	}
	return out, nil
}

// dueAtOnce is how many memberships are looked for at a time.
const dueAtOnce = 100

// EndDue ends the memberships whose term of study has run out, each in an act of its own, and says how
// many. Whatever another program has ended meanwhile is passed over, so it may run anywhere, any
// number of times, and after any rest.
func (p *Parties) EndDue(ctx context.Context) (ended int, err error) {
	var after Membership
	for {
		var due []Membership
		err := p.InView(ctx, func(tx Tx) error {
			var err error
			due, err = tx.DueMemberships(ctx, p.Now(), after, dueAtOnce)
			return err
		})
		if err != nil {
			return ended, err
		}
		for _, m := range due {
			done, err := p.graduate(ctx, m)
			if err != nil {
				return ended, err
			}
			if done {
				ended++
			}
		}
		if len(due) < dueAtOnce {
			return ended, nil
		}
		after = due[len(due)-1]
	}
}

// graduate ends one membership, where the clause in force still has it end by itself.
func (p *Parties) graduate(ctx context.Context, m Membership) (done bool, err error) {
	var touched []identity.ID
	err = p.InTx(ctx, func(tx Tx) error {
		touched = nil
		i, err := tx.Institution(ctx, m.Institution)
		if err != nil {
			return err
		}
		if rule, _, ok := clause.In[StudyEndedBasis](p.book(i.Portal)); !ok || !rule.Automatic {
			return nil
		}
		now, err := p.lasting(ctx, tx, m.User, m.Institution, m.Role)
		if err != nil || now.EndsAt.IsZero() || now.EndsAt.After(p.Now()) {
			return err // the day was put off meanwhile
		}
		touched, err = p.endWithin(ctx, tx, i, Ending{User: m.User, Role: m.Role, Basis: StudyEnded}, byClock)
		return err
	})
	if fault.Is(err, fault.Absent) || fault.Is(err, fault.Conflict) {
		return false, nil
	}
	p.forget(touched)
	return len(touched) > 0, err
}
