package covers

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

const (
	module     = "tereze/"
	clauseRoom = module + "internal/clause"
	thisRoom   = module + "internal/covers"
)

// Scan reads the Go files of a source tree, given by its root, and makes the table of them. The
// problems name marks it cannot read: a mark nobody can find covers nothing.
func Scan(tree fs.FS) (Table, []error) {
	s := scanner{
		positions: token.NewFileSet(), names: map[string]string{}, uses: map[string][]string{},
		table: Table{Rules: map[string][]string{}, Clauses: map[string]map[string][]string{}},
	}
	for _, root := range []string{"cmd", "internal"} {
		if err := fs.WalkDir(tree, root, func(name string, d fs.DirEntry, err error) error { return s.visit(tree, name, d, err) }); err != nil {
			s.problems = append(s.problems, err)
		}
	}
	for typ, places := range s.uses {
		if rule := s.names[typ]; rule != "" {
			s.table.Rules[rule] = sorted(append(s.table.Rules[rule], places...))
		}
	}
	for _, clauses := range s.table.Clauses {
		for number, tests := range clauses {
			clauses[number] = sorted(tests)
		}
	}
	return s.table, s.problems
}

type scanner struct {
	positions *token.FileSet
	names     map[string]string   // package path "." type → rule
	uses      map[string][]string // package path "." type → where it is read
	table     Table
	problems  []error
}

func (s *scanner) visit(tree fs.FS, name string, d fs.DirEntry, err error) error {
	switch {
	case err != nil:
		return err
	case d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && len(d.Name()) > 1):
		return fs.SkipDir
	case d.IsDir() || path.Ext(name) != ".go":
		return nil
	}
	source, err := fs.ReadFile(tree, name)
	if err != nil {
		return err
	}
	f, err := parser.ParseFile(s.positions, name, source, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	imports := importsOf(f)
	if strings.HasSuffix(name, "_test.go") {
		s.marks(name, f, imports)
	} else if strings.HasPrefix(name, "internal/") {
		s.rules(name, f, imports)
	}
	return nil
}

// importsOf gives the paths of imported packages by the name they have in the file.
func importsOf(f *ast.File) map[string]string {
	out := map[string]string{}
	for _, spec := range f.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		name := path.Base(p)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		out[name] = p
	}
	return out
}

// rules notes the rule types a file defines and the places where it reads one from a book.
func (s *scanner) rules(name string, f *ast.File, imports map[string]string) {
	here := module + path.Dir(name)
	for _, decl := range f.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		if fn.Name.Name == "Rule" && fn.Recv != nil {
			if rule := nameIn(fn.Body); rule != "" {
				s.names[here+"."+receiver(fn)] = rule
			}
		}
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			index, ok := n.(*ast.IndexExpr)
			if !ok || !reads(index.X, imports) {
				return true
			}
			if typ := typeName(index.Index, here, imports); typ != "" {
				// No line number: the table would be stale after every edit above it.
				if place := name + " " + function(fn); !slices.Contains(s.uses[typ], place) {
					s.uses[typ] = append(s.uses[typ], place)
				}
			}
			return true
		})
	}
}

// nameIn finds Name: "room.noun" in the body of a Rule method.
func nameIn(body *ast.BlockStmt) (rule string) {
	ast.Inspect(body, func(n ast.Node) bool {
		if pair, ok := n.(*ast.KeyValueExpr); ok {
			if key, ok := pair.Key.(*ast.Ident); ok && key.Name == "Name" {
				rule, _ = literal(pair.Value)
			}
		}
		return rule == ""
	})
	return rule
}

func reads(x ast.Expr, imports map[string]string) bool {
	sel, ok := x.(*ast.SelectorExpr)
	if !ok || !slices.Contains([]string{"In", "InDocument", "InEdition"}, sel.Sel.Name) {
		return false
	}
	room, ok := sel.X.(*ast.Ident)
	return ok && imports[room.Name] == clauseRoom
}

func typeName(x ast.Expr, here string, imports map[string]string) string {
	switch x := x.(type) {
	case *ast.Ident:
		return here + "." + x.Name
	case *ast.SelectorExpr:
		if room, ok := x.X.(*ast.Ident); ok {
			return imports[room.Name] + "." + x.Sel.Name
		}
	}
	return ""
}

func receiver(fn *ast.FuncDecl) string {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return ""
	}
	typ := fn.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	if id, ok := typ.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

func function(fn *ast.FuncDecl) string {
	if of := receiver(fn); of != "" {
		return of + "." + fn.Name.Name
	}
	return fn.Name.Name
}

func literal(x ast.Expr) (string, bool) {
	lit, ok := x.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

func sorted(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}
