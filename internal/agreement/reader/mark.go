package reader

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

type markKind uint8

const (
	unmarked markKind = iota
	decimal           // 1. 1.2 1.2.3.
	item              // 1) (1)
	bullet            // • - – a)
	division          // 1-бөлім. Раздел 1. IV.
	label             // UI-1, R10.1a as the heading of a clause: how the packs write it
)

// mark is what stands at the head of a paragraph.
type mark struct {
	kind   markKind
	path   []int
	joined []int  // "1. 2. ..." read as 1.2, should the place ask for it
	after  string // what follows the joined number
	bare   bool   // a single number with neither dot nor bracket: "1 General"
	roman  bool
	dash   bool // a bullet that might be a dash of the sentence
	label  string
}

func (m mark) number() int { return m.path[len(m.path)-1] }

func (m mark) numbered() bool { return m.kind != unmarked && m.kind != bullet }

// outer reports a number that stands on its own: a clause or a section, not an item or bullet of one.
func (m mark) outer() bool { return m.kind == decimal || m.kind == division || m.kind == label }

// parseMark takes the mark off the head of a paragraph; what follows is handed back trimmed.
func parseMark(s string) (mark, string) {
	if m, rest, ok := parseNumber(s); ok {
		return m, rest
	}
	if m, rest, ok := parseDivision(s); ok {
		return m, rest
	}
	if m, rest, ok := parseBullet(s); ok {
		// A list item that opens with a number is that number: "- 1.1. ...", <li>1) ...
		if n, after, ok := parseNumber(rest); ok && !n.bare {
			return n, after
		}
		return m, rest
	}
	return mark{}, s
}

// parseNumber reads a number of any depth and how it ends. It leaves ordinals ("4.7-тармақ", "2017-жыл"),
// percentages, dates and amounts alone.
func parseNumber(s string) (mark, string, bool) {
	bracket := strings.HasPrefix(s, "(")
	path, rest := components(strings.TrimPrefix(s, "("))
	if path == nil {
		return mark{}, "", false
	}
	switch {
	case strings.HasPrefix(rest, ")"):
		rest = rest[1:]
		if strings.HasPrefix(rest, ",") || strings.HasPrefix(rest, ";") {
			return mark{}, "", false // "1), 2) of clause 3" mentions items
		}
		if len(path) == 1 {
			return mark{kind: item, path: path}, strings.TrimSpace(rest), true
		}
	case bracket:
		return mark{}, "", false
	case strings.HasPrefix(rest, "."):
		rest = strings.TrimPrefix(rest[1:], ")")
		m := mark{kind: decimal, path: path}
		if more, after := components(strings.TrimLeftFunc(rest, unicode.IsSpace)); more != nil && len(path)+len(more) <= maxDepth && strings.HasPrefix(after, ".") {
			m.joined, m.after = append(append([]int{}, path...), more...), strings.TrimSpace(after[1:])
		}
		if r, _ := utf8.DecodeRuneInString(rest); unicode.IsDigit(r) || r == '.' || r == '%' {
			return mark{}, "", false
		}
		return m, strings.TrimSpace(rest), true
	default:
		r, _ := utf8.DecodeRuneInString(rest)
		open := rest == "" || unicode.IsSpace(r)
		if !open && (len(path) == 1 || !unicode.IsUpper(r) && !strings.ContainsRune("«\"“„(:", r)) {
			return mark{}, "", false
		}
		rest = strings.TrimPrefix(rest, ":")
		if r, _ := utf8.DecodeRuneInString(strings.TrimSpace(rest)); r == '%' {
			return mark{}, "", false
		}
	}
	return mark{kind: decimal, path: path, bare: len(path) == 1}, strings.TrimSpace(rest), true
}

// components reads "1.17.2": up to maxDepth numbers without leading zeros, so that a date is not one.
func components(s string) ([]int, string) {
	var path []int
	for {
		n, end := 0, 0
		for end < len(s) && '0' <= s[end] && s[end] <= '9' {
			if end > 2 {
				return nil, s
			}
			n = n*10 + int(s[end]-'0')
			end++
		}
		if end == 0 || s[0] == '0' || n > maxNumber || len(path) == maxDepth {
			return nil, s
		}
		path = append(path, n)
		s = s[end:]
		if len(s) < 2 || s[0] != '.' || s[1] < '0' || s[1] > '9' {
			return path, s
		}
		s = s[1:]
	}
}

// parseDivision reads the names of sections: "1-бөлім.", "Раздел 2.", "§ 3", "IV.".
func parseDivision(s string) (mark, string, bool) {
	if path, rest := components(s); len(path) == 1 && strings.HasPrefix(rest, "-") {
		word, rest := firstWord(rest[1:])
		if divisionWord(word) && divisionEnds(rest) {
			return mark{kind: division, path: path}, strings.TrimSpace(strings.TrimLeft(rest, ".:")), true
		}
		return mark{}, "", false
	}
	word, rest := firstWord(s)
	if strings.HasPrefix(s, "§") {
		word, rest = "§", s[len("§"):]
	}
	if word == "" {
		return mark{}, "", false
	}
	if divisionWord(word) {
		rest = strings.TrimSpace(rest)
		path, after := components(rest)
		if path == nil {
			numeral, tail := firstWord(rest)
			if n := romanNumber(numeral); n > 0 {
				path, after = []int{n}, tail
			}
		}
		if path == nil || !divisionEnds(after) {
			return mark{}, "", false
		}
		kind := division
		if len(path) > 1 {
			kind = decimal
		}
		return mark{kind: kind, path: path}, strings.TrimSpace(strings.TrimLeft(after, ".:")), true
	}
	if n := romanNumber(word); n > 0 && len(rest) > 1 && (rest[0] == '.' || rest[0] == ')') {
		return mark{kind: division, path: []int{n}, roman: true}, strings.TrimSpace(rest[1:]), true
	}
	return mark{}, "", false
}

func firstWord(s string) (string, string) {
	for i, r := range s {
		if !unicode.IsLetter(r) {
			return s[:i], s[i:]
		}
		if i > 24 {
			return "", s
		}
	}
	return s, ""
}

// divisionEnds tells the name of a section from a sentence that mentions one: "Раздел 5 настоящего ...".
func divisionEnds(rest string) bool {
	if rest == "" || rest[0] == '.' || rest[0] == ':' {
		return true
	}
	r, _ := utf8.DecodeRuneInString(strings.TrimSpace(rest))
	return unicode.IsSpace(rune(rest[0])) && (unicode.IsUpper(r) || strings.ContainsRune("«\"“–—-", r))
}

func divisionWord(word string) bool {
	switch strings.ToLower(word) {
	case "бөлім", "тарау", "бап", "тармақ", "бөлүм", "бөлүк", "берене", "пункт", "раздел", "глава", "статья", "часть",
		"section", "chapter", "article", "part", "clause", "§":
		return true
	}
	return false
}

// romanNumber reads capitals I, V, X up to 39; more sections no agreement has.
func romanNumber(s string) int {
	if s == "" || len(s) > 6 {
		return 0
	}
	tens := len(s) - len(strings.TrimLeft(s, "X"))
	ones := strings.Index(" I II III IV V VI VII VIII IX ", " "+s[tens:]+" ")
	if tens > 3 || tens < len(s) && ones < 0 {
		return 0
	}
	if tens == len(s) {
		return tens * 10
	}
	return tens*10 + strings.Count(" I II III IV V VI VII VIII IX "[:ones+1], " ")
}

// parseBullet reads dots, dashes and lettered items; letters number nothing the list of clauses does not.
func parseBullet(s string) (mark, string, bool) {
	r, size := utf8.DecodeRuneInString(s)
	rest := s[size:]
	next, width := utf8.DecodeRuneInString(rest)
	switch {
	case strings.ContainsRune("•·▪◦‣●○■□✓\uf0b7", r):
		return mark{kind: bullet}, strings.TrimSpace(rest), rest != ""
	case strings.ContainsRune("-–—−*+", r):
		ok := unicode.IsSpace(next) || unicode.IsLetter(next) && r != '*' && r != '+'
		return mark{kind: bullet, dash: r != '*' && r != '+'}, strings.TrimSpace(rest), ok
	case unicode.IsLower(r) && next == ')':
		return mark{kind: bullet}, strings.TrimSpace(rest[width:]), true
	case r == '(' && unicode.IsLower(next) && strings.HasPrefix(rest[width:], ")"):
		return mark{kind: bullet}, strings.TrimSpace(rest[width+1:]), true
	}
	return mark{}, "", false
}

// parseLabel reads a heading that is nothing but a clause number of a pack: UI-1, P, R10.1a, 4.17a.
func parseLabel(s string) (mark, bool) {
	rest := strings.TrimLeft(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	letters := len(s) - len(rest)
	if letters > 4 || s == "" {
		return mark{}, false
	}
	rest = strings.TrimPrefix(rest, "-")
	path, after := components(rest)
	suffix := len(after) == 1 && 'a' <= after[0] && after[0] <= 'z'
	switch {
	case rest == "" && letters == len(s):
	case path != nil && after == "" && letters > 0:
	case path != nil && suffix:
	default:
		return mark{}, false
	}
	return mark{kind: label, label: s, path: path}, true
}
