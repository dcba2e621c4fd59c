// Package covers ties tests to the clauses they prove.
//
// It owns the mark a test bears, the scanner that finds the marks and the places where rules are
// read, and the table made from both. It proves nothing itself and runs in no portal: the program
// only prints the table, and the tests of this package hold it against the packs.
package covers

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"

	"tereze/portals"
)

// TB is what Clause needs of a testing.TB; asking for no more keeps testing out of the program.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
}

// Clause says that the calling test proves a clause of a shipped pack: it would fail if the clause
// were broken. A clause no pack has fails the test.
//
// The scanner reads the call from the source, so both names are string literals, or come from a
// table of literals that a loop of the same test runs through, and the call stands in the test
// itself or in a closure of it.
func Clause(t TB, portal, clause string) {
	t.Helper()
	known, err := has(portals.FS, portal, clause)
	if err != nil {
		t.Errorf("look for clause %s of %s: %v", clause, portal, err)
	} else if !known {
		t.Errorf("no shipped pack has a clause %q of a portal %q", clause, portal)
	}
}

// has looks for the clause in the texts: every clause of every document has one in English.
func has(packs fs.FS, portal, clause string) (bool, error) {
	texts, err := fs.Glob(packs, portal+"/*/edition-*.en.md")
	if err != nil {
		return false, err
	}
	for _, name := range texts {
		text, err := fs.ReadFile(packs, name)
		if err != nil {
			return false, err
		}
		for line := range strings.Lines(string(text)) {
			if number, ok := strings.CutPrefix(line, "## "); ok && strings.TrimSpace(number) == clause && clause != "" {
				return true, nil
			}
		}
	}
	return false, nil
}

//go:generate go test -run ^TestTheTableIsFresh$ -count=1 . -update

//go:embed table.json
var written []byte

// Table is where rules are enforced and which tests prove which clauses. Paths are those of the
// source tree, with slashes.
type Table struct {
	Rules   map[string][]string            `json:"rules"`   // rule → "internal/agreement/force.go:15 inForceAt"
	Clauses map[string]map[string][]string `json:"clauses"` // portal → clause → "internal/agreement/force_test.go:TestX"
}

// Written is the table as it was when the program was built: an installed program has no sources.
func Written() (Table, error) {
	var t Table
	if err := json.Unmarshal(written, &t); err != nil {
		return Table{}, fmt.Errorf("table of covered clauses: %w", err)
	}
	return t, nil
}

// JSON is the form in which the table is written: keys in order, one name to a line.
func (t Table) JSON() ([]byte, error) {
	b, err := json.MarshalIndent(t, "", "\t")
	return append(b, '\n'), err
}
