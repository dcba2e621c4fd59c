package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// homeColumns name the home of a row; Citus keeps a home on one shard (design §5).
var homeColumns = []string{"user_id", "org_id", "case_id"}

// homeless lists the tables that belong to no person, organisation or case, each with its reason:
// a reference table is small and copied to every shard, a look-up is keyed by the value looked up,
// a local table stays with the coordinator.
var homeless = map[string]string{
	"store_migration":              "local: the history of the schema",
	"store_node":                   "local: at most 1024 node numbers, touched once a minute by each program",
	"agreement_portal":             "reference: one row for each portal",
	"agreement_edition":            "reference: the editions of a few documents, read by everybody",
	"account_name":                 "look-up: sign-in name to user",
	"account_session":              "look-up: session token to user",
	"account_secret":               "look-up: one-time secret to what it opens",
	"account_limit":                "look-up: what is counted to how often",
	"account_number":               "look-up: a state's number to user",
	"account_name_base":            "look-up: a person's name in Latin letters to how many sign-in names were made of it",
	"claims_number":                "look-up: a request, which its number names, to whose it is",
	"notify_receipt":               "look-up: a provider's number of a part to the message",
	"claims_letter":                "look-up: a letter that was taken in, by a mark of it",
	"account_credential":           "look-up: a passkey's credential to user",
	"evidence_waiting":             "local: one sequencer empties it",
	"evidence_leaf":                "local: one log, numbered without a gap",
	"evidence_hash":                "local: the tree of that log",
	"evidence_checkpoint":          "local: the heads of that log",
	"account_refused_number":       "look-up: a number under which nobody may register to the sanction",
	"account_program":              "reference: a few programs for each portal, by the hash of their key",
	"party_organisation_number":    "look-up: an organisation's number to the organisation",
	"party_link":                   "look-up: a one-time link to what it opens",
	"account_staff":                "reference: one row for each portal",
	"obligation_lane":              "local: which keeper works off which row of obligations",
	"operations_days":              "reference: what few people write a few times a year, read by everybody",
	"operations_announcement":      "reference: what every visitor of a portal is told",
	"operations_announcement_text": "reference: the same, in each language",
	"notify_template":              "reference: the operator's wording of a few messages",
	"notify_campaign":              "reference: a letter to many, once for all who get it",
	"billing_price_list":           "reference: the prices of a portal, read by everybody",
	"operations_event":             "reference: what happens to a portal, which every visitor is told",
	"operations_note":              "reference: the history of it",
	"operations_owed":              "local: notices on their way out, a row for each act",
}

// TestHomeKey reads every migration: a table has a home column that is part of its primary key and
// of everything unique in it, or is listed above.
func TestHomeKey(t *testing.T) {
	t.Parallel()
	tables, faults := readSchema(t, "migrations/*.sql")
	tables["store_migration"] = &table{keys: [][]string{{"number"}}} // made before the migrations
	for _, fault := range faults {
		t.Error(fault)
	}
	if len(tables) < 2 {
		t.Fatalf("found %d tables: the migrations were not read", len(tables))
	}
	for name, fault := range strayFromHome(tables) {
		t.Errorf("table %s: %s", name, fault)
	}
	for name := range homeless {
		if tables[name] == nil {
			t.Errorf("%s is listed as homeless, but no migration makes it", name)
		}
	}
}

// TestHomeKeyFinds proves that the reading above sees what it is meant to refuse.
func TestHomeKeyFinds(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, text, want string }{
		{"a home table", `CREATE TABLE x_a (user_id BIGINT NOT NULL, id BIGINT, PRIMARY KEY (user_id, id), UNIQUE (id, user_id));`, ""},
		{"a home as the whole key", `CREATE TABLE x_a (user_id BIGINT NOT NULL PRIMARY KEY, v TEXT CHECK (v IN ('a,b', 'c')));`, ""},
		{"no home", `CREATE TABLE x_a (id BIGINT PRIMARY KEY);`, "x_a"},
		{"a key without the home", `CREATE TABLE x_a (id BIGINT, user_id BIGINT, PRIMARY KEY (id));`, "x_a"},
		{"a key in the column without the home", "CREATE TABLE x_a (id BIGINT NOT NULL\n PRIMARY KEY, user_id BIGINT);", "x_a"},
		{"no key", `CREATE TABLE x_a (user_id BIGINT);`, "x_a"},
		{"unique without the home", `CREATE TABLE x_a (user_id BIGINT PRIMARY KEY, mail TEXT, CONSTRAINT m UNIQUE (mail));`, "x_a"},
		{"a unique column", `create table x_a (user_id bigint primary key, mail text unique);`, "x_a"},
		{"a unique index without the home", `CREATE TABLE x_a (org_id BIGINT PRIMARY KEY, n TEXT);
			CREATE UNIQUE INDEX x_a_n ON x_a (n) WHERE n <> '';`, "x_a"},
		{"a unique index with the home", `CREATE TABLE x_a (org_id BIGINT PRIMARY KEY, n TEXT); -- ; a comment, with ( and '
			CREATE UNIQUE INDEX IF NOT EXISTS x_a_n ON x_a (lower(n), org_id) WHERE n <> '';`, ""},
		{"a deferred constraint", `CREATE TABLE x_a (user_id BIGINT PRIMARY KEY REFERENCES x_b (user_id) DEFERRABLE INITIALLY DEFERRED);`, "DEFERRABLE"},
		{"a constraint added later", `CREATE TABLE x_a (user_id BIGINT PRIMARY KEY); ALTER TABLE x_a ADD CONSTRAINT u UNIQUE (n);`, "ALTER"},
		{"a table made of a query", `CREATE TABLE x_a AS SELECT 1;`, "CREATE"},
		{"a dropped table", `CREATE TABLE x_a (id BIGINT PRIMARY KEY); DROP TABLE x_a;`, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			schema := schema{tables: map[string]*table{}}
			schema.read(c.name, c.text)
			said := strings.Join(schema.faults, "\n")
			for name, fault := range strayFromHome(schema.tables) {
				said += name + ": " + fault
			}
			if c.want == "" && said != "" || !strings.Contains(said, c.want) {
				t.Errorf("got %q, want it to speak of %q", said, c.want)
			}
		})
	}
}

// strayFromHome says what is wrong, by table.
func strayFromHome(tables map[string]*table) map[string]string {
	stray := map[string]string{}
	for name, table := range tables {
		if homeless[name] != "" {
			continue
		}
		var homes []string
		for _, column := range table.columns {
			if slices.Contains(homeColumns, column) {
				homes = append(homes, column)
			}
		}
		if len(homes) == 0 {
			stray[name] = fmt.Sprintf("has none of %v; if it belongs to nobody, list it with the reason", homeColumns)
			continue
		}
		if !table.primary {
			stray[name] = "has no primary key"
		}
		for _, key := range table.keys {
			if !slices.ContainsFunc(homes, func(home string) bool { return slices.Contains(key, home) }) {
				stray[name] = fmt.Sprintf("the key or unique %v does not contain its home %v", key, homes)
			}
		}
	}
	return stray
}

// table is what the test needs to know of one.
type table struct {
	columns []string
	keys    [][]string // the primary key and everything unique
	primary bool
}

// schema is what a row of migrations makes.
type schema struct {
	tables map[string]*table
	faults []string
}

func readSchema(t *testing.T, pattern string) (map[string]*table, []string) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no migrations (%v)", err)
	}
	s := schema{tables: map[string]*table{}}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, ".sqlite.sql") {
			continue // its pair makes the same tables, see TestEnginesAgree
		}
		s.read(file, string(text))
	}
	return s.tables, s.faults
}

var (
	sqlNoise    = regexp.MustCompile(`--[^\n]*|/\*(?s:.*?)\*/`)
	sqlText     = regexp.MustCompile(`'(?:[^']|'')*'`)
	createTable = regexp.MustCompile(`(?is)^CREATE TABLE (?:IF NOT EXISTS )?(\w+) ?\((.*)\)$`)
	uniqueIndex = regexp.MustCompile(`(?i)^CREATE UNIQUE INDEX (?:IF NOT EXISTS )?\w+ ON (\w+) ?(\(.*\))(?: WHERE .*)?$`)
	dropTable   = regexp.MustCompile(`(?i)^DROP TABLE (?:IF EXISTS )?(\w+)$`)
	addColumn   = regexp.MustCompile(`(?i)^ALTER TABLE (\w+) (?:ADD COLUMN (\w+) .*|DROP COLUMN \w+|RENAME COLUMN \w+ TO \w+)$`)
	keyWords    = regexp.MustCompile(`(?i)\b(PRIMARY KEY|UNIQUE)\b`)
	constraint  = regexp.MustCompile(`(?i)^(CONSTRAINT \w+ )?(PRIMARY KEY|UNIQUE|CHECK|FOREIGN KEY)\b`)
	identifier  = regexp.MustCompile(`\w+`)
)

// read takes in the statements of one migration. What it does not understand it reports.
func (s *schema) read(file, text string) {
	text = sqlText.ReplaceAllString(sqlNoise.ReplaceAllString(text, " "), "''")
	for statement := range strings.SplitSeq(text, ";") {
		statement = strings.Join(strings.Fields(statement), " ")
		upper := strings.ToUpper(statement)
		if strings.Contains(upper, "DEFERRABLE") {
			s.fault(file, statement, "DEFERRABLE fails at the commit, and with it every act of the group")
		}
		switch {
		case strings.HasPrefix(upper, "CREATE TABLE"):
			s.create(file, statement)
		case strings.HasPrefix(upper, "CREATE UNIQUE INDEX"):
			s.unique(file, statement)
		case strings.HasPrefix(upper, "DROP TABLE"):
			if m := dropTable.FindStringSubmatch(statement); m != nil {
				delete(s.tables, m[1])
			} else {
				s.fault(file, statement, "cannot be read")
			}
		case strings.HasPrefix(upper, "ALTER TABLE"):
			m := addColumn.FindStringSubmatch(statement)
			if m == nil || keyWords.MatchString(statement) {
				s.fault(file, statement, "cannot be read: make keys with the table or with CREATE UNIQUE INDEX")
			} else if t := s.tables[m[1]]; t != nil && m[2] != "" {
				t.columns = append(t.columns, m[2])
			}
		}
	}
}

func (s *schema) create(file, statement string) {
	m := createTable.FindStringSubmatch(statement)
	if m == nil {
		s.fault(file, statement, "cannot be read")
		return
	}
	made := &table{}
	for _, part := range splitTop(m[2]) {
		head := constraint.FindStringSubmatch(part)
		if head == nil {
			column := identifier.FindString(part)
			made.columns = append(made.columns, column)
			for _, key := range keyWords.FindAllString(part, -1) {
				made.keys = append(made.keys, []string{column})
				made.primary = made.primary || strings.EqualFold(key, "PRIMARY KEY")
			}
			continue
		}
		if word := strings.ToUpper(head[2]); word == "PRIMARY KEY" || word == "UNIQUE" {
			made.keys = append(made.keys, identifier.FindAllString(part[strings.Index(part, "("):], -1))
			made.primary = made.primary || word == "PRIMARY KEY"
		}
	}
	s.tables[m[1]] = made
}

func (s *schema) unique(file, statement string) {
	m := uniqueIndex.FindStringSubmatch(statement)
	if m == nil || s.tables[m[1]] == nil {
		s.fault(file, statement, "cannot be read, or is on a table not made here")
		return
	}
	key, _, _ := strings.Cut(m[2], " WHERE ")
	s.tables[m[1]].keys = append(s.tables[m[1]].keys, identifier.FindAllString(key, -1))
}

func (s *schema) fault(file, statement, what string) {
	s.faults = append(s.faults, fmt.Sprintf("%s: %.60s…: %s", file, statement, what))
}

// splitTop splits at the commas outside brackets.
func splitTop(body string) []string {
	var parts []string
	depth, from := 0, 0
	for i, r := range body {
		switch r {
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth == 0 {
				parts = append(parts, strings.TrimSpace(body[from:i]))
				from = i + 1
			}
		}
	}
	return append(parts, strings.TrimSpace(body[from:]))
}
