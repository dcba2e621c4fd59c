package account

import (
	"context"
	"time"

	"tereze/internal/identity"
	"tereze/internal/notify"
)

// MessagesTx is what the list of a person's messages reads of the database.
type MessagesTx interface {
	// MessagesOf lists what was written to a user, newest first, with ids below before; 0 begins at
	// the newest.
	MessagesOf(ctx context.Context, user, before identity.ID, limit int) ([]notify.Message, error)
	// Unread counts the notices in a user's cabinet that were not read, up to a hundred.
	Unread(ctx context.Context, user identity.ID) (int, error)
	// ReadMessage notes that a user opened a message that was sent, and gives its key. Refusal: Absent.
	ReadMessage(ctx context.Context, user, id identity.ID, at time.Time) (key string, err error)
}

// MyMessages lists what the portal has written to the actor, newest first (kg 1.1b).
func (a *Accounts) MyMessages(ctx context.Context, actor identity.Actor, before identity.ID, limit int) (out []notify.Message, err error) {
	err = a.InView(ctx, func(tx Tx) error {
		out, err = tx.MessagesOf(ctx, actor.User, before, limit)
		return err
	})
	return out, err
}
