package courier

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"tereze/internal/written"
)

// book is one file of the operator's: what it says, and where it lies, since it names others beside it.
type book struct {
	written.Reader
	folder string
	errs   []error // of the files it names
}

// readBook reads a file strictly. Its fields are those known.
func readBook(path string, known ...string) (*book, written.Value, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, written.Value{}, err
	}
	b := &book{folder: filepath.Dir(path)}
	b.File = path
	top, err := written.Read(path, text)
	if err == nil {
		b.Fields(top, "the file", known...)
	}
	return b, top, err
}

// verdict is everything that is wrong with it.
func (b *book) verdict() error {
	var all []error
	for _, p := range b.Problems {
		all = append(all, p)
	}
	return errors.Join(append(all, b.errs...)...)
}

// secret is the first line of a file that a field names, beside this one.
func (b *book) secret(w written.Value, key string, needed bool) string {
	text := b.beside(w, key, needed)
	line, _, _ := strings.Cut(string(text), "\n")
	line = strings.TrimRight(line, "\r")
	if text != nil && strings.TrimSpace(line) == "" {
		b.Wrong(w.Of[key].Line, "%s: the file has no first line", key)
	}
	return line
}

// beside reads a file that a field names.
func (b *book) beside(w written.Value, key string, needed bool) []byte {
	name := b.Text(w, key, needed)
	if name == "" {
		return nil
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(b.folder, name)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		b.errs = append(b.errs, fmt.Errorf("%s: %w", key, err))
		return nil
	}
	return text
}

func (b *book) yes(w written.Value, key string) bool {
	switch text := b.Text(w, key, false); text {
	case "", "false":
		return false
	case "true":
		return true
	default:
		b.Wrong(w.Of[key].Line, "%s: want true or false", key)
		return false
	}
}

// rate is how many a second; 0 where nothing is said.
func (b *book) rate(w written.Value) float64 {
	text := b.Text(w, "per_second", false)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(n) || n <= 0 || n > 100_000 {
		b.Wrong(w.Of["per_second"].Line, "per_second: want a number of messages, such as 20")
	}
	return n
}

func (b *book) port(w written.Value) int {
	text := b.Text(w, "port", true)
	n, err := strconv.ParseUint(text, 10, 16)
	if text != "" && (err != nil || n == 0) {
		b.Wrong(w.Of["port"].Line, "port: want a number up to 65535")
	}
	return int(n)
}

// trust is how a server's certificate is checked: by the machine's authorities, or by those of a file.
func (b *book) trust(w written.Value, host string) *tls.Config {
	c := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	pem := b.beside(w, "authority", false)
	if pem == nil {
		return c
	}
	c.RootCAs = x509.NewCertPool()
	if !c.RootCAs.AppendCertsFromPEM(pem) {
		b.Wrong(w.Of["authority"].Line, "authority: no certificate in it")
	}
	return c
}

// clear refuses a connection in the clear to any machine but this one: passwords and letters would pass for all to read.
func (b *book) clear(w written.Value, host string) {
	if ip, _ := netip.ParseAddr(host); host != "localhost" && !ip.IsLoopback() {
		b.Wrong(w.Line, "tls: none is for a server on this machine only")
	}
}

// https is an address over TLS, or on this machine.
func (b *book) https(w written.Value, key string) *url.URL {
	text := b.Text(w, key, true)
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		b.Wrong(w.Of[key].Line, "%s: want an address such as https://sms.example/send", key)
		return &url.URL{}
	}
	if u.Scheme == "http" {
		b.clear(w, u.Hostname())
	}
	return u
}

// providers reads a list of them: no two of one name.
func (b *book) providers(top written.Value, read func(w written.Value) Stage) (stages []Stage) {
	list := top.Of["providers"]
	if list.Kind != written.List || len(list.List) == 0 {
		b.Wrong(top.Line, "providers: want a list of at least one")
		return nil
	}
	names := map[string]bool{}
	for _, w := range list.List {
		if w.Kind != written.Mapping {
			b.Wrong(w.Line, "a provider: want a mapping")
			continue
		}
		before := len(b.Problems) + len(b.errs)
		name := b.Text(w, "name", true)
		if names[name] || len(name) > 40 {
			b.Wrong(w.Line, "name: want one of its own, of at most 40 letters")
		}
		names[name] = true
		if s := read(w); len(b.Problems)+len(b.errs) == before {
			stages = append(stages, s)
		}
	}
	return stages
}

func (b *book) address(w written.Value, key string) mail.Address {
	text := b.Text(w, key, true)
	a, err := mail.ParseAddress(text)
	if err != nil {
		b.Wrong(w.Of[key].Line, "%s: want an address, such as no-reply@portal.example", key)
		return mail.Address{}
	}
	return *a
}
