package account

import (
	"context"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/notify"
)

// popUps is the clause by which a portal shows pop-ups. Refusal: Absent where there is none.
func (a *Accounts) popUps(portal string) (clause.Citation, error) {
	_, cite, ok := notify.PopUps(a.Book(portal, a.Now()))
	if !ok {
		return cite, fault.New(fault.Absent, "gate.no_page")
	}
	return cite, nil
}

// MyBrowsers lists those in which the actor wants pop-up messages, with the clause that gives them (egov 1.2.10).
// Refusal: Absent where no clause does.
func (a *Accounts) MyBrowsers(ctx context.Context, actor identity.Actor) (all []notify.Browser, cite clause.Citation, err error) {
	if cite, err = a.popUps(actor.Portal); err != nil {
		return nil, cite, err
	}
	err = a.InView(ctx, func(tx Tx) error {
		all, err = tx.Browsers(ctx, actor.User)
		return err
	})
	return all, cite, err
}

// AddBrowser has pop-up messages shown in a browser of the actor's. Refusals: Absent where no clause gives them;
// Invalid "notify.browser"; Conflict "account.browsers_many".
func (a *Accounts) AddBrowser(ctx context.Context, actor identity.Actor, b notify.Browser) error {
	cite, err := a.popUps(actor.Portal)
	if err != nil {
		return err
	}
	b.ID, b.User, b.Portal, b.Name, b.At = a.NewID(), actor.User, actor.Portal, printable(cut(b.Name, maxDeviceName)), a.Now()
	if err := b.Check(); err != nil {
		return err
	}
	return a.InTx(ctx, func(tx Tx) error {
		known, err := tx.Browsers(ctx, actor.User)
		if err != nil {
			return err
		}
		if len(known) >= notify.MostBrowsers {
			return fault.New(fault.Conflict, "account.browsers_many").By(cite)
		}
		if err := tx.AddBrowser(ctx, b); err != nil {
			return err
		}
		return a.noteBrowser(ctx, tx, actor, "account.browser_add", cite)
	})
}

// RemoveBrowser ends pop-up messages in a browser of the actor's. Refusal: Absent for one that is not.
func (a *Accounts) RemoveBrowser(ctx context.Context, actor identity.Actor, id identity.ID) error {
	_, cite, _ := notify.PopUps(a.Book(actor.Portal, a.Now())) // what was begun can be ended after the clause as well
	return a.InTx(ctx, func(tx Tx) error {
		if _, err := tx.Browser(ctx, actor.User, id); err != nil {
			return err
		}
		if err := tx.RemoveBrowser(ctx, actor.User, id); err != nil {
			return err
		}
		return a.noteBrowser(ctx, tx, actor, "account.browser_remove", cite)
	})
}

func (a *Accounts) noteBrowser(ctx context.Context, tx Tx, actor identity.Actor, act string, cite clause.Citation) error {
	_, err := a.Record(ctx, tx, evidence.Entry{
		Portal: actor.Portal, Home: actor.User, ID: a.NewID(), At: a.Now(), Actor: "user:" + itoa64(actor.User), Act: act, Citation: cite,
	})
	return err
}

// OpenedPopUp notes that the actor opened a message, and gives its key, by which it is known where it leads.
// Refusal: Absent.
func (a *Accounts) OpenedPopUp(ctx context.Context, actor identity.Actor, id identity.ID) (key string, err error) {
	err = a.InTx(ctx, func(tx Tx) error {
		key, err = tx.ReadMessage(ctx, actor.User, id, a.Now())
		return err
	})
	return key, err
}
