package identity

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// Opaque turns ids into the form addresses show, and back. Ids are ordered by time, so a bare one
// would tell how many there are and when each was made; and a guessed one must not be a neighbour.
type Opaque struct {
	block cipher.Block
}

// NewOpaque takes a key of 16, 24 or 32 bytes; addresses made under one key are strange under another.
func NewOpaque(key []byte) (Opaque, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return Opaque{}, fmt.Errorf("key of addresses: %w", err)
	}
	return Opaque{block}, nil
}

// errOpaque says nothing of why: an address is right or it is not.
var errOpaque = errors.New("not an address of ours")

// letters leave out i, l, o and u: no two read alike, and no word is spelt by chance.
const letters = "0123456789abcdefghjkmnpqrstvwxyz"

func encoding() *base32.Encoding {
	return base32.NewEncoding(letters).WithPadding(base32.NoPadding)
}

// Of gives the address form of an id: 26 letters and digits. The id stands beside eight zero
// bytes in one cipher block, so that of the strings of this form next to none is an address.
func (o Opaque) Of(id ID) string {
	var b [aes.BlockSize]byte
	binary.BigEndian.PutUint64(b[:], uint64(id))
	o.block.Encrypt(b[:], b[:])
	return encoding().EncodeToString(b[:])
}

// ID reads an address form back; anything Of did not make is refused.
func (o Opaque) ID(s string) (ID, error) {
	if len(s) != 26 {
		return 0, errOpaque
	}
	b, err := encoding().DecodeString(strings.ToLower(s))
	if err != nil || len(b) != aes.BlockSize {
		return 0, errOpaque
	}
	o.block.Decrypt(b, b)
	for _, z := range b[8:] {
		if z != 0 {
			return 0, errOpaque
		}
	}
	id := ID(binary.BigEndian.Uint64(b))
	if o.Of(id) != s {
		return 0, errOpaque // the last letter has two spare bits, and capitals are not ours
	}
	return id, nil
}
