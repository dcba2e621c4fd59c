// Package internal_test holds the plan of the house: which room may import which, and why.
package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// plan says which rooms a room may import. A new edge is added here, in the same change, with its
// reason. Rooms of one floor do not import each other; where two must meet, house introduces them.
var plan = map[string][]string{
	// Floor 1 knows nobody but the clause, which is what everything here is about.
	"clause":   {},
	"calendar": {"clause"}, // it counts the periods that clauses write
	"identity": {},
	"words":    {},
	"fault":    {"clause"},                                           // a refusal cites the clause that refuses
	"evidence": {"clause", "fault", "identity"},                      // an entry says who did what under which clause
	"written":  {"clause"},                                           // what is wrong in a pack's file is a problem of a clause's kind: file, line, reason
	"eds":      {"clause"},                                           // defines the rules its agreements set
	"notify":   {"clause", "evidence", "fault", "identity", "words"}, // whose message it is; what people choose and agree to is recorded; it says sentences the operator wrote
	// what is owed under which clause until when, and its end, are on record
	"obligation": {"calendar", "clause", "evidence", "fault", "identity"},

	// Floor 2 decides. Each defines its rules and records what it does.
	"agreement":  {"calendar", "clause", "evidence", "fault", "identity", "obligation", "written"},
	"account":    {"calendar", "clause", "evidence", "fault", "identity", "notify", "obligation"},  // codes and links go out as messages
	"gate":       {"clause", "fault", "identity"},                                                  // not agreement, not account: it is handed their answers
	"billing":    {"calendar", "clause", "evidence", "fault", "identity", "obligation", "written"}, // its first prices stand in the pack; a change is recorded, and owes notices until its day
	"catalogue":  {"clause", "written"},                                                            // its services stand in the pack
	"claims":     {"clause", "evidence", "fault", "identity", "notify", "obligation"},              // a request is recorded, and its number goes out as a message
	"content":    {"clause", "evidence", "fault", "identity", "obligation", "written"},             // who published what is recorded; an archive copy is owed an end; the sections stand in the pack
	"court":      {"clause"},
	"diary":      {"clause"},
	"operations": {"calendar", "clause", "evidence", "fault", "identity", "notify"}, // an announcement is somebody's act, made in time, recorded, and told
	"party":      {"clause", "evidence", "fault", "identity", "notify"},             // invitations go out as messages
	"privacy":    {"clause", "evidence", "fault", "identity"},                       // a consent is somebody's, and recorded; what may not be disclosed is refused
	"signing":    {"clause", "eds", "fault", "identity"},                            // whose signature it is and what it proves, eds finds out
	"idcard":     {"eds", "fault", "identity"},                                      // whose card it is, eds finds out

	// Floor 3 faces the world: people, programs, the database.
	"web":   {"account", "agreement", "billing", "calendar", "catalogue", "claims", "clause", "content", "esi", "evidence", "fault", "gate", "idcard", "identity", "notify", "obligation", "operations", "party", "privacy", "signing", "eds", "words"}, // a demo shows its messages
	"api":   {"account", "agreement", "eds", "evidence", "fault", "gate", "identity", "signing", "words"},                                                                                                                                               // the same acts as web, in JSON
	"store": {"account", "agreement", "billing", "claims", "clause", "content", "evidence", "fault", "identity", "notify", "obligation", "operations", "party", "privacy", "signing", "calendar"},                                                       // the types it keeps

	// whose messages it carries, by a configuration it reads strictly
	"courier": {"fault", "identity", "notify", "written"},

	"keeper":  {"fault", "identity", "obligation"}, // it does what is owed at its time
	"mailbox": {"claims"},                          // it makes letters of what comes by e-mail
	"ncanode": {"eds"},                             // another verifier, behind the interface of the first

	"cryptosocket": {"eds"},               // it signs as a person's card does
	"esi":          {"fault", "identity"}, // it asks the state's identification system who somebody is
	"mgovsign":     {"eds"},               // it signs as a person's phone does
	"ncalayer":     {"eds"},               // it signs as a person's program does
	"revocation":   {"eds"},               // it brings what eds asks for

	// Floor 4 builds all of them.
	"house":     {"*"},
	"yardstick": {"account", "agreement", "clause", "eds", "gate", "house", "identity", "notify", "store"},                                                                    // it measures the house as it serves, and writes into store's own tables what it is held against
	"ruleset":   {"account", "agreement", "billing", "catalogue", "claims", "clause", "content", "court", "diary", "eds", "gate", "notify", "operations", "party", "privacy"}, // it lists what each of them defines
	"covers":    {"agreement", "clause", "ruleset"},                                                                                                                           // reads packs and rules to prove that tests cover them
	"journey":   {},                                                                                                                                                           // holds tests alone, and walks through the house from outside, as people do
}

// domain are the rooms that decide; closed is what they never reach, and why.
var domain = []string{
	"clause", "calendar", "identity", "words", "fault", "written", "evidence", "eds", "notify", "obligation", "agreement", "account",
	"billing", "catalogue", "claims", "content", "court", "diary", "idcard", "operations", "party", "privacy", "signing",
}

var closed = map[string]string{
	"net/http":      "a rule does not know how it was asked",
	"database/sql":  "a rule does not know where it is kept",
	"os":            "configuration is read in cmd and handed in",
	"html/template": "words are chosen by key, drawn by web",
	"text/template": "words are chosen by key, drawn by web",
	"log":           "the gate logs, once",
	"log/slog":      "the gate logs, once",
}

type source struct {
	room string // first folder under internal
	pkg  string // folder of the file
	path string
	file *ast.File
}

// sources reads every Go file that is not a test. It reads the files itself rather than asking
// "go list": the test cache follows files that a test opens, not what a child process reads.
func sources(t *testing.T) (out []source) {
	t.Helper()
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata"):
			return fs.SkipDir
		case d.IsDir(), !strings.HasSuffix(p, ".go"), strings.HasSuffix(p, "_test.go"):
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		room, _, _ := strings.Cut(filepath.ToSlash(p), "/")
		out = append(out, source{room: room, pkg: path.Dir(filepath.ToSlash(p)), path: filepath.ToSlash(p), file: f})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 20 {
		t.Fatalf("only %d files under internal: the plan would prove nothing", len(out))
	}
	return out
}

func TestHousePlan(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		allowed, planned := plan[s.room]
		if !planned {
			t.Errorf("%s: room %s is not on the plan", s.path, s.room)
			continue
		}
		for _, spec := range s.file.Imports {
			imp, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			inside, ours := strings.CutPrefix(imp, "tereze/internal/")
			to, _, _ := strings.Cut(inside, "/")
			switch {
			case strings.HasPrefix(imp, "tereze/cmd"):
				t.Errorf("%s imports %s: a room does not know the program", s.path, imp)
			case ours && to != s.room && !slices.Contains(allowed, to) && !slices.Contains(allowed, "*"):
				t.Errorf("%s imports %s: not on the plan", s.path, to)
			case slices.Contains(domain, s.room) && closed[imp] != "":
				t.Errorf("%s imports %s: %s", s.path, imp, closed[imp])
			case strings.Contains(imp, "modernc.org/sqlite") && s.room != "store", strings.Contains(imp, "jackc/pgx") && s.room != "store":
				t.Errorf("%s imports %s: only store knows a driver", s.path, imp)
			}
		}
	}
}

func TestEveryRoomSaysWhatItIsFor(t *testing.T) {
	t.Parallel()
	comments := map[string]int{}
	for _, s := range sources(t) {
		comments[s.pkg] += 0
		if s.file.Doc == nil || ast.IsGenerated(s.file) {
			continue
		}
		comments[s.pkg]++
		if !strings.HasPrefix(s.file.Doc.Text(), "Package ") && !strings.HasPrefix(s.file.Doc.Text(), "Command ") {
			t.Errorf("%s: the comment of a package begins with Package", s.path)
		}
	}
	for pkg, n := range comments {
		if n != 1 {
			t.Errorf("%s has %d package comments, want 1", pkg, n)
		}
	}
}

// TestOnlyAgreementBinds keeps identity.Bound worth something: an act that takes one cannot be
// reached past the acceptance as long as nobody else makes them.
func TestOnlyAgreementBinds(t *testing.T) {
	t.Parallel()
	calls := 0
	for _, s := range sources(t) {
		ast.Inspect(s.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok || sel.Sel.Name != "Bind" {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); !ok || x.Name != "identity" {
				return true
			}
			calls++
			if s.room != "agreement" {
				t.Errorf("%s calls identity.Bind: only agreement says who is bound", s.path)
			}
			return true
		})
	}
	if calls == 0 {
		t.Error("nobody calls identity.Bind: this test looks for the wrong thing")
	}
}

// TestNoDrawers keeps out the names that say nothing about what a package is for.
func TestNoDrawers(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		for _, name := range []string{"util", "utils", "common", "helpers", "shared", "types", "models", "misc"} {
			if path.Base(s.pkg) == name {
				t.Errorf("%s: no package is called %s", s.path, name)
			}
		}
	}
}

// TestNothingOfThisMachine keeps addresses of one machine out of the sources.
func TestNothingOfThisMachine(t *testing.T) {
	t.Parallel()
	home, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sources(t) {
		b, err := os.ReadFile(s.path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), filepath.Dir(home)+"/") {
			t.Errorf("%s names a folder of this machine", s.path)
		}
	}
}
