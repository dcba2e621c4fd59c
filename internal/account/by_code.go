package account

import (
	"context"
	"crypto/rand"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/notify"
)

// WayByCode names the attempts of a registration by an activation code (ismet 1.9, 1.10).
const WayByCode = "code"

// The steps of a registration by an activation code, after its form.
const (
	StepCode   = "code"   // the code that was sent is due
	StepLetter = "letter" // there is a user; the password waits for the link in the letter
)

// Limits of what a registration by code sends and takes, against bills and floods. A code is one of
// a million: with these a phone number can be guessed at 40 times an hour.
const (
	mostCodesHourly   = 8  // to one phone number
	mostCodesDaily    = 20 // to one phone number
	mostFormsHourly   = 60 // from one network address, behind which many people may be
	mostLettersHourly = 5  // to one e-mail address
)

// letterLife is how long the link to a first password works where no clause says it.
const letterLife = 24 * time.Hour

// Preliminary is the form with which a registration by code begins (ismet 1.9).
type Preliminary struct {
	Portal     string
	Surname    string
	Given      string
	Patronymic string
	Email      string
	Mobile     string
	Language   string
	Address    string // network address it came from
	Seen       string // the editions that were shown and ticked, as the page reads them back
	Consent    bool   // the box on personal data was ticked
}

// PreliminaryFields lists what the form asks for, and which of it must be answered: by the clause on
// required data (ismet 1.9), else all but the patronymic. The e-mail address and the phone number
// are always asked: this way in leads over both.
func PreliminaryFields(b *clause.Book) (asked, required []string) {
	rule, _, ok := clause.In[RequiredData](b)
	if !ok {
		return []string{"surname", "name", "patronymic", "email", "mobile"}, []string{"surname", "name", "email", "mobile"}
	}
	for _, field := range []string{"surname", "name", "patronymic", "email", "mobile"} {
		must := field == "email" || field == "mobile" || slices.Contains(rule.Required, field)
		if must {
			required = append(required, field)
		}
		if must || slices.Contains(rule.Optional, field) {
			asked = append(asked, field)
		}
	}
	return asked, required
}

// CheckPreliminary tidies the form and collects all that is wrong with it, for one answer.
func (a *Accounts) CheckPreliminary(p *Preliminary) (wrong fault.Faults) {
	book := a.Book(p.Portal, a.Now())
	asked, required := PreliminaryFields(book)
	_, cite, _ := clause.In[RequiredData](book)
	for _, x := range []struct {
		answer, field string // as the clause and as the form call it
		value         *string
		check         func(field, value string) *fault.Fault
	}{
		{"surname", "surname", &p.Surname, checkPersonName},
		{"name", "given", &p.Given, checkPersonName},
		{"patronymic", "patronymic", &p.Patronymic, checkPersonName},
		{"email", "email", &p.Email, checkMailbox},
		{"mobile", "mobile", &p.Mobile, func(field, s string) *fault.Fault { return a.checkPhone(p.Portal, field, s) }},
	} {
		*x.value = norm.NFC.String(strings.Join(strings.Fields(*x.value), " "))
		switch {
		case !slices.Contains(asked, x.answer):
			*x.value = ""
		case *x.value == "" && slices.Contains(required, x.answer):
			wrong = append(wrong, fault.New(fault.Invalid, "form.empty").At(x.field).By(cite))
		case *x.value != "":
			if f := x.check(x.field, *x.value); f != nil {
				wrong = append(wrong, f)
			}
		}
	}
	return wrong
}

// maxPersonName is the longest part of a name, in characters.
const maxPersonName = 80

// checkPersonName takes a part of a name in letters of one alphabet: a mixture is somebody made to
// look like somebody else.
func checkPersonName(field, s string) *fault.Fault {
	if f := checkText(field, s, 1, maxPersonName, false); f != nil {
		return f
	}
	latin, cyrillic, other := false, false, false
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Latin, r):
			latin = true
		case unicode.Is(unicode.Cyrillic, r):
			cyrillic = true
		case unicode.IsLetter(r):
			other = true
		case unicode.IsMark(r), strings.ContainsRune(" -'’.", r):
		default:
			return fault.New(fault.Invalid, "account.shown_characters").At(field)
		}
	}
	switch {
	case other, latin && cyrillic:
		return fault.New(fault.Invalid, "account.person_scripts").At(field)
	case !latin && !cyrillic:
		return fault.New(fault.Invalid, "account.shown_characters").At(field)
	}
	return nil
}

// checkMailbox takes an e-mail address of ASCII characters: it becomes a sign-in name, and those of
// other alphabets look alike.
func checkMailbox(field, s string) *fault.Fault {
	if f := checkEmail(field, s); f != nil {
		return f
	}
	for _, r := range s {
		if r <= ' ' || r >= 0x7f {
			return fault.New(fault.Invalid, "account.email").At(field)
		}
	}
	return nil
}

func (a *Accounts) checkPhone(portal, field, s string) *fault.Fault {
	if _, err := identity.ParsePhone(s, a.Country(portal)); err != nil {
		return fault.New(fault.Invalid, keyNoPhone).At(field)
	}
	return nil
}

func (c ActivationCode) codes() CodeRule {
	return CodeRule{Digits: c.Digits, ValidFor: length(c.ValidFor), Tries: c.Attempts, Resends: c.Resends}
}

// activation is the rule on activation codes in force. Refusal: Absent "gate.no_page" where there is none.
func (a *Accounts) activation(portal string) (CodeRule, clause.Citation, error) {
	rule, cite, ok := clause.In[ActivationCode](a.Book(portal, a.Now()))
	if !ok {
		return CodeRule{}, cite, fault.New(fault.Absent, "gate.no_page")
	}
	return rule.codes(), cite, nil
}

// BeginByCode takes the form and sends the activation code. Whether somebody has that phone number
// already cannot be told from the answer: it is told to the phone alone. earlier is the token of an
// attempt that this one replaces, such as one with a mistyped number.
//
// Refusals: Invalid for each field (fault.Faults); TooMany "account.too_often"; Forbidden
// "account.no_sms" where the agreement lets no codes go by SMS.
func (a *Accounts) BeginByCode(ctx context.Context, p Preliminary, earlier string) (token string, err error) {
	if wrong := a.CheckPreliminary(&p); wrong != nil {
		return "", wrong
	}
	phone, err := identity.ParsePhone(p.Mobile, a.Country(p.Portal))
	if err != nil {
		return "", err
	}
	rule, cite, err := a.activation(p.Portal)
	if err != nil {
		return "", err
	}
	var refused *fault.Fault
	err = a.InTx(ctx, func(tx Tx) error {
		if refused, err = a.Allow(ctx, tx, "register/"+p.Portal+"/"+network(p.Address), mostFormsHourly, time.Hour); err != nil || refused != nil {
			return err
		}
		if earlier != "" {
			old, err := a.AttemptOf(ctx, tx, p.Portal, WayByCode, earlier)
			if err == nil {
				err = tx.EndAttempt(ctx, old.ID)
			}
			if err != nil && !fault.Is(err, fault.Absent) {
				return err
			}
		}
		form := map[string]string{
			"surname": p.Surname, "given": p.Given, "patronymic": p.Patronymic, "email": p.Email, "mobile": string(phone),
			"language": p.Language, "seen": p.Seen, "consent": strconv.FormatBool(p.Consent),
		}
		var at Attempt
		if at, token, err = a.BeginAttempt(ctx, tx, p.Portal, WayByCode, StepCode, form); err != nil {
			return err
		}
		refused, err = a.sendCode(ctx, tx, &at, rule, cite)
		return err
	})
	if err == nil && refused != nil {
		return "", refused
	}
	return token, err
}

// sendCode makes a new code, which voids the one before it, and sends it. A phone number that
// somebody has already gets a message that says so, and no code opens that attempt; everything else
// is done alike, so that neither the answer nor its time tells.
func (a *Accounts) sendCode(ctx context.Context, tx Tx, at *Attempt, rule CodeRule, cite clause.Citation) (*fault.Fault, error) {
	now, phone := a.Now(), at.Form["mobile"]
	sms, by, limited := clause.In[notify.SMSMessages](a.Book(at.Portal, now))
	carries := func(what string) bool { return !limited || sms.Carries == nil || slices.Contains(sms.Carries, what) }
	if !carries("activation_code") {
		return fault.New(fault.Forbidden, "account.no_sms").By(by), nil
	}
	if refused, err := a.Allow(ctx, tx, "sms/"+at.Portal+"/"+phone, mostCodesHourly, time.Hour); err != nil || refused != nil {
		return refused, err
	}
	if refused, err := a.Allow(ctx, tx, "sms-day/"+at.Portal+"/"+phone, mostCodesDaily, 24*time.Hour); err != nil || refused != nil {
		return refused, err
	}
	_, err := tx.UserNamed(ctx, at.Portal, Fold(phone))
	if err != nil && !fault.Is(err, fault.Absent) {
		return nil, err
	}
	taken := err == nil
	code, err := a.NewCode(tx, at, rule)
	if fault.Is(err, fault.TooMany) {
		return fault.New(fault.TooMany, "account.code_resends").By(cite), nil
	}
	if err != nil {
		return nil, err
	}
	key, args := "message.activation_code", map[string]string{"code": code, "minutes": itoa(int(rule.ValidFor.Minutes()))}
	nobody, err := tx.Mark("nobody/" + rand.Text())
	if err != nil {
		return nil, err
	}
	if taken {
		key, args, at.CodeMark = "message.already_registered", nil, nobody
	}
	at.Form["sent_at"] = now.Format(time.RFC3339Nano)
	at.Version++
	if err := tx.SaveAttempt(ctx, *at); err != nil {
		return nil, err
	}
	if !taken || carries("service_message") {
		if err := tx.AddMessage(ctx, notify.Message{
			ID: a.NewID(), Home: at.ID, Portal: at.Portal, Channel: notify.SMS, To: phone, Key: key, Args: args, Language: at.Form["language"], At: now, Until: at.CodeExpiresAt,
		}); err != nil {
			return nil, err
		}
	}
	return nil, a.noteAttempt(ctx, tx, *at, "system", "account.code_sent", cite, map[string]string{"phone": identity.Phone(phone).Masked()})
}

// noteAttempt is evidence of what happens to somebody who is no user yet, or by itself.
func (a *Accounts) noteAttempt(ctx context.Context, tx Tx, at Attempt, actor, act string, cite clause.Citation, detail map[string]string) error {
	_, err := a.Record(ctx, tx, evidence.Entry{
		Portal: at.Portal, Home: at.ID, ID: a.NewID(), At: a.Now(), Actor: actor, Act: act, Citation: cite, Detail: detail,
	})
	return err
}

// ByCodeAttempt finds a registration by the browser's token. Refusal: Absent "account.attempt_ended".
func (a *Accounts) ByCodeAttempt(ctx context.Context, portal, token string) (Attempt, error) {
	var at Attempt
	err := a.InView(ctx, func(tx Tx) error {
		var err error
		at, err = a.AttemptOf(ctx, tx, portal, WayByCode, token)
		return err
	})
	return at, err
}

// ResendCode sends a new code to the same number. Refusals: Absent "account.attempt_ended"; TooMany
// "account.code_resends" by the clause on activation codes, "account.too_often".
func (a *Accounts) ResendCode(ctx context.Context, portal, token string) error {
	rule, cite, err := a.activation(portal)
	if err != nil {
		return err
	}
	var refused *fault.Fault
	err = a.InTx(ctx, func(tx Tx) error {
		at, err := a.AttemptOf(ctx, tx, portal, WayByCode, token)
		if err != nil {
			return err
		}
		if at.Step != StepCode {
			return fault.New(fault.Absent, "account.attempt_ended")
		}
		refused, err = a.sendCode(ctx, tx, &at, rule, cite)
		return err
	})
	if err == nil && refused != nil {
		return refused
	}
	return err
}

// CodeEntry is an activation code as a person enters it.
type CodeEntry struct {
	Portal string
	Token  string // of the browser
	Code   string
	Link   func(token string) string // the address a link token is opened under
	// Within runs in the transaction that makes the user: agreement and privacy record there what
	// the person ticked.
	Within func(ctx context.Context, tx Tx, p Proved) error
}

// Proved is what a right code proves, at its moment.
type Proved struct {
	Actor     identity.Actor
	Form      map[string]string // of the attempt
	Attempt   identity.ID
	Phone     identity.Phone
	BeganAt   time.Time // when the form was taken
	SentAt    time.Time
	EnteredAt time.Time
}

// EnterCode takes an activation code. With the right one the person becomes a user in one
// transaction: what was ticked is accepted and consented to, the phone number is confirmed, and a
// letter with the link to a password goes out. Entering it twice changes nothing.
//
// Refusals: Invalid "account.code_wrong", "account.code_expired"; TooMany "account.code_tries";
// Absent "account.attempt_ended"; Conflict "account.phone_taken" to somebody who has proved the
// number their own while another tab was first; those of Within.
func (a *Accounts) EnterCode(ctx context.Context, e CodeEntry) error {
	rule, cite, err := a.activation(e.Portal)
	if err != nil {
		return err
	}
	var refused *fault.Fault
	err = a.InTx(ctx, func(tx Tx) error {
		refused = nil
		at, err := a.AttemptOf(ctx, tx, e.Portal, WayByCode, e.Token)
		if err != nil || at.Step == StepLetter {
			return err
		}
		f, err := a.checkDigits(ctx, tx, at, e.Code, rule)
		switch {
		case err != nil:
			return err
		case f == nil:
			return a.foundByCode(ctx, tx, at, e)
		}
		refused = f.By(cite)
		if f.Key == "account.code_tries" {
			return nil // it was not looked at
		}
		return a.noteAttempt(ctx, tx, at, "user:"+itoa64(at.ID), "account.code_refused", cite, map[string]string{"reason": f.Key})
	})
	if f, ok := err.(*fault.Fault); ok && f.Key == "store.changed" {
		// The same code was sent twice at once, or a new one was asked for meanwhile.
		at, err := a.ByCodeAttempt(ctx, e.Portal, e.Token)
		if err != nil || at.Step == StepLetter {
			return err
		}
		return fault.New(fault.Invalid, "account.code_wrong").At("code").By(cite)
	}
	if err == nil && refused != nil {
		return refused
	}
	return err
}

// foundByCode makes the user.
func (a *Accounts) foundByCode(ctx context.Context, tx Tx, at Attempt, e CodeEntry) error {
	now, f := a.Now(), at.Form
	sent, err := time.Parse(time.RFC3339Nano, f["sent_at"])
	if err != nil {
		return err
	}
	// The attempt is saved first: of two that believed in the same version one goes no further.
	at.Step, at.CodeMark, at.Version = StepLetter, nil, at.Version+1
	at.Form = map[string]string{"email": f["email"], "language": f["language"]}
	if err := tx.SaveAttempt(ctx, at); err != nil {
		return err
	}
	p := Person{Surname: f["surname"], Given: f["given"], Patronymic: f["patronymic"], ConfirmedAt: now}
	phone := identity.Phone(f["mobile"])
	u := User{
		ID: at.ID, Portal: at.Portal, SignInName: string(phone), Shown: p.Shown(), Language: f["language"], Email: f["email"], Phone: string(phone),
		State: Active, CreatedAt: now, Version: 1, Roles: []identity.Role{identity.User},
	}
	if u.Shown == "" {
		u.Shown = phone.Shown()
	}
	if err := tx.AddUser(ctx, u, u.Keys()); err != nil {
		if fault.Is(err, fault.Conflict) {
			return fault.New(fault.Conflict, "account.phone_taken").Wrap(err)
		}
		return err
	}
	if err := tx.SavePerson(ctx, u.Portal, u.ID, p); err != nil {
		return err
	}
	if err := a.confirm(ctx, tx, u, Contact{Kind: ByPhone, Value: string(phone), ConfirmedAt: now}); err != nil {
		return err
	}
	if err := tx.GiveRole(ctx, u.ID, identity.User, now); err != nil {
		return err
	}
	if err := a.note(ctx, tx, u, "account.register", now, a.registerDetail(u, sent)); err != nil {
		return err
	}
	actor := actorOf(u, Session{BeganAt: now})
	if err := e.Within(ctx, tx, Proved{Actor: actor, Form: f, Attempt: at.ID, Phone: phone, BeganAt: at.BeganAt, SentAt: sent, EnteredAt: now}); err != nil {
		return err
	}
	return a.sendLetter(ctx, tx, u, e.Link)
}

// registerDetail is what a registration must be able to prove: the number that was confirmed, and
// that the person stated to be of legal capacity where accepting is that statement (ismet 2.1).
func (a *Accounts) registerDetail(u User, sent time.Time) map[string]string {
	detail := map[string]string{
		"attempt": itoa64(u.ID), "phone": identity.Phone(u.Phone).Masked(), "code_sent_at": sent.Format(time.RFC3339Nano),
	}
	if _, cite, ok := clause.In[Capacity](a.Book(u.Portal, a.Now())); ok {
		detail["capacity"] = cite.String()
	}
	return detail
}
