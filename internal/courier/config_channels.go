package courier

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"tereze/internal/written"
)

// ReadMail reads the file of -mail: the sender, the key that signs, and mail servers in the order they are asked.
// Whatever it does not understand it refuses.
func ReadMail(path string) (Line, error) {
	b, top, err := readBook(path, "from", "bounces", "test", "dkim", "providers")
	if err != nil {
		return Line{}, err
	}
	from, dkim := b.address(top, "from"), b.dkim(top)
	var bounces string
	if _, ok := top.Of["bounces"]; ok {
		bounces = b.address(top, "bounces").Address
		if local, _, _ := strings.Cut(bounces, "@"); len(local) > mostBounces {
			b.Wrong(top.Of["bounces"].Line, "bounces: want at most %d letters before the @, since the name of the message joins them", mostBounces)
		}
	}
	line := Line{Test: b.yes(top, "test")}
	line.Stages = b.providers(top, func(w written.Value) Stage {
		b.Fields(w, "a mail server", "name", "host", "port", "tls", "authority", "user", "password", "hello", "per_second")
		host := b.Text(w, "host", true)
		c := SMTPConfig{
			Name: b.Text(w, "name", true), From: from, Bounces: bounces, Host: host, Port: b.port(w), TLS: b.Text(w, "tls", true), Trust: b.trust(w, host),
			User: b.Text(w, "user", false), Hello: b.Text(w, "hello", false), DKIM: dkim,
		}
		if c.User != "" {
			c.Password = b.secret(w, "password", true)
		} else if _, ok := w.Of["password"]; ok {
			b.Wrong(w.Line, "password without user")
		}
		if c.TLS == "none" {
			b.clear(w, host)
		}
		server, err := NewSMTP(c)
		if err != nil {
			b.Wrong(w.Line, "%s", err)
		}
		return Stage{Provider: server, PerSecond: b.rate(w)}
	})
	return line, b.verdict()
}

// mostBounces letters leave room for a plus and the mark of a message in the 64 before the @ (RFC 5321, 4.5.3.1.1).
const mostBounces = 19

func (b *book) dkim(top written.Value) *gomail.DKIMSigner {
	w, ok := top.Of["dkim"]
	if !ok || !b.Fields(w, "dkim", "domain", "selector", "key") {
		return nil
	}
	domain, selector, pem := b.Text(w, "domain", true), b.Text(w, "selector", true), b.beside(w, "key", true)
	if pem == nil {
		return nil
	}
	key, err := gomail.PrivKeyFromPEM(pem)
	if err != nil {
		b.Wrong(w.Of["key"].Line, "key: %s", err)
		return nil
	}
	return gomail.NewDKIMSigner(domain, selector, key)
}

// ReadSMS reads the file of -sms: centres spoken to in SMPP and gateways asked over HTTP, in the order they are asked.
func ReadSMS(path string) (Line, error) {
	b, top, err := readBook(path, "test", "providers")
	if err != nil {
		return Line{}, err
	}
	line := Line{Test: b.yes(top, "test")}
	line.Stages = b.providers(top, func(w written.Value) Stage {
		switch kind := b.Text(w, "kind", true); kind {
		case "smpp":
			return b.smpp(w)
		case "http":
			return b.gateway(w)
		default:
			b.Wrong(w.Line, "kind %q: want smpp or http", kind)
			return Stage{}
		}
	})
	return line, b.verdict()
}

func (b *book) smpp(w written.Value) Stage {
	b.Fields(w, "a centre", "name", "kind", "host", "port", "tls", "authority", "system_id", "password", "system_type", "from", "per_second")
	host := b.Text(w, "host", true)
	c := SMPPConfig{
		Name: b.Text(w, "name", true), Address: net.JoinHostPort(host, strconv.Itoa(b.port(w))), SystemID: b.Text(w, "system_id", true),
		Password: b.secret(w, "password", true), Type: b.Text(w, "system_type", false), From: b.Text(w, "from", true),
	}
	if len(c.SystemID) > 15 || len(c.Password) > 8 || len(c.Type) > 12 {
		b.Wrong(w.Line, "a centre takes a system_id of 15 letters, a password of 8 and a system_type of 12 at most")
	}
	if digits := strings.TrimPrefix(c.From, "+"); len(c.From) > 11 && strings.Trim(digits, "0123456789") != "" || len(digits) > 15 {
		b.Wrong(w.Line, "from: want a name of at most 11 letters, a short code or a number")
	}
	switch b.Text(w, "tls", false) {
	case "implicit":
		c.TLS = b.trust(w, host)
	case "", "none": // most centres are reached inside a network of their own
		b.trust(w, host)
	default:
		b.Wrong(w.Line, "tls: want implicit or none")
	}
	return Stage{Provider: NewSMPP(c), PerSecond: b.rate(w)}
}

func (b *book) gateway(w written.Value) Stage {
	b.Fields(w, "a gateway", "name", "kind", "url", "authority", "token", "from", "per_second")
	u := b.https(w, "url")
	client := &http.Client{Timeout: patience, Transport: &http.Transport{
		TLSClientConfig: b.trust(w, u.Hostname()), TLSHandshakeTimeout: patience, MaxIdleConnsPerHost: hands, ForceAttemptHTTP2: true,
	}}
	return Stage{
		Provider:  NewGateway(b.Text(w, "name", true), u.String(), b.Text(w, "from", false), b.secret(w, "token", true), client),
		PerSecond: b.rate(w),
	}
}

// ReadPush reads the file of -push: under which keys the makers of browsers know us. The public key goes into the
// pages on which people allow pop-ups.
func ReadPush(path string) (line Line, public string, err error) {
	b, top, err := readBook(path, "test", "contact", "key", "networks", "authority", "per_second")
	if err != nil {
		return Line{}, "", err
	}
	contact := b.address(top, "contact")
	var inside []netip.Prefix
	for _, text := range b.Texts(top, "networks", false) {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			b.Wrong(top.Line, "networks: want networks such as 10.1.2.0/24")
		}
		inside = append(inside, network)
	}
	var private string
	if pem := b.beside(top, "key", true); pem != nil {
		if private, public, err = vapid(pem); err != nil {
			b.Wrong(top.Of["key"].Line, "key: %s", err)
		}
	}
	line = Line{Test: b.yes(top, "test"), Stages: []Stage{{Provider: NewWebPush("push", contact.Address, public, private, inside, b.makers(top)), PerSecond: b.rate(top)}}}
	return line, public, b.verdict()
}

// makers are the authorities whose certificates makers of browsers have: the machine's, and those of a file for a
// server of the operator's own.
func (b *book) makers(w written.Value) *x509.CertPool {
	pem := b.beside(w, "authority", false)
	if pem == nil {
		return nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		b.Wrong(w.Of["authority"].Line, "authority: no certificate in it")
	}
	return pool
}

// vapid reads a key of P-256 as OpenSSL writes it, and gives both halves in base64url (RFC 8292, 2).
func vapid(text []byte) (private, public string, err error) {
	block, _ := pem.Decode(text)
	if block != nil && block.Type == "EC PARAMETERS" { // "openssl ecparam -genkey" writes the curve first
		block, _ = pem.Decode(text[bytes.Index(text, []byte("-----END EC PARAMETERS-----"))+len("-----END EC PARAMETERS-----"):])
	}
	if block == nil {
		return "", "", errKey
	}
	var key any
	if key, err = x509.ParseECPrivateKey(block.Bytes); err != nil {
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	}
	ec, ok := key.(*ecdsa.PrivateKey)
	if err != nil || !ok || ec.Curve != elliptic.P256() {
		return "", "", errKey
	}
	exchange, err := ec.ECDH()
	if err != nil {
		return "", "", errKey
	}
	return base64.RawURLEncoding.EncodeToString(exchange.Bytes()), base64.RawURLEncoding.EncodeToString(exchange.PublicKey().Bytes()), nil
}

var errKey = errors.New("want a private key of P-256 as PEM, which openssl ecparam -name prime256v1 -genkey -noout makes")
