package authority

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"time"

	"tereze/internal/eds/pki"
)

// OCSP answer codes of RFC 6960 §4.2.1.
const (
	successful       = 0
	malformedRequest = 1
	internalError    = 2
)

type revokedStatus struct {
	At    time.Time       `asn1:"generalized"`
	Cause asn1.Enumerated `asn1:"explicit,tag:0"`
}

type answer struct {
	ID     pki.CertID
	Status asn1.RawValue
	This   time.Time `asn1:"generalized"`
}

type answers struct {
	Responder  asn1.RawValue
	Produced   time.Time `asn1:"generalized"`
	List       []answer
	Extensions []pkix.Extension `asn1:"explicit,tag:1,optional"`
}

// OCSP answers a request, as the authority's responder does: signed by a delegate whose certificate is
// enclosed, with the nonce repeated, without a next update, and "revoked in 1970" for a certificate that
// was never issued. A request that cannot be read is answered with an error, as the protocol has it.
func (a *Authority) OCSP(request []byte) []byte {
	ids, nonce, err := pki.ParseOCSPRequest(request)
	if err != nil {
		return ocspError(malformedRequest)
	}
	now := a.clock().UTC().Truncate(time.Second)
	data := answers{
		Responder:  asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 1, IsCompound: true, Bytes: a.responder.certificate.RawSubject},
		Produced:   now,
		Extensions: []pkix.Extension{{Id: pki.OID("1.3.6.1.5.5.7.48.1.9"), Value: asn1.NullBytes}}, // extended revoked
	}
	for _, id := range ids {
		data.List = append(data.List, answer{ID: id, Status: a.status(id), This: now})
	}
	if nonce != nil {
		data.Extensions = append(data.Extensions, extension("1.3.6.1.5.5.7.48.1.2", false, nonce))
	}
	body, err := a.signOCSP(data)
	if err != nil {
		return ocspError(internalError)
	}
	return body
}

func (a *Authority) signOCSP(data answers) ([]byte, error) {
	der, err := asn1.Marshal(data)
	if err != nil {
		return nil, err
	}
	key := a.responder.key
	_, sig, err := key.Sign(a.stream("signature of an answer"), key.DefaultDigest(), der)
	if err != nil {
		return nil, err
	}
	basic, err := asn1.Marshal(struct {
		Data         asn1.RawValue
		Algorithm    pkix.AlgorithmIdentifier
		Signature    asn1.BitString
		Certificates []asn1.RawValue `asn1:"explicit,tag:0"`
	}{raw(der), algorithmOf(key), asn1.BitString{Bytes: sig, BitLength: 8 * len(sig)}, []asn1.RawValue{raw(a.responder.certificate.Raw)}})
	if err != nil {
		return nil, err
	}
	type response struct {
		Type asn1.ObjectIdentifier
		Body []byte
	}
	return asn1.Marshal(struct {
		Status   asn1.Enumerated
		Response response `asn1:"explicit,tag:0"`
	}{successful, response{pki.OID("1.3.6.1.5.5.7.48.1.1"), basic}})
}

func ocspError(code int) []byte {
	return must(struct{ Status asn1.Enumerated }{asn1.Enumerated(code)})
}

// status is good, or revoked, or "revoked in 1970, on hold" for a serial number nobody was given, or
// unknown for another authority's certificate.
func (a *Authority) status(id pki.CertID) asn1.RawValue {
	choice := func(tag int, body []byte) asn1.RawValue {
		return asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: tag, IsCompound: body != nil, Bytes: body}
	}
	if id.Serial == nil || !id.Names(a.Issuing, id.Serial) {
		return choice(2, nil)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	serial := id.Serial.Bytes()
	if !a.serials[string(serial)] {
		return raw(taggedRevocation(revokedStatus{time.Unix(0, 0).UTC(), OnHold}))
	}
	if r, ok := a.revoked[string(serial)]; ok {
		return raw(taggedRevocation(revokedStatus{r.at, asn1.Enumerated(r.cause)}))
	}
	return choice(0, nil)
}

func taggedRevocation(s revokedStatus) []byte {
	der, err := asn1.MarshalWithParams(s, "tag:1")
	if err != nil {
		panic(fmt.Sprintf("authority: %v", err))
	}
	return der
}
