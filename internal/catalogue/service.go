package catalogue

import (
	"slices"
	"strings"

	"tereze/internal/clause"
)

// Service is what a portal tells people of one service: what it is, who may ask for it and what they
// need for that (kg 1.1a). Every text stands in each language of the portal.
type Service struct {
	Name   string // in addresses: small Latin letters, digits and hyphens
	Title  map[string]string
	About  map[string]string
	Who    map[string]string
	Papers []map[string]string
	Term   map[string]string
	Fee    map[string]string
	Where  map[string]string
	For    []string // kinds of user it is open to; empty: every kind
}

// Catalogue is the services of every portal, as their packs list them.
type Catalogue struct {
	of map[string][]Service
}

// New makes a catalogue of the services of each portal by name.
func New(of map[string][]Service) *Catalogue { return &Catalogue{of} }

// Any reports whether a portal lists services at all.
func (c *Catalogue) Any(portal string) bool { return len(c.of[portal]) > 0 }

// Title is the title of a service by its name, whoever reads it; empty where there is none.
func (c *Catalogue) Title(portal, name, language string) string {
	for _, s := range c.of[portal] {
		if s.Name == name {
			return s.Title[language]
		}
	}
	return ""
}

// Reader is who looks into the catalogue: the kind of user they are, empty for a visitor, and the
// language in which they read and search.
type Reader struct {
	Kind     string
	Language string
}

// List gives the services a reader sees, in the order of the pack, whose title or description holds
// find; empty: all of them. Where the agreement opens services by role (court 5.1), a user sees those of
// their kind and no others; a visitor, who has no role yet, sees what everybody may know.
func (c *Catalogue) List(b *clause.Book, portal string, r Reader, find string) []Service {
	find = strings.ToLower(strings.TrimSpace(find))
	var out []Service
	for _, s := range c.of[portal] {
		if opens(b, s, r) && holds(s, r.Language, find) {
			out = append(out, s)
		}
	}
	return out
}

// Service gives one service by name; ok is false for one that does not exist or that the reader does
// not see, alike.
func (c *Catalogue) Service(b *clause.Book, portal string, r Reader, name string) (Service, bool) {
	for _, s := range c.of[portal] {
		if s.Name == name && opens(b, s, r) {
			return s, true
		}
	}
	return Service{}, false
}

func opens(b *clause.Book, s Service, r Reader) bool {
	if _, _, byRole := clause.In[ServicesByRole](b); !byRole || len(s.For) == 0 {
		return true
	}
	return slices.Contains(s.For, r.Kind)
}

func holds(s Service, language, find string) bool {
	return strings.Contains(strings.ToLower(s.Title[language]), find) || strings.Contains(strings.ToLower(s.About[language]), find)
}
