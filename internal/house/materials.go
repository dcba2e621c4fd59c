package house

import (
	"context"
	"time"

	"tereze/internal/clause"
	"tereze/internal/content"
	"tereze/internal/evidence"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/store"
)

// materials introduces what users publish to the store and to those who know the users.
func (h *House) materials(record func(context.Context, evidence.Tx, evidence.Entry) (evidence.EntryRef, error)) *content.Materials {
	return &content.Materials{
		InTx: func(ctx context.Context, act func(content.Tx) error) error {
			return h.Store.InTx(ctx, func(tx *store.Tx) error { return act(tx) })
		},
		InView: func(ctx context.Context, look func(content.Tx) error) error {
			return h.Store.InView(ctx, func(tx *store.Tx) error { return look(tx) })
		},
		Now: h.Clock.Now, NewID: h.Store.NewID, Record: record, Book: h.Accounts.Book, Owed: h.Obligations,
		People: content.People{
			Tell: func(ctx context.Context, tx content.Tx, user identity.ID, key string, args map[string]string, cite clause.Citation) error {
				return h.Accounts.TellNotice(ctx, tx.(*store.Tx), user, notify.Notice{Kind: notify.Service, Key: key, Args: args, Cite: cite})
			},
			Looked: func(ctx context.Context, tx content.Tx, actor identity.Actor, user identity.ID, subject, reason string) error {
				return h.Accounts.Looked(ctx, tx.(*store.Tx), actor, user, subject, reason)
			},
			Allow: func(ctx context.Context, tx content.Tx, what string, most int, window time.Duration) (bool, error) {
				tooOften, err := h.Accounts.Allow(ctx, tx.(*store.Tx), what, most, window)
				return tooOften == nil, err
			},
		},
	}
}
