package content

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"time"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/obligation"
)

// State is where a material stands.
type State string

// The states of a material. Only what is published has a title and a text.
const (
	Published State = "published"
	Deleted   State = "deleted" // by its author
	Removed   State = "removed" // by a moderator
)

// States lists them.
func States() []State { return []State{Published, Removed, Deleted} }

// Material is what one user published, or what is left of it.
type Material struct {
	Author      identity.ID
	ID          identity.ID
	Portal      string
	Section     string
	State       State
	Title       string
	Text        string
	PublishedAt time.Time
	EditedAt    time.Time // zero: never
	EndedAt     time.Time // when it was deleted or removed; zero: it was not
	Version     int
}

// Wording is what a material said until an instant: before an edit, or before it was deleted. It is kept for
// the staff alone.
type Wording struct {
	Version int
	Until   time.Time
	Ended   bool // the material was deleted then; false: it was edited
	Title   string
	Text    string
}

// Filter chooses materials of a portal.
type Filter struct {
	Section string // empty: all
	State   State  // empty: all
	Find    string // words in title or text; empty: whatever they are
	Before  identity.ID
	Limit   int
}

// Tx is what materials do to the database, all of it in the act's own transaction.
type Tx interface {
	evidence.Tx
	obligation.Tx

	// AddMaterial keeps a new material.
	AddMaterial(ctx context.Context, m Material) error
	// SaveMaterial replaces the material whose version is m.Version-1. Refusal: Conflict.
	SaveMaterial(ctx context.Context, m Material) error
	// Material gives one. Refusal: Absent.
	Material(ctx context.Context, author, id identity.ID) (Material, error)
	// Materials lists those of a portal, newest first, with ids below f.Before; 0 begins at the newest.
	Materials(ctx context.Context, portal string, f Filter) ([]Material, error)
	// MaterialsOf lists a user's own, newest first, with ids below before; 0 begins at the newest.
	MaterialsOf(ctx context.Context, author, before identity.ID, limit int) ([]Material, error)
	// AddWording keeps what a material said.
	AddWording(ctx context.Context, m Material, w Wording) error
	// Wordings lists what a material said, newest first.
	Wordings(ctx context.Context, author, id identity.ID) ([]Wording, error)
	// DropWordings removes what is kept of a material.
	DropWordings(ctx context.Context, author, id identity.ID) error
}

// People is what this room needs of those who know the users. house introduces them.
type People struct {
	// Tell sends a user a notice of what was done to their material under a clause.
	Tell func(ctx context.Context, tx Tx, user identity.ID, key string, args map[string]string, cite clause.Citation) error
	// Looked notes that the staff looked at what is a person's, for a reason the person sees.
	// Refusal: Invalid at "reason".
	Looked func(ctx context.Context, tx Tx, actor identity.Actor, user identity.ID, subject, reason string) error
	// Allow counts one more of something, and says whether that is still within most in a window.
	Allow func(ctx context.Context, tx Tx, what string, most int, window time.Duration) (bool, error)
}

// Materials performs the acts of this room. All fields are needed.
type Materials struct {
	InTx   func(ctx context.Context, act func(Tx) error) error
	InView func(ctx context.Context, look func(Tx) error) error
	Now    func() time.Time
	NewID  func() identity.ID
	Record func(ctx context.Context, tx evidence.Tx, e evidence.Entry) (evidence.EntryRef, error)
	Book   func(portal string, at time.Time) *clause.Book
	// Owed keeps the terms of archive copies.
	Owed   *obligation.Obligations
	People People
	// Of are the sections of each portal by name, as their packs list them.
	Of map[string][]Section
}

// Sections lists those of a portal, in the order of its pack; none: it has no materials.
func (m *Materials) Sections(portal string) []Section { return m.Of[portal] }

// Any reports whether a portal has materials at all.
func (m *Materials) Any(portal string) bool { return len(m.Of[portal]) > 0 }

// Section finds one of a portal by its name.
func (m *Materials) Section(portal, name string) (Section, bool) {
	all := m.Of[portal]
	i := slices.IndexFunc(all, func(s Section) bool { return s.Name == name })
	if i < 0 {
		return Section{}, false
	}
	return all[i], true
}

// In lists what is published in a section, newest first, with ids below before. Refusal: Absent.
func (m *Materials) In(ctx context.Context, portal, section string, before identity.ID, limit int) (out []Material, err error) {
	if _, ok := m.Section(portal, section); !ok {
		return nil, absent()
	}
	err = m.InView(ctx, func(tx Tx) error {
		out, err = tx.Materials(ctx, portal, Filter{Section: section, State: Published, Before: before, Limit: limit})
		return err
	})
	return out, err
}

// Read gives a published material. What was deleted is absent for everybody, its author too (ismet R20.5).
// Refusal: Absent.
func (m *Materials) Read(ctx context.Context, portal string, author, id identity.ID) (x Material, err error) {
	err = m.InView(ctx, func(tx Tx) error {
		x, err = m.own(ctx, tx, portal, author, id)
		return err
	})
	if err == nil && x.State != Published {
		return Material{}, absent()
	}
	return x, err
}

// Mine lists a user's own, newest first, with ids below before; 0 begins at the newest.
func (m *Materials) Mine(ctx context.Context, actor identity.Actor, before identity.ID, limit int) (out []Material, err error) {
	if !m.Any(actor.Portal) {
		return nil, absent()
	}
	err = m.InView(ctx, func(tx Tx) error {
		out, err = tx.MaterialsOf(ctx, actor.User, before, limit)
		return err
	})
	return out, err
}

// own finds a material of an author on a portal. Refusal: Absent.
func (m *Materials) own(ctx context.Context, tx Tx, portal string, author, id identity.ID) (Material, error) {
	x, err := tx.Material(ctx, author, id)
	if fault.Is(err, fault.Absent) || err == nil && x.Portal != portal {
		return Material{}, absent()
	}
	return x, err
}

func absent() error { return fault.New(fault.Absent, "gate.no_page") }

// note records an act about a material among the evidence of its author.
func (m *Materials) note(ctx context.Context, tx Tx, x Material, by, act string, cite clause.Citation, detail map[string]string) error {
	_, err := m.Record(ctx, tx, evidence.Entry{
		Portal: x.Portal, Home: x.Author, ID: m.NewID(), At: m.Now(), Actor: by, Act: act, Subject: Subject(x.ID), Citation: cite, Detail: detail,
	})
	return err
}

// digest proves later what was published, and says nothing of it by itself.
func (x Material) digest() string {
	sum := sha256.Sum256([]byte(x.Title + "\n" + x.Text))
	return hex.EncodeToString(sum[:])
}

// Subject is how evidence names a material.
func Subject(id identity.ID) string { return "material:" + number(id) }

func user(id identity.ID) string { return "user:" + number(id) }

func number(id identity.ID) string { return strconv.FormatInt(int64(id), 10) }
