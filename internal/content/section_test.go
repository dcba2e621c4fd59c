package content_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"tereze/internal/content"
)

const twoSections = `sections:
  - section: talk
    title: {ru: "Разговоры", en: "Talk"}
    about: {ru: "Обо всём", en: "On everything"}
  - section: adverts
    title: {ru: "Реклама", en: "Adverts"}
    about: {ru: "Только здесь", en: "Only here"}
    adverts: true
`

func load(text string) ([]content.Section, []string) {
	sections, problems := content.Load(fstest.MapFS{"town/content.yaml": {Data: []byte(text)}}, "town", []string{"ru", "en"})
	var said []string
	for _, p := range problems {
		said = append(said, fmt.Sprintf("%d: %s", p.Line, p.Reason))
	}
	slices.Sort(said)
	return sections, said
}

func TestSectionsAreReadWhole(t *testing.T) {
	t.Parallel()
	sections, problems := load(twoSections)
	if len(problems) > 0 || len(sections) != 2 {
		t.Fatalf("%d sections, %v", len(sections), problems)
	}
	if s := sections[0]; s.Name != "talk" || s.Title["en"] != "Talk" || s.About["ru"] != "Обо всём" || s.Adverts || !sections[1].Adverts {
		t.Errorf("read as %+v", sections)
	}
	if none, wrong := content.Load(fstest.MapFS{}, "town", []string{"ru"}); none != nil || wrong != nil {
		t.Errorf("a pack without sections: %v, %v", none, wrong)
	}
}

// TestMistakesInSections: each mistake is named with the line it stands on, and nothing is taken.
func TestMistakesInSections(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, from, to, want string }{
		{"a field nobody knows", "adverts: true", "advert: true", `8: a section has no field "advert"`},
		{"neither yes nor no", "adverts: true", "adverts: maybe", `8: adverts: want true or false, not "maybe"`},
		{"a text is missing", "    about: {ru: \"Обо всём\", en: \"On everything\"}\n", "", "2: about is missing"},
		{"a language is missing", `{ru: "Разговоры", en: "Talk"}`, `{ru: "Разговоры"}`, "3: title has no text in en"},
		{"a language too many", `en: "Talk"`, `en: "Talk", ky: "Сөз"`, `3: title: the portal does not speak "ky"`},
		{"a name with a capital", "section: talk", "section: Talk", `2: section "Talk": a name is small Latin letters, digits and hyphens`},
		{"a name twice", "section: adverts", "section: talk", `5: section "talk" stands twice: first at line 2`},
		{"no section", twoSections, "sections: []\n", "1: sections: want a list of 1 to 50 sections"},
		{"something else", "sections:", "places:", `2: a list of sections has no field "places"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			sections, problems := load(strings.Replace(twoSections, c.from, c.to, 1))
			if sections != nil || !slices.Contains(problems, c.want) {
				t.Errorf("%d sections; said %q, want %q", len(sections), problems, c.want)
			}
		})
	}
}
