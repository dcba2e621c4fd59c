package words_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tereze/internal/words"
)

// actName is how evidence names an act: the room, and what was done.
var actName = regexp.MustCompile(`^(account|agreement|claims|notify|operations|party|privacy)\.[a-z_]+$`)

// TestEveryActHasItsWord reads what the rooms record, and asks for a word for each: whoever reads the log or
// their own activity is not shown the name that programs use.
func TestEveryActHasItsWord(t *testing.T) {
	t.Parallel()
	book, err := words.Load()
	if err != nil {
		t.Fatal(err)
	}
	acts := map[string]string{}
	for _, room := range []string{"account", "agreement", "claims", "notify", "operations", "party", "privacy"} {
		files, err := filepath.Glob("../" + room + "/*.go")
		if err != nil || len(files) == 0 {
			t.Fatalf("no sources of %s (%v)", room, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			recorded(t, file, text, acts)
		}
	}
	if len(acts) < 70 {
		t.Fatalf("found %d acts: the rooms are not being read", len(acts))
	}
	for act, where := range acts {
		if !book.Has("en", "console.act."+act) && !book.Has("en", "cabinet.act."+act) {
			t.Errorf("%s records %s, which has no word under console.act nor cabinet.act", where, act)
		}
	}
}

// recorded finds the names of acts: in the field Act, in calls of what notes an act, and in variables called act.
func recorded(t *testing.T, file string, text []byte, acts map[string]string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, text, 0)
	if err != nil {
		t.Fatal(err)
	}
	take := func(in ...ast.Expr) {
		for _, e := range in {
			if s, ok := literal(e); ok && actName.MatchString(s) {
				acts[s] = file
			}
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.KeyValueExpr:
			if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Act" {
				take(n.Value)
			}
		case *ast.CallExpr:
			if sel, ok := n.Fun.(*ast.SelectorExpr); ok && (strings.Contains(strings.ToLower(sel.Sel.Name), "note") || sel.Sel.Name == "act") {
				take(n.Args...)
			}
		case *ast.AssignStmt:
			for i, left := range n.Lhs {
				if x, ok := left.(*ast.Ident); ok && x.Name == "act" && len(n.Rhs) == len(n.Lhs) {
					take(n.Rhs[i])
				}
			}
		}
		return true
	})
}
