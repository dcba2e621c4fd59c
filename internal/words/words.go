// Package words holds the sentences people read, by key, in every language the portals speak.
//
// It owns the message files and how a sentence takes its arguments. It chooses no language and
// knows no page: a page asks for a key in the language of its reader. A key that has no sentence
// is shown as the key, and a test fails on it.
package words

import (
	"bufio"
	"bytes"
	"embed"
	"fmt"
	"slices"
	"strings"
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
			b.sentences[language][key] = sentence
		}
	}
	return nil
}

// Say gives the sentence of a key in a language. Arguments come in pairs of name and value and
// stand as {name} in the sentence.
func (b *Book) Say(language, key string, args ...string) string {
	s, ok := b.sentences[language][key]
	if !ok {
		return key
	}
	for i := 0; i+1 < len(args); i += 2 {
		s = strings.ReplaceAll(s, "{"+args[i]+"}", args[i+1])
	}
	return s
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
