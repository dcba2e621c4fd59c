package reader

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestOfficialTexts reads the official texts where they are at hand: TEREZE_AGREEMENTS names their
// folder (pack.language.txt), TEREZE_CLAUSES the list of their clauses.
func TestOfficialTexts(t *testing.T) {
	t.Parallel()
	folder, list := os.Getenv("TEREZE_AGREEMENTS"), os.Getenv("TEREZE_CLAUSES")
	if folder == "" || list == "" {
		t.Skip("TEREZE_AGREEMENTS and TEREZE_CLAUSES are not set: the official texts are not part of the project")
	}
	f, err := os.Open(list)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		file  string
		notes []string // rows of the list that stand in the notes
	}{
		{"egov.kk.txt", []string{"UI-1", "UI-2", "END"}},
		{"ismet.kk.txt", []string{"P"}},
		{"kundelik.kk.txt", []string{"REF"}},
		{"court.kk.txt", []string{"UI-1", "P", "2"}},
		{"kg.ky.txt", []string{"P1", "P2", "P3"}},
	} {
		t.Run(test.file, func(t *testing.T) {
			t.Parallel()
			pack, _, _ := strings.Cut(test.file, ".")
			known, want := map[string][]KnownClause{}, map[string][]string{}
			for _, row := range rows {
				if row[0] != pack {
					continue
				}
				document := "agreement"
				if pack == "ismet" {
					document = "offer"
					if strings.HasPrefix(row[1], "R") {
						document = "rules"
					}
				}
				known[document] = append(known[document], KnownClause{Number: row[1]})
				if !slices.Contains(test.notes, row[1]) {
					want[document] = append(want[document], row[1])
				}
			}
			data, err := os.ReadFile(filepath.Join(folder, test.file))
			if err != nil {
				t.Fatal(err)
			}
			for name, change := range variants() {
				if other := reportOf(t, []byte(change(string(data))), known); !slices.EqualFunc(other.Documents, reportOf(t, data, known).Documents, sameNumbers) {
					t.Errorf("%s: read otherwise: %+v", name, other)
				}
			}
			report := reportOf(t, data, known)
			if len(report.Documents) != len(known) {
				t.Fatalf("got %d documents, want %d", len(report.Documents), len(known))
			}
			for _, d := range report.Documents {
				if !slices.Equal(d.Matched, want[d.Document]) {
					t.Errorf("%s: matched %v, want %v", d.Document, d.Matched, want[d.Document])
				}
				if len(d.Missing) > 0 || len(d.Extra) > 0 || len(d.Changed) > 0 {
					t.Errorf("%s: missing %v, extra %v, changed %v; want none", d.Document, d.Missing, d.Extra, d.Changed)
				}
				for _, number := range test.notes {
					if slices.Contains(want[d.Document], number) {
						continue
					}
					if d.Document != "rules" && !slices.ContainsFunc(d.Notes, func(n string) bool { return strings.HasPrefix(n, number+":") }) {
						t.Errorf("%s: no note on %s in %q", d.Document, number, d.Notes)
					}
				}
				t.Logf("%s: %d matched; notes %q", d.Document, len(d.Matched), d.Notes)
			}
		})
	}
}

func sameNumbers(a, b DocumentReport) bool {
	return slices.Equal(a.Matched, b.Matched) && slices.Equal(a.Missing, b.Missing) && slices.Equal(a.Extra, b.Extra)
}

func reportOf(t *testing.T, data []byte, known map[string][]KnownClause) Report {
	t.Helper()
	text, err := Read(data)
	if err != nil {
		t.Fatal(err)
	}
	docs, err := Split(text)
	if err != nil {
		t.Fatal(err)
	}
	report, err := Match(docs, known, "")
	if err != nil {
		t.Fatal(err)
	}
	return report
}
