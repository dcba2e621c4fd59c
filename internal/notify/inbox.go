package notify

import (
	"context"
	"time"

	"tereze/internal/identity"
)

// Page asks for a page of a person's notices.
type Page struct {
	Kind     Kind        // empty: of every kind
	Unread   bool        // only those
	Archived bool        // those taken out of the inbox, instead of the inbox
	Before   identity.ID // those below it; 0: from the newest
	Limit    int
}

// Inbox lists the actor's notices, newest first.
func (n *Notices) Inbox(ctx context.Context, actor identity.Actor, page Page) (out []Notice, err error) {
	err = n.InView(ctx, func(tx NoticeTx) error {
		out, err = tx.Notices(ctx, actor.User, page)
		return err
	})
	return out, err
}

// Open gives one notice of the actor and keeps when it was first read. Refusal: Absent.
func (n *Notices) Open(ctx context.Context, actor identity.Actor, id identity.ID) (x Notice, err error) {
	err = n.InView(ctx, func(tx NoticeTx) error {
		x, err = tx.Notice(ctx, actor.User, id)
		return err
	})
	if err != nil || !x.ReadAt.IsZero() {
		return x, err
	}
	x.ReadAt = n.Now()
	return x, n.InTx(ctx, func(tx NoticeTx) error {
		_, err := tx.ReadNotice(ctx, actor.User, id, x.ReadAt)
		return err
	})
}

// ReadAll marks everything in the actor's inbox as read and tells how many were not.
func (n *Notices) ReadAll(ctx context.Context, actor identity.Actor) (changed int64, err error) {
	err = n.InTx(ctx, func(tx NoticeTx) error {
		changed, err = tx.ReadNotice(ctx, actor.User, 0, n.Now())
		return err
	})
	return changed, err
}

// Archive takes a notice out of the actor's inbox, or puts it back. Refusal: Absent.
func (n *Notices) Archive(ctx context.Context, actor identity.Actor, id identity.ID, archive bool) error {
	return n.InTx(ctx, func(tx NoticeTx) error {
		x, err := tx.Notice(ctx, actor.User, id)
		if err != nil || archive == !x.ArchivedAt.IsZero() {
			return err
		}
		var at time.Time
		if archive {
			at = n.Now()
		}
		return tx.ArchiveNotice(ctx, actor.User, id, at)
	})
}
