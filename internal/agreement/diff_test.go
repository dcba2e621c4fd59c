package agreement_test

import (
	"strings"
	"testing"

	"tereze/internal/agreement"
	"tereze/internal/clause"
)

// marked writes spans as [-removed-] and {+added+}.
func marked(spans []agreement.Span) string {
	var out []string
	for _, s := range spans {
		switch s.Change {
		case agreement.Added:
			out = append(out, "{+"+s.Text+"+}")
		case agreement.Removed:
			out = append(out, "[-"+s.Text+"-]")
		default:
			out = append(out, s.Text)
		}
	}
	return strings.Join(out, " ")
}

func TestCompareWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, before, after, want string }{
		{"the same text has one span", "Шарт үш күннен кейін күшіне енеді.", "Шарт үш күннен кейін күшіне енеді.", "Шарт үш күннен кейін күшіне енеді."},
		{"one word is replaced", "Шарт үш күннен кейін күшіне енеді.", "Шарт бес күннен кейін күшіне енеді.", "Шарт [-үш-] {+бес+} күннен кейін күшіне енеді."},
		{"a word is added at the end", "in force", "in force now", "in force {+now+}"},
		{"a word is removed at the start", "not in force", "in force", "[-not-] in force"},
		{"white space is no change", "in  force\n\nnow", "in force now", "in force now"},
		{"a text appears", "", "new text", "{+new text+}"},
		{"a text goes", "old text", "", "[-old text-]"},
		{"two changes stay two", "a b c d e", "a x c y e", "a [-b-] {+x+} c [-d-] {+y+} e"},
	} {
		if got := marked(agreement.CompareWords(c.before, c.after)); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

// FuzzCompareWords: both texts can be read back out of the spans, whatever they are.
func FuzzCompareWords(f *testing.F) {
	f.Add("үш күннен кейін", "бес күннен соң")
	f.Add("", "a")
	f.Add("a a a b", "b a a a")
	f.Fuzz(func(t *testing.T, before, after string) {
		var gotBefore, gotAfter []string
		for _, s := range agreement.CompareWords(before, after) {
			if s.Change != agreement.Added {
				gotBefore = append(gotBefore, s.Text)
			}
			if s.Change != agreement.Removed {
				gotAfter = append(gotAfter, s.Text)
			}
		}
		if got, want := strings.Join(gotBefore, " "), strings.Join(strings.Fields(before), " "); got != want {
			t.Errorf("before: got %q, want %q", got, want)
		}
		if got, want := strings.Join(gotAfter, " "), strings.Join(strings.Fields(after), " "); got != want {
			t.Errorf("after: got %q, want %q", got, want)
		}
	})
}

func TestCompare(t *testing.T) {
	t.Parallel()
	text := func(s string) agreement.Words { return agreement.Words{"en": s} }
	notice := func(days string) []agreement.Rule {
		return []agreement.Rule{{Name: "agreement.amendment", With: []agreement.Parameter{{Name: "in_force_after", Value: days}, {Name: "approval", Value: "owner"}}}}
	}
	before := agreement.Content{Clauses: []agreement.Clause{
		{Number: "1", Kind: clause.Declaratory, Text: text("Stays.")},
		{Number: "2", Kind: clause.Mechanism, Text: text("In three days."), Rules: notice("3d")},
		{Number: "3", Kind: clause.Declaratory, Text: text("Goes.")},
		{Number: "4", Kind: clause.Mechanism, Text: text("Same words."), Rules: notice("3d")},
	}}
	after := agreement.Content{Clauses: []agreement.Clause{
		{Number: "1", Kind: clause.Declaratory, Text: text("Stays.")},
		{Number: "2", Kind: clause.Mechanism, Text: text("In five days."), Rules: notice("5d")},
		{Number: "4", Kind: clause.Mechanism, Text: text("Same words."), Rules: notice("10d")},
		{Number: "5", Kind: clause.Declaratory, Text: text("Comes.")},
	}}
	changes := agreement.Compare(before, after, []string{"en"})
	var got []string
	for _, c := range changes {
		line := c.Number + " " + string(c.Change)
		for _, p := range c.Parameters {
			line += " " + p.Parameter + ":" + p.Before + ">" + p.After
		}
		got = append(got, line)
	}
	want := "2 changed in_force_after:3d>5d|3 removed|4 changed in_force_after:3d>10d|5 added"
	if strings.Join(got, "|") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "|"), want)
	}
}
