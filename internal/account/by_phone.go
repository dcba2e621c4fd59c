package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/notify"
)

// The steps of a registration by phone.
const (
	StepSMS = "password" // the password that came by SMS is due
	StepOwn = "own"      // it was right: a password of the person's own is due
)

// wayByPhone names its attempts.
const wayByPhone = "phone"

// PhoneForm is what a person enters to register by phone. Which of the numbers are asked for the
// portal's clause says (kg 2.2).
type PhoneForm struct {
	Portal     string
	Language   string
	Address    string // network address it came from
	Kind       string // of those the clause names (kg 1.1d)
	Phone      string
	Passport   string
	Number     string // personal number
	Surname    string
	Given      string
	Patronymic string
	Seen       string // the editions consent was expressed to, in the page's own form
}

// Asked says whether the rules in force ask for an answer, and whether it may be left empty.
func Asked(b *clause.Book, answer string) (asked, required bool, cite clause.Citation) {
	rule, cite, ok := clause.In[RequiredData](b)
	if !ok {
		return false, false, cite
	}
	required = slices.Contains(rule.Required, answer)
	return required || slices.Contains(rule.Optional, answer), required, cite
}

// check brings the answers into the form they are kept in and collects all that is wrong.
func (a *Accounts) checkPhoneForm(f *PhoneForm) error {
	book := a.Book(f.Portal, a.Now())
	var wrong fault.Faults
	add := func(x *fault.Fault) {
		if x != nil {
			wrong = append(wrong, x)
		}
	}
	if _, _, ok := clause.In[Kinds](book); ok {
		add(a.CheckKind(f.Portal, f.Kind))
	}
	given := func(answer, field string, value *string, parse func(string) (string, *fault.Fault)) {
		asked, required, cite := Asked(book, answer)
		*value = strings.TrimSpace(*value)
		switch {
		case !asked:
			*value = ""
		case *value == "" && required:
			add(fault.New(fault.Invalid, "form.empty").At(field).By(cite))
		case *value != "":
			parsed, wrong := parse(*value)
			if wrong != nil {
				add(wrong.At(field).By(cite))
			}
			*value = parsed
		}
	}
	given("phone", "phone", &f.Phone, func(s string) (string, *fault.Fault) {
		p, err := identity.ParsePhone(s, a.Country(f.Portal))
		if err != nil {
			return s, fault.New(fault.Invalid, keyNoPhone)
		}
		return string(p), nil
	})
	given("passport_number", "passport", &f.Passport, func(s string) (string, *fault.Fault) {
		p, err := identity.ParsePassport(strings.ToUpper(strings.ReplaceAll(s, " ", "")))
		if err != nil {
			return s, fault.New(fault.Invalid, "account.not_a_passport")
		}
		return p, nil
	})
	given("personal_number", "number", &f.Number, func(s string) (string, *fault.Fault) {
		n, err := identity.ParsePIN(s)
		if err != nil {
			return s, fault.New(fault.Invalid, "account.not_a_pin")
		}
		return string(n), nil
	})
	for _, x := range []struct {
		field string
		value *string
		empty bool
	}{{"surname", &f.Surname, false}, {"given", &f.Given, false}, {"patronymic", &f.Patronymic, true}} {
		*x.value = norm.NFC.String(strings.Join(strings.Fields(*x.value), " "))
		if *x.value != "" || !x.empty {
			add(checkPersonName(x.field, *x.value))
		}
	}
	if wrong != nil {
		return wrong
	}
	return nil
}

// keyNoPhone refuses what is no mobile number of the portal's country.
const keyNoPhone = "account.not_a_phone"

// Limits of what one person asks for by mistake, and a machine by purpose. No clause sets them.
const (
	mostSendings    = 5  // to one phone or name in an hour
	mostOfOneOrigin = 50 // from one network in an hour: an office or a school sits behind one
	sendingTries    = 5
	sendingResends  = 3
)

// passwordRule is how a password that is sent out is guarded: its life by the clause (kg 2.5), tries
// and further sendings by the portal's activation code, where it has one.
func (a *Accounts) passwordRule(portal string) (CodeRule, clause.Citation) {
	rule := a.codeRule(portal)
	delivery, cite, ok := clause.In[PasswordDelivery](a.Book(portal, a.Now()))
	if ok {
		rule.ValidFor = length(delivery.ValidFor)
	}
	return rule, cite
}

// codeRule is how codes are guarded: by the portal's clause (ismet 1.10), else as is usual.
func (a *Accounts) codeRule(portal string) CodeRule {
	if code, _, ok := clause.In[ActivationCode](a.Book(portal, a.Now())); ok {
		return CodeRule{Digits: code.Digits, ValidFor: length(code.ValidFor), Tries: code.Attempts, Resends: code.Resends}
	}
	return CodeRule{Digits: 6, ValidFor: 10 * time.Minute, Tries: sendingTries, Resends: sendingResends}
}

// BeginByPhone takes the form and sends a password to the phone. Whether the phone or the personal
// number already has an account cannot be told from the answer nor from the time it takes: the
// message to the phone says so, and no page does.
//
// Refusals: Invalid for each field (fault.Faults); TooMany "account.too_often".
func (a *Accounts) BeginByPhone(ctx context.Context, f PhoneForm) (token string, err error) {
	if err := a.checkPhoneForm(&f); err != nil {
		return "", err
	}
	var refused *fault.Fault
	err = a.InTx(ctx, func(tx Tx) error {
		if refused, err = a.mayAsk(ctx, tx, "register/"+f.Portal+"/"+f.Phone, f.Address); err != nil || refused != nil {
			return err
		}
		named, err := tx.NameTaken(ctx, f.Portal, Fold(f.Phone))
		if err != nil {
			return err
		}
		numbered, err := tx.NumberTaken(ctx, f.Portal, f.Number)
		if err != nil {
			return err
		}
		kept, err := tx.NumberRefused(ctx, f.Portal, f.Number, a.Now())
		if err != nil {
			return err
		}
		form := map[string]string{
			"kind": f.Kind, "phone": f.Phone, "passport": f.Passport, "number": f.Number, "surname": f.Surname, "given": f.Given,
			"patronymic": f.Patronymic, "language": f.Language, "seen": f.Seen, "consent_at": a.Now().UTC().Format(time.RFC3339),
			"taken": map[bool]string{true: "yes", false: "no"}[named || numbered || kept],
		}
		at, made, err := a.BeginAttempt(ctx, tx, f.Portal, wayByPhone, StepSMS, form)
		if err != nil {
			return err
		}
		token = made
		return a.sendPassword(ctx, tx, &at)
	})
	if err == nil && refused != nil {
		err = refused
	}
	return token, err
}

// mayAsk counts a request that sends something out, by what it is about and by where it came from.
func (a *Accounts) mayAsk(ctx context.Context, tx AttemptTx, about, address string) (*fault.Fault, error) {
	refused, err := a.Allow(ctx, tx, about, mostSendings, time.Hour)
	if err != nil || refused != nil {
		return refused, err
	}
	return a.Allow(ctx, tx, "origin/"+network(address), mostOfOneOrigin, time.Hour)
}

// sendPassword makes a password, new for every sending, and lays it into the outbox. Where there is
// an account already the message says that instead, and the password goes to nobody.
func (a *Accounts) sendPassword(ctx context.Context, tx Tx, at *Attempt) error {
	rule, _ := a.passwordRule(at.Portal)
	if len(at.CodeMark) > 0 {
		if at.Resends >= rule.Resends {
			return fault.New(fault.TooMany, "account.code_resends")
		}
		at.Resends++
	}
	password, err := newPassword()
	if err != nil {
		return err
	}
	if at.CodeMark, err = tx.Mark(codeText(at.ID, password)); err != nil {
		return err
	}
	now := a.Now()
	at.CodeExpiresAt, at.Tries = now.Add(rule.ValidFor), 0
	at.Version++
	if err := tx.SaveAttempt(ctx, *at); err != nil {
		return err
	}
	m := notify.Message{
		ID: a.NewID(), Home: at.ID, Portal: at.Portal, Channel: notify.SMS, To: at.Form["phone"], Key: "message.password",
		Args: map[string]string{"password": password, "minutes": itoa(int(rule.ValidFor.Minutes()))}, Language: at.Form["language"], At: now, Until: at.CodeExpiresAt,
	}
	if at.Form["taken"] == "yes" {
		m.Key, m.Args = "message.already_registered", nil
	}
	return tx.AddMessage(ctx, m)
}

// passwordLetters leave out what people take for each other when they copy from a small screen.
const passwordLetters = "abcdefghjkmnpqrstuvwxyz23456789"

// newPassword makes a password that is sent out and works once: ten characters of 31, 49 bits, and
// only a few tries.
func newPassword() (string, error) {
	out := make([]byte, 10)
	for i := range out {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(passwordLetters))))
		if err != nil {
			return "", fmt.Errorf("password: %w", err)
		}
		out[i] = passwordLetters[n.Int64()]
	}
	return string(out), nil
}

// PhoneAttempt finds a registration by the browser's token. Refusal: Absent "account.attempt_ended".
func (a *Accounts) PhoneAttempt(ctx context.Context, portal, token string) (at Attempt, err error) {
	err = a.InView(ctx, func(tx Tx) error {
		at, err = a.AttemptOf(ctx, tx, portal, wayByPhone, token)
		return err
	})
	return at, err
}

// ResendByPhone sends another password; the one before it is void.
// Refusals: Absent "account.attempt_ended"; Conflict "account.step_order"; TooMany "account.code_resends".
func (a *Accounts) ResendByPhone(ctx context.Context, portal, token string) error {
	return a.InTx(ctx, func(tx Tx) error {
		at, err := a.AttemptOf(ctx, tx, portal, wayByPhone, token)
		if err != nil {
			return err
		}
		if at.Step != StepSMS {
			return fault.New(fault.Conflict, "account.step_order")
		}
		return a.sendPassword(ctx, tx, &at)
	})
}

// ProveByPhone takes the password that came by SMS. It works once: what is due next is a password of
// the person's own.
//
// Refusals: Absent "account.attempt_ended"; Invalid "account.sent_wrong", "account.sent_expired";
// TooMany "account.code_tries".
func (a *Accounts) ProveByPhone(ctx context.Context, portal, token, password string) error {
	var refused *fault.Fault
	err := a.InTx(ctx, func(tx Tx) error {
		at, err := a.AttemptOf(ctx, tx, portal, wayByPhone, token)
		if err != nil || at.Step == StepOwn {
			return err
		}
		rule, cite := a.passwordRule(portal)
		if refused, err = a.CheckCode(ctx, tx, at, cleanSecret(password), rule); err != nil {
			return err
		}
		if refused != nil {
			refused = ofPassword(refused).By(cite)
			return nil
		}
		// TryCode has counted in the row; what is saved is read anew.
		if at, err = tx.Attempt(ctx, at.ID); err != nil {
			return err
		}
		at.Step, at.CodeMark = StepOwn, nil
		at.Version++
		return tx.SaveAttempt(ctx, at)
	})
	if err == nil && refused != nil {
		err = refused
	}
	return err
}

// cleanSecret forgives what copying from a phone adds.
func cleanSecret(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// ofPassword says of a password that was sent what CheckCode says of a code.
func ofPassword(refused *fault.Fault) *fault.Fault {
	switch refused.Key {
	case "account.code_wrong":
		return fault.New(fault.Invalid, "account.sent_wrong").At("password")
	case "account.code_expired":
		return fault.New(fault.Invalid, "account.sent_expired").At("password")
	}
	return refused.At("password")
}

// EndByPhone makes the user, with a password of the person's own, in one transaction with what
// s.Within records there: the consent expressed on the form (kg P3). Then a session begins.
//
// Refusals: Absent "account.attempt_ended"; Conflict "account.step_order", "account.there_already"
// when somebody was first; Invalid for each field; those of s.Within.
func (a *Accounts) EndByPhone(ctx context.Context, portal, token, password, again string, s SignIn) (SignedIn, error) {
	at, err := a.PhoneAttempt(ctx, portal, token)
	if err != nil {
		return SignedIn{}, err
	}
	if at.Step != StepOwn {
		return SignedIn{}, fault.New(fault.Conflict, "account.step_order")
	}
	if err := a.checkOwn(portal, at.Form["phone"], password, again); err != nil {
		return SignedIn{}, err
	}
	hash, err := a.Hasher.Hash(ctx, password)
	if err != nil {
		return SignedIn{}, err
	}
	within := s.Within
	s.Within = nil
	var u User
	err = a.InTx(ctx, func(tx Tx) error {
		if at, err = a.AttemptOf(ctx, tx, portal, wayByPhone, token); err != nil {
			return err
		}
		if u, err = a.userByPhone(ctx, tx, at, hash); err != nil || within == nil {
			return err
		}
		return within(ctx, tx, identity.Actor{Portal: portal, User: u.ID, Name: u.SignInName, Shown: u.Shown, Language: s.Language, Roles: u.Roles})
	})
	if err != nil {
		return SignedIn{}, err
	}
	return a.Begin(ctx, u, s)
}

// checkOwn refuses a password the rules refuse, or that differs from its repetition.
func (a *Accounts) checkOwn(portal, name, password, again string) error {
	var wrong fault.Faults
	if f := checkPassword("password", password, name, a.MinPassword(portal)); f != nil {
		wrong = append(wrong, f)
	}
	if subtle.ConstantTimeCompare([]byte(password), []byte(again)) != 1 {
		wrong = append(wrong, fault.New(fault.Invalid, "account.password_differs").At("again"))
	}
	if wrong != nil {
		return wrong
	}
	return nil
}

// userByPhone makes the user of a registration by phone: the number is the login (kg 2.5).
func (a *Accounts) userByPhone(ctx context.Context, tx Tx, at Attempt, hash string) (User, error) {
	now, f := a.Now(), at.Form
	p := Person{Surname: f["surname"], Given: f["given"], Patronymic: f["patronymic"], Number: f["number"], Passport: f["passport"], ConfirmedAt: now}
	u := User{
		ID: at.ID, Portal: at.Portal, SignInName: f["phone"], Shown: p.Shown(), Language: f["language"], Phone: f["phone"],
		State: Active, CreatedAt: now, Version: 1, Roles: []identity.Role{identity.User},
	}
	if err := a.admit(ctx, tx, u.Portal, p.Number); err != nil {
		return User{}, err
	}
	err := tx.AddUser(ctx, u, u.Keys())
	if err == nil {
		err = tx.SavePerson(ctx, u.Portal, u.ID, p)
	}
	if fault.Is(err, fault.Conflict) {
		return User{}, fault.New(fault.Conflict, "account.there_already")
	}
	if err != nil {
		return User{}, err
	}
	if err := a.confirm(ctx, tx, u, Contact{Kind: ByPhone, Value: u.Phone, ConfirmedAt: now}); err != nil {
		return User{}, err
	}
	if err := a.keepPassword(ctx, tx, u, StoredPassword{Hash: hash, SetAt: now}); err != nil {
		return User{}, err
	}
	if err := tx.GiveRole(ctx, u.ID, identity.User, now); err != nil {
		return User{}, err
	}
	if err := tx.EndAttempt(ctx, at.ID); err != nil {
		return User{}, err
	}
	_, cite, _ := clause.In[LoginNames](a.Book(u.Portal, now))
	_, err = a.Record(ctx, tx, evidence.Entry{
		Portal: u.Portal, Home: u.ID, ID: a.NewID(), At: now, Actor: "user:" + itoa64(u.ID), Act: "account.register", Citation: cite,
		Detail: map[string]string{"kind": f["kind"], "consent_at": f["consent_at"]},
	})
	return u, err
}

// NumberTx says what is taken, with the same work for yes and for no.
type NumberTx interface {
	// NameTaken reports whether a folded sign-in name belongs to a user of a portal already.
	NameTaken(ctx context.Context, portal, nameFold string) (bool, error)
	// NumberTaken reports whether a number belongs to a user of a portal already.
	NumberTaken(ctx context.Context, portal, number string) (bool, error)
}

// SentMinutes says for how many minutes a password that is sent works.
func (a *Accounts) SentMinutes(portal string) string {
	rule, _ := a.passwordRule(portal)
	return itoa(int(rule.ValidFor.Minutes()))
}
