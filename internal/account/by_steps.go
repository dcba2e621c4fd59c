package account

import (
	"context"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/notify"
)

// The steps of a registration by steps, in the words of its clause.
const (
	StepType      = "type"      // individual or organisation (egov UI-2)
	StepAgreement = "agreement" // the agreement, accepted under its text (court 3.2.1)
	StepDetails   = "details"   // who it is, and an own password (egov UI-2)
	StepForm      = "form"      // the same, what the certificate says being filled in (court 3.2.2)
	StepKey       = "key"       // a signature that shows whose key it is (court 3.1)
	StepSignature = "signature" // a signature over what was entered (egov 3.4.1.2, court 3.2.2)
	StepSent      = "sent"      // the link has gone out: the last word is at the e-mail address
)

// wayBySteps names its attempts.
const wayBySteps = "steps"

// linkLife is how long the link that ends a registration works.
const linkLife = 24 * time.Hour

// StepsOf lists the steps the clause in force sets, in their order. Where a key is demanded what was entered
// is signed at the end; where the form is filled in from the certificate, that is looked at first of all.
func StepsOf(b *clause.Book) []string {
	rule, _, ok := clause.In[RegistrationSteps](b)
	if !ok {
		return nil
	}
	steps := slices.Clone(rule.Steps)
	if Prefilled(b) {
		steps = append([]string{StepKey}, steps...)
	}
	if _, _, demanded := clause.In[Certificate](b); demanded {
		steps = append(steps, StepSignature)
	}
	return steps
}

// Prefilled says whether the form is filled in from the certificate, those answers being no longer the
// person's to change (court 3.2.2).
func Prefilled(b *clause.Book) bool {
	form, _, ok := clause.In[SignedForm](b)
	return ok && form.Prefilled
}

// Details is what a person enters in the last step.
type Details struct {
	Kind       string // of those the clause names (egov 1.2.5, court 1.1c)
	Number     string // IIN or BIN, by the kind
	Surname    string
	Given      string
	Patronymic string
	Company    string // name of an organisation
	Email      string
	Password   string
	Again      string
}

// BeginSteps starts a registration by steps and gives the browser's token.
func (a *Accounts) BeginSteps(ctx context.Context, portal, language string) (at Attempt, token string, err error) {
	steps := StepsOf(a.Book(portal, a.Now()))
	if len(steps) == 0 {
		return Attempt{}, "", fault.New(fault.Absent, "gate.no_page")
	}
	err = a.InTx(ctx, func(tx Tx) error {
		at, token, err = a.BeginAttempt(ctx, tx, portal, wayBySteps, steps[0], map[string]string{"language": language})
		return err
	})
	return at, token, err
}

// StepsAttempt finds a registration by the browser's token. Refusal: Absent "account.attempt_ended".
func (a *Accounts) StepsAttempt(ctx context.Context, portal, token string) (Attempt, error) {
	var at Attempt
	err := a.InView(ctx, func(tx Tx) error {
		var err error
		at, err = a.AttemptOf(ctx, tx, portal, wayBySteps, token)
		return err
	})
	return at, err
}

// TakeStep does the step that is due and moves on to the next. act runs in the same transaction:
// it records what the step is worth, such as the acceptance.
// Refusals: Absent "account.attempt_ended"; Conflict "account.step_order" when another step is due.
func (a *Accounts) TakeStep(ctx context.Context, portal, token, step string, form map[string]string, act func(ctx context.Context, tx Tx, at Attempt) error) (Attempt, error) {
	var at Attempt
	err := a.InTx(ctx, func(tx Tx) error {
		var err error
		if at, err = a.AttemptOf(ctx, tx, portal, wayBySteps, token); err != nil {
			return err
		}
		steps := StepsOf(a.Book(portal, a.Now()))
		i := slices.Index(steps, step)
		if at.Step != step || i < 0 {
			_, cite, _ := clause.In[RegistrationSteps](a.Book(portal, a.Now()))
			return fault.New(fault.Conflict, "account.step_order").By(cite)
		}
		if at.Form == nil {
			at.Form = map[string]string{}
		}
		for name, value := range form {
			at.Form[name] = value
		}
		at.Step = StepSent
		if i+1 < len(steps) {
			at.Step = steps[i+1]
		}
		at.Version++
		if act != nil {
			if err := act(ctx, tx, at); err != nil {
				return err
			}
		}
		return tx.SaveAttempt(ctx, at)
	})
	return at, err
}

// CheckKind refuses a kind of user that the agreement does not know (egov 1.2.5, court 1.1c).
func (a *Accounts) CheckKind(portal, kind string) *fault.Fault {
	rule, cite, ok := clause.In[Kinds](a.Book(portal, a.Now()))
	if ok && slices.Contains(rule.Kinds, kind) {
		return nil
	}
	return fault.New(fault.Invalid, "account.kind").At("kind").By(cite)
}

// TakeDetails takes the last step: everything is checked, the password hashed, and the link that
// ends the registration goes to the e-mail address. Whether somebody with this number is already
// here is not said now: the answer is the same.
//
// Refusals: Invalid for each field (fault.Faults); as TakeStep; TooMany "account.too_often".
func (a *Accounts) TakeDetails(ctx context.Context, portal, token, step, address string, d Details, link func(token string) string) error {
	if err := a.prefill(ctx, portal, token, &d); err != nil {
		return err
	}
	d.clean()
	if err := a.checkDetails(portal, d); err != nil {
		return err
	}
	hash, err := a.Hasher.Hash(ctx, d.Password)
	if err != nil {
		return err
	}
	form := map[string]string{
		"kind": d.Kind, "number": d.Number, "surname": d.Surname, "given": d.Given, "patronymic": d.Patronymic,
		"company": d.Company, "email": d.Email, "hash": hash,
	}
	var refused *fault.Fault
	_, err = a.TakeStep(ctx, portal, token, step, form, func(ctx context.Context, tx Tx, at Attempt) error {
		for _, what := range []string{"register-email/" + portal + "/" + Fold(d.Email), "register-address/" + portal + "/" + address} {
			if refused, err = a.Allow(ctx, tx, what, mostRegistrations, 24*time.Hour); err != nil || refused != nil {
				return err
			}
		}
		if at.Step != StepSent {
			return nil // the signature is still to come
		}
		return a.sendEnd(ctx, tx, at, link)
	})
	if err == nil && refused != nil {
		return refused
	}
	return err
}

// sendEnd sends the link that ends a registration.
func (a *Accounts) sendEnd(ctx context.Context, tx Tx, at Attempt, link func(token string) string) error {
	secret, err := a.NewSecret(ctx, tx, Secret{User: at.ID, Portal: at.Portal, Purpose: wayBySteps, ExpiresAt: a.Now().Add(linkLife)})
	if err != nil {
		return err
	}
	return tx.AddMessage(ctx, notify.Message{
		ID: a.NewID(), Home: at.ID, Portal: at.Portal, Channel: notify.Email, To: at.Form["email"], Key: "message.end_registration",
		Args: map[string]string{"link": link(secret)}, Language: at.Form["language"], At: a.Now(), Until: a.Now().Add(linkLife),
	})
}

// mostRegistrations of one e-mail address, and from one network address, in a day.
const mostRegistrations = 20

func (d *Details) clean() {
	for _, s := range []*string{&d.Surname, &d.Given, &d.Patronymic, &d.Company} {
		*s = norm.NFC.String(strings.Join(strings.Fields(*s), " "))
	}
	d.Number, d.Email = strings.TrimSpace(d.Number), strings.TrimSpace(d.Email)
}

func (a *Accounts) checkDetails(portal string, d Details) error {
	var wrong fault.Faults
	add := func(f *fault.Fault) {
		if f != nil {
			wrong = append(wrong, f)
		}
	}
	add(a.CheckKind(portal, d.Kind))
	add(a.checkNumber(portal, d.Kind, d.Number))
	if d.Kind == "legal_entity" {
		add(checkText("company", d.Company, 2, maxShown, false))
	}
	add(checkShown("surname", d.Surname))
	add(checkShown("given", d.Given))
	if d.Patronymic != "" {
		add(checkShown("patronymic", d.Patronymic))
	}
	add(checkEmail("email", d.Email))
	add(checkPassword("password", d.Password, d.Number, a.MinPassword(portal)))
	if d.Password != d.Again {
		add(fault.New(fault.Invalid, "account.password_differs").At("again"))
	}
	if wrong != nil {
		return wrong
	}
	return nil
}

// checkNumber holds a state's number to its check digit and date, by the kind of user (egov 3.4.1.1).
func (a *Accounts) checkNumber(portal, kind, number string) *fault.Fault {
	_, cite, _ := clause.In[Identifiers](a.Book(portal, a.Now()))
	if kind == "legal_entity" {
		if _, err := identity.ParseBIN(number); err != nil {
			return fault.New(fault.Invalid, "account.number_bin").At("number").By(cite)
		}
		return nil
	}
	if _, err := identity.ParseIIN(number); err != nil {
		return fault.New(fault.Invalid, "account.number_iin").At("number").By(cite)
	}
	return nil
}

func checkEmail(field, s string) *fault.Fault {
	if f := checkText(field, s, 3, 254, false); f != nil {
		return f
	}
	name, host, ok := strings.Cut(s, "@")
	if !ok || name == "" || !strings.Contains(strings.Trim(host, "."), ".") || strings.ContainsAny(s, " ,;<>\"()[]\\") || strings.Contains(host, "@") {
		return fault.New(fault.Invalid, "account.email").At(field)
	}
	return nil
}

// LookSteps tells whether a link still ends a registration, without using it up: programs that scan
// mail open links before people do. Refusal: Absent "account.link_ended".
func (a *Accounts) LookSteps(ctx context.Context, portal, link string) error {
	return a.InView(ctx, func(tx Tx) error {
		_, _, err := a.SecretOf(ctx, tx, portal, wayBySteps, link)
		return err
	})
}

// EndSteps ends a registration by the link: the user is there from now on, the e-mail address is
// confirmed, and a session begins.
// Refusals: Absent "account.link_ended"; Conflict "account.cannot_register" when somebody with this
// number or address is here already: by now the address has been proved to be the person's own.
func (a *Accounts) EndSteps(ctx context.Context, portal, link string, s SignIn) (SignedIn, error) {
	var u User
	err := a.InTx(ctx, func(tx Tx) error {
		secret, hash, err := a.SecretOf(ctx, tx, portal, wayBySteps, link)
		if err != nil {
			return err
		}
		if err := a.UseSecret(ctx, tx, hash); err != nil {
			return err
		}
		at, err := tx.Attempt(ctx, secret.User)
		if fault.Is(err, fault.Absent) || err == nil && at.Step != StepSent {
			return fault.New(fault.Absent, "account.link_ended")
		}
		if err != nil {
			return err
		}
		u, err = a.found(ctx, tx, at)
		return err
	})
	if fault.Is(err, fault.Conflict) {
		return SignedIn{}, fault.New(fault.Conflict, "account.cannot_register").Wrap(err)
	}
	if err != nil {
		return SignedIn{}, err
	}
	return a.Begin(ctx, u, s)
}

// found makes the user of a registration by steps.
func (a *Accounts) found(ctx context.Context, tx Tx, at Attempt) (User, error) {
	now, f := a.Now(), at.Form
	p := Person{Surname: f["surname"], Given: f["given"], Patronymic: f["patronymic"], Number: f["number"], ConfirmedAt: now}
	if n, err := identity.ParseIIN(p.Number); err == nil {
		if day, ok := n.Born(); ok {
			p.BirthDate = day.Format(time.DateOnly)
		}
		p.Sex, _ = n.Sex()
	}
	u := User{
		ID: at.ID, Portal: at.Portal, SignInName: f["number"], Shown: p.Shown(), Language: f["language"], Email: f["email"],
		State: Active, CreatedAt: now, Version: 1, Roles: []identity.Role{identity.User},
	}
	if err := a.admit(ctx, tx, u.Portal, p.Number); err != nil {
		return User{}, err
	}
	if err := tx.AddUser(ctx, u, u.Keys()); err != nil {
		return User{}, err
	}
	if err := tx.SavePerson(ctx, u.Portal, u.ID, p); err != nil {
		return User{}, err
	}
	if err := tx.AddName(ctx, u.Portal, Fold(u.Email), u.ID); err != nil {
		return User{}, err
	}
	if err := a.confirm(ctx, tx, u, Contact{Kind: ByEmail, Value: u.Email, ConfirmedAt: now}); err != nil {
		return User{}, err
	}
	if err := a.keepPassword(ctx, tx, u, StoredPassword{Hash: f["hash"], SetAt: now}); err != nil {
		return User{}, err
	}
	if err := tx.GiveRole(ctx, u.ID, identity.User, now); err != nil {
		return User{}, err
	}
	if err := a.bindFound(ctx, tx, at); err != nil {
		return User{}, err
	}
	if err := tx.EndAttempt(ctx, at.ID); err != nil {
		return User{}, err
	}
	detail := map[string]string{"kind": f["kind"]}
	// What the registration makes of the person is the clause's word (egov END).
	if status, cite, ok := clause.In[RegistrationStatus](a.Book(at.Portal, now)); ok {
		detail["status"], detail["scope"], detail["by"] = status.Status, status.Scope, cite.String()
	}
	return u, a.note(ctx, tx, u, "account.register", now, detail)
}
