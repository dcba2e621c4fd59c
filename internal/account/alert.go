package account

import (
	"context"
	"time"

	"tereze/internal/identity"
	"tereze/internal/notify"
)

// alert tells a person of something done to their account: by e-mail where they have confirmed one,
// else by SMS, which the person may have to pay for (egov 2.5). Nothing goes to an address that
// nobody has confirmed.
func (a *Accounts) alert(ctx context.Context, tx Tx, u User, key string, args map[string]string) error {
	contacts, err := tx.Contacts(ctx, u.ID)
	if err != nil {
		return err
	}
	return a.alertTo(ctx, tx, u, contacts, key, args)
}

// alertTo chooses among contacts as alert does.
func (a *Accounts) alertTo(ctx context.Context, tx Tx, u User, contacts []Contact, key string, args map[string]string) error {
	to := alerted(contacts)
	if to.Value == "" {
		return nil
	}
	return a.tell(ctx, tx, u, to, key, args)
}

// alerted is the contact that alert chooses; zero where there is none.
func alerted(contacts []Contact) (to Contact) {
	for _, c := range contacts {
		if to.Value == "" || c.Kind == ByEmail {
			to = c
		}
	}
	return to
}

// alertAlike is alert where a stranger looks on: nobody, and somebody without a contact, get a message as
// well, which goes nowhere.
func (a *Accounts) alertAlike(ctx context.Context, tx Tx, portal string, u User, key string, args map[string]string) error {
	contacts, err := tx.Contacts(ctx, u.ID)
	if err != nil {
		return err
	}
	to := alerted(contacts)
	if to.Value == "" {
		u, to, key = User{ID: a.NewID(), Portal: portal, Language: nowhere}, Contact{Kind: ByEmail, Value: nowhere}, notify.Decoy
	}
	return a.tell(ctx, tx, u, to, key, args)
}

// nowhere is the address, and the language, of a message to nobody.
const nowhere = "-"

// Tell sends a user a message of another room, as alert does.
func (a *Accounts) Tell(ctx context.Context, tx Tx, user identity.ID, key string, args map[string]string) error {
	u, err := tx.User(ctx, user)
	if err != nil {
		return err
	}
	return a.alert(ctx, tx, u, key, args)
}

// tell sends a person one message to one address.
func (a *Accounts) tell(ctx context.Context, tx Tx, u User, to Contact, key string, args map[string]string) error {
	return a.sendTo(ctx, tx, u, to.Kind, to.Value, key, args)
}

// written is an instant as a message says it: figures alone, in the portal's zone.
func (a *Accounts) written(portal string, at time.Time) string {
	return at.In(a.Zone(portal)).Format("02.01.2006 15:04")
}
