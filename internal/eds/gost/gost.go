// Package gost is the national signature and digest algorithms of Kazakhstan: GOST 34.10-2015 (which is
// GOST R 34.10-2012, RFC 7091), GOST 34.310-2004, Streebog (RFC 6986) and 34.311-95 (RFC 5831).
//
// It owns the arithmetic of three curves, keys on them, signing, verification and three digests. It knows
// no certificate, no object identifier and no file; eds hands it numbers. Everything is little-endian,
// as Kazakh certificates and signatures have it.
//
// Making a key, signing and everything else that meets a private key takes the same steps and reads
// the same addresses whatever the key is. Verification and parsing of public keys do not, nor do the
// digests, whose tables are indexed by the message. docs/decisions/0010-own-gost.md says why this is
// our own code and what it was checked against.
package gost

import "errors"

var (
	// ErrKey refuses a key: of the wrong length, out of range, or no point of the curve.
	ErrKey = errors.New("gost: not a key of this curve")
	// ErrForm refuses what cannot be a digest or signature under this key: wrong length, or r or s
	// outside 0 < r, s < q.
	ErrForm = errors.New("gost: malformed digest or signature")
	// ErrMismatch says that a well-formed signature was not made by this key over this digest.
	ErrMismatch = errors.New("gost: signature does not verify")
	// ErrRandom says that the source of randomness gave nothing usable.
	ErrRandom = errors.New("gost: no usable randomness")
)
