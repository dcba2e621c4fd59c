package notify

import (
	"crypto/ecdh"
	"encoding/base64"
	"net/url"
	"strings"
	"time"

	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Browser is one in which a person wants pop-up messages: what it gave the page when the person allowed them.
type Browser struct {
	ID       identity.ID
	User     identity.ID
	Portal   string
	Name     string // as the person knows it
	Endpoint string // where its maker takes messages for it
	P256dh   string // its public key, base64url without padding
	Auth     string // its secret, likewise: with it alone messages can be read by nobody else
	At       time.Time
}

// Check refuses what no message can be encrypted to (RFC 8291, 3.1). The address is any maker's, but over TLS; who
// may be asked there, the courier decides when it connects. Refusal: Invalid "notify.browser".
func (b Browser) Check() error {
	bad := fault.New(fault.Invalid, "notify.browser")
	u, err := url.Parse(b.Endpoint)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || len(b.Endpoint) > 1000 || !oneLine(b.Endpoint, 1000) || !oneLine(b.Name, 200) {
		return bad
	}
	key, err := decode(b.P256dh)
	if err != nil {
		return bad
	}
	if _, err := ecdh.P256().NewPublicKey(key); err != nil {
		return bad
	}
	if auth, err := decode(b.Auth); err != nil || len(auth) != 16 {
		return bad
	}
	return nil
}

func decode(s string) ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
}
