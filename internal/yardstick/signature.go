package yardstick

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha512"
	"errors"
	"time"

	"tereze/internal/eds/gost"
)

var errBadSignature = errors.New("a good signature does not verify")

// openSignature prepares one signature of each kind over one digest. Both are verified on one core, each
// with its key parsed before, as a chain of certificates has it.
func openSignature(context.Context, Config, string) ([]work, func() error, error) {
	digest := sha512.Sum512([]byte("a document"))
	key, err := gost.GenerateKey(gost.Curve512A(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	signature, err := key.Sign(rand.Reader, digest[:])
	if err != nil {
		return nil, nil, err
	}
	other, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	der, err := ecdsa.SignASN1(rand.Reader, other, digest[:])
	if err != nil {
		return nil, nil, err
	}
	return []work{{
		name: "GOST 34.10-2015 signature, 512 bits, verified", yardstick: "crypto/ecdsa, P-521", unit: "signatures/s", target: Target{Least: 1},
		ours: func(ctx context.Context, d time.Duration) (float64, error) {
			return crowd(ctx, 1, d, func(context.Context, int) error { return key.Public().Verify(digest[:], signature) })
		},
		theirs: func(ctx context.Context, d time.Duration) (float64, error) {
			return crowd(ctx, 1, d, func(context.Context, int) error {
				if !ecdsa.VerifyASN1(&other.PublicKey, digest[:], der) {
					return errBadSignature
				}
				return nil
			})
		},
	}}, func() error { return nil }, nil
}
