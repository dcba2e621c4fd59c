package personal

import (
	"net/http"
	"strconv"

	"tereze/internal/gate"
	"tereze/internal/privacy"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// hiddenCell stands for a number that is not published.
const hiddenCell = "··"

func statisticsURL(v gate.Visit, measure string) string {
	return consoleURL(v) + "/statistics/" + measure
}

// Statistics is GET /{portal}/console/data/statistics/{measure}: numbers by month without names; what few persons
// are behind, and what would give that away, is not shown.
func (s *Personal) Statistics(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	x, err := s.Privacy.StatisticsOf(r.Context(), v.Actor, r.PathValue("measure"))
	if err != nil {
		return err
	}
	out := view{Heading: design.Heading{
		Caption: s.Say(v, "personal.statistics.title"), Text: s.Say(v, "personal.measure."+x.Measure),
		Lead: s.Say(v, "personal.statistics.lead", "least", strconv.Itoa(x.Least), "hidden", hiddenCell),
	}}
	t := &design.Table{ID: "statistics", Caption: out.Heading.Text, Hidden: true, Header: true, Small: true}
	for i, name := range s.statisticsHead(v, x) {
		t.Columns = append(t.Columns, design.Column{Text: name, Numeric: i > 0})
	}
	for r := range x.Cells {
		row := design.Row{Strong: r == len(x.Months)}
		for _, cell := range s.statisticsLine(v, x, r) {
			row.Cells = append(row.Cells, design.Cell{Text: cell})
		}
		t.Rows = append(t.Rows, row)
	}
	p := part{Cite: s.Cite(v, x.Cite), Table: t, Export: design.Link{Text: s.Say(v, "personal.csv"), URL: statisticsURL(v, x.Measure) + "/table.csv"}}
	for _, measure := range privacy.Measures() {
		if measure != x.Measure {
			p.Links = append(p.Links, design.Link{Text: s.Say(v, "personal.measure."+measure), URL: statisticsURL(v, measure)})
		}
	}
	if len(x.Kinds) == 0 {
		p.Table, p.Export, p.Empty = nil, design.Link{}, &design.EmptyState{Title: s.Say(v, "personal.statistics.none"), Text: s.Say(v, "personal.statistics.none_text")}
	}
	out.Parts = []part{p}
	return s.show(w, r, v, out, s.staffTrail(v), nil)
}

func (s *Personal) statisticsHead(v gate.Visit, x privacy.Statistics) []string {
	head := []string{s.Say(v, "personal.month")}
	for _, kind := range x.Kinds {
		key := "personal.kind."
		if x.Measure == "requests" {
			key = "support.kind."
		}
		head = append(head, s.worded(v, key, kind))
	}
	return append(head, s.Say(v, "personal.total"))
}

func (s *Personal) statisticsLine(v gate.Visit, x privacy.Statistics, row int) []string {
	line := []string{s.Say(v, "personal.total")}
	if row < len(x.Months) {
		line[0] = x.Months[row].Format("2006-01")
	}
	for _, cell := range x.Cells[row] {
		if cell.Hidden {
			line = append(line, hiddenCell)
			continue
		}
		line = append(line, strconv.FormatInt(cell.Count, 10))
	}
	return line
}

// StatisticsCSV is GET /{portal}/console/data/statistics/{measure}/table.csv.
func (s *Personal) StatisticsCSV(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	x, err := s.Privacy.StatisticsOf(r.Context(), v.Actor, r.PathValue("measure"))
	if err != nil {
		return err
	}
	out := frame.AttachCSV(w, "statistics-"+x.Measure+".csv", s.statisticsHead(v, x)...)
	for r := range x.Cells {
		out.Row(s.statisticsLine(v, x, r)...)
	}
	out.Flush()
	return nil
}
