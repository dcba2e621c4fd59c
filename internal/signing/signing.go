// Package signing asks people for electronic signatures and takes each once.
//
// It owns requests: what exactly is to be signed, with a nonce in it, for what purpose, in which browser, by
// whose key where that is known, and until when. An answer comes from NCALayer or a file, through the
// browser, or from a phone. It is taken when package eds finds the signatures valid, over the very bytes
// that were asked, and by the right person. What follows from a signature (a user, a session, an
// acceptance) is for the room that asked; it uses the request up in its own act.
package signing

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"tereze/internal/clause"
	"tereze/internal/eds"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Purpose is what a signature is asked for. A signature for one is worth nothing for another: the purpose
// stands in what is signed.
type Purpose string

// The purposes.
const (
	Register Purpose = "register" // become a user
	SignIn   Purpose = "sign_in"  // begin a session
	Accept   Purpose = "accept"   // accept an edition of an agreement
	Bind     Purpose = "bind"     // bind an IIN or a BIN to a user
	Show     Purpose = "show"     // show that one's key is valid
)

// State is how far a request has come. It only goes forward.
type State string

// The states.
const (
	Open     State = "open"     // nobody has answered
	Answered State = "answered" // a phone has brought signatures that hold; the browser has not gone on
	Used     State = "used"     // it has served, or was withdrawn
)

// Browser is who asks: the home of the rows, which is a user, or somebody's attempt to become one or to
// sign in; and the token of the session or the attempt, which the browser holds and nobody else.
type Browser struct {
	Home  identity.ID
	Token string
}

// hash is the form in which a token is kept.
func (b Browser) hash() []byte {
	sum := sha256.Sum256([]byte(b.Token))
	return sum[:]
}

// Names are what a document is called, by language.
type Names map[string]string

// Field is a line of a statement: what is stated, in words of the program.
type Field struct{ Name, Value string }

// Document is one thing to be signed.
type Document struct {
	Names   Names
	MIME    string // such as "application/pdf"
	Content []byte // the exact bytes; for XML in canonical form (C14N 1.0), without a declaration
}

// Ask is a request as a room makes it. What is signed first is always a statement: portal, purpose, nonce,
// instant, the fields, and the SHA-256 of every further document.
type Ask struct {
	Portal    string
	Purpose   Purpose
	Browser   Browser
	Format    eds.Form // eds.CMS or eds.XML
	Detached  bool     // CMS without the document in it
	IIN, BIN  string   // whose key has to sign; empty: anybody's, of any organisation or of none
	Names     Names    // of the statement
	Fields    []Field  // at most 50
	Documents []Document
}

// Request is one signing that was asked for.
type Request struct {
	Home    identity.ID
	ID      identity.ID
	Portal  string
	Purpose Purpose
	State   State
	Holder  []byte // SHA-256 of what the browser holds
	BeganAt time.Time
	EndsAt  time.Time
	Version int
	Content Content
}

// Content is the part of a request that is kept sealed.
type Content struct {
	Nonce     []byte
	Format    eds.Form
	Detached  bool
	IIN, BIN  string
	Asked     []byte // SHA-256 of what was asked for, without the nonce
	Documents []Document
	Secret    string   // in the address that a phone reads
	Bearer    string   // what the phone has to show with it; empty: nothing
	Answer    [][]byte // what a phone brought, one for each document
	Refused   string   // key of why the phone's last answer was not taken
	Fetched   bool     // a phone has what is to be signed
}

// Tx is what requests do to the database.
type Tx interface {
	// AddSigning keeps a request, and forgets those of its home that have run out.
	AddSigning(ctx context.Context, r Request) error
	// Signing gives one. Refusal: Absent.
	Signing(ctx context.Context, home, id identity.ID) (Request, error)
	// OpenSigning gives the newest one of a browser for a purpose that has not served. Refusal: Absent.
	OpenSigning(ctx context.Context, portal string, purpose Purpose, home identity.ID, holder []byte) (Request, error)
	// SaveSigning replaces the one whose version is r.Version-1 and which has not served. Refusal: Conflict.
	SaveSigning(ctx context.Context, r Request) error
	// TrySigning counts an answer before it is looked at; ok is false when there were too many.
	TrySigning(ctx context.Context, home, id identity.ID, most int) (ok bool, err error)
	// UseSigning lets it serve. Refusal: Conflict when it has served already, or has run out at the instant.
	UseSigning(ctx context.Context, home, id identity.ID, at time.Time) error
}

// Signings asks and takes. All fields are needed.
type Signings struct {
	InTx     func(ctx context.Context, act func(Tx) error) error
	InView   func(ctx context.Context, look func(Tx) error) error
	Now      func() time.Time
	NewID    func() identity.ID
	Book     func(portal string, at time.Time) *clause.Book
	Verifier eds.Verifier
	// Bearer lets phones show a token of their own beside the address (auth_type "Token"); otherwise the
	// address is enough ("None").
	Bearer bool
}

// Limits of requests.
const (
	life      = 15 * time.Minute
	maxFields = 50
	maxTries  = 20
	maxBytes  = 8 << 20 // all documents of a request together, in octets
	nonceSize = 32
)

// Ask makes a request, or gives the one this browser was asked before, if it was the same and has at least
// a third of its life left: a page that is loaded again shows the same code.
func (s *Signings) Ask(ctx context.Context, tx Tx, a Ask) (Request, error) {
	asked, err := a.digest()
	if err != nil {
		return Request{}, err
	}
	now := s.Now()
	open, err := tx.OpenSigning(ctx, a.Portal, a.Purpose, a.Browser.Home, a.Browser.hash())
	switch {
	case err == nil && string(open.Content.Asked) == string(asked) && open.EndsAt.After(now.Add(life/3)):
		return open, nil
	case err != nil && !fault.Is(err, fault.Absent):
		return Request{}, err
	}
	r := Request{
		Home: a.Browser.Home, ID: s.NewID(), Portal: a.Portal, Purpose: a.Purpose, State: Open,
		Holder: a.Browser.hash(), BeganAt: now, EndsAt: now.Add(life), Version: 1,
		Content: Content{Format: a.Format, Detached: a.Detached, IIN: a.IIN, BIN: a.BIN, Asked: asked},
	}
	random := make([]byte, nonceSize*3)
	if _, err := io.ReadFull(rand.Reader, random); err != nil {
		return Request{}, fmt.Errorf("nonce of a signing: %w", err)
	}
	c := &r.Content
	c.Nonce, c.Secret = random[:nonceSize:nonceSize], hex.EncodeToString(random[nonceSize:nonceSize+16])
	if s.Bearer {
		c.Bearer = hex.EncodeToString(random[2*nonceSize:])
	}
	c.Documents = append([]Document{{Names: a.Names, MIME: "text/xml", Content: a.statement(c.Nonce, now)}}, a.Documents...)
	return r, tx.AddSigning(ctx, r)
}

// ended is what somebody is told whose request is not there, not theirs, or over.
func ended() error { return fault.New(fault.Absent, "signing.ended") }

// Of gives the request that this browser was asked for the purpose. Refusal: Absent "signing.ended" for one
// of another browser, portal or purpose, that has served, or has run out.
func (s *Signings) Of(ctx context.Context, portal string, purpose Purpose, b Browser, id identity.ID) (r Request, err error) {
	err = s.InView(ctx, func(tx Tx) error {
		r, err = tx.Signing(ctx, b.Home, id)
		return err
	})
	switch {
	case fault.Is(err, fault.Absent):
		return Request{}, ended()
	case err != nil:
		return Request{}, err
	case r.Portal != portal || r.Purpose != purpose || string(r.Holder) != string(b.hash()) || !s.live(r):
		return Request{}, ended()
	}
	return r, nil
}

func (s *Signings) live(r Request) bool {
	return (r.State == Open || r.State == Answered) && s.Now().Before(r.EndsAt)
}

// Withdraw ends a request that has not served: the person has cancelled it, or wants another. An answer that
// comes later is not taken.
func (s *Signings) Withdraw(ctx context.Context, r Request) error {
	err := s.InTx(ctx, func(tx Tx) error { return tx.UseSigning(ctx, r.Home, r.ID, s.Now()) })
	if fault.Is(err, fault.Conflict) {
		return nil // it is over as it is
	}
	return err
}

// Use lets the request of a checked answer serve, within the act that follows from it: once, however
// often and from wherever the answer is sent. Refusal: Conflict "eds.reason.nonce_used".
func (s *Signings) Use(ctx context.Context, tx Tx, signed Signed) error {
	err := tx.UseSigning(ctx, signed.Request.Home, signed.Request.ID, s.Now())
	if fault.Is(err, fault.Conflict) {
		return usedUp()
	}
	return err
}
