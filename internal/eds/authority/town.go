package authority

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"tereze/internal/eds"
	"tereze/internal/eds/pki"
)

// The seeds of the demonstration. They are no secrets: nobody but a demonstration trusts what comes of them.
const (
	townSeed    = "tereze demonstration, authority 1"
	foreignSeed = "tereze demonstration, a stranger."
)

// Town is a demonstration: an authority with people who do not exist, and another that nobody trusts. Every
// program that opens the town has the same keys. RSA keys are made when they are first needed.
type Town struct {
	trusted, foreign *Authority
	old              func() (*Authority, error) // of RSA keys

	mu     sync.Mutex
	issued map[string]*Issued
	clock  func() time.Time
}

// Inhabitant is somebody of the town with a key, by a name that commands and pages use.
type Inhabitant struct {
	Name    string
	About   string // in English, what the key is good for
	Subject Subject
	RSA     bool
	Foreign bool
	Revoked bool
}

// Inhabitants lists the people of the town.
func Inhabitants() []Inhabitant {
	from, to := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2036, 1, 1, 0, 0, 0, 0, time.UTC)
	person := func(surname, first, patronymic, iin string) Subject {
		return Subject{Surname: surname, FirstName: first, Patronymic: patronymic, IIN: iin, NotBefore: from, NotAfter: to}
	}
	of := func(s Subject, role pki.Role) Subject {
		s.BIN, s.Organisation, s.Roles = "190540005677", `ЖШС "ДЕМО ҰЙЫМ"`, []pki.Role{role}
		return s
	}
	aigerim := person("СЫНАҚОВА", "ӘЙГЕРІМ", "НҰРҒАЛИҚЫЗЫ", "900101400122")
	bolat := person("ҮЛГІЕВ", "БОЛАТ", "СЕРІКҰЛЫ", "850315300227")
	expired := person("ЕСКІРГЕНОВ", "ДӘУЛЕТ", "ТАЛҒАТҰЛЫ", "781120300333")
	expired.NotBefore, expired.NotAfter = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	auth := person("КІРУШІН", "АСҚАР", "МҰРАТҰЛЫ", "800520300550")
	auth.AuthOnly = true
	return []Inhabitant{
		{Name: "individual", About: "an individual", Subject: aigerim},
		{Name: "other", About: "another individual", Subject: bolat},
		{Name: "head", About: "the first head of an organisation", Subject: of(bolat, pki.FirstHead)},
		{Name: "employee", About: "an employee of the same organisation", Subject: of(aigerim, pki.Employee)},
		{Name: "revoked", About: "an individual whose key was revoked", Subject: person("ҚАЙТАРЫЛҒАН", "ГҮЛНАР", "ЕРЛАНҚЫЗЫ", "920601400441"), Revoked: true},
		{Name: "expired", About: "an individual whose key has expired", Subject: expired},
		{Name: "rsa", About: "an individual with an RSA key", Subject: person("РСАЕВ", "РУСЛАН", "САМАТҰЛЫ", "880909300668"), RSA: true},
		{Name: "auth", About: "an old RSA key for signing in only", Subject: auth, RSA: true},
		{Name: "foreign", About: "a key of an authority nobody trusts", Subject: aigerim, Foreign: true},
	}
}

// NewTown opens the town. The clock dates stamps, lists and answers.
func NewTown(clock func() time.Time) (*Town, error) {
	t := &Town{issued: map[string]*Issued{}, clock: clock}
	var err error
	if t.trusted, err = New(strings.NewReader(townSeed), clock, GOST); err != nil {
		return nil, err
	}
	if t.foreign, err = New(strings.NewReader(foreignSeed), clock, GOST); err != nil {
		return nil, err
	}
	t.old = sync.OnceValues(func() (*Authority, error) { return New(strings.NewReader(townSeed), clock, RSA) })
	for _, i := range Inhabitants() { // each in its turn: what is issued depends on the order
		if i.RSA {
			continue
		}
		if _, err := t.issue(i); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *Town) issue(i Inhabitant) (*Issued, error) {
	a := t.trusted
	switch {
	case i.Foreign:
		a = t.foreign
	case i.RSA:
		var err error
		if a, err = t.old(); err != nil {
			return nil, err
		}
	}
	key, err := a.Issue(i.Subject)
	if err != nil {
		return nil, fmt.Errorf("key of %s: %w", i.Name, err)
	}
	if i.Revoked {
		a.Revoke(key.Certificate, KeyCompromise)
	}
	t.issued[i.Name] = key
	return key, nil
}

// Key is the key of an inhabitant. It refuses a name that nobody has.
func (t *Town) Key(name string) (*Issued, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if key := t.issued[name]; key != nil {
		return key, nil
	}
	for _, i := range Inhabitants() {
		if i.Name == name {
			return t.issue(i)
		}
	}
	return nil, fmt.Errorf("nobody is called %q", name)
}

// Trust adds the town's authorities to a store, all but the stranger. It makes the RSA keys.
func (t *Town) Trust(base *eds.TrustStore) (*eds.TrustStore, error) {
	old, err := t.old()
	if err != nil {
		return nil, err
	}
	for _, i := range Inhabitants() {
		if _, err := t.Key(i.Name); err != nil { // so that the responder knows of all
			return nil, err
		}
	}
	return base.With(t.trusted.Root, t.trusted.Issuing, old.Root, old.Issuing), nil
}

// Stamper asks the town's time-stamping service.
func (t *Town) Stamper() func(value []byte) ([]byte, error) { return t.trusted.Stamper() }

// Fetch follows eds.Fetch: it answers for the addresses that the town's certificates name.
func (t *Town) Fetch(_ context.Context, r eds.Request) ([]byte, error) {
	switch {
	case r.Kind == eds.AskOCSP && r.URL == OCSPAddress:
		ids, _, err := pki.ParseOCSPRequest(r.Body)
		if err != nil {
			return nil, err
		}
		if old, err := t.old(); err == nil && len(ids) > 0 && ids[0].Names(old.Issuing, ids[0].Serial) {
			return old.OCSP(r.Body), nil
		}
		return t.trusted.OCSP(r.Body), nil
	case r.Kind == eds.AskCRL && r.URL == CRLAddress:
		return t.trusted.CRL()
	case r.Kind == eds.AskDelta && r.URL == DeltaAddress:
		return t.trusted.Delta()
	}
	return nil, errors.New("nobody of the town is at that address")
}
