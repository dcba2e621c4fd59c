package claims

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"regexp"
	"strings"

	"tereze/internal/identity"
)

// Numbers makes the numbers of requests. A number is the request's id under a keyed permutation of its
// portal: nothing is counted, so no two requests wait for each other; it tells neither how many there are
// nor when each came; and of 2^64 numbers only those that were given out lead anywhere, so that a letter
// which carries one comes from somebody who was told it.
type Numbers struct {
	key []byte
}

// NewNumbers takes a secret key; numbers made under one key are strange under another.
func NewNumbers(key []byte) Numbers { return Numbers{key: key} }

// letters leave out i, l, o and u, so that a number survives being read out by telephone.
const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

func alphabet() *base32.Encoding { return base32.NewEncoding(letters).WithPadding(base32.NoPadding) }

// rounds of the Feistel network; four suffice for a permutation that cannot be told from a random one.
const rounds = 6

// half is the round function: 32 bits that depend on the key, the portal, the round and the other half.
func (n Numbers) half(portal string, round byte, x uint32) uint32 {
	h := hmac.New(sha256.New, n.key)
	h.Write(binary.BigEndian.AppendUint32([]byte{round}, x))
	h.Write([]byte(portal))
	return binary.BigEndian.Uint32(h.Sum(nil))
}

// Of gives the number of a request: thirteen letters and digits in three groups.
func (n Numbers) Of(portal string, id identity.ID) string {
	left, right := uint32(uint64(id)>>32), uint32(uint64(id))
	for i := range byte(rounds) {
		left, right = right, left^n.half(portal, i, right)
	}
	var b [8]byte
	binary.BigEndian.PutUint32(b[:4], left)
	binary.BigEndian.PutUint32(b[4:], right)
	s := alphabet().EncodeToString(b[:])
	return s[:4] + "-" + s[4:8] + "-" + s[8:]
}

// errNumber says nothing of why: a number is one of ours or it is not.
var errNumber = errors.New("not the number of a request")

// ID reads a number back, in small letters and without hyphens too. That it is a number does not mean that
// there is such a request.
func (n Numbers) ID(portal, number string) (identity.ID, error) {
	s := strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(number))
	b, err := alphabet().DecodeString(s)
	if err != nil || len(b) != 8 || len(s) != 13 {
		return 0, errNumber
	}
	left, right := binary.BigEndian.Uint32(b[:4]), binary.BigEndian.Uint32(b[4:])
	for i := byte(rounds); i > 0; i-- {
		left, right = right^n.half(portal, i-1, left), left
	}
	id := identity.ID(uint64(left)<<32 | uint64(right))
	if id <= 0 || n.Of(portal, id) != s[:4]+"-"+s[4:8]+"-"+s[8:] {
		return 0, errNumber // the last letter has a spare bit
	}
	return id, nil
}

// Numbered finds what may be numbers of requests in a line of text, such as the subject of a letter.
func Numbered(line string) []string {
	return regexp.MustCompile(`\b[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{5}\b`).FindAllString(line, mostNumbers)
}

// mostNumbers of one line are tried: nobody answers more letters in one.
const mostNumbers = 4
