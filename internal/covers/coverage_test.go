package covers_test

import (
	"bytes"
	"flag"
	"os"
	"slices"
	"testing"

	"tereze/internal/agreement"
	"tereze/internal/clause"
	"tereze/internal/covers"
	"tereze/internal/house"
)

var update = flag.Bool("update", false, "write table.json anew")

// root is the source tree. It is read file by file, not through the go command, so that the test
// cache sees what the answer rests on.
const root = "../.."

func scan(t *testing.T) covers.Table {
	t.Helper()
	table, problems := covers.Scan(os.DirFS(root))
	for _, p := range problems {
		t.Error(p)
	}
	return table
}

func TestTheTableIsFresh(t *testing.T) {
	t.Parallel()
	want, err := scan(t).JSON()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("table.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile("table.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("internal/covers/table.json is not what the source tree gives: go generate ./internal/covers")
	}
}

// TestClausesAreProvedOrPending is the law of the house: a clause that asks something of the
// program is proved by a test, or a line of pending.txt says that it is not yet.
func TestClausesAreProvedOrPending(t *testing.T) {
	t.Parallel()
	packs := os.DirFS(root + "/portals")
	names, err := agreement.Packs(packs)
	if err != nil || len(names) != 5 {
		t.Fatalf("got packs %v, %v; want five", names, err)
	}
	table := scan(t)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pack, problems := agreement.LoadPack(packs, name, house.Rules())
			for _, p := range problems {
				t.Error(p)
			}
			for _, finding := range judge(pack, table.Clauses[name]) {
				t.Error(finding)
			}
		})
	}
}

// judge holds one pack against the marks of the tests.
func judge(pack agreement.Pack, proved map[string][]string) (findings []string) {
	owed := map[string]bool{}
	for _, e := range pack.Editions {
		for _, c := range e.Content.Clauses {
			pending := slices.ContainsFunc(pack.Pending, func(p agreement.Pending) bool { return p.Document == e.Document && p.Clause == c.Number })
			at := e.Document + " " + c.Number
			tests := proved[c.Number]
			owed[at] = c.Kind != clause.Declaratory
			switch {
			case owed[at] && len(tests) == 0 && !pending:
				findings = append(findings, at+": no test proves it and no line of pending.txt says so")
			case owed[at] && len(tests) > 0 && pending:
				findings = append(findings, at+": its line of pending.txt goes, "+tests[0]+" proves it")
			}
		}
	}
	for _, p := range pack.Pending {
		if !owed[p.Document+" "+p.Clause] {
			findings = append(findings, p.Document+" "+p.Clause+": a declaratory clause owes nothing, its line of pending.txt goes")
		}
	}
	return findings
}

func TestTheLawOfClauses(t *testing.T) {
	t.Parallel()
	edition := agreement.Edition{Portal: "town", Document: "offer", Number: 1, Content: agreement.Content{Clauses: []agreement.Clause{
		{Number: "1", Kind: clause.Declaratory}, {Number: "2", Kind: clause.Mechanism}, {Number: "3", Kind: clause.ContentRule},
	}}}
	pending := func(numbers ...string) (out []agreement.Pending) {
		for _, n := range numbers {
			out = append(out, agreement.Pending{Document: "offer", Clause: n, Room: "claims"})
		}
		return out
	}
	by := []string{"a_test.go:TestA"}
	for _, test := range []struct {
		name    string
		pending []agreement.Pending
		proved  map[string][]string
		want    int
	}{
		{"all pending", pending("2", "3"), nil, 0},
		{"all proved", nil, map[string][]string{"2": by, "3": by}, 0},
		{"a declaratory clause may be proved too", pending("2", "3"), map[string][]string{"1": by}, 0},
		{"a mechanism neither proved nor pending", pending("3"), nil, 1},
		{"a content rule neither proved nor pending", pending("2"), nil, 1},
		{"a line for a proved clause", pending("2", "3"), map[string][]string{"2": by}, 1},
		{"a line for a declaratory clause", pending("1", "2", "3"), nil, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := judge(agreement.Pack{Editions: []agreement.Edition{edition}, Pending: test.pending}, test.proved)
			if len(got) != test.want {
				t.Errorf("got %q, want %d", got, test.want)
			}
		})
	}
}
