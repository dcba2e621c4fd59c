package pki

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// MaxCRL is the largest list of revoked certificates read, in bytes: some two million entries.
const MaxCRL = 64 << 20

const maxExtensions = 32 // of a list or an entry

// CRL is a list of revoked certificates (RFC 5280 §5), complete or delta. The standard library's
// parser makes several objects for each entry; the authority's lists have hundreds of thousands, so
// that this one keeps them as they came, behind an index.
type CRL struct {
	Raw        []byte // the whole of it, DER
	RawIssuer  []byte
	ThisUpdate time.Time
	NextUpdate time.Time
	// Number of the list; nil when it has none.
	Number *big.Int
	// Base is the number of the complete list that a delta starts from; nil for a complete list.
	Base *big.Int

	authorityKeyID []byte
	scope          scope
	tbs, signature []byte
	algorithm      pkix.AlgorithmIdentifier
	entries        index
}

// ParseCRL parses a list in DER or PEM. Its signature is not verified: that is CheckedBy.
func ParseCRL(data []byte) (*CRL, error) {
	der, err := decodeArmour(data, "X509 CRL", MaxCRL)
	if err != nil {
		return nil, err
	}
	list, err := parseCRL(der)
	if err != nil {
		return nil, err
	}
	return list, nil
}

// errCRL is what is wrong with a list; the position helps nobody.
func errCRL(what string) error {
	return Refuse(Malformed, errors.New("list of revoked certificates: "+what))
}

func parseCRL(der []byte) (*CRL, error) {
	var outer, tbs, algorithm cryptobyte.String
	input := cryptobyte.String(der)
	list := &CRL{Raw: der}
	var signature []byte
	if !input.ReadASN1(&outer, cbasn1.SEQUENCE) || !input.Empty() ||
		!outer.ReadASN1Element(&tbs, cbasn1.SEQUENCE) ||
		!outer.ReadASN1Element(&algorithm, cbasn1.SEQUENCE) ||
		!outer.ReadASN1BitStringAsBytes(&signature) || !outer.Empty() {
		return nil, errCRL("not one")
	}
	list.tbs, list.signature = tbs, signature
	var err error
	if list.algorithm, err = parseAlgorithm(algorithm); err != nil {
		return nil, err
	}
	return list, list.parseTBS(tbs, algorithm)
}

func (l *CRL) parseTBS(tbs, outerAlgorithm cryptobyte.String) error {
	var body, algorithm, issuer, revoked, extensions cryptobyte.String
	version := 0 // of the first version, which has no extensions and does not say so (RFC 5280 §5.1.2.1)
	var hasRevoked, hasExtensions bool
	if !tbs.ReadASN1(&body, cbasn1.SEQUENCE) ||
		body.PeekASN1Tag(cbasn1.INTEGER) && (!body.ReadASN1Integer(&version) || version != 1) {
		return errCRL("version")
	}
	if !body.ReadASN1Element(&algorithm, cbasn1.SEQUENCE) || !bytes.Equal(algorithm, outerAlgorithm) {
		return errCRL("two signature algorithms")
	}
	if !body.ReadASN1Element(&issuer, cbasn1.SEQUENCE) {
		return errCRL("issuer")
	}
	l.RawIssuer = issuer
	if !readTime(&body, &l.ThisUpdate) {
		return errCRL("thisUpdate")
	}
	if (body.PeekASN1Tag(cbasn1.UTCTime) || body.PeekASN1Tag(cbasn1.GeneralizedTime)) && !readTime(&body, &l.NextUpdate) {
		return errCRL("nextUpdate")
	}
	if !body.ReadOptionalASN1(&revoked, &hasRevoked, cbasn1.SEQUENCE) ||
		!body.ReadOptionalASN1(&extensions, &hasExtensions, cbasn1.Tag(0).ContextSpecific().Constructed()) || !body.Empty() {
		return errCRL("fields")
	}
	if hasExtensions {
		if version == 0 {
			return errCRL("extensions in a list of version 1")
		}
		if err := l.parseExtensions(extensions); err != nil {
			return err
		}
	}
	var err error
	l.entries, err = indexEntries(revoked)
	return err
}

func (l *CRL) parseExtensions(in cryptobyte.String) error {
	return eachExtension(in, func(oid string, critical bool, value cryptobyte.String) error {
		switch oid {
		case "2.5.29.20":
			l.Number = new(big.Int)
			if !value.ReadASN1Integer(l.Number) || !value.Empty() || l.Number.Sign() < 0 {
				return errCRL("number")
			}
		case "2.5.29.27":
			l.Base = new(big.Int)
			if !value.ReadASN1Integer(l.Base) || !value.Empty() || l.Base.Sign() < 0 {
				return errCRL("base number")
			}
		case "2.5.29.35":
			var id, rest cryptobyte.String
			var has bool
			if !value.ReadASN1(&rest, cbasn1.SEQUENCE) || !value.Empty() ||
				!rest.ReadOptionalASN1(&id, &has, cbasn1.Tag(0).ContextSpecific()) {
				return errCRL("authority key")
			}
			l.authorityKeyID = id
		case "2.5.29.28":
			return l.scope.parse(value)
		default:
			if critical {
				return Refuse(Unsupported, fmt.Errorf("critical extension %s of a list", oid))
			}
		}
		return nil
	})
}

// eachExtension walks SEQUENCE OF Extension and refuses one that occurs twice.
func eachExtension(in cryptobyte.String, visit func(oid string, critical bool, value cryptobyte.String) error) error {
	var list cryptobyte.String
	if !in.ReadASN1(&list, cbasn1.SEQUENCE) || !in.Empty() {
		return errCRL("extensions")
	}
	var seen []string
	for !list.Empty() {
		var e, value cryptobyte.String
		var oid cryptobyte.String
		var critical bool
		if !list.ReadASN1(&e, cbasn1.SEQUENCE) || !e.ReadASN1Element(&oid, cbasn1.OBJECT_IDENTIFIER) ||
			e.PeekASN1Tag(cbasn1.BOOLEAN) && (!e.ReadASN1Boolean(&critical) || !critical) || // DER leaves the default out
			!e.ReadASN1(&value, cbasn1.OCTET_STRING) || !e.Empty() {
			return errCRL("extension")
		}
		dotted, ok := dottedOID(oid)
		if !ok || slices.Contains(seen, dotted) || len(seen) == maxExtensions {
			return errCRL("extension")
		}
		seen = append(seen, dotted)
		if err := visit(dotted, critical, value); err != nil {
			return err
		}
	}
	return nil
}

// IsDelta reports whether the list only changes a complete one.
func (l *CRL) IsDelta() bool { return l.Base != nil }

// Len is the number of entries.
func (l *CRL) Len() int { return len(l.entries.at) }

// CheckedBy refuses unless issuer, whom the caller has verified, issued and signed the list and it is
// current at the instant. A list without nextUpdate is refused: nobody could tell that it is old.
func (l *CRL) CheckedBy(issuer *Certificate, at time.Time) error {
	if !bytes.Equal(l.RawIssuer, issuer.RawSubject) ||
		len(l.authorityKeyID) > 0 && len(issuer.SubjectKeyId) > 0 && !bytes.Equal(l.authorityKeyID, issuer.SubjectKeyId) {
		return Refuse(UnknownIssuer, errors.New("the list is another authority's"))
	}
	if err := issuer.checkAuthority(x509.KeyUsageCRLSign); err != nil {
		return err
	}
	switch {
	case l.ThisUpdate.After(at.Add(clockSkew)):
		return Refuse(RevocationStale, errors.New("the list is from the future"))
	case l.NextUpdate.IsZero(), l.NextUpdate.Before(l.ThisUpdate):
		return Refuse(RevocationUnknown, errors.New("the list does not say until when it holds"))
	case at.After(l.NextUpdate):
		return Refuse(RevocationStale, fmt.Errorf("the next list was due at %s", l.NextUpdate.UTC().Format(time.RFC3339)))
	}
	return issuer.CheckSigned(l.algorithm, l.tbs, l.signature)
}

// Continues refuses a delta that does not build on the complete list: another issuer or scope, a base
// of a later number, or an earlier date. The numbers of both are not compared: the authority counts its
// deltas by themselves, although RFC 5280 §5.2.3 wants one sequence.
func (l *CRL) Continues(full *CRL) error {
	switch {
	case !l.IsDelta(), full.IsDelta():
		return Refuse(RevocationUnknown, errors.New("not a delta and its complete list"))
	case !bytes.Equal(l.RawIssuer, full.RawIssuer), !bytes.Equal(l.authorityKeyID, full.authorityKeyID),
		!bytes.Equal(l.scope.raw, full.scope.raw):
		return Refuse(RevocationUnknown, errors.New("delta and list differ in issuer or scope"))
	case full.Number == nil || full.Number.Cmp(l.Base) < 0:
		return Refuse(RevocationStale, fmt.Errorf("the delta starts from list %s", l.Base))
	case l.ThisUpdate.Before(full.ThisUpdate):
		return Refuse(RevocationStale, errors.New("the delta is older than the list"))
	}
	return nil
}

// CheckCRL says what the complete list, and the delta unless it is nil, say about a certificate of
// issuer. Both have to be signed by issuer and current at the instant. Status.Refusal says what follows.
func CheckCRL(full, delta *CRL, c, issuer *Certificate, at time.Time) (Status, error) {
	if full.IsDelta() {
		return Status{}, Refuse(RevocationUnknown, errors.New("a delta without its complete list"))
	}
	if !c.IssuerLooksLike(issuer) {
		return Status{}, Refuse(OtherAnswer, errors.New("the list is not about certificates of this issuer"))
	}
	lists := []*CRL{full}
	if delta != nil {
		if err := delta.Continues(full); err != nil {
			return Status{}, err
		}
		lists = append(lists, delta)
	}
	out := Status{State: GoodState, Responder: issuer}
	for _, l := range lists {
		if err := l.CheckedBy(issuer, at); err != nil {
			return Status{}, err
		}
		if err := l.scope.covers(c); err != nil {
			return Status{}, err
		}
		out.ThisUpdate, out.NextUpdate = l.ThisUpdate, l.NextUpdate
		e, found := l.entries.find(c.SerialNumber)
		switch {
		case !found:
		case e.cause == reasonLifted && l.IsDelta():
			out.State, out.RevokedAt, out.Cause = GoodState, time.Time{}, 0
		default:
			out.State, out.RevokedAt, out.Cause = RevokedState, e.revoked, e.cause
		}
	}
	return out, nil
}
