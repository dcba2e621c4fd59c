package catalogue_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"tereze/internal/catalogue"
)

const oneService = `services:
  - service: passport
    title: {ru: "Паспорт", en: "Passport"}
    about: {ru: "О паспорте", en: "On passports"}
    who: {ru: "Гражданин", en: "A citizen"}
    papers: [{ru: "Заявление", en: "An application"}]
    term: {ru: "День", en: "A day"}
    fee: {ru: "Бесплатно", en: "Free"}
    where: {ru: "Здесь", en: "Here"}
    for: [individual]
`

func load(text string) ([]catalogue.Service, []string) {
	services, problems := catalogue.Load(fstest.MapFS{"town/catalogue.yaml": {Data: []byte(text)}}, "town", []string{"ru", "en"})
	var said []string
	for _, p := range problems {
		said = append(said, fmt.Sprintf("%d: %s", p.Line, p.Reason))
	}
	slices.Sort(said)
	return services, said
}

func TestCatalogueIsReadWhole(t *testing.T) {
	t.Parallel()
	services, problems := load(oneService)
	if len(problems) > 0 || len(services) != 1 {
		t.Fatalf("%d services, %v", len(services), problems)
	}
	s := services[0]
	if s.Name != "passport" || s.Title["en"] != "Passport" || s.Papers[0]["ru"] != "Заявление" || s.Fee["en"] != "Free" || !slices.Equal(s.For, []string{"individual"}) {
		t.Errorf("read as %+v", s)
	}
	if none, wrong := catalogue.Load(fstest.MapFS{}, "town", []string{"ru"}); none != nil || wrong != nil {
		t.Errorf("a pack without a catalogue: %v, %v", none, wrong)
	}
}

// TestCatalogueMistakes: each mistake is named with the line it stands on, and nothing is taken.
func TestCatalogueMistakes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, from, to, want string }{
		{"a field nobody knows", "    fee:", "    price:", `8: a service has no field "price"`},
		{"a text is missing", "    fee: {ru: \"Бесплатно\", en: \"Free\"}\n", "", "2: fee is missing"},
		{"a language is missing", `{ru: "Здесь", en: "Here"}`, `{ru: "Здесь"}`, "9: where has no text in en"},
		{"a language too many", `en: "Here"}`, `en: "Here", kk: "Мұнда"}`, `9: where: the portal does not speak "kk"`},
		{"an empty text", `en: "Here"`, `en: " "`, "9: where: no text in en"},
		{"a name with a capital", "service: passport", "service: Passport", `2: service "Passport": a name is small Latin letters, digits and hyphens`},
		{"a kind nobody knows", "[individual]", "[robot]", `10: for: "robot" is no kind of user; there are individual, sole_trader, legal_entity`},
		{"papers that are no list", `[{ru: "Заявление", en: "An application"}]`, "none", "2: papers: want a list, which may be empty"},
		{"a paper in one language", `, en: "An application"}`, "}", "6: paper 1 has no text in en"},
		{"no services", oneService, "services: []", "1: services: want a list of 1 to 1000 services"},
		{"the same twice", oneService, oneService + strings.TrimPrefix(oneService, "services:\n"), `11: service "passport" stands twice: first at line 2`},
	} {
		services, problems := load(strings.Replace(oneService, c.from, c.to, 1))
		if services != nil || !slices.Contains(problems, c.want) {
			t.Errorf("%s: %v, want %q", c.name, problems, c.want)
		}
	}
}

func FuzzCatalogue(f *testing.F) {
	f.Add(oneService)
	f.Add("services: [{}]")
	f.Add("services: &a [*a]")
	f.Fuzz(func(t *testing.T, text string) {
		services, problems := catalogue.Load(fstest.MapFS{"town/catalogue.yaml": {Data: []byte(text)}}, "town", []string{"ru", "en"})
		if len(services) > 0 && len(problems) > 0 {
			t.Error("services are given although something is wrong")
		}
		for _, s := range services {
			if s.Name == "" || s.Title["ru"] == "" || s.Title["en"] == "" {
				t.Errorf("taken without name or title: %+v", s)
			}
		}
	})
}
