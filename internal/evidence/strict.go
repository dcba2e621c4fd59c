package evidence

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"

	"tereze/internal/identity"
)

// encoding/json matches keys without regard to case and lets the last of two equal keys win. In
// evidence either would let two programs read two things in one file, so objects are read here.

// maxDepth is deeper than anything this room writes.
const maxDepth = 6

// errJSON is told of text that is not one JSON value in UTF-8.
var errJSON = errors.New("not JSON")

// fields is a JSON object being taken apart; the first thing wrong in it, or in an object within
// it, is kept.
type fields struct {
	path  string
	rest  map[string]any // not yet taken
	wrong *error
}

// readObject parses one object, refusing equal keys, anything after it and deep nesting.
func readObject(data []byte) (*fields, error) {
	if !utf8.Valid(data) || !json.Valid(data) {
		return nil, errJSON
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	v, err := readValue(d, 0)
	if err != nil {
		return nil, err
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("not an object")
	}
	return &fields{rest: m, wrong: new(error)}, nil
}

func readValue(d *json.Decoder, depth int) (any, error) {
	if depth > maxDepth {
		return nil, errors.New("nested too deeply")
	}
	t, err := d.Token()
	if err != nil {
		return nil, errJSON
	}
	switch t {
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := readValue(d, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err = d.Token()
		return list, err
	case json.Delim('{'):
		m := map[string]any{}
		for d.More() {
			if err := readField(d, m, depth); err != nil {
				return nil, err
			}
		}
		_, err = d.Token()
		return m, err
	}
	return t, nil
}

func readField(d *json.Decoder, m map[string]any, depth int) error {
	t, err := d.Token()
	if err != nil {
		return errJSON
	}
	name, ok := t.(string)
	if !ok {
		return errJSON
	}
	if _, twice := m[name]; twice {
		return fmt.Errorf("%.100q stands twice", name)
	}
	m[name], err = readValue(d, depth+1)
	return err
}

func (f *fields) err() error { return *f.wrong }

func (f *fields) fail(name, why string) {
	if *f.wrong == nil {
		*f.wrong = fmt.Errorf("%.200s%.100s: %s", f.path, name, why)
	}
}

// take removes a field so that end can tell what was not understood.
func (f *fields) take(name string) any {
	v, ok := f.rest[name]
	if !ok {
		f.fail(name, "missing")
	}
	delete(f.rest, name)
	return v
}

func (f *fields) has(name string) bool {
	_, ok := f.rest[name]
	return ok
}

func (f *fields) text(name string) string {
	s, ok := f.take(name).(string)
	if !ok {
		f.fail(name, "not a string")
	}
	return s
}

// whole takes an integer from 0 to maxWhole in its one spelling: no sign, fraction or exponent.
func (f *fields) whole(name string) int64 {
	s, _ := f.take(name).(json.Number)
	n, err := strconv.ParseInt(string(s), 10, 64)
	if err != nil || n < 0 || n > maxWhole || strconv.FormatInt(n, 10) != string(s) {
		f.fail(name, "not an integer within bounds")
		return 0
	}
	return n
}

func (f *fields) id(name string) identity.ID {
	s := f.text(name)
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || strconv.FormatInt(n, 10) != s {
		f.fail(name, "not an id")
	}
	return identity.ID(n)
}

func (f *fields) bytes32(name string) [32]byte {
	b, err := bytes32(f.text(name))
	if err != nil {
		f.fail(name, err.Error())
	}
	return b
}

func (f *fields) list(name string) []any {
	l, ok := f.take(name).([]any)
	if !ok {
		f.fail(name, "not a list")
	}
	return l
}

func (f *fields) object(name string) *fields {
	m, ok := f.take(name).(map[string]any)
	if !ok {
		f.fail(name, "not an object")
	}
	return &fields{path: f.path + name + ".", rest: m, wrong: f.wrong}
}

// texts takes all that is left, each a string; nil where nothing is left.
func (f *fields) texts() map[string]string {
	if len(f.rest) == 0 {
		return nil
	}
	out := make(map[string]string, len(f.rest))
	for _, name := range slices.Sorted(maps.Keys(f.rest)) {
		out[name] = f.text(name)
	}
	return out
}

// end refuses whatever was not taken.
func (f *fields) end() {
	for _, name := range slices.Sorted(maps.Keys(f.rest)) {
		f.fail(name, "unknown")
	}
}

// octets takes bytes in the one spelling of base64.
func (f *fields) octets(name string) []byte {
	s := f.text(name)
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || base64.StdEncoding.EncodeToString(b) != s {
		f.fail(name, "not base64")
	}
	return b
}
