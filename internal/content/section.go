package content

import (
	"io/fs"

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
	w, there, problems := written.Open(fsys, file)
	if !there || problems != nil {
		return nil, problems
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
	s := Section{Name: l.r.Text(w, "section", true), Title: l.r.InAll(w, "title", l.languages), About: l.r.InAll(w, "about", l.languages)}
	if !written.Slug(s.Name, 60) {
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
