package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"strconv"
	"time"

	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Program is a permission to use a portal by a program: whose, under which separate agreement, until
// when (ismet R10.5, R10.8).
type Program struct {
	ID        identity.ID
	Portal    string
	Holder    string
	Agreement string // number and day of the separate agreement
	GrantedBy identity.ID
	GrantedAt time.Time
	EndsAt    time.Time
	RevokedAt time.Time // zero: it was not
}

// ProgramsTx is what permissions for programs do to the database.
type ProgramsTx interface {
	// AddProgram adds it under the hash of its key.
	AddProgram(ctx context.Context, keyHash []byte, p Program) error
	// Program finds it by the hash of its key. Refusal: Absent.
	Program(ctx context.Context, portal string, keyHash []byte) (Program, error)
	// Programs lists a portal's, newest first, with ids below before; 0 begins at the newest.
	Programs(ctx context.Context, portal string, before identity.ID, limit int) ([]Program, error)
	// RevokeProgram ends it. Refusal: Conflict when it has been revoked or is not there.
	RevokeProgram(ctx context.Context, portal string, id identity.ID, at time.Time) error
}

// longestProgram is how long a permission may last before it has to be given anew, in days.
const longestProgram = 366

// Permission is what an operator enters to permit a program.
type Permission struct {
	Holder    string
	Agreement string
	Days      string
}

func (p *Permission) check() (days int, wrong fault.Faults) {
	p.Holder, p.Agreement = singleLine(p.Holder), singleLine(p.Agreement)
	if f := checkText("holder", p.Holder, 2, 200, false); f != nil {
		wrong = append(wrong, f)
	}
	if f := checkText("agreement", p.Agreement, 2, 200, false); f != nil {
		wrong = append(wrong, f)
	}
	days, err := strconv.Atoi(singleLine(p.Days))
	if err != nil || days < 1 || days > longestProgram {
		wrong = append(wrong, fault.New(fault.Invalid, "account.program_days").With("most", strconv.Itoa(longestProgram)).At("days"))
	}
	return days, wrong
}

// Permit lets a program use the portal. The key is given once, here, and kept as its hash alone.
// Refusals: Forbidden for anyone but an operator; Invalid for each field (fault.Faults).
func (a *Accounts) Permit(ctx context.Context, actor identity.Actor, asked Permission) (key string, err error) {
	if err := asOperator(actor); err != nil {
		return "", err
	}
	days, wrong := asked.check()
	if wrong != nil {
		return "", wrong
	}
	key = rand.Text() + rand.Text()
	now := a.Now()
	p := Program{
		ID: a.NewID(), Portal: actor.Portal, Holder: asked.Holder, Agreement: asked.Agreement,
		GrantedBy: actor.User, GrantedAt: now, EndsAt: now.AddDate(0, 0, days),
	}
	err = a.InTx(ctx, func(tx Tx) error {
		if err := tx.AddProgram(ctx, programHash(key), p); err != nil {
			return err
		}
		return a.programNote(ctx, tx, actor, p, "account.program_permitted")
	})
	return key, err
}

// EndProgram takes a permission back: the key opens nothing from now on.
// Refusals: Forbidden; Conflict "account.program_ended" when it has ended already.
func (a *Accounts) EndProgram(ctx context.Context, actor identity.Actor, id identity.ID) error {
	if err := asOperator(actor); err != nil {
		return err
	}
	return a.InTx(ctx, func(tx Tx) error {
		err := tx.RevokeProgram(ctx, actor.Portal, id, a.Now())
		if fault.Is(err, fault.Conflict) {
			return fault.New(fault.Conflict, "account.program_ended")
		}
		if err != nil {
			return err
		}
		return a.programNote(ctx, tx, actor, Program{ID: id}, "account.program_ended")
	})
}

// programNote keeps what the staff did with the operator's own entries: the permission is nobody's else.
func (a *Accounts) programNote(ctx context.Context, tx Tx, actor identity.Actor, p Program, act string) error {
	detail := map[string]string{"role": string(identity.Operator)}
	if p.Holder != "" {
		detail["holder"], detail["agreement"], detail["until"] = p.Holder, p.Agreement, p.EndsAt.UTC().Format(time.DateOnly)
	}
	_, err := a.Record(ctx, tx, evidence.Entry{
		Portal: actor.Portal, Home: actor.User, ID: a.NewID(), At: a.Now(), Actor: "user:" + itoa64(actor.User),
		Act: act, Subject: "program:" + itoa64(p.ID), Detail: detail,
	})
	return err
}

// Programs lists the permissions on the operator's portal, newest first. Refusal: Forbidden.
func (a *Accounts) Programs(ctx context.Context, actor identity.Actor, before identity.ID, limit int) (out []Program, err error) {
	if err := asOperator(actor); err != nil {
		return nil, err
	}
	err = a.InView(ctx, func(tx Tx) error {
		out, err = tx.Programs(ctx, actor.Portal, before, limit)
		return err
	})
	return out, err
}

// Permitted reports whether a key is one of a program that may use the portal now.
func (a *Accounts) Permitted(ctx context.Context, portal, key string) (bool, error) {
	if key == "" || len(key) > 200 {
		return false, nil
	}
	var p Program
	err := a.InView(ctx, func(tx Tx) error {
		var err error
		p, err = tx.Program(ctx, portal, programHash(key))
		return err
	})
	if fault.Is(err, fault.Absent) {
		return false, nil
	}
	return err == nil && p.RevokedAt.IsZero() && a.Now().Before(p.EndsAt), err
}

func programHash(key string) []byte {
	sum := sha256.Sum256([]byte("program\x00" + key))
	return sum[:]
}
