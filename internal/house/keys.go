package house

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Keys are the secrets of an installation. They live in files, never in flags or the database.
type Keys struct {
	Opaque      []byte // of the ids that addresses show
	Seal        []byte // of values that are kept readable, such as messages on their way out
	LogSigner   string // private key of the transparency log, in note form
	LogVerifier string // its public half, to be published
}

// NewKeys makes the secrets of a new installation; origin names its log for ever.
func NewKeys(origin string) (Keys, error) {
	opaque := make([]byte, 32)
	if _, err := rand.Read(opaque); err != nil {
		return Keys{}, fmt.Errorf("key of addresses: %w", err)
	}
	seal := make([]byte, 32)
	if _, err := rand.Read(seal); err != nil {
		return Keys{}, fmt.Errorf("key of sealed values: %w", err)
	}
	signer, verifier, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		return Keys{}, fmt.Errorf("key of the log: %w", err)
	}
	return Keys{Opaque: opaque, Seal: seal, LogSigner: signer, LogVerifier: verifier}, nil
}

// The files of a folder of keys. log.pub is for everybody.
const (
	opaqueFile   = "opaque.key"
	sealFile     = "seal.key"
	signerFile   = "log.key"
	verifierFile = "log.pub"
)

// OpenKeys reads the secrets from a folder, and makes them there when the folder has none. A
// folder that holds some and lacks others is refused: a new key of the log would fork it.
func OpenKeys(dir, origin string) (Keys, error) {
	var k Keys
	read := func(name string) ([]byte, error) { return os.ReadFile(filepath.Join(dir, name)) }
	opaque, errOpaque := read(opaqueFile)
	seal, errSeal := read(sealFile)
	signer, errSigner := read(signerFile)
	verifier, errVerifier := read(verifierFile)
	if errors.Is(errOpaque, fs.ErrNotExist) && errors.Is(errSeal, fs.ErrNotExist) && errors.Is(errSigner, fs.ErrNotExist) && errors.Is(errVerifier, fs.ErrNotExist) {
		return makeKeys(dir, origin)
	}
	err := errors.Join(errOpaque, errSeal, errSigner, errVerifier)
	if err != nil {
		return Keys{}, fmt.Errorf("keys in %s: %w (restore the folder from your backup; a new key would fork the log)", dir, err)
	}
	if k.Opaque, err = symmetric(opaque); err != nil {
		return Keys{}, fmt.Errorf("%s: %w", filepath.Join(dir, opaqueFile), err)
	}
	if k.Seal, err = symmetric(seal); err != nil {
		return Keys{}, fmt.Errorf("%s: %w", filepath.Join(dir, sealFile), err)
	}
	k.LogSigner, k.LogVerifier = strings.TrimSpace(string(signer)), strings.TrimSpace(string(verifier))
	return k, nil
}

// symmetric reads a key of 32 bytes in base64.
func symmetric(file []byte) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(file)))
	if err != nil || len(raw) != 32 {
		return nil, errors.New("not 32 bytes in base64")
	}
	return raw, nil
}

func makeKeys(dir, origin string) (Keys, error) {
	k, err := NewKeys(origin)
	if err != nil {
		return Keys{}, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Keys{}, fmt.Errorf("folder of keys: %w", err)
	}
	for _, f := range []struct {
		name, content string
		mode          os.FileMode
	}{
		{opaqueFile, base64.StdEncoding.EncodeToString(k.Opaque), 0o600},
		{sealFile, base64.StdEncoding.EncodeToString(k.Seal), 0o600},
		{signerFile, k.LogSigner, 0o600},
		{verifierFile, k.LogVerifier, 0o644},
	} {
		if err := writeNew(filepath.Join(dir, f.name), f.content, f.mode); err != nil {
			return Keys{}, err
		}
	}
	return k, nil
}

// writeNew never writes over a key.
func writeNew(path, content string, mode os.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return fmt.Errorf("write a key: %w", err)
	}
	_, err = f.WriteString(content + "\n")
	return errors.Join(err, f.Sync(), f.Close())
}
