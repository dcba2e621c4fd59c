package operations

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	"tereze/internal/calendar"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Days is what the operator of a portal has written down about business days, beside the calendar that
// ships with the program: lines as calendar.Read takes them.
type Days struct {
	Portal    string
	Version   int // counts up by one; 0: nothing was written yet
	Body      string
	ChangedBy identity.ID
	ChangedAt time.Time
}

// DaysTx is what keeping business days does to the database.
type DaysTx interface {
	evidence.Tx

	// AddDays writes the next version. Refusal: Conflict where somebody has written it.
	AddDays(ctx context.Context, d Days) error
	// DaysOf gives the newest version of a portal; the zero value where there is none.
	DaysOf(ctx context.Context, portal string) (Days, error)
	// DaysHistory lists the versions of a portal, newest first.
	DaysHistory(ctx context.Context, portal string, limit int) ([]Days, error)
}

// Calendars gives each portal its business days and lets its operator keep them current: governments move
// days off every year. All fields are needed.
type Calendars struct {
	InTx   func(ctx context.Context, act func(DaysTx) error) error
	InView func(ctx context.Context, look func(DaysTx) error) error
	Now    func() time.Time
	NewID  func() identity.ID
	Record func(ctx context.Context, tx evidence.Tx, e evidence.Entry) (evidence.EntryRef, error)
	// Base names the calendar of a portal that ships with the program.
	Base func(portal string) string

	mu   sync.RWMutex
	kept map[string]kept
}

type kept struct {
	version int
	table   *calendar.Table
}

// Table is the calendar of a portal as it stands. Refusal: calendar.ErrNoTable.
func (c *Calendars) Table(portal string) (*calendar.Table, error) {
	c.mu.RLock()
	k, ok := c.kept[portal]
	c.mu.RUnlock()
	if ok {
		return k.table, nil
	}
	return calendar.Named(c.Base(portal))
}

// Refresh takes over what was written for these portals, here or by another process.
func (c *Calendars) Refresh(ctx context.Context, portals []string) error {
	for _, portal := range portals {
		var d Days
		err := c.InView(ctx, func(tx DaysTx) (err error) {
			d, err = tx.DaysOf(ctx, portal)
			return err
		})
		if err != nil {
			return err
		}
		if err := c.take(d); err != nil {
			return err
		}
	}
	return nil
}

func (c *Calendars) take(d Days) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d.Version == 0 || c.kept[d.Portal].version >= d.Version {
		return nil
	}
	table, err := c.read(d.Portal, d.Body)
	if err != nil {
		return err
	}
	if c.kept == nil {
		c.kept = map[string]kept{}
	}
	c.kept[d.Portal] = kept{d.Version, table}
	return nil
}

// mostDays is how much an operator may write.
const mostDays = 64 << 10

func (c *Calendars) read(portal, body string) (*calendar.Table, error) {
	return calendar.Read(portal, strings.NewReader("base "+c.Base(portal)+"\n"+body))
}

// Moved is a day that a new version makes a business day, or takes from them.
type Moved struct {
	Day  time.Time
	Work bool
	New  bool // the calendar did not reach there before
}

// Preview says what a text would change. Refusals: Forbidden; Invalid "operations.days" at "body", with the
// line and what is wrong with it.
func (c *Calendars) Preview(actor identity.Actor, body string) (moved []Moved, until int, err error) {
	if !actor.Is(identity.Operator) {
		return nil, 0, fault.New(fault.Forbidden, "agreement.role").With("role", string(identity.Operator))
	}
	if len(body) > mostDays {
		return nil, 0, fault.Faults{fault.New(fault.Invalid, "form.long").With("max", strconv.Itoa(mostDays)).At("body")}
	}
	if f := checkText("body", strings.ReplaceAll(body, "\r\n", "\n"), 0, mostDays, true); f != nil && body != "" {
		return nil, 0, fault.Faults{f}
	}
	after, err := c.read(actor.Portal, body)
	if err != nil {
		return nil, 0, fault.Faults{fault.New(fault.Invalid, "operations.days").With("line", line(err)).At("body").Wrap(err)}
	}
	before, err := c.Table(actor.Portal)
	if err != nil {
		return nil, 0, err
	}
	years := after.Years()
	for _, year := range years {
		for day := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() == year; day = day.AddDate(0, 0, 1) {
			work, err := after.Business(day)
			if err != nil {
				return nil, 0, err
			}
			was, wrong := before.Business(day)
			fresh := errors.Is(wrong, calendar.ErrOutside)
			weekend := day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
			if !fresh && was != work || fresh && work == weekend {
				moved = append(moved, Moved{day, work, fresh})
			}
		}
	}
	return moved, years[len(years)-1], nil
}

// line is the number of the line that a calendar was refused for, as the operator counts them.
func line(err error) string {
	_, rest, ok := strings.Cut(err.Error(), "line ")
	digits, _, _ := strings.Cut(rest, ":")
	n, wrong := strconv.Atoi(digits)
	if !ok || wrong != nil || n < 2 {
		return "1"
	}
	return strconv.Itoa(n - 1) // the first line names the base
}

// Write keeps a text that was believed to follow a version. What is owed already keeps its day.
// Refusals: those of Preview; Conflict "store.changed".
func (c *Calendars) Write(ctx context.Context, actor identity.Actor, believed int, body string) error {
	body = strings.ReplaceAll(body, "\r\n", "\n")
	if _, _, err := c.Preview(actor, body); err != nil {
		return err
	}
	d := Days{Portal: actor.Portal, Version: believed + 1, Body: body, ChangedBy: actor.User, ChangedAt: c.Now()}
	sum := sha256.Sum256([]byte(body))
	err := c.InTx(ctx, func(tx DaysTx) error {
		newest, err := tx.DaysOf(ctx, d.Portal)
		if err != nil {
			return err
		}
		if newest.Version != believed {
			return fault.New(fault.Conflict, "store.changed")
		}
		if err := tx.AddDays(ctx, d); err != nil {
			return err
		}
		_, err = c.Record(ctx, tx, evidence.Entry{
			Portal: d.Portal, ID: c.NewID(), At: d.ChangedAt, Actor: "user:" + strconv.FormatInt(int64(actor.User), 10), Act: "operations.days",
			Subject: "calendar:" + strconv.Itoa(d.Version), Detail: map[string]string{"base": c.Base(d.Portal), "digest": hex.EncodeToString(sum[:])},
		})
		return err
	})
	if err != nil {
		return err
	}
	return c.take(d)
}

// Written gives what stands and what stood before, newest first. Refusal: Forbidden.
func (c *Calendars) Written(ctx context.Context, actor identity.Actor) (out []Days, err error) {
	if !actor.Is(identity.Operator) {
		return nil, fault.New(fault.Forbidden, "agreement.role").With("role", string(identity.Operator))
	}
	err = c.InView(ctx, func(tx DaysTx) error {
		out, err = tx.DaysHistory(ctx, actor.Portal, mostVersions)
		return err
	})
	return out, err
}

// mostVersions is how many versions the operator is shown.
const mostVersions = 50
