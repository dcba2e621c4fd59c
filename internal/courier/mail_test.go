package courier_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"crypto/ecdsa"
	"crypto/elliptic"

	"github.com/emersion/go-msgauth/dkim"

	"tereze/internal/courier"
	"tereze/internal/mailbox"
	"tereze/internal/notify"
)

func writeFiles(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// certificate writes one for an address of this machine, signed by itself.
func certificate(t *testing.T, dir, address string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.ParseIP(address)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	writeFiles(t, dir, map[string]string{
		"cert.pem": string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		"key.pem":  string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})),
	})
}

// dkimSeed makes the same key in every run, so that the test knows its public half.
func dkimSeed() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)) }

func dkimKey(t *testing.T) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(dkimSeed())
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func email(to string, args map[string]string) notify.Message {
	return notify.Message{Channel: notify.Email, To: to, Args: args}
}

// TestMail sends to a server that others wrote, over TLS and with a password, and reads what it kept.
func TestMail(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *desk) {
		server := startExim(t)
		line := server.line(t, "bounces: bounces@portal.example\ndkim:\n  domain: portal.example\n  selector: s1\n  key: dkim.pem\n")
		k := d.courier(line)
		k.Lines = map[notify.Channel]courier.Line{notify.Email: line}
		sound, marks := k.Compose, notify.NewMarks([]byte("key"))
		k.Compose = func(ctx context.Context, m notify.Message) (notify.Message, courier.Letter, error) {
			m, l, err := sound(ctx, m)
			l.Mark = marks.Of(m.Home, m.ID)
			l.Text += " https://portal.example/a?b=1&c=2 <script>"
			l.Subject += "\r\nBcc: stranger@example.kz"
			return m, l, err
		}
		good := email("asel@portal.example", map[string]string{"code": "482913"})
		good.Unsubscribe = "https://portal.example/egov/u/abc"
		m := d.write(good)
		bad, full := d.write(email("nobody@portal.example", nil)), d.write(email("full@portal.example", nil))
		d.run(k)
		d.until(m, notify.Accepted)
		if s, tries := d.until(bad, notify.Permanent); s.Reason != notify.ReasonAddress || !strings.HasPrefix(tries[0].Code, "550") {
			t.Errorf("an address that is none: %s, %+v", s.Reason, tries)
		}
		d.tried(full)
		if s, tries := d.read(full); s.State != notify.Created || s.Reason != notify.ReasonBusy {
			t.Errorf("a mailbox that is full: %s, %+v", s.State, tries)
		}
		if _, there := d.unreachable.Load(bad.ID); !there {
			t.Error("nobody is told that the address is none")
		}
		checkLetter(t, server.letters(t, 1)[0])

		// The server takes the next one, and finds only later that there is nobody: it writes a report to the address
		// from which the message came.
		gone := d.write(email("gone@portal.example", nil))
		d.until(gone, notify.Accepted)
		report, err := mailbox.Read(strings.NewReader(server.letters(t, 2)[1]))
		if err != nil || !report.Report.Failed || report.Report.Status != "5.0.0" || len(report.Report.Names) != 2 {
			t.Fatalf("the report of a server: %+v, %v", report, err)
		}
		for _, name := range report.Report.Names {
			if home, id, ok := marks.Open(name); !ok || home != gone.Home || id != gone.ID {
				t.Errorf("the report names %s, which is message %d of %d, %t", name, id, home, ok)
			}
		}
	})
}

func checkLetter(t *testing.T, text string) {
	t.Helper()
	letter, err := mail.ReadMessage(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	h := letter.Header
	subject, _ := new(mime.WordDecoder).DecodeHeader(h.Get("Subject"))
	from, err := mail.ParseAddress(h.Get("From"))
	if err != nil || from.Address != "no-reply@portal.example" || from.Name != "Портал" || subject != "Портал: хабарлама Bcc: stranger@example.kz" || h.Get("Bcc") != "" {
		t.Errorf("from %v, subject %q, bcc %q", from, subject, h.Get("Bcc"))
	}
	if !strings.HasSuffix(h.Get("Message-Id"), "@portal.example>") || h.Get("Date") == "" || h.Get("Content-Language") != "kk" || h.Get("Auto-Submitted") != "auto-generated" {
		t.Errorf("headers %v", h)
	}
	if h.Get("List-Unsubscribe") != "<https://portal.example/egov/u/abc>" || h.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" {
		t.Errorf("unsubscribe %q, %q", h.Get("List-Unsubscribe"), h.Get("List-Unsubscribe-Post"))
	}
	_, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	kept, err := io.ReadAll(letter.Body)
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for r := multipart.NewReader(bytes.NewReader(kept), params["boundary"]); ; {
		part, err := r.NextRawPart()
		if err != nil {
			break
		}
		body, _ := io.ReadAll(quotedprintable.NewReader(part))
		kind, _, _ := strings.Cut(part.Header.Get("Content-Type"), ";")
		parts[kind] = string(body)
	}
	if !strings.Contains(parts["text/plain"], "Код: 482913 https://portal.example/a?b=1&c=2 <script>") {
		t.Errorf("plain: %q", parts["text/plain"])
	}
	if html := parts["text/html"]; !strings.Contains(html, `<a href="https://portal.example/a?b=1&amp;c=2">`) || strings.Contains(html, "<script>") || !strings.Contains(html, `lang="kk"`) {
		t.Errorf("html: %q", html)
	}
	checkSignature(t, text)
}

// checkSignature asks another maker's library. What the server added at the top is not signed.
func checkSignature(t *testing.T, text string) {
	t.Helper()
	public := dkimSeed().Public().(ed25519.PublicKey)
	results, err := dkim.VerifyWithOptions(strings.NewReader(strings.ReplaceAll(text, "\n", "\r\n")), &dkim.VerifyOptions{LookupTXT: func(domain string) ([]string, error) {
		if domain != "s1._domainkey.portal.example" {
			return nil, fmt.Errorf("asked for %s", domain)
		}
		return []string{"v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)}, nil
	}})
	if err != nil || len(results) != 1 || results[0].Err != nil {
		t.Errorf("the signature: %+v, %v", results, err)
	}
}

// hangUp is a server that takes a message and then hangs up without a word more, or before the answer to its end.
func hangUp(t *testing.T, answer bool) (port int, taken *atomic.Int64) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	taken = &atomic.Int64{}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				fmt.Fprint(conn, "220 here\r\n")
				body := false
				for lines := bufio.NewScanner(conn); lines.Scan(); {
					switch line := lines.Text(); {
					case body && line == ".":
						taken.Add(1)
						if answer {
							fmt.Fprint(conn, "250 taken\r\n")
						}
						return
					case body:
					case strings.HasPrefix(line, "DATA"):
						body = true
						fmt.Fprint(conn, "354 go on\r\n")
					default:
						fmt.Fprint(conn, "250 good\r\n")
					}
				}
			}()
		}
	}()
	return listener.Addr().(*net.TCPAddr).Port, taken
}

func here(t *testing.T, port int) courier.Line {
	t.Helper()
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{"mail.yaml": fmt.Sprintf("from: no-reply@portal.example\nproviders:\n  - {name: here, host: 127.0.0.1, port: %d, tls: none}\n", port)})
	line, err := courier.ReadMail(filepath.Join(dir, "mail.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return line
}

// TestMailServerHangsUp: what was taken counts as taken, and what may have been taken is sent again, not elsewhere.
func TestMailServerHangsUp(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *desk) {
		port, taken := hangUp(t, true)
		m := d.write(email("asel@portal.example", nil))
		d.run(d.courier(here(t, port)))
		d.until(m, notify.Accepted)
		if taken.Load() != 1 {
			t.Errorf("taken %d times", taken.Load())
		}
	})
	each(t, func(t *testing.T, d *desk) {
		port, _ := hangUp(t, false)
		other := &clerk{name: "other"}
		line := here(t, port)
		line.Stages = append(line.Stages, courier.Stage{Provider: other})
		m := d.write(email("asel@portal.example", nil))
		d.run(d.courier(line))
		d.tried(m)
		if s, _ := d.read(m); s.State != notify.Created || s.Reason != notify.ReasonNoAnswer || len(other.asked()) != 0 {
			t.Errorf("%s, %s, asked elsewhere %d times", s.State, s.Reason, len(other.asked()))
		}
	})
}
