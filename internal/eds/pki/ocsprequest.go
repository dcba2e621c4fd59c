package pki

import (
	"bytes"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
)

// maxRequest is the largest OCSP request read, in bytes; one for one certificate has about 150.
const maxRequest = 16 << 10

const (
	oidNonce         = "1.3.6.1.5.5.7.48.1.2"
	oidBasicResponse = "1.3.6.1.5.5.7.48.1.1"
)

// CertID names a certificate in OCSP by hashes of its issuer and its serial number.
type CertID struct {
	Algorithm pkix.AlgorithmIdentifier
	Name      []byte
	Key       []byte
	Serial    *big.Int
}

// NewCertID names the certificate with a serial number that issuer issued, by SHA-256.
func NewCertID(issuer *Certificate, serial *big.Int) (CertID, error) {
	return issuer.certID(pkix.AlgorithmIdentifier{Algorithm: OID(DigestSHA256), Parameters: asn1.NullRawValue}, serial)
}

func (c *Certificate) certID(algorithm pkix.AlgorithmIdentifier, serial *big.Int) (CertID, error) {
	h, err := NewDigest(algorithm.Algorithm)
	if err != nil {
		return CertID{}, err
	}
	id := CertID{Algorithm: algorithm, Serial: serial}
	h.Write(c.RawSubject)
	id.Name = h.Sum(nil)
	h.Reset()
	h.Write(c.keyBits())
	id.Key = h.Sum(nil)
	return id, nil
}

// Names reports whether id names the certificate with the serial number that issuer issued.
func (id CertID) Names(issuer *Certificate, serial *big.Int) bool {
	if id.Serial == nil || id.Serial.Cmp(serial) != 0 {
		return false
	}
	own, err := issuer.certID(id.Algorithm, serial)
	return err == nil && bytes.Equal(own.Name, id.Name) && bytes.Equal(own.Key, id.Key)
}

type ocspRequest struct {
	TBS       tbsRequest
	Signature asn1.RawValue `asn1:"explicit,tag:0,optional"`
}

type tbsRequest struct {
	Version    int           `asn1:"explicit,tag:0,default:0,optional"`
	Requestor  asn1.RawValue `asn1:"explicit,tag:1,optional"`
	List       []singleRequest
	Extensions []pkix.Extension `asn1:"explicit,tag:2,optional"`
}

type singleRequest struct {
	ID         CertID
	Extensions []pkix.Extension `asn1:"explicit,tag:0,optional"`
}

// OCSPRequest asks about one certificate (RFC 6960), with a nonce of 1 to 128 bytes (RFC 9654) or
// none. Send it as application/ocsp-request.
func OCSPRequest(c, issuer *Certificate, nonce []byte) ([]byte, error) {
	if len(nonce) > 128 {
		return nil, Refuse(TooLarge, errors.New("a nonce of more than 128 bytes"))
	}
	id, err := NewCertID(issuer, c.SerialNumber)
	if err != nil {
		return nil, err
	}
	request := ocspRequest{TBS: tbsRequest{List: []singleRequest{{ID: id}}}}
	if len(nonce) > 0 {
		value, err := asn1.Marshal(nonce)
		if err != nil {
			return nil, err
		}
		request.TBS.Extensions = []pkix.Extension{{Id: OID(oidNonce), Value: value}}
	}
	return asn1.Marshal(request)
}

// ParseOCSPRequest reads an unsigned or signed request: whom it asks about, and its nonce or nil. The
// signature of a request is not looked at: answers are for everybody.
func ParseOCSPRequest(der []byte) (ids []CertID, nonce []byte, err error) {
	if len(der) > maxRequest {
		return nil, nil, Refuse(TooLarge, fmt.Errorf("an OCSP request of %d bytes", len(der)))
	}
	var request ocspRequest
	if rest, err := asn1.Unmarshal(der, &request); err != nil || len(rest) > 0 {
		return nil, nil, Refuse(Malformed, errors.New("not an OCSP request"))
	}
	if len(request.TBS.List) == 0 || request.TBS.Version != 0 {
		return nil, nil, Refuse(Malformed, errors.New("an OCSP request about nothing"))
	}
	for _, single := range request.TBS.List {
		ids = append(ids, single.ID)
	}
	nonce, err = findNonce(request.TBS.Extensions)
	return ids, nonce, err
}

// findNonce returns the nonce among extensions, nil when there is none.
func findNonce(extensions []pkix.Extension) (nonce []byte, err error) {
	for _, e := range extensions {
		switch {
		case e.Id.String() == oidNonce:
			twice := nonce != nil
			if rest, err := asn1.Unmarshal(e.Value, &nonce); err != nil || len(rest) > 0 || len(nonce) == 0 || twice {
				return nil, Refuse(Malformed, errors.New("nonce"))
			}
		case e.Critical:
			return nil, Refuse(Unsupported, fmt.Errorf("critical extension %s", e.Id))
		}
	}
	return nonce, nil
}
