package account

import (
	"context"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/notify"
)

// Invitation is what an operator enters to let somebody of the staff in.
type Invitation struct {
	Shown      string
	SignInName string
	Email      string
	Language   string
	Role       identity.Role
	Reason     string
}

// staffLinkLife is how long the link in an invitation works.
const staffLinkLife = 24 * time.Hour

// mostInvited by one operator in a day; nobody's staff grows faster.
const mostInvited = 50

// InviteStaff makes an account for somebody of the staff (court 1.1d) and sends them a link by which they
// choose a password, once: nobody else ever sees it. The role is given or proposed as by GiveRole. link
// makes the address of a token.
//
// Refusals: Forbidden, also "account.no_power"; Invalid for each field (fault.Faults); Conflict
// "account.name_taken"; TooMany "account.too_often".
func (a *Accounts) InviteStaff(ctx context.Context, actor identity.Actor, in Invitation, link func(token string) string) (Grant, error) {
	if err := asOperator(actor); err != nil {
		return Grant{}, err
	}
	cite, err := a.Power(actor.Portal, powerCreate, powerOperate)
	if err != nil {
		return Grant{}, err
	}
	if wrong := in.check(); wrong != nil {
		return Grant{}, wrong
	}
	now := a.Now()
	u := User{
		ID: a.NewID(), Portal: actor.Portal, SignInName: in.SignInName, Shown: in.Shown, Email: in.Email, Language: in.Language,
		State: Active, CreatedAt: now, Version: 1, Roles: []identity.Role{identity.User},
	}
	var g Grant
	var refused *fault.Fault
	err = a.InTx(ctx, func(tx Tx) error {
		var err error
		if refused, err = a.Allow(ctx, tx, "invite/"+itoa64(actor.User), mostInvited, 24*time.Hour); err != nil || refused != nil {
			return err
		}
		if err := a.turnStaff(ctx, tx, actor); err != nil {
			return err
		}
		if err := tx.AddUser(ctx, u, u.Keys()); fault.Is(err, fault.Conflict) {
			return fault.New(fault.Conflict, "account.name_taken").At("name")
		} else if err != nil {
			return err
		}
		if err := tx.GiveRole(ctx, u.ID, identity.User, now); err != nil {
			return err
		}
		token, err := a.NewSecret(ctx, tx, Secret{User: u.ID, Portal: u.Portal, Purpose: purposeFirstPassword, Detail: u.Email, ExpiresAt: now.Add(staffLinkLife)})
		if err != nil {
			return err
		}
		if err := tx.AddMessage(ctx, notify.Message{
			ID: a.NewID(), Home: u.ID, Portal: u.Portal, Channel: notify.Email, To: u.Email, Key: "message.staff_invited",
			Args: map[string]string{"link": link(token), "name": u.SignInName, "until": a.written(u.Portal, now.Add(staffLinkLife))}, Language: u.Language, At: now, Until: now.Add(staffLinkLife),
		}); err != nil {
			return err
		}
		if err := a.staffNoteBy(ctx, tx, actor, u, "account.staff_invite", "", map[string]string{"power": string(in.Role), "why": in.Reason}, cite); err != nil {
			return err
		}
		g, err = a.grant(ctx, tx, actor, u, in.Role, in.Reason, cite)
		return err
	})
	if err == nil && refused != nil {
		return Grant{}, refused
	}
	return g, err
}

// check collects all that is wrong, for one answer.
func (in *Invitation) check() error {
	in.SignInName = norm.NFKC.String(strings.TrimSpace(in.SignInName))
	in.Shown, in.Email = singleLine(in.Shown), strings.TrimSpace(in.Email)
	var wrong fault.Faults
	for _, f := range []*fault.Fault{checkShown("shown", in.Shown), checkSignIn("name", in.SignInName), checkEmail("email", in.Email)} {
		if f != nil {
			wrong = append(wrong, f)
		}
	}
	if !slices.Contains(StaffRoles(), in.Role) {
		wrong = append(wrong, fault.New(fault.Invalid, "account.staff_role").At("role"))
	}
	in.Reason = singleLine(in.Reason)
	if f := checkText("reason", in.Reason, minReason, maxReason, false); f != nil {
		wrong = append(wrong, f)
	}
	if wrong != nil {
		return wrong
	}
	return nil
}
