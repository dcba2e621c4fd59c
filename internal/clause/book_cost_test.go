package clause_test

import (
	"testing"
	"time"

	"tereze/internal/clause"
)

// BenchmarkCheck is the question every request asks: the book in force now, the rule in it, the
// clause that sets it. An announced edition stands behind the one in force, as it does for days.
func BenchmarkCheck(b *testing.B) {
	var pages []clause.Page
	for number, from := range []time.Time{time.Unix(0, 0), time.Now().AddDate(0, 0, 3)} {
		e, problems := rules().Compile("p", "d", number+1, []clause.Binding{
			mechanism("1", "clause_test.deadline", map[string]clause.Value{"reply": text("15d")}),
		})
		if len(problems) > 0 {
			b.Fatal(problems)
		}
		book, problems := clause.NewBook("p", []*clause.Edition{e})
		if len(problems) > 0 {
			b.Fatal(problems)
		}
		pages = append(pages, clause.Page{From: from, Book: book})
	}
	var shelf clause.Shelf
	shelf.Put("p", pages)
	now := time.Now()
	b.ReportAllocs()
	for b.Loop() {
		if _, cite, ok := clause.In[deadline](shelf.At("p", now)); !ok || cite.Edition != 1 {
			b.Fatalf("cited %v, %v", cite, ok)
		}
	}
}
