package design

import (
	"math"
	"regexp"
	"strings"
	"testing"
)

func TestThemeRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, colour, accent string }{
		{"a brand colour white text cannot be read on", "#7a9cc6", "#ffcc00"},
		{"a brand colour just below the limit", "#777777", "#ffcc00"},
		{"a name instead of a colour", "navy", "#ffcc00"},
		{"a short form", "#036", "#ffcc00"},
		{"an accent that would end the rule", "#003366", "#fff;}*{x"},
		{"letters that are no digits", "#00336g", "#ffcc00"},
		{"a sign in front of the digits", "#+03366", "#ffcc00"},
		{"nothing", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if css, err := Theme(c.colour, c.accent); err == nil {
				t.Errorf("taken: %s", css)
			}
		})
	}
}

func TestThemeIsReadable(t *testing.T) {
	t.Parallel()
	for _, colour := range []string{"#767676", "#0f5c6e", "#1f5b93", "#8a1538", "#000000", "#3d2b8f", "#00693e", "#c2410c"} {
		css, err := Theme(colour, "#e3a72f")
		if err != nil {
			t.Errorf("%s: %v", colour, err)
			continue
		}
		get := func(name string) rgb {
			m := regexp.MustCompile(`--tz-` + name + `:(#[0-9a-f]{6});`).FindStringSubmatch(css)
			if m == nil {
				t.Fatalf("%s: no %s in %s", colour, name, css)
			}
			c, err := parseColour(m[1])
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		for _, pair := range []struct {
			name       string
			text, back rgb
			least      float64
		}{
			{"white on the strip", white, get("brand-deep"), 4.5},
			{"white on a pressed button", white, get("brand-hover"), 4.5},
			{"a link on white", get("link"), white, 4.5},
			{"a link on the tint", get("link"), get("brand-tint"), 4.5},
			{"a link on grey", get("link"), grey, 4.5},
			{"the lit pane on the brand colour", get("lit"), get("brand"), 3},
		} {
			if got := contrast(pair.text, pair.back); got < pair.least {
				t.Errorf("%s: %s has a contrast of %.2f, want %.1f", colour, pair.name, got, pair.least)
			}
		}
	}
}

func TestContrast(t *testing.T) {
	t.Parallel()
	// Values of the WCAG 2.2 formula computed by others.
	for _, c := range []struct {
		a, b rgb
		want float64
	}{{white, black, 21}, {0x767676, white, 4.54}, {0x777777, white, 4.48}, {0xff0000, white, 4.00}, {white, white, 1}} {
		if got := contrast(c.a, c.b); math.Abs(got-c.want) > 0.005 {
			t.Errorf("contrast of %s and %s is %.3f, want %.2f", c.a, c.b, got, c.want)
		}
	}
}

func FuzzTheme(f *testing.F) {
	f.Add("#0f5c6e", "#e3a72f")
	f.Add("#000000", "#000000")
	f.Add("#767676", "#767676")
	f.Fuzz(func(t *testing.T, colour, accent string) {
		css, err := Theme(colour, accent)
		if err == nil && (strings.Count(css, "{") != 1 || strings.ContainsAny(css, "<*/\\\"'")) {
			t.Errorf("%q and %q give %s", colour, accent, css)
		}
	})
}
