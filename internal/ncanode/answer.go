package ncanode

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"time"

	"tereze/internal/eds"
	"tereze/internal/eds/pki"
)

// status is what every answer begins with.
type status struct {
	Status  int    `json:"status"`
	Message string `json:"message"`
}

// answer is that of /cms/verify, where a signer has certificates, and of /xml/verify, where a signer is
// one.
type answer struct {
	status
	Valid   bool              `json:"valid"`
	Signers []json.RawMessage `json:"signers"`
}

// certificate is what NCANode says of one. Its own "valid" means: within its term, of an issuer that is
// configured, and, if that was asked for, not said to be revoked.
type certificate struct {
	Valid       bool         `json:"valid"`
	Revocations []revocation `json:"revocations"`
	NotBefore   time.Time    `json:"notBefore"`
	NotAfter    time.Time    `json:"notAfter"`
	KeyUsage    string       `json:"keyUsage"`
	Serial      string       `json:"serialNumber"` // hexadecimal, as Java's BigInteger writes it
	Subject     *subject     `json:"subject"`

	stamped bool // the signature carries a time-stamp, which NCANode does not verify
}

type revocation struct {
	Revoked bool       `json:"revoked"`
	By      string     `json:"by"`
	Time    *time.Time `json:"revocationTime"`
	Reason  string     `json:"reason"`
}

// subject is what NCANode reads out of the name. Its "bin" is whatever the last organisational unit says.
type subject struct {
	IIN string `json:"iin"`
	BIN string `json:"bin"`
}

// certificates are the signers' own, one for each signature. A signature without one, which NCANode
// passes over, is refused.
func (a answer) certificates(form eds.Form) (all []certificate, err error) {
	for i, raw := range a.Signers {
		if len(all) > maxSigners {
			break
		}
		var signer struct {
			Certificates []certificate    `json:"certificates"`
			Timestamp    *json.RawMessage `json:"tsp"`
		}
		if form == eds.XML {
			var c *certificate
			if err := json.Unmarshal(raw, &c); err != nil {
				return nil, fmt.Errorf("signer %d in the answer of NCANode: %w", i+1, err)
			}
			if c != nil {
				signer.Certificates = []certificate{*c}
			}
		} else if err := json.Unmarshal(raw, &signer); err != nil {
			return nil, fmt.Errorf("signer %d in the answer of NCANode: %w", i+1, err)
		}
		if len(signer.Certificates) != 1 || signer.Certificates[0].Subject == nil {
			return nil, pki.Refuse(pki.NoCertificate, fmt.Errorf("NCANode found %d certificates of signer %d", len(signer.Certificates), i+1))
		}
		c := signer.Certificates[0]
		c.stamped = signer.Timestamp != nil && string(*signer.Timestamp) != "null"
		all = append(all, c)
	}
	return all, nil
}

// is reports whether the answer is about the certificate of a signer of the message. NCANode finds it by issuer and
// serial number, as we do, and names the serial number; the numbers it read may not contradict ours.
func (c certificate) is(s eds.Signer) bool {
	serial, ok := new(big.Int).SetString(c.Serial, 16)
	contradicts := func(said, own string) bool { return len(said) == 12 && said != own }
	return ok && serial.Cmp(s.Certificate.SerialNumber) == 0 && !contradicts(c.Subject.IIN, s.Holder.IIN) && !contradicts(c.Subject.BIN, s.Holder.BIN)
}

// judge adds to a signature that was verified what the answer tells of it, and the checks that NCANode leaves out.
func (c certificate) judge(q eds.Question, s *eds.Signer, now time.Time) {
	s.JudgedAt = now
	note := func(name eds.CheckName, err error) {
		check := eds.Check{Name: name, Outcome: eds.Passed}
		if err != nil {
			check.Outcome, check.Reason, check.Detail = eds.Failed, pki.ReasonOf(err), err.Error()
			if s.Reason == "" {
				s.Reason = check.Reason
			}
		}
		s.Checks = append(s.Checks, check)
	}
	note(eds.CheckCertificate, nil)
	note(eds.CheckDocument, nil)
	note(eds.CheckSignature, nil)
	if c.stamped {
		s.Checks = append(s.Checks, eds.Check{Name: eds.CheckTimestamp, Outcome: eds.Untrusted, Detail: "NCANode does not verify time-stamps"})
	}
	note(eds.CheckAlgorithm, s.Certificate.CheckStrength())
	note(eds.CheckChain, c.checkTerm(now))
	note(eds.CheckPurpose, c.checkPurpose(q, s.Certificate))
	var err error
	switch {
	case s.Holder.Ambiguous:
		err = pki.Refuse(pki.ForeignCertificate, errors.New("the certificate names two identification numbers of one kind"))
	case len(c.Subject.IIN) != 12 && len(c.Subject.BIN) != 12:
		err = pki.Refuse(pki.ForeignCertificate, errors.New("the certificate names nobody by number"))
	}
	note(eds.CheckHolder, err)
	s.Revocation, err = c.known(q)
	if s.Revocation.State == "unchecked" {
		s.Checks = append(s.Checks, eds.Check{Name: eds.CheckRevocation, Outcome: eds.Unchecked})
	} else {
		note(eds.CheckRevocation, err)
	}
	if s.Reason == "" && !c.Valid {
		note(eds.CheckChain, pki.Refuse(pki.UnknownIssuer, errors.New("NCANode says no to the certificate")))
	}
	s.Valid = s.Reason == ""
}

// checkTerm looks at the dates itself, to tell what NCANode's plain no is about.
func (c certificate) checkTerm(now time.Time) error {
	switch {
	case c.NotBefore.IsZero() || c.NotAfter.IsZero():
		return pki.Refuse(pki.Malformed, errors.New("no dates of the certificate in the answer"))
	case now.Before(c.NotBefore):
		return pki.Refuse(pki.NotYetValid, fmt.Errorf("valid from %s", c.NotBefore.UTC().Format(time.RFC3339)))
	case now.After(c.NotAfter):
		return pki.Refuse(pki.Expired, fmt.Errorf("valid until %s", c.NotAfter.UTC().Format(time.RFC3339)))
	}
	return nil
}

// checkPurpose holds the key to what it is asked for, which NCANode only tells and does not check.
func (c certificate) checkPurpose(q eds.Question, own *pki.Certificate) error {
	purpose := q.Purpose
	if purpose == "" {
		purpose = pki.Signing
	}
	if c.KeyUsage != "SIGN" && (c.KeyUsage != "AUTH" || purpose != pki.Authentication) {
		return pki.Refuse(pki.WrongPurpose, fmt.Errorf("a key for %q", c.KeyUsage))
	}
	return own.CheckPurpose(purpose)
}

// known is what the answer tells of revocation. NCANode asks nobody, and says valid, of a certificate
// that names nobody to ask: at least one statement has to be there.
func (c certificate) known(q eds.Question) (eds.Revocation, error) {
	if q.Revocation != eds.Required {
		return eds.Revocation{State: "unchecked"}, nil
	}
	out := eds.Revocation{State: string(pki.UnknownState)}
	for _, r := range c.Revocations {
		if r.Revoked {
			out.State, out.Source = string(pki.RevokedState), source(r.By)
			if r.Time != nil {
				out.RevokedAt = r.Time.UTC()
			}
			return out, pki.Refuse(pki.Revoked, fmt.Errorf("NCANode: revoked by %s: %s", r.By, r.Reason))
		}
		if out.Source == "" {
			out.Source = source(r.By)
		}
	}
	if out.Source == "" || !c.Valid {
		out.Source = ""
		return out, pki.Refuse(pki.RevocationUnknown, errors.New("NCANode knows nothing of revocation"))
	}
	out.State = string(pki.GoodState)
	return out, nil
}

func source(by string) string {
	if by == "CRL" {
		return "crl"
	}
	return "ocsp"
}
