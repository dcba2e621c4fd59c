package house

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/calendar"
	"tereze/internal/claims"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/mailbox"
	"tereze/internal/store"
	"tereze/portals"
)

// Desk is the rooms without the door: what an act from the command line needs. It needs no keys but
// those of what is sealed and of numbers (Intake); what it records waits for the sequencer of the next house that opens on the database.
type Desk struct {
	Store      *store.Store
	Agreements *agreement.Agreements
	Accounts   *account.Accounts
	Requests   *claims.Requests

	recorder evidence.Recorder
	take     func(ctx context.Context, portal, language string, m mailbox.Mail) (claims.Outcome, claims.Request, error)
}

// OpenDesk opens the database and brings the packs into it, as Open does. Of the configuration it
// reads Database, Packs, Only, Clock, Public, NoMigrate and, for Intake, Keys. Close it.
func OpenDesk(ctx context.Context, cfg Config) (*Desk, error) {
	h := &House{Clock: cfg.Clock}
	if h.Clock == nil {
		h.Clock = &calendar.Clock{}
	}
	if cfg.Packs == nil {
		cfg.Packs = portals.FS
	}
	if cfg.Accounts == (account.Limits{}) {
		cfg.Accounts = account.DefaultLimits()
	}
	packs, err := loadPacks(cfg)
	if err != nil {
		return nil, err
	}
	hasher, err := account.NewHasher()
	if err != nil {
		return nil, err
	}
	h.Store, err = store.Open(ctx, store.Config{Database: cfg.Database, Seal: cfg.Keys.Seal, Now: h.Clock.Now, NoMigrate: cfg.NoMigrate})
	if err != nil {
		return nil, err
	}
	recorder := evidence.Recorder{Random: rand.Reader, Now: h.Clock.Now, NewID: h.Store.NewID}
	h.rooms(cfg, recorder, hasher)
	for _, pack := range packs {
		if err := h.Agreements.Found(ctx, pack.Pack); err != nil {
			return nil, errors.Join(err, h.Store.Close())
		}
	}
	return &Desk{Store: h.Store, Agreements: h.Agreements, Accounts: h.Accounts, Requests: h.Requests, recorder: recorder, take: h.TakeMail}, nil
}

// Close closes the database.
func (d *Desk) Close() error { return d.Store.Close() }

// Together runs several acts on agreements in one transaction: all of them happen, or none. Of
// the acts that end with loading what they published (Publish, Withdraw) none may be among them.
func (d *Desk) Together(ctx context.Context, acts func(*agreement.Agreements) error) error {
	return d.Store.InTx(ctx, func(tx *store.Tx) error {
		within := func(_ context.Context, act func(agreement.Tx) error) error { return act(tx) }
		return acts(&agreement.Agreements{
			Library: d.Agreements.Library, InTx: within, InView: within,
			Now: d.Agreements.Now, NewID: d.Agreements.NewID, Record: d.recorder.Record, Depart: d.Agreements.Depart, Ended: d.Agreements.Ended,
		})
	})
}

// Staff finds a user of a portal who holds a role, to act in their name. Whoever can open the
// database file or knows its password needs no further proof; the evidence names the user.
// Refusals: Absent "account.nobody"; Forbidden "agreement.role".
func (d *Desk) Staff(ctx context.Context, portal, name string, role identity.Role) (identity.Actor, error) {
	var u account.User
	err := d.Store.InView(ctx, func(tx *store.Tx) error {
		var err error
		u, err = tx.UserNamed(ctx, portal, account.Fold(name))
		return err
	})
	switch {
	case fault.Is(err, fault.Absent) || err == nil && u.State != account.Active:
		return identity.Actor{}, fault.New(fault.Absent, "account.nobody")
	case err != nil:
		return identity.Actor{}, fmt.Errorf("look for %s: %w", name, err)
	}
	actor := identity.Actor{Portal: portal, User: u.ID, Name: u.SignInName, Shown: u.Shown, Language: u.Language, Roles: u.Roles}
	if !actor.Is(role) {
		return identity.Actor{}, fault.New(fault.Forbidden, "agreement.role").With("role", string(role))
	}
	return actor, nil
}
