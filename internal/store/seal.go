package store

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
)

// sealer keeps what must be readable later, and only with the installation's key: AES-256-GCM. The
// row it belongs to is bound in, so that a sealed value cannot be moved to another person's row.
type sealer struct {
	aead cipher.AEAD
	mac  []byte
}

var errNoSeal = errors.New("store: nothing can be sealed without a key")

func newSealer(key []byte) (*sealer, error) {
	if key == nil {
		return nil, nil
	}
	if len(key) != 32 {
		return nil, errors.New("key of sealed values: want 32 bytes")
	}
	derive := func(purpose string) []byte {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(purpose))
		return h.Sum(nil)
	}
	block, err := aes.NewCipher(derive("seal"))
	if err != nil {
		return nil, fmt.Errorf("key of sealed values: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("key of sealed values: %w", err)
	}
	return &sealer{aead: aead, mac: derive("look-up")}, nil
}

// seal closes a value for a row, named by table and key.
func (tx *Tx) seal(row string, value any) ([]byte, error) { return tx.sealIn(1, row, value) }

// alike is the step, in bytes, in which what must not be told by its size grows: two of them hold the longest
// address there is with a link.
const alike = 512

// sealAlike is seal for what is sent, or said to be sent: neither how large it is nor how long it takes to
// be closed tells what is in it.
func (tx *Tx) sealAlike(row string, value any) ([]byte, error) { return tx.sealIn(alike, row, value) }

// sealIn fills a value up to a multiple of step with the white space that JSON allows behind it.
func (tx *Tx) sealIn(step int, row string, value any) ([]byte, error) {
	if tx.sealer == nil {
		return nil, errNoSeal
	}
	plain, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	if more := len(plain) % step; more > 0 {
		plain = append(plain, bytes.Repeat([]byte{' '}, step-more)...)
	}
	nonce := make([]byte, tx.sealer.aead.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return tx.sealer.aead.Seal(nonce, nonce, plain, []byte(row)), nil
}

// unseal reads what seal closed for the same row.
func (tx *Tx) unseal(row string, sealed []byte, into any) error {
	if tx.sealer == nil {
		return errNoSeal
	}
	n := tx.sealer.aead.NonceSize()
	if len(sealed) < n {
		return errors.New("open a sealed value: too short")
	}
	plain, err := tx.sealer.aead.Open(nil, sealed[:n], sealed[n:], []byte(row))
	if err != nil {
		return fmt.Errorf("open a sealed value: %w", err)
	}
	return json.Unmarshal(plain, into)
}

// lookup is the form under which a value is looked up that must not be readable, such as a state
// identification number: few enough to be guessed one by one without the key.
func (tx *Tx) lookup(value string) ([]byte, error) {
	if tx.sealer == nil {
		return nil, errNoSeal
	}
	h := hmac.New(sha256.New, tx.sealer.mac)
	h.Write([]byte(value))
	return h.Sum(nil), nil
}
