package reader

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tereze/internal/fault"
)

// FuzzSplit reads anything: it never panics, refuses only with faults, and hands back no more than it got.
func FuzzSplit(f *testing.F) {
	for _, l := range layouts() {
		b, err := os.ReadFile(filepath.Join("testdata", l.file))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	for _, s := range []string{
		"1.1.1.1.1.1.1.1.1.1.1.1", "1) 2) 3)", "# 1\n## 1.1\n## P\n## R10.1a", "- - - 1. a", "<ol><li><ol><li>a", "<li>a</ol></ul>b",
		"1. A\n1. b.\n2. B\n1. c.", "I. A\nII. B\n", "1-бөлім. А\n1. б.\n", "(1", "1.", ")", "§", "1. 1. 1. a\n1. 2. b", "\xcf\xf0\xe8\xe2\xe5\xf2, 1. \xec\xe8\xf0", "**1.1**", "# .11\n1# P\n## R1\n##  1",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		text, err := Read(data)
		var docs []Document
		if err == nil {
			docs, err = Split(text)
		}
		if err != nil {
			if _, ok := errors.AsType[*fault.Fault](err); !ok {
				t.Fatalf("an accident: %v", err)
			}
			return
		}
		size := 0
		for _, d := range docs {
			size += len(d.Title) + len(strings.Join(d.Preamble, "")) + len(strings.Join(d.Tail, ""))
			seen := map[string]bool{}
			for i, c := range d.Clauses {
				size += len(c.Heading) + len(c.Whole())
				if c.Number != "" && seen[c.Number] {
					t.Errorf("two clauses with the number %s", c.Number)
				}
				seen[c.Number] = true
				if c.Parent >= i || c.Level < 1 || c.Line < 1 {
					t.Errorf("clause %d: parent %d, level %d, line %d", i, c.Parent, c.Level, c.Line)
				}
			}
		}
		if size > 2*len(text.Content)+2*strings.Count(text.Content, "\n")+64 {
			t.Errorf("%d bytes out of %d", size, len(text.Content))
		}
		known := map[string][]KnownClause{"offer": {{Number: "P"}, {Number: "1.1a", Text: "x"}, {Number: "1.1b"}, {Number: "2"}, {Number: "3.1"}}, "rules": {{Number: "R1"}, {Number: "R2.1"}}}
		report, err := Match(docs, known, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range report.Documents {
			for _, n := range d.Matched {
				if slices.Contains(d.Missing, n) || slices.Contains(d.Extra, n) {
					t.Errorf("%s is matched and is not", n)
				}
			}
			Texts(docs[d.Source], known[d.Document])
		}
	})
}

// hostile are texts of the largest size that ask for the most work.
func hostile(size int) map[string]string {
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	return map[string]string{
		"one endless number":       fill("1."),
		"endless numbers in lines": fill("1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1\n"),
		"one line of words":        "1. A\n1.1. " + fill("слово "),
		"wrapped lines":            "1. A\n1.1. b\n" + fill(strings.Repeat("word ", 24)+"word\n"),
		"bullets":                  "1. A\n1.1. b:\n" + fill("- "+strings.Repeat("bullet ", 20)+";\n\n"),
		"paragraphs":               "1. A\n1.1. b.\n" + fill(strings.Repeat("paragraph ", 12)+".\n\n"),
		"titles":                   "1. A\n1.1. b.\n" + fill(strings.Repeat("Title ", 20)+"\n\n"),
		"items":                    "1. A\n1.1. b:\n" + fill("1) "+strings.Repeat("item ", 25)+"\n\n"),
		"stairs":                   stairs(size),
		"lists within lists":       fill("<ol><li>"),
		"open tags":                fill("<"),
		"open comments":            "<p>1.1. a</p>" + fill("<!--"),
		"brackets of links":        "# 1. A\n\n1.1. " + fill("]("),
		"empty lines":              "1. A\n\n1.1. b.\n" + fill("\n"),
		"documents":                fill("Title of a document of the archive of documents that are read\n\n1. Words of the document that are long enough to be text.\n\n1.1. Text.\n\n"),
		"line breaks of a page":    "<p>1.1. a" + fill("<br>text without an end "),
		"entities":                 "<p>1.1. a " + fill("&amp;"),
		"items of a page":          "<ol>" + fill("<li>an item of the list with words to fill it up to a length, again and again and again"),
	}
}

func stairs(size int) string {
	var out strings.Builder
	for i := 0; out.Len() < size-i-10; i++ {
		out.WriteString(strings.Repeat(" ", i%4000) + "1. a\n")
	}
	return out.String()
}

func TestTheLargestFilesTakeLittleTime(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 150 MB of text")
	}
	for name, s := range hostile(MaxSize - 1024) {
		start := time.Now()
		text, err := Read([]byte(s))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		docs, err := Split(text)
		if err == nil {
			_, err = Match(docs, map[string][]KnownClause{"a": {{Number: "1.1"}, {Number: "1.1a"}}, "b": {{Number: "R1"}}}, "")
		}
		if _, ok := errors.AsType[*fault.Fault](err); err != nil && !ok {
			t.Errorf("%s: %v", name, err)
		}
		// A machine ten times slower than the one this was written on still keeps the limit.
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s: %v", name, took)
		} else {
			t.Logf("%s: %v, %v", name, took.Round(time.Millisecond), err)
		}
	}
}

func BenchmarkSplit(b *testing.B) {
	for _, l := range layouts() {
		data, err := os.ReadFile(filepath.Join("testdata", l.file))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(l.file, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				text, err := Read(data)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := Split(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("one line of eight megabytes", func(b *testing.B) {
		data := []byte("1. A\n1.1. " + strings.Repeat("слово ", (MaxSize-64)/len("слово ")))
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			text, err := Read(data)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := Split(text); err != nil {
				b.Fatal(err)
			}
		}
	})
}
