package roll

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"tereze/internal/party"
)

// readText reads separated values. Each line is read by itself: a quotation mark that nobody closes
// costs the line it stands in, not the rest of the file.
func readText(data []byte, each func(party.Line) error) error {
	decode, data, err := encodingOf(data)
	if err != nil {
		return err
	}
	var places []int
	separator := byte(';')
	for number := 1; len(data) > 0; number++ {
		raw, rest, ended := bytes.Cut(data, []byte("\n"))
		data = rest
		raw = bytes.TrimSuffix(raw, []byte("\r"))
		if places == nil && len(bytes.TrimSpace(raw)) == 0 {
			continue
		}
		if places == nil {
			if len(raw) > mostLine {
				return refused("party.file_header")
			}
			separator = separatorOf(raw)
			cells, _ := split(decode(raw), separator)
			if places, err = head(cells); err != nil {
				return err
			}
			continue
		}
		l, blank := textLine(number, raw, decode, separator, places, ended)
		if blank {
			continue
		}
		if err := each(l); err != nil {
			return err
		}
	}
	if places == nil {
		return refused("party.file_header")
	}
	return nil
}

func textLine(number int, raw []byte, decode func([]byte) string, separator byte, places []int, ended bool) (l party.Line, blank bool) {
	if len(raw) > mostLine {
		return refuse(party.Line{Line: number}, "party.line_long"), false
	}
	text := decode(raw)
	if !utf8.ValidString(text) { // the file was cut in the middle of a letter
		return refuse(party.Line{Line: number}, "party.line_encoding"), false
	}
	cells, closed := split(text, separator)
	if empty(cells) {
		return party.Line{}, true
	}
	l = line(number, cells, places, func(s string) string { return s })
	if !closed && l.Outcome == "" {
		l = refuse(l, "party.line_quote")
	}
	if !ended && l.Reason == "party.line_cells" {
		l.Reason = "party.line_cut"
	}
	return l, false
}

// encodingOf tells how the bytes are letters: UTF-8, with or without its mark, or the code page of
// Windows. A file that was cut within its last letter is still UTF-8.
func encodingOf(data []byte) (decode func([]byte) string, rest []byte, err error) {
	utf := func(b []byte) string { return string(b) }
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return nil, nil, refused("party.file_encoding")
	case bytes.IndexByte(data, 0) >= 0:
		return nil, nil, refused("party.file_binary")
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return utf, data[3:], nil
	case utf8.Valid(data):
		return utf, data, nil
	}
	for cut := 1; cut < utf8.UTFMax && cut < len(data); cut++ {
		if head := data[:len(data)-cut]; utf8.Valid(head) && !isASCII(head) {
			return utf, data, nil
		}
	}
	return kazakh, data, nil
}

func isASCII(b []byte) bool {
	return bytes.IndexFunc(b, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

// kazakh decodes Windows-1251 as it is written in Kazakhstan (KZ-1048, standard ST RK 1048): the
// places of letters of other countries hold the Kazakh ones.
func kazakh(b []byte) string {
	var out strings.Builder
	for _, c := range b {
		switch c {
		case 0x8d:
			out.WriteRune('Қ')
		case 0x8e:
			out.WriteRune('Һ')
		case 0x9d:
			out.WriteRune('қ')
		case 0x9e:
			out.WriteRune('һ')
		case 0xa1:
			out.WriteRune('Ұ')
		case 0xa2:
			out.WriteRune('ұ')
		case 0xa3:
			out.WriteRune('Ә')
		case 0xa5:
			out.WriteRune('Ө')
		case 0xaa:
			out.WriteRune('Ғ')
		case 0xaf:
			out.WriteRune('Ү')
		case 0xb4:
			out.WriteRune('ө')
		case 0xba:
			out.WriteRune('ғ')
		case 0xbc:
			out.WriteRune('ә')
		case 0xbd:
			out.WriteRune('Ң')
		case 0xbe:
			out.WriteRune('ң')
		case 0xbf:
			out.WriteRune('ү')
		default:
			out.WriteRune(charmap.Windows1251.DecodeByte(c))
		}
	}
	return out.String()
}

// separatorOf is the sign that parts the headings.
func separatorOf(head []byte) byte {
	best, most := byte(';'), 0
	for _, c := range []byte(";,\t") {
		if n := bytes.Count(head, []byte{c}); n > most {
			best, most = c, n
		}
	}
	return best
}

// split parts a line into cells (RFC 4180, with any separator); closed is false where a quotation
// mark is left open.
func split(text string, separator byte) (cells []string, closed bool) {
	for {
		if !strings.HasPrefix(text, `"`) {
			cell, rest, more := strings.Cut(text, string(separator))
			cells = append(cells, cell)
			if !more {
				return cells, true
			}
			text = rest
			continue
		}
		cell, rest, ok := quoted(text[1:])
		cells = append(cells, cell)
		if !ok {
			return cells, false
		}
		_, text, ok = strings.Cut(rest, string(separator))
		if !ok {
			return cells, rest == ""
		}
	}
}

// quoted reads a cell up to its closing mark; two marks are one.
func quoted(text string) (cell, rest string, ok bool) {
	var b strings.Builder
	for {
		part, after, found := strings.Cut(text, `"`)
		b.WriteString(part)
		if !found {
			return b.String(), "", false
		}
		if !strings.HasPrefix(after, `"`) {
			return b.String(), after, true
		}
		b.WriteByte('"')
		text = after[1:]
	}
}
