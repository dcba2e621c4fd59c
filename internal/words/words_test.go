package words_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"tereze/internal/words"
)

func load(t *testing.T) *words.Book {
	t.Helper()
	b, err := words.Load()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// argument is a place for a value, or for a word that changes with one; %{…} belongs to the browser and is
// none of ours.
var argument = regexp.MustCompile(`(^|[^%])\{([a-z_]+)(?:\|[^{}]+)?\}`)

func argumentsOf(sentence string) (names []string) {
	for _, m := range argument.FindAllStringSubmatch(sentence, -1) {
		names = append(names, m[2])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func TestEveryKeyIsSaidInEveryLanguageWithTheSameArguments(t *testing.T) {
	t.Parallel()
	b := load(t)
	for _, key := range b.Keys() {
		want := argumentsOf(b.Say("en", key))
		for _, language := range words.Languages() {
			if !b.Has(language, key) {
				t.Errorf("%s has no sentence in %s", key, language)
				continue
			}
			if got := argumentsOf(b.Say(language, key)); !slices.Equal(got, want) {
				t.Errorf("%s in %s takes %v, want %v as in en", key, language, got, want)
			}
			if rest := argument.ReplaceAllString(strings.ReplaceAll(b.Say(language, key), "%{count}", ""), "$1"); strings.ContainsAny(rest, "{}") {
				t.Errorf("%s in %s: a brace that is no argument", key, language)
			}
		}
	}
}

// end is the mark a sentence ends with, or nothing for a name.
func end(sentence string) string {
	last, _ := utf8.DecodeLastRuneInString(sentence)
	if strings.ContainsRune(".?!:…", last) {
		return string(last)
	}
	return ""
}

func TestASentenceEndsAlikeInEveryLanguage(t *testing.T) {
	t.Parallel()
	b := load(t)
	for _, key := range b.Keys() {
		for _, language := range words.Languages() {
			s := b.Say(language, key)
			if got, want := end(s), end(b.Say("en", key)); got != want {
				t.Errorf("%s in %s ends with %q, want %q as in en", key, language, got, want)
			}
			if s != strings.Join(strings.Fields(s), " ") {
				t.Errorf("%s in %s: stray spaces", key, language)
			}
		}
	}
}

// alphabets of the languages that are written in Cyrillic.
func alphabets() map[string]string {
	const russian = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
	return map[string]string{"ru": russian, "ky": russian + "ңөү", "kk": russian + "әғқңөұүһі"}
}

// lookalikes are Latin letters that cannot be told from Cyrillic ones by eye.
const lookalikes = "aceopxyhisABCEHIKMOPTXY"

var word = regexp.MustCompile(`\p{L}+`)

func TestEveryLanguageIsWrittenInItsOwnLetters(t *testing.T) {
	t.Parallel()
	b := load(t)
	for _, key := range b.Keys() {
		for language, alphabet := range alphabets() {
			sentence := argument.ReplaceAllString(strings.ReplaceAll(b.Say(language, key), "%{count}", ""), "$1")
			for _, w := range word.FindAllString(sentence, -1) {
				if why := misspelt(w, alphabet); why != "" {
					t.Errorf("%s in %s: %q %s", key, language, w, why)
				}
			}
		}
		if w := regexp.MustCompile(`\p{Cyrillic}+`).FindString(b.Say("en", key)); w != "" {
			t.Errorf("%s in en: %q is Cyrillic", key, w)
		}
	}
}

func misspelt(w, alphabet string) string {
	latin := strings.IndexFunc(w, func(r rune) bool { return unicode.Is(unicode.Latin, r) }) >= 0
	cyrillic := strings.IndexFunc(w, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }) >= 0
	switch {
	case latin && cyrillic:
		return "mixes Latin and Cyrillic letters"
	case latin && w != "api" && strings.Trim(w, lookalikes) == "":
		return "is written in Latin letters that look Cyrillic"
	case cyrillic && strings.Trim(strings.ToLower(w), alphabet) != "":
		return "has a letter of another language"
	}
	return ""
}

func TestTheLettersOfALanguageAreTold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		language, word string
		wrong          bool
	}{
		"a Latin i in a Kazakh word":        {"kk", "кiру", true},
		"the Kazakh letter":                 {"kk", "кіру", false},
		"a Kazakh letter in a Kyrgyz word":  {"ky", "кіруу", true},
		"a Kyrgyz word":                     {"ky", "кирүү", false},
		"all letters alike":                 {"ru", "CEHAT", true},
		"an abbreviation":                   {"kk", "UTF", false},
		"a Kazakh letter in a Russian word": {"ru", "қод", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := misspelt(c.word, alphabets()[c.language]) != ""; got != c.wrong {
				t.Errorf("%q: got %v, want %v", c.word, got, c.wrong)
			}
		})
	}
}

func TestAnArgumentStandsWhereItIsNamed(t *testing.T) {
	t.Parallel()
	b := load(t)
	for _, c := range []struct{ language, key, want string }{
		{"kk", "time.day", "2026 жылғы 22 қараша"},
		{"ky", "time.day", "2026-жылдын 22-ноябры"},
		{"ru", "time.day", "22 ноября 2026 года"},
		{"en", "time.day", "22 November 2026"},
	} {
		if got := b.Say(c.language, c.key, "day", "22", "month", b.Say(c.language, "time.month.11"), "year", "2026"); got != c.want {
			t.Errorf("%s: got %q, want %q", c.language, got, c.want)
		}
	}
	if got := b.Say("en", "no.such"); got != "no.such" {
		t.Errorf("a key without a sentence: got %q, want the key", got)
	}
}

// TestAWordFollowsItsNumber: each language has the forms its grammar asks for.
func TestAWordFollowsItsNumber(t *testing.T) {
	t.Parallel()
	b := load(t)
	for _, c := range []struct{ language, n, want string }{
		{"en", "1", "1 hour"}, {"en", "2", "2 hours"}, {"en", "21", "21 hours"}, {"en", "0", "0 hours"}, {"en", "1.5", "1.5 hours"}, {"en", "-1", "-1 hour"},
		{"ru", "1", "1 час"}, {"ru", "21", "21 час"}, {"ru", "11", "11 часов"}, {"ru", "111", "111 часов"}, {"ru", "3", "3 часа"}, {"ru", "13", "13 часов"},
		{"ru", "24", "24 часа"}, {"ru", "15", "15 часов"}, {"ru", "20", "20 часов"}, {"ru", "0", "0 часов"}, {"ru", "1,5", "1,5 часа"},
		{"ru", "1 000 001", "1 000 001 час"}, {"ru", "10000000011", "10000000011 часов"},
		{"kk", "1", "1 сағат"}, {"kk", "2", "2 сағат"}, {"ky", "1", "1 саат"}, {"ky", "5", "5 саат"},
	} {
		if got := b.Say(c.language, "front.period.h", "n", c.n); got != c.want {
			t.Errorf("%s: got %q, want %q", c.language, got, c.want)
		}
	}
	if got := b.Say("en", "front.period.h", "n", "{n|a|b} {x}"); got != "{n|a|b} {x} hours" {
		t.Errorf("a value is read as a sentence: %q", got)
	}
}

// bare is a number that stands before a word of its own without that word's forms.
func bare() map[string]*regexp.Regexp {
	return map[string]*regexp.Regexp{
		"en": regexp.MustCompile(`\{[a-z_]+\} (seconds?|minutes?|hours?|days?|months?|years?|characters?|digits?|lines?|files?|times)\b|\{[a-z_]+\} (h|min)\b`),
		"ru": regexp.MustCompile(`\{[a-z_]+\} (секунд|минут|мин\.|час|ч\.|ч( |$)|день|дн|месяц|мес\.|лет|символ|знак|цифр|строк|файл|раз)`),
	}
}

func TestANumberedWordHasItsForms(t *testing.T) {
	t.Parallel()
	b := load(t)
	for language, words := range bare() {
		for _, key := range b.Keys() {
			if found := words.FindString(b.Say(language, key)); found != "" {
				t.Errorf("%s in %s: %q is wrong behind some number; write the forms, {n|day|days}", key, language, found)
			}
		}
	}
}
