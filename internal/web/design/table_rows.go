package design

import (
	"context"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// rows writes the body of a table by appending: a register is the hottest part
// of any page, and this costs a quarter of what the generated code would.
func (t Table) rows() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		b := make([]byte, 0, 4096)
		open := t.openings()
		for _, r := range t.Rows {
			if r.Strong {
				b = append(b, `<tr role="row" class="govuk-table__row tz-table__total">`...)
			} else {
				b = append(b, `<tr role="row" class="govuk-table__row">`...)
			}
			for i, c := range r.Cells {
				if i == len(open) {
					open = append(open, `<td role="cell" class="govuk-table__cell">`)
				}
				b = append(b, open[i]...)
				if c.Body != nil {
					if _, err := w.Write(append(b, "<div>"...)); err != nil {
						return err
					}
					if err := c.Body.Render(ctx, w); err != nil {
						return err
					}
					b = append(b[:0], "</div>"...)
				} else {
					b = c.append(b)
				}
				b = closeCell(b, t.Header && i == 0)
			}
			b = append(b, "</tr>"...)
			if len(b) >= 3072 {
				if _, err := w.Write(b); err != nil {
					return err
				}
				b = b[:0]
			}
		}
		_, err := w.Write(b)
		return err
	})
}

// openings are the tags that open the cells of a row. Each names its column, for a screen too narrow for columns; the
// roles keep it a table there.
func (t Table) openings() (out []string) {
	for i, c := range t.Columns {
		element, class := `<td role="cell"`, "govuk-table__cell"
		if t.Header && i == 0 {
			element, class = `<th scope="row" role="rowheader"`, "govuk-table__header"
		}
		if c.Numeric {
			class += " " + class + "--numeric"
		}
		label := ""
		if c.Text != "" && (!t.Header || i > 0 || c.Numeric) { // a name speaks for itself, a figure does not
			label = ` data-label="` + string(appendEscaped(nil, c.Text)) + `"`
		}
		out = append(out, element+` class="`+class+`"`+label+">")
	}
	return out
}

func closeCell(b []byte, header bool) []byte {
	if header {
		return append(b, "</th>"...)
	}
	return append(b, "</td>"...)
}

func (c Cell) append(b []byte) []byte {
	switch {
	case c.URL != "":
		b = append(b, `<a class="govuk-link" href="`...)
		b = appendEscaped(b, string(templ.URL(c.URL)))
		b = append(b, `">`...)
		b = appendEscaped(b, c.Text)
		return append(b, "</a>"...)
	case c.Tag != nil:
		b = append(b, `<strong class="`...)
		b = append(b, c.Tag.Colour.class()...)
		b = append(b, `">`...)
		b = appendEscaped(b, c.Tag.Text)
		return append(b, "</strong>"...)
	}
	return appendEscaped(b, c.Text)
}

// appendEscaped escapes for element text and for double-quoted attributes.
func appendEscaped(b []byte, s string) []byte {
	for {
		i := strings.IndexAny(s, `&<>"'`)
		if i < 0 {
			return append(b, s...)
		}
		b = append(b, s[:i]...)
		switch s[i] {
		case '&':
			b = append(b, "&amp;"...)
		case '<':
			b = append(b, "&lt;"...)
		case '>':
			b = append(b, "&gt;"...)
		case '"':
			b = append(b, "&#34;"...)
		default:
			b = append(b, "&#39;"...)
		}
		s = s[i+1:]
	}
}
