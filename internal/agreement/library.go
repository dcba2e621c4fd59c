package agreement

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"tereze/internal/clause"
)

// Library holds the portals and their published editions in memory, compiled. Readers see an
// immutable state; publishing swaps it.
type Library struct {
	rules *clause.Catalogue
	shelf clause.Shelf

	mu    sync.Mutex // one loader at a time
	state atomic.Pointer[map[string]*holding]
}

type holding struct {
	portal    Portal
	published map[string][]Edition // by document, in order
	compiled  map[string]map[int]*clause.Edition
}

// NewLibrary makes an empty library that compiles with the given rules.
func NewLibrary(rules *clause.Catalogue) *Library {
	l := &Library{rules: rules}
	l.state.Store(&map[string]*holding{})
	return l
}

// Put takes a portal and all its published editions. With problems nothing changes.
func (l *Library) Put(portal Portal, published []Edition) []clause.Problem {
	h, pages, problems := l.compile(portal, published)
	if len(problems) > 0 {
		return problems
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	next := map[string]*holding{}
	for name, old := range *l.state.Load() {
		next[name] = old
	}
	next[portal.Name] = h
	l.state.Store(&next)
	l.shelf.Put(portal.Name, pages)
	return nil
}

// compile makes what the library would hold of a portal, and its books.
func (l *Library) compile(portal Portal, published []Edition) (*holding, []clause.Page, []clause.Problem) {
	h := &holding{portal: portal, published: map[string][]Edition{}, compiled: map[string]map[int]*clause.Edition{}}
	for _, e := range published {
		c, problems := l.rules.Compile(e.Portal, e.Document, e.Number, e.Content.bindings())
		if len(problems) > 0 {
			return nil, nil, problems
		}
		if h.compiled[e.Document] == nil {
			h.compiled[e.Document] = map[int]*clause.Edition{}
		}
		h.compiled[e.Document][e.Number] = c
		h.published[e.Document] = append(h.published[e.Document], e)
	}
	for _, editions := range h.published {
		slices.SortFunc(editions, func(a, b Edition) int { return a.Number - b.Number })
	}
	pages, problems := h.pages()
	return h, pages, problems
}

// pages makes one book for every instant at which the set of editions in force changes. A
// withdrawn edition stays in the book: those who accepted it are still bound by it.
func (h *holding) pages() ([]clause.Page, []clause.Problem) {
	var instants []time.Time
	for _, editions := range h.published {
		for _, e := range coming(editions) {
			instants = append(instants, e.InForceAt)
		}
	}
	slices.SortFunc(instants, time.Time.Compare)
	instants = slices.CompactFunc(instants, time.Time.Equal)
	var pages []clause.Page
	for _, at := range instants {
		var set []*clause.Edition
		for _, document := range h.portal.Documents {
			for _, e := range slices.Backward(coming(h.published[document])) {
				if !e.InForceAt.After(at) {
					set = append(set, h.compiled[document][e.Number])
					break
				}
			}
		}
		book, problems := newBook(h.portal, set)
		if len(problems) > 0 {
			return nil, problems
		}
		pages = append(pages, clause.Page{From: at, Book: book})
	}
	return pages, nil
}

// newBook binds the editions of a portal into a book. Beside what clause refuses, it refuses a
// clause that requires a document the portal does not have: nobody could ever accept it.
func newBook(portal Portal, set []*clause.Edition) (*clause.Book, []clause.Problem) {
	book, problems := clause.NewBook(portal.Name, set)
	if documents, cite, ok := clause.In[Documents](book); ok {
		for _, name := range documents.Required {
			if !slices.Contains(portal.Documents, name) {
				problems = append(problems, clause.Problem{File: cite.Document, Clause: cite.Clause, Reason: fmt.Sprintf("requires %q, which is no document of the portal", name)})
			}
		}
	}
	return book, problems
}

func (l *Library) holding(portal string) *holding { return (*l.state.Load())[portal] }

// Portal finds a portal by name.
func (l *Library) Portal(name string) (Portal, bool) {
	h := l.holding(name)
	if h == nil {
		return Portal{}, false
	}
	return h.portal, true
}

// Portals lists the portals in the order of their names.
func (l *Library) Portals() []Portal {
	var out []Portal
	for _, h := range *l.state.Load() {
		out = append(out, h.portal)
	}
	slices.SortFunc(out, func(a, b Portal) int { return compare(a.Name, b.Name) })
	return out
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// Published lists the published editions of a document in order, those still to come included.
func (l *Library) Published(portal, document string) []Edition {
	if h := l.holding(portal); h != nil {
		return h.published[document]
	}
	return nil
}

// Book gives the rules in force on a portal at an instant.
func (l *Library) Book(portal string, at time.Time) *clause.Book { return l.shelf.At(portal, at) }

// Required names the documents a person must have accepted: those the agreement lists (ismet R3),
// else all the portal has.
func (l *Library) Required(portal string, at time.Time) []string {
	if d, _, ok := clause.In[Documents](l.Book(portal, at)); ok {
		return d.Required
	}
	if h := l.holding(portal); h != nil {
		return h.portal.Documents
	}
	return nil
}

// unilateral answers for Binding from the compiled editions.
func (h *holding) unilateral(document string, edition int) bool {
	c := h.compiled[document][edition]
	if c == nil {
		return false
	}
	_, _, ok := clause.InEdition[Amendment](c)
	return ok
}

// Rules is the catalogue the library compiles with.
func (l *Library) Rules() *clause.Catalogue { return l.rules }
