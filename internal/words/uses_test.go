package words_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tereze/internal/words"
)

// use is a place in the program that needs a sentence, or one of a family of them.
type use struct {
	where  string
	key    string
	prefix bool     // the key goes on with something known only when it runs
	fault  bool     // it is a refusal
	args   []string // names of the arguments handed over
	known  bool     // args are all there are
}

// reader collects the uses of one package after another.
type reader struct {
	spaces    []string          // first words of the keys that pages use
	constants map[string]string // string constants of the package
	seen      map[*ast.CallExpr]bool
	literals  map[string]bool
	uses      []use
}

// program reads all sources but tests. Templates are read in the form they are compiled from.
func program(t *testing.T, b *words.Book) reader {
	t.Helper()
	r := reader{seen: map[*ast.CallExpr]bool{}, literals: map[string]bool{}}
	for _, key := range b.Keys() {
		space, _, _ := strings.Cut(key, ".")
		r.spaces = append(r.spaces, space)
	}
	slices.Sort(r.spaces)
	r.spaces = slices.Compact(r.spaces)
	internal := os.DirFS("..")
	err := fs.WalkDir(internal, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if base := path.Base(name); base == "node_modules" || base == "testdata" {
			return fs.SkipDir
		}
		return r.folder(internal, name)
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.uses) < 50 {
		t.Fatalf("found %d uses of sentences: the program is not being read", len(r.uses))
	}
	return r
}

func (r *reader) folder(internal fs.FS, folder string) error {
	sources, err := fs.Glob(internal, path.Join(folder, "*.go"))
	if err != nil {
		return err
	}
	set := token.NewFileSet()
	var files []*ast.File
	r.constants = map[string]string{}
	for _, name := range sources {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := fs.ReadFile(internal, name)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(set, name, text, 0)
		if err != nil {
			return err
		}
		files = append(files, f)
		ast.Inspect(f, r.constant)
	}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			if n != nil {
				r.node(n, folder, set.Position(n.Pos()).String())
			}
			return true
		})
	}
	return nil
}

func (r *reader) constant(n ast.Node) bool {
	if v, ok := n.(*ast.ValueSpec); ok {
		for i, value := range v.Values {
			if s, ok := literal(value); ok && i < len(v.Names) {
				r.constants[v.Names[i].Name] = s
			}
		}
	}
	return true
}

func literal(e ast.Expr) (string, bool) {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(l.Value)
	return s, err == nil
}

// text is a string known from the source: a literal or a constant of the package.
func (r *reader) text(e ast.Expr) (string, bool) {
	if name, ok := e.(*ast.Ident); ok {
		s, ok := r.constants[name.Name]
		return s, ok
	}
	return literal(e)
}

func (r *reader) node(n ast.Node, folder, where string) {
	switch n := n.(type) {
	case *ast.CallExpr:
		r.call(n, folder, where)
	case *ast.AssignStmt:
		if s, ok := n.Lhs[0].(*ast.SelectorExpr); ok && s.Sel.Name == "Key" && len(n.Rhs) == 1 {
			if key, ok := r.text(n.Rhs[0]); ok {
				r.uses = append(r.uses, use{where: where, key: key})
			}
		}
	case *ast.BinaryExpr:
		if start, ok := leftmost(n); ok && n.Op == token.ADD && r.isKey(strings.TrimRight(start, "._")) {
			r.uses = append(r.uses, use{where: where, key: start, prefix: true})
		}
	case *ast.BasicLit:
		if s, ok := literal(n); ok {
			r.literals[s] = true
			if strings.HasPrefix(folder, "web/") && strings.Contains(s, ".") && r.isKey(s) {
				r.uses = append(r.uses, use{where: where, key: s})
			}
		}
	}
}

// rooms are those whose refusals people meet on pages. What an import refuses an operator reads on
// the command line, beside the help of the command; a page's own refusals stand at their field.
func rooms() []string {
	return []string{"account", "agreement", "store", "evidence", "form", "gate", "party", "claims", "notify", "signing", "idcard", "esi"}
}

func leftmost(e ast.Expr) (string, bool) {
	for {
		b, ok := e.(*ast.BinaryExpr)
		if !ok {
			return literal(e)
		}
		e = b.X
	}
}

var keyForm = regexp.MustCompile(`^[a-z]+(\.[a-z0-9_]+)*$`)

// isKey tells keys from other strings with dots: they begin as a message file's keys do.
func (r *reader) isKey(s string) bool {
	space, _, _ := strings.Cut(s, ".")
	// Acts, rules and refusals share the names of their rooms; refusals are found by fault.New.
	return !slices.Contains(rooms(), space) && space != "import" && !strings.HasSuffix(s, ".templ") && keyForm.MatchString(s) && slices.Contains(r.spaces, space)
}

func (r *reader) call(c *ast.CallExpr, folder, where string) {
	if r.seen[c] {
		return
	}
	if f, ok := r.refusal(c); ok {
		f.where = where
		r.uses = append(r.uses, f)
		return
	}
	switch fun := c.Fun.(type) {
	case *ast.SelectorExpr:
		if fun.Sel.Name == "Say" && len(c.Args) >= 2 {
			if key, ok := r.text(c.Args[1]); ok {
				u := use{where: where, key: key, known: c.Ellipsis == token.NoPos}
				for i := 2; i < len(c.Args); i += 2 {
					name, ok := r.text(c.Args[i])
					u.args, u.known = append(u.args, name), u.known && ok
				}
				r.uses = append(r.uses, u)
			}
		}
	case *ast.Ident:
		// The words of the components are all said with one prefix.
		if folder == "web/frame" && fun.Name == "say" && len(c.Args) == 1 {
			if key, ok := r.text(c.Args[0]); ok {
				r.uses = append(r.uses, use{where: where, key: "design." + key, known: true})
			}
		}
	}
}

// refusal reads fault.New(kind, key) with what is chained to it.
func (r *reader) refusal(c *ast.CallExpr) (use, bool) {
	s, ok := c.Fun.(*ast.SelectorExpr)
	if !ok {
		return use{}, false
	}
	if x, ok := s.X.(*ast.Ident); ok && x.Name == "fault" && s.Sel.Name == "New" && len(c.Args) == 2 {
		key, ok := r.text(c.Args[1])
		r.seen[c] = ok
		return use{key: key, fault: true, known: true}, ok
	}
	inner, ok := s.X.(*ast.CallExpr)
	if !ok {
		return use{}, false
	}
	u, ok := r.refusal(inner)
	if ok && s.Sel.Name == "With" && len(c.Args) == 2 {
		name, _ := r.text(c.Args[0])
		u.args = append(u.args, name)
	}
	r.seen[c] = ok
	return u, ok
}

func TestEverySentenceTheProgramSaysIsWritten(t *testing.T) {
	t.Parallel()
	b := load(t)
	keys := b.Keys()
	for _, u := range program(t, b).uses {
		if u.prefix {
			if !slices.ContainsFunc(keys, func(k string) bool { return strings.HasPrefix(k, u.key) }) {
				t.Errorf("%s: no key begins with %q", u.where, u.key)
			}
			continue
		}
		if !b.Has("en", u.key) {
			t.Errorf("%s: %q has no sentence", u.where, u.key)
			continue
		}
		for _, name := range argumentsOf(b.Say("en", u.key)) {
			if u.known && !slices.Contains(u.args, name) {
				t.Errorf("%s: %q is said without {%s}", u.where, u.key, name)
			}
		}
	}
}

func TestEverySentenceIsSaidSomewhere(t *testing.T) {
	t.Parallel()
	b := load(t)
	p := program(t, b)
	for _, key := range b.Keys() {
		said := p.literals[key] || slices.ContainsFunc(p.uses, func(u use) bool {
			return u.key == key || u.prefix && strings.HasPrefix(key, u.key)
		})
		if !said {
			t.Errorf("%s is said nowhere", key)
		}
	}
}

func TestARefusalSaysWhatIsTheMatterAndWhatToDoNext(t *testing.T) {
	t.Parallel()
	b := load(t)
	for _, u := range program(t, b).uses {
		space, _, _ := strings.Cut(u.key, ".")
		if !u.fault || !slices.Contains(rooms(), space) || !b.Has("en", u.key) {
			continue
		}
		for _, language := range words.Languages() {
			s := b.Say(language, u.key)
			if !strings.Contains(s, ". ") && !strings.Contains(s, ": ") || !strings.HasSuffix(s, ".") {
				t.Errorf("%s in %s: %q is one sentence", u.key, language, s)
			}
		}
	}
}
