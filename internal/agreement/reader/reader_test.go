package reader

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/encoding/charmap"

	"tereze/internal/fault"
)

// layout is a text of our own in the layout of one of the official texts, with the rows of its list.
type layout struct {
	file  string
	known map[string][]string // rows with a number
	notes map[string][]string // rows without one
}

func layouts() []layout {
	return []layout{
		{
			file:  "html.ru.txt",
			known: map[string][]string{"agreement": {"1.1", "1.2.1", "1.2.2", "1.2.3", "1.3", "2.1.1", "2.1.2", "2.2.1.1", "2.2.1.2", "2.2.2"}},
			notes: map[string][]string{"agreement": {"UI-1", "UI-2", "END"}},
		},
		{
			file: "two.ru.txt",
			known: map[string][]string{
				"offer": {"1.1", "1.2", "1.2.1", "1.2.2", "1.3", "2.1", "2.2"},
				"rules": {"R1", "R2", "R3", "R4.1", "R4.2", "R5.1a", "R5.1b", "R5.1c", "R5.2", "R6"},
			},
			notes: map[string][]string{"offer": {"P"}},
		},
		{
			file:  "bullets.kk.txt",
			known: map[string][]string{"agreement": {"1.1", "1.2", "1.3", "2.1", "2.1a", "2.1b", "2.1c", "2.2a", "2.2b", "3.1"}},
			notes: map[string][]string{"agreement": {"REF"}},
		},
		{
			file:  "plain.en.txt",
			known: map[string][]string{"agreement": {"1.1a", "1.1b", "1.1c", "1.2", "3.1", "3.2", "3.2.1", "3.2.2", "3.3", "4.1a", "4.1b", "5"}},
			notes: map[string][]string{"agreement": {"UI-1", "P", "2"}},
		},
		{
			file:  "nested.en.txt",
			known: map[string][]string{"agreement": {"1.1a", "1.1b", "2.1", "2.1a", "2.1b", "2.2", "2.3", "3.1", "3.2"}},
			notes: map[string][]string{"agreement": {"P1", "P2"}},
		},
	}
}

func (l layout) list() map[string][]KnownClause {
	out := map[string][]KnownClause{}
	for name, numbers := range l.known {
		var opening, closing []KnownClause
		for _, n := range l.notes[name] {
			switch n {
			case "END", "REF", "2":
				closing = append(closing, KnownClause{Number: n})
			default:
				opening = append(opening, KnownClause{Number: n})
			}
		}
		for _, n := range numbers {
			opening = append(opening, KnownClause{Number: n})
		}
		out[name] = append(opening, closing...)
	}
	return out
}

func (l layout) read(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", l.file))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// check reports what differs from the list of the layout.
func (l layout) check(t *testing.T, data []byte) Report {
	t.Helper()
	report := reportOf(t, data, l.list())
	if len(report.Documents) != len(l.known) {
		t.Fatalf("got %d documents, want %d", len(report.Documents), len(l.known))
	}
	for _, d := range report.Documents {
		if want := l.known[d.Document]; !slices.Equal(d.Matched, want) {
			t.Errorf("%s: matched %v, want %v", d.Document, d.Matched, want)
		}
		if len(d.Missing)+len(d.Extra) > 0 {
			t.Errorf("%s: missing %v, extra %v, want none", d.Document, d.Missing, d.Extra)
		}
		for _, n := range l.notes[d.Document] {
			if !slices.ContainsFunc(d.Notes, func(note string) bool { return strings.HasPrefix(note, n+":") }) {
				t.Errorf("%s: no note on %s in %q", d.Document, n, d.Notes)
			}
		}
	}
	return report
}

// variants are other ways to write the same text.
func variants() map[string]func(string) string {
	return map[string]func(string) string{
		"as it is":             func(s string) string { return s },
		"with Windows ends":    func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
		"with a mark in front": func(s string) string { return "\ufeff" + s },
		"without empty lines": func(s string) string {
			var out []string
			for line := range strings.Lines(s) {
				if strings.TrimSpace(line) != "" {
					out = append(out, line)
				}
			}
			return strings.Join(out, "")
		},
		"with an empty line after every line": func(s string) string { return strings.ReplaceAll(s, "\n", "\n\n") },
		"with no-break spaces after numbers":  func(s string) string { return afterNumbers(s, "\u00a0") },
		"with tabs after numbers":             func(s string) string { return afterNumbers(s, "\t") },
		"with many spaces after numbers":      func(s string) string { return afterNumbers(s, "      ") },
		"without spaces after numbers":        func(s string) string { return afterNumbers(s, "") },
		"with invisible characters":           func(s string) string { return afterNumbers(s, "\u200b \ufeff") },
		"wrapped at 72 columns":               func(s string) string { return wrap(s, 72) },
		"with a paragraph element for each line": func(s string) string {
			if strings.Contains(s, "<p>") || strings.Contains(s, "\n  1. ") {
				return s // has elements already, or says with indentation what elements would lose
			}
			return "<html><head><title>1. x</title></head><body>\n" + eachLine(s, func(line string) string { return "<p>" + line + "</p>" }) + "</body></html>"
		},
		"with line breaks of a page": func(s string) string {
			if strings.Contains(s, "<p>") || strings.Contains(s, "\n  1. ") {
				return s
			}
			return "<div>" + eachLine(s, func(line string) string { return line + "<br/>" }) + "</div>"
		},
		"with bold numbers of Markdown": func(s string) string {
			if strings.Contains(s, "<p>") {
				return s
			}
			return eachLine(s, func(line string) string {
				if n := numberEnd(line); n > 0 && strings.Count(line[:n], ".") > 1 {
					return "**" + line[:n] + "**" + line[n:]
				}
				return line
			})
		},
	}
}

func eachLine(s string, f func(string) string) string {
	var out strings.Builder
	for line := range strings.Lines(s) {
		text := strings.TrimRight(line, "\n")
		if strings.TrimSpace(text) != "" {
			text = f(text)
		}
		out.WriteString(text + "\n")
	}
	return out.String()
}

// numberEnd is where the number at the head of a line ends, 0 for none.
func numberEnd(line string) int {
	n := len(line) - len(strings.TrimLeft(line, "0123456789."))
	if n == 0 || n < len(line) && line[n] == ')' {
		return 0
	}
	if line[n-1] != '.' {
		return 0
	}
	return n
}

func afterNumbers(s, space string) string {
	return eachLine(s, func(line string) string {
		n := numberEnd(line)
		rest := strings.TrimLeftFunc(line[n:], unicode.IsSpace)
		if n == 0 || rest != "" && rest[0] <= '9' {
			return line // "3.2.1." and "2 of them" joined would be another number
		}
		return line[:n] + space + rest
	})
}

// wrap breaks lines at spaces, as a mail program would.
func wrap(s string, width int) string {
	return eachLine(s, func(line string) string {
		if strings.Contains(line, "<p>") {
			return line
		}
		indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
		var out strings.Builder
		n := 0
		for i, word := range strings.Fields(line) {
			length := len([]rune(word))
			switch {
			case i == 0:
				out.WriteString(indent + word)
				n = len(indent) + length
				continue
			case n+1+length > width:
				out.WriteString("\n" + indent + word)
				n = len(indent) + length
				continue
			}
			out.WriteString(" " + word)
			n += 1 + length
		}
		return out.String()
	})
}

func TestLayoutsHoweverWritten(t *testing.T) {
	t.Parallel()
	for _, l := range layouts() {
		s := l.read(t)
		for name, change := range variants() {
			t.Run(l.file+" "+name, func(t *testing.T) {
				t.Parallel()
				l.check(t, []byte(change(s)))
			})
		}
	}
}

func TestRussianTextsInWindows1251(t *testing.T) {
	t.Parallel()
	for _, l := range layouts() {
		if !strings.Contains(l.file, ".ru.") {
			continue
		}
		encoded, err := charmap.Windows1251.NewEncoder().String(l.read(t))
		if err != nil {
			t.Fatal(err)
		}
		text, err := Read([]byte(encoded))
		if err != nil {
			t.Fatalf("%s: %v", l.file, err)
		}
		if text.Encoding != "windows-1251" || !strings.Contains(text.Content, "Договор") {
			t.Errorf("%s: read as %s", l.file, text.Encoding)
		}
		l.check(t, []byte(encoded))
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	koi8, err := charmap.KOI8R.NewEncoder().String("1. Общие положения\n1.1. Договор действует со дня подписания сторонами.\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		data []byte
		key  string
		args map[string]string
	}{
		{"a file of fifty megabytes", bytes.Repeat([]byte("1.1. a\n"), 50<<20/7), "import.too_large", map[string]string{"limit": "8 MiB"}},
		{"a file with nothing in it", nil, "import.empty", nil},
		{"a file of white space", []byte("\ufeff \r\n\u00a0\n"), "import.empty", nil},
		{"a picture", []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), "import.binary", map[string]string{"line": "2"}},
		{"a text with a control character", []byte("1.1. One.\n1.2. T\x07wo.\n"), "import.binary", map[string]string{"line": "2"}},
		{"noise without control characters", []byte("1.1. \xff\xfe\xa4\xa5\xac\xad\xb5\xb6\xd0\x80\x81\x90\n"), "import.encoding", nil},
		{"Cyrillic of another code page", []byte(koi8), "import.encoding", nil},
		{"Latin text of another code page", []byte("1.1. Les donn\xe9es r\xe9serv\xe9es \xe0 l'\xe9tat.\n"), "import.encoding", nil},
		{"broken UTF-8", append([]byte("1.1. Договор действует со дня подписания.\n"), 0xd0), "import.encoding", nil},
		{"prose without numbers", []byte("This text numbers nothing.\n\nIt goes on.\n"), "import.no_clauses", nil},
		{"nothing but short lines", bytes.Repeat([]byte("a.\n\n"), maxBlocks+1), "import.too_many_lines", map[string]string{"limit": "100000"}},
		{"two clauses with one number", []byte("1. One\n\n1.1. A.\n\n1.2. B.\n\n1.2. C.\n"), "import.duplicate_clause",
			map[string]string{"number": "1.2", "first": "5", "second": "7"}},
		{"two items with one number", []byte("1. One\n\n1.1. A:\n\n1) b;\n\n2) c;\n\n2) d.\n"), "import.duplicate_clause",
			map[string]string{"number": "1.1.2", "first": "7", "second": "9"}},
		{"two clauses with one number in one line of a page", []byte("<h2>1 One</h2><p>1.1. A.</p><p>1.1. B.</p>"), "import.duplicate_clause",
			map[string]string{"number": "1.1", "first": "1:18", "second": "1:32"}},
		{"two clauses with one number by nesting", []byte(" 1. One\n  1. A.\n  2. B.\n  2. C.\n"), "import.duplicate_clause",
			map[string]string{"number": "1.2", "first": "3", "second": "4"}},
		{"two rules with one number", []byte("1. Words\n\n1. One is here.\n\n2. Two is here.\n\n2. Acts\n\n3. Three is here.\n\n3. Four is here, and is long enough not to be taken for a heading of anything at all.\n"),
			"import.duplicate_clause", map[string]string{"number": "3", "first": "9", "second": "11"}},
		{"two sections with one number", []byte("1. One\n\n1.1. A.\n\n2. Two\n\n2.1. B.\n\n2. Three\n\n2.2. C.\n"), "import.duplicate_clause",
			map[string]string{"number": "2", "first": "5", "second": "9"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text, err := Read(test.data)
			if err == nil {
				_, err = Split(text)
			}
			f, ok := errors.AsType[*fault.Fault](err)
			if !ok || f.Key != test.key {
				t.Fatalf("got %v, want %s", err, test.key)
			}
			for name, want := range test.args {
				if f.Args[name] != want {
					t.Errorf("%s: got %q, want %q", name, f.Args[name], want)
				}
			}
		})
	}
}

// numbers lists the clauses found, a document a line, bullets as their count.
func numbers(docs []Document) string {
	var out []string
	for _, d := range docs {
		var line []string
		for _, c := range d.Clauses {
			s := c.Number
			if s == "" {
				s = "-"
			}
			if n := len(c.Bullets()); n > 0 {
				s += fmt.Sprintf("+%d", n)
			}
			line = append(line, s)
		}
		out = append(out, strings.Join(line, " "))
	}
	return strings.Join(out, " | ")
}

func TestNumbering(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"Markdown headings", "# Terms\n\n## 1. Words\n\n### 1.1\n\nOne.\n\n### 1.2. Two\n\nText.\n\n## 2. Acts\n\n### 2.1\n\nThree.\n", "1 1.1 1.2 2 2.1"},
		{"Markdown list items", "# Terms\n\n**1. Words**\n\n- **1.1.** One.\n- 1.2. Two:\n  - a;\n  - b.\n\n**2. Acts**\n\n* 2\\.1\\. Three.\n", "1 1.1 1.2+2 2 2.1"},
		{"Markdown nested lists", "# Terms\n\n1. Words\n   1. One.\n   2. Two:\n      - a;\n      - b.\n2. Acts\n   1. Three.\n", "1 1.1 1.2+2 2 2.1"},
		{"ordered lists of a page", "<h1>Terms</h1><ol><li>Words<ol><li>One.</li><li>Two:<ul><li>a</li><li>b</li></ul></li></ol></li><li>Acts<ol><li>Three.</li></ol></li></ol>", "1 1.1 1.2+2 2 2.1"},
		{"an ordered list that starts late", "<ol start=\"4\"><li>Words<ol><li>One.</li></ol></li><li>Acts</li></ol>", "4 4.1 5"},
		{"a table of a page", "<table><tr><td>1.</td><td>Words</td></tr><tr><td>1.1.</td><td>One.</td></tr><tr><td>1.2.</td><td>Two.</td></tr></table>", "1 1.1 1.2"},
		{"nesting by tabs", "Terms\n1.\tWords\n\t1.\tOne.\n\t2.\tTwo:\n\t\t- a\n\t\t- b\n2.\tActs\n\t1.\tThree.\n", "1 1.1 1.2+2 2 2.1"},
		{"nesting that only the restart shows", "Terms\n\n1. Words\n\n1. One.\n\n2. Two.\n\n2. Acts\n\n1. Three.\n\n2. Four.\n", "1 1.1 1.2 2 2.1 2.2"},
		{"clauses through all chapters", "Terms\n\nГлава 1. Words\n\n1. One.\n\n2. Two.\n\nГлава 2. Acts\n\n3. Three:\n\n1) a;\n\n2) b.\n", "- 1 2 - 3 3.1 3.2"},
		{"Roman sections", "Terms\n\nI. Words\n\n1.1. One.\n\nII. Acts\n\n2.1. Two.\n\nIV. More\n\n4.1. Three.\n", "1 1.1 2 2.1 4 4.1"},
		{"sections without numbers", "Terms\n\nWords\n\n1. One.\n\n2. Two.\n\nActs\n\n3. Three.\n", "1 2 - 3"},
		{"articles", "Terms\n\nСтатья 1. Words\n\n1.1. One; Статья 5 stands below.\n\nСтатья 2. Acts\n\n2.1. Two.\n", "1 1.1 2 2.1"},
		{"numbers with spaces inside", "1. Words\n\n1. 1. One.\n\n1. 2. Two.\n\n2. Acts\n\n2. 1. Three.\n", "1 1.1 1.2 2 2.1"},
		{"numbers without a final dot", "1 Words\n\n1.1 One.\n\n1.1.1 Two.\n\n2 Acts\n\n2.1 Three.\n", "1 1.1 1.1.1 2 2.1"},
		{"numbers joined to the text", "1.Words\n1.1.One.\n1.2One.\n1.3.1.«One».\n2.Acts\n2.1.Three.\n", "1 1.1 1.2 1.3.1 2 2.1"},
		{"items with dots under a clause", "1. Words\n\n1.1. One:\n\n1. a;\n\n2. b;\n\n3. c.\n\n2. Acts\n\n2.1. Two.\n", "1 1.1 1.1.1 1.1.2 1.1.3 2 2.1"},
		{"items within items", "1. Words\n\n1.1. One:\n 1) a:\n   1) b;\n   2) c;\n 2) d.\n", "1 1.1 1.1.1 1.1.1.1 1.1.1.2 1.1.2"},
		{"lettered items", "1. Words\n\n1.1. One:\n\nа) b;\n\nб) c.\n", "1 1.1+2"},
		{"bullets within bullets", "1. Words\n\n1.1. One:\n - a:\n    - b;\n    - c;\n - d.\n", "1 1.1+2"},
		{"a mention of a clause at the head of a wrapped line", "1. Words of the agreement and its parties\n\n1.1. The user may do this and that as it is said in clause\n1.2. of the agreement, and may not do what is not said in\n2.1 and other clauses.\n1.2. The desk answers.\n", "1 1.1 1.2"},
		{"a mention of a clause at the head of a paragraph", "1. Words\n\n1.1. One.\n\n1.1-тармақ бойынша.\n\n2017-жылы берілген.\n\n1.5% is added.\n\n12.05.2024 is the day.\n", "1 1.1"},
		{"contents before the text", "Terms\n\n1. Words\n2. Acts\n\n1. Words\n\n1.1. One.\n\n2. Acts\n\n2.1. Two.\n", "1 1.1 2 2.1"},
		{"a second document after its title", "Terms\n\n1. Words\n\n1.1. One.\n\nRules\n\n1. Acts\n\n1.1. Two.\n", "1 1.1 | 1 1.1"},
		{"a number left out", "1. Words\n\n1.1. One.\n\n1.3. Three:\n\n1) a;\n\n3) c.\n\n4. Acts\n\n4.2. Two.\n", "1 1.1 1.3 1.3.1 1.3.3 4 4.2"},
		{"numbers aligned at their dots", "Terms\n\n  8. One.\n  9. Two.\n 10. Three.\n 11. Four.\n", "8 9 10 11"},
		{"a clause of a pack under its number alone", "# 1. Words\n\n## P\n\nOne.\n\n## 1.1a\n\nTwo.\n\n# 2. Acts\n\n## 2\n\nThree.\n\n## UI-1\n\nFour.\n", "1 P 1.1a 2 UI-1"},
		{"an amount at the head of a clause", "1. Words\n\n1.1. 8 800 080 0807 is the number.\n\n1.2. 2. is read as two.\n", "1 1.1 1.2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text, err := Read([]byte(test.text))
			if err != nil {
				t.Fatal(err)
			}
			docs, err := Split(text)
			if err != nil {
				t.Fatal(err)
			}
			if got := numbers(docs); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}
