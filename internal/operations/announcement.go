package operations

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tereze/internal/calendar"
	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/notify"
)

// The kinds of announcement.
const (
	News  = "information" // of the portal and its services
	Works = "maintenance" // that users will notice
)

// Announcement is what the operator tells everybody on the first page, for a while.
type Announcement struct {
	ID          identity.ID
	Portal      string
	Kind        string
	Texts       map[string]Text // by language: every one the portal speaks
	From        time.Time
	Until       time.Time
	PostedBy    identity.ID
	PostedAt    time.Time
	WithdrawnBy identity.ID
	WithdrawnAt time.Time // zero: it was not
}

// Text is an announcement in one language.
type Text struct{ Title, Body string }

// The phases of an announcement.
const (
	Upcoming  = "upcoming"
	Shown     = "shown"
	Over      = "over"
	Withdrawn = "withdrawn"
)

// Phase is where an announcement stands at an instant.
func (n Announcement) Phase(at time.Time) string {
	switch {
	case !n.WithdrawnAt.IsZero():
		return Withdrawn
	case at.Before(n.From):
		return Upcoming
	case at.Before(n.Until):
		return Shown
	}
	return Over
}

// Lengths of an announcement in characters, and how long one may stand.
const (
	minTitle = 5
	maxTitle = 120
	minBody  = 10
	maxBody  = 1000
	longest  = 366 * 24 * time.Hour
)

// Tx is what an act of this room does to the database, in the act's own transaction.
type Tx interface {
	evidence.Tx
	notify.Tx
	EventTx
	OwedTx

	AddAnnouncement(ctx context.Context, n Announcement) error
	// Announcement gives one. Refusal: Absent.
	Announcement(ctx context.Context, id identity.ID) (Announcement, error)
	// WithdrawAnnouncement marks one that was not. Refusal: Conflict.
	WithdrawAnnouncement(ctx context.Context, id, by identity.ID, at time.Time) error
	// AnnouncementsUntil lists a portal's that are not withdrawn and end after an instant, newest first.
	AnnouncementsUntil(ctx context.Context, portal string, after time.Time, limit int) ([]Announcement, error)
	// Announcements lists all of a portal's, newest first, before an id (0: from the newest).
	Announcements(ctx context.Context, portal string, before identity.ID, limit int) ([]Announcement, error)
}

// Operations performs the acts of this room. All fields are needed.
type Operations struct {
	InTx   func(ctx context.Context, act func(Tx) error) error
	InView func(ctx context.Context, look func(Tx) error) error
	Now    func() time.Time
	NewID  func() identity.ID
	Record func(ctx context.Context, tx evidence.Tx, e evidence.Entry) (evidence.EntryRef, error)
	// Power says by which clause the staff of a portal have one of these powers, or refuses (court 1.1d, kg 1.1c).
	Power func(portal string, powers ...string) (clause.Citation, error)
	// Languages are those a portal speaks.
	Languages func(portal string) []string
	// Book gives the rules in force on a portal, Zone its time zone, Days its table of business days.
	Book func(portal string, at time.Time) *clause.Book
	Zone func(portal string) *time.Location
	Days func(portal string) (*calendar.Table, error)
	// Services lists the parts of a portal that can be closed by themselves; Concerns says whether somebody uses any of these.
	Services func(portal string) []string
	Concerns func(actor identity.Actor, services []string) bool
	// Suspends gives the reasons for which a clause lets services be suspended (ismet 4.2.2); ok is false where none does.
	Suspends func(portal string) (reasons []string, cite clause.Citation, ok bool)
	// Tell lays a notice into its person's cabinet and sends it, in the act that tells.
	Tell func(ctx context.Context, tx Tx, n notify.Notice) error
	// Address is where an event stands on the status page.
	Address func(e Event) string
	// Ended is told when contracts have ended, after the portals know of it.
	Ended func()
	// Shift moves the open terms of a portal by a part, in per cent, of their overlap with a stretch of time, and counts them.
	Shift func(ctx context.Context, portal string, from, to time.Time, percent int, cite clause.Citation) (moved int, err error)

	board    board
	snapshot snapshot
}

// Kinds lists what the staff of a portal may announce, by the powers that the agreement gives them.
func (o *Operations) Kinds(portal string) (kinds []string) {
	for _, kind := range []string{News, Works} {
		if _, err := o.power(portal, kind); err == nil {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

func (o *Operations) power(portal, kind string) (clause.Citation, error) {
	if kind == Works {
		return o.Power(portal, "maintenance")
	}
	cite, err := o.Power(portal, "publish", "content")
	if err != nil || !cite.Zero() {
		return cite, err
	}
	// No clause speaks of the power: where one has users told on the portal (ismet 4.1.3), it is told by that.
	if rule, by, ok := clause.In[notify.Announcements](o.Book(portal, o.Now())); ok && slices.Contains(rule.Channels, string(notify.Site)) {
		return by, nil
	}
	return cite, nil
}

// Citation is the clause by which a kind of announcement is made; zero where none says so.
func (o *Operations) Citation(portal, kind string) clause.Citation {
	cite, err := o.power(portal, kind)
	if err != nil {
		return clause.Citation{}
	}
	return cite
}

// Check says what is wrong with an announcement before it is posted, and fills in the time it begins.
// Refusals: Forbidden, also by the clause on the powers; Invalid for each field (fault.Faults).
func (o *Operations) Check(actor identity.Actor, n *Announcement) (clause.Citation, error) {
	if !actor.Is(identity.Operator) {
		return clause.Citation{}, fault.New(fault.Forbidden, "agreement.role").With("role", string(identity.Operator))
	}
	var wrong fault.Faults
	if n.Kind != News && n.Kind != Works {
		wrong = append(wrong, fault.New(fault.Invalid, "operations.kind").At("kind"))
	}
	for _, language := range o.Languages(actor.Portal) {
		text := n.Texts[language]
		for _, f := range []*fault.Fault{checkText("title_"+language, text.Title, minTitle, maxTitle, false), checkText("body_"+language, text.Body, minBody, maxBody, true)} {
			if f != nil {
				wrong = append(wrong, f)
			}
		}
	}
	now := o.Now()
	if n.From.IsZero() {
		n.From = now
	}
	switch {
	case n.Until.IsZero():
		wrong = append(wrong, fault.New(fault.Invalid, "operations.until").At("until"))
	case !n.Until.After(n.From) || !n.Until.After(now):
		wrong = append(wrong, fault.New(fault.Invalid, "operations.ends_before").At("until"))
	case n.Until.Sub(n.From) > longest:
		wrong = append(wrong, fault.New(fault.Invalid, "operations.too_long").At("until"))
	}
	if wrong != nil {
		return clause.Citation{}, wrong
	}
	return o.power(actor.Portal, n.Kind)
}

// checkText is as account's: between so many characters, nothing that cannot be seen.
func checkText(field, s string, low, high int, lines bool) *fault.Fault {
	n := utf8.RuneCountInString(s)
	hidden := func(r rune) bool { return !unicode.IsPrint(r) && !(lines && r == '\n') }
	switch {
	case !utf8.ValidString(s):
		return fault.New(fault.Invalid, "form.encoding").At(field)
	case strings.ContainsFunc(s, hidden):
		return fault.New(fault.Invalid, "form.characters").At(field)
	case n == 0:
		return fault.New(fault.Invalid, "form.empty").At(field)
	case n < low:
		return fault.New(fault.Invalid, "form.short").With("min", strconv.Itoa(low)).At(field)
	case n > high:
		return fault.New(fault.Invalid, "form.long").With("max", strconv.Itoa(high)).At(field)
	}
	return nil
}

// Post puts an announcement on the first page. Refusals: those of Check.
func (o *Operations) Post(ctx context.Context, actor identity.Actor, n Announcement) (Announcement, error) {
	cite, err := o.Check(actor, &n)
	if err != nil {
		return Announcement{}, err
	}
	n.ID, n.Portal, n.PostedBy, n.PostedAt = o.NewID(), actor.Portal, actor.User, o.Now()
	err = o.InTx(ctx, func(tx Tx) error {
		if err := tx.AddAnnouncement(ctx, n); err != nil {
			return err
		}
		return o.note(ctx, tx, actor, "operations.announce", n, cite)
	})
	o.board.forget(n.Portal)
	return n, err
}

// Withdraw takes an announcement off the first page; the history keeps it. Refusals: Forbidden; Absent;
// Conflict "operations.withdrawn" for one that is over or was withdrawn.
func (o *Operations) Withdraw(ctx context.Context, actor identity.Actor, id identity.ID) error {
	if !actor.Is(identity.Operator) {
		return fault.New(fault.Forbidden, "agreement.role").With("role", string(identity.Operator))
	}
	err := o.InTx(ctx, func(tx Tx) error {
		n, err := o.find(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		cite, err := o.power(n.Portal, n.Kind)
		if err != nil {
			return err
		}
		over := fault.New(fault.Conflict, "operations.withdrawn")
		if phase := n.Phase(o.Now()); phase != Upcoming && phase != Shown {
			return over
		}
		if err := tx.WithdrawAnnouncement(ctx, id, actor.User, o.Now()); fault.Is(err, fault.Conflict) {
			return over
		} else if err != nil {
			return err
		}
		return o.note(ctx, tx, actor, "operations.announcement_withdraw", n, cite)
	})
	o.board.forget(actor.Portal)
	return err
}

func (o *Operations) find(ctx context.Context, tx Tx, actor identity.Actor, id identity.ID) (Announcement, error) {
	n, err := tx.Announcement(ctx, id)
	if fault.Is(err, fault.Absent) || err == nil && n.Portal != actor.Portal {
		return Announcement{}, fault.New(fault.Absent, "gate.no_page")
	}
	return n, err
}

func (o *Operations) note(ctx context.Context, tx Tx, actor identity.Actor, act string, n Announcement, cite clause.Citation) error {
	_, err := o.Record(ctx, tx, evidence.Entry{
		Portal: n.Portal, ID: o.NewID(), At: o.Now(), Actor: "user:" + strconv.FormatInt(int64(actor.User), 10), Act: act,
		Subject: "announcement:" + strconv.FormatInt(int64(n.ID), 10), Citation: cite,
		Detail: map[string]string{"kind": n.Kind, "from": n.From.UTC().Format(time.RFC3339), "until": n.Until.UTC().Format(time.RFC3339)},
	})
	return err
}

// One gives an announcement to the operator. Refusals: Forbidden; Absent.
func (o *Operations) One(ctx context.Context, actor identity.Actor, id identity.ID) (n Announcement, err error) {
	if !actor.Is(identity.Operator) {
		return n, fault.New(fault.Forbidden, "agreement.role").With("role", string(identity.Operator))
	}
	err = o.InView(ctx, func(tx Tx) error {
		n, err = o.find(ctx, tx, actor, id)
		return err
	})
	return n, err
}

// History lists the announcements of the operator's portal, newest first, before an id. Refusal: Forbidden.
func (o *Operations) History(ctx context.Context, actor identity.Actor, before identity.ID, limit int) (out []Announcement, err error) {
	if !actor.Is(identity.Operator) {
		return nil, fault.New(fault.Forbidden, "agreement.role").With("role", string(identity.Operator))
	}
	err = o.InView(ctx, func(tx Tx) error {
		out, err = tx.Announcements(ctx, actor.Portal, before, limit)
		return err
	})
	return out, err
}

// mostShown announcements stand on a page at once.
const mostShown = 5

// Current lists what the first page of a portal shows now, newest first. What was posted or withdrawn by
// another process is seen within a second; here at once.
func (o *Operations) Current(ctx context.Context, portal string) ([]Announcement, error) {
	now := o.Now()
	all, held := o.board.get(portal, now)
	if !held {
		mark := o.board.mark()
		err := o.InView(ctx, func(tx Tx) (err error) {
			all, err = tx.AnnouncementsUntil(ctx, portal, now, mostKept)
			return err
		})
		if err != nil {
			return nil, err
		}
		o.board.put(portal, all, now, mark)
	}
	var out []Announcement
	for _, n := range all {
		if n.Phase(now) == Shown && len(out) < mostShown {
			out = append(out, n)
		}
	}
	return slices.Clip(out), nil
}
