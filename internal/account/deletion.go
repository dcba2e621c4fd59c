package account

import (
	"context"
	"slices"
	"strings"
	"time"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/obligation"
)

// CaseDeletion is the kind of case in which a person asks that their page be deleted.
const CaseDeletion = "deletion"

// The grounds of a deletion, as the clause names them.
const (
	OnRequest = "request"
	AsAgreed  = "agreed"
)

// Deletion is that somebody's page was deleted; from that instant the time of their data runs.
type Deletion struct {
	User   identity.ID
	Portal string
	At     time.Time
	Ground string
}

// DeletionTx is what the deletion of pages does to the database.
type DeletionTx interface {
	// AddDeletion notes one. Refusal: Conflict where the page is deleted already.
	AddDeletion(ctx context.Context, d Deletion) error
	// Deletion gives a user's. Refusal: Absent.
	Deletion(ctx context.Context, user identity.ID) (Deletion, error)
}

// DeletionRule gives the rule by which the administrator of an institution deletes pages (kundelik
// 3.7); ok is false on a portal where none does.
func (a *Accounts) DeletionRule(portal string) (rule *PageDeletion, cite clause.Citation, ok bool) {
	rule, cite, ok = clause.In[PageDeletion](a.Book(portal, a.Now()))
	return rule, cite, ok && rule.By == byInstitution
}

// EraseAt is when the data of a page deleted at an instant are erased, in the time the clause in force
// then sets (kundelik 4.12), and that clause; zero where none does.
func (a *Accounts) EraseAt(portal string, deleted time.Time) (time.Time, clause.Citation) {
	if a.Retention == nil {
		return time.Time{}, clause.Citation{}
	}
	period, cite, ok := a.Retention(portal, deleted)
	if !ok {
		return time.Time{}, clause.Citation{}
	}
	return after(deleted, period, a.Zone(portal)), cite
}

// DutyErasure is the kind of obligation to erase the data of somebody who left.
const DutyErasure = "privacy.erasure"

// OweErasure has the portal owe the erasure of the data of somebody who left at an instant, where a clause
// sets its time (kundelik 4.12): as soon as they need not be kept any more, and on that day at the latest. It is the
// portal's own obligation, about an id alone: it outlasts the person.
func (a *Accounts) OweErasure(ctx context.Context, tx obligation.Tx, portal string, user identity.ID, left time.Time) error {
	at, cite := a.EraseAt(portal, left)
	if at.IsZero() {
		return nil
	}
	return a.Owed.Owe(ctx, tx, obligation.Obligation{
		Portal: portal, Kind: DutyErasure, Subject: "user:" + itoa64(user), From: obligation.Operator, To: obligation.User,
		Cite: cite, Since: left, Due: a.Owed.DayOf(portal, at), ActAt: at,
	})
}

// AskDeletion asks that the page of the actor, or of the child they act for, be deleted. text may say
// more. Whoever administers an institution of the person carries it out.
// Refusals: Forbidden "account.no_deletion"; Conflict "account.deletion_asked"; Invalid at "text".
func (a *Accounts) AskDeletion(ctx context.Context, bound identity.Bound, child identity.ID, text string, may func(ctx context.Context, tx Tx) error) error {
	actor := bound.Actor()
	actor.For = child
	rule, cite, ok := a.DeletionRule(actor.Portal)
	if !ok || !slices.Contains(rule.Grounds, OnRequest) {
		return fault.New(fault.Forbidden, "account.no_deletion").By(cite)
	}
	text = strings.TrimSpace(text)
	if f := checkText("text", text, 0, maxAbout, true); f != nil {
		return f
	}
	return a.InTx(ctx, func(tx Tx) error {
		if err := may(ctx, tx); err != nil {
			return err
		}
		open, err := tx.OpenCases(ctx, actor.Home(), CaseDeletion)
		if err != nil {
			return err
		}
		if len(open) > 0 {
			return fault.New(fault.Conflict, "account.deletion_asked").By(cite)
		}
		c := Case{User: actor.Home(), ID: a.NewID(), Portal: actor.Portal, Kind: CaseDeletion, State: CaseOpen, Text: text, OpenedAt: a.Now()}
		if err := tx.AddCase(ctx, c); err != nil {
			return err
		}
		return a.deletionNote(ctx, tx, actor, actor.Home(), "account.deletion_ask", cite, nil)
	})
}

func (a *Accounts) deletionNote(ctx context.Context, tx Tx, actor identity.Actor, home identity.ID, act string, cite clause.Citation, detail map[string]string) error {
	_, err := a.Record(ctx, tx, evidence.Entry{
		Portal: actor.Portal, Home: home, ID: a.NewID(), At: a.Now(), Actor: "user:" + itoa64(actor.User), Act: act, Citation: cite, Detail: detail,
	})
	return err
}

// WithdrawDeletion takes the request of AskDeletion back while nobody has carried it out.
// Refusals: those of may; Conflict "account.no_request".
func (a *Accounts) WithdrawDeletion(ctx context.Context, bound identity.Bound, child identity.ID, may func(ctx context.Context, tx Tx) error) error {
	actor := bound.Actor()
	actor.For = child
	_, cite, _ := a.DeletionRule(actor.Portal)
	return a.InTx(ctx, func(tx Tx) error {
		if err := may(ctx, tx); err != nil {
			return err
		}
		if err := a.endRequests(ctx, tx, actor.Home(), cite); err != nil {
			return err
		}
		return a.deletionNote(ctx, tx, actor, actor.Home(), "account.deletion_withdraw", cite, nil)
	})
}

// endRequests ends the open requests of a user. Refusal: Conflict "account.no_request".
func (a *Accounts) endRequests(ctx context.Context, tx Tx, user identity.ID, cite clause.Citation) error {
	open, err := tx.OpenCases(ctx, user, CaseDeletion)
	if err == nil && len(open) == 0 {
		return fault.New(fault.Conflict, "account.no_request").By(cite)
	}
	for _, c := range open {
		if err := tx.EndCase(ctx, user, c.ID, "", a.Now()); err != nil {
			return err
		}
	}
	return err
}

// DeletionRequest tells since when a user's request for deletion is open and what it says; zero where
// none is. may refuses whoever may not know.
func (a *Accounts) DeletionRequest(ctx context.Context, user identity.ID, may func(ctx context.Context, tx Tx) error) (c Case, err error) {
	err = a.InView(ctx, func(tx Tx) error {
		if err := may(ctx, tx); err != nil {
			return err
		}
		open, err := tx.OpenCases(ctx, user, CaseDeletion)
		if len(open) > 0 {
			c = open[0]
		}
		return err
	})
	return c, err
}

// DeletionOf gives when a user's page was deleted. Refusals: those of may; Absent.
func (a *Accounts) DeletionOf(ctx context.Context, user identity.ID, may func(ctx context.Context, tx Tx) error) (d Deletion, err error) {
	err = a.InView(ctx, func(tx Tx) error {
		if err := may(ctx, tx); err != nil {
			return err
		}
		d, err = tx.Deletion(ctx, user)
		return err
	})
	return d, err
}

// DeletePage is the deletion of a page by the administrator of an institution (kundelik 3.7): on the
// person's own request, or on a ground agreed before, which why then names. Nobody signs in to the page
// any more, the person is told when their data will be erased, and that time begins to run.
//
// may refuses whoever may not delete this page; it runs in the act.
// Refusals: those of may; Forbidden "account.no_deletion", "account.own_case", "account.card_staff";
// Invalid "account.ground", and at "why"; Conflict "account.no_request", "account.not_active".
func (a *Accounts) DeletePage(ctx context.Context, actor identity.Actor, user identity.ID, ground, why string, may func(ctx context.Context, tx Tx) error) (Deletion, error) {
	d := Deletion{User: user, Portal: actor.Portal, At: a.Now(), Ground: ground}
	rule, cite, ok := a.DeletionRule(actor.Portal)
	if !ok {
		return d, fault.New(fault.Forbidden, "account.no_deletion").By(cite)
	}
	if !slices.Contains(rule.Grounds, ground) {
		return d, fault.New(fault.Invalid, "account.ground").At("ground").By(cite)
	}
	why = singleLine(why)
	if f := checkText("why", why, 0, maxReason, false); f != nil {
		return d, f
	}
	if ground == AsAgreed {
		if f := checkText("why", why, minReason, maxReason, false); f != nil {
			return d, f
		}
	}
	defer a.Forget(user)
	return d, a.InTx(ctx, func(tx Tx) error {
		if err := may(ctx, tx); err != nil {
			return err
		}
		u, err := a.deletable(ctx, tx, actor, user)
		if err != nil {
			return err
		}
		if err := a.endRequests(ctx, tx, user, cite); err != nil && (ground == OnRequest || !fault.Is(err, fault.Conflict)) {
			return err
		}
		return a.deletePage(ctx, tx, actor, u, d, why, cite)
	})
}

// deletable finds somebody whose page may be deleted. Refusals: as DeletePage.
func (a *Accounts) deletable(ctx context.Context, tx Tx, actor identity.Actor, user identity.ID) (User, error) {
	u, err := a.personOf(ctx, tx, actor, user)
	switch {
	case err != nil:
		return u, err
	case moreThanMember(u):
		return u, fault.New(fault.Forbidden, "account.card_staff")
	case !recoverable(u):
		return u, fault.New(fault.Conflict, "account.not_active")
	}
	return u, nil
}

func (a *Accounts) deletePage(ctx context.Context, tx Tx, actor identity.Actor, u User, d Deletion, why string, cite clause.Citation) error {
	erase, _ := a.EraseAt(u.Portal, d.At)
	args := map[string]string{"at": a.written(u.Portal, d.At), "until": a.written(u.Portal, erase)}
	if err := a.tellAll(ctx, tx, u, "message.page_deleted", args); err != nil {
		return err
	}
	if err := tx.CloseUser(ctx, u.ID, d.At); err != nil {
		return err
	}
	if err := tx.EndSessionsOf(ctx, u.ID); err != nil {
		return err
	}
	if err := tx.AddDeletion(ctx, d); err != nil {
		return err
	}
	if err := a.OweErasure(ctx, tx, u.Portal, u.ID, d.At); err != nil {
		return err
	}
	detail := map[string]string{"ground": d.Ground, "erased": erase.Format(time.RFC3339)}
	if why != "" {
		detail["why"] = why
	}
	return a.deletionNote(ctx, tx, actor, u.ID, "account.delete_page", cite, detail)
}

// moreThanMember reports whether somebody runs or watches over the portal or an institution: their
// account is no administrator's of an institution to open or to delete.
func moreThanMember(u User) bool {
	return slices.ContainsFunc(u.Roles, func(r identity.Role) bool { return r != identity.User && r != identity.Guardian })
}
