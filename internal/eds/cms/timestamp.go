package cms

import (
	"crypto/subtle"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"time"

	"tereze/internal/eds/pki"
)

// Token is a time-stamp of RFC 3161: a message by a time-stamping authority that says when it was
// shown a digest.
type Token struct {
	*Message
	Policy   asn1.ObjectIdentifier
	Digest   asn1.ObjectIdentifier // of the imprint
	Imprint  []byte
	Serial   *big.Int
	At       time.Time
	Accuracy time.Duration // zero where the authority states none
	Nonce    *big.Int      // nil where the request had none
}

// ParseToken reads a time-stamp token with exactly one signer, as RFC 3161, 2.4.2 has it.
func ParseToken(data []byte, limits Limits) (*Token, error) {
	m, err := Parse(data, limits)
	if err != nil {
		return nil, err
	}
	return m.Token()
}

// granted takes the token out of an authority's answer (TimeStampResp, RFC 3161, 2.4.2), and refuses one by
// which the authority did not stamp.
func granted(answer reader) (token reader, err error) {
	info, err := answer.inside(tagSequence, "status of the answer")
	if err != nil {
		return token, err
	}
	status, err := info.integer("status of the answer")
	if err != nil {
		return token, err
	}
	if !status.IsInt64() || status.Int64() > 1 || status.Sign() < 0 {
		return token, pki.Refuse(pki.TimestampInvalid, fmt.Errorf("cms: the authority did not stamp: status %v", status))
	}
	if token, err = answer.inside(tagSequence, "time-stamp of the answer"); err != nil {
		return token, err
	}
	return token, answer.done("answer")
}

// Token reads the contents of a message as those of a time-stamp.
func (m *Message) Token() (*Token, error) {
	switch {
	case m.Type.String() != TypeTimestamp || m.Detached:
		return nil, pki.Refuse(pki.TimestampInvalid, fmt.Errorf("cms: content of type %s is no time-stamp", m.Type))
	case len(m.Signers) != 1:
		return nil, pki.Refuse(pki.TimestampInvalid, fmt.Errorf("cms: time-stamp with %d signers", len(m.Signers)))
	}
	t := &Token{Message: m}
	if err := t.info(m.Content); err != nil {
		return nil, pki.Refuse(pki.TimestampInvalid, fmt.Errorf("cms: %w", err))
	}
	return t, nil
}

// info reads TSTInfo, which is DER.
func (t *Token) info(der []byte) error {
	if err := checkDER(der, 0); err != nil {
		return err
	}
	whole := reader{der}
	r, err := whole.inside(tagSequence, "time-stamp info")
	if err != nil {
		return err
	}
	if err := whole.done("time-stamp info"); err != nil {
		return err
	}
	version, err := r.integer("version of the time-stamp")
	if err != nil {
		return err
	}
	if !version.IsInt64() || version.Int64() != 1 {
		return fmt.Errorf("time-stamp of version %v", version)
	}
	if t.Policy, err = r.oid("policy of the time-stamp"); err != nil {
		return err
	}
	imprint, err := r.inside(tagSequence, "imprint")
	if err != nil {
		return err
	}
	if t.Digest, _, err = algorithm(&imprint, "digest of the imprint"); err != nil {
		return err
	}
	if t.Imprint, err = imprint.octets(tagOctets, "imprint"); err != nil {
		return err
	}
	if t.Serial, err = r.integer("serial number of the time-stamp"); err != nil {
		return err
	}
	at, err := r.take(0x18, "time of the time-stamp")
	if err != nil {
		return err
	}
	if t.At, err = generalized(at.body); err != nil {
		return err
	}
	return errors.Join(imprint.done("imprint"), t.optional(&r))
}

// optional reads the fields that may be missing, in their order.
func (t *Token) optional(r *reader) (err error) {
	if r.peek() == tagSequence {
		accuracy, err := r.inside(tagSequence, "accuracy")
		if err != nil {
			return err
		}
		if t.Accuracy, err = duration(accuracy); err != nil {
			return err
		}
	}
	if r.peek() == 0x01 {
		if _, err := r.take(0x01, "ordering"); err != nil {
			return err
		}
	}
	if r.peek() == tagInteger {
		if t.Nonce, err = r.integer("nonce of the time-stamp"); err != nil {
			return err
		}
	}
	if r.peek() == tagContextCons {
		if _, err := r.take(tagContextCons, "name of the authority"); err != nil {
			return err
		}
	}
	if r.peek() == tagContextCons|1 {
		list, err := r.inside(tagContextCons|1, "extensions of the time-stamp")
		if err != nil {
			return err
		}
		if err := passExtensions(list); err != nil {
			return err
		}
	}
	return r.done("time-stamp info")
}

// passExtensions refuses critical extensions: none is known, and one could change what the time means.
func passExtensions(list reader) error {
	for !list.empty() {
		r, err := list.inside(tagSequence, "extension")
		if err != nil {
			return err
		}
		oid, err := r.oid("extension")
		if err != nil {
			return err
		}
		if r.peek() == 0x01 {
			return pki.Refuse(pki.Unsupported, fmt.Errorf("critical extension %s of a time-stamp", oid))
		}
	}
	return nil
}

// duration reads Accuracy: seconds, thousandths and millionths.
func duration(r reader) (sum time.Duration, err error) {
	for _, part := range []struct {
		tag  byte
		unit time.Duration
	}{{tagInteger, time.Second}, {tagContext, time.Millisecond}, {tagContext | 1, time.Microsecond}} {
		if r.peek() != part.tag {
			continue
		}
		e, err := r.take(part.tag, "accuracy")
		if err != nil {
			return 0, err
		}
		n := new(big.Int).SetBytes(e.body)
		if len(e.body) == 0 || e.body[0]&0x80 != 0 || n.BitLen() > 31 {
			return 0, errors.New("accuracy out of range")
		}
		sum += time.Duration(n.Int64()) * part.unit
	}
	return sum, r.done("accuracy")
}

// CheckImprint compares the imprint with the octets that were stamped. It refuses other octets as
// TimestampInvalid, and an imprint by a digest that can be forged (SHA-1, MD5) as WeakAlgorithm: such
// a token is no proof of time.
func (t *Token) CheckImprint(stamped []byte) error {
	d, err := pki.NewDigest(t.Digest)
	if err != nil {
		return err
	}
	d.Write(stamped)
	if subtle.ConstantTimeCompare(d.Sum(nil), t.Imprint) != 1 {
		return pki.Refuse(pki.TimestampInvalid, errors.New("cms: the time-stamp is of other octets"))
	}
	if t.Digest.String() == pki.DigestSHA1 {
		return pki.Refuse(pki.WeakAlgorithm, errors.New("cms: imprint by SHA-1"))
	}
	return nil
}
