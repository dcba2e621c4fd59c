package account

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// InvitedTx is what letting in the people of an institution does to the database.
type InvitedTx interface {
	// CountName counts one more sign-in name made of a base, and says how many there are now.
	CountName(ctx context.Context, portal, base string) (int, error)
	// TakeRole takes a role away; taking one that was not given changes nothing.
	TakeRole(ctx context.Context, id identity.ID, role identity.Role) error
	// HasEvidence reports whether there is evidence of an act of a home.
	HasEvidence(ctx context.Context, home identity.ID, act string) (bool, error)
	// OpenCases lists a user's open cases of a kind, oldest first.
	OpenCases(ctx context.Context, user identity.ID, kind string) ([]Case, error)
}

// Card is what somebody is handed to register with: shown once, on the page that was asked for it.
type Card struct {
	User       identity.ID
	Shown      string
	SignInName string
	Password   string
}

// RegistrationDue is what somebody owes who holds credentials of an institution and has not
// registered with them yet (kundelik 3.1): their session opens the registration and nothing else.
const RegistrationDue = "registration"

// InviteWithin makes a user who has not registered, inside the act of the institution that enters
// them, which also leaves the evidence. The sign-in name is made of the person's (kundelik 1.7); there
// is no password until somebody prints the card.
// Refusal: Forbidden "account.not_invited" where no clause lets people in this way.
func (a *Accounts) InviteWithin(ctx context.Context, tx Tx, id identity.ID, portal, language string, p Person) (User, error) {
	now := a.Now()
	if _, cite, ok := clause.In[IssuedCredentials](a.Book(portal, now)); !ok {
		return User{}, fault.New(fault.Forbidden, "account.not_invited").By(cite)
	}
	u := User{
		ID: id, Portal: portal, Shown: p.Shown(), Language: language, State: Active, CreatedAt: now, Version: 1, Roles: []identity.Role{identity.User},
	}
	base := NameBase(p)
	for {
		n, err := tx.CountName(ctx, portal, base)
		if err != nil {
			return User{}, err
		}
		if u.SignInName = base; n > 1 {
			u.SignInName = base + itoa(n)
		}
		err = tx.AddUser(ctx, u, u.Keys())
		if err == nil {
			break
		}
		if !fault.Is(err, fault.Conflict) {
			return User{}, err
		}
	}
	if err := tx.SavePerson(ctx, portal, id, p); err != nil {
		return User{}, err
	}
	return u, tx.GiveRole(ctx, id, identity.User, now)
}

// longestBase leaves room for a number behind it.
const longestBase = 48

// NameBase is the sign-in name of a person whom nobody shares it with: surname and given name in
// Latin letters. The same name always gives the same base.
func NameBase(p Person) string {
	base := strings.Trim(latin(p.Surname)+"."+latin(p.Given), ".")
	if len(base) > longestBase {
		base = strings.Trim(base[:longestBase], ".")
	}
	if len(base) < minSignIn {
		return "user." + base
	}
	return base
}

// latin writes Kazakh, Kyrgyz and Russian in Latin letters; of other scripts it keeps what is left
// of letters without their marks.
func latin(s string) string {
	var out strings.Builder
	for _, r := range norm.NFC.String(strings.ToLower(s)) {
		if t, ok := letters(r); ok {
			out.WriteString(t)
			continue
		}
		for _, d := range norm.NFD.String(string(r)) {
			if d >= 'a' && d <= 'z' && !unicode.IsMark(d) {
				out.WriteRune(d)
			}
		}
	}
	return out.String()
}

func letters(r rune) (string, bool) {
	const cyrillic = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя"
	i := strings.IndexRune(cyrillic, r)
	if i < 0 {
		return "", false
	}
	latin := [...]string{
		"a", "a", "b", "v", "g", "g", "d", "e", "e", "zh", "z", "i", "i", "k", "q", "l", "m", "n", "n", "o", "o", "p", "r", "s", "t", "u", "u", "u",
		"f", "kh", "h", "ts", "ch", "sh", "shch", "", "y", "i", "", "e", "iu", "ia",
	}
	return latin[i/2], true // every letter of these is two bytes
}

// cardLetters are those nobody takes for another on paper.
const cardLetters = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"

func temporaryPassword(length int) (string, error) {
	out := make([]byte, length)
	for i := range out {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(cardLetters))))
		if err != nil {
			return "", fmt.Errorf("temporary password: %w", err)
		}
		out[i] = cardLetters[n.Int64()]
	}
	return string(out), nil
}

// IssueCards makes new temporary passwords for users who have not registered, and voids what they had
// (kundelik 1.7, 3.1). Who has registered keeps the password only they know and gets no card. may runs
// in the act for each user and refuses whoever is not the actor's to hand anything to.
//
// What is kept is a hash: the cards are in the answer and nowhere else.
// Refusals: those of may; Forbidden "account.not_invited"; Unavailable "account.busy".
func (a *Accounts) IssueCards(ctx context.Context, actor identity.Actor, users []identity.ID, may func(ctx context.Context, tx Tx, user identity.ID) error) ([]Card, error) {
	rule, cite, ok := clause.In[IssuedCredentials](a.Book(actor.Portal, a.Now()))
	if !ok {
		return nil, fault.New(fault.Forbidden, "account.not_invited").By(cite)
	}
	// Who may not is refused before anything costly is done for them; the act asks again.
	err := a.InView(ctx, func(tx Tx) error {
		for _, user := range users {
			if err := may(ctx, tx, user); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	passwords, hashes := make([]string, len(users)), make([]string, len(users))
	for i := range users {
		if passwords[i], err = temporaryPassword(rule.PasswordLength); err != nil {
			return nil, err
		}
		if hashes[i], err = a.Hasher.Hash(ctx, passwords[i]); err != nil {
			return nil, err
		}
	}
	var cards []Card
	err = a.InTx(ctx, func(tx Tx) error {
		cards = nil
		for i, user := range users {
			if err := may(ctx, tx, user); err != nil {
				return err
			}
			u, fresh, err := a.issue(ctx, tx, actor, user, hashes[i], cite)
			if err != nil {
				return err
			}
			if fresh {
				cards = append(cards, Card{User: u.ID, Shown: u.Shown, SignInName: u.SignInName, Password: passwords[i]})
			}
		}
		return nil
	})
	for _, card := range cards {
		a.Forget(card.User)
	}
	return cards, err
}

// issue gives one user a temporary password; fresh is false for somebody who has registered or left.
func (a *Accounts) issue(ctx context.Context, tx Tx, actor identity.Actor, user identity.ID, hash string, cite clause.Citation) (u User, fresh bool, err error) {
	if u, err = tx.User(ctx, user); err != nil {
		return u, false, err
	}
	password, err := tx.HoldPassword(ctx, user)
	if err != nil && !fault.Is(err, fault.Absent) {
		return u, false, err
	}
	if _, known := tx.Person(ctx, user); fault.Is(known, fault.Absent) || u.State != Active || err == nil && !password.Temporary {
		return u, false, nil
	}
	now := a.Now()
	if err := tx.ReplacePassword(ctx, user, StoredPassword{Hash: hash, SetAt: now, Temporary: true}); err != nil {
		return u, false, err
	}
	if err := tx.EndSessionsOf(ctx, user); err != nil {
		return u, false, err
	}
	_, err = a.Record(ctx, tx, evidence.Entry{
		Portal: u.Portal, Home: user, ID: a.NewID(), At: now, Actor: "user:" + itoa64(actor.User), Act: "account.issue_credentials", Citation: cite,
	})
	return u, err == nil, err
}

// registrationDue reports whether somebody who signs in has to register first: an institution
// entered them, and they have not looked through what it entered (kundelik 3.2).
func (a *Accounts) registrationDue(ctx context.Context, tx Tx, u User, at time.Time) (bool, error) {
	book := a.Book(u.Portal, at)
	if _, _, ok := clause.In[InvitedRegistration](book); !ok {
		return false, nil
	}
	if _, _, ok := clause.In[DataConfirmation](book); !ok {
		return false, nil
	}
	p, err := tx.Person(ctx, u.ID)
	if fault.Is(err, fault.Absent) {
		return false, nil
	}
	return err == nil && p.ConfirmedAt.IsZero(), err
}

// Invited is somebody at their registration: what is known of them, and whether the temporary
// password is still to be replaced.
type Invited struct {
	Person    Person
	Temporary bool
	Attested  bool // the consent of the representative has been confirmed (kundelik 4.10)
}

// Invited gives what a registration shows. Refusal: Forbidden "account.registered" for anyone whose
// registration is not due.
func (a *Accounts) Invited(ctx context.Context, actor identity.Actor) (Invited, error) {
	var in Invited
	if actor.Due != RegistrationDue {
		return in, fault.New(fault.Forbidden, "account.registered")
	}
	err := a.InView(ctx, func(tx Tx) error {
		var err error
		if in.Person, err = tx.Person(ctx, actor.User); err != nil {
			return err
		}
		password, err := tx.StoredPassword(ctx, actor.User)
		if err != nil {
			return err
		}
		in.Temporary = password.Temporary
		in.Attested, err = tx.HasEvidence(ctx, actor.User, "account.attest")
		return err
	})
	return in, err
}

// AcceptInvited records what somebody accepts at their registration. attested is the clause under
// which they have confirmed the prior written consent of their representative (kundelik 4.10), zero
// where none asks for it. accept records the acceptance in the same act.
func (a *Accounts) AcceptInvited(ctx context.Context, actor identity.Actor, attested clause.Citation, accept func(ctx context.Context, tx Tx) error) error {
	if actor.Due != RegistrationDue {
		return fault.New(fault.Forbidden, "account.registered")
	}
	return a.InTx(ctx, func(tx Tx) error {
		if !attested.Zero() {
			_, err := a.Record(ctx, tx, evidence.Entry{
				Portal: actor.Portal, Home: actor.User, ID: a.NewID(), At: a.Now(), Actor: "user:" + itoa64(actor.User), Act: "account.attest", Citation: attested,
				Detail: map[string]string{"consent": "written"},
			})
			if err != nil {
				return err
			}
		}
		return accept(ctx, tx)
	})
}

// EndInvited ends a registration: the person has looked through what the institution entered. Where
// it is wrong they say what, which opens a case for the institution or the support, and go on
// (kundelik 3.2).
// Refusals: Forbidden "account.registered"; Conflict "account.password_first" while the temporary
// password is in force; Invalid for the text.
func (a *Accounts) EndInvited(ctx context.Context, actor identity.Actor, right bool, wrong string) error {
	if actor.Due != RegistrationDue {
		return fault.New(fault.Forbidden, "account.registered")
	}
	defer a.Forget(actor.User)
	return a.InTx(ctx, func(tx Tx) error {
		password, err := tx.HoldPassword(ctx, actor.User)
		if err != nil {
			return err
		}
		if password.Temporary {
			return fault.New(fault.Conflict, "account.password_first")
		}
		return a.endInvited(ctx, tx, actor, actor.User, right, wrong)
	})
}

func (a *Accounts) endInvited(ctx context.Context, tx Tx, actor identity.Actor, user identity.ID, right bool, wrong string) error {
	now := a.Now()
	rule, cite, ok := clause.In[DataConfirmation](a.Book(actor.Portal, now))
	if !ok {
		return fault.New(fault.Forbidden, "account.registered")
	}
	wrong = strings.TrimSpace(wrong)
	if !right {
		if f := checkText("wrong", wrong, 3, maxAbout, true); f != nil {
			return f
		}
	}
	p, err := tx.Person(ctx, user)
	if err != nil {
		return err
	}
	if !p.ConfirmedAt.IsZero() {
		return fault.New(fault.Forbidden, "account.registered")
	}
	p.ConfirmedAt = now
	if err := tx.SavePerson(ctx, actor.Portal, user, p); err != nil {
		return err
	}
	detail := map[string]string{"fields": strings.Join(rule.Fields, " "), "right": map[bool]string{true: "yes", false: "no"}[right]}
	if !right {
		id := a.NewID()
		if err := tx.AddCase(ctx, Case{User: user, ID: id, Portal: actor.Portal, Kind: CaseCorrection, State: CaseOpen, Text: wrong, OpenedAt: now}); err != nil {
			return err
		}
		detail["case"] = itoa64(id)
	}
	entry := evidence.Entry{
		Portal: actor.Portal, Home: user, ID: a.NewID(), At: now, Actor: "user:" + itoa64(actor.User), Act: "account.confirm_data", Citation: cite, Detail: detail,
	}
	if _, err := a.Record(ctx, tx, entry); err != nil {
		return err
	}
	_, registered, _ := clause.In[InvitedRegistration](a.Book(actor.Portal, now))
	entry.ID, entry.Act, entry.Citation, entry.Detail = a.NewID(), "account.register", registered, nil
	_, err = a.Record(ctx, tx, entry)
	return err
}

// Child is somebody a guardian registers.
type Child struct {
	User   User
	Person Person
	Done   bool // registered
}

// ChildOf gives what a guardian sees of a child; may refuses anyone else.
func (a *Accounts) ChildOf(ctx context.Context, child identity.ID, may func(ctx context.Context, tx Tx) error) (c Child, err error) {
	err = a.InView(ctx, func(tx Tx) error {
		if err := may(ctx, tx); err != nil {
			return err
		}
		if c.User, err = tx.User(ctx, child); err != nil {
			return err
		}
		c.Person, err = tx.Person(ctx, child)
		c.Done = !c.Person.ConfirmedAt.IsZero()
		return err
	})
	return c, err
}

// ChildRegistration is what a guardian enters for a child.
type ChildRegistration struct {
	Register bool // else only the agreement is accepted
	Password string
	Again    string
	Right    bool
	Wrong    string
}

// RegisterChild lets a guardian accept for a child and, where the child cannot register itself,
// register it: the password, and the data looked through (kundelik 1.5, 4.9). accept runs in the act:
// it refuses anyone but the guardian and records the acceptance.
// Refusals: those of accept; Invalid for each field; Forbidden "account.registered".
func (a *Accounts) RegisterChild(ctx context.Context, guardian identity.Bound, child identity.ID, r ChildRegistration, accept func(ctx context.Context, tx Tx) error) error {
	actor := guardian.Actor()
	hash := ""
	if r.Register {
		name := ""
		err := a.InView(ctx, func(tx Tx) error {
			u, err := tx.User(ctx, child)
			name = u.SignInName
			return err
		})
		if err != nil {
			return err
		}
		if f := checkPassword("password", r.Password, name, a.MinPassword(actor.Portal)); f != nil {
			return f
		}
		if r.Password != r.Again {
			return fault.New(fault.Invalid, "account.password_differs").At("again")
		}
		if hash, err = a.Hasher.Hash(ctx, r.Password); err != nil {
			return err
		}
	}
	defer a.Forget(child)
	return a.InTx(ctx, func(tx Tx) error {
		if err := accept(ctx, tx); err != nil {
			return err
		}
		if !r.Register {
			return nil
		}
		password, err := tx.HoldPassword(ctx, child)
		if err != nil && !fault.Is(err, fault.Absent) {
			return err
		}
		if err == nil && !password.Temporary {
			return fault.New(fault.Forbidden, "account.registered")
		}
		if err := tx.ReplacePassword(ctx, child, StoredPassword{Hash: hash, SetAt: a.Now()}); err != nil {
			return err
		}
		if err := tx.EndSessionsOf(ctx, child); err != nil {
			return err
		}
		return a.endInvited(ctx, tx, actor, child, r.Right, r.Wrong)
	})
}

// Corrections gives the open cases in which a user of an institution says that what it entered about
// them is wrong; may refuses whoever may not see them.
func (a *Accounts) Corrections(ctx context.Context, user identity.ID, may func(ctx context.Context, tx Tx) error) (p Person, cases []Case, err error) {
	err = a.InView(ctx, func(tx Tx) error {
		if err := may(ctx, tx); err != nil {
			return err
		}
		if p, err = tx.Person(ctx, user); err != nil {
			return err
		}
		cases, err = tx.OpenCases(ctx, user, CaseCorrection)
		return err
	})
	return p, cases, err
}

// CorrectEntered changes what an institution entered about a person and ends the cases that asked for it
// (kundelik 3.2). What the person gave of themselves besides stays.
// Refusals: those of may; Absent; Conflict "store.changed".
func (a *Accounts) CorrectEntered(ctx context.Context, actor identity.Actor, user identity.ID, p Person, answer string, may func(ctx context.Context, tx Tx) error) error {
	answer = strings.TrimSpace(answer)
	if f := checkText("answer", answer, 0, maxAbout, true); f != nil {
		return f
	}
	defer a.Forget(user)
	return a.InTx(ctx, func(tx Tx) error {
		if err := may(ctx, tx); err != nil {
			return err
		}
		known, err := tx.Person(ctx, user)
		if err != nil {
			return err
		}
		known.Surname, known.Given, known.Patronymic, known.BirthDate, known.Sex = p.Surname, p.Given, p.Patronymic, p.BirthDate, p.Sex
		u, err := tx.User(ctx, user)
		if err != nil {
			return err
		}
		if err := tx.SavePerson(ctx, u.Portal, user, known); err != nil {
			return err
		}
		u.Shown, u.Version = known.Shown(), u.Version+1
		if err := tx.SaveUser(ctx, u, u.Keys()); err != nil {
			return err
		}
		cases, err := tx.OpenCases(ctx, user, CaseCorrection)
		if err != nil {
			return err
		}
		for _, c := range cases {
			if err := tx.EndCase(ctx, user, c.ID, answer, a.Now()); err != nil {
				return err
			}
		}
		_, cite, _ := clause.In[DataConfirmation](a.Book(u.Portal, a.Now()))
		_, err = a.Record(ctx, tx, evidence.Entry{
			Portal: u.Portal, Home: user, ID: a.NewID(), At: a.Now(), Actor: "user:" + itoa64(actor.User), Act: "account.correct", Citation: cite,
			Detail: map[string]string{"cases": itoa(len(cases))},
		})
		return err
	})
}
