package reader

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"tereze/internal/fault"
)

// Read decodes a file: UTF-8, or Windows-1251 where the bytes are not UTF-8 and read as Cyrillic prose.
//
// It refuses import.too_large (over MaxSize), import.empty, import.binary (control characters) and
// import.encoding (neither encoding fits).
func Read(data []byte) (Text, error) {
	if len(data) > MaxSize {
		return Text{}, fault.New(fault.Invalid, "import.too_large").With("limit", strconv.Itoa(MaxSize>>20)+" MiB")
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if len(data) == 0 {
		return Text{}, fault.New(fault.Invalid, "import.empty")
	}
	if i := bytes.IndexFunc(data, control); i >= 0 {
		return Text{}, fault.New(fault.Invalid, "import.binary").With("line", strconv.Itoa(1+bytes.Count(data[:i], []byte("\n"))))
	}
	t := Text{Encoding: "utf-8", Content: string(data)}
	if !utf8.Valid(data) {
		decoded, err := charmap.Windows1251.NewDecoder().Bytes(data)
		if err != nil {
			return Text{}, fmt.Errorf("decode windows-1251: %w", err)
		}
		if !cyrillicProse(string(decoded)) {
			return Text{}, fault.New(fault.Invalid, "import.encoding")
		}
		t = Text{Encoding: "windows-1251", Content: string(decoded)}
	}
	t.Content = oneLineEnd(t.Content)
	if strings.TrimSpace(t.Content) == "" {
		return Text{}, fault.New(fault.Invalid, "import.empty")
	}
	t.Format = recognise(t.Content)
	return t, nil
}

// control reports characters that no text holds. Form feeds and vertical tabs come from page breaks
// and line breaks of word processors, so they pass.
func control(r rune) bool {
	switch r {
	case '\t', '\n', '\v', '\f', '\r', '\u0085':
		return false
	case utf8.RuneError:
		return false // a byte that is not UTF-8: the encoding decides
	}
	return unicode.IsControl(r)
}

// oneLineEnd makes every kind of line end '\n' and drops characters without width, which editors
// leave between a number and its clause.
func oneLineEnd(s string) string {
	return strings.NewReplacer(
		"\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n",
		"\u200b", "", "\u200c", "", "\u200d", "", "\u2060", "", "\ufeff", "", "\u00ad", "",
	).Replace(s)
}

// cyrillicProse reports whether text decoded from Windows-1251 reads as such. Any bytes at all can be
// decoded, so the words are looked at: KOI8-R comes out with its cases exchanged, Latin-1 with
// Cyrillic letters inside Latin words, broken UTF-8 with signs between the letters.
func cyrillicProse(s string) bool {
	var letters, upper, other, inverted, mixed int
	var before rune
	for _, r := range s {
		cyrillic := unicode.Is(unicode.Cyrillic, r)
		switch {
		case cyrillic:
			letters++
			if unicode.IsUpper(r) {
				upper++
				if unicode.IsLower(before) {
					inverted++
				}
			}
			if before < utf8.RuneSelf && unicode.IsLetter(before) {
				mixed++
			}
		case r >= utf8.RuneSelf && !strings.ContainsRune("«»–—„“”‘’…№•§°\u00a0\u00ad", r):
			other++
		}
		before = r
	}
	if inverted > 0 && upper*10 > letters*7 {
		return false
	}
	return letters > 0 && other*20 <= letters && inverted*10 <= letters && mixed*5 <= letters
}

// recognise tells HTML by its tags or entities and Markdown by headings, bold numbers and escaped dots.
func recognise(s string) Format {
	if hasTags(s) {
		return HTML
	}
	for line := range strings.Lines(s) {
		line = strings.TrimSpace(line)
		if _, ok := atx(line); ok || strings.HasPrefix(line, "**") || escapedNumber(line) {
			return Markdown
		}
		for _, bullet := range []string{"- **", "* **", "+ **"} {
			if strings.HasPrefix(line, bullet) {
				return Markdown
			}
		}
	}
	return Plain
}

// escapedNumber reports "1\." or "1\)", which Markdown writers use to keep a number from becoming a list.
func escapedNumber(line string) bool {
	i := strings.IndexByte(line, '\\')
	return i > 0 && i < 16 && strings.Trim(line[:i], "0123456789.\\*_-+ ") == "" && i+1 < len(line) && (line[i+1] == '.' || line[i+1] == ')')
}

// hasTags looks for a tag of a page or an entity; a lone "<" in prose is neither.
func hasTags(s string) bool {
	for _, entity := range []string{"&nbsp;", "&laquo;", "&raquo;", "&mdash;", "&ndash;", "&quot;", "&amp;", "&#160;"} {
		if strings.Contains(s, entity) {
			return true
		}
	}
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			return false
		}
		s = strings.TrimPrefix(s[i+1:], "/")
		end := 0
		for end < len(s) && end < 12 && ('a' <= s[end]|0x20 && s[end]|0x20 <= 'z' || '0' <= s[end] && s[end] <= '9') {
			end++
		}
		if end > 0 && end < len(s) && strings.IndexByte(" \t\n/>", s[end]) >= 0 && knownTag(strings.ToLower(s[:end])) {
			return true
		}
	}
}

func knownTag(name string) bool {
	switch name {
	case "html", "head", "body", "p", "div", "span", "br", "hr", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6",
		"b", "strong", "i", "em", "u", "a", "font", "center", "table", "tbody", "tr", "td", "th", "section", "article",
		"main", "blockquote", "pre", "sup", "sub", "dl", "dt", "dd", "script", "style":
		return true
	}
	return false
}
