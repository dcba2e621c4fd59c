package agreement

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"tereze/internal/clause"
)

// written is a YAML value with the lines it stands on, so that a refusal can name them. The
// parser's own decoding into structs forgets lines and takes numbers and words for one another.
type written struct {
	line  int
	text  string
	list  []written
	keys  []string // of a mapping, in order
	value map[string]written
	kind  writtenKind
}

type writtenKind string

const (
	scalar  writtenKind = "one value"
	listed  writtenKind = "a list"
	mapping writtenKind = "a mapping"
)

// maxYAML caps a pack file: the longest agreement known binds in a tenth of it.
const maxYAML = 1 << 20

// readYAML parses one document of scalars, lists and mappings; anchors, tags and merges are refused.
func readYAML(file string, data []byte) (written, error) {
	if len(data) > maxYAML {
		return written{}, clause.Problem{File: file, Reason: fmt.Sprintf("larger than %d bytes", maxYAML)}
	}
	f, err := parser.ParseBytes(data, 0)
	if err != nil {
		line, reason := yamlError(err)
		return written{}, clause.Problem{File: file, Line: line, Reason: reason}
	}
	if len(f.Docs) != 1 || f.Docs[0].Body == nil {
		return written{}, clause.Problem{File: file, Reason: "want one YAML document"}
	}
	w, err := convert(f.Docs[0].Body, 0)
	if p, ok := err.(clause.Problem); ok {
		p.File = file
		return written{}, p
	}
	return w, err
}

// yamlError takes the position out of the parser's message, which draws the source over many lines.
func yamlError(err error) (line int, reason string) {
	first, _, _ := strings.Cut(err.Error(), "\n")
	var column int
	if _, scan := fmt.Sscanf(first, "[%d:%d]", &line, &column); scan == nil {
		if _, rest, ok := strings.Cut(first, "] "); ok {
			first = rest
		}
	}
	return line, "not YAML: " + first
}

// maxDepth is one more than any pack needs.
const maxDepth = 8

func convert(n ast.Node, depth int) (written, error) {
	if depth > maxDepth {
		return written{}, clause.Problem{Line: line(n), Reason: "nested too deep"}
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		w := written{line: line(n), kind: mapping, value: map[string]written{}}
		for _, pair := range n.Values {
			if err := w.put(pair, depth); err != nil {
				return written{}, err
			}
		}
		return w, nil
	case *ast.MappingValueNode: // a mapping of one pair
		w := written{line: line(n), kind: mapping, value: map[string]written{}}
		return w, w.put(n, depth)
	case *ast.SequenceNode:
		w := written{line: line(n), kind: listed, list: []written{}}
		for _, v := range n.Values {
			item, err := convert(v, depth+1)
			if err != nil {
				return written{}, err
			}
			w.list = append(w.list, item)
		}
		return w, nil
	case *ast.StringNode:
		return written{line: line(n), kind: scalar, text: n.Value}, nil
	case *ast.LiteralNode:
		return written{line: line(n), kind: scalar, text: n.Value.Value}, nil
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return written{line: line(n), kind: scalar, text: n.GetToken().Value}, nil
	default:
		return written{}, clause.Problem{Line: line(n), Reason: fmt.Sprintf("a pack has no %s", strings.ToLower(n.Type().String()))}
	}
}

func (w *written) put(pair *ast.MappingValueNode, depth int) error {
	key := pair.Key.GetToken().Value
	if _, twice := w.value[key]; twice {
		return clause.Problem{Line: line(pair), Reason: fmt.Sprintf("%q stands twice", key)}
	}
	v, err := convert(pair.Value, depth+1)
	if err != nil {
		return err
	}
	w.keys = append(w.keys, key)
	w.value[key] = v
	return nil
}

func line(n ast.Node) int {
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line
	}
	return 0
}

// reader takes known keys out of a mapping and collects what is wrong.
type reader struct {
	file     string
	problems []clause.Problem
}

func (r *reader) wrong(line int, format string, args ...any) {
	r.problems = append(r.problems, clause.Problem{File: r.file, Line: line, Reason: fmt.Sprintf(format, args...)})
}

// fields refuses keys that are not among the known ones, and a value that is no mapping.
func (r *reader) fields(w written, what string, known ...string) bool {
	if w.kind != mapping {
		r.wrong(w.line, "%s: want a mapping", what)
		return false
	}
	for _, key := range w.keys {
		found := false
		for _, k := range known {
			found = found || k == key
		}
		if !found {
			r.wrong(w.value[key].line, "%s has no field %q", what, key)
		}
	}
	return true
}

func (r *reader) text(w written, key string, needed bool) string {
	v, ok := w.value[key]
	switch {
	case !ok && needed:
		r.wrong(w.line, "%s is missing", key)
	case ok && v.kind != scalar:
		r.wrong(v.line, "%s: want one value", key)
	case ok && needed && strings.TrimSpace(v.text) == "":
		r.wrong(v.line, "%s is empty", key)
	}
	return v.text
}

func (r *reader) texts(w written, key string, needed bool) []string {
	v, ok := w.value[key]
	if !ok {
		if needed {
			r.wrong(w.line, "%s is missing", key)
		}
		return nil
	}
	if v.kind != listed {
		r.wrong(v.line, "%s: want a list", key)
		return nil
	}
	if needed && len(v.list) == 0 {
		r.wrong(v.line, "%s is empty", key)
	}
	var out []string
	for _, item := range v.list {
		if item.kind != scalar {
			r.wrong(item.line, "%s: want a list of single values", key)
			return nil
		}
		out = append(out, item.text)
	}
	return out
}

func (r *reader) words(w written, key string, needed bool) Words {
	v, ok := w.value[key]
	if !ok {
		if needed {
			r.wrong(w.line, "%s is missing", key)
		}
		return nil
	}
	if v.kind != mapping {
		r.wrong(v.line, "%s: want a text for each language", key)
		return nil
	}
	out := Words{}
	for _, language := range v.keys {
		if v.value[language].kind != scalar || strings.TrimSpace(v.value[language].text) == "" {
			r.wrong(v.value[language].line, "%s: no text in %s", key, language)
		}
		out[language] = v.value[language].text
	}
	return out
}
