package account

import (
	"context"
	"time"

	"tereze/internal/identity"
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
	if err := a.popUp(ctx, tx, u, key, args); err != nil {
		return err
	}
	var to Contact
	for _, c := range contacts {
		if to.Value == "" || c.Kind == ByEmail {
			to = c
		}
	}
	if to.Value == "" {
		return nil
	}
	return a.tell(ctx, tx, u, to, key, args)
}

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
