package signing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
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

// Pair is a document and the signature over it, with what it rests on that the certificate was not revoked, as
// eds.EncodeProofs writes it; nil where the verifier hands nothing of that out.
type Pair struct {
	Document, Signature []byte
	Revocation          []byte `json:",omitempty"`
}

// Keep is what is to be kept of a checked answer: beside the evidence of the act that followed from it, in
// that act's transaction.
func (s Signed) Keep(home, entry identity.ID, at time.Time) Kept {
	k := Kept{Home: home, Entry: entry, Portal: s.Request.Portal, Purpose: s.Request.Purpose, At: at}
	for i, d := range s.Request.Content.Documents {
		k.Signed = append(k.Signed, Pair{d.Content, s.Signatures[i], s.Revocation[i]})
	}
	return k
}

// Detail is what evidence says of the signature of a statement: digests alone, nothing of the person.
func (s Signed) Detail() map[string]string {
	hash := func(b []byte) string { sum := sha256.Sum256(b); return hex.EncodeToString(sum[:]) }
	detail := map[string]string{
		"statement": hash(s.Request.Content.Documents[0].Content), "signature": hash(s.Signatures[0]),
		"certificate": hash(s.Signer.Certificate.Raw),
	}
	if s.Revocation[0] != nil {
		detail["revocation"] = hash(s.Revocation[0])
	}
	return detail
}

// KeptTx is what reading kept signatures does to the database.
type KeptTx interface {
	// KeptSignature gives what is kept beside an entry. Refusal: Absent.
	KeptSignature(ctx context.Context, home, entry identity.ID) (Kept, error)
}

// Statement is what a statement states, as it can be read out of its bytes.
type Statement struct {
	Portal  string
	Purpose Purpose
	Nonce   string // hex
	At      time.Time
	Fields  map[string]string
}

// maxStatement is more than any statement of this program has, in octets.
const maxStatement = 64 << 10

// ReadStatement reads a statement. It refuses what this package would not have written byte for byte: with
// one spelling alone, two readers cannot take it for two things.
func ReadStatement(data []byte) (Statement, error) {
	var x struct {
		XMLName xml.Name `xml:"urn:tereze:signing signing"`
		At      string   `xml:"at,attr"`
		Nonce   string   `xml:"nonce,attr"`
		Portal  string   `xml:"portal,attr"`
		Purpose string   `xml:"purpose,attr"`
		Fields  []struct {
			Name  string `xml:"name,attr"`
			Value string `xml:",chardata"`
		} `xml:"field"`
		Documents []struct {
			Sum string `xml:"sha256,attr"`
		} `xml:"document"`
	}
	if len(data) > maxStatement {
		return Statement{}, errStatement
	}
	if err := xml.Unmarshal(data, &x); err != nil {
		return Statement{}, fmt.Errorf("%w: %w", errStatement, err)
	}
	at, errAt := time.Parse(time.RFC3339, x.At)
	nonce, errNonce := hex.DecodeString(x.Nonce)
	if errAt != nil || errNonce != nil {
		return Statement{}, errStatement
	}
	s := Statement{Portal: x.Portal, Purpose: Purpose(x.Purpose), Nonce: x.Nonce, At: at, Fields: map[string]string{}}
	again := Ask{Portal: x.Portal, Purpose: s.Purpose}
	for _, f := range x.Fields {
		s.Fields[f.Name] = f.Value
		again.Fields = append(again.Fields, Field{f.Name, f.Value})
	}
	if len(x.Documents) > 0 || len(s.Fields) != len(x.Fields) || string(again.statement(nonce, at)) != string(data) {
		return Statement{}, errStatement
	}
	return s, nil
}

var errStatement = errors.New("this is no statement of a portal, or not in its one spelling")
