package claims

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"tereze/internal/fault"
)

// Lengths of what is written, in characters, and sizes of what comes with it, in bytes.
const (
	MaxSubject = 150
	MaxText    = 5000
	maxName    = 120
	MostFiles  = 5
	MostBytes  = 5 << 20
)

// tidy gives text its one form: composed letters, bare line ends, no space around it.
func tidy(s string) string {
	return strings.TrimSpace(norm.NFC.String(strings.ReplaceAll(s, "\r\n", "\n")))
}

// check refuses what no field may hold: bad UTF-8, control and invisible characters.
func check(field, s string, low, high int, lines bool) *fault.Fault {
	switch n := utf8.RuneCountInString(s); {
	case !utf8.ValidString(s):
		return fault.New(fault.Invalid, "form.encoding").At(field)
	case n < low:
		return fault.New(fault.Invalid, "form.empty").At(field)
	case n > high:
		return fault.New(fault.Invalid, "form.long").With("max", strconv.Itoa(high)).At(field)
	}
	for _, r := range s {
		if unprintable(r) && !(lines && r == '\n') {
			return fault.New(fault.Invalid, "form.characters").At(field)
		}
	}
	return nil
}

func unprintable(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == utf8.RuneError
}

// Printable makes of what a letter holds what a page may show: nobody is there to be asked to write it
// anew. Lines beyond one go where lines is false; what is too long is cut.
func Printable(s string, high int, lines bool) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' && lines:
			return r
		case unicode.IsSpace(r):
			return ' '
		case unprintable(r):
			return -1
		}
		return r
	}, tidy(strings.ToValidUTF8(s, "")))
	if runes := []rune(s); len(runes) > high {
		s = string(runes[:high-1]) + "…"
	}
	return strings.TrimSpace(s)
}

// TypeOf tells what a file is by its content alone; ok is false for what is not taken. What a sender
// calls it counts for nothing.
func TypeOf(content []byte) (kind string, ok bool) {
	for _, x := range []struct{ begins, kind string }{
		{"%PDF-", "application/pdf"}, {"\x89PNG\r\n\x1a\n", "image/png"}, {"\xff\xd8\xff", "image/jpeg"},
	} {
		if bytes.HasPrefix(content, []byte(x.begins)) {
			return x.kind, true
		}
	}
	if len(content) > 0 && utf8.Valid(content) && !bytes.ContainsFunc(content, func(r rune) bool {
		return unicode.IsControl(r) && !strings.ContainsRune("\t\r\n", r)
	}) {
		return "text/plain; charset=utf-8", true
	}
	return "", false
}

// checkFiles refuses files that are too many, too large, or of a kind that is not taken, and gives the rest
// their types and names.
func checkFiles(files []File) *fault.Fault {
	if len(files) > MostFiles {
		return fault.New(fault.Invalid, "claims.files_many").With("most", strconv.Itoa(MostFiles)).At("files")
	}
	for i := range files {
		f := &files[i]
		if len(f.Content) > MostBytes {
			return fault.New(fault.Invalid, "claims.file_large").With("megabytes", strconv.Itoa(MostBytes>>20)).At("files")
		}
		kind, ok := TypeOf(f.Content)
		if !ok {
			return fault.New(fault.Invalid, "claims.file_kind").At("files")
		}
		f.Type, f.Size, f.Name = kind, len(f.Content), Printable(f.Name, maxName, false)
	}
	return nil
}
