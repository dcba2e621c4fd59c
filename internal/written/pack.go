package written

import (
	"errors"
	"io/fs"
	"slices"

	"tereze/internal/clause"
)

// Open reads a file of a pack that may be left out; there tells whether it is there. With problems, which name file
// and line, the pack must not be run.
func Open(fsys fs.FS, file string) (w Value, there bool, problems []clause.Problem) {
	b, err := fs.ReadFile(fsys, file)
	if errors.Is(err, fs.ErrNotExist) {
		return Value{}, false, nil
	}
	if err != nil {
		return Value{}, true, []clause.Problem{{File: file, Reason: "cannot be read"}}
	}
	w, err = Read(file, b)
	if err == nil {
		return w, true, nil
	}
	p, ok := errors.AsType[clause.Problem](err)
	if !ok {
		p = clause.Problem{File: file, Reason: err.Error()}
	}
	return Value{}, true, []clause.Problem{p}
}

// InAll is a text that is needed in every language of a portal and in no other.
func (r *Reader) InAll(w Value, key string, languages []string) map[string]string {
	out := r.Words(w, key, true)
	for _, language := range languages {
		if _, ok := out[language]; out != nil && !ok {
			r.Wrong(w.Of[key].Line, "%s has no text in %s", key, language)
		}
	}
	for language := range out {
		if !slices.Contains(languages, language) {
			r.Wrong(w.Of[key].Line, "%s: the portal does not speak %q", key, language)
		}
	}
	return out
}

// Slug reports whether a name may stand in addresses: small Latin letters, digits and hyphens, a letter first, at
// most so many.
func Slug(name string, most int) bool {
	for i, c := range name {
		if !(c >= 'a' && c <= 'z' || i > 0 && (c >= '0' && c <= '9' || c == '-')) {
			return false
		}
	}
	return name != "" && len(name) <= most
}
