package party

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/notify"
)

// InvitationState is where an invitation stands.
type InvitationState string

// The states of an invitation. One whose time has run out stays open in the list until it is withdrawn.
const (
	InvitationOpen      InvitationState = "open"
	InvitationAccepted  InvitationState = "accepted"
	InvitationDeclined  InvitationState = "declined"
	InvitationWithdrawn InvitationState = "withdrawn"
)

// Invitation asks whoever holds its link to become a member of an organisation.
type Invitation struct {
	Organisation identity.ID
	ID           identity.ID
	Portal       string
	By           identity.ID
	User         identity.ID // who accepted or declined; 0: nobody yet
	Role         Role
	Until        time.Time // the end of the membership's term; zero: none
	State        InvitationState
	Channel      notify.Channel
	To           string
	Sent         int // messages
	MadeAt       time.Time
	ExpiresAt    time.Time
	SettledAt    time.Time
}

// Link is what a one-time link opens.
type Link struct {
	Portal    string
	Purpose   string
	Home      identity.ID // the organisation, or the user who has a representative
	Subject   identity.ID // the invitation, or the representative
	ExpiresAt time.Time
}

// InvitationTx is what invitations do to the database.
type InvitationTx interface {
	LinkTx

	AddInvitation(ctx context.Context, i Invitation) error
	// SaveInvitation changes one believed to be open. Refusal: Conflict.
	SaveInvitation(ctx context.Context, i Invitation) error
	// Invitation gives one. Refusal: Absent.
	Invitation(ctx context.Context, organisation, id identity.ID) (Invitation, error)
	// Invitations lists the open ones of an organisation, newest first.
	Invitations(ctx context.Context, organisation identity.ID, limit int) ([]Invitation, error)
}

// LinkTx is what one-time links do to the database.
type LinkTx interface {
	AddLink(ctx context.Context, hash []byte, l Link) error
	// Link gives it without using it up: mail scanners open links too. Refusal: Absent.
	Link(ctx context.Context, hash []byte) (Link, error)
	// DropLinks voids every link to a subject.
	DropLinks(ctx context.Context, subject identity.ID) error
}

const (
	invitationLink     = "organisation"
	invitationLife     = 7 * 24 * time.Hour
	mostInvitations    = 20 // of a head in an hour
	mostInvitationsTo  = 5  // to an address in an hour
	mostSends          = 4  // of one invitation: the first and three more
	mostOpenInvited    = 200
	longestPower       = 10 * 366 * 24 * time.Hour
	invitationLinkPath = "/links/organisation/"
)

// newLink voids the links a subject had and makes another. The token stands in the message and nowhere else.
func newLink(ctx context.Context, tx LinkTx, l Link) (token string, err error) {
	if err := tx.DropLinks(ctx, l.Subject); err != nil {
		return "", err
	}
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return "", fmt.Errorf("token of a link: %w", err)
	}
	hash := sha256.Sum256(raw)
	return base64.RawURLEncoding.EncodeToString(raw), tx.AddLink(ctx, hash[:], l)
}

// linkOf reads a link without using it up. Refusal: Absent "account.link_ended" for one that is not ours, of
// another portal or purpose, used, or run out: which of these is told to nobody.
func linkOf(ctx context.Context, tx LinkTx, portal, purpose, token string, now time.Time) (Link, error) {
	ended := fault.New(fault.Absent, "account.link_ended")
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) != 32 {
		return Link{}, ended
	}
	hash := sha256.Sum256(raw)
	l, err := tx.Link(ctx, hash[:])
	if fault.Is(err, fault.Absent) || err == nil && (l.Portal != portal || l.Purpose != purpose || now.After(l.ExpiresAt)) {
		return Link{}, ended
	}
	return l, err
}

// readContact gives an e-mail address or a mobile number its one form. Refusal: Invalid "party.contact" at
// "contact".
func readContact(country, typed string) (notify.Channel, string, *fault.Fault) {
	refused := fault.New(fault.Invalid, "party.contact").At("contact")
	typed = strings.TrimSpace(typed)
	if !strings.Contains(typed, "@") {
		phone, err := identity.ParsePhone(typed, country)
		if err != nil {
			return "", "", refused
		}
		return notify.SMS, string(phone), nil
	}
	at, err := mail.ParseAddress(typed)
	if err != nil || at.Address != typed || at.Name != "" || checkName("contact", typed, 3, 254) != nil {
		return "", "", refused
	}
	return notify.Email, typed, nil
}

// readUntil reads the last day of a term; the term ends with it, in the portal's zone. Empty: no term.
// Refusal: Invalid "party.last_day" at "until" for a day that is none, is past, or is too far away.
func readUntil(day string, zone *time.Location, now time.Time) (time.Time, *fault.Fault) {
	if day = strings.TrimSpace(day); day == "" {
		return time.Time{}, nil
	}
	last, err := time.ParseInLocation(time.DateOnly, day, zone)
	if err == nil {
		last = last.AddDate(0, 0, 1)
	}
	if err != nil || !last.After(now) || last.Sub(now) > longestPower {
		return time.Time{}, fault.New(fault.Invalid, "party.last_day").At("until")
	}
	return last, nil
}

// Invite is an invitation as it was typed; Until is YYYY-MM-DD, the last day of the membership, or empty.
type Invite struct {
	Contact string
	Role    Role
	Until   string
}

// invited are the roles an invitation may give: the head is who a certificate says it is.
func invited() []Role { return []Role{Signer, Employee} }

// Invite sends an invitation by e-mail or SMS. Refusals: Absent for whoever is no member; Forbidden
// "party.power"; Invalid for each field (fault.Faults); TooMany "account.too_often".
func (o *Organisations) Invite(ctx context.Context, actor identity.Actor, organisation identity.ID, in Invite) (Invitation, error) {
	now := o.Now()
	var wrong fault.Faults
	channel, to, f := readContact(o.Country(actor.Portal), in.Contact)
	if f != nil {
		wrong = append(wrong, f)
	}
	until, f := readUntil(in.Until, o.Zone(actor.Portal), now)
	if f != nil {
		wrong = append(wrong, f)
	}
	if !slices.Contains(invited(), in.Role) {
		wrong = append(wrong, fault.New(fault.Invalid, "party.role").At("role"))
	}
	var i Invitation
	err := o.InTx(ctx, func(tx OrganisationTx) error {
		x, err := o.inviting(ctx, tx, actor, organisation)
		if err != nil {
			return err
		}
		if wrong != nil {
			return wrong
		}
		i = Invitation{
			Organisation: x.ID, ID: o.NewID(), Portal: x.Portal, By: actor.User, Role: in.Role, Until: until, State: InvitationOpen,
			Channel: channel, To: to, Sent: 1, MadeAt: now, ExpiresAt: now.Add(invitationLife),
		}
		if err := tx.AddInvitation(ctx, i); err != nil {
			return err
		}
		if err := o.send(ctx, tx, x, i, actor); err != nil {
			return err
		}
		return o.note(ctx, tx, x, actor.User, "party.organisation_invite", actor.User, map[string]string{"role": string(i.Role)})
	})
	return i, err
}

// inviting gives an organisation, held, for whose members the actor may answer. Refusals: Absent; Forbidden.
func (o *Organisations) inviting(ctx context.Context, tx OrganisationTx, actor identity.Actor, organisation identity.ID) (Organisation, error) {
	x, m, err := o.mine(ctx, tx, actor, organisation)
	if err == nil && !o.Powers(x.Portal, m.Role).Invite {
		cite, _ := o.Taken(x.Portal)
		err = fault.New(fault.Forbidden, "party.power").By(cite)
	}
	return x, err
}

// send lays the message with the link into the outbox, within limits.
func (o *Organisations) send(ctx context.Context, tx OrganisationTx, x Organisation, i Invitation, actor identity.Actor) error {
	for what, most := range map[string]int{"invite/of/" + number(actor.User): mostInvitations, "invite/to/" + strings.ToLower(i.To): mostInvitationsTo} {
		within, err := o.Allow(ctx, tx, what, most, time.Hour)
		if err != nil {
			return err
		}
		if !within {
			return fault.New(fault.TooMany, "account.too_often")
		}
	}
	token, err := newLink(ctx, tx, Link{Portal: x.Portal, Purpose: invitationLink, Home: x.ID, Subject: i.ID, ExpiresAt: i.ExpiresAt})
	if err != nil {
		return err
	}
	return tx.AddMessage(ctx, notify.Message{
		ID: o.NewID(), Home: x.ID, Portal: x.Portal, Channel: i.Channel, To: i.To, Key: "message.organisation_invitation",
		Args:     map[string]string{"organisation": x.Name, "link": o.Public + "/" + x.Portal + invitationLinkPath + token},
		Language: actor.Language, At: o.Now(), Until: i.ExpiresAt,
	})
}

// settle changes an invitation that is open, for somebody who may. Refusals: as inviting; Conflict
// "party.settled".
func (o *Organisations) settle(ctx context.Context, actor identity.Actor, organisation, id identity.ID, act func(OrganisationTx, Organisation, Invitation) error) error {
	return o.InTx(ctx, func(tx OrganisationTx) error {
		x, err := o.inviting(ctx, tx, actor, organisation)
		if err != nil {
			return err
		}
		i, err := tx.Invitation(ctx, x.ID, id)
		if fault.Is(err, fault.Absent) {
			return fault.New(fault.Absent, "gate.no_page")
		}
		if err != nil {
			return err
		}
		if i.State != InvitationOpen {
			return fault.New(fault.Conflict, "party.settled")
		}
		return act(tx, x, i)
	})
}

// Resend sends an invitation anew: the link before it is void, the time begins anew.
// Refusals: as Withdraw; TooMany "party.resends", "account.too_often".
func (o *Organisations) Resend(ctx context.Context, actor identity.Actor, organisation, id identity.ID) error {
	return o.settle(ctx, actor, organisation, id, func(tx OrganisationTx, x Organisation, i Invitation) error {
		if i.Sent >= mostSends {
			return fault.New(fault.TooMany, "party.resends")
		}
		i.Sent, i.ExpiresAt = i.Sent+1, o.Now().Add(invitationLife)
		if err := tx.SaveInvitation(ctx, i); err != nil {
			return err
		}
		return o.send(ctx, tx, x, i, actor)
	})
}

// Withdraw takes an invitation back; its link opens nothing any longer.
// Refusals: Absent; Forbidden "party.power"; Conflict "party.settled".
func (o *Organisations) Withdraw(ctx context.Context, actor identity.Actor, organisation, id identity.ID) error {
	return o.settle(ctx, actor, organisation, id, func(tx OrganisationTx, x Organisation, i Invitation) error {
		i.State, i.SettledAt = InvitationWithdrawn, o.Now()
		if err := tx.SaveInvitation(ctx, i); err != nil {
			return err
		}
		if err := tx.DropLinks(ctx, i.ID); err != nil {
			return err
		}
		return o.note(ctx, tx, x, actor.User, "party.organisation_withdraw", actor.User, map[string]string{"role": string(i.Role)})
	})
}

// Invited reads what a link invites to, using nothing up. Refusal: Absent "account.link_ended".
func (o *Organisations) Invited(ctx context.Context, portal, token string) (x Organisation, i Invitation, err error) {
	err = o.InView(ctx, func(tx OrganisationTx) error {
		l, err := linkOf(ctx, tx, portal, invitationLink, token, o.Now())
		if err != nil {
			return err
		}
		if x, err = tx.Organisation(ctx, l.Home); err != nil {
			return err
		}
		i, err = tx.Invitation(ctx, l.Home, l.Subject)
		return err
	})
	return x, i, err
}

// Answer takes or declines the membership a link invites to; the link opens nothing afterwards.
// Refusals: Absent "account.link_ended"; Conflict "party.already_member", after which the link still works
// for who it was meant for; those of Admit, after which it works too.
func (o *Organisations) Answer(ctx context.Context, actor identity.Actor, token string, accept bool) (Organisation, error) {
	var x Organisation
	err := o.InTx(ctx, func(tx OrganisationTx) error {
		l, err := linkOf(ctx, tx, actor.Portal, invitationLink, token, o.Now())
		if err != nil {
			return err
		}
		if err := tx.HoldOrganisation(ctx, l.Home); err != nil {
			return err
		}
		i, err := tx.Invitation(ctx, l.Home, l.Subject)
		if err != nil {
			return err
		}
		if i.State != InvitationOpen {
			return fault.New(fault.Absent, "account.link_ended")
		}
		if x, err = tx.Organisation(ctx, l.Home); err != nil {
			return err
		}
		return o.answer(ctx, tx, x, i, actor, accept)
	})
	return x, err
}

func (o *Organisations) answer(ctx context.Context, tx OrganisationTx, x Organisation, i Invitation, actor identity.Actor, accept bool) error {
	i.State, i.User, i.SettledAt = InvitationDeclined, actor.User, o.Now()
	key, act := "message.invitation_declined", "party.organisation_decline"
	if accept {
		i.State, key, act = InvitationAccepted, "message.invitation_accepted", "party.organisation_join"
		if err := o.Admit(ctx, tx, actor); err != nil {
			return err
		}
		if _, err := o.member(ctx, tx, x.ID, actor.User); !fault.Is(err, fault.Absent) {
			if err == nil {
				err = fault.New(fault.Conflict, "party.already_member")
			}
			return err
		}
		if _, err := o.raise(ctx, tx, x, actor.User, OrganisationMember{Role: i.Role, Until: i.Until}); err != nil {
			return err
		}
	}
	if err := tx.SaveInvitation(ctx, i); err != nil {
		return err
	}
	if err := tx.DropLinks(ctx, i.ID); err != nil {
		return err
	}
	if err := o.note(ctx, tx, x, actor.User, act, actor.User, map[string]string{"role": string(i.Role)}); err != nil {
		return err
	}
	return o.Tell(ctx, tx, i.By, key, map[string]string{"organisation": x.Name, "name": actor.Shown})
}
