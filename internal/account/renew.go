package account

import (
	"context"
	"time"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// StoredPassword is a password as it is kept.
type StoredPassword struct {
	Hash      string
	SetAt     time.Time
	Temporary bool      // made by the portal: it opens only the page that replaces it
	ExpiresAt time.Time // of a temporary one; zero: it does not expire
}

// PasswordTx is what passwords do to the database.
type PasswordTx interface {
	// StoredPassword gives the password in force. Refusal: Absent.
	StoredPassword(ctx context.Context, id identity.ID) (StoredPassword, error)
	// ReplacePassword sets a password and keeps the one before it among the old ones.
	ReplacePassword(ctx context.Context, id identity.ID, p StoredPassword) error
	// HoldPassword is StoredPassword for an act that is going to replace it: another such act waits.
	HoldPassword(ctx context.Context, id identity.ID) (StoredPassword, error)
	// OldPasswords lists the hashes of former passwords, newest first, at most limit.
	OldPasswords(ctx context.Context, id identity.ID, limit int) ([]string, error)
}

// Due says what a person's password asks for at a sign-in.
type Due string

// What may be due.
const (
	Nothing Due = ""
	Remind  Due = "remind" // it will soon be too old
	Replace Due = "replace"
)

// PasswordDue says whether a password must be replaced now: a temporary one always, one older than
// the portal's clause allows (kundelik 4.17e), or soon. A clock that jumped back makes nothing due.
func (a *Accounts) PasswordDue(portal string, p StoredPassword) (Due, clause.Citation) {
	return a.passwordDueAt(portal, p, a.Now())
}

func (a *Accounts) passwordDueAt(portal string, p StoredPassword, now time.Time) (Due, clause.Citation) {
	if p.Temporary {
		return Replace, clause.Citation{}
	}
	rule, cite, ok := clause.In[PasswordAge](a.Book(portal, now))
	if !ok {
		return Nothing, clause.Citation{}
	}
	zone := a.Zone(portal)
	end := after(p.SetAt, rule.Max, zone)
	switch {
	case !now.Before(end):
		return Replace, cite
	case !now.Before(end.AddDate(0, 0, -rule.RemindBefore.Amount)):
		return Remind, cite
	}
	return Nothing, cite
}

// checkNewPassword refuses what the portal's rules refuse; earlier are the hashes of the password in
// force and the former ones, which may not come again (kundelik 4.17f).
func (a *Accounts) checkNewPassword(ctx context.Context, portal, signInName, password string, earlier []string) error {
	if f := checkPassword("password", password, signInName, a.MinPassword(portal)); f != nil {
		return f
	}
	for _, hash := range earlier {
		same, err := a.Hasher.Check(ctx, hash, password)
		if err != nil {
			return err
		}
		if !same {
			continue
		}
		rule, cite, ok := clause.In[PasswordHistory](a.Book(portal, a.Now()))
		if !ok {
			return fault.New(fault.Invalid, "account.password_same").At("password")
		}
		return fault.New(fault.Invalid, "account.password_again").With("last", itoa(rule.Last)).At("password").By(cite)
	}
	return nil
}

// earlier lists the hashes a new password is compared with: as many as the clause says, the one in
// force included; where no clause says anything, that one alone.
func (a *Accounts) earlier(ctx context.Context, tx PasswordTx, portal string, id identity.ID) ([]string, error) {
	current, err := tx.StoredPassword(ctx, id)
	if fault.Is(err, fault.Absent) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	last := 1
	if rule, _, ok := clause.In[PasswordHistory](a.Book(portal, a.Now())); ok {
		last = rule.Last
	}
	old, err := tx.OldPasswords(ctx, id, last-1)
	return append([]string{current.Hash}, old...), err
}
