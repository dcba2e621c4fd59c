package evidence

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// maxCheckpoint is the largest note read, in bytes; ours have about 250.
const maxCheckpoint = 16 << 10

// Checkpoint is what the log's signature says: this many leaves, with this root. Its text form is
// a C2SP tlog-checkpoint: origin, size, root in base64, one to a line.
type Checkpoint struct {
	Origin string // the log's name, which is also the name of its key
	Size   int64
	Root   tlog.Hash
}

// ErrCheckpoint is told of a note that is no checkpoint of the log.
var ErrCheckpoint = errors.New("not a checkpoint of this log")

// Text is the signed text of the checkpoint.
func (c Checkpoint) Text() string {
	return c.Origin + "\n" + strconv.FormatInt(c.Size, 10) + "\n" + c.Root.String() + "\n"
}

// ParseCheckpoint reads the text of a checkpoint in the one form Text writes. Extension lines,
// which the standard allows but our log never writes, are refused as not understood.
func ParseCheckpoint(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[0] == "" {
		return Checkpoint{}, fmt.Errorf("%w: not three lines", ErrCheckpoint)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || size > maxWhole {
		return Checkpoint{}, fmt.Errorf("%w: size", ErrCheckpoint)
	}
	root, err := bytes32(lines[2])
	if err != nil {
		return Checkpoint{}, fmt.Errorf("%w: root", ErrCheckpoint)
	}
	c := Checkpoint{Origin: lines[0], Size: size, Root: root}
	if c.Text() != text {
		return Checkpoint{}, fmt.Errorf("%w: not in canonical form", ErrCheckpoint)
	}
	return c, nil
}

// signCheckpoint signs with the log's key, whose name is the origin.
func signCheckpoint(c Checkpoint, signer note.Signer) ([]byte, error) {
	return note.Sign(&note.Note{Text: c.Text()}, signer)
}

// OpenCheckpoint verifies a signed checkpoint: one of the known keys, named as the origin, must
// have signed it. Signatures by other keys are passed over, as C2SP signed-note demands of every
// reader. It refuses with ErrCheckpoint.
func OpenCheckpoint(signed []byte, known note.Verifiers) (Checkpoint, error) {
	if len(signed) > maxCheckpoint {
		return Checkpoint{}, fmt.Errorf("%w: %d bytes", ErrCheckpoint, len(signed))
	}
	n, err := note.Open(signed, known)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	c, err := ParseCheckpoint(n.Text)
	if err != nil {
		return Checkpoint{}, err
	}
	for _, s := range n.Sigs {
		// note passes over the spare bits of base64; an altered signature must not verify.
		b, err := base64.StdEncoding.Strict().DecodeString(s.Base64)
		if err != nil || base64.StdEncoding.EncodeToString(b) != s.Base64 {
			return Checkpoint{}, fmt.Errorf("%w: spelling of the signature", ErrCheckpoint)
		}
		if s.Name == c.Origin {
			return c, nil
		}
	}
	return Checkpoint{}, fmt.Errorf("%w: signed by %.100q for %.100q", ErrCheckpoint, n.Sigs[0].Name, c.Origin)
}

// Verifiers reads verifier keys in note form ("name+hash+key"). It refuses an empty list: a
// checkpoint proves nothing without a key that is trusted for another reason.
func Verifiers(keys []string) (note.Verifiers, error) {
	if len(keys) == 0 {
		return nil, errors.New("no verifier key is trusted")
	}
	list := make([]note.Verifier, 0, len(keys))
	for _, k := range keys {
		v, err := note.NewVerifier(strings.TrimSpace(k))
		if err != nil {
			return nil, fmt.Errorf("verifier key %.200q: %w", k, err)
		}
		list = append(list, v)
	}
	return note.VerifierList(list...), nil
}
