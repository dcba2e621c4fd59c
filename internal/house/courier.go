package house

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tereze/internal/courier"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/store"
)

// carry begins to carry messages, where there is a way for them.
func (h *House) carry(ctx context.Context, cfg Config) {
	lines := cfg.Lines
	if lines == nil && cfg.Demo {
		lines = trial()
	}
	if lines != nil {
		h.done.Go(func() { h.courier(lines).Run(ctx) })
	}
}

// courier carries what waits in the outbox by the ways that were configured.
func (h *House) courier(lines map[notify.Channel]courier.Line) *courier.Courier {
	return &courier.Courier{
		InTx: func(ctx context.Context, act func(notify.CourierTx) error) error {
			return h.Store.InTx(ctx, func(tx *store.Tx) error { return act(tx) })
		},
		InView: func(ctx context.Context, look func(notify.CourierTx) error) error {
			return h.Store.InView(ctx, func(tx *store.Tx) error { return look(tx) })
		},
		Now: h.Clock.Now, NewID: h.Store.NewID, Compose: h.compose, Lines: lines, Unreachable: h.unreachable,
		Trouble: func(what string, err error) { h.log.Warn(what, "error", err) },
	}
}

// trial writes messages down and sends none, as a demo wants it.
func trial() map[notify.Channel]courier.Line {
	return map[notify.Channel]courier.Line{notify.Email: {Test: true}, notify.SMS: {Test: true}, notify.Push: {Test: true}}
}

// outboxActs introduces the operator's look at the outbox to the store, and to the register of who looked.
func (h *House) outboxActs(record func(context.Context, evidence.Tx, evidence.Entry) (evidence.EntryRef, error)) *notify.Outbox {
	return &notify.Outbox{
		InTx: func(ctx context.Context, act func(notify.OutboxTx) error) error {
			return h.Store.InTx(ctx, func(tx *store.Tx) error { return act(tx) })
		},
		InView: func(ctx context.Context, look func(notify.OutboxTx) error) error {
			return h.Store.InView(ctx, func(tx *store.Tx) error { return look(tx) })
		},
		Now: h.Clock.Now, NewID: h.Store.NewID, Record: record,
		Looked: func(ctx context.Context, tx notify.OutboxTx, actor identity.Actor, home identity.ID, subject, reason string) error {
			return h.Accounts.Looked(ctx, tx.(*store.Tx), actor, home, subject, reason)
		},
	}
}

var errUnwritten = errors.New("a message without its words")

// compose says a message in its reader's language. One that lacks a sentence, or a value in it, is not sent; nor
// is a letter of a campaign to whoever has left the list since.
func (h *House) compose(ctx context.Context, m notify.Message) (notify.Message, courier.Letter, error) {
	p, ok := h.Agreements.Portal(m.Portal)
	if !ok {
		return m, courier.Letter{}, fmt.Errorf("%w: no portal %s", errUnwritten, m.Portal)
	}
	title := p.Title[m.Language]
	if title == "" {
		title = p.Title[p.Languages[0]]
	}
	text, err := h.letterText(ctx, &m)
	if err != nil {
		return m, courier.Letter{}, err
	}
	if text.Subject == "" {
		text.Subject = h.Frame.Words.Say(m.Language, "courier.subject", "portal", title)
	}
	most, _, _ := notify.PopUps(h.Agreements.Book(m.Portal, m.At))
	return m, courier.Letter{
		Language: m.Language, Sender: title, Subject: text.Subject, Text: text.Body,
		Short: notify.Shorten(text.Body, max(most, shortestPopUp)), Link: h.Frame.Public + "/" + m.Portal + "/cabinet/push/open/" + h.Opaque.Of(m.ID),
		Footer: h.Frame.Words.Say(m.Language, "courier.footer", "portal", title), Mark: h.marks.Of(m.Home, m.ID),
	}, nil
}

// letterText is the text of a message; of a campaign's it also finds out to whom it goes and how they leave the list.
func (h *House) letterText(ctx context.Context, m *notify.Message) (notify.Text, error) {
	if m.Campaign != 0 {
		post, err := h.Notices.Post(ctx, *m)
		if fault.Is(err, fault.Absent) {
			return notify.Text{}, courier.ErrNobody
		}
		*m, m.Unsubscribe = post.Message, h.Frame.Public+post.Unsubscribe
		return post.Text, err
	}
	if !h.Frame.Words.Has(m.Language, m.Key) {
		return notify.Text{}, fmt.Errorf("%w: %s in %s of %s", errUnwritten, m.Key, m.Language, m.Portal)
	}
	return h.Notices.Said(ctx, *m, m.Language)
}

// shortestPopUp still says something, where the clause has gone since the message was written.
const shortestPopUp = 20

// leadsTo is where a pop-up leads, below the portal's address, by what it is about.
func leadsTo(key string) string {
	for _, x := range []struct{ about, path string }{
		{"message.request_", "/cabinet/requests"}, {"message.case_", "/cabinet/cases"}, {"message.passkey", "/cabinet/passkeys"},
		{"message.sanction", "/standing"}, {"message.check_", "/standing"}, {"message.contact_", "/cabinet/contacts"},
	} {
		if strings.HasPrefix(key, x.about) {
			return x.path
		}
	}
	return "/cabinet"
}
