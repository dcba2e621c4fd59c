package account

import (
	"context"
	"slices"
	"time"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/notify"
)

// SubscriptionTx is what a subscription to service messages does to the database.
type SubscriptionTx interface {
	// Subscribed says whether a user subscribed by a channel.
	Subscribed(ctx context.Context, user identity.ID, channel notify.Channel) (bool, error)
	// Subscribe keeps a subscription; changed is false where it was there.
	Subscribe(ctx context.Context, user identity.ID, channel notify.Channel, at time.Time) (changed bool, err error)
	// Unsubscribe removes it; changed is false where there was none.
	Unsubscribe(ctx context.Context, user identity.ID, channel notify.Channel) (changed bool, err error)
}

// Subscription is how a person stands to service messages.
type Subscription struct {
	To   Contact // confirmed, where the messages go
	On   bool
	Cite clause.Citation
}

// serviceKind is the kind of contact that the clause on service messages names (ismet 1.17.1); ok is false
// where the agreement has no such clause, or names a channel at which no contact is kept.
func (a *Accounts) serviceKind(portal string) (kind ContactKind, cite clause.Citation, ok bool) {
	rule, cite, ok := clause.In[notify.ServiceMessages](a.Book(portal, a.Now()))
	if !ok {
		return "", cite, false
	}
	switch notify.Channel(rule.Channel) {
	case notify.Email:
		return ByEmail, cite, true
	case notify.SMS:
		return ByPhone, cite, true
	}
	return "", cite, false
}

func channelOf(kind ContactKind) notify.Channel {
	if kind == ByPhone {
		return notify.SMS
	}
	return notify.Email
}

// subscription reads how a user stands to service messages. Refusal: Absent where the agreement has no clause
// on them, or the user no confirmed contact of its channel.
//
// Nobody is subscribed by registering: the clause gives the address to "the user's subscription", which is
// something the user does, and says nowhere that giving the address is doing it.
func (a *Accounts) subscription(ctx context.Context, tx Tx, portal string, user identity.ID) (Subscription, error) {
	kind, cite, ok := a.serviceKind(portal)
	if !ok {
		return Subscription{}, fault.New(fault.Absent, "gate.no_page")
	}
	contacts, err := tx.Contacts(ctx, user)
	if err != nil {
		return Subscription{}, err
	}
	i := slices.IndexFunc(contacts, func(c Contact) bool { return c.Kind == kind })
	if i < 0 {
		return Subscription{}, fault.New(fault.Absent, "gate.no_page")
	}
	on, err := tx.Subscribed(ctx, user, channelOf(kind))
	return Subscription{To: contacts[i], On: on, Cite: cite}, err
}

// MySubscription reads the actor's subscription to service messages. Refusal: Absent where there is nothing to
// subscribe to: no clause on it, or no confirmed contact of its channel.
func (a *Accounts) MySubscription(ctx context.Context, actor identity.Actor) (s Subscription, err error) {
	err = a.InView(ctx, func(tx Tx) error {
		s, err = a.subscription(ctx, tx, actor.Portal, actor.User)
		return err
	})
	return s, err
}

// Subscribe switches the actor's service messages on or off (ismet 1.17.1). What is so already stays so and is
// not recorded again. Refusal: Absent as at MySubscription.
func (a *Accounts) Subscribe(ctx context.Context, actor identity.Actor, on bool) error {
	now := a.Now()
	return a.InTx(ctx, func(tx Tx) error {
		s, err := a.subscription(ctx, tx, actor.Portal, actor.User)
		if err != nil {
			return err
		}
		channel, act, changed := channelOf(s.To.Kind), "account.service_subscribe", false
		if on {
			changed, err = tx.Subscribe(ctx, actor.User, channel, now)
		} else {
			act = "account.service_unsubscribe"
			changed, err = tx.Unsubscribe(ctx, actor.User, channel)
		}
		if err != nil || !changed {
			return err
		}
		_, err = a.Record(ctx, tx, evidence.Entry{
			Portal: actor.Portal, Home: actor.User, ID: a.NewID(), At: now, Actor: "user:" + itoa64(actor.User), Act: act,
			Citation: s.Cite, Detail: map[string]string{"channel": string(channel)},
		})
		return err
	})
}

// serve tells a person that something they asked of the portal is done, where they get service messages.
func (a *Accounts) serve(ctx context.Context, tx Tx, u User, key string) error {
	return a.notice(ctx, tx, u, notify.Notice{Kind: notify.Service, Key: key})
}
