package house

import (
	"context"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/privacy"
	"tereze/internal/store"
)

// valuesOf names the values in the sentence that ships for a message.
func (h *House) valuesOf(key string) []string {
	text, _ := h.words.Text("en", key)
	return notify.Values(text)
}

// notices introduces the notices to the people, whose contacts account knows, and to the clauses by which some
// notices always go, which are other rooms'.
func (h *House) notices(record func(context.Context, evidence.Tx, evidence.Entry) (evidence.EntryRef, error), library *agreement.Library) *notify.Notices {
	return &notify.Notices{
		InTx: func(ctx context.Context, act func(notify.NoticeTx) error) error {
			return h.Store.InTx(ctx, func(tx *store.Tx) error { return act(tx) })
		},
		InView: func(ctx context.Context, look func(notify.NoticeTx) error) error {
			return h.Store.InView(ctx, func(tx *store.Tx) error { return look(tx) })
		},
		Now: h.Clock.Now, NewID: h.Store.NewID, Record: record, Book: h.Accounts.Book,
		Addresses: func(ctx context.Context, tx notify.NoticeTx, user identity.ID) ([]notify.Address, error) {
			contacts, err := tx.(*store.Tx).Contacts(ctx, user)
			return account.Addresses(contacts), err
		},
		Always: h.alwaysTold, Shipped: h.words.Text, Keys: h.words.Keys,
		Languages: func(portal string) []string {
			p, _ := library.Portal(portal)
			return p.Languages
		},
		AdvertChannels: func(portal string) ([]string, clause.Citation, bool) {
			rule, cite, ok := clause.In[privacy.AdvertChannels](h.Accounts.Book(portal, h.Clock.Now()))
			if !ok {
				return nil, cite, false
			}
			return rule.Channels, cite, true
		},
		Ended: h.lettersEnded,
	}
}

// lettersEnded asks whether a person took back the consent to the purpose that letters of a kind serve. Where no
// clause names the purpose there was nothing to take back but the consent to the letters.
func (h *House) lettersEnded(ctx context.Context, tx notify.NoticeTx, portal string, user identity.ID, kind notify.Kind) (bool, error) {
	purpose := "adverts"
	if kind == notify.News {
		purpose = "information"
	}
	if _, err := h.Privacy.Purpose(portal, purpose); fault.Is(err, fault.Absent) {
		return false, nil
	}
	allowed, err := h.Privacy.Allows(ctx, tx.(*store.Tx), portal, user, purpose)
	return !allowed, err
}

// alwaysTold cites the clause for which a person is told of a kind of thing whatever they prefer.
func (h *House) alwaysTold(portal string, kind notify.Kind) (cite clause.Citation) {
	book := h.Accounts.Book(portal, h.Clock.Now())
	var ok bool
	switch kind {
	case notify.Security:
		if _, cite, ok = clause.In[account.CredentialWarning](book); !ok {
			_, cite, _ = clause.In[gate.Lockout](book)
		}
	case notify.Sanction:
		if _, cite, ok = clause.In[account.Sanctions](book); !ok {
			_, cite, _ = clause.In[account.ImmediateMeasures](book)
		}
	case notify.Amendment:
		_, cite, _ = clause.In[agreement.Amendment](book)
	}
	return cite
}

// notice lets account send a notice in its own act.
func (h *House) notice(ctx context.Context, tx account.Tx, n notify.Notice) error {
	return h.Notices.Send(ctx, tx.(*store.Tx), n)
}

// confirmed tells the list of news of a contact that somebody has confirmed.
func (h *House) confirmed(ctx context.Context, tx account.Tx, u account.User, kind account.ContactKind) error {
	channel := notify.Email
	if kind == account.ByPhone {
		channel = notify.SMS
	}
	return h.Notices.Confirmed(ctx, tx.(*store.Tx), u.Portal, u.ID, channel)
}
