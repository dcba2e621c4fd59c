package notify_test

import (
	"slices"
	"strings"
	"testing"

	"tereze/internal/notify"
)

func TestFillNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	if got, missing := notify.Fill("{a} and {b}", map[string]string{"a": "{b}", "b": "2"}); got != "{b} and 2" || missing != "" {
		t.Errorf("got %q, missing %q", got, missing)
	}
	if _, missing := notify.Fill("{a} and {b}", map[string]string{"a": "1"}); missing != "b" {
		t.Errorf("missing %q, want b", missing)
	}
}

// FuzzFill: with all its values a sentence is whole, and a value is never taken for part of the sentence.
func FuzzFill(f *testing.F) {
	f.Add("{at}, {address}", "{code}")
	f.Add("{{a}}{", "}")
	f.Fuzz(func(t *testing.T, text, value string) {
		names := notify.Values(text)
		args := map[string]string{}
		for _, name := range names {
			args[name] = value
		}
		filled, missing := notify.Fill(text, args)
		if missing != "" {
			t.Errorf("%q lacks %q although all of %q are given", text, missing, names)
		}
		if len(names) == 0 && filled != text || len(names) > 0 && !strings.Contains(filled, value) {
			t.Errorf("%q became %q", text, filled)
		}
		if slices.Sort(names); len(names) > 0 {
			delete(args, names[0])
			if _, missing := notify.Fill(text, args); missing != names[0] {
				t.Errorf("%q without %q lacks %q", text, names[0], missing)
			}
		}
	})
}
