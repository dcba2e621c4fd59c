// Package esi signs people in through ЕСИ, the single identification system of Kyrgyzstan, by OpenID Connect: the
// authorization code flow with PKCE (RFC 7636, S256), state and nonce.
//
// It owns the conversation with the provider and what a token has to hold before it is believed (OpenID Connect
// Core 1.0, 3.1.3.7). Tokens are read, believed or refused, and forgotten. Whose account follows from the personal
// number is for account to say.
package esi

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Config is what the operator says. Issuer, ClientID and ClientSecret are needed.
type Config struct {
	Issuer       string // https://esia.tunduk.kg; http only on this machine, for trials
	ClientID     string
	ClientSecret string
	Now          func() time.Time // nil: the machine's clock
	Client       *http.Client     // whose transport reaches the provider; nil: one of our own
}

// Limits of the conversation.
const (
	timeout   = 10 * time.Second
	maxAnswer = 1 << 20          // octets of one answer
	believed  = 12 * time.Hour   // how long a discovery holds
	freshness = 10 * time.Minute // since a token was issued
	skew      = 2 * time.Minute  // between the provider's clock and ours
)

// Provider is the identification system as one portal's operator is registered with it.
type Provider struct {
	cfg    Config
	issuer *url.URL
	client *http.Client

	mu    sync.Mutex
	found *oidc.Provider
	at    time.Time
}

// New checks the configuration; it asks nobody yet.
func New(cfg Config) (*Provider, error) {
	u, err := url.Parse(cfg.Issuer)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("issuer %q: want an address such as https://esia.tunduk.kg", cfg.Issuer)
	}
	if u.Scheme != "https" && (u.Scheme != "http" || u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1") {
		return nil, fmt.Errorf("issuer %q: want https", cfg.Issuer)
	}
	if cfg.ClientID == "" || cfg.ClientSecret == "" {
		return nil, errors.New("the identification system needs a client's name and secret")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	var transport http.RoundTripper = http.DefaultTransport
	if cfg.Client != nil && cfg.Client.Transport != nil {
		transport = cfg.Client.Transport
	}
	p := &Provider{cfg: cfg, issuer: u}
	p.client = &http.Client{
		Timeout: timeout, Transport: &narrow{to: u, over: transport},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return errors.New("the provider redirects, which is not followed")
		},
	}
	return p, nil
}

// down refuses when nobody could say who the person is.
func down(err error) error { return fault.New(fault.Unavailable, "esi.down").Wrap(err) }

// unbelieved refuses an answer that proves nothing. Which check failed goes to nobody but a log of accidents.
func unbelieved(err error) error { return fault.New(fault.Forbidden, "esi.unbelieved").Wrap(err) }

// discover gives what the provider says of itself, asked at most twice a day. Every address it names is its own.
func (p *Provider) discover(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil && p.cfg.Now().Sub(p.at).Abs() < believed {
		return p.found, nil
	}
	// The keys are fetched later, with the client of this context: it must not end with the request.
	found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.client), p.cfg.Issuer)
	if err != nil {
		return nil, err
	}
	var named struct {
		Keys string `json:"jwks_uri"`
	}
	if err := found.Claims(&named); err != nil {
		return nil, err
	}
	for _, address := range []string{found.Endpoint().AuthURL, found.Endpoint().TokenURL, named.Keys} {
		if u, err := url.Parse(address); err != nil || u.Scheme != p.issuer.Scheme || u.Host != p.issuer.Host {
			return nil, fmt.Errorf("the provider names the address %q, which is not its own", address)
		}
	}
	p.found, p.at = found, p.cfg.Now()
	return found, nil
}

func (p *Provider) oauth(found *oidc.Provider, back string) *oauth2.Config {
	endpoint := found.Endpoint()
	endpoint.AuthStyle = oauth2.AuthStyleInHeader
	return &oauth2.Config{
		ClientID: p.cfg.ClientID, ClientSecret: p.cfg.ClientSecret, Endpoint: endpoint, RedirectURL: back,
		Scopes: []string{oidc.ScopeOpenID, "profile", "phone"},
	}
}

// part derives a value of one conversation from its secret: state, nonce and code verifier are of no use to who
// knows another of them.
func part(secret, name string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("tereze esi " + name))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// Begin is the address to which the browser goes. The secret is of this browser and this attempt alone; back is the
// address at which the provider answers. Refusal: Unavailable "esi.down".
func (p *Provider) Begin(ctx context.Context, secret, back string) (string, error) {
	found, err := p.discover(ctx)
	if err != nil {
		return "", down(err)
	}
	return p.oauth(found, back).AuthCodeURL(part(secret, "state"), oidc.Nonce(part(secret, "nonce")), oauth2.S256ChallengeOption(part(secret, "verifier"))), nil
}

// Finish takes the provider's answer, as it stands in the address the browser came back to, and says who the person
// is.
//
// Refusals: Forbidden "esi.other_session" for an answer to another browser or attempt, "esi.cancelled" when the person
// or the provider declined, "esi.unbelieved" for a token that proves nothing; Invalid "esi.no_number"; Unavailable
// "esi.down".
func (p *Provider) Finish(ctx context.Context, secret, back string, answer url.Values) (identity.Citizen, error) {
	nobody := identity.Citizen{}
	state, code := answer["state"], answer["code"]
	if len(state) != 1 || subtle.ConstantTimeCompare([]byte(state[0]), []byte(part(secret, "state"))) != 1 {
		return nobody, fault.New(fault.Forbidden, "esi.other_session")
	}
	if iss := answer["iss"]; len(iss) > 0 && (len(iss) != 1 || iss[0] != p.cfg.Issuer) { // RFC 9207
		return nobody, fault.New(fault.Forbidden, "esi.other_session")
	}
	if answer.Get("error") != "" || len(code) != 1 || code[0] == "" || len(code[0]) > 4096 {
		return nobody, fault.New(fault.Forbidden, "esi.cancelled")
	}
	found, err := p.discover(ctx)
	if err != nil {
		return nobody, down(err)
	}
	ctx = oidc.ClientContext(ctx, p.client)
	token, err := p.oauth(found, back).Exchange(ctx, code[0], oauth2.VerifierOption(part(secret, "verifier")))
	if refusal, ok := errors.AsType[*oauth2.RetrieveError](err); ok && refusal.Response.StatusCode < http.StatusInternalServerError {
		return nobody, unbelieved(errors.New("the code was not taken"))
	}
	if err != nil {
		return nobody, down(err)
	}
	said, err := p.believe(ctx, found, token, part(secret, "nonce"))
	if err != nil {
		return nobody, err
	}
	return said.citizen()
}

// claims are what the provider says of a person.
type claims struct {
	Subject  string `json:"sub"`
	Party    string `json:"azp"`
	PIN      string `json:"pin"`
	Surname  string `json:"family_name"`
	Given    string `json:"given_name"`
	Middle   string `json:"middle_name"`
	Phone    string `json:"phone_number"`
	Verified bool   `json:"phone_number_verified"`
}

// believe checks the token of identity: signed with RS256 by a key of the provider's, issued by it, for us, not long ago,
// not run out, and for this attempt.
func (p *Provider) believe(ctx context.Context, found *oidc.Provider, token *oauth2.Token, nonce string) (claims, error) {
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return claims{}, unbelieved(errors.New("no token of identity"))
	}
	// Not with this request's context: the keys that were fetched once stay with the provider.
	verifier := found.Verifier(&oidc.Config{ClientID: p.cfg.ClientID, SupportedSigningAlgs: []string{oidc.RS256}, Now: p.cfg.Now})
	id, err := verifier.Verify(ctx, raw)
	if err != nil {
		return claims{}, unbelieved(err)
	}
	var said claims
	if err := id.Claims(&said); err != nil {
		return claims{}, unbelieved(err)
	}
	age := p.cfg.Now().Sub(id.IssuedAt)
	switch {
	case subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(nonce)) != 1:
		return claims{}, unbelieved(errors.New("another nonce"))
	case len(id.Audience) > 1 && said.Party != p.cfg.ClientID, said.Party != "" && said.Party != p.cfg.ClientID:
		return claims{}, unbelieved(errors.New("issued to another party"))
	case age > freshness, age < -skew:
		return claims{}, unbelieved(errors.New("not issued now"))
	case said.PIN != "":
		return said, nil
	}
	return p.more(ctx, found, token, said)
}

// more asks for the claims that the token leaves out; they have to be of the same person.
func (p *Provider) more(ctx context.Context, found *oidc.Provider, token *oauth2.Token, said claims) (claims, error) {
	info, err := found.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return claims{}, down(err)
	}
	var more claims
	if err := info.Claims(&more); err != nil {
		return claims{}, unbelieved(err)
	}
	if more.Subject == "" || more.Subject != said.Subject {
		return claims{}, unbelieved(errors.New("claims of another person"))
	}
	return more, nil
}

func (c claims) citizen() (identity.Citizen, error) {
	if _, err := identity.ParsePIN(c.PIN); err != nil {
		return identity.Citizen{}, fault.New(fault.Invalid, "esi.no_number")
	}
	out := identity.Citizen{Number: c.PIN, Surname: tidy(c.Surname), Given: tidy(c.Given), Patronymic: tidy(c.Middle)}
	if c.Verified {
		out.Phone = tidy(c.Phone)
	}
	return out, nil
}

// tidy keeps a name that goes into a form from being longer than any name.
func tidy(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > 200 {
		return ""
	}
	return s
}
