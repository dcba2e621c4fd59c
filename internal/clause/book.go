package clause

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Book is the rules of one portal while one set of its editions is in force. It never changes.
type Book struct {
	Portal   string
	editions []*Edition
	portal   map[reflect.Type]entry
	document map[documentRule]entry
	repeated map[Citation][]Citation
}

type documentRule struct {
	typ      reflect.Type
	document string
}

// NewBook binds the editions, one of each document of a portal, into one book. It refuses two
// clauses that set the same rule, and a clause that repeats one that is not there.
func NewBook(portal string, editions []*Edition) (*Book, []Problem) {
	b := &Book{
		Portal: portal, editions: editions,
		portal: map[reflect.Type]entry{}, document: map[documentRule]entry{}, repeated: map[Citation][]Citation{},
	}
	var problems []Problem
	clauses := map[string]Citation{}
	for _, e := range editions {
		for _, set := range e.set {
			clauses[e.Document+"/"+set.cite.Clause] = set.cite
			if earlier, taken := b.add(set); taken {
				problems = append(problems, Problem{File: e.Document, Line: set.line, Clause: set.cite.Clause,
					Reason: fmt.Sprintf("rule %s is already set by clause %s of %s", set.definition.Name, earlier.cite.Clause, earlier.cite.Document)})
			}
		}
	}
	for _, e := range editions {
		for number, of := range e.repeats {
			if !strings.Contains(of, "/") {
				of = e.Document + "/" + of
			}
			original, ok := clauses[of]
			if !ok {
				problems = append(problems, Problem{File: e.Document, Clause: number, Reason: fmt.Sprintf("repeats %s, which sets no rule", of)})
				continue
			}
			b.repeated[original] = append(b.repeated[original], Citation{portal, e.Document, e.Number, number})
		}
	}
	return b, problems
}

func (b *Book) add(set entry) (earlier entry, taken bool) {
	if set.definition.PerDocument {
		key := documentRule{set.definition.typ, set.cite.Document}
		if earlier, taken = b.document[key]; !taken {
			b.document[key] = set
		}
		return earlier, taken
	}
	if earlier, taken = b.portal[set.definition.typ]; !taken {
		b.portal[set.definition.typ] = set
	}
	return earlier, taken
}

// Edition gives the number of the edition of a document that this book holds, 0 for none.
func (b *Book) Edition(document string) int {
	for _, e := range b.editions {
		if e.Document == document {
			return e.Number
		}
	}
	return 0
}

// Repeated lists the clauses that say again what the cited clause sets.
func (b *Book) Repeated(c Citation) []Citation { return b.repeated[c] }

// In gives the portal's rule of type R with its parameters and the clause that sets it; ok is
// false where no clause in force sets it. It allocates nothing and takes no lock. The rule is
// shared by all readers and must not be written to.
func In[R Rule](b *Book) (rule *R, cite Citation, ok bool) {
	if b == nil {
		return nil, Citation{}, false
	}
	e, ok := b.portal[reflect.TypeFor[R]()]
	if !ok {
		return nil, Citation{}, false
	}
	return e.rule.(*R), e.cite, true
}

// InDocument is In for a rule that each document sets for itself.
func InDocument[R Rule](b *Book, document string) (rule *R, cite Citation, ok bool) {
	if b == nil {
		return nil, Citation{}, false
	}
	e, ok := b.document[documentRule{reflect.TypeFor[R](), document}]
	if !ok {
		return nil, Citation{}, false
	}
	return e.rule.(*R), e.cite, true
}

// InEdition is In for one edition by itself, whether in force or not.
func InEdition[R Rule](e *Edition) (rule *R, cite Citation, ok bool) {
	for _, set := range e.set {
		if set.definition.typ == reflect.TypeFor[R]() {
			return set.rule.(*R), set.cite, true
		}
	}
	return nil, Citation{}, false
}

// Page is a book and the instant from which it is in force.
type Page struct {
	From time.Time
	Book *Book
}

// Shelf holds every portal's books over time. Readers take an immutable snapshot; Put swaps it.
// Because the snapshot also holds the books of announced editions with their instants, a change
// bites at its instant by itself: nobody has to be awake for it.
type Shelf struct {
	mu       sync.Mutex // one writer at a time
	snapshot atomic.Pointer[map[string][]span]
}

type span struct {
	from int64 // microseconds since 1970 UTC
	book *Book
}

// Put replaces one portal's books, given in the order of their instants.
func (s *Shelf) Put(portal string, pages []Page) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := map[string][]span{}
	if old := s.snapshot.Load(); old != nil {
		for name, spans := range *old {
			next[name] = spans
		}
	}
	spans := make([]span, len(pages))
	for i, p := range pages {
		spans[i] = span{p.From.UnixMicro(), p.Book}
	}
	next[portal] = spans
	s.snapshot.Store(&next)
}

// At gives the book of a portal in force at an instant, nil where none is. No allocation, no lock.
func (s *Shelf) At(portal string, at time.Time) *Book {
	books := s.snapshot.Load()
	if books == nil {
		return nil
	}
	spans, t := (*books)[portal], at.UnixMicro()
	// From the end: nearly every question is about now, which is the last book or the one before.
	for i := len(spans) - 1; i >= 0; i-- {
		if spans[i].from <= t {
			return spans[i].book
		}
	}
	return nil
}
