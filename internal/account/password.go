package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"tereze/internal/fault"
	"tereze/internal/identity"
)

// The cost of argon2id (RFC 9106): 19 MiB, two passes, one lane.
const (
	argonMemory = 19 << 10 // KiB
	argonTime   = 2
	argonLanes  = 1
	saltLength  = 16
	keyLength   = 32
	maxWaiting  = 32 // people who wait for a core; more are asked to come again
)

// Hasher hashes passwords, at most one for a core at a time: each takes 19 MiB and a core for as
// long as it runs, and more at once would only slow all of them.
type Hasher struct {
	memory  uint32 // KiB
	passes  uint32
	turn    chan struct{}
	waiting atomic.Int64
	nobody  string // the hash that is checked when there is no such person
}

// NewHasher makes a hasher for this machine's cores.
func NewHasher() (*Hasher, error) { return NewHasherAt(argonMemory, argonTime) }

// NewHasherAt is NewHasher at another cost, memory in KiB: tests that are not about passwords take a
// small one.
func NewHasherAt(memory, passes uint32) (*Hasher, error) {
	h := &Hasher{memory: memory, passes: passes, turn: make(chan struct{}, runtime.GOMAXPROCS(0))}
	var err error
	h.nobody, err = h.Hash(context.Background(), rand.Text())
	return h, err
}

// take waits for a core. Refusal: Unavailable "account.busy" when too many wait.
func (h *Hasher) take(ctx context.Context) error {
	if h.waiting.Add(1) > maxWaiting {
		h.waiting.Add(-1)
		return fault.New(fault.Unavailable, "account.busy")
	}
	defer h.waiting.Add(-1)
	select {
	case h.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Hash hashes a password under a new salt, into the usual $argon2id$… form.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	if err := h.take(ctx); err != nil {
		return "", err
	}
	defer func() { <-h.turn }()
	salt := make([]byte, saltLength)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("salt of a password: %w", err)
	}
	key := argon2.IDKey([]byte(norm.NFC.String(password)), salt, h.passes, h.memory, argonLanes, keyLength)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.memory, h.passes, argonLanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key)), nil
}

// Check tells whether a password is the one hashed. An empty hash stands for nobody: it takes as
// long, and the answer is no.
func (h *Hasher) Check(ctx context.Context, hash, password string) (bool, error) {
	known := hash != ""
	if !known {
		hash = h.nobody
	}
	salt, key, memory, passes, lanes, err := readHash(hash)
	if err != nil {
		return false, err
	}
	if err := h.take(ctx); err != nil {
		return false, err
	}
	defer func() { <-h.turn }()
	got := argon2.IDKey([]byte(norm.NFC.String(password)), salt, passes, memory, lanes, uint32(len(key)))
	return subtle.ConstantTimeCompare(got, key) == 1 && known, nil
}

func readHash(hash string) (salt, key []byte, memory, passes uint32, lanes uint8, err error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return nil, nil, 0, 0, 0, fmt.Errorf("a stored password is not in the form $argon2id$")
	}
	if _, err = fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes); err != nil {
		return nil, nil, 0, 0, 0, fmt.Errorf("cost of a stored password: %w", err)
	}
	if salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return nil, nil, 0, 0, 0, fmt.Errorf("salt of a stored password: %w", err)
	}
	if key, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil {
		return nil, nil, 0, 0, 0, fmt.Errorf("key of a stored password: %w", err)
	}
	return salt, key, memory, passes, lanes, nil
}

func itoa(n int) string { return strconv.Itoa(n) }

func itoa64(id identity.ID) string { return strconv.FormatInt(int64(id), 10) }
