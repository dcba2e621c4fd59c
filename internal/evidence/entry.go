package evidence

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

	"tereze/internal/clause"
	"tereze/internal/identity"
)

// entryFormat names the canonical form. Another form gets another name; this one never changes,
// because the commitments in the log were made over it.
const entryFormat = "tereze-entry/1"

// Lengths in bytes; a whole entry stays below maxEntry so that a receipt stays below MaxReceipt.
const (
	maxName   = 80   // portal, act, document, clause, keys of the detail
	maxText   = 400  // actor, subject
	maxValue  = 4000 // a value of the detail
	maxDetail = 40   // values of the detail
	maxEntry  = 64 << 10
)

// Entry says what was done: by whom, to what, when and under which clause.
type Entry struct {
	Portal   string
	Home     identity.ID // the person, organisation or case whose row it is; 0: the portal's own act
	ID       identity.ID
	At       time.Time // to the microsecond, UTC
	Actor    string    // "user:…", "operator:…", "system"; the form is the caller's
	Act      string    // "agreement.accept", "agreement.publish"
	Subject  string    // what it was done to; may be empty
	Citation clause.Citation
	Detail   map[string]string // what else the act must be able to prove, such as digests
}

// ErrEntry is told of an entry that cannot be recorded. It is a broken promise of the room that
// made the entry, not a refusal: nothing in an entry is a person's free choice of bytes.
var ErrEntry = errors.New("entry cannot be recorded")

// Check refuses, with ErrEntry, what the canonical form or the database cannot hold: names other
// than of a-z 0-9 . _ -, text that is too long, not UTF-8 or with control characters, an instant
// before 1970 or finer than a microsecond, a citation of another portal.
func (e Entry) Check() error {
	if e.ID <= 0 || e.Home < 0 {
		return fmt.Errorf("%w: id %d, home %d", ErrEntry, e.ID, e.Home)
	}
	if us := e.At.UnixMicro(); us <= 0 || us > maxWhole || !e.At.Equal(time.UnixMicro(us)) {
		return fmt.Errorf("%w: instant %v", ErrEntry, e.At)
	}
	if !isName(e.Portal) {
		return fmt.Errorf("%w: portal %.100q", ErrEntry, e.Portal)
	}
	if !isName(e.Act) {
		return fmt.Errorf("%w: act %.100q", ErrEntry, e.Act)
	}
	if e.Actor == "" || !isText(e.Actor, maxText) {
		return fmt.Errorf("%w: actor %.100q", ErrEntry, e.Actor)
	}
	if !isText(e.Subject, maxText) {
		return fmt.Errorf("%w: subject %.100q", ErrEntry, e.Subject)
	}
	if err := e.checkCitation(); err != nil {
		return err
	}
	return e.checkDetail()
}

func (e Entry) checkCitation() error {
	c := e.Citation
	if c == (clause.Citation{}) {
		return nil
	}
	if c.Portal != e.Portal || !isName(c.Document) || c.Edition < 1 || c.Edition > 1<<31-1 || !isText(c.Clause, maxName) {
		return fmt.Errorf("%w: citation %.200q", ErrEntry, fmt.Sprint(c))
	}
	return nil
}

func (e Entry) checkDetail() error {
	if len(e.Detail) > maxDetail {
		return fmt.Errorf("%w: %d details", ErrEntry, len(e.Detail))
	}
	size := 0
	for name, value := range e.Detail {
		if !isName(name) || !isText(value, maxValue) {
			return fmt.Errorf("%w: detail %.100q", ErrEntry, name)
		}
		size += len(name) + len(value)
	}
	if size > maxEntry-maxEntry/8 {
		return fmt.Errorf("%w: details of %d bytes", ErrEntry, size)
	}
	return nil
}

// isName admits only ASCII, so that the order of keys is the same by byte, by rune and by UTF-16
// unit, as RFC 8785 §3.2.3 wants it.
func isName(s string) bool {
	if s == "" || len(s) > maxName {
		return false
	}
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '_' && c != '-' {
			return false
		}
	}
	return true
}

func isText(s string, limit int) bool {
	if len(s) > limit || !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if unicode.IsControl(r) {
			return false
		}
	}
	return true
}

// Canonical is the one form in which an entry is committed to: JSON by RFC 8785 (keys sorted, no
// spaces, shortest escapes) for a shape of strings and integers only. Every key is always there.
// Ids are decimal strings, because they are wider than the integers JSON keeps exact; the instant
// is an integer of microseconds since 1970 UTC. Text is taken as it is, with no normalisation.
func (e Entry) Canonical() []byte {
	b := make([]byte, 0, 512)
	b = appendString(append(b, `{"act":`...), e.Act)
	b = appendString(append(b, `,"actor":`...), e.Actor)
	b = strconv.AppendInt(append(b, `,"at":`...), e.At.UnixMicro(), 10)
	b = appendString(append(b, `,"citation":{"clause":`...), e.Citation.Clause)
	b = appendString(append(b, `,"document":`...), e.Citation.Document)
	b = strconv.AppendInt(append(b, `,"edition":`...), int64(e.Citation.Edition), 10)
	b = appendString(append(b, `,"portal":`...), e.Citation.Portal)
	b = appendDetail(append(b, `},"detail":`...), e.Detail)
	b = appendString(append(b, `,"format":`...), entryFormat)
	b = strconv.AppendInt(append(b, `,"home":"`...), int64(e.Home), 10)
	b = strconv.AppendInt(append(b, `","id":"`...), int64(e.ID), 10)
	b = appendString(append(b, `","portal":`...), e.Portal)
	b = appendString(append(b, `,"subject":`...), e.Subject)
	return append(b, '}')
}

// readEntry is the inverse of Canonical; it takes any spacing and order of keys.
func readEntry(f *fields) Entry {
	if got := f.text("format"); got != entryFormat {
		f.fail("format", "not "+entryFormat)
	}
	e := Entry{
		Portal:  f.text("portal"),
		Home:    f.id("home"),
		ID:      f.id("id"),
		At:      time.UnixMicro(f.whole("at")).UTC(),
		Actor:   f.text("actor"),
		Act:     f.text("act"),
		Subject: f.text("subject"),
	}
	c := f.object("citation")
	e.Citation = clause.Citation{
		Portal:   c.text("portal"),
		Document: c.text("document"),
		Edition:  int(c.whole("edition")),
		Clause:   c.text("clause"),
	}
	c.end()
	e.Detail = f.object("detail").texts()
	f.end()
	return e
}

// FormatDetail writes the detail as the canonical form does; it is how store keeps it.
func FormatDetail(detail map[string]string) string { return string(appendDetail(nil, detail)) }

// ParseDetail reads what FormatDetail wrote.
func ParseDetail(s string) (map[string]string, error) {
	f, err := readObject([]byte(s))
	if err != nil {
		return nil, err
	}
	detail := f.texts()
	return detail, f.err()
}

func appendDetail(b []byte, detail map[string]string) []byte {
	b = append(b, '{')
	for i, name := range slices.Sorted(maps.Keys(detail)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, name)
		b = append(b, ':')
		b = appendString(b, detail[name])
	}
	return append(b, '}')
}

// appendString writes a JSON string by RFC 8785 §3.2.2.2. encoding/json cannot be used: it also
// escapes <, >, & and the two line separators.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for _, c := range []byte(s) {
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\b':
			b = append(b, `\b`...)
		case c == '\t':
			b = append(b, `\t`...)
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\f':
			b = append(b, `\f`...)
		case c == '\r':
			b = append(b, `\r`...)
		case c < 0x20:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}
