package house

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"strings"

	"tereze/internal/claims"
	"tereze/internal/mailbox"
	"tereze/internal/notify"
	"tereze/internal/store"
)

// marks are those of the messages of this installation.
func marks(cfg Config) notify.Marks {
	key := hmac.New(sha256.New, cfg.Keys.Opaque)
	key.Write([]byte("marks of messages"))
	return notify.NewMarks(key.Sum(nil))
}

// TakeMail takes in what came to a mailbox: the report of a mail server about a message of ours, or a letter.
func (h *House) TakeMail(ctx context.Context, portal, language string, m mailbox.Mail) (claims.Outcome, claims.Request, error) {
	ours, err := h.reported(ctx, m.Report)
	if err != nil {
		return "", claims.Request{}, err
	}
	if ours {
		return claims.LetterReport, claims.Request{}, nil
	}
	return h.Requests.TakeLetter(ctx, portal, language, m.Letter)
}

// reported writes down what a mail server says of a message (RFC 3464). ours is false for a report that names none of
// ours: one that is not about us, or that somebody made up.
func (h *House) reported(ctx context.Context, r mailbox.Report) (ours bool, err error) {
	for _, name := range r.Names {
		home, id, ok := h.marks.Open(name)
		if !ok {
			continue
		}
		if !r.Failed {
			return true, nil // it is under way, or has arrived
		}
		out := outcomeOf(r.Status)
		return true, h.Store.InTx(ctx, func(tx *store.Tx) error {
			m, changed, err := tx.TakeReport(ctx, home, id, out, h.Clock.Now())
			if err != nil || !changed || out.Reason != notify.ReasonAddress {
				return err
			}
			return h.Accounts.MailFails(ctx, tx, m)
		})
	}
	return false, nil
}

// outcomeOf reads a status (RFC 3463): X.1 is about the address, and X.2.1 a mailbox that is closed; a mailbox that
// is full, a message too long or a policy says nothing about the address.
func outcomeOf(status string) notify.Outcome {
	out := notify.Outcome{State: notify.Temporary, Reason: notify.ReasonReceipt, Code: status}
	switch class, subject, _ := strings.Cut(status, "."); {
	case class == "5" && (strings.HasPrefix(subject, "1.") || subject == "2.1"):
		out.State, out.Reason = notify.Permanent, notify.ReasonAddress
	case class == "5":
		out.State, out.Reason = notify.Permanent, notify.ReasonRefused
	}
	return out
}

// unreachable is told by the courier that there is nobody at the address of an e-mail.
func (h *House) unreachable(ctx context.Context, tx notify.CourierTx, m notify.Message) error {
	return h.Accounts.MailFails(ctx, tx.(*store.Tx), m)
}
