package account

import (
	"context"
	"time"

	"tereze/internal/identity"
	"tereze/internal/notify"
)

// alert lays a notice into a person's cabinet and sends it by the channels of its kind: by e-mail where they have
// confirmed one, else by SMS, which the person may have to pay for (egov 2.5), or as they prefer. Nothing goes to
// an address that nobody has confirmed.
func (a *Accounts) alert(ctx context.Context, tx Tx, u User, key string, args map[string]string) error {
	return a.notice(ctx, tx, u, notify.Notice{Key: key, Args: args})
}

func (a *Accounts) notice(ctx context.Context, tx Tx, u User, n notify.Notice) error {
	contacts, err := tx.Contacts(ctx, u.ID)
	if err != nil {
		return err
	}
	n.Home, n.Portal, n.Language, n.Addresses = u.ID, u.Portal, u.Language, Addresses(contacts)
	return a.Notify(ctx, tx, n)
}

// alertAlike is alert where a stranger looks on: nobody gets a notice and a message as well, which go nowhere,
// and so does a message for somebody without a contact.
func (a *Accounts) alertAlike(ctx context.Context, tx Tx, portal string, u User, key string, args map[string]string) error {
	nobody := u.ID == 0
	contacts, err := tx.Contacts(ctx, u.ID)
	if err != nil {
		return err
	}
	if nobody {
		u, key = User{ID: a.NewID(), Portal: portal, Language: nowhere}, notify.Decoy
	}
	return a.Notify(ctx, tx, notify.Notice{Home: u.ID, Portal: u.Portal, Language: u.Language, Key: key, Args: args, Addresses: Addresses(contacts), Alike: true})
}

// nowhere is the address, and the language, of a message to nobody.
const nowhere = "-"

// Addresses are confirmed contacts as notices know them.
func Addresses(contacts []Contact) (out []notify.Address) {
	for _, c := range contacts {
		out = append(out, notify.Address{Channel: channelOf(c.Kind), To: c.Value, Failing: c.Fails()})
	}
	return out
}

// Tell sends a user a notice of another room, as alert does.
func (a *Accounts) Tell(ctx context.Context, tx Tx, user identity.ID, key string, args map[string]string) error {
	return a.TellNotice(ctx, tx, user, notify.Notice{Key: key, Args: args})
}

// TellNotice sends a user a notice; its home, portal, language and addresses are filled in.
func (a *Accounts) TellNotice(ctx context.Context, tx Tx, user identity.ID, n notify.Notice) error {
	u, err := tx.User(ctx, user)
	if err != nil {
		return err
	}
	return a.notice(ctx, tx, u, n)
}

// tell sends a person one message to one address.
func (a *Accounts) tell(ctx context.Context, tx Tx, u User, to Contact, key string, args map[string]string) error {
	return a.sendTo(ctx, tx, u, to.Kind, to.Value, key, args, time.Time{})
}

// written is an instant as a message says it: figures alone, in the portal's zone.
func (a *Accounts) written(portal string, at time.Time) string {
	return at.In(a.Zone(portal)).Format("02.01.2006 15:04")
}
