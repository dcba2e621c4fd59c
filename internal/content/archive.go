package content

import (
	"context"
	"fmt"
	"time"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/obligation"
)

// DutyArchive is the obligation to destroy the archive copy of a material when its time is over.
const DutyArchive = "content.archive"

// end takes the title and the text out of a material, which nobody sees from then on. Where a clause lets
// archive copies be kept (ismet R20.5) the copy is for the staff alone: without limit or, where the clause sets one,
// until a term that the portal owes its author. Where no clause does nothing is kept.
func (m *Materials) end(ctx context.Context, tx Tx, x *Material, as State) (clause.Citation, error) {
	now := m.Now()
	rule, cite, kept := clause.In[ArchiveCopies](m.Book(x.Portal, now))
	if kept {
		if err := tx.AddWording(ctx, *x, Wording{Version: x.Version, Until: now, Ended: true, Title: x.Title, Text: x.Text}); err != nil {
			return cite, err
		}
	} else if err := tx.DropWordings(ctx, x.Author, x.ID); err != nil {
		return cite, err
	}
	x.State, x.Title, x.Text, x.EndedAt, x.Version = as, "", "", now, x.Version+1
	if err := tx.SaveMaterial(ctx, *x); err != nil || rule.KeepFor == (clause.Period{}) {
		return cite, err
	}
	term, err := m.Owed.Term(x.Portal, now, rule.KeepFor)
	if err != nil {
		return cite, fmt.Errorf("term of an archive copy: %w", err)
	}
	return cite, m.Owed.Owe(ctx, tx, obligation.Obligation{
		Home: x.Author, Portal: x.Portal, Kind: DutyArchive, Subject: Subject(x.ID), From: obligation.Operator, To: obligation.User,
		Cite: cite, Since: now, Due: m.Owed.DayOf(x.Portal, term.Ends), ActAt: term.Ends,
	})
}

// Sweep destroys what is kept of a deleted material, within the act in which keeper meets the obligation. Of somebody
// who was erased nothing is left to destroy.
func (m *Materials) Sweep(ctx context.Context, tx Tx, o obligation.Obligation) error {
	id, err := o.About()
	if err != nil {
		return err
	}
	x, err := tx.Material(ctx, o.Home, id)
	if fault.Is(err, fault.Absent) || err == nil && x.State == Published {
		return nil
	}
	if err != nil {
		return err
	}
	x.Version++
	if err := tx.SaveMaterial(ctx, x); err != nil { // nobody puts it back meanwhile
		return err
	}
	if err := tx.DropWordings(ctx, x.Author, x.ID); err != nil {
		return err
	}
	return m.note(ctx, tx, x, "system", "content.sweep", o.Cite, nil)
}

// Archive gives an operator what is kept of a material, newest first, for a reason that its author sees
// (ismet R20.5). Refusals: Forbidden; Absent; Invalid at "reason".
func (m *Materials) Archive(ctx context.Context, actor identity.Actor, author, id identity.ID, reason string) (out []Wording, err error) {
	if err := asOperator(actor); err != nil {
		return nil, err
	}
	err = m.InTx(ctx, func(tx Tx) error {
		if _, err := m.own(ctx, tx, actor.Portal, author, id); err != nil {
			return err
		}
		if out, err = tx.Wordings(ctx, author, id); err != nil {
			return err
		}
		return m.People.Looked(ctx, tx, actor, author, Subject(id), reason)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// asOperator refuses everybody who is none.
func asOperator(actor identity.Actor) error {
	if !actor.Is(identity.Operator) {
		return fault.New(fault.Forbidden, "agreement.role").With("role", string(identity.Operator))
	}
	return nil
}

// putBack makes what a moderator deleted stand as it stood.
func (m *Materials) putBack(ctx context.Context, tx Tx, x *Material) error {
	all, err := tx.Wordings(ctx, x.Author, x.ID)
	if err != nil {
		return err
	}
	if x.State != Removed || len(all) == 0 || !all[0].Ended {
		return fault.New(fault.Conflict, "content.not_kept")
	}
	last := all[0]
	x.State, x.Title, x.Text, x.EndedAt = Published, last.Title, last.Text, time.Time{}
	return m.Owed.Lift(ctx, tx, x.Portal, x.Author, DutyArchive, Subject(x.ID))
}
