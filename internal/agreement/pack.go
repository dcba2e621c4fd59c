package agreement

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"tereze/internal/calendar"
	"tereze/internal/clause"
	"tereze/internal/written"
)

// Portal is what a pack says of a portal besides its agreements.
type Portal struct {
	Name       string // the slug in addresses and in every table
	Title      Words
	About      Words
	Operator   Words
	Owner      Words // nil where the operator has no owner above
	Languages  []string
	Zone       *time.Location
	Calendar   string
	Documents  []string
	Phone      string
	Email      string
	Colour     string
	Accent     string
	SignInName Words
	Previous   string // address of the site the portal came after; may be empty
}

// Pack is a portal as its folder describes it, compiled.
type Pack struct {
	Portal   Portal
	Editions []Edition // published, by document and number
	Pending  []Pending
}

// Pending is a line of pending.txt: a clause that no test proves yet, and the room it waits for.
type Pending struct {
	Document string
	Clause   string
	Room     string
}

// allLanguages are the languages the program itself speaks.
func allLanguages() []string { return []string{"kk", "ky", "ru", "en"} }

// Packs names the packs in a folder: every folder that holds a portal.yaml.
func Packs(fsys fs.FS) ([]string, error) {
	files, err := fs.Glob(fsys, "*/portal.yaml")
	if err != nil {
		return nil, fmt.Errorf("look for packs: %w", err)
	}
	names := make([]string, 0, len(files))
	for _, f := range files {
		names = append(names, path.Dir(f))
	}
	slices.Sort(names)
	return names, nil
}

// LoadPack reads and compiles one pack. The problems name file and line; with any problem the pack
// must not be run.
func LoadPack(fsys fs.FS, name string, rules *clause.Catalogue) (Pack, []clause.Problem) {
	l := packLoader{fsys: fsys, name: name, rules: rules}
	portal := l.portal()
	if len(l.problems) > 0 {
		return Pack{}, l.problems
	}
	p := Pack{Portal: portal}
	var first []*clause.Edition
	for _, document := range portal.Documents {
		editions, compiled := l.document(portal, document)
		p.Editions = append(p.Editions, editions...)
		if len(compiled) > 0 {
			first = append(first, compiled[len(compiled)-1])
		}
	}
	if len(l.problems) == 0 {
		_, clashes := newBook(portal, first)
		for _, c := range clashes {
			// A book knows documents; the file that binds one is its newest edition.
			c.File = fmt.Sprintf("%s/%s/edition-%d.yaml", name, c.File, newest(p.Editions, c.File))
			l.problems = append(l.problems, c)
		}
	}
	p.Pending = l.pending(p)
	return p, l.problems
}

func newest(editions []Edition, document string) (number int) {
	for _, e := range editions {
		if e.Document == document {
			number = max(number, e.Number)
		}
	}
	return number
}

type packLoader struct {
	fsys     fs.FS
	name     string
	rules    *clause.Catalogue
	problems []clause.Problem
}

func (l *packLoader) wrong(file string, line int, format string, args ...any) {
	l.problems = append(l.problems, clause.Problem{File: file, Line: line, Reason: fmt.Sprintf(format, args...)})
}

func (l *packLoader) file(name string) ([]byte, bool) {
	b, err := fs.ReadFile(l.fsys, name)
	if err != nil {
		reason := "cannot be read"
		if errors.Is(err, fs.ErrNotExist) {
			reason = "is missing"
		}
		l.wrong(name, 0, "%s", reason)
		return nil, false
	}
	return b, true
}

func (l *packLoader) yaml(file string) (written.Value, bool) {
	b, ok := l.file(file)
	if !ok {
		return written.Value{}, false
	}
	w, err := written.Read(file, b)
	if p, isProblem := errors.AsType[clause.Problem](err); isProblem {
		l.problems = append(l.problems, p)
	}
	return w, err == nil
}

func (l *packLoader) portal() Portal {
	file := l.name + "/portal.yaml"
	w, ok := l.yaml(file)
	r := &written.Reader{File: file}
	if !ok || !r.Fields(w, "a portal", "portal", "name", "about", "operator", "owner", "languages", "zone", "calendar", "documents", "support", "brand", "sign_in_name", "previous_version") {
		l.problems = append(l.problems, r.Problems...)
		return Portal{}
	}
	p := Portal{
		Name: r.Text(w, "portal", true), Title: r.Words(w, "name", true), About: r.Words(w, "about", true),
		Operator: r.Words(w, "operator", true), Owner: r.Words(w, "owner", false),
		Languages: r.Texts(w, "languages", true), Calendar: r.Text(w, "calendar", true),
		Documents: r.Texts(w, "documents", true), SignInName: r.Words(w, "sign_in_name", true), Previous: r.Text(w, "previous_version", false),
	}
	if support, ok := w.Of["support"]; ok && r.Fields(support, "support", "phone", "email") {
		p.Phone, p.Email = r.Text(support, "phone", false), r.Text(support, "email", false)
	}
	if brand, ok := w.Of["brand"]; !ok {
		r.Wrong(w.Line, "brand is missing")
	} else if r.Fields(brand, "brand", "colour", "accent") {
		p.Colour, p.Accent = r.Text(brand, "colour", true), r.Text(brand, "accent", true)
	}
	zone, err := calendar.Zone(r.Text(w, "zone", true))
	if err != nil {
		r.Wrong(w.Of["zone"].Line, "%v", err)
	}
	p.Zone = zone
	checkPortal(r, w, l.name, p)
	l.problems = append(l.problems, r.Problems...)
	return p
}

func checkPortal(r *written.Reader, w written.Value, folder string, p Portal) {
	if p.Name != folder {
		r.Wrong(w.Of["portal"].Line, "the portal is called %q but its folder %q", p.Name, folder)
	}
	if !written.Slug(p.Name, 40) {
		r.Wrong(w.Of["portal"].Line, "%q: a portal's name is small Latin letters and digits", p.Name)
	}
	if p.Previous != "" && !strings.HasPrefix(p.Previous, "https://") {
		r.Wrong(w.Of["previous_version"].Line, "previous_version: want an address that begins with https://")
	}
	for _, d := range p.Documents {
		if !written.Slug(d, 40) {
			r.Wrong(w.Of["documents"].Line, "%q: a document's name is small Latin letters, digits and hyphens", d)
		}
	}
	for _, language := range p.Languages {
		if !slices.Contains(allLanguages(), language) {
			r.Wrong(w.Of["languages"].Line, "language %q: the program speaks %s", language, strings.Join(allLanguages(), ", "))
		}
	}
	for key, words := range map[string]Words{"name": p.Title, "about": p.About, "operator": p.Operator, "owner": p.Owner, "sign_in_name": p.SignInName} {
		for _, language := range p.Languages {
			if words != nil && words[language] == "" {
				r.Wrong(w.Of[key].Line, "%s has no text in %s", key, language)
			}
		}
	}
}

// document reads a document's editions in order: edition-1.yaml and on without a gap.
func (l *packLoader) document(p Portal, document string) (editions []Edition, compiled []*clause.Edition) {
	for number := 1; ; number++ {
		file := fmt.Sprintf("%s/%s/edition-%d.yaml", l.name, document, number)
		if _, err := fs.Stat(l.fsys, file); number > 1 && err != nil {
			return editions, compiled
		}
		w, ok := l.yaml(file)
		if !ok {
			return editions, compiled
		}
		r := &written.Reader{File: file}
		e := l.edition(r, w, p, document, number)
		l.problems = append(l.problems, r.Problems...)
		l.texts(&e, p)
		for _, m := range e.Content.missing(p.Languages) {
			m.File = file
			l.problems = append(l.problems, m)
		}
		c, wrong := l.rules.Compile(p.Name, document, number, e.Content.bindings())
		for _, problem := range wrong {
			problem.File = file
			l.problems = append(l.problems, problem)
		}
		e.InForceAt = e.PostedAt
		if len(compiled) > 0 {
			e.InForceAt = inForceAt(compiled[len(compiled)-1], e.PostedAt, p.Zone)
			if !e.InForceAt.After(editions[len(editions)-1].InForceAt) {
				l.wrong(file, w.Line, "comes into force no later than the edition before it")
			}
		}
		var err error
		if e.Digest, err = e.Content.Digest(); err != nil {
			l.wrong(file, 0, "%v", err)
		}
		editions, compiled = append(editions, e), append(compiled, c)
	}
}

func (l *packLoader) edition(r *written.Reader, w written.Value, p Portal, document string, number int) Edition {
	e := Edition{Portal: p.Name, Document: document, Number: number, State: Published, Base: number - 1}
	if !r.Fields(w, "an edition", "document", "edition", "title", "posted", "clauses") {
		return e
	}
	if got := r.Text(w, "document", true); got != document {
		r.Wrong(w.Of["document"].Line, "the document is called %q but its folder %q", got, document)
	}
	if got := r.Text(w, "edition", true); got != strconv.Itoa(number) {
		r.Wrong(w.Of["edition"].Line, "edition %s stands in the file of edition %d", got, number)
	}
	e.Content.Title = r.Words(w, "title", true)
	posted, err := time.Parse(time.RFC3339, r.Text(w, "posted", true))
	if err != nil {
		r.Wrong(w.Of["posted"].Line, "posted: want an instant such as 2024-09-02T09:00:00+05:00")
	}
	e.PostedAt = posted.UTC()
	clauses := w.Of["clauses"]
	if clauses.Kind != written.List || len(clauses.List) == 0 {
		r.Wrong(w.Line, "clauses: want a list")
	}
	for _, c := range clauses.List {
		e.Content.Clauses = append(e.Content.Clauses, readClause(r, c))
	}
	return e
}

func readClause(r *written.Reader, w written.Value) Clause {
	c := Clause{line: w.Line}
	if !r.Fields(w, "a clause", "number", "kind", "rule", "with", "also", "repeats", "categories", "urgent") {
		return c
	}
	c.Number, c.Kind = r.Text(w, "number", true), clause.Kind(r.Text(w, "kind", true))
	c.Repeats, c.Categories = r.Text(w, "repeats", false), r.Texts(w, "categories", false)
	switch v := r.Text(w, "urgent", false); v {
	case "", "false":
	case "true":
		c.Urgent = true
	default:
		r.Wrong(w.Line, "urgent: want true or false")
	}
	if _, ok := w.Of["rule"]; ok {
		c.Rules = append(c.Rules, readRule(r, w))
	} else if _, with := w.Of["with"]; with {
		r.Wrong(w.Line, "parameters without a rule")
	}
	for _, also := range w.Of["also"].List {
		if r.Fields(also, "a further rule", "rule", "with") {
			c.Rules = append(c.Rules, readRule(r, also))
		}
	}
	return c
}

func readRule(r *written.Reader, w written.Value) Rule {
	rule := Rule{Name: r.Text(w, "rule", true), line: w.Of["rule"].Line}
	with, ok := w.Of["with"]
	if !ok {
		return rule
	}
	if with.Kind != written.Mapping {
		r.Wrong(with.Line, "with: want a mapping of parameters")
		return rule
	}
	for _, name := range with.Keys {
		v := with.Of[name]
		switch v.Kind {
		case written.Scalar:
			rule.With = append(rule.With, Parameter{Name: name, Value: v.Text, line: v.Line})
		case written.List:
			p := Parameter{Name: name, List: []string{}, line: v.Line}
			for _, item := range v.List {
				if item.Kind != written.Scalar {
					r.Wrong(item.Line, "parameter %s: want a list of single values", name)
				}
				p.List = append(p.List, item.Text)
			}
			rule.With = append(rule.With, p)
		default:
			r.Wrong(v.Line, "parameter %s: want a value or a list", name)
		}
	}
	return rule
}

// texts reads edition-N.LANGUAGE.md for each language into the clauses.
func (l *packLoader) texts(e *Edition, p Portal) {
	headings := map[string]int{}
	for _, language := range p.Languages {
		file := fmt.Sprintf("%s/%s/edition-%d.%s.md", l.name, e.Document, e.Number, language)
		b, ok := l.file(file)
		if !ok {
			continue
		}
		if !utf8.Valid(b) || len(b) > written.Most {
			l.wrong(file, 0, "want UTF-8 text of at most %d bytes", written.Most)
			continue
		}
		l.text(file, language, string(b), e, headings)
	}
	for number, n := range headings {
		if n != len(p.Languages) {
			l.wrong(fmt.Sprintf("%s/%s", l.name, e.Document), 0, "a section heading before clause %s stands in %d of %d languages", number, n, len(p.Languages))
		}
	}
}

func (l *packLoader) text(file, language, text string, e *Edition, headings map[string]int) {
	at := map[string]int{}
	for i, c := range e.Content.Clauses {
		at[c.Number] = i
	}
	var number, heading string
	var body []string
	next := 0 // texts stand in the order of the bindings
	flush := func(line int) {
		i, bound := at[number]
		text := strings.TrimSpace(strings.Join(body, "\n"))
		body = nil
		if number == "" {
			if text != "" {
				l.wrong(file, line, "text before the first clause")
			}
			return
		}
		if !bound {
			l.wrong(file, line, "text without binding: clause %s", number)
			return
		}
		c := &e.Content.Clauses[i]
		if c.Text[language] != "" {
			l.wrong(file, line, "duplicate number: clause %s", number)
			return
		}
		if i != next {
			l.wrong(file, line, "clause %s stands out of order", number)
		}
		next = i + 1
		if c.Text == nil {
			c.Text = Words{}
		}
		c.Text[language] = text
	}
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	begun := 0
	for n, s := range lines {
		if title, ok := strings.CutPrefix(s, "# "); ok {
			flush(begun)
			number, heading, begun = "", strings.TrimSpace(title), n+1
		} else if name, ok := strings.CutPrefix(s, "## "); ok {
			flush(begun)
			number, begun = strings.TrimSpace(name), n+1
			if i, bound := at[number]; bound && heading != "" {
				if e.Content.Clauses[i].Heading == nil {
					e.Content.Clauses[i].Heading = Words{}
				}
				e.Content.Clauses[i].Heading[language] = heading
				headings[number]++
			}
			heading = ""
		} else {
			body = append(body, s)
		}
	}
	flush(begun)
}

// pending reads pending.txt; a pack that proves everything has none.
func (l *packLoader) pending(p Pack) (out []Pending) {
	file := l.name + "/pending.txt"
	b, err := fs.ReadFile(l.fsys, file)
	if err != nil {
		return nil
	}
	for n, s := range strings.Split(string(b), "\n") {
		s, _, _ = strings.Cut(s, "#")
		f := strings.Fields(s)
		if len(f) == 0 {
			continue
		}
		if len(f) != 3 {
			l.wrong(file, n+1, "want document, clause and the room it waits for")
			continue
		}
		known := slices.ContainsFunc(p.Editions, func(e Edition) bool {
			_, ok := e.Content.Clause(f[1])
			return e.Document == f[0] && ok
		})
		if !known {
			l.wrong(file, n+1, "no clause %s in %s", f[1], f[0])
			continue
		}
		out = append(out, Pending{f[0], f[1], f[2]})
	}
	return out
}
