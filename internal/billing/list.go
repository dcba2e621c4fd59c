package billing

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"tereze/internal/identity"
)

// State is where a price list stands.
type State string

// The states of a price list. Whether a published one is announced, in force or past the instant says.
const (
	Draft     State = "draft"
	Published State = "published"
	Withdrawn State = "withdrawn" // announced, and taken back before it came into force
)

// List is one price list of a portal, with all it charges for. A published one never changes.
type List struct {
	Portal  string
	Number  int
	State   State
	Content Content
	Digest  []byte
	Day     string // from which a draft is to hold, in the zone of the portal; empty: as soon as the clause lets it

	WrittenBy, PublishedBy, WithdrawnBy         identity.ID // 0: the pack
	WrittenAt, PostedAt, InForceAt, WithdrawnAt time.Time

	Told    identity.ID // of a withdrawn one: the last user who had been told of it, by id; 0: nobody
	Version int
}

// Content is what a price list says.
type Content struct {
	Currency string    `json:"currency"` // of ISO 4217
	Services []Service `json:"services"`
}

// Service is what is paid for.
type Service struct {
	Key     string            `json:"key"`
	Title   map[string]string `json:"title"`
	About   map[string]string `json:"about,omitempty"`
	Tariffs []Tariff          `json:"tariffs"`
}

// Tariff is one price of a service.
type Tariff struct {
	Key   string            `json:"key"`
	Title map[string]string `json:"title"`
	Price int64             `json:"price"` // in minor units
	Unit  string            `json:"unit"`  // one of Units
	From  time.Time         `json:"from,omitzero"`
}

// Digest is SHA-256 over what a price list says.
func (c Content) Digest() ([]byte, error) {
	b, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("digest of a price list: %w", err)
	}
	sum := sha256.Sum256(b)
	return sum[:], nil
}

// Tariff finds one by the keys of its service and its own.
func (c Content) Tariff(service, tariff string) (Tariff, bool) {
	for _, s := range c.Services {
		for _, t := range s.Tariffs {
			if s.Key == service && t.Key == tariff {
				return t, true
			}
		}
	}
	return Tariff{}, false
}

// Change is how one tariff stands in two price lists.
type Change struct {
	Service  Service
	Was, Now Tariff // without a key: it is not there
}

// The ways in which a tariff changes.
const (
	Same  = "same"
	Added = "new"
	Ended = "ended"
	Moved = "price" // to another price
)

// How tells in what way it changes.
func (c Change) How() string {
	switch {
	case c.Was.Key == "":
		return Added
	case c.Now.Key == "":
		return Ended
	case c.Was.Price != c.Now.Price || c.Was.Unit != c.Now.Unit:
		return Moved
	}
	return Same
}

// Compare lists every tariff of two price lists, in the order of the later one; what has ended stands after the
// others of its service.
func Compare(was, now Content) (out []Change) {
	services := slices.Clone(now.Services)
	for _, s := range was.Services {
		if !slices.ContainsFunc(services, func(x Service) bool { return x.Key == s.Key }) {
			services = append(services, Service{Key: s.Key, Title: s.Title, About: s.About})
		}
	}
	for _, s := range services {
		for _, t := range s.Tariffs {
			before, _ := was.Tariff(s.Key, t.Key)
			out = append(out, Change{Service: s, Was: before, Now: t})
		}
		for _, old := range was.Services {
			for _, t := range old.Tariffs {
				if _, there := now.Tariff(s.Key, t.Key); old.Key == s.Key && !there {
					out = append(out, Change{Service: s, Was: t})
				}
			}
		}
	}
	return out
}

// dated gives every tariff that was not so before the instant from which it holds.
func dated(was, now Content, from time.Time) Content {
	now = now.clone()
	for i := range now.Services {
		s := &now.Services[i]
		for j := range s.Tariffs {
			t := &s.Tariffs[j]
			before, _ := was.Tariff(s.Key, t.Key)
			if t.From = from; (Change{Was: before, Now: *t}).How() == Same {
				t.From = before.From
			}
		}
	}
	return now
}

// clone copies as deep as an edit reaches: titles are replaced, never written into.
func (c Content) clone() Content {
	c.Services = slices.Clone(c.Services)
	for i := range c.Services {
		c.Services[i].Tariffs = slices.Clone(c.Services[i].Tariffs)
	}
	return c
}

// InForce finds, among the lists of a portal by number, the one in force at an instant.
func InForce(lists []List, at time.Time) (List, bool) {
	for _, l := range slices.Backward(lists) {
		if l.State == Published && !l.InForceAt.After(at) {
			return l, true
		}
	}
	return List{}, false
}

// Coming finds the list that is announced and not in force yet at an instant. There is one at most.
func Coming(lists []List, at time.Time) (List, bool) {
	for _, l := range lists {
		if l.State == Published && l.InForceAt.After(at) {
			return l, true
		}
	}
	return List{}, false
}

func (l List) subject() string { return "prices:" + strconv.Itoa(l.Number) }
