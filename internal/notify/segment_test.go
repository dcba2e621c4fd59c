package notify

import (
	"strings"
	"testing"
	"unicode/utf16"
)

// TestSegment follows domain facts on SMS: 160 and 153 characters of the 7-bit alphabet, 70 and 67 units of
// UTF-16 for anything with a Cyrillic letter.
func TestSegment(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		text   string
		coding Coding
		units  int
		parts  []int // bytes of each
	}{
		{"no text is one empty part", "", GSM7, 0, []int{0}},
		{"a code in Latin letters fits one part", "KOD 482913", GSM7, 10, []int{10}},
		{"160 Latin letters are one part", strings.Repeat("a", 160), GSM7, 160, []int{160}},
		{"161 are two", strings.Repeat("a", 161), GSM7, 161, []int{153, 8}},
		{"306 are two, 307 three", strings.Repeat("a", 307), GSM7, 307, []int{153, 153, 1}},
		{"a brace takes two places", strings.Repeat("{", 80), GSM7, 160, []int{160}},
		{"a brace is not cut in two", strings.Repeat("a", 152) + "{" + strings.Repeat("a", 10), GSM7, 164, []int{152, 12}},
		{"70 Cyrillic letters are one part", strings.Repeat("ж", 70), UCS2, 70, []int{140}},
		{"71 are two", strings.Repeat("ж", 71), UCS2, 71, []int{134, 8}},
		{"a Kazakh text of 160 letters is three parts", strings.Repeat("қ", 160), UCS2, 160, []int{134, 134, 52}},
		{"one Kazakh letter among Latin ones makes it wide", strings.Repeat("a", 70) + "ң", UCS2, 71, []int{134, 8}},
		{"a sign outside the basic plane counts twice", strings.Repeat("😀", 35), UCS2, 70, []int{140}},
		{"and is not cut in two", strings.Repeat("ж", 66) + "😀" + strings.Repeat("ж", 5), UCS2, 73, []int{132, 14}},
		{"what is no text is a question mark", "a\xffb", GSM7, 3, []int{3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := Segment(c.text)
			if s.Coding != c.coding || s.Units != c.units || len(s.Parts) != len(c.parts) {
				t.Fatalf("got %s, %d units, %d parts; want %s, %d, %d", s.Coding, s.Units, len(s.Parts), c.coding, c.units, len(c.parts))
			}
			for i, part := range s.Parts {
				if len(part) != c.parts[i] {
					t.Errorf("part %d has %d bytes, want %d", i+1, len(part), c.parts[i])
				}
			}
		})
	}
}

func TestGSMAlphabet(t *testing.T) {
	t.Parallel()
	if n := len([]rune(gsmBasic)); n != 128 {
		t.Fatalf("the basic alphabet has %d characters, want 128", n)
	}
	for text, want := range map[string]string{"@A~": "\x00\x41\x1b\x3d", "à€": "\x7f\x1b\x65", "\x1b": ""} {
		if s := Segment(text); want != "" && string(s.Parts[0]) != want || want == "" && s.Coding != UCS2 {
			t.Errorf("%q: %s %x", text, s.Coding, s.Parts)
		}
	}
}

// FuzzSegment: no part is longer than a telephone takes, and together they are the text.
func FuzzSegment(f *testing.F) {
	f.Add("сәлем {дүние} 😀")
	f.Add(strings.Repeat("[€]", 70))
	f.Fuzz(func(t *testing.T, text string) {
		s := Segment(text)
		var joined []byte
		for _, p := range s.Parts {
			if len(p) > 160 || s.Coding == UCS2 && len(p) > 140 || len(s.Parts) > 1 && (len(p) > 153 || s.Coding == UCS2 && len(p) > 134) {
				t.Fatalf("a part of %d bytes among %d in %s", len(p), len(s.Parts), s.Coding)
			}
			joined = append(joined, p...)
		}
		if s.Coding != UCS2 {
			return
		}
		units := make([]uint16, len(joined)/2)
		for i := range units {
			units[i] = uint16(joined[2*i])<<8 | uint16(joined[2*i+1])
		}
		if got := string(utf16.Decode(units)); got != strings.ToValidUTF8(text, "?") {
			t.Fatalf("%q came out as %q", text, got)
		}
	})
}
