package signing

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tereze/internal/eds"
)

// statement is what is signed first: one line of XML in canonical form (C14N 1.0), so that an XML signature
// over it covers the same bytes as a CMS.
func (a Ask) statement(nonce []byte, at time.Time) []byte {
	var b strings.Builder
	// Canonical form sorts attributes by name.
	fmt.Fprintf(&b, `<signing xmlns="urn:tereze:signing" at="%s" nonce="%x" portal="%s" purpose="%s">`,
		at.UTC().Format(time.RFC3339), nonce, attribute(a.Portal), attribute(string(a.Purpose)))
	for _, f := range a.Fields {
		fmt.Fprintf(&b, `<field name="%s">%s</field>`, attribute(f.Name), text(f.Value))
	}
	for _, d := range a.Documents {
		fmt.Fprintf(&b, `<document sha256="%x"></document>`, sha256.Sum256(d.Content))
	}
	b.WriteString(`</signing>`)
	return []byte(b.String())
}

// attribute and text escape as canonical form does. Control characters were refused by digest.
func attribute(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", `"`, "&quot;").Replace(s)
}

func text(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

var errAsk = errors.New("signing: cannot be asked for")

// digest is the same for two requests of the same. It refuses what cannot be stated, as an accident: the
// room that asks has let it in.
func (a Ask) digest() ([]byte, error) {
	if a.Format != eds.CMS && a.Format != eds.XML || a.Browser.Home == 0 || a.Browser.Token == "" || len(a.Fields) > maxFields {
		return nil, errAsk
	}
	size := 0
	for _, f := range a.Fields {
		for _, s := range []string{f.Name, f.Value} {
			if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == 0xFFFE || r == 0xFFFF }) {
				return nil, fmt.Errorf("%w: field %q", errAsk, f.Name)
			}
			size += len(s)
		}
	}
	for _, d := range a.Documents {
		size += len(d.Content)
	}
	if size > maxBytes {
		return nil, fmt.Errorf("%w: %d octets", errAsk, size)
	}
	a.Browser = Browser{}
	b, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(b)
	return sum[:], nil
}

// Number is what both the page and the phone show of a request, so that a person sees that one belongs to
// the other: two groups of three digits.
func (r Request) Number() string {
	sum := sha256.Sum256(append([]byte("number "), r.Content.Nonce...))
	n := (uint32(sum[0])<<16 | uint32(sum[1])<<8 | uint32(sum[2])) % 1_000_000
	return fmt.Sprintf("%03d %03d", n/1000, n%1000)
}

// Nonce is the request's nonce as its statement shows it.
func (r Request) Nonce() string { return hex.EncodeToString(r.Content.Nonce) }
