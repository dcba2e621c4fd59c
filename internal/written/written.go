// Package written reads the YAML of a pack strictly, keeping the line of everything it holds, so that a
// refusal can name it.
//
// It owns what a pack's file may consist of: mappings, lists and single values. What the fields are
// called and mean, the room whose file it is knows.
package written

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"tereze/internal/clause"
)

// Value is a YAML value with the line it stands on. The parser's own decoding into structs forgets
// lines and takes numbers and words for one another.
type Value struct {
	Line int
	Text string
	List []Value
	Keys []string // of a mapping, in order
	Of   map[string]Value
	Kind Kind
}

// Kind is what a value is.
type Kind string

// The kinds of value a pack is written in.
const (
	Scalar  Kind = "one value"
	List    Kind = "a list"
	Mapping Kind = "a mapping"
)

// Most caps a pack file in bytes: the longest agreement known binds in a tenth of it.
const Most = 1 << 20

// Read parses one document of scalars, lists and mappings; anchors, tags and merges are refused.
func Read(file string, data []byte) (Value, error) {
	if len(data) > Most {
		return Value{}, clause.Problem{File: file, Reason: fmt.Sprintf("larger than %d bytes", Most)}
	}
	f, err := parser.ParseBytes(data, 0)
	if err != nil {
		line, reason := yamlError(err)
		return Value{}, clause.Problem{File: file, Line: line, Reason: reason}
	}
	if len(f.Docs) != 1 || f.Docs[0].Body == nil {
		return Value{}, clause.Problem{File: file, Reason: "want one YAML document"}
	}
	w, err := convert(f.Docs[0].Body, 0)
	if p, ok := err.(clause.Problem); ok {
		p.File = file
		return Value{}, p
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

func convert(n ast.Node, depth int) (Value, error) {
	if depth > maxDepth {
		return Value{}, clause.Problem{Line: line(n), Reason: "nested too deep"}
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		w := Value{Line: line(n), Kind: Mapping, Of: map[string]Value{}}
		for _, pair := range n.Values {
			if err := w.put(pair, depth); err != nil {
				return Value{}, err
			}
		}
		return w, nil
	case *ast.MappingValueNode: // a mapping of one pair
		w := Value{Line: line(n), Kind: Mapping, Of: map[string]Value{}}
		return w, w.put(n, depth)
	case *ast.SequenceNode:
		w := Value{Line: line(n), Kind: List, List: []Value{}}
		for _, v := range n.Values {
			item, err := convert(v, depth+1)
			if err != nil {
				return Value{}, err
			}
			w.List = append(w.List, item)
		}
		return w, nil
	case *ast.StringNode:
		return Value{Line: line(n), Kind: Scalar, Text: n.Value}, nil
	case *ast.LiteralNode:
		return Value{Line: line(n), Kind: Scalar, Text: n.Value.Value}, nil
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return Value{Line: line(n), Kind: Scalar, Text: n.GetToken().Value}, nil
	default:
		return Value{}, clause.Problem{Line: line(n), Reason: fmt.Sprintf("a pack has no %s", strings.ToLower(n.Type().String()))}
	}
}

func (w *Value) put(pair *ast.MappingValueNode, depth int) error {
	key := pair.Key.GetToken().Value
	if _, twice := w.Of[key]; twice {
		return clause.Problem{Line: line(pair), Reason: fmt.Sprintf("%q stands twice", key)}
	}
	v, err := convert(pair.Value, depth+1)
	if err != nil {
		return err
	}
	w.Keys = append(w.Keys, key)
	w.Of[key] = v
	return nil
}

func line(n ast.Node) int {
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line
	}
	return 0
}

// Reader takes known keys out of a mapping and collects what is wrong.
type Reader struct {
	File     string
	Problems []clause.Problem
}

// Wrong notes what is wrong at a line.
func (r *Reader) Wrong(line int, format string, args ...any) {
	r.Problems = append(r.Problems, clause.Problem{File: r.File, Line: line, Reason: fmt.Sprintf(format, args...)})
}

// Fields refuses keys that are not among the known ones, and a value that is no mapping.
func (r *Reader) Fields(w Value, what string, known ...string) bool {
	if w.Kind != Mapping {
		r.Wrong(w.Line, "%s: want a mapping", what)
		return false
	}
	for _, key := range w.Keys {
		found := false
		for _, k := range known {
			found = found || k == key
		}
		if !found {
			r.Wrong(w.Of[key].Line, "%s has no field %q", what, key)
		}
	}
	return true
}

// Text is a single value; one that is needed must say something.
func (r *Reader) Text(w Value, key string, needed bool) string {
	v, ok := w.Of[key]
	switch {
	case !ok && needed:
		r.Wrong(w.Line, "%s is missing", key)
	case ok && v.Kind != Scalar:
		r.Wrong(v.Line, "%s: want one value", key)
	case ok && needed && strings.TrimSpace(v.Text) == "":
		r.Wrong(v.Line, "%s is empty", key)
	}
	return v.Text
}

// Texts is a list of single values.
func (r *Reader) Texts(w Value, key string, needed bool) []string {
	v, ok := w.Of[key]
	if !ok {
		if needed {
			r.Wrong(w.Line, "%s is missing", key)
		}
		return nil
	}
	if v.Kind != List {
		r.Wrong(v.Line, "%s: want a list", key)
		return nil
	}
	if needed && len(v.List) == 0 {
		r.Wrong(v.Line, "%s is empty", key)
	}
	var out []string
	for _, item := range v.List {
		if item.Kind != Scalar {
			r.Wrong(item.Line, "%s: want a list of single values", key)
			return nil
		}
		out = append(out, item.Text)
	}
	return out
}

// Words is a text for each language; each that is named must say something.
func (r *Reader) Words(w Value, key string, needed bool) map[string]string {
	v, ok := w.Of[key]
	if !ok {
		if needed {
			r.Wrong(w.Line, "%s is missing", key)
		}
		return nil
	}
	if v.Kind != Mapping {
		r.Wrong(v.Line, "%s: want a text for each language", key)
		return nil
	}
	out := map[string]string{}
	for _, language := range v.Keys {
		if v.Of[language].Kind != Scalar || strings.TrimSpace(v.Of[language].Text) == "" {
			r.Wrong(v.Of[language].Line, "%s: no text in %s", key, language)
		}
		out[language] = v.Of[language].Text
	}
	return out
}
