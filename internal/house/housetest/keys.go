package housetest

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"strings"
	"sync"
	"testing"

	"tereze/internal/calendar"
	"tereze/internal/eds"
	"tereze/internal/eds/authority"
	"tereze/internal/eds/cms"
	"tereze/internal/eds/pki"
)

// keys is a certification authority that the houses of a test trust. It is made when it is first needed.
type keys struct {
	authority func() (*authority.Authority, error)
	verifier  func() (*eds.Own, error)
}

func newKeys(clock *calendar.Clock) *keys {
	k := &keys{authority: sync.OnceValues(func() (*authority.Authority, error) {
		return authority.New(strings.NewReader("tereze tests of whole houses: 32"), clock.Now, authority.GOST)
	})}
	k.verifier = sync.OnceValues(func() (*eds.Own, error) {
		a, err := k.authority()
		if err != nil {
			return nil, err
		}
		trust, err := eds.Production()
		if err != nil {
			return nil, err
		}
		return &eds.Own{Trust: trust.With(a.Root, a.Issuing), Now: clock.Now, Rand: rand.Reader, Fetch: func(_ context.Context, r eds.Request) ([]byte, error) {
			switch r.Kind {
			case eds.AskOCSP:
				return a.OCSP(r.Body), nil
			case eds.AskCRL:
				return a.CRL()
			}
			return a.Delta()
		}}, nil
	})
	return k
}

// Verify follows eds.Verifier.
func (k *keys) Verify(ctx context.Context, q eds.Question) (*eds.Result, error) {
	v, err := k.verifier()
	if err != nil {
		return nil, err
	}
	return v.Verify(ctx, q)
}

// Authority is the certification authority that the house trusts.
func (h *House) Authority(t testing.TB) *authority.Authority {
	t.Helper()
	a, err := h.keys.authority()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Key issues a key to a person; with a BIN, to one of an organisation.
func (h *House) Key(t testing.TB, s authority.Subject) *authority.Issued {
	t.Helper()
	key, err := h.Authority(t).Issue(s)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// Person is whom Key makes an individual's key for in most tests: the name that forms are filled in with.
func Person(iin string) authority.Subject {
	return authority.Subject{Surname: "СЫНАҚОВ", FirstName: "ТЕСТ", IIN: iin}
}

// Head is the first head of an organisation.
func Head(iin, bin, organisation string) authority.Subject {
	s := Person(iin)
	s.BIN, s.Organisation, s.Roles = bin, organisation, []pki.Role{pki.FirstHead}
	return s
}

// CMS signs a document as NCALayer does, the document within.
func (h *House) CMS(t testing.TB, document []byte, key *authority.Issued) string {
	t.Helper()
	signed, err := cms.Sign(document, cms.Signing{Key: key.Key, Certificate: key.Certificate, At: h.Clock.Now(), Rand: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(signed)
}

// Statement is what a page asks to be signed.
func (p *Page) Statement() []byte {
	p.t.Helper()
	document, err := base64.StdEncoding.DecodeString(p.Attr(`input[data-sign="document"]`, "value"))
	if err != nil || len(document) == 0 {
		p.t.Fatalf("%s asks for no signature: %v\n%s", p.Path, err, p.Text("main"))
	}
	return document
}

// Request is the request for a signature that a page shows.
func (p *Page) Request() string { return p.Attr(`input[name="request"]`, "value") }

// Sign answers the request for a signature that a page shows, to the page's own address.
func (b *Browser) Sign(p *Page, key *authority.Issued, fields ...string) *Page {
	b.t.Helper()
	path, _, _ := strings.Cut(p.Path, "?")
	return b.Post(path, append([]string{"request", p.Request(), "signature", b.house.CMS(b.t, p.Statement(), key)}, fields...)...)
}
