package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode"

	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/notify"
)

// Attempt is somebody being let in: registering, or regaining access. It lives between the first
// form and the end of the way, and its row is all that exists of the person until then.
type Attempt struct {
	ID      identity.ID // the user's, once there is one
	Portal  string
	Way     string            // what it leads to: "register", "recover" …
	Step    string            // the step that is due; steps cannot be skipped by address
	Form    map[string]string // what was entered so far; kept sealed
	Tries   int               // wrong codes entered since the last was sent
	Resends int
	BeganAt time.Time
	EndsAt  time.Time
	Version int

	SecretHash    []byte // of what the browser holds
	CodeMark      []byte // of the code that was sent; empty: none
	CodeExpiresAt time.Time
}

// AttemptTx is what attempts do to the database.
type AttemptTx interface {
	AddAttempt(ctx context.Context, a Attempt) error
	// Attempt gives one by its id. Refusal: Absent.
	Attempt(ctx context.Context, id identity.ID) (Attempt, error)
	// SaveAttempt replaces the attempt whose version is a.Version-1. Refusal: Conflict.
	SaveAttempt(ctx context.Context, a Attempt) error
	// TryCode counts a try before the code is looked at; ok is false when they are used up. It
	// counts at once for all who guess in parallel.
	TryCode(ctx context.Context, id identity.ID, most int) (ok bool, err error)
	// EndAttempt removes it.
	EndAttempt(ctx context.Context, id identity.ID) error
	// Mark is the form in which a secret of few possibilities is kept: useless without the
	// installation's key.
	Mark(value string) ([]byte, error)
	// Take counts one more of something in the window that an instant lies in, and says how many
	// there are now.
	Take(ctx context.Context, mark []byte, window time.Duration, at time.Time) (count int, err error)
	notify.Tx
}

// attemptLife is how long a way in may take from its first form.
const attemptLife = time.Hour

// BeginAttempt starts a way in. The token goes into the browser's cookie and nowhere else.
func (a *Accounts) BeginAttempt(ctx context.Context, tx AttemptTx, portal, way, step string, form map[string]string) (Attempt, string, error) {
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return Attempt{}, "", fmt.Errorf("secret of an attempt: %w", err)
	}
	now, hash := a.Now(), sha256.Sum256(secret)
	at := Attempt{
		ID: a.NewID(), Portal: portal, Way: way, Step: step, Form: form, BeganAt: now, EndsAt: now.Add(attemptLife),
		Version: 1, SecretHash: hash[:],
	}
	return at, attemptToken(at.ID, secret), tx.AddAttempt(ctx, at)
}

func attemptToken(id identity.ID, secret []byte) string {
	return strconv.FormatInt(int64(id), 36) + "." + base64.RawURLEncoding.EncodeToString(secret)
}

// AttemptOf finds the attempt a browser holds the token of. Refusal: Absent "account.attempt_ended"
// for a token that is not ours, of another portal or way, or that has run out.
func (a *Accounts) AttemptOf(ctx context.Context, tx AttemptTx, portal, way, token string) (Attempt, error) {
	ended := fault.New(fault.Absent, "account.attempt_ended")
	number, secret, ok := strings.Cut(token, ".")
	id, err := strconv.ParseInt(number, 36, 64)
	if !ok || err != nil {
		return Attempt{}, ended
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(secret)
	if err != nil {
		return Attempt{}, ended
	}
	at, err := tx.Attempt(ctx, identity.ID(id))
	if fault.Is(err, fault.Absent) {
		return Attempt{}, ended
	}
	if err != nil {
		return Attempt{}, err
	}
	hash := sha256.Sum256(raw)
	if subtle.ConstantTimeCompare(hash[:], at.SecretHash) != 1 || at.Portal != portal || at.Way != way || a.Now().After(at.EndsAt) {
		return Attempt{}, ended
	}
	return at, nil
}

// CodeRule is how codes are made and guarded; it comes from the portal's clause.
type CodeRule struct {
	Digits   int
	ValidFor time.Duration
	Tries    int
	Resends  int
}

// NewCode makes a code for an attempt: digits only, new for every sending, so that an old one is
// void. What is kept is its mark, bound to this attempt.
// Refusal: TooMany "account.code_resends" when no further one may be sent.
func (a *Accounts) NewCode(tx AttemptTx, at *Attempt, rule CodeRule) (string, error) {
	if len(at.CodeMark) > 0 {
		if at.Resends >= rule.Resends {
			return "", fault.New(fault.TooMany, "account.code_resends")
		}
		at.Resends++
	}
	most := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(rule.Digits)), nil)
	n, err := rand.Int(rand.Reader, most)
	if err != nil {
		return "", fmt.Errorf("code: %w", err)
	}
	code := fmt.Sprintf("%0*d", rule.Digits, n)
	if at.CodeMark, err = tx.Mark(codeText(at.ID, code)); err != nil {
		return "", err
	}
	at.CodeExpiresAt, at.Tries = a.Now().Add(rule.ValidFor), 0
	return code, nil
}

func codeText(id identity.ID, code string) string {
	return "code/" + strconv.FormatInt(int64(id), 10) + "/" + code
}

// CheckCode counts a try and compares. The count stays even though the code is wrong, so the caller
// commits whatever the answer is: the refusal is what CheckCode gives besides an accident.
//
// Refusals: Invalid "account.code_wrong"; TooMany "account.code_tries"; Invalid "account.code_expired".
func (a *Accounts) CheckCode(ctx context.Context, tx AttemptTx, at Attempt, code string, rule CodeRule) (refusal *fault.Fault, err error) {
	ok, err := tx.TryCode(ctx, at.ID, rule.Tries)
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return fault.New(fault.TooMany, "account.code_tries").At("code"), nil
	}
	mark, err := tx.Mark(codeText(at.ID, code))
	if err != nil {
		return nil, err
	}
	switch {
	case len(at.CodeMark) == 0 || subtle.ConstantTimeCompare(mark, at.CodeMark) != 1:
		return fault.New(fault.Invalid, "account.code_wrong").At("code"), nil
	case a.Now().After(at.CodeExpiresAt):
		return fault.New(fault.Invalid, "account.code_expired").At("code"), nil
	}
	return nil, nil
}

// checkDigits takes a code of digits as a person brings it: the spaces, hyphens and invisible characters that come
// with copying are left out, and what cannot be a code is refused before it counts as a try.
//
// Refusals: as CheckCode; Invalid "account.code_shape".
func (a *Accounts) checkDigits(ctx context.Context, tx AttemptTx, at Attempt, typed string, rule CodeRule) (refusal *fault.Fault, err error) {
	code := strings.Map(func(r rune) rune {
		if r == '-' || unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, typed)
	if len(code) != rule.Digits || strings.Trim(code, "0123456789") != "" {
		return fault.New(fault.Invalid, "account.code_shape").With("digits", itoa(rule.Digits)).At("code"), nil
	}
	return a.CheckCode(ctx, tx, at, code, rule)
}

// Allow counts one more of something (messages to a phone, forms of an address) and refuses it once
// there are more than most in a window. Refusal: TooMany "account.too_often".
func (a *Accounts) Allow(ctx context.Context, tx AttemptTx, what string, most int, window time.Duration) (*fault.Fault, error) {
	within, err := a.within(ctx, tx, what, most, window, a.Now())
	if err != nil || within {
		return nil, err
	}
	return fault.New(fault.TooMany, "account.too_often"), nil
}

// AllowToday counts one more of something, and says whether it is still among the first most of a day in the zone
// of a portal.
func (a *Accounts) AllowToday(ctx context.Context, tx AttemptTx, portal, what string, most int) (bool, error) {
	// A window of a day is one of UTC. Read as if it were UTC, the time of the zone begins one at its midnight.
	now := a.Now().In(a.Zone(portal))
	_, east := now.Zone()
	return a.within(ctx, tx, what, most, 24*time.Hour, now.Add(time.Duration(east)*time.Second))
}

func (a *Accounts) within(ctx context.Context, tx AttemptTx, what string, most int, window time.Duration, at time.Time) (bool, error) {
	mark, err := tx.Mark("limit/" + what)
	if err != nil {
		return false, err
	}
	count, err := tx.Take(ctx, mark, window, at)
	return count <= most, err
}
