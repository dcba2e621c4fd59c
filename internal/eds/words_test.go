package eds_test

import (
	"strings"
	"testing"

	"tereze/internal/eds"
	"tereze/internal/eds/pki"
	"tereze/internal/words"
)

func TestEveryReasonTellsAPersonWhatToDo(t *testing.T) {
	t.Parallel()
	book, err := words.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, reason := range pki.Reasons() {
		key := (&eds.Result{Reason: reason}).Key()
		for _, language := range words.Languages() {
			if !book.Has(language, key) {
				t.Errorf("%s has no words in %s", key, language)
				continue
			}
			if s := book.Say(language, key); strings.Count(s, ". ")+strings.Count(s, ": ") == 0 {
				t.Errorf("%s in %s says what is the matter and not what to do: %q", key, language, s)
			}
		}
	}
	for _, key := range book.Keys() {
		reason, ok := strings.CutPrefix(key, "eds.reason.")
		if ok && pki.Reason(reason).Sentence() == "" {
			t.Errorf("%s is the word for no reason", key)
		}
	}
}
