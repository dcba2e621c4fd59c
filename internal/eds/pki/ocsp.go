package pki

import (
	"bytes"
	"crypto/sha1"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"time"
)

// Caps and tolerances of OCSP answers.
const (
	maxResponse  = 256 << 10 // bytes; with the responder's certificate an answer has about 2,000
	maxAnswers   = 100
	maxEnclosed  = 10               // certificates
	defaultAge   = 10 * time.Minute // for answers that do not say when the next is due
	clockSkew    = 2 * time.Minute
	reasonOnHold = 6
	reasonLifted = 8 // removeFromCRL
	tagRevoked   = 1 // of CertStatus
)

// State is what an authority says about a certificate.
type State string

const (
	GoodState    State = "good"
	RevokedState State = "revoked"
	UnknownState State = "unknown"
)

// Status is an authority's statement about one certificate, its signature already verified.
type Status struct {
	State     State
	RevokedAt time.Time // of RevokedState
	// Cause is the CRLReason of RFC 5280 §5.3.1, 0 when not given.
	Cause      int
	ThisUpdate time.Time
	NextUpdate time.Time // zero when the answer does not say
	// Responder is who signed: the issuer itself or whom it authorised.
	Responder *Certificate
}

// Refusal is nil when the certificate was in force at the instant, and otherwise says why not:
// Revoked, OnHold, NotIssued or RevocationUnknown. A revocation after the instant does not touch what
// was signed before; who passes an instant in the past has to have proof of it, such as a time-stamp.
func (s Status) Refusal(at time.Time) error {
	switch s.State {
	case GoodState:
		return nil
	case RevokedState:
		if s.RevokedAt.Unix() == 0 && s.Cause == reasonOnHold { // RFC 6960 §2.2
			return Refuse(NotIssued, errors.New("revoked in 1970, on hold"))
		}
		if at.Before(s.RevokedAt) {
			return nil
		}
		reason := Revoked
		if s.Cause == reasonOnHold {
			reason = OnHold
		}
		return Refuse(reason, fmt.Errorf("since %s", s.RevokedAt.UTC().Format(time.RFC3339)))
	}
	return Refuse(RevocationUnknown, errors.New("the authority does not know the certificate"))
}

// Asked is what an OCSP answer is held against.
type Asked struct {
	Certificate *Certificate
	Issuer      *Certificate // verified by the caller
	// Nonce of the request; nil accepts an answer without or with any nonce, as stored answers have it.
	Nonce []byte
	// At is the instant at which the answer has to be current: now, or the time of a stamp.
	At time.Time
	// Since, unless it is zero, takes an answer that was current at any instant from then to At. What it is
	// worth now is then for the caller to say.
	Since time.Time
	// MaxAge of an answer that names no next update; zero is ten minutes.
	MaxAge time.Duration
}

type responseWrapper struct {
	Status   asn1.Enumerated
	Response struct {
		Type asn1.ObjectIdentifier
		Body []byte
	} `asn1:"explicit,tag:0,optional"`
}

type basicResponse struct {
	Data         responseData
	Algorithm    pkix.AlgorithmIdentifier
	Signature    asn1.BitString
	Certificates []asn1.RawValue `asn1:"explicit,tag:0,optional"`
}

type responseData struct {
	Raw        asn1.RawContent
	Version    int `asn1:"explicit,tag:0,default:0,optional"`
	Responder  asn1.RawValue
	ProducedAt time.Time `asn1:"generalized"`
	Responses  []singleResponse
	Extensions []pkix.Extension `asn1:"explicit,tag:1,optional"`
}

type singleResponse struct {
	ID         CertID
	Status     asn1.RawValue
	ThisUpdate time.Time        `asn1:"generalized"`
	NextUpdate time.Time        `asn1:"generalized,explicit,tag:0,optional"`
	Extensions []pkix.Extension `asn1:"explicit,tag:1,optional"`
}

type revokedInfo struct {
	At    time.Time       `asn1:"generalized"`
	Cause asn1.Enumerated `asn1:"explicit,tag:0,optional"`
}

// CheckOCSP verifies an answer (RFC 6960) and returns what it says about the certificate asked for.
// It refuses an answer that is not a successful one, not about that certificate (OtherAnswer), not
// signed by the issuer or by a holder of OCSPSigning whom the issuer certified (BadResponder), lacks or
// changes the nonce, or is not current at the instant (RevocationStale). A status of "revoked" is no
// error here: Status.Refusal says what follows from it.
func CheckOCSP(der []byte, asked Asked) (Status, error) {
	basic, err := parseOCSP(der)
	if err != nil {
		return Status{}, err
	}
	responder, err := basic.responder(asked)
	if err != nil {
		return Status{}, err
	}
	if err := responder.CheckSigned(basic.Algorithm, basic.Data.Raw, basic.Signature.RightAlign()); err != nil {
		return Status{}, err
	}
	nonce, err := findNonce(basic.Data.Extensions)
	switch {
	case err != nil:
		return Status{}, err
	case asked.Nonce != nil && nonce == nil:
		return Status{}, Refuse(NonceMissing, errors.New("in the OCSP answer"))
	case asked.Nonce != nil && !bytes.Equal(nonce, asked.Nonce):
		return Status{}, Refuse(NonceMismatch, errors.New("in the OCSP answer"))
	}
	single, err := basic.about(asked)
	if err != nil {
		return Status{}, err
	}
	if err := single.checkCurrent(asked, basic.Data.ProducedAt); err != nil {
		return Status{}, err
	}
	status, err := single.status()
	status.Responder = responder
	return status, err
}

func parseOCSP(data []byte) (*basicResponse, error) {
	der, err := decodeArmour(data, "OCSP RESPONSE", maxResponse)
	if err != nil {
		return nil, err
	}
	var wrapper responseWrapper
	if rest, err := asn1.Unmarshal(der, &wrapper); err != nil || len(rest) > 0 {
		return nil, Refuse(Malformed, errors.New("not an OCSP answer"))
	}
	if wrapper.Status != 0 {
		return nil, Refuse(RevocationUnknown, fmt.Errorf("OCSP error %d", wrapper.Status))
	}
	if wrapper.Response.Type.String() != oidBasicResponse {
		return nil, Refuse(Unsupported, fmt.Errorf("OCSP answer of type %s", wrapper.Response.Type))
	}
	var basic basicResponse
	if rest, err := asn1.Unmarshal(wrapper.Response.Body, &basic); err != nil || len(rest) > 0 {
		return nil, Refuse(Malformed, errors.New("not a basic OCSP answer"))
	}
	switch {
	case basic.Data.Version != 0:
		return nil, Refuse(Unsupported, fmt.Errorf("OCSP version %d", basic.Data.Version))
	case len(basic.Data.Responses) > maxAnswers, len(basic.Certificates) > maxEnclosed:
		return nil, Refuse(TooLarge, errors.New("too many answers or certificates"))
	case basic.Signature.BitLength%8 != 0:
		return nil, Refuse(Malformed, errors.New("signature"))
	}
	return &basic, nil
}

// responder finds the certificate of who signed, and makes sure that they may answer for the issuer.
func (b *basicResponse) responder(asked Asked) (*Certificate, error) {
	candidates := []*Certificate{asked.Issuer}
	for _, raw := range b.Certificates {
		if c, err := ParseCertificate(raw.FullBytes); err == nil { // one that cannot be read is nobody's
			candidates = append(candidates, c)
		}
	}
	last := Refuse(BadResponder, errors.New("the responder's certificate is not enclosed"))
	for _, c := range candidates {
		ok, err := b.namesResponder(c)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		if c.Equal(asked.Issuer) {
			return c, nil
		}
		if last = authorised(c, asked, b.Data.ProducedAt); last == nil {
			return c, nil
		}
	}
	return nil, last
}

func (b *basicResponse) namesResponder(c *Certificate) (bool, error) {
	id := b.Data.Responder
	if id.Class == asn1.ClassContextSpecific && id.IsCompound {
		switch id.Tag {
		case 1:
			return bytes.Equal(id.Bytes, c.RawSubject), nil
		case 2:
			var hash []byte
			if rest, err := asn1.Unmarshal(id.Bytes, &hash); err != nil || len(rest) > 0 {
				return false, Refuse(Malformed, errors.New("responder's key"))
			}
			sum := sha1.Sum(c.keyBits())
			return bytes.Equal(hash, sum[:]), nil
		}
	}
	return false, Refuse(Malformed, errors.New("responder"))
}

// authorised refuses a delegate whom the issuer itself has not certified for answering (RFC 6960 §4.2.2.2).
func authorised(c *Certificate, asked Asked, produced time.Time) error {
	if err := c.CheckIssuedBy(asked.Issuer); err != nil {
		return Refuse(BadResponder, err)
	}
	if err := c.CheckPurpose(OCSPResponding); err != nil {
		return Refuse(BadResponder, err)
	}
	if err := c.CheckValidAt(produced); err != nil {
		return Refuse(BadResponder, err)
	}
	return nil
}

// about finds what is said of the certificate. Where it is named twice, as by two digests, a revocation counts.
func (b *basicResponse) about(asked Asked) (found *singleResponse, err error) {
	for i := range b.Data.Responses {
		single := &b.Data.Responses[i]
		if single.ID.Names(asked.Issuer, asked.Certificate.SerialNumber) && (found == nil || single.Status.Tag == tagRevoked) {
			found = single
		}
	}
	if found == nil {
		return nil, Refuse(OtherAnswer, errors.New("the OCSP answer names another certificate"))
	}
	return found, nil
}

func (s *singleResponse) checkCurrent(asked Asked, produced time.Time) error {
	age := asked.MaxAge
	if age == 0 {
		age = defaultAge
	}
	latest, since := asked.At.Add(clockSkew), asked.At
	if !asked.Since.IsZero() {
		since = asked.Since
	}
	switch {
	case s.ThisUpdate.After(latest), produced.After(latest):
		return Refuse(RevocationStale, errors.New("the OCSP answer is from the future"))
	case s.NextUpdate.IsZero() && s.ThisUpdate.Before(since.Add(-age)):
		return Refuse(RevocationStale, fmt.Errorf("the OCSP answer is of %s", s.ThisUpdate.Format(time.RFC3339)))
	case !s.NextUpdate.IsZero() && (since.After(s.NextUpdate) || s.NextUpdate.Before(s.ThisUpdate)):
		return Refuse(RevocationStale, fmt.Errorf("the next OCSP answer was due at %s", s.NextUpdate.Format(time.RFC3339)))
	}
	return nil
}

// status reads CertStatus, a choice of three by tag.
func (s *singleResponse) status() (Status, error) {
	if _, err := findNonce(s.Extensions); err != nil {
		return Status{}, err
	}
	out := Status{ThisUpdate: s.ThisUpdate, NextUpdate: s.NextUpdate}
	if s.Status.Class != asn1.ClassContextSpecific {
		return Status{}, Refuse(Malformed, errors.New("certificate status"))
	}
	switch {
	case s.Status.Tag == 0 && len(s.Status.Bytes) == 0:
		out.State = GoodState
	case s.Status.Tag == tagRevoked:
		var info revokedInfo
		rest, err := asn1.UnmarshalWithParams(s.Status.FullBytes, &info, "tag:1")
		if err != nil || len(rest) > 0 {
			return Status{}, Refuse(Malformed, errors.New("revocation"))
		}
		out.State, out.RevokedAt, out.Cause = RevokedState, info.At, int(info.Cause)
	case s.Status.Tag == 2 && len(s.Status.Bytes) == 0:
		out.State = UnknownState
	default:
		return Status{}, Refuse(Malformed, errors.New("certificate status"))
	}
	return out, nil
}
