package content

import (
	"context"
	"time"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// mostPublished and mostEdited are how often one user may publish, and edit, in an hour: a person does less, and a
// program that does more floods the others (ismet R10.3).
const (
	mostPublished = 20
	mostEdited    = 60
)

// Publish makes a material of what a user wrote. It stands for everybody from the moment of the act: nobody
// looks at it first (ismet R28), and no program judges or alters it (ismet R26).
//
// Refusals: Absent on a portal without materials; Invalid for each field (fault.Faults); TooMany "account.too_often".
func (m *Materials) Publish(ctx context.Context, bound identity.Bound, d Draft) (Material, error) {
	actor := bound.Actor()
	if !m.Any(actor.Portal) {
		return Material{}, absent()
	}
	wrong := d.check()
	if _, ok := m.Section(actor.Portal, d.Section); !ok {
		wrong = append(fault.Faults{fault.New(fault.Invalid, "content.section").At("section")}, wrong...)
	}
	if wrong != nil {
		return Material{}, wrong
	}
	x := Material{
		Author: actor.User, ID: m.NewID(), Portal: actor.Portal, Section: d.Section, State: Published, Title: d.Title, Text: d.Text,
		PublishedAt: m.Now(), Version: 1,
	}
	_, cite, _ := clause.In[ModerationTrigger](m.Book(actor.Portal, m.Now()))
	return x, m.InTx(ctx, func(tx Tx) error {
		if err := m.allow(ctx, tx, "materials/new/"+number(actor.User), mostPublished); err != nil {
			return err
		}
		if err := tx.AddMaterial(ctx, x); err != nil {
			return err
		}
		return m.note(ctx, tx, x, user(actor.User), "content.publish", cite, actor.Behalf.In(map[string]string{"section": x.Section, "digest": x.digest()}))
	})
}

// Edit gives a material of the actor another title and text; what it said before is kept for the staff where a
// clause lets archive copies be kept (ismet R20.5). version is the one the author saw.
//
// Refusals: Absent; Invalid for each field (fault.Faults); Conflict "content.changed"; TooMany "account.too_often".
func (m *Materials) Edit(ctx context.Context, bound identity.Bound, id identity.ID, version int, d Draft) error {
	actor := bound.Actor()
	if wrong := d.check(); wrong != nil {
		return wrong
	}
	return m.mine(ctx, actor, id, version, func(tx Tx, x Material) error {
		if err := m.allow(ctx, tx, "materials/edit/"+number(actor.User), mostEdited); err != nil {
			return err
		}
		_, cite, kept := clause.In[ArchiveCopies](m.Book(actor.Portal, m.Now()))
		if kept {
			w := Wording{Version: x.Version, Until: m.Now(), Title: x.Title, Text: x.Text}
			if err := tx.AddWording(ctx, x, w); err != nil {
				return err
			}
		}
		x.Title, x.Text, x.EditedAt, x.Version = d.Title, d.Text, m.Now(), x.Version+1
		if err := tx.SaveMaterial(ctx, x); err != nil {
			return err
		}
		return m.note(ctx, tx, x, user(actor.User), "content.edit", cite, actor.Behalf.In(map[string]string{"digest": x.digest()}))
	})
}

// Delete takes a material of the actor away from everybody, the actor too, at once (ismet R20.5). Whoever has not
// accepted an edition may delete still: it takes nothing from the portal.
//
// Refusals: Absent; Conflict "content.changed".
func (m *Materials) Delete(ctx context.Context, actor identity.Actor, id identity.ID, version int) error {
	return m.mine(ctx, actor, id, version, func(tx Tx, x Material) error {
		cite, err := m.end(ctx, tx, &x, Deleted)
		if err != nil {
			return err
		}
		return m.note(ctx, tx, x, user(actor.User), "content.delete", cite, actor.Behalf.In(map[string]string{"section": x.Section}))
	})
}

// mine does something to a published material of the actor that they saw in a version.
func (m *Materials) mine(ctx context.Context, actor identity.Actor, id identity.ID, version int, do func(tx Tx, x Material) error) error {
	return m.InTx(ctx, func(tx Tx) error {
		x, err := m.own(ctx, tx, actor.Portal, actor.User, id)
		switch {
		case err != nil:
			return err
		case x.State != Published:
			return absent()
		case x.Version != version:
			return fault.New(fault.Conflict, "content.changed")
		}
		return do(tx, x)
	})
}

func (m *Materials) allow(ctx context.Context, tx Tx, what string, most int) error {
	within, err := m.People.Allow(ctx, tx, what, most, time.Hour)
	if err != nil || within {
		return err
	}
	return fault.New(fault.TooMany, "account.too_often")
}
