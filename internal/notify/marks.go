package notify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"strconv"
	"strings"

	"tereze/internal/identity"
)

// Marks name messages in such a way that nobody who has not seen a message can name it: by its mark a mail server's
// report finds the message it is about, and a report that somebody made up finds none. A mark is the same at every
// try, holds letters of one case, figures and dots, and is at most 44 characters long, so that it fits beside a name
// into an address (RFC 5321, 4.5.3.1.1).
type Marks struct{ key []byte }

// NewMarks makes the marks of an installation, whose key no one else has.
func NewMarks(key []byte) Marks { return Marks{key} }

// markMAC is how many bytes of the code are in a mark: guessing one of 2^80 by e-mail takes longer than mail has been there.
const markMAC = 10

// Of is the mark of a message.
func (k Marks) Of(home, id identity.ID) string {
	name := strconv.FormatInt(int64(home), 36) + "." + strconv.FormatInt(int64(id), 36)
	return name + "." + k.code(name)
}

func (k Marks) code(name string) string {
	h := hmac.New(sha256.New, k.key)
	h.Write([]byte(name))
	return strings.ToLower(base32.StdEncoding.EncodeToString(h.Sum(nil)[:markMAC]))
}

// Open finds the message of a mark; ok is false for whatever Of did not make. Servers may change the case.
func (k Marks) Open(mark string) (home, id identity.ID, ok bool) {
	mark = strings.ToLower(mark)
	at := strings.LastIndexByte(mark, '.')
	if at < 0 || !hmac.Equal([]byte(k.code(mark[:at])), []byte(mark[at+1:])) {
		return 0, 0, false
	}
	first, second, _ := strings.Cut(mark[:at], ".")
	h, errHome := strconv.ParseInt(first, 36, 64)
	n, errID := strconv.ParseInt(second, 36, 64)
	return identity.ID(h), identity.ID(n), errHome == nil && errID == nil && h > 0 && n > 0
}
