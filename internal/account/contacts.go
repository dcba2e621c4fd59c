package account

import (
	"context"
	"net/mail"
	"slices"
	"strings"
	"time"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/notify"
)

// wayContact is the way of an attempt that confirms a contact.
const wayContact = "contact"

// Limits on the codes that a person may have sent, against using a portal to pester somebody.
const (
	contactCodesOfUser = 10 // in an hour
	contactCodesTo     = 5  // in an hour, to one address or number
)

// contactCode is how a contact is confirmed: as the clause on activation codes says (ismet 1.10),
// and in the same manner where there is none.
func (a *Accounts) contactCode(portal string) CodeRule {
	if rule, _, ok := clause.In[ActivationCode](a.Book(portal, a.Now())); ok {
		return CodeRule{Digits: rule.Digits, ValidFor: length(rule.ValidFor), Tries: rule.Attempts, Resends: rule.Resends}
	}
	return CodeRule{Digits: 6, ValidFor: 10 * time.Minute, Tries: 5, Resends: 3}
}

// ContactFixed cites the clause by which a contact cannot be changed in the cabinet, because it is
// the sign-in name and the agreement gives no right to change that (kg 2.5).
func (a *Accounts) ContactFixed(portal string, kind ContactKind) (clause.Citation, bool) {
	names, cite, ok := clause.In[LoginNames](a.Book(portal, a.Now()))
	return cite, ok && slices.Contains(names.Names, string(kind)) && !names.Changeable
}

// MyContacts lists the actor's confirmed contacts.
func (a *Accounts) MyContacts(ctx context.Context, actor identity.Actor) (out []Contact, err error) {
	err = a.InView(ctx, func(tx Tx) error {
		out, err = tx.Contacts(ctx, actor.User)
		return err
	})
	return out, err
}

// readContact gives a contact its one form.
func (a *Accounts) readContact(portal string, kind ContactKind, typed string) (string, error) {
	typed = strings.TrimSpace(typed)
	if kind == ByPhone {
		phone, err := identity.ParsePhone(typed, a.Country(portal))
		if err != nil {
			return "", fault.New(fault.Invalid, "account.contact_phone").At("value")
		}
		return string(phone), nil
	}
	if f := checkText("value", typed, 1, 254, false); f != nil {
		return "", f
	}
	at, err := mail.ParseAddress(typed)
	if err != nil || at.Address != typed || at.Name != "" {
		return "", fault.New(fault.Invalid, "account.email").At("value")
	}
	return typed, nil
}

// BeginContact sends a code to a new contact; the contact is not used before the code came back
// (ismet 1.17, R7). The token goes into the browser's cookie.
//
// Refusals: Invalid at "value"; Forbidden "account.contact_fixed"; TooMany "account.too_often".
func (a *Accounts) BeginContact(ctx context.Context, actor identity.Actor, kind ContactKind, typed string) (token string, err error) {
	if cite, fixed := a.ContactFixed(actor.Portal, kind); fixed {
		return "", fault.New(fault.Forbidden, "account.contact_fixed").By(cite)
	}
	value, err := a.readContact(actor.Portal, kind, typed)
	if err != nil {
		return "", err
	}
	rule := a.contactCode(actor.Portal)
	var refusal *fault.Fault
	err = a.InTx(ctx, func(tx Tx) error {
		token, refusal = "", nil
		for what, most := range map[string]int{"contact/of/" + itoa64(actor.User): contactCodesOfUser, "contact/to/" + Fold(value): contactCodesTo} {
			tooOften, err := a.Allow(ctx, tx, what, most, time.Hour)
			if err != nil {
				return err
			}
			if tooOften != nil {
				refusal = tooOften.At("value")
			}
		}
		if refusal != nil {
			return nil // counted all the same
		}
		at, t, err := a.BeginAttempt(ctx, tx, actor.Portal, wayContact, "code",
			map[string]string{"user": itoa64(actor.User), "kind": string(kind), "value": value})
		if err != nil {
			return err
		}
		token = t
		return a.sendContactCode(ctx, tx, actor, at, rule)
	})
	if err != nil {
		return "", err
	}
	if refusal != nil {
		return "", refusal
	}
	return token, nil
}

func (a *Accounts) sendContactCode(ctx context.Context, tx Tx, actor identity.Actor, at Attempt, rule CodeRule) error {
	code, err := a.NewCode(tx, &at, rule)
	if err != nil {
		return err
	}
	at.Version++
	if err := tx.SaveAttempt(ctx, at); err != nil {
		return err
	}
	u := User{ID: actor.User, Portal: actor.Portal, Language: actor.Language}
	return a.sendTo(ctx, tx, u, ContactKind(at.Form["kind"]), at.Form["value"], "message.contact_code",
		map[string]string{"code": code, "minutes": itoa(int(rule.ValidFor.Minutes()))}, at.CodeExpiresAt)
}

// contactAttempt finds the actor's own attempt. Refusal: Absent "account.attempt_ended".
func (a *Accounts) contactAttempt(ctx context.Context, tx Tx, actor identity.Actor, token string) (Attempt, error) {
	at, err := a.AttemptOf(ctx, tx, actor.Portal, wayContact, token)
	if err == nil && at.Form["user"] != itoa64(actor.User) {
		return Attempt{}, fault.New(fault.Absent, "account.attempt_ended")
	}
	return at, err
}

// ContactWaiting is the contact that waits for its code. Refusal: Absent "account.attempt_ended".
func (a *Accounts) ContactWaiting(ctx context.Context, actor identity.Actor, token string) (c Contact, err error) {
	err = a.InView(ctx, func(tx Tx) error {
		at, err := a.contactAttempt(ctx, tx, actor, token)
		c = Contact{Kind: ContactKind(at.Form["kind"]), Value: at.Form["value"]}
		return err
	})
	return c, err
}

// ResendContact sends a new code, which makes the old one void. Refusals: Absent
// "account.attempt_ended"; TooMany "account.code_resends", "account.too_often".
func (a *Accounts) ResendContact(ctx context.Context, actor identity.Actor, token string) error {
	return a.InTx(ctx, func(tx Tx) error {
		at, err := a.contactAttempt(ctx, tx, actor, token)
		if err != nil {
			return err
		}
		tooOften, err := a.Allow(ctx, tx, "contact/to/"+Fold(at.Form["value"]), contactCodesTo, time.Hour)
		if err != nil {
			return err
		}
		if tooOften != nil {
			return tooOften
		}
		return a.sendContactCode(ctx, tx, actor, at, a.contactCode(actor.Portal))
	})
}

// ConfirmContact takes the code and puts the contact into use: the one before it is told, and where
// it was a sign-in name (ismet R7) the new one takes its place.
//
// Refusals: those of CheckCode; Absent "account.attempt_ended"; Conflict "account.contact_taken" for
// somebody else's sign-in name, told only to who has the code.
func (a *Accounts) ConfirmContact(ctx context.Context, actor identity.Actor, token, code string) error {
	var refusal *fault.Fault
	defer a.Forget(actor.User)
	err := a.InTx(ctx, func(tx Tx) error {
		at, err := a.contactAttempt(ctx, tx, actor, token)
		if err != nil {
			return err
		}
		if refusal, err = a.checkDigits(ctx, tx, at, code, a.contactCode(actor.Portal)); err != nil || refusal != nil {
			return err
		}
		if err := a.useContact(ctx, tx, actor, Contact{Kind: ContactKind(at.Form["kind"]), Value: at.Form["value"], ConfirmedAt: a.Now()}); err != nil {
			return err
		}
		return tx.EndAttempt(ctx, at.ID)
	})
	if err != nil {
		return err
	}
	if refusal != nil {
		return refusal
	}
	return nil
}

// confirm keeps a contact that has been confirmed. Some agreements then put it on a list of their own accord.
func (a *Accounts) confirm(ctx context.Context, tx Tx, u User, c Contact) error {
	if err := tx.SaveContact(ctx, u.ID, c); err != nil {
		return err
	}
	return a.Confirmed(ctx, tx, u, c.Kind)
}

// MailFails is told that there is nobody at the address of an e-mail. If it is still the address of its user, they
// read so in the cabinet, hear of it by their other channels, and get no letters there until they have confirmed
// it again. What is owed to them goes on: the address may come back.
func (a *Accounts) MailFails(ctx context.Context, tx Tx, m notify.Message) error {
	now := a.Now()
	changed, err := tx.FailContact(ctx, m.Home, ByEmail, m.To, m.At, now)
	if err != nil || !changed {
		return err
	}
	u, err := tx.User(ctx, m.Home)
	if err != nil {
		return err
	}
	err = a.notice(ctx, tx, u, notify.Notice{
		Kind: notify.Security, Key: "message.contact_failing", Args: map[string]string{"at": a.written(u.Portal, now)}, All: true, By: []notify.Channel{notify.SMS, notify.Push},
	})
	if err != nil {
		return err
	}
	_, err = a.Record(ctx, tx, evidence.Entry{Portal: u.Portal, Home: u.ID, ID: a.NewID(), At: now, Actor: "system", Act: "account.contact_failing", Detail: map[string]string{"kind": string(ByEmail)}})
	return err
}

func (a *Accounts) useContact(ctx context.Context, tx Tx, actor identity.Actor, c Contact) error {
	u, err := tx.User(ctx, actor.User)
	if err != nil {
		return err
	}
	all, err := tx.Contacts(ctx, u.ID)
	if err != nil {
		return err
	}
	var old Contact
	if i := slices.IndexFunc(all, func(x Contact) bool { return x.Kind == c.Kind }); i >= 0 {
		old = all[i]
	}
	if err := a.renameByContact(ctx, tx, u, old, c); err != nil {
		return err
	}
	if err := a.confirm(ctx, tx, u, c); err != nil {
		return err
	}
	before := u.Email
	if c.Kind == ByPhone {
		before, u.Phone = u.Phone, c.Value
	} else {
		u.Email = c.Value
	}
	u.Version++
	if err := tx.SaveUser(ctx, u, u.Keys()); err != nil {
		return err
	}
	if err := tx.AddChange(ctx, u.ID, Change{ID: a.NewID(), At: c.ConfirmedAt, Field: string(c.Kind), Before: before, After: c.Value}); err != nil {
		return err
	}
	if old.Value != "" && old.Value != c.Value {
		if err := a.tell(ctx, tx, u, old, "message.contact_changed", map[string]string{"at": a.written(u.Portal, c.ConfirmedAt)}); err != nil {
			return err
		}
	}
	return a.note(ctx, tx, u, "account.contact", c.ConfirmedAt, map[string]string{"kind": string(c.Kind)})
}

// renameByContact lets the person sign in by the new contact, and no more by the old one, where the
// agreement takes contacts for sign-in names.
func (a *Accounts) renameByContact(ctx context.Context, tx Tx, u User, old, c Contact) error {
	names, _, ok := clause.In[LoginNames](a.Book(u.Portal, a.Now()))
	if !ok || !slices.Contains(names.Names, string(c.Kind)) || old.Value == c.Value {
		return nil
	}
	if err := tx.AddName(ctx, u.Portal, Fold(c.Value), u.ID); err != nil {
		if !fault.Is(err, fault.Conflict) {
			return err
		}
		owner, err := tx.UserNamed(ctx, u.Portal, Fold(c.Value))
		if err != nil || owner.ID != u.ID {
			return fault.New(fault.Conflict, "account.contact_taken").At("code")
		}
	}
	if old.Value == "" || Fold(old.Value) == Fold(c.Value) {
		return nil
	}
	if Fold(old.Value) == Fold(u.SignInName) {
		if err := tx.RenameUser(ctx, u.ID, c.Value, Fold(c.Value)); err != nil {
			return err
		}
	}
	return tx.RemoveName(ctx, u.Portal, Fold(old.Value), u.ID)
}

// Change is that a person's data were changed, or confirmed (Field "confirmed"), for that person to see.
type Change struct {
	ID            identity.ID
	At            time.Time
	Field         string
	Before, After string
}

// fieldConfirmed marks the change that changed nothing: the person said that all is right.
const fieldConfirmed = "confirmed"

// MyChanges lists what was changed in the actor's data, newest first.
func (a *Accounts) MyChanges(ctx context.Context, actor identity.Actor, limit int) (out []Change, err error) {
	err = a.InView(ctx, func(tx Tx) error {
		out, err = tx.Changes(ctx, actor.User, limit)
		return err
	})
	return out, err
}

// UpkeepDue says since when the actor's data are unconfirmed and whether the clause has them look
// the data through (egov 4.6, ismet R8.2, kg 2.2).
func (a *Accounts) UpkeepDue(ctx context.Context, actor identity.Actor) (since time.Time, due bool, cite clause.Citation, err error) {
	rule, cite, ok := clause.In[DataUpkeep](a.Book(actor.Portal, a.Now()))
	if !ok {
		return time.Time{}, false, clause.Citation{}, nil
	}
	err = a.InView(ctx, func(tx Tx) error {
		u, err := tx.User(ctx, actor.User)
		if err != nil {
			return err
		}
		since = u.CreatedAt
		p, err := tx.Person(ctx, actor.User)
		if err != nil && !fault.Is(err, fault.Absent) {
			return err
		}
		if p.ConfirmedAt.After(since) {
			since = p.ConfirmedAt
		}
		changes, err := tx.Changes(ctx, actor.User, 200)
		for _, c := range changes {
			if c.Field == fieldConfirmed && c.At.After(since) {
				since = c.At
			}
		}
		return err
	})
	return since, err == nil && !a.Now().Before(after(since, rule.RemindEvery, a.Zone(actor.Portal))), cite, err
}

// ConfirmData takes the actor's word that what is known of them is right.
func (a *Accounts) ConfirmData(ctx context.Context, actor identity.Actor) error {
	now := a.Now()
	return a.InTx(ctx, func(tx Tx) error {
		u, err := tx.User(ctx, actor.User)
		if err != nil {
			return err
		}
		if err := tx.AddChange(ctx, u.ID, Change{ID: a.NewID(), At: now, Field: fieldConfirmed}); err != nil {
			return err
		}
		return a.note(ctx, tx, u, "account.data_confirmed", now, nil)
	})
}
