package pki

import "errors"

// Reason is the machine-readable cause of a refused signature, certificate, answer of an authority
// or key store. Reasons are part of what the program prints and stores: they are added to, never renamed.
type Reason string

const (
	// The material as such.
	Malformed   Reason = "malformed"
	TooLarge    Reason = "too_large"
	Unsupported Reason = "unsupported"

	// The signature.
	NoSigner         Reason = "no_signer"
	TooManySigners   Reason = "too_many_signers"
	NoCertificate    Reason = "no_certificate"
	WrongDocument    Reason = "wrong_document"
	NoDocument       Reason = "no_document"
	AttributeChanged Reason = "attribute_changed"
	AttributeMissing Reason = "attribute_missing"
	OtherCertificate Reason = "other_certificate"
	BadSignature     Reason = "bad_signature"
	WeakAlgorithm    Reason = "weak_algorithm"
	Disagreement     Reason = "algorithm_disagreement"
	BadKey           Reason = "bad_key"
	Wrapped          Reason = "wrapped"

	// The certificate and its chain.
	UnknownIssuer      Reason = "unknown_issuer"
	NotAnAuthority     Reason = "not_an_authority"
	NotYetValid        Reason = "not_yet_valid"
	Expired            Reason = "expired"
	WrongPurpose       Reason = "wrong_purpose"
	ForeignCertificate Reason = "foreign_certificate"
	TestCertificate    Reason = "test_certificate"

	// Revocation.
	Revoked           Reason = "revoked"
	OnHold            Reason = "on_hold"
	NotIssued         Reason = "not_issued"
	RevocationUnknown Reason = "revocation_unknown"
	RevocationStale   Reason = "revocation_stale"
	BadResponder      Reason = "bad_responder"
	OtherAnswer       Reason = "other_answer"

	// Nonces, of an authority's answer and of a sign-in.
	NonceMissing  Reason = "nonce_missing"
	NonceMismatch Reason = "nonce_mismatch"
	NonceUsed     Reason = "nonce_used"

	// Time-stamps.
	TimestampInvalid Reason = "timestamp_invalid"
	TimestampMissing Reason = "timestamp_missing"

	// Key stores.
	WrongPassword Reason = "wrong_password"
	NoKey         Reason = "no_key"
)

// Reasons lists every reason, in the order of their declaration.
func Reasons() []Reason {
	return []Reason{
		Malformed, TooLarge, Unsupported,
		NoSigner, TooManySigners, NoCertificate, WrongDocument, NoDocument, AttributeChanged, AttributeMissing,
		OtherCertificate, BadSignature, WeakAlgorithm, Disagreement, BadKey, Wrapped,
		UnknownIssuer, NotAnAuthority, NotYetValid, Expired, WrongPurpose, ForeignCertificate, TestCertificate,
		Revoked, OnHold, NotIssued, RevocationUnknown, RevocationStale, BadResponder, OtherAnswer,
		NonceMissing, NonceMismatch, NonceUsed,
		TimestampInvalid, TimestampMissing,
		WrongPassword, NoKey,
	}
}

// Sentence says in English what the reason means, for commands and logs. Pages take their sentences
// from the word files.
func (r Reason) Sentence() string {
	switch r {
	case Malformed:
		return "The data do not follow their standard."
	case TooLarge:
		return "The data are larger than is accepted."
	case Unsupported:
		return "The data use a part of the standard that is not supported."
	case NoSigner:
		return "Nobody has signed."
	case TooManySigners:
		return "There are more signers than expected."
	case NoCertificate:
		return "The signer's certificate is not enclosed."
	case WrongDocument:
		return "The signature belongs to another document."
	case NoDocument:
		return "The signed document is neither enclosed nor given."
	case AttributeChanged:
		return "A signed attribute does not say what it has to."
	case AttributeMissing:
		return "A signed attribute that has to be present is missing."
	case OtherCertificate:
		return "The signature was made for another certificate than the one enclosed."
	default:
		return r.certificateSentence()
	}
}

func (r Reason) certificateSentence() string {
	switch r {
	case BadSignature:
		return "The signature does not match what it signs."
	case WeakAlgorithm:
		return "The algorithm or the length of the key is too weak."
	case Disagreement:
		return "The algorithms named for key, digest and signature do not belong together."
	case BadKey:
		return "The public key is not a valid key of its algorithm."
	case Wrapped:
		return "The signature does not cover the whole document."
	case UnknownIssuer:
		return "The certificate was not issued by a trusted authority."
	case NotAnAuthority:
		return "The certificate was issued by somebody who is no authority."
	case NotYetValid:
		return "The certificate is not valid yet."
	case Expired:
		return "The certificate has expired."
	case WrongPurpose:
		return "The certificate is for another purpose."
	case ForeignCertificate:
		return "The certificate belongs to somebody else."
	case TestCertificate:
		return "The certificate was issued for tests."
	default:
		return r.revocationSentence()
	}
}

func (r Reason) revocationSentence() string {
	switch r {
	case Revoked:
		return "The certificate has been revoked."
	case OnHold:
		return "The certificate has been suspended."
	case NotIssued:
		return "The authority says that it never issued the certificate."
	case RevocationUnknown:
		return "It cannot be determined whether the certificate has been revoked."
	case RevocationStale:
		return "What is known about revocation is out of date."
	case BadResponder:
		return "The answer about revocation comes from somebody who may not give it."
	case OtherAnswer:
		return "The answer about revocation is about another certificate."
	case NonceMissing:
		return "The answer does not repeat the nonce of the request."
	case NonceMismatch:
		return "The nonce is not the one that was given out."
	case NonceUsed:
		return "The nonce has been used before."
	case TimestampInvalid:
		return "The time-stamp is not valid."
	case TimestampMissing:
		return "A time-stamp is required and there is none."
	case WrongPassword:
		return "The password does not open the key store."
	case NoKey:
		return "There is no key where one has to be."
	default:
		return ""
	}
}

// Refused is an error with a reason. Err says what was found; its text may quote outside data and
// is for logs and the command line.
type Refused struct {
	Reason Reason
	Err    error
}

func (r *Refused) Error() string {
	if r.Err == nil {
		return string(r.Reason)
	}
	return string(r.Reason) + ": " + r.Err.Error()
}

func (r *Refused) Unwrap() error { return r.Err }

// Refuse is an error with the reason and what was found.
func Refuse(reason Reason, err error) error { return &Refused{Reason: reason, Err: err} }

// ReasonOf is the reason of the outermost refusal in err, "" when err is nil, and Malformed for an
// error that carries none.
func ReasonOf(err error) Reason {
	if err == nil {
		return ""
	}
	if refused, ok := errors.AsType[*Refused](err); ok {
		return refused.Reason
	}
	return Malformed
}
