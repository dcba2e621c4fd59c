package content

import (
	"errors"
	"io/fs"
	"slices"

	"tereze/internal/clause"
	"tereze/internal/written"
)

// Section is a place for materials of users. Its texts stand in each language of the portal.
type Section struct {
	Name    string // in addresses: small Latin letters, digits and hyphens
	Title   map[string]string
	About   map[string]string
	Adverts bool // it is set for adverts (ismet R10.10)
}

// mostSections caps what a pack may list: the sections are shown on one page.
const mostSections = 50

// Load reads PACK/content.yaml, the sections of a portal in each of its languages. A pack without the file has
// none, and its portal no materials. The problems name file and line; with any problem the pack must not be run.
func Load(fsys fs.FS, pack string, languages []string) ([]Section, []clause.Problem) {
	file := pack + "/content.yaml"
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
	if !l.r.Fields(w, "a list of sections", "sections") {
		return nil, l.r.Problems
	}
	list := w.Of["sections"]
	if list.Kind != written.List || len(list.List) == 0 || len(list.List) > mostSections {
		l.r.Wrong(w.Line, "sections: want a list of 1 to %d sections", mostSections)
	}
	var out []Section
	for _, item := range list.List {
		out = append(out, l.section(item))
	}
	if l.r.Problems != nil {
		return nil, l.r.Problems
	}
	return out, nil
}

type loader struct {
	r         *written.Reader
	languages []string
	lines     map[string]int // of the sections read so far
}

func (l *loader) section(w written.Value) Section {
	if !l.r.Fields(w, "a section", "section", "title", "about", "adverts") {
		return Section{}
	}
	s := Section{Name: l.r.Text(w, "section", true), Title: l.words(w, "title"), About: l.words(w, "about")}
	if !slug(s.Name) {
		l.r.Wrong(w.Line, "section %q: a name is small Latin letters, digits and hyphens", s.Name)
	}
	if first, twice := l.lines[s.Name]; twice {
		l.r.Wrong(w.Line, "section %q stands twice: first at line %d", s.Name, first)
	}
	l.lines[s.Name] = w.Line
	switch text := l.r.Text(w, "adverts", false); text {
	case "", "false":
	case "true":
		s.Adverts = true
	default:
		l.r.Wrong(w.Of["adverts"].Line, "adverts: want true or false, not %q", text)
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
