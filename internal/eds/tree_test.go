package eds_test

import (
	"bytes"
	"encoding/asn1"
	"slices"
	"testing"

	"tereze/internal/eds/pki"
)

// branch is an element of DER that a test can bend. The tag 0xff stands for octets written as they are.
type branch struct {
	tag        byte
	body       []byte // of a primitive
	sub        []*branch
	indefinite bool // written with an indefinite length
}

func grow(t testing.TB, der []byte) *branch {
	t.Helper()
	all := growAll(t, der)
	if len(all) != 1 {
		t.Fatalf("%d elements", len(all))
	}
	return all[0]
}

func growAll(t testing.TB, der []byte) (all []*branch) {
	t.Helper()
	for len(der) > 0 {
		var v asn1.RawValue
		rest, err := asn1.Unmarshal(der, &v)
		if err != nil {
			t.Fatal(err)
		}
		b := &branch{tag: v.FullBytes[0]}
		if v.IsCompound {
			b.sub = growAll(t, v.Bytes)
		} else {
			b.body = v.Bytes
		}
		all, der = append(all, b), rest
	}
	return all
}

func (b *branch) write() []byte {
	if b.tag == 0xff { // as it is
		return b.body
	}
	body := b.body
	if b.tag&0x20 != 0 {
		body = nil
		for _, s := range b.sub {
			body = append(body, s.write()...)
		}
	}
	if b.indefinite {
		return slices.Concat([]byte{b.tag, 0x80}, body, []byte{0, 0})
	}
	return slices.Concat([]byte{b.tag}, length(len(body)), body)
}

func length(n int) []byte {
	switch {
	case n < 0x80:
		return []byte{byte(n)}
	case n < 1<<8:
		return []byte{0x81, byte(n)}
	case n < 1<<16:
		return []byte{0x82, byte(n >> 8), byte(n)}
	}
	return []byte{0x84, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}
}

// at follows a path of positions.
func (b *branch) at(path ...int) *branch {
	for _, i := range path {
		b = b.sub[i]
	}
	return b
}

// Paths in a message with one signer and its certificate.
func (b *branch) signedData() *branch { return b.at(1, 0) }
func (b *branch) content() *branch    { return b.signedData().at(2) }
func (b *branch) certificates() *branch {
	return b.signedData().at(3)
}
func (b *branch) signers() *branch { return b.signedData().sub[len(b.signedData().sub)-1] }
func (b *branch) signer() *branch  { return b.signers().at(0) }

// attribute finds a signed attribute of the first signer.
func (b *branch) attribute(t testing.TB, oid string) *branch {
	t.Helper()
	der, err := asn1.Marshal(pki.OID(oid))
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range b.signer().at(3).sub {
		if bytes.Equal(a.at(0).write(), der) {
			return a
		}
	}
	t.Fatalf("no attribute %s", oid)
	return nil
}

// berish writes everything down to depth with indefinite lengths.
func (b *branch) berish(depth int) {
	if depth == 0 || b.tag&0x20 == 0 {
		return
	}
	b.indefinite = true
	for _, s := range b.sub {
		s.berish(depth - 1)
	}
}

// cut writes an OCTET STRING in parts.
func (b *branch) cut(size int) {
	b.tag |= 0x20
	for part := range slices.Chunk(b.body, size) {
		b.sub = append(b.sub, &branch{tag: 0x04, body: part})
	}
	b.body, b.indefinite = nil, true
}
