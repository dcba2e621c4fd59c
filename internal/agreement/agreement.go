// Package agreement keeps agreements, their editions, and who is bound by which.
//
// It owns packs and what is compiled from them, the life of an edition (draft, approved,
// published, in force, superseded), acceptance, refusal, and the one answer to "is this person
// bound now": the identity.Bound that acts ask for. It decides and records through the
// transaction it is handed; it draws no page and sends nothing.
package agreement

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tereze/internal/clause"
	"tereze/internal/identity"
)

// Words is a text in each language of a portal.
type Words map[string]string

// Parameter is one parameter of a rule as written: a value, or a list.
type Parameter struct {
	Name  string   `json:"name"`
	Value string   `json:"value,omitempty"`
	List  []string `json:"list,omitempty"`

	line int
}

// Rule is a rule a clause sets, with its parameters in the order written.
type Rule struct {
	Name string      `json:"rule"`
	With []Parameter `json:"with,omitempty"`

	line int
}

// Clause is one clause of an edition: number, text per language, binding.
type Clause struct {
	Number     string      `json:"number"`
	Kind       clause.Kind `json:"kind"`
	Heading    Words       `json:"heading,omitempty"` // of the section that begins with this clause
	Text       Words       `json:"text"`
	Rules      []Rule      `json:"rules,omitempty"`
	Repeats    string      `json:"repeats,omitempty"`
	Categories []string    `json:"categories,omitempty"`
	Urgent     bool        `json:"urgent,omitempty"`

	line int // in the pack, for what cannot be compiled
}

// Content is what an edition says: the part that is frozen at publication and digested.
type Content struct {
	Title   Words    `json:"title"`
	Clauses []Clause `json:"clauses"`
}

// Digest identifies the content: SHA-256 of its JSON form, in which maps stand in the order of their keys.
func (c Content) Digest() ([]byte, error) {
	b, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("digest an edition: %w", err)
	}
	sum := sha256.Sum256(b)
	return sum[:], nil
}

// Clause finds a clause by its number.
func (c Content) Clause(number string) (Clause, bool) {
	i := slices.IndexFunc(c.Clauses, func(cl Clause) bool { return cl.Number == number })
	if i < 0 {
		return Clause{}, false
	}
	return c.Clauses[i], true
}

// State is how far an edition has come. In force and superseded are not states: they follow from
// the instants, so that an edition comes into force by itself.
type State string

// The states of an edition.
const (
	Draft     State = "draft"     // being written
	Submitted State = "submitted" // waiting for the owner
	Approved  State = "approved"  // may be published
	Published State = "published" // posted; frozen; in force from InForceAt
)

// Edition is one edition of one document of a portal.
type Edition struct {
	Portal   string
	Document string
	Number   int
	State    State
	Content  Content
	Digest   []byte
	Base     int // the edition it was drafted from, 0 for the first
	Version  int // counts changes of the row: every change names the one it believes in

	DraftedBy   identity.ID
	DraftedAt   time.Time
	ApprovedBy  identity.ID
	ApprovedAt  time.Time
	PublishedBy identity.ID
	PostedAt    time.Time // zero before publication
	InForceAt   time.Time // zero before publication
	WithdrawnAt time.Time // zero unless the document was withdrawn while this edition was in force
}

// bindings are the clauses as the rule compiler reads them.
func (c Content) bindings() []clause.Binding {
	out := make([]clause.Binding, 0, len(c.Clauses))
	for _, cl := range c.Clauses {
		b := clause.Binding{Number: cl.Number, Kind: cl.Kind, Repeats: cl.Repeats, Categories: cl.Categories, Urgent: cl.Urgent, Line: cl.line}
		for _, r := range cl.Rules {
			with := map[string]clause.Value{}
			for _, p := range r.With {
				with[p.Name] = clause.Value{Text: p.Value, List: p.List, Line: p.line}
			}
			b.Rules = append(b.Rules, clause.RuleSource{Name: r.Name, With: with, Line: r.line})
		}
		out = append(out, b)
	}
	return out
}

// missing says which texts an edition lacks in the portal's languages.
func (c Content) missing(languages []string) (problems []clause.Problem) {
	for _, language := range languages {
		if c.Title[language] == "" {
			problems = append(problems, clause.Problem{Reason: "the title is missing in " + language})
		}
		for _, cl := range c.Clauses {
			if cl.Text[language] == "" {
				problems = append(problems, clause.Problem{Line: cl.line, Clause: cl.Number, Reason: "no text in " + language})
			}
			if cl.Heading != nil && cl.Heading[language] == "" {
				problems = append(problems, clause.Problem{Line: cl.line, Clause: cl.Number, Reason: "no section heading in " + language})
			}
		}
	}
	return problems
}
