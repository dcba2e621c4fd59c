package signing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"tereze/internal/identity"
)

// Kept is a signature that served, with the statement it was made over, as they came: what its worth can be
// proved with later. Entry is the evidence in whose detail the digests of both stand.
type Kept struct {
	Home    identity.ID
	Entry   identity.ID
	Portal  string
	Purpose Purpose
	At      time.Time
	Signed  []Pair
}

// Pair is a document and the signature over it.
type Pair struct{ Document, Signature []byte }

// Keep is what is to be kept of a checked answer: beside the evidence of the act that followed from it, in
// that act's transaction.
func (s Signed) Keep(home, entry identity.ID, at time.Time) Kept {
	k := Kept{Home: home, Entry: entry, Portal: s.Request.Portal, Purpose: s.Request.Purpose, At: at}
	for i, d := range s.Request.Content.Documents {
		k.Signed = append(k.Signed, Pair{d.Content, s.Signatures[i]})
	}
	return k
}

// Detail is what evidence says of the signature of a statement: digests alone, nothing of the person.
func (s Signed) Detail() map[string]string {
	hash := func(b []byte) string { sum := sha256.Sum256(b); return hex.EncodeToString(sum[:]) }
	return map[string]string{
		"statement": hash(s.Request.Content.Documents[0].Content), "signature": hash(s.Signatures[0]),
		"certificate": hash(s.Signer.Certificate.Raw),
	}
}

// KeptTx is what kept signatures do to the database.
type KeptTx interface {
	KeepSignature(ctx context.Context, k Kept) error
	// KeptSignature gives what is kept beside an entry. Refusal: Absent.
	KeptSignature(ctx context.Context, home, entry identity.ID) (Kept, error)
}
