// Package words holds the sentences people read, by key, in every language the portals speak.
//
// It owns the message files and how a sentence takes its arguments. It chooses no language and
// knows no page: a page asks for a key in the language of its reader. A key that has no sentence
// is shown as the key, and a test fails on it.
//
// A word that changes with a number is written in all its forms, {n|day|days}, {n|день|дня|дней}.
package words

import (
	"bufio"
	"bytes"
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

//go:embed *.txt
var files embed.FS

// Languages are the languages every sentence is written in.
func Languages() []string { return []string{"kk", "ky", "ru", "en"} }

// Book is all sentences.
type Book struct {
	sentences map[string]map[string]string // language → key → sentence
}

// Load reads the message files that are part of the program.
func Load() (*Book, error) {
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil, fmt.Errorf("message files: %w", err)
	}
	b := &Book{sentences: map[string]map[string]string{}}
	for _, language := range Languages() {
		b.sentences[language] = map[string]string{}
	}
	for _, e := range entries {
		data, err := files.ReadFile(e.Name())
		if err != nil {
			return nil, fmt.Errorf("message file: %w", err)
		}
		if err := b.read(e.Name(), data); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// read takes one file: a key at the margin, under it, indented, a language and its sentence.
func (b *Book) read(name string, data []byte) error {
	key, n := "", 0
	for sc := bufio.NewScanner(bytes.NewReader(data)); sc.Scan(); {
		n++
		line := sc.Text()
		switch {
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#"):
		case !strings.HasPrefix(line, " "):
			key = line
			if b.sentences["en"][key] != "" || strings.ContainsAny(key, " \t") {
				return fmt.Errorf("%s:%d: key %q is not one word, or stands twice", name, n, key)
			}
		default:
			language, sentence, ok := strings.Cut(strings.TrimSpace(line), " ")
			if !ok || key == "" || !slices.Contains(Languages(), language) || b.sentences[language][key] != "" {
				return fmt.Errorf("%s:%d: want a language and its sentence", name, n)
			}
			if wrong := wrongForms(language, sentence); wrong != "" {
				return fmt.Errorf("%s:%d: in %s the forms of a word differ otherwise: %s", name, n, language, wrong)
			}
			b.sentences[language][key] = sentence
		}
	}
	return nil
}

// forms are the forms a language's words take behind a whole number, in the order a sentence writes them.
// Kazakh and Kyrgyz words do not change there.
func forms(language string) []plural.Form {
	switch language {
	case "en":
		return []plural.Form{plural.One, plural.Other}
	case "ru":
		return []plural.Form{plural.One, plural.Few, plural.Many}
	}
	return nil
}

// wrongForms is the first place of a sentence that has too many or too few forms for its language.
func wrongForms(language, sentence string) string {
	for place := range strings.SplitSeq(sentence, "{") {
		inside, _, _ := strings.Cut(place, "}")
		if n := strings.Count(inside, "|"); n > 0 && n != len(forms(language)) {
			return inside
		}
	}
	return ""
}

// form chooses among the forms of a word by the number before it. What is no whole number takes the form of
// a part of something, which in Russian is that of two.
func form(in, number string, words []string) string {
	n, err := strconv.Atoi(strings.Join(strings.Fields(number), ""))
	which := plural.Other
	if err == nil {
		// The rules go by the last digits, and take no more than nine of them.
		which = plural.Cardinal.MatchPlural(language.MustParse(in), max(n, -n)%1_000_000, 0, 0, 0, 0)
	}
	if i := slices.Index(forms(in), which); i >= 0 && i < len(words) {
		return words[i]
	}
	return words[min(1, len(words)-1)]
}

// Say gives the sentence of a key in a language. Arguments come in pairs of name and value and stand as
// {name} in the sentence; {name|day|days} stands for the word that fits the number name, by the plural rules
// of Unicode's CLDR. An argument that is not given stays as it is written.
func (b *Book) Say(language, key string, args ...string) string {
	rest, ok := b.sentences[language][key]
	if !ok {
		return key
	}
	if len(args) == 0 { // most of a page, and nothing to write anew
		return rest
	}
	return fill(language, rest, func(name string) (string, bool) { return argument(args, name) }, func(place string) string { return "{" + place + "}" })
}

// Fill puts values into a sentence that is not in the book, as Say does; missing names the first that is not
// given, and the text must not be shown then.
func Fill(language, sentence string, args map[string]string) (filled, missing string) {
	filled = fill(language, sentence, func(name string) (string, bool) {
		value, ok := args[name]
		return value, ok
	}, func(place string) string {
		if name, _, _ := strings.Cut(place, "|"); missing == "" {
			missing = name
		}
		return ""
	})
	return filled, missing
}

// fill puts values where a sentence names them; absent says what stands where there is none.
func fill(language, rest string, value func(name string) (string, bool), absent func(place string) string) string {
	var out strings.Builder
	for {
		before, after, open := strings.Cut(rest, "{")
		out.WriteString(before)
		place, behind, shut := strings.Cut(after, "}")
		if !open || !shut {
			out.WriteString(rest[len(before):])
			return out.String()
		}
		name, words, counted := strings.Cut(place, "|")
		switch value, given := value(name); {
		case !given:
			out.WriteString(absent(place))
		case counted:
			out.WriteString(form(language, value, strings.Split(words, "|")))
		default:
			out.WriteString(value)
		}
		rest = behind
	}
}

func argument(args []string, name string) (value string, given bool) {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == name {
			return args[i+1], true
		}
	}
	return "", false
}

// Text gives the sentence of a key in a language as it is written, with its {names}.
func (b *Book) Text(language, key string) (text string, ok bool) {
	text, ok = b.sentences[language][key]
	return text, ok
}

// Has reports whether a key has a sentence in a language.
func (b *Book) Has(language, key string) bool {
	_, ok := b.sentences[language][key]
	return ok
}

// Keys lists all keys in order.
func (b *Book) Keys() []string {
	seen := map[string]bool{}
	for _, sentences := range b.sentences {
		for key := range sentences {
			seen[key] = true
		}
	}
	keys := make([]string, 0, len(seen))
	for key := range seen {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
