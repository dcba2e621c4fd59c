package courier_test

import (
	"encoding/pem"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"tereze/internal/courier"
)

func pemOf(server *httptest.Server) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
}

// TestConfigRefuses: what is not understood, or would send a password in the clear, keeps the program from starting.
func TestConfigRefuses(t *testing.T) {
	t.Parallel()
	mail := "from: a@portal.example\nproviders:\n  - {name: m, host: smtp.example, port: 587, tls: starttls}\n"
	for _, c := range []struct{ name, kind, text, want string }{
		{"a whole file of mail", "mail", mail, ""},
		{"nothing", "mail", "", "YAML"},
		{"an unknown field", "mail", mail + "colour: red\n", `no field "colour"`},
		{"an unknown field of a server", "mail", strings.Replace(mail, "tls:", "tsl: x, tls:", 1), `no field "tsl"`},
		{"no server", "mail", "from: a@portal.example\nproviders: []\n", "at least one"},
		{"no sender", "mail", strings.Replace(mail, "a@portal.example", "nobody", 1), "from"},
		{"a port that is none", "mail", strings.Replace(mail, "587", "70000", 1), "port"},
		{"in the clear to another machine", "mail", strings.Replace(mail, "starttls", "none", 1), "this machine"},
		{"a kind of TLS nobody knows", "mail", strings.Replace(mail, "starttls", "ssl", 1), "want starttls"},
		{"a user without a password", "mail", strings.Replace(mail, "tls:", "user: u, tls:", 1), "password is missing"},
		{"a password file that is not there", "mail", strings.Replace(mail, "tls:", "user: u, password: nowhere, tls:", 1), "nowhere"},
		{"an empty password file", "mail", strings.Replace(mail, "tls:", "user: u, password: empty, tls:", 1), "no first line"},
		{"two of one name", "mail", mail + "  - {name: m, host: b.example, port: 25, tls: starttls}\n", "one of its own"},
		{"a rate that is none", "mail", strings.Replace(mail, "tls:", "per_second: -1, tls:", 1), "per_second"},
		{"a signing key that is none", "mail", mail + "dkim: {domain: d, selector: s, key: empty}\n", "key"},
		{"a test that is neither", "mail", mail + "test: maybe\n", "true or false"},
		{"a centre", "sms", "providers:\n  - {name: c, kind: smpp, host: h, port: 2775, system_id: s, password: word, from: Tereze}\n", ""},
		{"a password that SMPP cannot carry", "sms", "providers:\n  - {name: c, kind: smpp, host: h, port: 2775, system_id: s, password: long, from: Tereze}\n", "password of 8"},
		{"a sender that is too long", "sms", "providers:\n  - {name: c, kind: smpp, host: h, port: 2775, system_id: s, password: word, from: TerezePortals}\n", "11 letters"},
		{"a kind nobody knows", "sms", "providers:\n  - {name: c, kind: pigeon}\n", "want smpp or http"},
		{"a gateway in the clear", "sms", "providers:\n  - {name: c, kind: http, url: http://sms.example/, token: word}\n", "this machine"},
		{"a gateway with a password in its address", "sms", "providers:\n  - {name: c, kind: http, url: 'https://u:p@sms.example/', token: word}\n", "want an address"},
		{"a push key that is none", "push", "contact: a@portal.example\nkey: word\n", "P-256"},
		{"an address of reports that leaves no room", "mail", "from: a@portal.example\nbounces: a.rather.long.name.of.one@portal.example\nproviders:\n  - {name: m, host: localhost, port: 25, tls: none}\n", "at most 19"},
		{"an authority that is none", "push", "contact: a@portal.example\nkey: word\nauthority: word\n", "no certificate"},
		{"networks that are none", "push", "contact: a@portal.example\nkey: word\nnetworks: [here]\n", "networks"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			writeFiles(t, dir, map[string]string{"x.yaml": c.text, "empty": "\n", "word": "secret\n", "long": "longerthan8\n"})
			var err error
			switch path := filepath.Join(dir, "x.yaml"); c.kind {
			case "mail":
				_, err = courier.ReadMail(path)
			case "sms":
				_, err = courier.ReadSMS(path)
			default:
				_, _, err = courier.ReadPush(path)
			}
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want it to speak of %q", err, c.want)
			}
		})
	}
}

func FuzzConfig(f *testing.F) {
	f.Add("from: a@portal.example\ntest: true\ndkim: {domain: d, selector: s, key: k}\nproviders:\n  - {name: m, host: h, port: 1, tls: starttls, user: u, password: p}\n")
	f.Add("providers:\n  - {name: c, kind: smpp, host: h, port: 2775, system_id: s, password: word, from: Tereze}\n  - {name: d, kind: http, url: 'https://x', token: t}\n")
	f.Add("contact: a@b.example\nkey: x\nnetworks: [10.0.0.0/8]\n")
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "/") {
			t.Skip("names files elsewhere")
		}
		dir := t.TempDir()
		writeFiles(t, dir, map[string]string{"x.yaml": text})
		path := filepath.Join(dir, "x.yaml")
		for _, read := range []func(string) (courier.Line, error){courier.ReadMail, courier.ReadSMS} {
			if line, err := read(path); err == nil && len(line.Stages) == 0 {
				t.Errorf("%q was taken and names nobody", text)
			}
		}
		_, _, _ = courier.ReadPush(path)
	})
}
