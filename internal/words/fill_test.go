package words_test

import (
	"strings"
	"testing"

	"tereze/internal/words"
)

func TestFillNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	if got, missing := words.Fill("ru", "{a} and {b}", map[string]string{"a": "{b}", "b": "2"}); got != "{b} and 2" || missing != "" {
		t.Errorf("got %q, missing %q", got, missing)
	}
	if _, missing := words.Fill("ru", "{a} and {b}", map[string]string{"a": "1"}); missing != "b" {
		t.Errorf("missing %q, want b", missing)
	}
}

// FuzzFill: with all its values a sentence is whole, and a value is never taken for part of the sentence.
func FuzzFill(f *testing.F) {
	f.Add("{at}, {address}", "{code}")
	f.Add("{{a}}{", "}")
	f.Fuzz(func(t *testing.T, text, value string) {
		names := placed(text)
		args := map[string]string{}
		for _, name := range names {
			args[name] = value
		}
		filled, missing := words.Fill("ru", text, args)
		if missing != "" {
			t.Errorf("%q lacks %q although all of %q are given", text, missing, names)
		}
		if len(names) == 0 && filled != text || len(names) > 0 && !strings.Contains(text, "|") && !strings.Contains(filled, value) {
			t.Errorf("%q became %q", text, filled)
		}
		if len(names) > 0 {
			delete(args, names[0])
			if _, missing := words.Fill("ru", text, args); missing != names[0] {
				t.Errorf("%q without %q lacks %q", text, names[0], missing)
			}
		}
	})
}

// placed lists the names of a sentence's values in their order.
func placed(text string) (names []string) {
	for {
		_, after, open := strings.Cut(text, "{")
		place, behind, shut := strings.Cut(after, "}")
		if !open || !shut {
			return names
		}
		name, _, _ := strings.Cut(place, "|")
		names, text = append(names, name), behind
	}
}
