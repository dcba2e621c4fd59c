// Package evidence keeps the record of what was done, so that anybody can check it without trusting the portal.
//
// It owns entries and their canonical form, the commitments that stand for them in a transparency
// log, the log itself (RFC 6962 tree, signed checkpoints), receipts and their verification. The log
// holds commitments only: an entry is an ordinary row, and erasing it leaves the log whole and
// tells nobody what it said. It stores nothing and calls nobody: store saves through the act's own
// transaction, web and api serve what View answers, cmd runs the Sequencer.
package evidence

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"

	"tereze/internal/identity"
)

// Salt is 32 random bytes of one entry. Without it a commitment could be opened by guessing: the
// acts of a person are few.
type Salt [32]byte

// Commitment stands for an entry in the log: SHA-256 over salt and canonical entry.
type Commitment [sha256.Size]byte

// commitmentPrefix keeps commitments apart from every other SHA-256 of the program, and their
// versions from each other. The salt after it has a fixed length, so that the parts cannot slide.
const commitmentPrefix = "tereze-commitment/1\x00"

// Commit makes the commitment of an entry under a salt.
func Commit(salt Salt, e Entry) Commitment {
	canonical := e.Canonical()
	b := make([]byte, 0, len(commitmentPrefix)+len(salt)+len(canonical))
	b = append(b, commitmentPrefix...)
	b = append(b, salt[:]...)
	b = append(b, canonical...)
	return sha256.Sum256(b)
}

// String is the commitment in standard base64, as the log's leaves are served.
func (c Commitment) String() string { return base64.StdEncoding.EncodeToString(c[:]) }

// Row is an entry as it is kept: with what opens its commitment.
type Row struct {
	Entry      Entry
	Salt       Salt
	Commitment Commitment
}

// errBytes is told of base64 that is not the one spelling of the bytes it stands for.
var errBytes = errors.New("not canonical base64 of the right length")

// bytes32 reads 32 bytes of base64 and refuses all spellings but one: encoding/base64 passes over
// line ends and, unless told, spare bits, and then an altered receipt would read as the same.
func bytes32(s string) ([32]byte, error) {
	var out [32]byte
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != len(out) || base64.StdEncoding.EncodeToString(b) != s {
		return out, errBytes
	}
	copy(out[:], b)
	return out, nil
}

// nobody is the home of what the portal itself does.
const nobody identity.ID = 0

// maxWhole is the largest integer that every JSON reader keeps exact (RFC 8785 §3.2.2.3). It also
// bounds tree sizes, far below where the arithmetic of the tree would overflow.
const maxWhole = 1<<53 - 1
