// Package citizen is the pages on which people choose how to come in, and come in on the word of their identity card or
// of the state's identification system.
//
// It owns what these pages say and the way there and back. It decides nothing: which ways there are the agreement
// says, whose card it is idcard and esi find out, whom it lets in account decides.
package citizen

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/esi"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/idcard"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Citizen draws the pages of this area. Frame, Accounts, SignedIn and Begin are needed.
type Citizen struct {
	*frame.Frame
	Accounts *account.Accounts
	Cards    *idcard.Cards // nil: the operator has not said whose cards to trust
	ESI      *esi.Provider // nil: the operator is not registered with the identification system
	// SignedIn records what signing in accepts, in the transaction that begins the session.
	SignedIn func(ctx context.Context, tx account.Tx, actor identity.Actor, seen []agreement.Seen, address string) error
	// Begin is where somebody begins who signs in.
	Begin func(actor identity.Actor) string
}

func home(v gate.Visit) string { return "/" + v.Actor.Portal }

func absent() error { return fault.New(fault.Absent, "gate.no_page") }

// taken refuses the pages of a way that the agreement of the portal does not have.
func (s *Citizen) taken(v gate.Visit) error {
	if _, _, ok := s.Accounts.CardRule(v.Actor.Portal); !ok {
		return absent()
	}
	return nil
}

// leave ends the session the browser has: nobody is ever two people at once.
func (s *Citizen) leave(w http.ResponseWriter, r *http.Request, v gate.Visit) (gate.Visit, error) {
	if !v.Actor.Known() {
		return v, nil
	}
	if err := s.Accounts.Exit(r.Context(), s.Token(r, v.Actor.Portal)); err != nil {
		return v, err
	}
	http.SetCookie(w, gate.EndedCookie(v.Actor.Portal))
	v.Actor = identity.Actor{Portal: v.Actor.Portal, Language: v.Actor.Language, Roles: []identity.Role{identity.Visitor}}
	return v, nil
}

// ask begins a way for this browser and leads to its page, which shows what is due.
func (s *Citizen) ask(w http.ResponseWriter, r *http.Request, v gate.Visit, way, page string) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	v, err := s.leave(w, r, v)
	if err != nil {
		return err
	}
	token, err := s.Accounts.AskProof(r.Context(), account.SignIn{Portal: v.Actor.Portal, Address: v.Address, Carry: frame.Carried(r)}, way)
	if err != nil {
		return err
	}
	http.SetCookie(w, gate.AttemptCookie(v.Actor.Portal, way, token))
	return frame.SeeOther(w, r, page)
}

// asked gives the question this browser was asked; ok is false where there is none, or no more.
func (s *Citizen) asked(r *http.Request, v gate.Visit, way string) (q account.Question, ok bool, err error) {
	q, err = s.Accounts.ProofAsked(r.Context(), v.Actor.Portal, way, gate.AttemptToken(r, v.Actor.Portal, way))
	if fault.Is(err, fault.Absent) {
		return q, false, nil
	}
	return q, err == nil, err
}

// enter lets in whom prove finds, who answers the question of this browser. The question is used up before anything is
// looked at. A refusal is drawn by show.
func (s *Citizen) enter(w http.ResponseWriter, r *http.Request, v gate.Visit, way string,
	prove func(account.Question) (identity.Citizen, error), show func(gate.Visit, error) error,
) error {
	v, err := s.leave(w, r, v)
	if err != nil {
		return err
	}
	portal := v.Actor.Portal
	q, err := s.Accounts.TakeProof(r.Context(), portal, way, gate.AttemptToken(r, portal, way))
	if fault.Is(err, fault.Absent) {
		return show(v, fault.New(fault.Conflict, "citizen.ended"))
	}
	if err != nil {
		return err
	}
	http.SetCookie(w, gate.AttemptCookie(portal, way, ""))
	kept, err := url.ParseQuery(q.Carry)
	if err != nil {
		return err
	}
	site, _ := s.PasskeySite(r, v)
	in := account.SignIn{
		Portal: portal, Address: v.Address, Agent: r.UserAgent(), Device: gate.DeviceToken(r, portal), Language: v.Actor.Language,
		Site: site, Carry: q.Carry, By: way,
		Within: func(ctx context.Context, tx account.Tx, actor identity.Actor) error {
			return s.SignedIn(ctx, tx, actor, frame.SeenIn(kept["seen"]), v.Address)
		},
	}
	who, err := prove(q)
	if x, ok := errors.AsType[*fault.Fault](err); ok && x.Kind != fault.Unavailable {
		if err := s.Accounts.RefusedProof(r.Context(), in, x.Key); err != nil {
			return err
		}
		return show(v, x)
	}
	if err != nil {
		return err
	}
	done, newcomer, err := s.Accounts.SignInProven(r.Context(), in, who)
	switch {
	case err != nil:
		return show(v, err)
	case newcomer != "":
		http.SetCookie(w, gate.AttemptCookie(portal, account.WayNewcomer, newcomer))
		return frame.SeeOther(w, r, home(v)+"/register")
	case done.Second != "":
		http.SetCookie(w, gate.AttemptCookie(portal, account.WayPasskeyAfter, done.Second))
		return frame.SeeOther(w, r, home(v)+"/sign-in/second")
	}
	http.SetCookie(w, gate.SessionCookie(portal, done.Token))
	http.SetCookie(w, gate.DeviceCookie(portal, done.Device, v.Now))
	return frame.SeeOther(w, r, frame.Local(v, kept.Get("next"), s.Begin(done.Actor)))
}

// nextField is the page to go to afterwards, as a hidden field.
func nextField(r *http.Request, v gate.Visit) string {
	return frame.Local(v, r.URL.Query().Get("next"), "")
}

// frameOf is the frame of a page before somebody has signed in.
func (s *Citizen) frameOf(r *http.Request, v gate.Visit, title string, refused bool) design.Page {
	page := s.Page(r, v, title)
	page.SignIn, page.Refused = design.Link{}, refused
	return page
}

// refusal is what a page shows of an error, and with which status; ok is false for an accident.
func (s *Citizen) refusal(v gate.Visit, err error) (errs []design.FieldError, status int, ok bool) {
	if err == nil {
		return nil, http.StatusOK, true
	}
	errs, _, ok = s.Errors(v, err)
	return errs, frame.FormStatus(err), ok
}
