package house_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"
)

// passkeyOrigin is where the houses of these tests are configured to be.
const passkeyOrigin = "https://portal.example"

// device is an authenticator in software: it makes passkeys and signs with them as Web Authentication
// says, and lies where a test tells it to.
type device struct {
	t    testing.TB
	keys []*deviceKey
	lie  lie
}

// lie is what a device does otherwise than it should; the zero value is honest.
type lie struct {
	origin     string // the page it says it was asked by
	challenge  string // signed in place of the one that was asked
	host       string // hashed in place of the one that was asked
	unverified bool   // the person's finger or PIN was not asked for
	absent     bool   // nobody touched it
	stuck      bool   // the counter does not move
	handle     []byte // of another account
	kind       string // of the ceremony
	broken     bool   // a bit of the signature is wrong
}

type deviceKey struct {
	id, handle []byte
	private    *ecdsa.PrivateKey
	host       string
	count      uint32
}

const (
	flagPresent  = 0x01
	flagVerified = 0x04
	flagAttested = 0x40
)

// asked is what both calls of the browser are given, as far as a device needs it.
type asked struct {
	PublicKey struct {
		Challenge        string
		RPID             string
		RP               struct{ ID string }
		User             struct{ ID string }
		UserVerification string
		AllowCredentials []struct{ ID string }
	}
}

func readAsked(t testing.TB, options string) asked {
	t.Helper()
	var a asked
	if err := json.Unmarshal([]byte(options), &a); err != nil {
		t.Fatalf("the page asks %q: %v", options, err)
	}
	return a
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func unb64(t testing.TB, s string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (d *device) client(kind, challenge string) []byte {
	origin := passkeyOrigin
	if d.lie.origin != "" {
		origin = d.lie.origin
	}
	if d.lie.challenge != "" {
		challenge = d.lie.challenge
	}
	if d.lie.kind != "" {
		kind = d.lie.kind
	}
	b, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": false})
	if err != nil {
		d.t.Fatal(err)
	}
	return b
}

func (d *device) data(k *deviceKey, flags byte) []byte {
	host := k.host
	if d.lie.host != "" {
		host = d.lie.host
	}
	if !d.lie.absent {
		flags |= flagPresent
	}
	if !d.lie.unverified {
		flags |= flagVerified
	}
	sum := sha256.Sum256([]byte(host))
	return binary.BigEndian.AppendUint32(append(sum[:], flags), k.count)
}

// make answers a request for a new passkey.
func (d *device) make(options string) string {
	d.t.Helper()
	a := readAsked(d.t, options)
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		d.t.Fatal(err)
	}
	k := &deviceKey{id: make([]byte, 16), handle: unb64(d.t, a.PublicKey.User.ID), private: private, host: a.PublicKey.RP.ID, count: 1}
	_, _ = rand.Read(k.id)
	d.keys = append(d.keys, k)
	return d.attest(k, a)
}

// attest says what a passkey is, in CBOR (RFC 8949) written by hand: a map of five entries for the key
// and one of three around it.
func (d *device) attest(k *deviceKey, a asked) string {
	d.t.Helper()
	point, err := k.private.PublicKey.Bytes() // 4, x, y
	if err != nil {
		d.t.Fatal(err)
	}
	cose := append([]byte{0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20}, point[1:33]...)
	cose = append(append(cose, 0x22, 0x58, 0x20), point[33:]...)
	data := d.data(k, flagAttested)
	data = append(data, make([]byte, 16)...) // no model
	data = binary.BigEndian.AppendUint16(data, uint16(len(k.id)))
	data = append(append(data, k.id...), cose...)
	object := []byte("\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58")
	object = append(append(object, byte(len(data))), data...)
	return d.answer(k, map[string]any{"clientDataJSON": b64(d.client("webauthn.create", a.PublicKey.Challenge)), "attestationObject": b64(object), "transports": []string{"internal"}})
}

// use answers a request for a passkey with the i-th of its keys.
func (d *device) use(options string, i int) string {
	d.t.Helper()
	a, k := readAsked(d.t, options), d.keys[i]
	if !d.lie.stuck {
		k.count++
	}
	client, data := d.client("webauthn.get", a.PublicKey.Challenge), d.data(k, 0)
	sum := sha256.Sum256(client)
	signed := sha256.Sum256(append(bytes.Clone(data), sum[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, k.private, signed[:])
	if err != nil {
		d.t.Fatal(err)
	}
	if d.lie.broken {
		signature[len(signature)-1] ^= 1
	}
	handle := k.handle
	if d.lie.handle != nil {
		handle = d.lie.handle
	}
	return d.answer(k, map[string]any{"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature), "userHandle": b64(handle)})
}

func (d *device) answer(k *deviceKey, response map[string]any) string {
	b, err := json.Marshal(map[string]any{"id": b64(k.id), "rawId": b64(k.id), "type": "public-key", "response": response, "clientExtensionResults": map[string]any{}})
	if err != nil {
		d.t.Fatal(err)
	}
	return string(b)
}
