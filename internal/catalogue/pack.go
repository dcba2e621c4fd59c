package catalogue

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"tereze/internal/clause"
	"tereze/internal/written"
)

// mostServices caps a catalogue: it is held in memory and searched as a whole.
const mostServices = 1000

// kinds are the users a service may be kept for, named as the rule on kinds of user names them.
func kinds() []string { return []string{"individual", "sole_trader", "legal_entity"} }

// Load reads PACK/catalogue.yaml, the services of a portal in each of its languages. A pack without the
// file lists none. The problems name file and line; with any problem the pack must not be run.
func Load(fsys fs.FS, pack string, languages []string) ([]Service, []clause.Problem) {
	file := pack + "/catalogue.yaml"
	w, there, problems := written.Open(fsys, file)
	if !there || problems != nil {
		return nil, problems
	}
	l := loader{r: &written.Reader{File: file}, languages: languages, lines: map[string]int{}}
	if !l.r.Fields(w, "a catalogue", "services") {
		return nil, l.r.Problems
	}
	list := w.Of["services"]
	if list.Kind != written.List || len(list.List) == 0 || len(list.List) > mostServices {
		l.r.Wrong(w.Line, "services: want a list of 1 to %d services", mostServices)
	}
	var out []Service
	for _, item := range list.List {
		out = append(out, l.service(item))
	}
	if l.r.Problems != nil {
		return nil, l.r.Problems
	}
	return out, nil
}

type loader struct {
	r         *written.Reader
	languages []string
	lines     map[string]int // of the services read so far
}

func (l *loader) service(w written.Value) Service {
	if !l.r.Fields(w, "a service", "service", "title", "about", "who", "papers", "term", "fee", "where", "for") {
		return Service{}
	}
	s := Service{
		Name: l.r.Text(w, "service", true), Title: l.r.InAll(w, "title", l.languages), About: l.r.InAll(w, "about", l.languages), Who: l.r.InAll(w, "who", l.languages),
		Term: l.r.InAll(w, "term", l.languages), Fee: l.r.InAll(w, "fee", l.languages), Where: l.r.InAll(w, "where", l.languages), For: l.r.Texts(w, "for", false),
	}
	if !written.Slug(s.Name, 60) {
		l.r.Wrong(w.Line, "service %q: a name is small Latin letters, digits and hyphens", s.Name)
	}
	if first, twice := l.lines[s.Name]; twice {
		l.r.Wrong(w.Line, "service %q stands twice: first at line %d", s.Name, first)
	}
	l.lines[s.Name] = w.Line
	for _, kind := range s.For {
		if !slices.Contains(kinds(), kind) {
			l.r.Wrong(w.Of["for"].Line, "for: %q is no kind of user; there are %s", kind, strings.Join(kinds(), ", "))
		}
	}
	papers := w.Of["papers"]
	if papers.Kind != written.List {
		l.r.Wrong(w.Line, "papers: want a list, which may be empty")
	}
	for i, p := range papers.List {
		name := fmt.Sprintf("paper %d", i+1)
		s.Papers = append(s.Papers, l.r.InAll(written.Value{Line: p.Line, Of: map[string]written.Value{name: p}}, name, l.languages))
	}
	return s
}
