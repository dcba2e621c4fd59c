package account

import (
	"context"
	"time"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Correction is what a person's data should be.
type Correction struct {
	Surname    string
	Given      string
	Patronymic string
	BirthDate  string // YYYY-MM-DD; empty: not known
	Sex        identity.Sex
	Reason     string // on what ground, such as the document that was seen
	Version    int    // of the user, as the form was filled in from
}

// oldestBirth is the year before which nobody alive was born.
const oldestBirth = 1900

func (c *Correction) check(now time.Time) fault.Faults {
	var wrong fault.Faults
	add := func(f *fault.Fault) {
		if f != nil {
			wrong = append(wrong, f)
		}
	}
	for _, s := range []*string{&c.Surname, &c.Given, &c.Patronymic, &c.Reason} {
		*s = singleLine(*s)
	}
	add(checkShown("surname", c.Surname))
	add(checkShown("given", c.Given))
	if c.Patronymic != "" {
		add(checkShown("patronymic", c.Patronymic))
	}
	if c.BirthDate != "" {
		day, err := time.Parse(time.DateOnly, c.BirthDate)
		if err != nil || day.Year() < oldestBirth || day.After(now) {
			add(fault.New(fault.Invalid, "account.birth_date").At("birth"))
		}
	}
	if c.Sex != "" && c.Sex != identity.Male && c.Sex != identity.Female {
		add(fault.New(fault.Invalid, "form.encoding").At("sex"))
	}
	add(checkText("why", c.Reason, minReason, maxReason, false))
	return wrong
}

// CorrectInCase changes what is known of a person, in a case they opened for that (kundelik 3.2). Evidence
// says what each field was and what it is; that the person confirmed their data was said of the former
// ones and holds no more.
//
// Refusals: Forbidden; Absent; Invalid for each field (fault.Faults) and "account.nothing_changed";
// Conflict "store.changed", "account.case_ended", "account.not_active".
func (a *Accounts) CorrectInCase(ctx context.Context, actor identity.Actor, user, id identity.ID, c Correction) error {
	if err := asOperator(actor); err != nil {
		return err
	}
	if wrong := c.check(a.Now()); wrong != nil {
		return wrong
	}
	defer a.Forget(user)
	return a.InTx(ctx, func(tx Tx) error {
		of, u, err := a.caseOf(ctx, tx, actor, user, id)
		switch {
		case err != nil:
			return err
		case of.Kind != CaseCorrection && of.Kind != CaseChange || u.State != Active:
			return fault.New(fault.Conflict, "account.not_active")
		case u.Version != c.Version:
			return fault.New(fault.Conflict, "store.changed")
		}
		p, err := tx.Person(ctx, user)
		if err != nil && !fault.Is(err, fault.Absent) {
			return err
		}
		detail := c.changes(p)
		if len(detail) == 0 {
			return fault.New(fault.Invalid, "account.nothing_changed")
		}
		detail["why"] = c.Reason
		p.Surname, p.Given, p.Patronymic, p.BirthDate, p.Sex = c.Surname, c.Given, c.Patronymic, c.BirthDate, c.Sex
		p.ConfirmedAt = time.Time{}
		if err := tx.SavePerson(ctx, u.Portal, user, p); err != nil {
			return err
		}
		u.Shown = p.Shown()
		u.Version++
		if err := tx.SaveUser(ctx, u, u.Keys()); err != nil {
			return err
		}
		_, cite, _ := clause.In[DataConfirmation](a.Book(u.Portal, a.Now()))
		if of.Kind == CaseChange {
			_, cite, _ = clause.In[DataChanges](a.Book(u.Portal, a.Now()))
		}
		return a.staffNoteBy(ctx, tx, actor, u, "account.correct", CaseSubject(id), detail, cite)
	})
}

// changes names what is corrected, old and new.
func (c Correction) changes(p Person) map[string]string {
	detail := map[string]string{}
	for _, f := range []struct{ name, before, after string }{
		{"surname", p.Surname, c.Surname}, {"given", p.Given, c.Given}, {"patronymic", p.Patronymic, c.Patronymic},
		{"birth_date", p.BirthDate, c.BirthDate}, {"sex", string(p.Sex), string(c.Sex)},
	} {
		if f.before != f.after {
			detail[f.name+".old"], detail[f.name+".new"] = f.before, f.after
		}
	}
	return detail
}
