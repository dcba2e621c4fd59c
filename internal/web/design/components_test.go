package design

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// find gives the elements of doc that a small selector names: a tag, then
// .class and [attribute=value] or [attribute] in any number.
func find(doc *html.Node, selector string) []*html.Node {
	rest := selector
	end := strings.IndexAny(rest, ".[")
	if end < 0 {
		end = len(rest)
	}
	tag, rest := rest[:end], rest[end:]
	var classes []string
	attributes := [][2]string{}
	for rest != "" {
		if rest[0] == '[' {
			inner, after, _ := strings.Cut(rest[1:], "]")
			name, value, _ := strings.Cut(inner, "=")
			attributes, rest = append(attributes, [2]string{name, value}), after
			continue
		}
		end := strings.IndexAny(rest[1:], ".[")
		if end < 0 {
			end = len(rest) - 1
		}
		classes, rest = append(classes, rest[1:1+end]), rest[1+end:]
	}
	var found []*html.Node
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && (tag == "" || n.Data == tag) && fits(n, classes, attributes) {
			found = append(found, n)
		}
	}
	return found
}

func fits(n *html.Node, classes []string, attributes [][2]string) bool {
	for _, c := range classes {
		if !strings.Contains(" "+value(n, "class")+" ", " "+c+" ") {
			return false
		}
	}
	for _, a := range attributes {
		if !has(n, a[0]) || a[1] != "" && value(n, a[0]) != a[1] {
			return false
		}
	}
	return true
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

func value(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// said is the text of n, spaces folded.
func said(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func draw(t *testing.T, c Component) *html.Node {
	t.Helper()
	var b strings.Builder
	if err := c.Render(WithWords(t.Context(), sample{"en"}.words()), &b); err != nil {
		t.Fatal(err)
	}
	doc, err := html.Parse(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestComponents(t *testing.T) {
	t.Parallel()
	refused := Field{Name: "phone", Label: "Telephone", Hint: "Ten digits", Error: "Too short"}
	for _, c := range []struct {
		name     string
		draw     Component
		selector string
		count    int
		text     string // of the first one; "" is not compared
	}{
		{"the error summary leads to the field", ErrorSummary{Errors: []FieldError{{Field: "phone", Text: "Too short"}}}, "a[href=#phone]", 1, "Too short"},
		{"an error summary without errors draws nothing", ErrorSummary{}, "div", 0, ""},
		{"a refused field is described by its hint and its error", TextInput{Field: refused}, "input[id=phone][aria-invalid=true][aria-describedby=phone-hint phone-error]", 1, ""},
		{"the error at a field is named as one", TextInput{Field: refused}, "p[id=phone-error]", 1, "Error: Too short"},
		{"a field that was not refused is not described", TextInput{Field: Field{Name: "x", Label: "X"}}, "input[aria-describedby]", 0, ""},
		{"the label of a single question is the heading of the page", TextInput{Field: Field{Name: "x", Label: "X", Heading: true}}, "h1", 1, "X"},
		{"an optional field says so", Textarea{Field: Field{Name: "x", Label: "Message", Optional: true}}, "label", 1, "Message (optional)"},
		{"a password never comes back filled in", PasswordInput{Field: refused}, "input[type=password][value]", 0, ""},
		{"a new password is not offered from memory", PasswordInput{Field: refused, New: true}, "input[autocomplete=new-password]", 1, ""},
		{"checkboxes are not ticked by us", Checkboxes{Field: refused, Choices: []Choice{{Value: "a"}, {Value: "b"}}}, "input[checked]", 0, ""},
		{"a box the person ticked stays ticked", Checkboxes{Field: refused, Choices: []Choice{{Value: "a"}, {Value: "b", Checked: true}}}, "input[value=b][checked]", 1, ""},
		{"the first radio carries the id the summary leads to", Radios{Field: refused, Choices: []Choice{{Value: "a"}, {Value: "b"}}}, "input[id=phone][value=a]", 1, ""},
		{"a group of answers is described by its error", Radios{Field: refused}, "fieldset[aria-describedby=phone-hint phone-error]", 1, ""},
		{"a chosen option stays chosen", Select{Field: refused, Choices: []Choice{{Value: "a"}, {Value: "b", Checked: true}}}, "option[value=b][selected]", 1, ""},
		{"only the wrong part of a date is marked", DateInput{Field: refused, YearWrong: true}, "input[aria-invalid]", 1, ""},
		{"a wrong date without a wrong part marks all three", DateInput{Field: refused}, "input[aria-invalid]", 3, ""},
		{"the summary leads to the day of a date", DateInput{Field: refused}, "input[id=phone][name=phone-day]", 1, ""},
		{"an upload asks for the stated kinds", FileUpload{Field: refused, Accept: ".pdf", Multiple: true}, "input[type=file][accept=.pdf][multiple]", 1, ""},
		{"a button prevents the second press", Button{Text: "Pay"}, "button[type=submit][data-prevent-double-click=true]", 1, "Pay"},
		{"good news is announced", NotificationBanner{Success: true}, "div[role=alert]", 1, ""},
		{"other news is a region", NotificationBanner{ID: "n"}, "div[role=region][aria-labelledby=n-title]", 1, ""},
		{"a warning is said to be one", WarningText{Text: "It is final."}, "div.govuk-warning-text__text", 1, "Warning It is final."},
		{"a citation leads to the clause", Citation{"clause 2.2", "/offer#clause-2.2"}, "a.tz-cite[href=/offer#clause-2.2]", 1, "clause 2.2"},
		{"added text is marked for those who listen", DiffText{{"ten", Added}}, "ins", 1, "[added: ten end of added text]"},
		{"removed text is marked for those who listen", DiffText{{"ten", Removed}}, "del", 1, "[removed: ten end of removed text]"},
		{"a clause can be linked to", Agreement{Sections: []Section{{Clauses: []Clause{{Anchor: "clause-1", Number: "1"}}}}}, "div[id=clause-1]", 1, "1"},
		{"a clause with a number has it in the margin", Agreement{Sections: []Section{{Clauses: []Clause{{Number: "3.4.1.2"}, {Number: "R10.10"}}}}}, ".tz-clause--named", 0, ""},
		{"a clause with a name has it above the text", Agreement{Sections: []Section{{Clauses: []Clause{{Number: "Preamble"}, {Number: "қорытынды ереже"}}}}}, ".tz-clause--named", 2, ""},
		{"a link with a script in it is not drawn", ButtonLink{URL: "javascript:alert(1)"}, "a[href=javascript:alert(1)]", 0, ""},
		{"a task that cannot be started has no link", TaskList{Tasks: []Task{{Title: "Sign", Status: "Later"}}}, "a", 0, ""},
		{"pagination of one page draws nothing", Pagination{}, "nav", 0, ""},
		{"the current page is named", Pagination{Pages: []PageLink{{Number: "2", URL: "/2", Current: true}}}, "a[aria-current=page][aria-label=Page 2]", 1, "2"},
		{"tabs without the script are links to all panels", Tabs{ID: "t", Tabs: []Tab{{Label: "One", Body: text("1")}, {Label: "Two", Body: text("2")}}}, "a[href=#t-2]", 1, "Two"},
		{"long work that goes on is asked about", Progress{ID: "p", RefreshURL: "/p"}, "div[data-module=tz-progress][data-url=/p]", 1, ""},
		{"long work that has finished is left alone", Progress{ID: "p", RefreshURL: "/p", Finished: true}, "div[data-module]", 0, ""},
		{"progress without a known end has no value", Progress{ID: "p", Done: 3}, "progress[value]", 0, ""},
		{"an event has a time for machines", Timeline{Events: []Event{{At: "2026-11-22T14:05:00+05:00", When: "today"}}}, "time[datetime=2026-11-22T14:05:00+05:00]", 1, "today"},
		{"a digest is offered for copying", Receipt{Rows: []ReceiptRow{{Key: "Digest", Value: "ab", Mono: true, Copy: true}}}, "button[data-copy=ab][hidden]", 1, "Copy Digest"},
		{"what changes a fact names the fact", SummaryList{Rows: []SummaryRow{{Key: "Name", Change: Link{"Change", "/n"}, About: "name"}}}, "a[href=/n]", 1, "Change name"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := find(draw(t, c.draw), c.selector)
			if len(got) != c.count {
				t.Fatalf("%s is found %d times, want %d", c.selector, len(got), c.count)
			}
			if c.text != "" && said(got[0]) != c.text {
				t.Errorf("it says %q, want %q", said(got[0]), c.text)
			}
		})
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	doc := draw(t, Table{
		ID: "r", Caption: "Register", Header: true,
		Columns: []Column{{Text: "Name"}, {Text: "Due", SortURL: "?sort=due", Sorted: Descending}, {Text: "Sum", Numeric: true}, {Text: "State"}, {Text: "More"}},
		Rows: []Row{{Cells: []Cell{{Text: `<b>"A" & 'B'</b>`}, {Text: "link", URL: "/o?a=1&b=2"}, {Text: "5"}, {Tag: &Tag{Text: "Met", Colour: TagGood}}, {Body: Tag{Text: "Body"}}}},
			{Cells: []Cell{{Text: "x", URL: "javascript:alert(1)"}}}},
	})
	for _, c := range []struct {
		name, selector, text string
	}{
		{"it can be scrolled by the keyboard and has a name", "div[role=region][tabindex=0][aria-labelledby=r]", ""},
		{"its caption names it", "caption[id=r]", "Register"},
		{"a sorted column says how", "th[aria-sort=descending]", "Due"},
		{"a sortable column is a link", "a.tz-sort[href=?sort=due]", "Due"},
		{"the first cell names its row, and text is escaped", "th[scope=row]", `<b>"A" & 'B'</b>`},
		{"an address is escaped", "a[href=/o?a=1&b=2]", "link"},
		{"a cell is named by its column", "td[role=cell][data-label=Sum]", "5"},
		{"the cell that names its row heads it", "th[role=rowheader]", `<b>"A" & 'B'</b>`},
		{"it is a table where a telephone shows a list", "table[role=table]", ""},
		{"what sorts stays to be seen there", "th[role=columnheader].tz-table__sortable", "Due"},
		{"figures stand to the right", "td.govuk-table__cell--numeric", "5"},
		{"a state is a tag", "strong.govuk-tag--green", "Met"},
		{"a cell may hold a component", "strong.govuk-tag--grey", "Body"},
	} {
		got := find(doc, c.selector)
		if len(got) == 0 {
			t.Errorf("%s: %s is missing", c.name, c.selector)
		} else if c.text != "" && said(got[0]) != c.text {
			t.Errorf("%s: it says %q, want %q", c.name, said(got[0]), c.text)
		}
	}
	if len(find(doc, "a[href=javascript:alert(1)]")) > 0 {
		t.Error("a link with a script in it was drawn")
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"kk", "en"} {
		for i, doc := range pages(t, lang) {
			checkFrame(t, doc, lang)
			if i == 0 && !strings.HasPrefix(said(find(doc, "title")[0]), sample{lang}.words().TitleError) {
				t.Error("the title of a refused form does not begin with the word for error")
			}
		}
	}
}

// checkFrame wants of every page what no page may be without.
func checkFrame(t *testing.T, doc *html.Node, lang string) {
	t.Helper()
	for _, selector := range []string{
		"html[lang=" + lang + "]", "body[data-portal=sample]", "a.govuk-skip-link[href=#main]", "main[id=main]",
		"header.tz-header", "footer.tz-footer", "a[hreflang=" + lang + "][aria-current=true]", "a[href=tel:1414]", "a[href=/agreement]",
		"link[rel=stylesheet][href=" + Asset("tereze.css") + "]", "script[type=module][src=" + Asset("tereze.js") + "]",
	} {
		if len(find(doc, selector)) == 0 {
			t.Errorf("%s is missing", selector)
		}
	}
	if n := len(find(doc, "form[action=/sample/sign-out][method=post]")) + len(find(doc, "a[href=/sign-in]")); n != 1 {
		t.Errorf("there are %d ways in or out, want one", n)
	}
	seen := map[string]bool{}
	for n := range doc.Descendants() {
		if has(n, "style") || n.Data == "style" || n.Data == "script" && !has(n, "src") {
			t.Errorf("<%s> is inline, the policy forbids it", n.Data)
		}
		if id := value(n, "id"); id != "" {
			if seen[id] {
				t.Errorf("id %q stands twice", id)
			}
			seen[id] = true
		}
	}
	for _, attribute := range []string{"aria-describedby", "aria-labelledby", "aria-controls", "for"} {
		for _, n := range find(doc, "["+attribute+"]") {
			for _, id := range strings.Fields(value(n, attribute)) {
				if !seen[id] {
					t.Errorf("%s of <%s> names %q, which is not on the page", attribute, n.Data, id)
				}
			}
		}
	}
}

func TestWordsMissing(t *testing.T) {
	t.Parallel()
	if missing := (sample{"kk"}).words().Missing(); len(missing) > 0 {
		t.Errorf("the sample lacks %v", missing)
	}
	w := *sample{"en"}.words()
	w.Optional = ""
	if got := w.Missing(); len(got) != 1 || got[0] != "Optional" {
		t.Errorf("missing words are %v, want Optional", got)
	}
}

func BenchmarkRegister(b *testing.B) {
	table := sample{"kk"}.register()
	for len(table.Rows) < 50 {
		table.Rows = append(table.Rows, table.Rows[0])
	}
	page := sample{"kk"}.page("Register")
	var out strings.Builder
	b.ReportAllocs()
	for b.Loop() {
		out.Reset()
		if err := page.Render(withChildren(b.Context(), table), &out); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(out.Len()))
}
