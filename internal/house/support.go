package house

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"tereze/internal/account"
	"tereze/internal/claims"
	"tereze/internal/clause"
	"tereze/internal/content"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/mailbox"
	"tereze/internal/notify"
	"tereze/internal/store"
)

// Mailbox is where a portal's letters arrive.
type Mailbox struct {
	Portal string
	Box    mailbox.Box
	Every  time.Duration // between two visits; zero: half a minute
}

// requests introduces the support to those who know the users.
func (h *House) requests(cfg Config, record func(context.Context, evidence.Tx, evidence.Entry) (evidence.EntryRef, error)) *claims.Requests {
	key := hmac.New(sha256.New, cfg.Keys.Opaque)
	key.Write([]byte("numbers of requests"))
	return &claims.Requests{
		InTx: func(ctx context.Context, act func(claims.Tx) error) error {
			return h.Store.InTx(ctx, func(tx *store.Tx) error { return act(tx) })
		},
		InView: func(ctx context.Context, look func(claims.Tx) error) error {
			return h.Store.InView(ctx, func(tx *store.Tx) error { return look(tx) })
		},
		Now: h.Clock.Now, NewID: h.Store.NewID, Record: record, Book: h.Accounts.Book, Due: h.due, Owed: h.Obligations,
		Numbers: claims.NewNumbers(key.Sum(nil)),
		People: claims.People{
			Contacts: supportContacts, Represent: h.represent,
			Tell: func(ctx context.Context, tx claims.Tx, q claims.Request, key string, args map[string]string, quiet bool) error {
				return h.Accounts.TellNotice(ctx, tx.(*store.Tx), q.Home, notify.Notice{Kind: notify.Service, Key: key, Args: args, Cite: q.Cite, Quiet: quiet})
			},
			Institution: func(ctx context.Context, tx claims.Tx, user identity.ID) (identity.ID, error) {
				memberships, err := tx.(*store.Tx).MembershipsOf(ctx, user)
				for _, m := range memberships {
					if m.EndedAt.IsZero() {
						return m.Institution, err
					}
				}
				return 0, err
			},
			Looked: func(ctx context.Context, tx claims.Tx, actor identity.Actor, user identity.ID, subject, reason string) error {
				return h.Accounts.Looked(ctx, tx.(*store.Tx), actor, user, subject, reason)
			},
			Named: func(ctx context.Context, tx claims.Tx, portal, name string) (identity.ID, error) {
				u, err := tx.(*store.Tx).UserNamed(ctx, portal, account.Fold(name))
				if err == nil && u.State == account.Deleted {
					return 0, fault.New(fault.Absent, "account.nobody")
				}
				return u.ID, err
			},
			Country: h.Accounts.Country, Quota: h.quota,
			Allow: func(ctx context.Context, tx claims.Tx, what string, most int, window time.Duration) (bool, error) {
				tooOften, err := h.Accounts.Allow(ctx, tx.(*store.Tx), what, most, window)
				return tooOften == nil, err
			},
			Link: func(ctx context.Context, tx claims.Tx, r claims.Request) (string, error) {
				path, err := h.requestLink(ctx, tx, r)
				return public(cfg) + path, err
			},
		},
	}
}

// quota keeps a user from flooding others with messages (kundelik 6.8b). Whatever carries messages counts by it,
// so that a user has one quota and not one for each way to write.
func (h *House) quota(ctx context.Context, tx claims.Tx, portal string, user identity.ID) error {
	rule, cite, ok := clause.In[content.MessageQuota](h.Accounts.Book(portal, h.Clock.Now()))
	if !ok {
		return nil
	}
	within, err := h.Accounts.AllowToday(ctx, tx.(*store.Tx), portal, "messages/"+strconv.FormatInt(int64(user), 10), rule.PerDay)
	if err != nil || within {
		return err
	}
	return fault.New(fault.TooMany, "content.quota_spent").At("text").With("most", strconv.Itoa(rule.PerDay)).By(cite)
}

// linkPurpose is that of a link to a request, and linkLife how long it leads there: each answer brings a
// new one.
const (
	linkPurpose = "request"
	linkLife    = 30 * 24 * time.Hour
)

// requestLink makes a link to a request, for whoever asked without a user account.
func (h *House) requestLink(ctx context.Context, tx claims.Tx, r claims.Request) (path string, err error) {
	token, err := h.Accounts.NewSecret(ctx, tx.(*store.Tx), account.Secret{
		User: r.Home, Portal: r.Portal, Purpose: linkPurpose, Detail: strconv.FormatInt(int64(r.ID), 10), ExpiresAt: h.Clock.Now().Add(linkLife),
	})
	return "/" + r.Portal + "/links/request/" + token, err
}

// public is how the portals' addresses begin in a message that no page asked for.
func public(cfg Config) string {
	if cfg.Public == "" {
		return "http://localhost:8080" // where serve listens unless it is told otherwise, on this machine only
	}
	return cfg.Public
}

func supportContacts(ctx context.Context, tx claims.Tx, user identity.ID) ([]claims.Contact, error) {
	contacts, err := tx.(*store.Tx).Contacts(ctx, user)
	return forSupport(contacts), err
}

func forSupport(contacts []account.Contact) (out []claims.Contact) {
	for _, c := range contacts {
		channel := notify.Email
		if c.Kind == account.ByPhone {
			channel = notify.SMS
		}
		out = append(out, claims.Contact{Channel: channel, Value: c.Value, Confirmed: true})
	}
	return out
}

// due is the end of the last day of a term, or of its last hour. The days on which nobody works are not
// known here, so a term in business days has no end.
func (h *House) due(portal string, from time.Time, p clause.Period) (time.Time, bool) {
	term, err := h.Obligations.Term(portal, from, p)
	return term.Ends, err == nil
}

// askWithin opens the request of a visitor in the act that confirmed their contact, and makes the link by
// which this browser goes on.
func (h *House) askWithin(ctx context.Context, tx account.Tx, portal string, a claims.Ask, c account.Contact) (path string, err error) {
	channel := notify.Email
	if c.Kind == account.ByPhone {
		channel = notify.SMS
	}
	q, err := h.Requests.AskWithin(ctx, tx.(*store.Tx), portal, a, claims.Contact{Channel: channel, Value: c.Value})
	if err != nil {
		return "", err
	}
	return h.requestLink(ctx, tx.(*store.Tx), q)
}

// linkedRequest reads what a link to a request opens, using nothing up.
func (h *House) linkedRequest(ctx context.Context, portal, token string) (home, id identity.ID, err error) {
	err = h.Store.InView(ctx, func(tx *store.Tx) error {
		s, _, err := h.Accounts.SecretOf(ctx, tx, portal, linkPurpose, token)
		if err != nil {
			return err
		}
		n, err := strconv.ParseInt(s.Detail, 10, 64)
		home, id = s.User, identity.ID(n)
		return err
	})
	return home, id, err
}

// Intake takes one message, as a mail server pipes it, into the queue of a portal. A confirmation is in the
// portal's first language: a letter does not say which one its sender reads.
func (d *Desk) Intake(ctx context.Context, portal string, message io.Reader) (claims.Outcome, string, error) {
	p, ok := d.Agreements.Portal(portal)
	if !ok {
		return "", "", fmt.Errorf("there is no portal %s", portal)
	}
	l, err := mailbox.Read(message)
	if err != nil {
		return "", "", err
	}
	out, q, err := d.take(ctx, portal, p.Languages[0], l)
	if err != nil || q.ID == 0 {
		return out, "", err
	}
	return out, d.Requests.Number(q), nil
}

// VisitMailbox takes in what lies in a mailbox now.
func (h *House) VisitMailbox(ctx context.Context, m Mailbox) (taken, refused int, err error) {
	p, ok := h.Agreements.Portal(m.Portal)
	if !ok {
		return 0, 0, fmt.Errorf("there is no portal %s", m.Portal)
	}
	return m.Box.Visit(ctx, func(ctx context.Context, l mailbox.Mail) error {
		_, _, err := h.TakeMail(ctx, m.Portal, p.Languages[0], l)
		return err
	}, func(err error) bool {
		// What the portal refuses it will refuse again; what is not available now may be later.
		f, ok := errors.AsType[*fault.Fault](err)
		return ok && f.Kind != fault.Unavailable
	})
}

// letters visits a mailbox again and again. While it cannot be reached, the letters wait there.
func (h *House) letters(ctx context.Context, m Mailbox) {
	if m.Every <= 0 {
		m.Every = 30 * time.Second
	}
	for {
		taken, refused, err := h.VisitMailbox(ctx, m)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			h.log.Warn("read a mailbox", "portal", m.Portal, "error", err)
		case taken+refused > 0:
			h.log.Info("read a mailbox", "portal", m.Portal, "taken", taken, "refused", refused)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(m.Every):
		}
	}
}

// unknownPortal names the first mailbox of a portal that is not run here.
func (h *House) unknownPortal(boxes []Mailbox) error {
	for _, m := range boxes {
		if _, ok := h.Agreements.Portal(m.Portal); !ok {
			return fmt.Errorf("mailbox of %s: there is no such portal: %s", m.Portal, strings.Join(h.names(), ", "))
		}
	}
	return nil
}

func (h *House) names() (out []string) {
	for _, p := range h.Agreements.Portals() {
		out = append(out, p.Name)
	}
	return out
}

// institutionName names an institution for the desk.
func (h *House) institutionName(ctx context.Context, id identity.ID) (name string, err error) {
	err = h.Store.InView(ctx, func(tx *store.Tx) error {
		i, err := tx.Institution(ctx, id)
		name = i.Name
		return err
	})
	return name, err
}
