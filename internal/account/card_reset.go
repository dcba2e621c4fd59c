package account

import (
	"context"
	"slices"
	"time"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// byInstitution is the route of recovery on which the administrator of an institution helps.
const byInstitution = "institution_administrator"

// ResetRoute tells whether the agreement lets the administrator of an institution help (kundelik 3.3),
// and by which clause.
func (a *Accounts) ResetRoute(portal string) (clause.Citation, bool) {
	rule, cite, ok := clause.In[RecoveryRoutes](a.Book(portal, a.Now()))
	return cite, ok && slices.Contains(rule.Routes, byInstitution)
}

// ResetByInstitution gives somebody who has registered a new temporary password, on a card the
// administrator of their institution hands them (kundelik 3.3): every session ends, the person is told
// at each confirmed contact, and nothing opens but the page on which the password is replaced. checked
// says how the administrator made sure who it is. may refuses whoever is not the actor's to help; it
// runs in the act. The card is in the answer and nowhere else.
//
// Refusals: Forbidden "account.reset_not_offered" where the clause names no such route, "account.card_staff"
// for whoever has more rights than a member, "account.own_case"; those of may; Invalid
// "account.checked"; Conflict "account.not_active", "account.no_card"; TooMany "account.too_often".
func (a *Accounts) ResetByInstitution(ctx context.Context, actor identity.Actor, user identity.ID, checked string, may func(ctx context.Context, tx Tx, user identity.ID) error) (Card, time.Time, error) {
	var card Card
	rule, cite, ok := clause.In[RecoveryRoutes](a.Book(actor.Portal, a.Now()))
	if !ok || !slices.Contains(rule.Routes, byInstitution) {
		return card, time.Time{}, fault.New(fault.Forbidden, "account.reset_not_offered").By(cite)
	}
	if !slices.Contains(Checks(), checked) {
		return card, time.Time{}, fault.New(fault.Invalid, "account.checked").At("checked").By(cite)
	}
	// Who may not is refused before anything costly is done for them; the act asks again.
	if err := a.InView(ctx, func(tx Tx) error { return may(ctx, tx, user) }); err != nil {
		return card, time.Time{}, err
	}
	reset := ResetRule{ValidFor: Length(rule.ValidFor), Cite: cite}
	err := a.letIn(ctx, user, reset, func(tx Tx, w wayIn) (*fault.Fault, error) {
		if err := may(ctx, tx, user); err != nil {
			return nil, err
		}
		u, err := a.cardHolder(ctx, tx, actor, user)
		if err != nil {
			return nil, err
		}
		card = Card{User: u.ID, Shown: u.Shown, SignInName: u.SignInName, Password: w.password}
		return a.giveCard(ctx, tx, actor, u, w, checked)
	})
	if err != nil {
		return Card{}, time.Time{}, err
	}
	return card, a.Now().Add(reset.ValidFor), nil
}

// cardHolder finds somebody whom a card may let in anew. Refusals: as ResetByInstitution.
func (a *Accounts) cardHolder(ctx context.Context, tx Tx, actor identity.Actor, user identity.ID) (User, error) {
	u, err := a.personOf(ctx, tx, actor, user)
	if err != nil {
		return u, err
	}
	if moreThanMember(u) {
		return u, fault.New(fault.Forbidden, "account.card_staff")
	}
	if u.State != Active || !u.ReportedAt.IsZero() {
		return u, fault.New(fault.Conflict, "account.not_active")
	}
	due, err := a.registrationDue(ctx, tx, u, a.Now())
	if err == nil && due {
		return u, fault.New(fault.Conflict, "account.no_card") // who has not registered is handed a first card
	}
	return u, err
}

// giveCard puts the temporary password in the place of the person's own.
func (a *Accounts) giveCard(ctx context.Context, tx Tx, actor identity.Actor, u User, w wayIn, checked string) (*fault.Fault, error) {
	refused, err := a.Allow(ctx, tx, "reset/"+itoa64(u.ID), mostResets, 24*time.Hour)
	if err != nil || refused != nil {
		return refused, err
	}
	now := a.Now()
	err = tx.ReplacePassword(ctx, u.ID, StoredPassword{Hash: w.hash, SetAt: now, Temporary: true, ExpiresAt: now.Add(w.rule.ValidFor)})
	if err != nil {
		return nil, err
	}
	if err := tx.EndSessionsOf(ctx, u.ID); err != nil {
		return nil, err
	}
	mark, err := tx.Mark("lock/name/" + u.Portal + "/" + Fold(u.SignInName))
	if err != nil {
		return nil, err
	}
	if err := tx.Forgive(ctx, mark); err != nil { // guesses at a password that is no more
		return nil, err
	}
	if err := a.tellAll(ctx, tx, u, "message.reset_by_institution", map[string]string{"at": a.written(u.Portal, now)}); err != nil {
		return nil, err
	}
	_, err = a.Record(ctx, tx, evidence.Entry{
		Portal: u.Portal, Home: u.ID, ID: a.NewID(), At: now, Actor: "user:" + itoa64(actor.User), Act: "account.reset_by_institution",
		Citation: w.rule.Cite, Detail: map[string]string{"checked": checked},
	})
	return nil, err
}
