package notify

import (
	"strings"
	"unicode/utf16"
)

// Coding is how the letters of a text message travel.
type Coding string

// The codings (3GPP TS 23.038).
const (
	GSM7 Coding = "gsm7" // Latin letters and digits, 7 bits each
	UCS2 Coding = "ucs2" // everything else, 16 bits a unit: every Cyrillic letter
)

// Most units of a message in one part, and of each part of several: a header of 6 bytes joins these.
const (
	gsmAlone, gsmPart = 160, 153
	ucsAlone, ucsPart = 70, 67
)

// Segments is a text cut into the parts that are sent and paid for.
type Segments struct {
	Coding Coding
	Units  int      // 7-bit characters or UTF-16 units in all
	Parts  [][]byte // one 7-bit character a byte, or UTF-16BE; without the header that joins them
}

// The basic alphabet in the order of its codes (3GPP TS 23.038, 6.2.1), and what stands after the escape at 0x1b.
const (
	gsmBasic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsmEscape = 0x1b
)

// escaped are the characters that take two places, with the code of the second.
func escaped(r rune) (byte, bool) {
	const chars, codes = "\f^{}\\[~]|€", "\x0a\x14\x28\x29\x2f\x3c\x3d\x3e\x40\x65"
	i := 0
	for _, c := range chars {
		if c == r {
			return codes[i], true
		}
		i++
	}
	return 0, false
}

// basic finds the code of a character in the basic alphabet.
func basic(r rune) (byte, bool) {
	i := byte(0)
	for _, c := range gsmBasic {
		if c == r && r != gsmEscape {
			return i, true
		}
		i++
	}
	return 0, false
}

// Segment cuts a text into parts: 160 or 153 characters of the 7-bit alphabet, else 70 or 67 UTF-16 units.
// A character of two places is never cut in two. No text is one empty part.
func Segment(text string) Segments {
	text = strings.ToValidUTF8(text, "?")
	var atoms [][]byte // what may not be cut
	for _, r := range text {
		if code, ok := basic(r); ok {
			atoms = append(atoms, []byte{code})
		} else if code, ok := escaped(r); ok {
			atoms = append(atoms, []byte{gsmEscape, code})
		} else {
			return cut(UCS2, wide(text), 2, ucsAlone, ucsPart)
		}
	}
	return cut(GSM7, atoms, 1, gsmAlone, gsmPart)
}

func wide(text string) (atoms [][]byte) {
	for _, r := range text {
		var atom []byte
		for _, u := range utf16.Encode([]rune{r}) {
			atom = append(atom, byte(u>>8), byte(u))
		}
		atoms = append(atoms, atom)
	}
	return atoms
}

// cut fills parts with atoms; a unit is so many bytes wide.
func cut(coding Coding, atoms [][]byte, width, alone, part int) Segments {
	s := Segments{Coding: coding}
	for _, a := range atoms {
		s.Units += len(a) / width
	}
	most := part
	if s.Units <= alone {
		most = alone
	}
	var now []byte
	for _, a := range atoms {
		if (len(now)+len(a))/width > most {
			s.Parts = append(s.Parts, now)
			now = nil
		}
		now = append(now, a...)
	}
	s.Parts = append(s.Parts, now)
	return s
}
