package covers

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// source is a tree with one rule, read in one place, and the given test.
func source(test string) fstest.MapFS {
	return fstest.MapFS{
		"cmd/tereze/main.go": {Data: []byte("package main\n")},
		"internal/claims/rules.go": {Data: []byte(`package claims

import "tereze/internal/clause"

type Deadline struct{}

func (Deadline) Rule() clause.Doc {
	return clause.Doc{Name: "claims.deadline", About: "Claims are answered in time."}
}
`)},
		"internal/claims/open.go": {Data: []byte(`package claims

import "tereze/internal/clause"

type Claims struct{}

func (c *Claims) Open(b *clause.Book) bool {
	_, _, ok := clause.In[Deadline](b)
	return ok
}
`)},
		"internal/web/page.go": {Data: []byte(`package web

import (
	"tereze/internal/claims"
	rules "tereze/internal/clause"
)

func page(b *rules.Book) bool {
	_, _, ok := rules.InDocument[claims.Deadline](b, "offer")
	return ok
}
`)},
		"internal/claims/open_test.go": {Data: []byte("package claims\n\nimport (\n\t\"testing\"\n\n\t\"tereze/internal/covers\"\n)\n\n" + test)},
		// None of these is looked at.
		"internal/claims/testdata/broken.go": {Data: []byte("package")},
		"internal/claims/peek_test.go":       {Data: []byte("package claims\n\nvar _, _, _ = clause.In[Deadline](nil)\n")},
	}
}

func TestPlacesWhereARuleIsRead(t *testing.T) {
	t.Parallel()
	table, problems := Scan(source(""))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	got := table.Rules["claims.deadline"]
	if want := []string{"internal/claims/open.go Claims.Open", "internal/web/page.go page"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestMarksOfTests(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, source string
		want         []string // portal/clause
		problem      string
	}{
		{"a mark in the test", `func TestA(t *testing.T) { covers.Clause(t, "ismet", "5.7") }`, []string{"ismet/5.7"}, ""},
		{"a mark in a closure of a closure", `func TestA(t *testing.T) {
			t.Run("x", func(t *testing.T) { t.Run("y", func(t *testing.T) { covers.Clause(t, "egov", "2.1") }) })
		}`, []string{"egov/2.1"}, ""},
		{"two marks", `func TestA(t *testing.T) { covers.Clause(t, "egov", "2.1"); covers.Clause(t, "court", "1.4") }`, []string{"court/1.4", "egov/2.1"}, ""},
		{"a table of structs without field names", `func TestA(t *testing.T) {
			for _, c := range []struct{ portal, clause string }{{"egov", "2.1"}, {"court", "1.4"}} {
				t.Run(c.portal, func(t *testing.T) { covers.Clause(t, c.portal, c.clause) })
			}
		}`, []string{"court/1.4", "egov/2.1"}, ""},
		{"a table in a variable, with field names, one row proving nothing", `func TestA(t *testing.T) {
			type row struct { name string; portal, clause string }
			rows := []row{{name: "a", portal: "egov", clause: "2.1"}, {name: "b", portal: "court"}}
			for _, r := range rows { covers.Clause(t, r.portal, r.clause) }
		}`, []string{"egov/2.1"}, ""},
		{"lists within a table", `func TestA(t *testing.T) {
			for _, c := range []struct{ portal string; clauses []string }{{"egov", []string{"2.1", "2.2"}}, {"kg", nil}} {
				for _, n := range c.clauses { covers.Clause(t, c.portal, n) }
			}
		}`, []string{"egov/2.1", "egov/2.2"}, ""},
		{"a map", `func TestA(t *testing.T) {
			for portal, clause := range map[string]string{"egov": "2.1", "kg": "P3"} { covers.Clause(t, portal, clause) }
		}`, []string{"egov/2.1", "kg/P3"}, ""},
		{"a list of portals and a constant", `func TestA(t *testing.T) {
			const number = "UI-1"
			for range 3 {
				for _, p := range []string{"egov", "court"} { covers.Clause(t, p, number) }
			}
		}`, []string{"court/UI-1", "egov/UI-1"}, ""},
		{"a fuzz target", `func FuzzA(f *testing.F) { covers.Clause(f, "egov", "2.1") }`, []string{"egov/2.1"}, ""},
		{"a helper is no test", `func helper(t *testing.T) { covers.Clause(t, "egov", "2.1") }`, nil, "stands in helper"},
		{"a name the source does not show", `func TestA(t *testing.T) { covers.Clause(t, portal(), "2.1") }`, nil, "want string literals"},
		{"names that stand for each other", `func TestA(t *testing.T) { a := b; b := a; covers.Clause(t, a, b) }`, nil, "want string literals"},
		{"a method of another thing is no mark", `func TestA(t *testing.T) { other.Clause(t, "egov", "2.1") }`, nil, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			table, problems := Scan(source(test.source))
			if test.problem == "" && len(problems) > 0 || test.problem != "" && (len(problems) != 1 || !strings.Contains(problems[0].Error(), test.problem)) {
				t.Errorf("got problems %v, want one with %q", problems, test.problem)
			}
			var got []string
			for portal, clauses := range table.Clauses {
				for number, tests := range clauses {
					got = append(got, portal+"/"+number)
					if len(tests) != 1 || !strings.HasPrefix(tests[0], "internal/claims/open_test.go:") {
						t.Errorf("clause %s: got tests %q", number, tests)
					}
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// failing takes what a mark says to its test.
type failing struct{ said string }

func (f *failing) Helper() {}

func (f *failing) Errorf(format string, _ ...any) { f.said += format }

func TestAMarkOfAClauseNoPackHasFailsItsTest(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, portal, clause string
		fails                bool
	}{
		{"a clause of the first document", "ismet", "2.1", false},
		{"a clause of the second document", "ismet", "R38", false},
		{"a row without a number in the official text", "egov", "UI-1", false},
		{"no such clause", "ismet", "99.1", true},
		{"no such portal", "town", "2.1", true},
		{"no name at all", "ismet", "", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var f failing
			Clause(&f, test.portal, test.clause)
			if (f.said != "") != test.fails {
				t.Errorf("got %q, want failing %t", f.said, test.fails)
			}
		})
	}
}
