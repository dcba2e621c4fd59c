package account

import (
	"context"
	"time"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Device is a browser, an app or a program that has access in a person's name (egov 1.2.11).
type Device struct {
	ID      identity.ID
	Name    string // the person's own; empty: not named
	Agent   string // what it says of itself
	Address string // where it was last
	FirstAt time.Time
	SeenAt  time.Time // of its last sign-in
}

// DevicesTx is what the devices of a person do to the database.
type DevicesTx interface {
	// SaveDevice notes a sign-in of a device by its mark and gives its id: d.ID where it is new.
	SaveDevice(ctx context.Context, user identity.ID, mark []byte, d Device) (identity.ID, error)
	// DevicesOf lists a user's devices, the last seen first.
	DevicesOf(ctx context.Context, user identity.ID) ([]Device, error)
	// NameDevice names one. Refusal: Conflict where it is not the user's.
	NameDevice(ctx context.Context, user, id identity.ID, name string) error
	// RevokeDevice removes one with what it was known by, and ends its sessions. Refusal: Conflict
	// where it is not the user's.
	RevokeDevice(ctx context.Context, user, id identity.ID) error
}

// maxDeviceName is how long a person's own name for a device may be, in characters.
const maxDeviceName = 60

// DeviceRule cites the clause that has devices listed and revoked; zero where none does.
func (a *Accounts) DeviceRule(portal string) clause.Citation {
	_, cite, _ := clause.In[DeviceRegistry](a.Book(portal, a.Now()))
	return cite
}

// MyDevice is a device with the sessions that run on it now.
type MyDevice struct {
	Device
	Sessions int
	This     bool // the one that asks
}

// MyDevices lists the actor's devices, the last seen first. Token is that of the session that asks.
func (a *Accounts) MyDevices(ctx context.Context, actor identity.Actor, token string) ([]MyDevice, error) {
	sessions, err := a.MySessions(ctx, actor, token)
	if err != nil {
		return nil, err
	}
	var devices []Device
	err = a.InView(ctx, func(tx Tx) error {
		devices, err = tx.DevicesOf(ctx, actor.User)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := make([]MyDevice, len(devices))
	for i, d := range devices {
		out[i].Device = d
		for _, s := range sessions {
			if s.Device == d.ID {
				out[i].Sessions++
				out[i].This = out[i].This || s.This
			}
		}
	}
	return out, nil
}

// NameDevice gives a device a name of the person's own; empty takes it away.
// Refusals: Invalid at "name"; Absent "account.no_device" for one that is not theirs.
func (a *Accounts) NameDevice(ctx context.Context, actor identity.Actor, id identity.ID, name string) error {
	name = singleLine(name)
	if f := checkText("name", name, 0, maxDeviceName, false); f != nil {
		return f
	}
	return a.InTx(ctx, func(tx Tx) error {
		if err := tx.NameDevice(ctx, actor.User, id, name); err != nil {
			return noDevice(err)
		}
		return a.note(ctx, tx, User{ID: actor.User, Portal: actor.Portal}, "account.device_named", a.Now(), nil)
	})
}

// RevokeDevice takes access from a device: its sessions end, and it is a stranger from now on.
// Refusal: Absent "account.no_device" for one that is not the actor's.
func (a *Accounts) RevokeDevice(ctx context.Context, actor identity.Actor, id identity.ID) error {
	defer a.Forget(actor.User)
	return a.InTx(ctx, func(tx Tx) error {
		if err := tx.RevokeDevice(ctx, actor.User, id); err != nil {
			return noDevice(err)
		}
		_, err := a.Record(ctx, tx, evidence.Entry{
			Portal: actor.Portal, Home: actor.User, ID: a.NewID(), At: a.Now(), Actor: "user:" + itoa64(actor.User),
			Act: "account.device_revoked", Citation: a.DeviceRule(actor.Portal),
		})
		return err
	})
}

func noDevice(err error) error {
	if fault.Is(err, fault.Conflict) {
		return fault.New(fault.Absent, "account.no_device")
	}
	return err
}

// keepDevice notes on which device a session begins. A program is known by its name; a browser by the
// token it keeps.
func (a *Accounts) keepDevice(ctx context.Context, tx Tx, u User, s SignIn, device string, now time.Time) (identity.ID, error) {
	if s.Program != "" {
		device = "program/" + s.Program
	}
	mark, err := deviceMark(tx, u.Portal, device)
	if err != nil {
		return 0, err
	}
	return tx.SaveDevice(ctx, u.ID, mark, Device{ID: a.NewID(), Agent: cut(printable(s.Agent), 200), Address: s.Address, FirstAt: now, SeenAt: now})
}
