package authority

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"tereze/internal/eds"
)

// The seeds of the demonstration's cards: no secrets.
const (
	cardSeed        = "tereze demonstration, its cards."
	foreignCardSeed = "tereze demonstration, forgeries."
)

// CardHolder is somebody who does not exist, with an identity card of Kyrgyzstan.
type CardHolder struct {
	Name    string // by which commands and pages call the card
	About   string // in English
	Subject Subject
	RSA     bool
	Foreign bool
	Revoked bool
}

// CardHolders lists the cards of the demonstration. The birth dates are those of nobody alive.
func CardHolders() []CardHolder {
	from, to := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2036, 1, 1, 0, 0, 0, 0, time.UTC)
	card := func(surname, first, patronymic, pin string) Subject {
		return Subject{Surname: surname, FirstName: first, Patronymic: patronymic, PIN: pin, NotBefore: from, NotAfter: to}
	}
	aigul := card("СЫНАКОВА", "АЙГҮЛ", "ТЕСТОВНА", "11501188000123")
	expired := card("ЭСКИЧЕВ", "ТЕСТ", "", "21501188000201")
	expired.NotBefore, expired.NotAfter = time.Date(2018, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	old := card("ӨТКӨНОВ", "ТЕСТ", "", "21501188000202")
	old.NotBefore = time.Date(2016, 6, 1, 0, 0, 0, 0, time.UTC)
	return []CardHolder{
		{Name: "citizen", About: "a citizen", Subject: aigul},
		{Name: "other", About: "another citizen", Subject: card("ҮЛГҮЛӨРОВ", "БАКЫТ", "ТЕСТОВИЧ", "21501188000203")},
		{Name: "revoked", About: "a citizen whose card was revoked", Subject: card("ЖОКТУЕВА", "ТЕСТ", "", "11501188000204"), Revoked: true},
		{Name: "expired", About: "a card that has expired", Subject: expired},
		{Name: "old", About: "a card of before the model of 2017", Subject: old},
		{Name: "rsa", About: "a card with an RSA key", Subject: card("РСАЕВ", "ТЕСТ", "", "21501188000205"), RSA: true},
		{Name: "foreign", About: "a card of an authority nobody trusts", Subject: aigul, Foreign: true},
	}
}

// Cards are the keys of the demonstration's cards. Every program that opens them has the same; the RSA key is made
// when it is first needed.
type Cards struct {
	mu      sync.Mutex
	trusted *Authority
	foreign *Authority
	rsa     func() (*Authority, error)
	issued  map[string]*Issued
}

// NewCards opens them. The clock dates lists.
func NewCards(clock func() time.Time) (*Cards, error) {
	c := &Cards{issued: map[string]*Issued{}}
	var err error
	if c.trusted, err = NewKyrgyz(strings.NewReader(cardSeed), clock, GOST2004); err != nil {
		return nil, err
	}
	if c.foreign, err = NewKyrgyz(strings.NewReader(foreignCardSeed), clock, GOST2004); err != nil {
		return nil, err
	}
	c.rsa = sync.OnceValues(func() (*Authority, error) { return NewKyrgyz(strings.NewReader(cardSeed), clock, RSA) })
	for _, h := range CardHolders() { // each in its turn: what is issued depends on the order
		if h.RSA {
			continue
		}
		a := c.trusted
		if h.Foreign {
			a = c.foreign
		}
		if err := c.issue(a, h); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *Cards) issue(a *Authority, h CardHolder) error {
	key, err := a.Issue(h.Subject)
	if err != nil {
		return fmt.Errorf("card of %s: %w", h.Name, err)
	}
	if h.Revoked {
		a.Revoke(key.Certificate, KeyCompromise)
	}
	c.issued[h.Name] = key
	return nil
}

// Key is the key on a card. It refuses a name that no card has.
func (c *Cards) Key(name string) (*Issued, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if key := c.issued[name]; key != nil {
		return key, nil
	}
	for _, h := range CardHolders() {
		if h.Name != name {
			continue
		}
		a, err := c.rsa()
		if err != nil {
			return nil, err
		}
		if err := c.issue(a, h); err != nil {
			return nil, err
		}
		return c.issued[name], nil
	}
	return nil, fmt.Errorf("no card is called %q", name)
}

// Trust is a store of the authorities that issue these cards, all but the stranger. It makes the RSA keys.
func (c *Cards) Trust() (*eds.TrustStore, error) {
	a, err := c.rsa()
	if err != nil {
		return nil, err
	}
	return (&eds.TrustStore{}).With(c.trusted.Root, c.trusted.Issuing, a.Root, a.Issuing), nil
}

// Lists are the lists of revoked cards.
func (c *Cards) Lists() ([][]byte, error) {
	a, err := c.rsa()
	if err != nil {
		return nil, err
	}
	one, err := c.trusted.CRL()
	if err != nil {
		return nil, err
	}
	other, err := a.CRL()
	if err != nil {
		return nil, err
	}
	return [][]byte{one, other}, nil
}
