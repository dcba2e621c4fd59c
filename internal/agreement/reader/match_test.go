package reader

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"tereze/internal/fault"
)

func split1(t *testing.T, s string) []Document {
	t.Helper()
	text, err := Read([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	docs, err := Split(text)
	if err != nil {
		t.Fatal(err)
	}
	return docs
}

const small = `Terms

The terms bind the reading room and everybody who comes to read in it, on every day of the year.

1. Words

1.1. Words used:

- room;

- reader.

1.2. Reader reads. Reader is quiet. Reader leaves.

2. Acts

2.1. One:

1) come;

2) go.

2.2. Two.
`

func TestTextsChangesAndNotes(t *testing.T) {
	t.Parallel()
	list := []KnownClause{
		{"UI-1", "Menu."}, {"P", "Preamble."}, {"1.1a", "room;"}, {"1.1b", "visitor."}, {"1.2a", "Reader reads."}, {"1.2b", "Reader is  loud."},
		{"2.1.1", "come;\n"}, {"2.1.2", "go\u00a0."}, {"2.2", "Three."}, {"2.3", "Gone."},
	}
	docs := split1(t, small)
	report, err := Match(docs, map[string][]KnownClause{"agreement": list}, "")
	if err != nil {
		t.Fatal(err)
	}
	d := report.Documents[0]
	for _, test := range []struct {
		name      string
		got, want []string
	}{
		{"matched", d.Matched, []string{"1.1a", "1.1b", "1.2a", "1.2b", "2.1.1", "2.1.2", "2.2"}},
		{"missing", d.Missing, []string{"2.3"}},
		{"extra", d.Extra, []string{}},
		{"changed", d.Changed, []string{"1.1b", "1.2b", "2.1.2", "2.2"}},
	} {
		if !slices.Equal(test.got, test.want) {
			t.Errorf("%s: got %v, want %v", test.name, test.got, test.want)
		}
	}
	for _, note := range []string{"UI-1: ", "P: ", "1.2: the clause on line 13 covers 1.2a, 1.2b"} {
		if !slices.ContainsFunc(d.Notes, func(s string) bool { return strings.HasPrefix(s, note) }) {
			t.Errorf("no note %q in %q", note, d.Notes)
		}
	}
	got := Texts(docs[0], list)
	want := map[string]string{
		"P":    "The terms bind the reading room and everybody who comes to read in it, on every day of the year.",
		"1.1a": "room;", "1.1b": "reader.", "1.2a": "Reader reads. Reader is quiet. Reader leaves.", "2.1.1": "come;", "2.1.2": "go.", "2.2": "Two.",
	}
	if !maps.Equal(got, want) {
		t.Errorf("texts: got %q, want %q", got, want)
	}
	// What was applied is not changed when the same file comes again.
	for i := range list {
		if s, ok := got[list[i].Number]; ok {
			list[i].Text = s
		}
	}
	report, err = Match(docs, map[string][]KnownClause{"agreement": list}, "")
	if err != nil {
		t.Fatal(err)
	}
	if changed := report.Documents[0].Changed; len(changed) > 0 {
		t.Errorf("changed after it was applied: %v", changed)
	}
}

func TestMatchNamesWhatDiffers(t *testing.T) {
	t.Parallel()
	rows := func(numbers ...string) []KnownClause {
		var out []KnownClause
		for _, n := range numbers {
			out = append(out, KnownClause{Number: n})
		}
		return out
	}
	for _, test := range []struct {
		name           string
		text           string
		list           []KnownClause
		missing, extra []string
	}{
		{"all there", small, rows("1.1a", "1.1b", "1.2", "2.1.1", "2.1.2", "2.2"), []string{}, []string{}},
		{"a clause the list lacks", small, rows("1.1", "1.2", "2.1.1", "2.1.2"), []string{}, []string{"2.2"}},
		{"items the list lacks", small, rows("1.1", "1.2", "2.1", "2.2"), []string{}, []string{"2.1.1", "2.1.2"}},
		{"a bullet more than the list has letters", small, rows("1.1", "1.1a", "1.2", "2.1.1", "2.1.2", "2.2"), []string{}, []string{"1.1b"}},
		{"a bullet less than the list has letters", small, rows("1.1a", "1.1b", "1.1c", "1.2", "2.1.1", "2.1.2", "2.2"), []string{"1.1c"}, []string{}},
		{"letters the text has as items", small, rows("1.1", "1.2", "2.1a", "2.1b", "2.2"), []string{}, []string{}},
		{"items the text has as bullets", small, rows("1.1.1", "1.1.2", "1.1.3", "1.2", "2.1.1", "2.1.2", "2.2"), []string{"1.1.3"}, []string{}},
		{"a section the text lacks", small, rows("1.1", "1.2", "2.1.1", "2.1.2", "2.2", "3", "3.1"), []string{"3", "3.1"}, []string{}},
		{"a section that lost its clauses", small, rows("1.1", "1.2", "2.3"), []string{"2.3"}, []string{"2.1", "2.1.1", "2.1.2", "2.2"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			report, err := Match(split1(t, test.text), map[string][]KnownClause{"agreement": test.list}, "")
			if err != nil {
				t.Fatal(err)
			}
			d := report.Documents[0]
			if !slices.Equal(d.Missing, test.missing) || !slices.Equal(d.Extra, test.extra) {
				t.Errorf("missing %v, extra %v; want %v, %v", d.Missing, d.Extra, test.missing, test.extra)
			}
		})
	}
}

func TestOneDocumentOfTwo(t *testing.T) {
	t.Parallel()
	two := layouts()[1]
	docs := split1(t, two.read(t))
	for name, numbers := range two.known {
		report, err := Match(docs, two.list(), name)
		if err != nil {
			t.Fatal(err)
		}
		if len(report.Documents) != 1 || report.Documents[0].Document != name || !slices.Equal(report.Documents[0].Matched, numbers) {
			t.Errorf("%s: got %+v", name, report)
		}
		// The file may hold that document alone, or alone the other one's name be given.
		alone := docs[report.Documents[0].Source]
		report, err = Match([]Document{alone}, two.list(), "")
		if err != nil {
			t.Fatal(err)
		}
		if len(report.Documents) != 1 || report.Documents[0].Document != name {
			t.Errorf("%s alone: got %+v", name, report)
		}
	}
	_, err := Match(docs, two.list(), "annex")
	if f, ok := errors.AsType[*fault.Fault](err); !ok || f.Key != "import.unknown_document" || f.Args["document"] != "annex" {
		t.Errorf("an unknown document: got %v", err)
	}
}

func TestReportHasNoNulls(t *testing.T) {
	t.Parallel()
	report, err := Match(split1(t, "1. A\n\n1.1. B.\n"), map[string][]KnownClause{"agreement": {{Number: "1.1"}}}, "")
	if err != nil {
		t.Fatal(err)
	}
	report.Pack = "sample"
	got, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"pack":"sample","documents":[{"document":"agreement","matched":["1.1"],"missing":[],"extra":[],"changed":[],"notes":[]}]}`
	if string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
