package clause_test

import (
	"strings"
	"testing"
	"time"

	"tereze/internal/clause"
)

// The rules of these tests belong to no room but the one that defines them.
type deadline struct {
	Reply    clause.Period `with:"reply" unit:"d bd" doc:"Time to the answer."`
	Tries    int           `with:"tries,optional" min:"1" max:"5" doc:"How often."`
	Channel  string        `with:"channel,optional" oneof:"sms email" doc:"By what."`
	Purposes []string      `with:"purposes,optional" oneof:"service adverts" doc:"What for."`
	Paid     bool          `with:"paid,optional" doc:"Whether it costs."`
}

func (deadline) Rule() clause.Doc {
	return clause.Doc{Name: "clause_test.deadline", About: "Answers within a time."}
}

type notice struct {
	After clause.Period `with:"after" doc:"From when."`
}

func (notice) Rule() clause.Doc {
	return clause.Doc{Name: "clause_test.notice", About: "Comes into force later.", PerDocument: true}
}

func rules() *clause.Catalogue {
	return clause.NewCatalogue([]clause.Definition{clause.Define[deadline](), clause.Define[notice]()})
}

func mechanism(number, rule string, with map[string]clause.Value) clause.Binding {
	return clause.Binding{Number: number, Kind: clause.Mechanism, Line: 7, Rules: []clause.RuleSource{{Name: rule, With: with, Line: 8}}}
}

func text(s string) clause.Value { return clause.Value{Text: s, Line: 9} }

func TestParsePeriod(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"10m", "72h", "15d", "10bd", "3mo", "0d", "9999d"} {
		p, err := clause.ParsePeriod(s)
		if err != nil || p.String() != s {
			t.Errorf("%q was read as %q, %v", s, p.String(), err)
		}
	}
	for _, s := range []string{"", "d", "3", "3 d", "-3d", "+3d", "03d", "3D", "3w", "3.5d", "10000d", "99999999999999999999d", "3dd", "٣d", "3mo "} {
		if p, err := clause.ParsePeriod(s); err == nil {
			t.Errorf("%q was taken as %v", s, p)
		}
	}
}

func FuzzParsePeriod(f *testing.F) {
	f.Add("10bd")
	f.Add("0d")
	f.Fuzz(func(t *testing.T, s string) {
		if p, err := clause.ParsePeriod(s); err == nil && p.String() != s {
			t.Errorf("%q was read as %q", s, p)
		}
	})
}

func TestCompileRefuses(t *testing.T) {
	t.Parallel()
	with := func(more ...string) map[string]clause.Value {
		m := map[string]clause.Value{"reply": text("15d")}
		for i := 0; i+1 < len(more); i += 2 {
			m[more[i]] = text(more[i+1])
		}
		return m
	}
	for _, c := range []struct {
		name    string
		binding clause.Binding
		line    int
		want    string
	}{
		{"an unknown rule", mechanism("1", "claims.nothing", nil), 8, "unknown rule"},
		{"a missing value", mechanism("1", "clause_test.deadline", nil), 8, "needs the parameter reply"},
		{"an unknown field", mechanism("1", "clause_test.deadline", with("repply", "1d")), 9, "no parameter repply"},
		{"a wrong unit", mechanism("1", "clause_test.deadline", with("reply", "3mo")), 9, "wrong unit"},
		{"what is no period", mechanism("1", "clause_test.deadline", with("reply", "soon")), 9, "not a period"},
		{"a number out of range", mechanism("1", "clause_test.deadline", with("tries", "6")), 9, "out of range"},
		{"what is no number", mechanism("1", "clause_test.deadline", with("tries", "2.0")), 9, "not a whole number"},
		{"an unknown word", mechanism("1", "clause_test.deadline", with("channel", "fax")), 9, "unknown"},
		{"a yes that is no yes", mechanism("1", "clause_test.deadline", with("paid", "yes")), 9, "neither true nor false"},
		{"a value where a list is due", mechanism("1", "clause_test.deadline", with("purposes", "service")), 9, "want a list"},
		{"a word twice in a list", mechanism("1", "clause_test.deadline", map[string]clause.Value{
			"reply": text("15d"), "purposes": {List: []string{"service", "service"}, Line: 9}}), 9, "twice"},
		{"a mechanism without a rule", clause.Binding{Number: "1", Kind: clause.Mechanism, Line: 7}, 7, "needs a rule"},
		{"a rule on a declaratory clause", clause.Binding{Number: "1", Kind: clause.Declaratory, Line: 7, Repeats: "2"}, 7, "only a mechanism"},
		{"a content rule nobody can report under", clause.Binding{Number: "1", Kind: clause.ContentRule, Line: 7}, 7, "categories"},
		{"an unknown kind", clause.Binding{Number: "1", Kind: "law", Line: 7}, 7, "unknown kind"},
	} {
		_, problems := rules().Compile("p", "d", 1, []clause.Binding{c.binding})
		if len(problems) == 0 {
			t.Errorf("%s was taken", c.name)
			continue
		}
		if p := problems[0]; p.Line != c.line || p.Clause != "1" || !strings.Contains(p.Reason, c.want) {
			t.Errorf("%s: got %v, want line %d and %q", c.name, p, c.line, c.want)
		}
	}
}

func TestBook(t *testing.T) {
	t.Parallel()
	compile := func(document string, number int, bindings ...clause.Binding) *clause.Edition {
		e, problems := rules().Compile("p", document, number, bindings)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		return e
	}
	offer := compile("offer", 3,
		mechanism("5.7", "clause_test.deadline", map[string]clause.Value{"reply": text("15d")}),
		mechanism("2.5", "clause_test.notice", map[string]clause.Value{"after": text("0d")}),
		clause.Binding{Number: "4.2", Kind: clause.Mechanism, Repeats: "5.7"})
	conduct := compile("rules", 2,
		mechanism("R38", "clause_test.notice", map[string]clause.Value{"after": text("3d")}),
		clause.Binding{Number: "R9", Kind: clause.Mechanism, Repeats: "offer/5.7"})
	book, problems := clause.NewBook("p", []*clause.Edition{offer, conduct})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	rule, cite, ok := clause.In[deadline](book)
	if !ok || rule.Reply.String() != "15d" || cite.String() != "p/offer@3#5.7" {
		t.Errorf("deadline: %v by %s, %v", rule, cite, ok)
	}
	if r, c, ok := clause.InDocument[notice](book, "rules"); !ok || r.After.String() != "3d" || c.Clause != "R38" {
		t.Errorf("notice of the rules: %v by %s, %v", r, c, ok)
	}
	if _, _, ok := clause.In[notice](book); ok {
		t.Error("a rule each document sets for itself was found for the portal")
	}
	if got := book.Repeated(cite); len(got) != 2 {
		t.Errorf("repeated by %v, want 4.2 and R9", got)
	}
	if _, _, ok := clause.In[deadline](nil); ok {
		t.Error("a portal without a book has rules")
	}

	_, problems = clause.NewBook("p", []*clause.Edition{offer, compile("rules", 1, mechanism("R1", "clause_test.deadline", map[string]clause.Value{"reply": text("1d")}))})
	if len(problems) != 1 || !strings.Contains(problems[0].Reason, "already set by clause 5.7") {
		t.Errorf("two clauses that set one rule: %v", problems)
	}
	_, problems = clause.NewBook("p", []*clause.Edition{compile("rules", 1, clause.Binding{Number: "R1", Kind: clause.Mechanism, Repeats: "99"})})
	if len(problems) != 1 {
		t.Errorf("a clause that repeats nothing: %v", problems)
	}
}

// TestShelf: a change bites at its instant, not a microsecond earlier, and nobody has to do anything
// for it.
func TestShelf(t *testing.T) {
	t.Parallel()
	first, second := &clause.Book{Portal: "p"}, &clause.Book{Portal: "p"}
	begin, change := time.Unix(1000, 0), time.Unix(2000, 0)
	var shelf clause.Shelf
	if shelf.At("p", change) != nil {
		t.Error("an empty shelf has a book")
	}
	shelf.Put("p", []clause.Page{{From: begin, Book: first}, {From: change, Book: second}})
	shelf.Put("q", []clause.Page{{From: begin, Book: second}})
	for _, c := range []struct {
		at   time.Time
		want *clause.Book
	}{
		{begin.Add(-time.Microsecond), nil}, {begin, first}, {change.Add(-time.Microsecond), first}, {change, second}, {change.Add(time.Hour), second},
	} {
		if got := shelf.At("p", c.at); got != c.want {
			t.Errorf("at %s: got %p, want %p", c.at, got, c.want)
		}
	}
}

// TestCheckAllocatesNothing: the question every request asks costs no memory.
func TestCheckAllocatesNothing(t *testing.T) {
	e, _ := rules().Compile("p", "d", 1, []clause.Binding{
		mechanism("1", "clause_test.deadline", map[string]clause.Value{"reply": text("15d")}),
		mechanism("2", "clause_test.notice", map[string]clause.Value{"after": text("3d")}),
	})
	book, _ := clause.NewBook("p", []*clause.Edition{e})
	var shelf clause.Shelf
	shelf.Put("p", []clause.Page{{From: time.Unix(0, 0), Book: book}})
	now := time.Now()
	if n := testing.AllocsPerRun(1000, func() {
		b := shelf.At("p", now)
		if _, _, ok := clause.In[deadline](b); !ok {
			t.Error("no rule")
		}
		if _, _, ok := clause.InDocument[notice](b, "d"); !ok {
			t.Error("no rule of the document")
		}
	}); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}
