package privacy

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Left is that somebody's page was deleted, or that they left, at an instant.
type Left struct {
	User identity.ID
	At   time.Time
}

// Erasure is the certificate that the data of a person are gone: under which clause, when they were due to go
// and went, from how many tables, how many rows and how many entries of evidence. It names nobody.
type Erasure struct {
	User      identity.ID
	Portal    string
	DeletedAt time.Time
	DueAt     time.Time
	ErasedAt  time.Time
	Tables    int
	Rows      int64
	Entries   int64
	Cite      clause.Citation
	Entry     identity.ID // evidence of it, among the portal's own
}

// ErasureTx is what erasure does to the database.
type ErasureTx interface {
	// LeftBefore lists who of a portal left before an instant and is not erased, behind a mark and in the
	// order of their leaving.
	LeftBefore(ctx context.Context, portal string, before time.Time, after Left, limit int) ([]Left, error)
	// LeftAt tells when a user left and locks the row; zero: they have not. Refusal: Absent.
	LeftAt(ctx context.Context, user identity.ID) (time.Time, error)
	// EraseHoldings removes every row of a person but those that store lists as kept, and tells of how many
	// tables and rows it was.
	EraseHoldings(ctx context.Context, user identity.ID) (tables int, gone int64, err error)
	// AddErasure keeps a certificate.
	AddErasure(ctx context.Context, e Erasure) error
	// ErasuresOf lists a portal's certificates with ids below before, newest page first; 0 begins at the end.
	ErasuresOf(ctx context.Context, portal string, before identity.ID, limit int) ([]Erasure, error)
	// ErasureOf gives one. Refusal: Absent.
	ErasureOf(ctx context.Context, user identity.ID) (Erasure, error)
}

// leftAPage is how many of those who left are looked at together.
const leftAPage = 100

// OweErasures has what a portal owes to those who left written down where it is not: they may have left before
// anybody kept such duties. It may be run again and by several processes: what is owed is not written twice.
func (p *Privacy) OweErasures(ctx context.Context) error {
	for _, portal := range p.Portals() {
		if _, _, ok := clause.In[Retention](p.Book(portal, p.Now())); !ok {
			continue
		}
		for after, more := (Left{}), true; more; {
			err := p.InTx(ctx, func(tx Tx) error {
				page, err := tx.LeftBefore(ctx, portal, p.Now(), after, leftAPage)
				if err != nil {
					return err
				}
				for _, left := range page {
					if err := p.Owe(ctx, tx, portal, left); err != nil {
						return err
					}
					after = left
				}
				more = len(page) == leftAPage
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// Erase removes one person who left, within the act in which keeper meets the obligation: all of it happens or
// none. It reads when they left; for somebody who is gone already done is false. Before the time it fails, so that
// the obligation stays.
func (p *Privacy) Erase(ctx context.Context, tx Tx, portal string, user identity.ID) (done bool, err error) {
	left, err := tx.LeftAt(ctx, user)
	if fault.Is(err, fault.Absent) || err == nil && left.IsZero() {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	e := Erasure{User: user, Portal: portal, DeletedAt: left, ErasedAt: p.Now(), Entry: p.NewID()}
	if e.DueAt, e.Cite = p.EraseAt(portal, left); e.DueAt.IsZero() || e.DueAt.After(e.ErasedAt) {
		return false, fmt.Errorf("erase user %d: due %s, and it is %s", user, e.DueAt, e.ErasedAt)
	}
	if e.Entries, err = evidence.Erase(ctx, tx, user); err != nil {
		return false, err
	}
	if e.Tables, e.Rows, err = tx.EraseHoldings(ctx, user); err != nil {
		return false, err
	}
	if err := tx.AddErasure(ctx, e); err != nil {
		return false, err
	}
	p.Forget(user)
	_, err = p.Record(ctx, tx, evidence.Entry{
		Portal: portal, ID: e.Entry, At: e.ErasedAt, Actor: "system", Act: "privacy.erase", Subject: named(user), Citation: e.Cite,
		Detail: map[string]string{
			"deleted": e.DeletedAt.Format(time.RFC3339), "due": e.DueAt.Format(time.RFC3339), "tables": strconv.Itoa(e.Tables),
			"rows": strconv.FormatInt(e.Rows, 10), "entries": strconv.FormatInt(e.Entries, 10),
		},
	})
	return err == nil, err
}

// Erasures lists the certificates of the operator's portal, newest first, below a mark. Refusal: Forbidden.
func (p *Privacy) Erasures(ctx context.Context, actor identity.Actor, before identity.ID, limit int) (out []Erasure, err error) {
	if err := asOperator(actor); err != nil {
		return nil, err
	}
	err = p.InView(ctx, func(tx Tx) (err error) {
		out, err = tx.ErasuresOf(ctx, actor.Portal, before, limit)
		return err
	})
	return out, err
}

// Erasure gives one certificate of the operator's portal. Refusals: Forbidden; Absent "account.nobody".
func (p *Privacy) Erasure(ctx context.Context, actor identity.Actor, user identity.ID) (e Erasure, err error) {
	if err := asOperator(actor); err != nil {
		return e, err
	}
	err = p.InView(ctx, func(tx Tx) (err error) {
		e, err = tx.ErasureOf(ctx, user)
		return err
	})
	if fault.Is(err, fault.Absent) || err == nil && e.Portal != actor.Portal {
		return Erasure{}, fault.New(fault.Absent, "account.nobody")
	}
	return e, err
}
