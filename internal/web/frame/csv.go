package frame

import (
	"encoding/csv"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"tereze/internal/gate"
)

// CSV is a list that a person takes along as a file which spreadsheets open.
type CSV struct{ out *csv.Writer }

// AttachCSV begins such a file with the names of its columns. It is the person's own: no cache keeps it.
func AttachCSV(w http.ResponseWriter, name string, columns ...string) *CSV {
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Cache-Control", "no-store")
	_, _ = io.WriteString(w, "\ufeff") // spreadsheets take a file without it for the code page of the country
	out := &CSV{csv.NewWriter(w)}
	out.out.Comma, out.out.UseCRLF = ';', true
	out.Row(columns...)
	return out
}

// Row adds a row. Its error is found by Flush.
func (c *CSV) Row(cells ...string) {
	safe := make([]string, len(cells))
	for i, cell := range cells {
		safe[i] = harmless(cell)
	}
	_ = c.out.Write(safe)
}

// Flush sends what was added and reports whether somebody still reads.
func (c *CSV) Flush() bool {
	c.out.Flush()
	return c.out.Error() == nil
}

// Stamp is an instant in a cell, in the portal's zone as RFC 3339 has it; the zero time is empty.
func (f *Frame) Stamp(v gate.Visit, at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.In(f.zone(v)).Format(time.RFC3339)
}

// harmless keeps a spreadsheet from taking a cell for a formula: people choose their own names.
func harmless(cell string) string {
	first, _ := utf8.DecodeRuneInString(cell)
	if cell != "" && strings.ContainsRune("=+-@|%\t\r\n＝＋－＠", first) { // the wide ones are formulas in some languages
		return "'" + cell
	}
	return cell
}
