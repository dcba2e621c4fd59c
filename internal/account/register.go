package account

import (
	"context"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Registration is what a person enters to get an account.
type Registration struct {
	Portal     string
	SignInName string
	Shown      string
	Password   string
	Again      string // the password once more
	Language   string
	Roles      []identity.Role // given by whoever installs the portal; nobody registers with one
	KeyEndsAt  time.Time       // of a key that whoever installs the portal answers for; zero: none was seen
}

// check collects all that is wrong, for one answer.
func (a *Accounts) check(r *Registration) error {
	r.SignInName = norm.NFKC.String(strings.TrimSpace(r.SignInName))
	r.Shown = norm.NFC.String(strings.Join(strings.Fields(r.Shown), " "))
	var wrong fault.Faults
	for _, f := range []*fault.Fault{
		checkShown("shown", r.Shown),
		checkSignIn("name", r.SignInName),
		checkPassword("password", r.Password, r.SignInName, a.MinPassword(r.Portal)),
	} {
		if f != nil {
			wrong = append(wrong, f)
		}
	}
	if r.Password != r.Again {
		wrong = append(wrong, fault.New(fault.Invalid, "account.password_differs").At("again"))
	}
	if wrong != nil {
		return wrong
	}
	return nil
}

// MinPassword is the shortest password of a portal: the agreement's own (court 3.4), else ours.
func (a *Accounts) MinPassword(portal string) int {
	if own, _, ok := clause.In[OwnPassword](a.Book(portal, a.Now())); ok {
		return max(own.MinLength, minPassword)
	}
	return minPassword
}

// Register makes an account. The person is not yet bound by the agreement: the gate asks for that
// next. Refusals: Invalid for each field (fault.Faults); Conflict "account.name_taken".
func (a *Accounts) Register(ctx context.Context, r Registration) (User, error) {
	if err := a.check(&r); err != nil {
		return User{}, err
	}
	hash, err := a.Hasher.Hash(ctx, r.Password)
	if err != nil {
		return User{}, err
	}
	now := a.Now()
	u := User{
		ID: a.NewID(), Portal: r.Portal, SignInName: r.SignInName, Shown: r.Shown, Language: r.Language,
		State: Active, CreatedAt: now, Version: 1, Roles: append([]identity.Role{identity.User}, r.Roles...),
	}
	err = a.InTx(ctx, func(tx Tx) error {
		if err := tx.AddUser(ctx, u, u.Keys()); err != nil {
			if fault.Is(err, fault.Conflict) {
				return fault.New(fault.Conflict, "account.name_taken").At("name")
			}
			return err
		}
		if err := a.keepPassword(ctx, tx, u, StoredPassword{Hash: hash, SetAt: now}); err != nil {
			return err
		}
		if _, demanded := a.KeyDemanded(u.Portal); demanded && !r.KeyEndsAt.IsZero() {
			if err := tx.AddBinding(ctx, u.ID, Binding{Party: "individual", BoundAt: now, KeyEndsAt: r.KeyEndsAt}); err != nil {
				return err
			}
		}
		for _, role := range u.Roles {
			if err := tx.GiveRole(ctx, u.ID, role, now); err != nil {
				return err
			}
		}
		return a.note(ctx, tx, u, "account.register", now, nil)
	})
	return u, err
}

func (a *Accounts) note(ctx context.Context, tx Tx, u User, act string, at time.Time, detail map[string]string) error {
	_, err := a.Record(ctx, tx, evidence.Entry{
		Portal: u.Portal, Home: u.ID, ID: a.NewID(), At: at, Actor: "user:" + strconv.FormatInt(int64(u.ID), 10), Act: act, Detail: detail,
	})
	return err
}

// Depart ends an account on the ground of the agreement, inside the act that decided it: closed,
// or deleted with all that names the person, and the materials where the clause says so. Every
// session ends.
func (a *Accounts) Depart(ctx context.Context, tx DepartTx, portal string, user identity.ID, effect string, deleteMaterials bool) error {
	now := a.Now()
	if err := a.Owed.Leave(ctx, tx, portal, user); err != nil {
		return err
	}
	if deleteMaterials {
		if err := tx.DeleteMaterials(ctx, user); err != nil {
			return err
		}
	}
	end := tx.CloseUser
	if effect == "delete" {
		end = tx.DeleteUser
	}
	if err := end(ctx, user, now); err != nil {
		return err
	}
	if err := a.OweErasure(ctx, tx, portal, user, now); err != nil {
		return err
	}
	return tx.EndSessionsOf(ctx, user)
}
