// Package eds is electronic signatures: certificates, signed documents and their proof.
//
// It owns whom to trust (TrustStore), the order of the checks (Verifier, Own) and what they found
// (Result), and the rules that agreements set on signatures. What is in a certificate, a message or an
// XML document stands in the packages below. It fetches nothing by itself: who may be asked about
// revocation is handed in. It keeps no keys of users.
package eds

import (
	"tereze/internal/clause"
)

// Rules lists every rule of this room that a clause may set.
func Rules() []clause.Definition {
	return []clause.Definition{
		clause.Define[SignatureProof](),
		clause.Define[OwnKey](),
	}
}

// SignatureProof sets what an electronic signature proves.
type SignatureProof struct {
	Issuer string   `with:"issuer" oneof:"national_ca" doc:"Certification authority whose keys are taken."`
	Proves []string `with:"proves" oneof:"authenticity signer integrity" doc:"What a valid signature proves."`
}

func (SignatureProof) Rule() clause.Doc {
	return clause.Doc{
		Name:  "eds.signature_proof",
		About: "An electronic signature made with a key of the named issuer proves what is stated, and is kept with the document.",
	}
}

// OwnKey lets a person sign only as themselves.
type OwnKey struct{}

func (OwnKey) Rule() clause.Doc {
	return clause.Doc{
		Name:  "eds.own_key",
		About: "A user signs only with their own key: a signature by the key of another is refused and recorded as posing as another.",
	}
}
