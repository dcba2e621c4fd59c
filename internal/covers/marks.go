package covers

import (
	"fmt"
	"go/ast"
	"go/token"
	"strings"
)

// marks notes which clauses the tests of a file say they prove.
func (s *scanner) marks(name string, f *ast.File, imports map[string]string) {
	for _, decl := range f.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		r := resolver{file: f, fn: fn}
		r.walk(func(call *ast.CallExpr, loops []*ast.RangeStmt) {
			if !marks(call, imports) {
				return
			}
			at := s.positions.Position(call.Pos())
			test := fn.Recv == nil && (strings.HasPrefix(fn.Name.Name, "Test") || strings.HasPrefix(fn.Name.Name, "Fuzz"))
			if !test {
				s.problems = append(s.problems, fmt.Errorf("%s:%d: covers.Clause stands in %s: want it in the test itself", name, at.Line, fn.Name.Name))
				return
			}
			pairs, ok := r.pairs(call, loops)
			if !ok {
				s.problems = append(s.problems, fmt.Errorf("%s:%d: covers.Clause: want string literals, or a loop over a table of them in this file", name, at.Line))
			}
			for _, p := range pairs {
				if s.table.Clauses[p[0]] == nil {
					s.table.Clauses[p[0]] = map[string][]string{}
				}
				s.table.Clauses[p[0]][p[1]] = append(s.table.Clauses[p[0]][p[1]], name+":"+fn.Name.Name)
			}
		})
	}
}

func marks(call *ast.CallExpr, imports map[string]string) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "Clause" || len(call.Args) != 3 {
		return false
	}
	room, ok := sel.X.(*ast.Ident)
	return ok && imports[room.Name] == thisRoom
}

// resolver finds what string an expression of a test has, where the source alone tells.
type resolver struct {
	file  *ast.File
	fn    *ast.FuncDecl
	depth int
}

// maxDepth ends names that stand for each other.
const maxDepth = 20

// value is an expression and, where its literal leaves the type out, the type.
type value struct {
	expr, typ ast.Expr
}

// scope gives what the variables of the loops around a call stand for in one turn.
type scope map[string]value

// walk visits every call of the function with the loops around it, the outermost first.
func (r *resolver) walk(visit func(*ast.CallExpr, []*ast.RangeStmt)) {
	var stack []ast.Node
	ast.Inspect(r.fn.Body, func(n ast.Node) bool {
		if n == nil {
			stack = stack[:len(stack)-1]
			return true
		}
		if call, ok := n.(*ast.CallExpr); ok {
			var loops []*ast.RangeStmt
			for _, around := range stack {
				if loop, ok := around.(*ast.RangeStmt); ok {
					loops = append(loops, loop)
				}
			}
			visit(call, loops)
		}
		stack = append(stack, n)
		return true
	})
}

// pairs are the portals and clauses a call names in all turns of its loops. A turn that leaves
// either name empty marks nothing: not every row of a table proves a clause.
func (r *resolver) pairs(call *ast.CallExpr, loops []*ast.RangeStmt) (pairs [][2]string, ok bool) {
	turns := []scope{{}}
	for _, loop := range loops {
		var next []scope
		for _, turn := range turns {
			next = append(next, r.turns(loop, turn)...)
		}
		turns = next
	}
	for _, turn := range turns {
		portal, okPortal := r.text(call.Args[1], turn)
		clause, okClause := r.text(call.Args[2], turn)
		if !okPortal || !okClause {
			return pairs, false
		}
		if portal != "" && clause != "" {
			pairs = append(pairs, [2]string{portal, clause})
		}
	}
	return pairs, true
}

// turns are the scopes of a loop's body. A loop over what the source does not show, a number or the
// answer of a function, leaves the scope as it is.
func (r *resolver) turns(loop *ast.RangeStmt, outer scope) []scope {
	table, ok := r.resolve(value{expr: loop.X}, outer)
	list, isList := table.expr.(*ast.CompositeLit)
	if !ok || !isList {
		return []scope{outer}
	}
	typ := list.Type
	if typ == nil {
		typ = table.typ
	}
	var elem, key ast.Expr
	switch t := r.named(typ).(type) {
	case *ast.ArrayType:
		elem = t.Elt
	case *ast.MapType:
		elem, key = t.Value, t.Key
	}
	var out []scope
	for _, item := range list.Elts {
		turn := scope{}
		for name, v := range outer {
			turn[name] = v
		}
		if pair, ok := item.(*ast.KeyValueExpr); ok {
			item = pair.Value
			if key != nil {
				bind(turn, loop.Key, value{pair.Key, key})
			}
		}
		bind(turn, loop.Value, value{item, elem})
		out = append(out, turn)
	}
	return out
}

func bind(turn scope, name ast.Expr, v value) {
	if id, ok := name.(*ast.Ident); ok && id.Name != "_" {
		turn[id.Name] = v
	}
}

func (r *resolver) text(x ast.Expr, turn scope) (string, bool) {
	v, ok := r.resolve(value{expr: x}, turn)
	if !ok {
		return "", false
	}
	return literal(v.expr)
}

// resolve follows names and fields to a literal.
func (r *resolver) resolve(v value, turn scope) (value, bool) {
	if r.depth == maxDepth {
		return value{}, false
	}
	r.depth++
	defer func() { r.depth-- }()
	switch x := v.expr.(type) {
	case *ast.BasicLit, *ast.CompositeLit:
		return v, true
	case *ast.ParenExpr:
		return r.resolve(value{x.X, v.typ}, turn)
	case *ast.UnaryExpr:
		return r.resolve(value{x.X, v.typ}, turn)
	case *ast.Ident:
		if bound, ok := turn[x.Name]; ok {
			return r.resolve(bound, turn)
		}
		if x.Name == "nil" {
			return value{&ast.CompositeLit{}, v.typ}, true
		}
		if set := r.set(x.Name); set != nil {
			return r.resolve(value{expr: set}, turn)
		}
	case *ast.SelectorExpr:
		whole, ok := r.resolve(value{expr: x.X}, turn)
		if !ok {
			return value{}, false
		}
		return r.field(whole, x.Sel.Name, turn)
	}
	return value{}, false
}

// field is a field of a struct literal; one that is left out is the empty string.
func (r *resolver) field(whole value, name string, turn scope) (value, bool) {
	lit, ok := whole.expr.(*ast.CompositeLit)
	if !ok {
		return value{}, false
	}
	typ := lit.Type
	if typ == nil {
		typ = whole.typ
	}
	fields, ok := r.named(typ).(*ast.StructType)
	if !ok {
		return value{}, false
	}
	at := 0
	for _, f := range fields.Fields.List {
		for _, id := range f.Names {
			if id.Name != name {
				at++
				continue
			}
			for i, item := range lit.Elts {
				if pair, keyed := item.(*ast.KeyValueExpr); keyed {
					if key, ok := pair.Key.(*ast.Ident); ok && key.Name == name {
						return r.resolve(value{pair.Value, f.Type}, turn)
					}
				} else if i == at {
					return r.resolve(value{item, f.Type}, turn)
				}
			}
			if _, list := f.Type.(*ast.ArrayType); list {
				return value{&ast.CompositeLit{Type: f.Type}, f.Type}, true
			}
			return value{expr: &ast.BasicLit{Kind: token.STRING, Value: `""`}}, true
		}
	}
	return value{}, false
}

// named looks a type up by its name, in the test and then in its file.
func (r *resolver) named(typ ast.Expr) ast.Expr {
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	id, ok := typ.(*ast.Ident)
	if !ok {
		return typ
	}
	found := ast.Expr(nil)
	look := func(n ast.Node) bool {
		if spec, ok := n.(*ast.TypeSpec); ok && spec.Name.Name == id.Name {
			found = spec.Type
		}
		return found == nil
	}
	ast.Inspect(r.fn, look)
	if found == nil {
		ast.Inspect(r.file, look)
	}
	return found
}

// set is what a variable or constant of the test or its file is set to, if it is set only once.
func (r *resolver) set(name string) ast.Expr {
	var found []ast.Expr
	look := func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, left := range n.Lhs {
				if id, ok := left.(*ast.Ident); ok && id.Name == name && len(n.Lhs) == len(n.Rhs) {
					found = append(found, n.Rhs[i])
				}
			}
		case *ast.ValueSpec:
			for i, id := range n.Names {
				if id.Name == name && i < len(n.Values) {
					found = append(found, n.Values[i])
				}
			}
		}
		return true
	}
	ast.Inspect(r.fn, look)
	if len(found) == 0 {
		for _, decl := range r.file.Decls {
			if general, ok := decl.(*ast.GenDecl); ok {
				ast.Inspect(general, look)
			}
		}
	}
	if len(found) != 1 {
		return nil
	}
	return found[0]
}
