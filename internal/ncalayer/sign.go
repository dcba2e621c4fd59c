package ncalayer

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"strings"

	"tereze/internal/eds/authority"
	"tereze/internal/eds/cms"
	"tereze/internal/eds/pki"
	"tereze/internal/eds/xmldsig"
)

// answer is what a page gets.
type answer struct {
	Status  bool   `json:"status"`
	Body    *body  `json:"body,omitempty"`
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
	Details string `json:"details,omitempty"`
}

type body struct {
	Result any `json:"result,omitempty"`
}

// cancelled is a window that was closed: it went well, and there is no result.
func cancelled() answer { return answer{Status: true, Body: &body{}} }

func failed(details string) answer {
	return answer{Code: "INVOCATION_ERROR", Message: "An invoked method threw an exception.", Details: details}
}

// sign answers one request to sign.
func (p *Program) sign(raw json.RawMessage, conduct Conduct) answer {
	p.mu.Lock()
	p.asked++
	p.mu.Unlock()
	a, err := read(raw)
	if err != nil {
		return failed(err.Error())
	}
	switch conduct {
	case Cancel:
		return cancelled()
	case Fail:
		return failed("java.security.UnrecoverableKeyException: a failure was asked for")
	}
	name, _ := p.state()
	key, err := p.Town.Key(name)
	if err != nil {
		return failed(err.Error())
	}
	if !a.Signer.fits(key.Certificate) {
		return cancelled() // the window shows no key: a person can only close it
	}
	var results []string
	for _, document := range a.Data.all {
		one, err := p.one(a, key, document)
		if err != nil {
			return failed(err.Error())
		}
		results = append(results, one)
	}
	switch {
	case a.Format == "raw" && bool(a.Signing.OutputCert):
		return answer{Status: true, Body: &body{Result: map[string]any{"signatures": results, "certificate": pemOf("CERTIFICATE", key.Certificate.Raw)}}}
	case conduct == OldForm && !a.Data.list:
		return answer{Status: true, Body: &body{Result: results[0]}}
	}
	return answer{Status: true, Body: &body{Result: results}}
}

// one signs one document.
func (p *Program) one(a args, key *authority.Issued, document string) (string, error) {
	data, err := a.bytesOf(document)
	if err != nil {
		return "", err
	}
	switch a.Format {
	case "xml":
		signed, err := xmldsig.Sign(rand.Reader, data, key.Key, key.Certificate)
		return string(signed), err
	case "raw":
		if a.Signing.Digested {
			return "", errors.New("java.lang.UnsupportedOperationException: digested")
		}
		_, value, err := key.Key.Sign(rand.Reader, key.Key.DefaultDigest(), data)
		return base64.StdEncoding.EncodeToString(value), err
	}
	s := cms.Signing{
		Key: key.Key, Certificate: key.Certificate, At: p.Now(), Rand: rand.Reader,
		Detached: a.Signing.Encapsulate != nil && !bool(*a.Signing.Encapsulate), Digested: bool(a.Signing.Digested),
	}
	if a.Signing.stamped() {
		s.Stamp = p.Town.Stamper()
	}
	signed, err := cms.Sign(data, s)
	if err != nil {
		return "", err
	}
	return pemOf("CMS", signed), nil
}

func pemOf(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// fits reports whether the window would show the key: by number, usages, and whose certificates are
// asked for. No chain means those of the production authority alone, and none of ours is.
func (s signerParams) fits(c *pki.Certificate) bool {
	h := c.Holder()
	serial := strings.TrimLeft(strings.ToLower(s.SerialNumber), "0")
	switch {
	case s.Chain == nil,
		s.IIN != "" && s.IIN != h.IIN,
		s.BIN != "" && s.BIN != h.BIN,
		serial != "" && serial != strings.TrimLeft(hex.EncodeToString(c.SerialNumber.Bytes()), "0"):
		return false
	}
	for _, usage := range s.ExtKeyUsageOIDs {
		if !c.HasUsage(usage) {
			return false
		}
	}
	if len(s.Chain) == 0 {
		return true
	}
	for _, text := range s.Chain {
		if issuer, err := pki.ParsePEMOrDER([]byte(text)); err == nil && c.CheckIssuedBy(issuer) == nil {
			return true
		}
	}
	return false
}
