package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"tereze/internal/fault"
)

// Site is where a passkey is made and used; it works nowhere else. It is what the operator has
// configured, never what a request says of itself.
type Site struct {
	Host   string // the domain passkeys are bound to
	Origin string // how its addresses begin, "https://portal.example"
	Name   string // of the portal, as devices show it beside the passkey
}

const (
	// challengeLife is how long a device has for its answer.
	challengeLife = 5 * time.Minute
	// maxPasskeyAnswer is far above what devices send; attestations that we do not ask for would be longer.
	maxPasskeyAnswer = 16 << 10
)

// ceremony is one challenge and what the answer to it is held against (Web Authentication, level 3,
// 7.1 and 7.2). It is kept sealed in the attempt.
type ceremony struct {
	Session webauthn.SessionData
	Options json.RawMessage // for the browser
}

// bearer is a person as the library wants one.
type bearer struct {
	handle      []byte
	name, shown string
	credentials []webauthn.Credential
}

func (b bearer) WebAuthnID() []byte                         { return b.handle }
func (b bearer) WebAuthnName() string                       { return b.name }
func (b bearer) WebAuthnDisplayName() string                { return b.shown }
func (b bearer) WebAuthnCredentials() []webauthn.Credential { return b.credentials }

// bearerOf is a person with those of their passkeys that are given. The counter in the row is the
// one that holds.
func bearerOf(u User, site Site, h PasskeyHolder, keys []Passkey) (bearer, error) {
	b := bearer{handle: h.Handle, name: u.SignInName + " · " + site.Name, shown: u.Shown + " · " + site.Name}
	for _, p := range keys {
		var c webauthn.Credential
		if err := json.Unmarshal(p.Credential, &c); err != nil {
			return bearer{}, fmt.Errorf("passkey %d: %w", p.ID, err)
		}
		c.Authenticator.SignCount = p.Count
		b.credentials = append(b.credentials, c)
	}
	return b, nil
}

// party is the library, set for one site. first: the passkey stands for the password, so the device
// must have made sure of the person, by a PIN or a finger, and know the account without being told.
func party(site Site, first bool) (*webauthn.WebAuthn, error) {
	selection := protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementPreferred, UserVerification: protocol.VerificationPreferred}
	if first {
		selection = protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired}
	}
	w, err := webauthn.New(&webauthn.Config{
		RPID: site.Host, RPDisplayName: site.Name, RPOrigins: []string{site.Origin},
		AttestationPreference: protocol.PreferNoAttestation, AuthenticatorSelection: selection,
	})
	if err != nil {
		return nil, fmt.Errorf("passkeys at %s: %w", site.Origin, err)
	}
	return w, nil
}

// askNew makes the challenge with which a device makes a passkey.
func askNew(site Site, first bool, b bearer) (ceremony, error) {
	w, err := party(site, first)
	if err != nil {
		return ceremony{}, err
	}
	var there []protocol.CredentialDescriptor
	for _, c := range b.credentials {
		there = append(there, c.Descriptor())
	}
	options, session, err := w.BeginRegistration(b, webauthn.WithExclusions(there))
	if err != nil {
		return ceremony{}, fmt.Errorf("challenge for a new passkey: %w", err)
	}
	return sealable(options, session)
}

// askKnown makes the challenge for one of a person's passkeys, after the password.
func askKnown(site Site, b bearer) (ceremony, error) {
	w, err := party(site, false)
	if err != nil {
		return ceremony{}, err
	}
	options, session, err := w.BeginLogin(b)
	if err != nil {
		return ceremony{}, fmt.Errorf("challenge for a passkey: %w", err)
	}
	return sealable(options, session)
}

// askAnybody makes the challenge for a passkey instead of the password: nobody has been named.
func askAnybody(site Site) (ceremony, error) {
	w, err := party(site, true)
	if err != nil {
		return ceremony{}, err
	}
	options, session, err := w.BeginDiscoverableLogin()
	if err != nil {
		return ceremony{}, fmt.Errorf("challenge for a passkey: %w", err)
	}
	return sealable(options, session)
}

func sealable(options any, session *webauthn.SessionData) (ceremony, error) {
	text, err := json.Marshal(options)
	return ceremony{Session: *session, Options: text}, err
}

// into writes a ceremony into an attempt, in the place of the one before.
func (c ceremony) into(form map[string]string) error {
	text, err := json.Marshal(c)
	form["ceremony"] = string(text)
	return err
}

func ceremonyOf(at Attempt) (c ceremony, err error) {
	err = json.Unmarshal([]byte(at.Form["ceremony"]), &c)
	return c, err
}

// errAnswer is any answer that does not prove what was asked; which check it failed nobody is told.
var errAnswer = errors.New("account: the answer of a device proves nothing")

// madeBy checks the answer of a device that made a passkey.
func (c ceremony) madeBy(site Site, first bool, b bearer, answer string) (*webauthn.Credential, error) {
	w, err := party(site, first)
	if err != nil {
		return nil, err
	}
	if len(answer) > maxPasskeyAnswer {
		return nil, errAnswer
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(answer))
	if err != nil {
		return nil, errors.Join(errAnswer, err)
	}
	made, err := w.CreateCredential(b, c.Session, parsed)
	if err != nil {
		return nil, errors.Join(errAnswer, err)
	}
	// What was sent to vouch for the make of the device was not asked for, and is not kept.
	made.Attestation = webauthn.CredentialAttestation{}
	return made, nil
}

// readAnswer reads the answer of a device to a challenge, before it is checked.
func readAnswer(answer string) (*protocol.ParsedCredentialAssertionData, error) {
	if len(answer) > maxPasskeyAnswer {
		return nil, errAnswer
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil {
		return nil, errors.Join(errAnswer, err)
	}
	return parsed, nil
}

// provenBy checks the answer to a challenge: the site, the challenge, the signature, the person's
// presence, and their being made sure of where the passkey stands for the password.
func (c ceremony) provenBy(site Site, first bool, b bearer, answer *protocol.ParsedCredentialAssertionData) (*webauthn.Credential, error) {
	w, err := party(site, first)
	if err != nil {
		return nil, err
	}
	var used *webauthn.Credential
	if first {
		_, used, err = w.ValidatePasskeyLogin(func([]byte, []byte) (webauthn.User, error) { return b, nil }, c.Session, answer)
	} else {
		used, err = w.ValidateLogin(b, c.Session, answer)
	}
	if err != nil {
		return nil, errors.Join(errAnswer, err)
	}
	return used, nil
}

func credentialHash(id []byte) []byte {
	sum := sha256.Sum256(id)
	return sum[:]
}

// beginChallenge starts an attempt that lives no longer than a challenge does.
func (a *Accounts) beginChallenge(ctx context.Context, tx Tx, portal, way string, form map[string]string) (token string, err error) {
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return "", fmt.Errorf("secret of a challenge: %w", err)
	}
	now, hash := a.Now(), sha256.Sum256(secret)
	at := Attempt{
		ID: a.NewID(), Portal: portal, Way: way, Step: "answer", Form: form, BeganAt: now, EndsAt: now.Add(challengeLife), Version: 1, SecretHash: hash[:],
	}
	return attemptToken(at.ID, secret), tx.AddAttempt(ctx, at)
}

// takeChallenge takes a challenge for one answer: of two who bring the same answer at once, one finds
// it gone. The caller ends the attempt or puts another challenge in, whatever the answer is; its
// transaction is not undone for a refusal. Refusal: Absent "account.attempt_ended".
func (a *Accounts) takeChallenge(ctx context.Context, tx Tx, portal, way, token string) (Attempt, ceremony, error) {
	at, err := a.AttemptOf(ctx, tx, portal, way, token)
	if err != nil {
		return Attempt{}, ceremony{}, err
	}
	c, err := ceremonyOf(at)
	if err != nil {
		return Attempt{}, ceremony{}, err
	}
	at.Version++
	if err := tx.SaveAttempt(ctx, at); fault.Is(err, fault.Conflict) {
		return Attempt{}, ceremony{}, fault.New(fault.Absent, "account.attempt_ended")
	} else if err != nil {
		return Attempt{}, ceremony{}, err
	}
	return at, c, nil
}

// Challenge gives what the browser hands to the device, and what the sign-in page wanted carried on.
// Reading it uses nothing up. Refusal: Absent "account.attempt_ended".
func (a *Accounts) Challenge(ctx context.Context, portal, way, token string) (options, carry string, err error) {
	err = a.InView(ctx, func(tx Tx) error {
		at, err := a.AttemptOf(ctx, tx, portal, way, token)
		if err != nil {
			return err
		}
		c, err := ceremonyOf(at)
		options, carry = string(c.Options), at.Form["carry"]
		return err
	})
	return options, carry, err
}

// sessionText is how an attempt names the session it belongs to.
func sessionText(token string) (string, error) {
	key, err := sessionKey(token)
	return base64.RawURLEncoding.EncodeToString(key), err
}

// took keeps what a device has shown of a credential: its key, its counter, whether it is backed up.
func (p *Passkey) took(c *webauthn.Credential) (err error) {
	p.Count = c.Authenticator.SignCount
	p.Credential, err = json.Marshal(c)
	return err
}
