package account

import (
	"context"
	"net/netip"
	"time"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Lock is how the guessing of passwords is stopped: after so many failures of one name, one address
// or one device, further attempts are turned away for a time.
type Lock struct {
	Failures int
	Rest     time.Duration
	Cite     clause.Citation
}

// SafetyTx is what guarding accounts does to the database.
type SafetyTx interface {
	// Try counts one more of what is marked, unless it rests: ok is then false, and nothing is
	// counted. What lies farther from at than rest is forgotten. All who try at once are counted.
	Try(ctx context.Context, mark []byte, most int, rest time.Duration, at time.Time) (count int, ok bool, err error)
	// Tried says how often there was a try that is not forgotten.
	Tried(ctx context.Context, mark []byte, rest time.Duration, at time.Time) (int, error)
	// Forgive forgets what was counted.
	Forgive(ctx context.Context, mark []byte) error
	// MeetDevice notes that a user came from a device; known tells that it was so before.
	MeetDevice(ctx context.Context, id identity.ID, mark []byte, at time.Time) (known bool, err error)
	// KnowsDevice reports whether a user came from a device before.
	KnowsDevice(ctx context.Context, id identity.ID, mark []byte) (bool, error)
	// Devices counts the devices a user came from.
	Devices(ctx context.Context, id identity.ID) (int, error)
	// EndOtherSessions ends a user's sessions but one.
	EndOtherSessions(ctx context.Context, id identity.ID, but []byte) error
	// LockUser locks an active account; locking it twice changes nothing.
	LockUser(ctx context.Context, id identity.ID) error
	// UnlockUser makes a locked account active; another state stays as it is.
	UnlockUser(ctx context.Context, id identity.ID) error
	// AddChange keeps what a person's data said before.
	AddChange(ctx context.Context, id identity.ID, c Change) error
	// Changes lists them, newest first.
	Changes(ctx context.Context, id identity.ID, limit int) ([]Change, error)
	// RenameUser changes the sign-in name a user is shown under.
	RenameUser(ctx context.Context, id identity.ID, name, fold string) error
	// EvidenceOfActs lists a home's entries of some acts, newest first, with ids below before.
	EvidenceOfActs(ctx context.Context, home, before identity.ID, acts []string, limit int) ([]evidence.Entry, error)
}

// lock is the measure of a portal: its clause's (ismet R10.6, kundelik 6.8a), else the program's.
func (a *Accounts) lock(portal string) Lock {
	if a.Lockout != nil {
		if l, ok := a.Lockout(portal, a.Now()); ok {
			return l
		}
	}
	return Lock{Failures: a.Limits.Failures, Rest: a.Limits.Rest}
}

// resting is the refusal of an attempt that is turned away unseen.
func (l Lock) resting() *fault.Fault {
	return fault.New(fault.TooMany, "account.rest").With("minutes", itoa(int(l.Rest.Minutes()))).By(l.Cite)
}

// trial is one attempt to sign in, between what is looked up before the password is checked and what
// is recorded after.
type trial struct {
	fold     string
	lock     Lock
	user     User
	password StoredPassword
	holder   PasskeyHolder // whether a passkey is asked for as well
	mark     []byte        // what was counted: the name, or the known device of its person
	address  []byte        // mark of the address; nil where a known device needs none
	count    int
}

// beginTrial looks the person up and counts the attempt before the password is looked at, so that
// guesses made at once are all counted. A browser the person signed in from before is counted by
// itself: whoever guesses elsewhere cannot shut them out, nor can a neighbour behind one address.
func (a *Accounts) beginTrial(ctx context.Context, tx Tx, s SignIn, t *trial) error {
	var err error
	if t.user, err = tx.UserNamed(ctx, s.Portal, t.fold); err != nil && !fault.Is(err, fault.Absent) {
		return err
	}
	if t.password, err = tx.StoredPassword(ctx, t.user.ID); err != nil && !fault.Is(err, fault.Absent) {
		return err
	}
	if t.holder, err = tx.PasskeyHolder(ctx, t.user.ID); err != nil && !fault.Is(err, fault.Absent) {
		return err
	}
	return a.countTrial(ctx, tx, s, t)
}

// countTrial counts the attempt. Refusal: TooMany "account.rest".
func (a *Accounts) countTrial(ctx context.Context, tx Tx, s SignIn, t *trial) error {
	known, err := a.knows(ctx, tx, t.user, s)
	if err != nil {
		return err
	}
	counted := "name/" + s.Portal + "/" + t.fold
	if known {
		counted = "device/" + s.Portal + "/" + s.Device + "/" + t.fold
	} else if s.Address != "" {
		if t.address, err = tx.Mark("lock/address/" + s.Portal + "/" + network(s.Address)); err != nil {
			return err
		}
		failed, err := tx.Tried(ctx, t.address, t.lock.Rest, a.Now())
		if err != nil {
			return err
		}
		if failed >= t.lock.Failures {
			return t.lock.resting()
		}
	}
	if t.mark, err = tx.Mark("lock/" + counted); err != nil {
		return err
	}
	var ok bool
	if t.count, ok, err = tx.Try(ctx, t.mark, t.lock.Failures, t.lock.Rest, a.Now()); err == nil && !ok {
		return t.lock.resting()
	}
	return err
}

// failTrial counts the failure for the address too and leaves evidence of it: with the person, who
// sees it, or with the portal where there is nobody of that name. At the failure that locks, the
// person is told.
func (a *Accounts) failTrial(ctx context.Context, tx Tx, s SignIn, t trial) error {
	now := a.Now()
	if t.address != nil {
		if _, _, err := tx.Try(ctx, t.address, 1<<30, t.lock.Rest, now); err != nil {
			return err
		}
	}
	_, err := a.Record(ctx, tx, evidence.Entry{
		Portal: s.Portal, Home: t.user.ID, ID: a.NewID(), At: now, Actor: "visitor:0", Act: "account.sign_in_failed", Citation: t.lock.Cite,
		Detail: map[string]string{"address": s.Address, "agent": cut(printable(s.Agent), 200)},
	})
	if err != nil || t.count < t.lock.Failures {
		return err
	}
	return a.alertAlike(ctx, tx, s.Portal, t.user, "message.sign_in_locked", map[string]string{
		"address": s.Address, "at": a.written(s.Portal, now), "minutes": itoa(int(t.lock.Rest.Minutes())),
	})
}

// deviceMark is the form in which a browser is kept: by its own token, or by what it says of itself.
func deviceMark(tx Tx, portal, device string) ([]byte, error) {
	return tx.Mark("seen/" + portal + "/" + device)
}

func (a *Accounts) knows(ctx context.Context, tx Tx, u User, s SignIn) (bool, error) {
	if s.Device == "" || len(s.Device) > 100 {
		return false, nil
	}
	mark, err := deviceMark(tx, s.Portal, s.Device)
	if err != nil {
		return false, err
	}
	return tx.KnowsDevice(ctx, u.ID, mark)
}

// meetDevice notes where a person came from, and tells them when it is new (ismet R10.6). The first
// one is no news. A browser that keeps no cookie is known by its address and what it says it is.
func (a *Accounts) meetDevice(ctx context.Context, tx Tx, u User, s SignIn, device string, now time.Time) error {
	before, err := tx.Devices(ctx, u.ID)
	if err != nil {
		return err
	}
	met := false
	for _, one := range []string{device, "at/" + network(s.Address) + "/" + cut(printable(s.Agent), 200)} {
		mark, err := deviceMark(tx, u.Portal, one)
		if err != nil {
			return err
		}
		known, err := tx.MeetDevice(ctx, u.ID, mark, now)
		if err != nil {
			return err
		}
		met = met || known
	}
	if met || before == 0 {
		return nil
	}
	return a.alert(ctx, tx, u, "message.sign_in_alert", map[string]string{"address": s.Address, "at": a.written(u.Portal, now)})
}

// network is whom an address is counted as: an IPv6 customer has a whole /64 to send from.
func network(address string) string {
	at, err := netip.ParseAddr(address)
	if err != nil || at.Is4() {
		return address
	}
	p, err := at.Prefix(64)
	if err != nil {
		return address
	}
	return p.String()
}
