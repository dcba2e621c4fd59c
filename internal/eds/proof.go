package eds

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tereze/internal/eds/pki"
)

// Caps of what is kept of a verdict's proofs. An answer has about two thousand octets; a list of the whole
// country has millions, and is kept by its digest.
const (
	maxKeptBody = 32 << 10
	maxKept     = 96 << 10 // bodies of one verdict together, in octets
	maxProofs   = 24
	maxProofURL = 300
	// MaxProofs is the longest form of proofs that is written or read, in octets.
	MaxProofs = 192 << 10
)

// Proof is what an authority said about a certificate of a chain and a verdict relied on: whole where it is
// short, otherwise by its digest.
type Proof struct {
	Kind   RequestKind `json:"kind"`
	Nonce  []byte      `json:"nonce,omitempty"`  // of our question, which the answer repeats
	Body   []byte      `json:"body,omitempty"`   // DER
	SHA256 string      `json:"sha256,omitempty"` // of the DER, where it is not kept
	At     time.Time   `json:"at"`               // when the authority said so
	Number string      `json:"number,omitempty"` // of a list
	URL    string      `json:"url,omitempty"`    // where it was had; empty where the asker brought it
}

func answerProof(der, nonce []byte, url string, at time.Time) Proof {
	return Proof{Kind: AskOCSP, Nonce: nonce, Body: der, URL: url, At: at.UTC()}
}

func listProof(l *pki.CRL, url string) Proof {
	p := Proof{Kind: AskCRL, Body: l.Raw, URL: url, At: l.ThisUpdate.UTC()}
	if l.IsDelta() {
		p.Kind = AskDelta
	}
	if l.Number != nil {
		p.Number = l.Number.String()
	}
	return p
}

// EncodeProofs writes proofs in their one spelling, to be kept: nil for none. A body that is too long gives
// way to its SHA-256, and so do bodies beyond what is kept of one verdict.
func EncodeProofs(proofs []Proof) ([]byte, error) {
	if len(proofs) == 0 {
		return nil, nil
	}
	if len(proofs) > maxProofs {
		return nil, fmt.Errorf("%d proofs of one verdict", len(proofs))
	}
	kept, room := make([]Proof, len(proofs)), maxKept
	for i, p := range proofs {
		if len(p.Body) > min(maxKeptBody, room) {
			sum := sha256.Sum256(p.Body)
			p.SHA256, p.Body = hex.EncodeToString(sum[:]), nil
		}
		if len(p.URL) > maxProofURL {
			p.URL = ""
		}
		room -= len(p.Body)
		kept[i] = p
	}
	return json.Marshal(kept)
}

var errProofs = errors.New("this is no row of proofs, or not in its one spelling")

// ReadProofs reads what EncodeProofs wrote, and refuses what it would not have written byte for byte. That an
// authority said it is not looked at: Verify does, of proofs that a question brings.
func ReadProofs(data []byte) ([]Proof, error) {
	if len(data) == 0 || len(data) > MaxProofs {
		return nil, errProofs
	}
	var proofs []Proof
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&proofs); err != nil {
		return nil, fmt.Errorf("%w: %w", errProofs, err)
	}
	for _, p := range proofs {
		known := p.Kind == AskOCSP || p.Kind == AskCRL || p.Kind == AskDelta
		if !known || (len(p.Body) == 0) != (len(p.SHA256) == 2*sha256.Size) {
			return nil, errProofs
		}
	}
	if again, err := EncodeProofs(proofs); err != nil || !bytes.Equal(again, data) {
		return nil, errProofs
	}
	return proofs, nil
}

// Fill gives back the bodies of proofs that are known by their digest alone, out of lists in DER or PEM. missing
// are those whose body is in none.
func Fill(proofs []Proof, lists [][]byte) (filled, missing []Proof) {
	bodies := map[string][]byte{}
	for _, data := range lists {
		if l, err := pki.ParseCRL(data); err == nil {
			sum := sha256.Sum256(l.Raw)
			bodies[hex.EncodeToString(sum[:])] = l.Raw
		}
	}
	for _, p := range proofs {
		if len(p.Body) == 0 {
			p.Body = bodies[p.SHA256]
		}
		if len(p.Body) == 0 {
			missing = append(missing, p)
		} else {
			filled = append(filled, p)
		}
	}
	return filled, missing
}
