package cms

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"

	"golang.org/x/crypto/cryptobyte"

	"tereze/internal/eds/pki"
)

// Identifier octets met in signed messages. Numbers above 30 never occur in them.
const (
	tagInteger     = 0x02
	tagOctets      = 0x04
	tagOID         = 0x06
	tagSequence    = 0x30
	tagSet         = 0x31
	tagContext     = 0x80 // [0] IMPLICIT of a primitive
	tagContextCons = 0xa0 // [0], constructed
	constructed    = 0x20
)

// maxDepth is how many elements of indefinite length may stand inside each other, and how deep a
// DER element is looked into. A signed message of the standard nests less than twenty deep.
const maxDepth = 64

var (
	errTruncated = errors.New("the element ends before its length does")
	errTag       = errors.New("tag number above 30")
	errLength    = errors.New("length of an impossible form")
	errEnd       = errors.New("end-of-contents octets outside an indefinite length")
	errDepth     = pki.Refuse(pki.TooLarge, fmt.Errorf("more than %d elements inside each other", maxDepth))
)

// element is one element of BER: its identifier octet, its contents and all its octets. The
// contents of an indefinite length come without the octets that end them.
type element struct {
	tag  byte
	body []byte
	raw  []byte
}

// reader walks the elements of one level. It copies nothing.
type reader struct{ rest []byte }

func (r *reader) empty() bool { return len(r.rest) == 0 }

// peek is the identifier octet that comes next, and 0 at the end.
func (r *reader) peek() byte {
	if len(r.rest) == 0 {
		return 0
	}
	return r.rest[0]
}

// next takes an element of any tag.
func (r *reader) next() (element, error) {
	head, length, indefinite, err := header(r.rest)
	if err != nil {
		return element{}, err
	}
	e := element{tag: r.rest[0]}
	if e.tag == 0 {
		return element{}, errEnd
	}
	if indefinite {
		end, err := endOfContents(r.rest[head:])
		if err != nil {
			return element{}, err
		}
		length = end
	}
	e.body, e.raw = r.rest[head:head+length], r.rest[:head+length]
	if indefinite {
		e.raw = r.rest[:head+length+2]
	}
	r.rest = r.rest[len(e.raw):]
	return e, nil
}

// take takes an element that must have this tag.
func (r *reader) take(tag byte, what string) (element, error) {
	if r.peek() != tag || r.empty() {
		return element{}, fmt.Errorf("%s: tag %#02x stands where %#02x is due", what, r.peek(), tag)
	}
	e, err := r.next()
	if err != nil {
		return element{}, fmt.Errorf("%s: %w", what, err)
	}
	return e, nil
}

// inside takes an element and gives a reader of its contents.
func (r *reader) inside(tag byte, what string) (reader, error) {
	e, err := r.take(tag, what)
	return reader{e.body}, err
}

// done refuses what stands after the last element that is due.
func (r *reader) done(what string) error {
	if !r.empty() {
		return fmt.Errorf("%s: %d octets after the end", what, len(r.rest))
	}
	return nil
}

func (r *reader) oid(what string) (asn1.ObjectIdentifier, error) {
	e, err := r.take(tagOID, what)
	if err != nil {
		return nil, err
	}
	var oid asn1.ObjectIdentifier
	s := cryptobyte.String(e.raw)
	if !s.ReadASN1ObjectIdentifier(&oid) {
		return nil, fmt.Errorf("%s: no object identifier", what)
	}
	return oid, nil
}

func (r *reader) integer(what string) (*big.Int, error) {
	e, err := r.take(tagInteger, what)
	if err != nil {
		return nil, err
	}
	n := new(big.Int)
	s := cryptobyte.String(e.raw)
	if len(e.body) > 64 || !s.ReadASN1Integer(n) {
		return nil, fmt.Errorf("%s: no integer", what)
	}
	return n, nil
}

// octets takes an OCTET STRING, joined from its parts where BER cut it up. tag is its identifier
// octet without the constructed bit.
func (r *reader) octets(tag byte, what string) ([]byte, error) {
	if r.peek() == tag && !r.empty() {
		e, err := r.take(tag, what)
		return e.body, err
	}
	e, err := r.take(tag|constructed, what)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := join(&out, e.body, 0); err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return out.Bytes(), nil
}

// join writes the parts of a constructed OCTET STRING one after another.
func join(out *bytes.Buffer, parts []byte, depth int) error {
	if depth > maxDepth {
		return errDepth
	}
	for r := (reader{parts}); !r.empty(); {
		e, err := r.next()
		if err != nil {
			return err
		}
		switch e.tag {
		case tagOctets:
			out.Write(e.body)
		case tagOctets | constructed:
			if err := join(out, e.body, depth+1); err != nil {
				return err
			}
		default:
			return fmt.Errorf("tag %#02x inside an octet string", e.tag)
		}
	}
	return nil
}

// header reads the identifier and length octets: how many they are and what length they name.
func header(b []byte) (head, length int, indefinite bool, err error) {
	switch {
	case len(b) < 2:
		return 0, 0, false, errTruncated
	case b[0]&0x1f == 0x1f:
		return 0, 0, false, errTag
	case b[1] == 0x80:
		if b[0]&constructed == 0 {
			return 0, 0, false, errLength
		}
		return 2, 0, true, nil
	case b[1] < 0x80:
		head, length = 2, int(b[1])
	default:
		n := int(b[1] & 0x7f)
		if n > 4 {
			return 0, 0, false, errLength
		}
		if len(b) < 2+n {
			return 0, 0, false, errTruncated
		}
		for _, c := range b[2 : 2+n] {
			length = length<<8 | int(c)
		}
		head = 2 + n
	}
	if length < 0 || length > len(b)-head {
		return 0, 0, false, errTruncated
	}
	return head, length, false, nil
}

// endOfContents finds where the contents of an indefinite length end: how many octets stand before
// the two that say so. It counts levels instead of descending, and skips definite lengths whole.
func endOfContents(b []byte) (int, error) {
	at := 0
	for depth := 1; ; {
		if len(b)-at >= 2 && b[at] == 0 && b[at+1] == 0 {
			if depth--; depth == 0 {
				return at, nil
			}
			at += 2
			continue
		}
		head, length, indefinite, err := header(b[at:])
		if err != nil {
			return 0, err
		}
		if b[at] == 0 {
			return 0, errEnd
		}
		at += head + length
		if indefinite {
			if depth++; depth > maxDepth {
				return 0, errDepth
			}
		}
	}
}

// checkDER refuses an element that is not in distinguished encoding as far as signed attributes can
// differ from it: lengths definite and as short as they go, strings in one piece, sets in order.
func checkDER(raw []byte, depth int) error {
	if depth > maxDepth {
		return errDepth
	}
	for len(raw) > 0 {
		head, length, indefinite, err := header(raw)
		switch {
		case err != nil:
			return err
		case indefinite:
			return errors.New("an indefinite length where DER is due")
		case head != shortest(length):
			return errors.New("a length longer than DER allows")
		}
		tag, body := raw[0], raw[head:head+length]
		universal := tag&0xc0 == 0
		if universal && tag&constructed != 0 && tag != tagSequence && tag != tagSet {
			return errors.New("a string in parts where DER is due")
		}
		if tag&constructed != 0 {
			if err := checkDER(body, depth+1); err != nil {
				return err
			}
		}
		if tag == tagSet && !ordered(body) {
			return errors.New("a set that is not in the order of DER")
		}
		raw = raw[head+length:]
	}
	return nil
}

// shortest is the number of header octets that DER gives this length.
func shortest(length int) int {
	switch {
	case length < 0x80:
		return 2
	case length < 1<<8:
		return 3
	case length < 1<<16:
		return 4
	case length < 1<<24:
		return 5
	}
	return 6
}

// ordered reports whether the elements of a SET OF ascend (X.690, 11.6).
func ordered(body []byte) bool {
	var before []byte
	for r := (reader{body}); !r.empty(); {
		e, err := r.next()
		if err != nil || bytes.Compare(before, e.raw) > 0 {
			return false
		}
		before = e.raw
	}
	return true
}
