package catalogue

import (
	"errors"
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
	b, err := fs.ReadFile(fsys, file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, []clause.Problem{{File: file, Reason: "cannot be read"}}
	}
	w, err := written.Read(file, b)
	if err != nil {
		p, ok := errors.AsType[clause.Problem](err)
		if !ok {
			p = clause.Problem{File: file, Reason: err.Error()}
		}
		return nil, []clause.Problem{p}
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
		Name: l.r.Text(w, "service", true), Title: l.words(w, "title"), About: l.words(w, "about"), Who: l.words(w, "who"),
		Term: l.words(w, "term"), Fee: l.words(w, "fee"), Where: l.words(w, "where"), For: l.r.Texts(w, "for", false),
	}
	if !slug(s.Name) {
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
		s.Papers = append(s.Papers, l.words(written.Value{Line: p.Line, Of: map[string]written.Value{name: p}}, name))
	}
	return s
}

// words reads a text that is needed, in every language of the portal and in no other.
func (l *loader) words(w written.Value, key string) map[string]string {
	out := l.r.Words(w, key, true)
	for _, language := range l.languages {
		if _, ok := out[language]; out != nil && !ok {
			l.r.Wrong(w.Of[key].Line, "%s has no text in %s", key, language)
		}
	}
	for language := range out {
		if !slices.Contains(l.languages, language) {
			l.r.Wrong(w.Of[key].Line, "%s: the portal does not speak %q", key, language)
		}
	}
	return out
}

func slug(s string) bool {
	for i, c := range s {
		if !(c >= 'a' && c <= 'z' || i > 0 && (c >= '0' && c <= '9' || c == '-')) {
			return false
		}
	}
	return s != "" && len(s) <= 60
}
