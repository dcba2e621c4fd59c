package eds

import (
	"context"
	"io"
	"time"

	"tereze/internal/eds/pki"
)

// Verifier says whether a signature is good and whose it is. Own is the one of this house; package
// ncanode has another, for an operator who is bound to a certified library.
//
// A signature that is refused is a Result that is not Valid, and no error. An error means that the
// question could not be answered: the context ended, or a gateway did not answer. Nobody may take it
// for a yes. Verify may be called from many goroutines at once and stores nothing.
type Verifier interface {
	Verify(ctx context.Context, q Question) (*Result, error)
}

// Question is what is to be verified and for what.
type Question struct {
	// Document is a signed message (CMS in DER, BER, PEM or base64), signed XML, or a time-stamp token.
	Document []byte
	// Content is the document that a detached signature, or a time-stamp, was made over; nil where it
	// is enclosed. It is read once.
	Content io.Reader
	// Purpose is what the certificates must be for: pki.Signing where empty, or pki.Authentication.
	Purpose pki.Purpose
	// Signers is how many there must be; zero takes any number from one.
	Signers int
	// At is the moment asked about. The zero time asks about the moment of a time-stamp that holds, and
	// about now without one. A time-stamp of before At is proof that the signature is older.
	At time.Time
	// Archive takes GOST 34.310-2004 whatever the moment; without it, only in what is proven or asked about
	// as older than the end of the authorities that certified for it.
	Archive bool
	// Bound demands that the signer vouched for the certificate (CAdES, signing-certificate-v2).
	Bound bool
	// Revocation says what to do where nothing is known of revocation.
	Revocation Demand
	// Evidence is answers and lists on revocation that the asker has already.
	Evidence Evidence
}

// Demand is how much has to be known of revocation.
type Demand uint8

const (
	// Required refuses a certificate of which it is not known whether it was revoked.
	Required Demand = iota
	// WhenGiven looks at revocation only where the question brings evidence of it; else the result says
	// Unchecked. For a person who asks on paper what a signature is worth, never for a portal.
	WhenGiven
)

// Evidence is what authorities said about certificates, each in DER or PEM.
type Evidence struct {
	OCSP [][]byte
	CRLs [][]byte // complete and delta lists
	// Proofs are what an earlier verdict relied on. One without its body says nothing.
	Proofs []Proof
}

func (e Evidence) empty() bool { return len(e.OCSP) == 0 && len(e.CRLs) == 0 && len(e.Proofs) == 0 }

// Result is the answer: who signed and what each check found.
type Result struct {
	Valid   bool
	Reason  pki.Reason // why not; empty when valid
	Form    Form
	Checks  []Check // of the document as a whole
	Signers []Signer
	// Content is the enclosed document, nil where it is detached. It is good for anything only
	// when Valid.
	Content []byte
}

// Key is the message key of what a person is told about the result.
func (r *Result) Key() string {
	if r.Valid {
		return "eds.valid"
	}
	return "eds.reason." + string(r.Reason)
}

// Form is what was verified.
type Form string

const (
	CMS       Form = "cms"
	XML       Form = "xml"
	Timestamp Form = "timestamp"
)

// Signer is one signature: who made it and what was found out about it.
type Signer struct {
	Valid         bool
	Reason        pki.Reason // of the first check that failed
	Certificate   *pki.Certificate
	Holder        pki.Holder
	Algorithm     string    // of the key
	SignedAt      time.Time // by the signer's own clock: a claim. Zero if it does not say
	TimestampedAt time.Time // by an authority that was verified; zero without one
	JudgedAt      time.Time // the moment at which certificates had to be valid
	Chain         []*pki.Certificate
	Revocation    Revocation
	Proofs        []Proof // what it rests on that nobody in the chain, a time-stamp's included, was revoked
	Checks        []Check
}

// Role is the first role of the holder, or what kind of holder it is.
func (s Signer) Role() string {
	if len(s.Holder.Roles) > 0 {
		return string(s.Holder.Roles[0])
	}
	return string(s.Holder.Kind)
}

// Revocation is what is known of the signer's certificate.
type Revocation struct {
	State     string    // good, revoked, unknown or unchecked
	Source    string    // ocsp or crl; empty without one
	Known     time.Time // when the authority said so
	RevokedAt time.Time

	proofs []Proof
}

// States of Revocation that pki.State does not have.
const unchecked = "unchecked"

// Check is one thing that was looked at.
type Check struct {
	Name    CheckName
	Outcome Outcome
	Reason  pki.Reason // of a check that failed, or why one that may be missing is
	Detail  string     // in English, for logs and the command line; may quote outside data
}

// CheckName names a check. Results are stored with them: they are added to, never renamed.
type CheckName string

// The checks of a signature, in the order in which they are made.
const (
	CheckForm        CheckName = "form"        // it follows its standard and keeps the limits
	CheckSigners     CheckName = "signers"     // as many as expected
	CheckCertificate CheckName = "certificate" // the signer's certificate is there
	CheckDocument    CheckName = "document"    // the signed digest is the document's
	CheckBinding     CheckName = "binding"     // the signer vouched for this certificate
	CheckSignature   CheckName = "signature"   // the signature is by the certificate's key
	CheckTimestamp   CheckName = "timestamp"   // the time-stamp is an authority's and of this signature
	CheckAlgorithm   CheckName = "algorithm"   // the key is strong enough at the moment of judgement
	CheckChain       CheckName = "chain"       // a trusted root stands behind it, all valid at the time
	CheckPurpose     CheckName = "purpose"     // the certificate is for this
	CheckHolder      CheckName = "holder"      // it names one person, or one organisation
	CheckRevocation  CheckName = "revocation"  // it was not revoked
)

// The checks of whoever asked for a signature, after those of the signature itself.
const (
	CheckAsked CheckName = "asked" // what is signed is what was to be signed
	CheckOwner CheckName = "owner" // the key is that of whoever was asked
)

// Outcome is how a check ended.
type Outcome string

const (
	Passed    Outcome = "passed"
	Failed    Outcome = "failed"
	Absent    Outcome = "absent"    // nothing to check, and nothing has to be there
	Untrusted Outcome = "untrusted" // there, but no proof of anything: as if it were absent
	Unchecked Outcome = "unchecked" // nobody was asked
	Skipped   Outcome = "skipped"   // not made, since an earlier one failed
)

// note adds the outcome of a check that passes without an error and fails with one. It reports
// whether it passed.
func (s *Signer) note(name CheckName, err error) bool {
	if err == nil {
		s.Checks = append(s.Checks, Check{Name: name, Outcome: Passed})
		return true
	}
	c := Check{Name: name, Outcome: Failed, Reason: pki.ReasonOf(err), Detail: err.Error()}
	s.Checks = append(s.Checks, c)
	if s.Reason == "" {
		s.Reason = c.Reason
	}
	return false
}

// aside adds a check that decides nothing.
func (s *Signer) aside(name CheckName, outcome Outcome, err error) {
	c := Check{Name: name, Outcome: outcome}
	if err != nil {
		c.Reason, c.Detail = pki.ReasonOf(err), err.Error()
	}
	s.Checks = append(s.Checks, c)
}

// skip names checks that were not made.
func (s *Signer) skip(names ...CheckName) {
	for _, name := range names {
		s.Checks = append(s.Checks, Check{Name: name, Outcome: Skipped})
	}
}

// refused is a result without a signer.
func refused(form Form, name CheckName, err error) *Result {
	return &Result{Form: form, Reason: pki.ReasonOf(err), Checks: []Check{{Name: name, Outcome: Failed, Reason: pki.ReasonOf(err), Detail: err.Error()}}}
}

// conclude says of the whole what its signers say.
func (r *Result) conclude() *Result {
	r.Valid = len(r.Signers) > 0 && r.Reason == ""
	for i := range r.Signers {
		s := &r.Signers[i]
		s.Valid = s.Reason == ""
		if !s.Valid {
			r.Valid = false
			if r.Reason == "" {
				r.Reason = s.Reason
			}
		}
	}
	return r
}
