package design

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Contrast ratios of WCAG 2.2: 1.4.3 (text, AA) and 1.4.11 (shapes).
const (
	contrastText  = 4.5
	contrastShape = 3
)

// Colours of the style sheet that a theme has to live with: white, and the
// grey behind summaries and summary cards.
const (
	white rgb = 0xffffff
	grey  rgb = 0xf3f4f6
	ink   rgb = 0x121a26
	black rgb = 0
)

// Theme turns the two colours of a portal, "#rrggbb", into the custom
// properties the style sheet is drawn with, as one CSS rule for the body of the
// page. It refuses anything that is not such a colour, and a brand colour on
// which white text has a contrast below 4.5 to 1 (WCAG 2.2, 1.4.3).
//
// The accent is only ever a line or a pane of glass, so its contrast is not
// held against it; text is never set in it.
func Theme(colour, accent string) (css string, err error) {
	brand, err := parseColour(colour)
	if err != nil {
		return "", fmt.Errorf("brand colour: %w", err)
	}
	second, err := parseColour(accent)
	if err != nil {
		return "", fmt.Errorf("accent colour: %w", err)
	}
	if c := contrast(brand, white); c < contrastText {
		return "", fmt.Errorf("brand colour %s: white text has a contrast of %.2f to 1, at least 4.5 is needed", colour, c)
	}
	tint := brand.mix(white, 0.93)
	link := brand
	for contrast(link, tint) < contrastText+0.5 || contrast(link, grey) < contrastText+0.5 {
		link = link.mix(black, 0.08)
	}
	// The pane that stands out in the header has to do so on the brand colour.
	lit := second
	for contrast(lit, brand) < contrastShape {
		lit = lit.mix(white, 0.15)
	}
	var b strings.Builder
	b.WriteString("body{")
	for _, p := range []struct {
		name  string
		value rgb
	}{
		{"brand", brand},
		{"brand-deep", brand.mix(black, 0.28)},
		{"brand-hover", brand.mix(black, 0.16)},
		{"brand-tint", tint},
		{"brand-line", brand.mix(white, 0.72)},
		{"link", link},
		{"link-hover", link.mix(ink, 0.6)},
		{"accent", second},
		{"lit", lit},
	} {
		fmt.Fprintf(&b, "--tz-%s:%s;", p.name, p.value)
	}
	b.WriteString("}\n")
	return b.String(), nil
}

// rgb is 0xrrggbb.
type rgb uint32

func (c rgb) String() string { return fmt.Sprintf("#%06x", uint32(c)) }

func (c rgb) parts() (r, g, b float64) {
	return float64(c >> 16 & 0xff), float64(c >> 8 & 0xff), float64(c & 0xff)
}

func parseColour(s string) (rgb, error) {
	if len(s) != 7 || s[0] != '#' {
		return black, fmt.Errorf("%q is not of the form #rrggbb", s)
	}
	n, err := strconv.ParseUint(s[1:], 16, 32)
	if err != nil {
		return black, fmt.Errorf("%q is not of the form #rrggbb", s)
	}
	return rgb(n), nil
}

// mix goes from c towards other by share, 0 to 1.
func (c rgb) mix(other rgb, share float64) rgb {
	m := func(a, b float64) rgb { return rgb(math.Round(a + (b-a)*share)) }
	r, g, b := c.parts()
	or, og, ob := other.parts()
	return m(r, or)<<16 | m(g, og)<<8 | m(b, ob)
}

// luminance is the relative luminance of WCAG 2.2.
func (c rgb) luminance() float64 {
	lin := func(v float64) float64 {
		s := v / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	r, g, b := c.parts()
	return 0.2126*lin(r) + 0.7152*lin(g) + 0.0722*lin(b)
}

func contrast(a, b rgb) float64 {
	la, lb := a.luminance(), b.luminance()
	if la < lb {
		la, lb = lb, la
	}
	return (la + 0.05) / (lb + 0.05)
}
