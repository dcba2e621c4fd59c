package house

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"tereze/internal/courier"
	"tereze/internal/evidence"
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
		Now: h.Clock.Now, NewID: h.Store.NewID, Compose: h.compose, Lines: lines,
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

// compose says a message in its reader's language. One that lacks a sentence, or a value in it, is not sent.
func (h *House) compose(m notify.Message) (courier.Letter, error) {
	p, ok := h.Agreements.Portal(m.Portal)
	if !ok || !h.Frame.Words.Has(m.Language, m.Key) {
		return courier.Letter{}, fmt.Errorf("%w: %s in %s of %s", errUnwritten, m.Key, m.Language, m.Portal)
	}
	title := p.Title[m.Language]
	if title == "" {
		title = p.Title[p.Languages[0]]
	}
	sentence := h.Frame.Words.Say(m.Language, m.Key)
	for _, hole := range regexp.MustCompile(`\{([a-z_]+)\}`).FindAllStringSubmatch(sentence, -1) {
		if _, ok := m.Args[hole[1]]; !ok {
			return courier.Letter{}, fmt.Errorf("%w: %s lacks %s", errUnwritten, m.Key, hole[1])
		}
	}
	var args []string
	for name, value := range m.Args {
		args = append(args, name, value)
	}
	text := h.Frame.Words.Say(m.Language, m.Key, args...)
	most, _, _ := notify.PopUps(h.Agreements.Book(m.Portal, m.At))
	return courier.Letter{
		Language: m.Language, Sender: title, Subject: h.Frame.Words.Say(m.Language, "courier.subject", "portal", title), Text: text,
		Short: notify.Shorten(text, max(most, shortestPopUp)), Link: h.Frame.Public + "/" + m.Portal + "/cabinet/push/open/" + h.Opaque.Of(m.ID),
		Footer: h.Frame.Words.Say(m.Language, "courier.footer", "portal", title),
	}, nil
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
