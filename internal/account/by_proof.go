package account

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// The ways in on the word of somebody else: who the person is, a card or a state's system proves, and
// the account is the one of that person's number.
const (
	WayCard    = "id_card" // the person's identity card signs a statement (kg 2.1b)
	WayESI     = "esi"     // the state's identification system, which takes the card in our place
	wayProven  = "proven"  // somebody who was proved and has no account here
	proofLife  = 15 * time.Minute
	proofsHour = 300 // questions an hour to one network: an office sits behind one
)

// CardRule is the rule on identity cards, where the agreement takes them: it is in force and is one of
// the methods of access the agreement names, where it names them (kg 2.1, 2.1b).
func (a *Accounts) CardRule(portal string) (rule *CardSignIn, cite clause.Citation, ok bool) {
	book := a.Book(portal, a.Now())
	rule, cite, ok = clause.In[CardSignIn](book)
	if methods, _, named := clause.In[SignInMethods](book); ok && named {
		ok = slices.Contains(methods.Methods, "id_card")
	}
	return rule, cite, ok
}

// Question is what somebody is to prove, in one browser and once.
type Question struct {
	Statement string // what a card signs: one line of ASCII
	Secret    string // 32 bytes in hexadecimal, for whoever needs more than the statement
	Carry     string // what the sign-in page wanted carried on
}

// AskProof begins a way in by proof. The token belongs into the browser's cookie of this way.
// Refusals: Forbidden "account.proof_not_taken"; TooMany "account.too_often".
func (a *Accounts) AskProof(ctx context.Context, s SignIn, way string) (token string, err error) {
	if _, cite, ok := a.CardRule(s.Portal); !ok {
		return "", fault.New(fault.Forbidden, "account.proof_not_taken").By(cite)
	}
	secret := make([]byte, 64)
	if _, err := rand.Read(secret); err != nil {
		return "", fmt.Errorf("nonce of a proof: %w", err)
	}
	now := a.Now()
	form := map[string]string{
		"carry": s.Carry, "secret": hex.EncodeToString(secret[32:]),
		"statement": fmt.Sprintf("tereze portal=%s purpose=sign_in at=%s nonce=%x", s.Portal, now.UTC().Format(time.RFC3339), secret[:32]),
	}
	var refused *fault.Fault
	err = a.InTx(ctx, func(tx Tx) error {
		refused, err = a.Allow(ctx, tx, "proof/"+s.Portal+"/"+network(s.Address), proofsHour, time.Hour)
		if err != nil || refused != nil {
			return err
		}
		_, token, err = a.BeginAttempt(ctx, tx, s.Portal, way, "answer", form)
		return err
	})
	return token, orFault(err, refused)
}

// ProofAsked gives the question of a browser. Reading it uses nothing up.
// Refusal: Absent "account.attempt_ended".
func (a *Accounts) ProofAsked(ctx context.Context, portal, way, token string) (q Question, err error) {
	err = a.InView(ctx, func(tx Tx) error {
		q, err = a.question(ctx, tx, portal, way, token)
		return err
	})
	return q, err
}

func (a *Accounts) question(ctx context.Context, tx Tx, portal, way, token string) (Question, error) {
	at, err := a.AttemptOf(ctx, tx, portal, way, token)
	if err == nil && a.Now().After(at.BeganAt.Add(proofLife)) {
		err = fault.New(fault.Absent, "account.attempt_ended")
	}
	return Question{Statement: at.Form["statement"], Secret: at.Form["secret"], Carry: at.Form["carry"]}, err
}

// TakeProof gives the question and uses it up: whatever the answer is worth, the same question is never
// answered again. Of two who bring an answer at once, one finds it gone.
// Refusal: Absent "account.attempt_ended".
func (a *Accounts) TakeProof(ctx context.Context, portal, way, token string) (q Question, err error) {
	err = a.InTx(ctx, func(tx Tx) error {
		if q, err = a.question(ctx, tx, portal, way, token); err != nil {
			return err
		}
		at, err := a.AttemptOf(ctx, tx, portal, way, token)
		if err != nil {
			return err
		}
		at.Version++
		if err := tx.SaveAttempt(ctx, at); fault.Is(err, fault.Conflict) {
			return fault.New(fault.Absent, "account.attempt_ended")
		} else if err != nil {
			return err
		}
		return tx.EndAttempt(ctx, at.ID)
	})
	return q, err
}

// RefusedProof leaves evidence of an answer that proved nothing: reason is a key, never what was sent.
func (a *Accounts) RefusedProof(ctx context.Context, s SignIn, reason string) error {
	_, cite, _ := a.CardRule(s.Portal)
	return a.InTx(ctx, func(tx Tx) error {
		_, err := a.Record(ctx, tx, evidence.Entry{
			Portal: s.Portal, ID: a.NewID(), At: a.Now(), Actor: "visitor:0", Act: "account.sign_in_failed", Citation: cite,
			Detail: map[string]string{"address": s.Address, "agent": cut(printable(s.Agent), 200), "by": s.By, "reason": reason},
		})
		return err
	})
}

// SignInProven begins a session for the person who was proved to be c, by s.By. Where nobody of the
// number has an account, there is no session: newcomer is the token with which Newcomer gives what was
// proved to the registration.
//
// It opens no more than the password does: attempts are counted at the person's name, a passkey is asked
// for where they chose so, and where the password is due the password has to be given.
//
// Refusals: Invalid "account.proof_no_number"; TooMany "account.rest"; Forbidden "account.proof_not_taken",
// "account.closed", "account.locked", "account.proof_not_enough"; those of a second proof.
func (a *Accounts) SignInProven(ctx context.Context, s SignIn, c identity.Citizen) (in SignedIn, newcomer string, err error) {
	if _, err := identity.ParsePIN(c.Number); err != nil {
		return SignedIn{}, "", fault.New(fault.Invalid, "account.proof_no_number")
	}
	if _, cite, ok := a.CardRule(s.Portal); !ok {
		return SignedIn{}, "", fault.New(fault.Forbidden, "account.proof_not_taken").By(cite)
	}
	t := trial{lock: a.lock(s.Portal)}
	var refused error
	err = a.InTx(ctx, func(tx Tx) error {
		newcomer, refused, err = a.findProven(ctx, tx, s, &t, c)
		return err
	})
	if err == nil {
		err = refused
	}
	if err != nil || newcomer != "" {
		return SignedIn{}, newcomer, err
	}
	if t.holder.Second {
		token, err := a.askSecond(ctx, s, t)
		return SignedIn{Second: token}, "", err
	}
	in, err = a.Begin(ctx, t.user, a.forgiving(s, t.mark))
	return in, "", err
}

// findProven looks for the account of a number. What it refuses is told after the commit, so that what
// was counted stays counted.
func (a *Accounts) findProven(ctx context.Context, tx Tx, s SignIn, t *trial, c identity.Citizen) (newcomer string, refused, err error) {
	t.user, err = tx.UserNumbered(ctx, s.Portal, c.Number)
	if fault.Is(err, fault.Absent) {
		newcomer, err = a.beginNewcomer(ctx, tx, s, c)
		return newcomer, nil, err
	}
	if err != nil {
		return "", nil, err
	}
	if t.holder, err = tx.PasskeyHolder(ctx, t.user.ID); err != nil && !fault.Is(err, fault.Absent) {
		return "", nil, err
	}
	t.fold = Fold(t.user.SignInName)
	if err := a.countTrial(ctx, tx, s, t); fault.Is(err, fault.TooMany) {
		return "", err, nil
	} else if err != nil {
		return "", nil, err
	}
	refused, err = a.mayEnterBy(ctx, tx, &t.user, fault.New(fault.Forbidden, "account.closed"), "account.proof_not_enough")
	return "", refused, err
}

// beginNewcomer keeps what was proved of somebody until they have registered: the agreement has everybody
// give a telephone and a passport number, which the proof does not hold (kg 2.2, 2.5).
func (a *Accounts) beginNewcomer(ctx context.Context, tx Tx, s SignIn, c identity.Citizen) (token string, err error) {
	form := map[string]string{
		"number": c.Number, "surname": c.Surname, "given": c.Given, "patronymic": c.Patronymic, "phone": c.Phone,
	}
	_, token, err = a.BeginAttempt(ctx, tx, s.Portal, wayProven, "register", form)
	return token, err
}

// WayNewcomer names the cookie of Newcomer's token.
const WayNewcomer = wayProven

// Newcomer is a registration form with what was proved of the person filled in; empty where nothing was.
func (a *Accounts) Newcomer(ctx context.Context, portal, token string) (f PhoneForm, err error) {
	err = a.InView(ctx, func(tx Tx) error {
		at, err := a.AttemptOf(ctx, tx, portal, wayProven, token)
		if err != nil {
			return err
		}
		f = PhoneForm{
			Kind: "individual", Number: at.Form["number"], Surname: at.Form["surname"], Given: at.Form["given"],
			Patronymic: at.Form["patronymic"], Phone: at.Form["phone"],
		}
		return nil
	})
	if x, ok := errors.AsType[*fault.Fault](err); ok && x.Kind == fault.Absent {
		return PhoneForm{}, nil
	}
	return f, err
}
