package authority

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"time"

	"tereze/internal/eds/cms"
	"tereze/internal/eds/pki"
)

// Policies of the authority's time-stamping service.
const (
	stampRSA  = "1.2.398.3.3.2.6.2"
	stampGOST = "1.2.398.3.3.2.6.4"
)

// maxStampRequest is the largest request read, in bytes.
const maxStampRequest = 4 << 10

type stampRequest struct {
	Version int
	Imprint struct {
		Algorithm pkix.AlgorithmIdentifier
		Hash      []byte
	}
	Policy     asn1.ObjectIdentifier `asn1:"optional"`
	Nonce      *big.Int              `asn1:"optional"`
	Enclose    bool                  `asn1:"optional"`
	Extensions []pkix.Extension      `asn1:"tag:0,optional"`
}

type stampStatus struct {
	Status  int
	Failure asn1.BitString `asn1:"optional"`
}

// Bits of PKIFailureInfo (RFC 3161 §2.4.2).
const (
	badAlgorithm  = 0
	badFormat     = 5
	badPolicy     = 15
	badExtension  = 16
	systemFailure = 25
)

// Stamp answers a request for a time-stamp (RFC 3161) over any digest that package pki knows and does
// not hold for weak. The certificate is always enclosed. What is not answered is rejected with a reason,
// as the protocol has it.
func (a *Authority) Stamp(request []byte) []byte {
	var r stampRequest
	if len(request) > maxStampRequest {
		return rejected(badFormat)
	}
	if rest, err := asn1.Unmarshal(request, &r); err != nil || len(rest) > 0 || r.Version != 1 {
		return rejected(badFormat)
	}
	h, err := pki.NewDigest(r.Imprint.Algorithm.Algorithm)
	own := stampGOST
	if a.algorithm == RSA {
		own = stampRSA
	}
	switch {
	case err != nil, r.Imprint.Algorithm.Algorithm.String() == pki.DigestSHA1:
		return rejected(badAlgorithm)
	case len(r.Imprint.Hash) != h.Size():
		return rejected(badFormat)
	case len(r.Policy) > 0 && r.Policy.String() != own:
		return rejected(badPolicy)
	case len(r.Extensions) > 0:
		return rejected(badExtension)
	}
	token, err := a.token(r, own)
	if err != nil {
		return rejected(systemFailure)
	}
	return must(struct {
		Status stampStatus
		Token  asn1.RawValue
	}{stampStatus{}, raw(token)})
}

func rejected(bit int) []byte {
	info := asn1.BitString{Bytes: make([]byte, bit/8+1), BitLength: bit + 1}
	info.Bytes[bit/8] |= 0x80 >> (bit % 8)
	return must(struct{ Status stampStatus }{stampStatus{Status: 2, Failure: info}})
}

func (a *Authority) token(r stampRequest, policy string) ([]byte, error) {
	a.mu.Lock()
	a.stamps++
	serial := a.stamps
	a.mu.Unlock()
	now := a.clock().UTC().Truncate(time.Second)
	t := cms.Token{
		Policy: pki.OID(policy), Digest: r.Imprint.Algorithm.Algorithm, Imprint: r.Imprint.Hash,
		Serial: big.NewInt(now.Unix()<<20 | serial&0xfffff), At: now, Nonce: r.Nonce,
	}
	info, err := t.TokenInfo()
	if err != nil {
		return nil, err
	}
	return cms.Sign(info, cms.Signing{
		Key: a.stamper.key, Certificate: a.stamper.certificate, Chain: []*pki.Certificate{a.Issuing}, At: now,
		Type: cms.TypeTimestamp, Rand: a.stream("signature of a stamp"),
	})
}

// Stamper asks the authority for the time-stamp of a signature value, in the form that cms.Signing wants.
func (a *Authority) Stamper() func(value []byte) ([]byte, error) {
	return func(value []byte) ([]byte, error) {
		digest := a.stamper.key.DefaultDigest()
		h, err := pki.NewDigest(digest)
		if err != nil {
			return nil, err
		}
		h.Write(value)
		request := stampRequest{Version: 1, Enclose: true}
		request.Imprint.Algorithm = pkix.AlgorithmIdentifier{Algorithm: digest, Parameters: asn1.NullRawValue}
		request.Imprint.Hash = h.Sum(nil)
		der, err := asn1.Marshal(request)
		if err != nil {
			return nil, err
		}
		var response struct {
			Status stampStatus
			Token  asn1.RawValue `asn1:"optional"`
		}
		if rest, err := asn1.Unmarshal(a.Stamp(der), &response); err != nil || len(rest) > 0 || response.Status.Status != 0 {
			return nil, errors.New("the time-stamping service of the test authority refused")
		}
		return response.Token.FullBytes, nil
	}
}
