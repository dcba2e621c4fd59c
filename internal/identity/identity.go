// Package identity says who acts: the actor, how surely known, and whether bound by an agreement.
//
// It owns ids and the forms in which the program shows them. It decides nothing: account finds
// out who somebody is, agreement whether they are bound; the rooms above ask for an Actor or a
// Bound and cannot be called without one.
package identity

import (
	"slices"
	"time"
)

// ID is a 64-bit, time-ordered number made by the program; 0 is nobody and nothing.
type ID int64

// Role is what a user of one portal may do there.
type Role string

// The roles. A visitor is somebody without an account; everybody with one is a user, and may hold
// others besides.
const (
	Visitor  Role = "visitor"
	User     Role = "user"
	Operator Role = "operator"
	Owner    Role = "owner"
	Auditor  Role = "auditor"

	// Administrator and Guardian follow from what somebody is to an institution or a child: party
	// gives and takes them, and says of which.
	Administrator Role = "administrator"
	Guardian      Role = "guardian"
)

// Roles lists the roles that can be given to a user by whoever installs a portal.
func Roles() []Role { return []Role{User, Operator, Owner, Auditor} }

// Actor is somebody doing something on one portal now.
type Actor struct {
	Portal     string
	User       ID     // 0: a visitor
	Visitor    ID     // a browser without an account that has begun to use the portal; 0: not yet
	Name       string // the sign-in name
	Shown      string // the name the person goes by
	Language   string // the language the page is shown in
	Roles      []Role
	SignedIn   time.Time // when the session began
	Due        string    // what must be done before anything else, "password", "registration" or "sanction" (which waits for the operator); empty: nothing
	Restrained bool      // whether services may be closed to the actor; account says which
	For        ID        // whom a guardian acts for; 0: for themselves
	Behalf     Behalf    // the organisation they act for; zero: none
	Unread     int       // notices in the cabinet, up to a hundred
}

// Is reports whether the actor holds a role.
func (a Actor) Is(r Role) bool { return slices.Contains(a.Roles, r) }

// Known reports whether the actor has signed in.
func (a Actor) Known() bool { return a.User != 0 }

// Home is the id under which the actor's rows are kept: the user's, or the visitor's, or that of
// whom a guardian acts for.
func (a Actor) Home() ID {
	if a.For != 0 {
		return a.For
	}
	if a.User != 0 {
		return a.User
	}
	return a.Visitor
}

// Bound is an actor who is bound by the editions in force of every agreement the portal requires.
// Only agreement makes one: an act that takes a Bound cannot be reached past the acceptance.
type Bound struct {
	actor Actor
	at    time.Time
}

// Bind is called by agreement alone; the house test fails on any other caller.
func Bind(a Actor, at time.Time) Bound { return Bound{a, at} }

// Actor is who is bound.
func (b Bound) Actor() Actor { return b.actor }

// At is the instant at which the bond was found.
func (b Bound) At() time.Time { return b.at }
