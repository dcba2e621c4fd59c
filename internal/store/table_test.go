package store_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tereze/internal/store"
	"tereze/internal/store/storetest"
)

// tableNamed finds the tables a statement names; keywords are upper case, tables are not.
var tableNamed = regexp.MustCompile(`\b(?:FROM|INTO|UPDATE|JOIN|TABLE)\s+([a-z]\w*)`)

// catalogues are the engines' own tables, which only the engine's files read.
var catalogues = regexp.MustCompile(`^(pg_|sqlite_|pragma_)`)

// engineFiles hold no room's statements but those of store itself; a new one is added here.
var engineFiles = []string{"store.go", "open.go", "tx.go", "writer.go", "refusal.go", "migrate.go", "ids.go",
	"seal.go", "sqlite.go", "sqlite_conn.go", "postgres.go", "backup.go", "backup_postgres.go"}

// joined lists the files that read another room's rows beside their own, and why; they only read.
var joined = map[string]string{
	"party_roll.go":   "account", // a school's roll is in the order of its people's names: one statement, not one for each
	"party_ending.go": "account", // and so are those who arrive from another school
	"party_page.go":   "account", // a page shows whose it is

	"notify_campaign.go": "account", // a campaign chooses among a million people and their contacts, none of whom the program holds
	"notify_standing.go": "account", // who is told along with two hundred others is one of a portal's users

	// nobody who took back the consent to statistics is counted in them: in the statement itself, which names nobody
	"account_statistics.go": "privacy", "evidence_statistics.go": "privacy", "claims_statistics.go": "privacy", "party_statistics.go": "privacy",
}

// TestTablesStayInTheirRoom: a room's tables are named in <room>.go and <room>_….go alone. Who needs
// another room's rows asks that room.
func TestTablesStayInTheirRoom(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		room, _, _ := strings.Cut(strings.TrimSuffix(file, ".go"), "_")
		if slices.Contains(engineFiles, file) {
			room = "store"
		}
		for _, name := range tablesIn(t, file, nil) {
			named++
			owner, _, ours := strings.Cut(name, "_")
			if !ours {
				continue // a name the statement gives to its own query: tables have their room's
			}
			if owner != room && joined[file] != owner && !(room == "store" && catalogues.MatchString(name)) {
				t.Errorf("%s names table %s of room %s", file, name, owner)
			}
		}
	}
	if named == 0 {
		t.Error("no statement was found: the files were not read")
	}
}

// TestTablesFound proves that the reading above sees a foreign table.
func TestTablesFound(t *testing.T) {
	t.Parallel()
	source := "package store\nconst a = `SELECT 1 FROM account_user u JOIN\n agreement_edition`\n" +
		"// FROM a_comment\nvar b = \"UPDATE billing_account SET n = 1 WHERE x IN (SELECT y FROM claims_case) FOR UPDATE\"\n" +
		"var c = `INSERT INTO diary_mark (a) VALUES ($1) ON CONFLICT (a) DO UPDATE SET a = 2`"
	got := tablesIn(t, "x.go", source)
	want := []string{"account_user", "agreement_edition", "billing_account", "claims_case", "diary_mark"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// tablesIn lists the tables named in the string literals of a file.
func tablesIn(t *testing.T, file string, source any) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	ast.Inspect(parsed, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			text, _ := strconv.Unquote(lit.Value)
			for _, m := range tableNamed.FindAllStringSubmatch(text, -1) {
				names = append(names, m[1])
			}
		}
		return true
	})
	return names
}

// TestEnginesAgree asks both live databases: the same tables, columns, kinds of values, and which
// may be NULL.
func TestEnginesAgree(t *testing.T) {
	t.Parallel()
	// SQLite's own name of a row, INTEGER PRIMARY KEY, has 64 bits.
	lite := columns(t, storetest.Open(t, store.Config{Database: storetest.SQLite(t)}), `
		SELECT m.name, c.name, CASE WHEN c.type = 'INTEGER' AND c.pk = 1 THEN 'bigint' ELSE lower(c.type) END, c."notnull" = 1 OR c.pk > 0
		FROM sqlite_master m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\_%' ESCAPE '\'`)
	pg := columns(t, storetest.Open(t, store.Config{Database: storetest.Postgres(t)}), `
		SELECT table_name, column_name, data_type, is_nullable = 'NO'
		FROM information_schema.columns WHERE table_schema = current_schema()`)
	if len(lite) == 0 {
		t.Fatal("no columns were found")
	}
	// The one difference of kinds that is meant: JSON is TEXT on SQLite (stack decision 2).
	for name, kind := range pg {
		if strings.HasPrefix(kind, "jsonb") {
			pg[name] = "text" + strings.TrimPrefix(kind, "jsonb")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(lite)) {
		if lite[name] != pg[name] {
			t.Errorf("%s is %q on SQLite, %q on PostgreSQL", name, lite[name], pg[name])
		}
		delete(pg, name)
	}
	for _, name := range slices.Sorted(maps.Keys(pg)) {
		t.Errorf("%s is not on SQLite, %q on PostgreSQL", name, pg[name])
	}
}

// columns maps table.column to its kind.
func columns(t *testing.T, s *store.Store, text string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := s.InView(t.Context(), func(tx *store.Tx) error {
		rs, err := tx.Query(t.Context(), text)
		if err != nil {
			return err
		}
		defer rs.Close()
		for rs.Next() {
			var table, column, kind string
			var never bool
			if err := rs.Scan(&table, &column, &kind, &never); err != nil {
				return err
			}
			if never {
				kind += ", never NULL"
			}
			all[table+"."+column] = kind
		}
		return rs.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
