package pkcs12

import (
	"errors"

	"tereze/internal/eds/pki"
)

// maxDepth is how deep elements may stand inside each other; stores nest about fifteen.
const maxDepth = 40

var errBER = pki.Refuse(pki.Malformed, errors.New("not a key store: BER"))

const constructed = 0x20

// toDER writes one BER element with definite lengths. Strings in parts stay in parts, because only
// who knows the field can tell an implicit tag from an explicit one; joined puts them together.
func toDER(ber []byte) ([]byte, error) {
	out, rest, err := definite(nil, ber, 0)
	if err != nil || len(rest) > 0 {
		return nil, errBER
	}
	return out, nil
}

// definite appends the first element of ber to out and returns what follows the element.
func definite(out, ber []byte, depth int) (_, rest []byte, err error) {
	if depth > maxDepth {
		return nil, nil, errBER
	}
	tag, body, rest, indefinite, err := head(ber)
	if err != nil {
		return nil, nil, err
	}
	content := body
	if tag&constructed != 0 {
		content = make([]byte, 0, len(body))
		for len(body) > 0 && !(indefinite && ended(body)) {
			if content, body, err = definite(content, body, depth+1); err != nil {
				return nil, nil, err
			}
		}
		if indefinite {
			if !ended(body) {
				return nil, nil, errBER
			}
			rest = body[2:]
		}
	}
	return append(appendHead(out, tag, len(content)), content...), rest, nil
}

func ended(b []byte) bool { return len(b) >= 2 && b[0] == 0 && b[1] == 0 }

// head reads identifier and length. Of an indefinite length body is everything that follows.
func head(ber []byte) (tag byte, body, rest []byte, indefinite bool, err error) {
	if len(ber) < 2 || ber[0]&0x1f == 0x1f || ber[0] == 0 {
		return 0, nil, nil, false, errBER
	}
	tag, size := ber[0], int(ber[1])
	ber = ber[2:]
	switch {
	case size == 0x80:
		if tag&constructed == 0 {
			return 0, nil, nil, false, errBER
		}
		return tag, ber, nil, true, nil
	case size > 0x84:
		return 0, nil, nil, false, errBER
	case size > 0x80:
		n := size & 0x7f
		if len(ber) < n {
			return 0, nil, nil, false, errBER
		}
		size = 0
		for _, b := range ber[:n] {
			size = size<<8 | int(b)
		}
		ber = ber[n:]
	}
	if size > len(ber) {
		return 0, nil, nil, false, errBER
	}
	return tag, ber[:size], ber[size:], false, nil
}

func appendHead(out []byte, tag byte, size int) []byte {
	out = append(out, tag)
	if size < 0x80 {
		return append(out, byte(size))
	}
	n := 1
	for size>>(8*n) > 0 {
		n++
	}
	out = append(out, 0x80|byte(n))
	for n--; n >= 0; n-- {
		out = append(out, byte(size>>(8*n)))
	}
	return out
}

// joined is the octets of a string field: its contents, or those of its parts when the constructed bit
// says that it is in parts. The parts have definite lengths by now.
func joined(isConstructed bool, contents []byte, depth int) ([]byte, error) {
	if !isConstructed {
		return contents, nil
	}
	var out []byte
	for len(contents) > 0 {
		tag, body, rest, _, err := head(contents)
		if err != nil || tag&^constructed != 0x04 || depth > maxDepth {
			return nil, errBER
		}
		part, err := joined(tag&constructed != 0, body, depth+1)
		if err != nil {
			return nil, err
		}
		out, contents = append(out, part...), rest
	}
	return out, nil
}
