package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"time"

	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Secret is what a link opens, once.
type Secret struct {
	User      identity.ID
	Portal    string
	Purpose   string // "password", "email" …
	Detail    string // such as the address to be confirmed
	ExpiresAt time.Time
}

// SecretTx is what one-time secrets do to the database.
type SecretTx interface {
	AddSecret(ctx context.Context, hash []byte, s Secret) error
	// Secret gives it without using it up: a mail scanner opens links too. Refusal: Absent.
	Secret(ctx context.Context, hash []byte) (Secret, error)
	// UseSecret removes it; used is false when somebody was first.
	UseSecret(ctx context.Context, hash []byte) (used bool, err error)
}

// NewSecret makes a secret for a link. The token stands in the link and nowhere else.
func (a *Accounts) NewSecret(ctx context.Context, tx SecretTx, s Secret) (token string, err error) {
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return "", fmt.Errorf("secret of a link: %w", err)
	}
	hash := sha256.Sum256(raw)
	return base64.RawURLEncoding.EncodeToString(raw), tx.AddSecret(ctx, hash[:], s)
}

// SecretOf reads what a link opens, without using it up. Refusal: Absent "account.link_ended" for a
// link that is not ours, of another portal or purpose, used, or run out.
func (a *Accounts) SecretOf(ctx context.Context, tx SecretTx, portal, purpose, token string) (Secret, []byte, error) {
	ended := fault.New(fault.Absent, "account.link_ended")
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) != 32 {
		return Secret{}, nil, ended
	}
	hash := sha256.Sum256(raw)
	s, err := tx.Secret(ctx, hash[:])
	if fault.Is(err, fault.Absent) {
		return Secret{}, nil, ended
	}
	if err != nil {
		return Secret{}, nil, err
	}
	if s.Portal != portal || s.Purpose != purpose || a.Now().After(s.ExpiresAt) {
		return Secret{}, nil, ended
	}
	return s, hash[:], nil
}

// UseSecret uses a link up. Refusal: Absent "account.link_ended" when somebody was first.
func (a *Accounts) UseSecret(ctx context.Context, tx SecretTx, hash []byte) error {
	used, err := tx.UseSecret(ctx, hash)
	if err == nil && !used {
		return fault.New(fault.Absent, "account.link_ended")
	}
	return err
}
