package school

import (
	"errors"
	"io"
	"net/http"
	"strconv"

	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/party"
	"tereze/internal/party/roll"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Imports answers GET /{portal}/school/import: the form, and the lists that were taken in.
func (s *School) Imports(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	return s.showImports(w, r, v, nil)
}

func (s *School) showImports(w http.ResponseWriter, r *http.Request, v gate.Visit, err error) error {
	imports, refusal := s.Parties.Imports(r.Context(), v.Actor)
	if refusal != nil {
		return refusal
	}
	file := design.FileUpload{Field: s.field(v, err, "file", "school.import.file"), Accept: ".csv,.xlsx"}
	file.Hint = s.Say(v, "school.import.hint", "most", strconv.Itoa(party.MostLines), "megabytes", strconv.Itoa(roll.MostBytes>>20))
	view := formPage{
		Heading: design.Heading{Text: s.Say(v, "school.import.title"), Lead: s.Say(v, "school.import.lead")}, Upload: true,
		Fields: []design.Component{file}, Button: design.Button{Text: s.Say(v, "school.import.button")},
		Links: []design.Link{{Text: s.Say(v, "school.import.template"), URL: importURL(v) + "/template.csv"}},
	}
	if len(imports) > 0 {
		t := &design.Table{ID: "imports", Caption: s.Say(v, "school.import.past"), Columns: []design.Column{
			{Text: s.Say(v, "school.import.file")}, {Text: s.Say(v, "school.import.began")}, {Text: s.Say(v, "school.import.lines"), Numeric: true},
			{Text: s.Say(v, "school.outcome.created"), Numeric: true},
		}}
		for _, im := range imports {
			name := im.Name
			if name == "" {
				name = s.Say(v, "school.import.unnamed")
			}
			t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{
				{Text: name, URL: importURL(v) + "/" + s.Opaque.Of(im.ID)}, {Text: s.Instant(v, im.BeganAt)}, {Text: strconv.Itoa(im.Total)}, {Text: strconv.Itoa(im.Created)},
			}})
		}
		view.More = []formPage{{Table: t}}
	}
	return s.show(w, r, v, view, s.schoolTrail(v), err)
}

// ImportPost takes a file in. People are created afterwards, line by line; the next page shows how far
// that has come. A file that is cut on its way leaves nothing.
func (s *School) ImportPost(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	if _, err := s.Parties.SchoolOf(r.Context(), v.Actor); err != nil {
		return err // before anything is read
	}
	name, data, err := readFile(r)
	if err != nil {
		return s.showImports(w, r, v, err)
	}
	im, err := s.Parties.BeginImport(r.Context(), v.Actor, name, func(each func(party.Line) error) error { return roll.Read(data, each) })
	if err != nil {
		return s.showImports(w, r, v, plain(err))
	}
	return frame.SeeOther(w, r, importURL(v)+"/"+s.Opaque.Of(im.ID))
}

// plain takes a refusal out of what was joined to it.
func plain(err error) error {
	if x, ok := errors.AsType[*fault.Fault](err); ok {
		return x
	}
	return err
}

// readFile reads the file of a form: it stands in memory once, and is never larger than the limit.
// Refusals: Invalid "party.file_large", "party.file_missing", "party.file_cut".
func readFile(r *http.Request) (name string, data []byte, err error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return "", nil, fault.New(fault.Invalid, "form.encoding").Wrap(err)
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return "", nil, fault.New(fault.Invalid, "party.file_missing").At("file")
		}
		if err != nil {
			return "", nil, cut(err)
		}
		if part.FormName() != "file" {
			continue
		}
		data, err := io.ReadAll(io.LimitReader(part, roll.MostBytes+1))
		if err != nil {
			return "", nil, cut(err)
		}
		if len(data) > roll.MostBytes {
			return "", nil, fault.New(fault.Invalid, "party.file_large").With("megabytes", strconv.Itoa(roll.MostBytes>>20)).At("file")
		}
		if part.FileName() == "" && len(data) == 0 {
			return "", nil, fault.New(fault.Invalid, "party.file_missing").At("file")
		}
		// What comes after tells that the file has come whole.
		if _, err := parts.NextPart(); err != nil && !errors.Is(err, io.EOF) {
			return "", nil, cut(err)
		}
		return part.FileName(), data, nil
	}
}

func cut(err error) error {
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fault.New(fault.Invalid, "party.file_large").With("megabytes", strconv.FormatInt(tooLarge.Limit>>20, 10)).At("file")
	}
	return fault.New(fault.Invalid, "party.file_cut").At("file").Wrap(err)
}

// mostReasons are shown on the page; the report has all of them.
const mostReasons = 100

// Import answers GET /{portal}/school/import/{import}: how far it has come, and what was not created.
func (s *School) Import(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	id, err := s.id(r, "import")
	if err != nil {
		return err
	}
	im, lines, err := s.Parties.Import(r.Context(), v.Actor, id, 0, mostReasons, false)
	if err != nil {
		return err
	}
	at := importURL(v) + "/" + s.Opaque.Of(id)
	view := formPage{
		Heading: design.Heading{Caption: im.Name, Text: s.Say(v, "school.import.state."+string(im.State))},
		Progress: &design.Progress{
			ID: "import", Label: s.Say(v, "school.import.progress"), Done: im.Done, Total: im.Total, RefreshURL: at, Finished: im.State == party.Ended,
			Text: s.Say(v, "school.import.of", "done", strconv.Itoa(im.Done), "total", strconv.Itoa(im.Total)),
		},
		Facts: &design.SummaryList{},
		Links: []design.Link{{Text: s.Say(v, "school.import.report"), URL: at + "/report.csv"}, {Text: s.Say(v, "school.import.title"), URL: importURL(v)}},
	}
	for _, x := range []struct {
		outcome party.Outcome
		count   int
	}{{party.Created, im.Created}, {party.Duplicate, im.Duplicate}, {party.Refused, im.Refused}} {
		view.Facts.Rows = append(view.Facts.Rows, design.SummaryRow{Key: s.Say(v, "school.outcome."+string(x.outcome)), Value: strconv.Itoa(x.count)})
	}
	if len(lines) > 0 {
		view.Table = &design.Table{ID: "lines", Caption: s.Say(v, "school.import.not_created", "most", strconv.Itoa(mostReasons)), Small: true, Columns: []design.Column{
			{Text: s.Say(v, "school.import.line"), Numeric: true}, {Text: s.Say(v, "school.person.name")}, {Text: s.Say(v, "school.import.outcome")}, {Text: s.Say(v, "school.import.reason")},
		}}
		for _, l := range lines {
			view.Table.Rows = append(view.Table.Rows, design.Row{Cells: []design.Cell{
				{Text: strconv.Itoa(l.Line)}, {Text: l.Person.Surname + " " + l.Person.Given}, {Text: s.Say(v, "school.outcome."+string(l.Outcome))}, {Text: s.reason(v, l)},
			}})
		}
	}
	return s.show(w, r, v, view, s.schoolTrail(v, design.Link{Text: s.Say(v, "school.import.title"), URL: importURL(v)}), nil)
}

func (s *School) reason(v gate.Visit, l party.Line) string {
	if l.Reason == "" {
		return ""
	}
	return s.Say(v, l.Reason)
}

// linesAView is how many lines one view of the database reads for a report.
const linesAView = 1000

// Report answers GET /{portal}/school/import/{import}/report.csv: every line and what became of it.
func (s *School) Report(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	id, err := s.id(r, "import")
	if err != nil {
		return err
	}
	_, lines, err := s.Parties.Import(r.Context(), v.Actor, id, 0, linesAView, true)
	if err != nil {
		return err
	}
	var head []string
	for _, key := range []string{"import.line", "import.outcome", "import.reason", "person.surname", "person.given", "person.patronymic", "person.class", "person.username"} {
		head = append(head, s.Say(v, "school."+key))
	}
	out := frame.AttachCSV(w, "report.csv", head...)
	for {
		for _, l := range lines {
			x := l.Person
			out.Row(strconv.Itoa(l.Line), s.Say(v, "school.outcome."+string(l.Outcome)), s.reason(v, l),
				x.Surname, x.Given, x.Patronymic, x.Class, l.Name)
		}
		if !out.Flush() || len(lines) < linesAView {
			return nil // whoever has left reads no further
		}
		if _, lines, err = s.Parties.Import(r.Context(), v.Actor, id, lines[len(lines)-1].Place, linesAView, true); err != nil {
			panic(http.ErrAbortHandler) // a report that ends early must not look whole
		}
	}
}

// Template answers GET /{portal}/school/import/template.csv: the headings a list begins with.
func (s *School) Template(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	if _, err := s.Parties.SchoolOf(r.Context(), v.Actor); err != nil {
		return err
	}
	out := frame.AttachCSV(w, "template.csv", "surname", "given", "patronymic", "birth_date", "sex", "role", "class", "number", "child")
	out.Row("Ахметова", "Әсел", "", "2012-09-01", "female", "pupil", "7А", "701", "")
	out.Row("Ахметова", "Гүлнар", "", "1984-05-20", "female", "parent", "", "", "701")
	out.Flush()
	return nil
}
