package eds_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"tereze/internal/eds"
	"tereze/internal/eds/authority"
	"tereze/internal/eds/cms"
	"tereze/internal/eds/pki"
)

// country is a test authority, two people of it, and a portal that can ask it.
type country struct {
	*authority.Authority
	now      time.Time
	down     bool // the responder
	one, two *authority.Issued
	portal   *eds.Own
}

func newCountry(t testing.TB, seed string) *country {
	t.Helper()
	c := &country{now: noon()}
	clock := func() time.Time { return c.now }
	var err error
	if c.Authority, err = authority.New(strings.NewReader(strings.Repeat(seed, 32)), clock, authority.GOST); err != nil {
		t.Fatal(err)
	}
	for i, into := range []**authority.Issued{&c.one, &c.two} {
		if *into, err = c.Issue(authority.Subject{Surname: "СЕРІКОВ", FirstName: "АСАН", IIN: "85010130012" + string(rune('0'+i))}); err != nil {
			t.Fatal(err)
		}
	}
	c.portal = &eds.Own{Trust: trust(t, false).With(c.Root, c.Issuing), Now: clock, Rand: rand.Reader}
	c.portal.Fetch = func(_ context.Context, r eds.Request) ([]byte, error) {
		switch {
		case r.Kind == eds.AskOCSP && c.down:
			return nil, errors.New("the responder is down")
		case r.Kind == eds.AskOCSP:
			return c.OCSP(r.Body), nil
		case r.Kind == eds.AskCRL:
			return c.CRL()
		}
		return c.Delta()
	}
	return c
}

func (c *country) signed(t testing.TB, by *authority.Issued, stamp bool) []byte {
	t.Helper()
	s := cms.Signing{Key: by.Key, Certificate: by.Certificate, At: c.now, Rand: rand.Reader}
	if stamp {
		s.Stamp = c.Stamper()
	}
	der, err := cms.Sign([]byte("document"), s)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// taken verifies as a portal and gives what it keeps of revocation.
func (c *country) taken(t *testing.T, message []byte) []eds.Proof {
	t.Helper()
	r := ask(t, c.portal, eds.Question{Document: message, Signers: 1})
	want(t, r, "", "")
	kept, err := eds.EncodeProofs(r.Signers[0].Proofs)
	if err != nil {
		t.Fatal(err)
	}
	proofs, err := eds.ReadProofs(kept)
	if err != nil || len(proofs) == 0 {
		t.Fatalf("%d proofs: %v", len(proofs), err)
	}
	return proofs
}

// later verifies years afterwards, without a network, as of the moment the signature was taken.
func (c *country) later(t testing.TB, message []byte, at time.Time, proofs []eds.Proof) *eds.Result {
	t.Helper()
	reader := &eds.Own{Trust: c.portal.Trust, Now: func() time.Time { return at.AddDate(5, 0, 0) }, Rand: rand.Reader}
	return ask(t, reader, eds.Question{Document: message, Signers: 1, At: at, Revocation: eds.WhenGiven, Evidence: eds.Evidence{Proofs: proofs}})
}

// TestWhatTheAuthorityAnsweredProvesItYearsLater: what a portal relied on is enough to say offline that the
// certificate was good, whoever answered and however the portal had to ask; a revocation afterwards changes nothing.
func TestWhatTheAuthorityAnsweredProvesItYearsLater(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]struct{ stamp, down bool }{
		"an answer": {}, "an answer, and one about the time-stamp": {stamp: true}, "lists": {down: true}, "lists for both": {true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCountry(t, "p")
			c.down = kind.down
			message := c.signed(t, c.one, kind.stamp)
			at := c.now
			if kind.stamp { // a file that was signed in the morning and brought at noon
				c.now = c.now.Add(3 * time.Hour)
				at = c.now
			}
			proofs := c.taken(t, message)
			if certificates := map[bool]int{false: 1, true: 2}[kind.stamp]; !kind.down && len(proofs) != certificates {
				t.Fatalf("%d proofs of %d certificates", len(proofs), certificates)
			}
			c.now = c.now.Add(time.Hour)
			c.Revoke(c.one.Certificate, authority.KeyCompromise)
			r := c.later(t, message, at, proofs)
			want(t, r, "", "")
			if s := r.Signers[0].Revocation; s.State != "good" || s.Source != map[bool]string{false: "ocsp", true: "crl"}[kind.down] {
				t.Errorf("revocation %+v", s)
			}
			if r := c.later(t, message, at, nil); !r.Valid || r.Signers[0].Revocation.State != "unchecked" {
				t.Errorf("without proofs: valid %v, %s", r.Valid, r.Signers[0].Revocation.State)
			}
		})
	}
}

// TestProofsThatProveNothingAreRefused: another's answer in the place of one's own is found out.
func TestProofsThatProveNothingAreRefused(t *testing.T) {
	t.Parallel()
	c, abroad := newCountry(t, "p"), newCountry(t, "q")
	message := c.signed(t, c.one, false)
	own, other := c.taken(t, message)[0], c.taken(t, c.signed(t, c.two, false))[0]
	foreign := abroad.taken(t, abroad.signed(t, abroad.one, false))[0]
	again := c.taken(t, message)[0]
	at := c.now
	change := func(edit func(*eds.Proof)) eds.Proof {
		p := own
		p.Body, p.Nonce = bytes.Clone(p.Body), bytes.Clone(p.Nonce)
		edit(&p)
		return p
	}
	c.Revoke(c.two.Certificate, authority.KeyCompromise)
	c.now = c.now.Add(time.Minute)
	request, err := pki.OCSPRequest(c.two.Certificate, c.Issuing, nil)
	if err != nil {
		t.Fatal(err)
	}
	said := c.OCSP(request)
	for name, x := range map[string]struct {
		document []byte
		at       time.Time
		proof    eds.Proof
		reason   pki.Reason
	}{
		"of another certificate":    {message, at, other, pki.RevocationUnknown},
		"of another authority":      {message, at, foreign, pki.BadResponder},
		"to another question":       {message, at, change(func(p *eds.Proof) { p.Nonce = again.Nonce }), pki.NonceMismatch},
		"kept as of another moment": {message, at, change(func(p *eds.Proof) { p.At = p.At.Add(time.Second) }), pki.RevocationUnknown},
		"of long before":            {message, at.Add(24 * time.Hour), own, pki.RevocationStale},
		"that says revoked":         {c.signed(t, c.two, false), c.now, eds.Proof{Kind: eds.AskOCSP, Body: said}, pki.Revoked},
		"a list for an answer":      {message, at, eds.Proof{Kind: eds.AskCRL, Body: own.Body}, pki.Malformed},
		"no answer at all":          {message, at, eds.Proof{Kind: eds.AskOCSP, Body: []byte("good")}, pki.Malformed},
	} {
		r := c.later(t, x.document, x.at, []eds.Proof{x.proof})
		if r.Valid || r.Reason != x.reason {
			check, _ := find(r, eds.CheckRevocation)
			t.Errorf("%s: valid %v, reason %q, want %q: %+v", name, r.Valid, r.Reason, x.reason, check)
		}
	}
	basic := grow(t, grow(t, own.Body).at(1, 0, 1).body)
	for _, part := range []*branch{basic.at(0), basic.at(2)} { // what is signed, and the signature
		from := bytes.Index(own.Body, part.write())
		for i := from; i < from+len(part.write()); i++ {
			p := change(func(p *eds.Proof) { p.Body[i] ^= 0x10 })
			if r := c.later(t, message, at, []eds.Proof{p}); r.Valid {
				t.Fatalf("an answer is good with octet %d changed", i)
			}
		}
	}
}

// TestProofsHaveOneSpelling: long lists are kept by their digest and come back from a file, and nothing else reads
// as proofs.
func TestProofsHaveOneSpelling(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	list := o.crl(nil)
	long := slices.Repeat([]byte{0x30}, 40<<10)
	kept, err := eds.EncodeProofs([]eds.Proof{{Kind: eds.AskOCSP, Body: long, At: noon()}, {Kind: eds.AskCRL, Body: list, At: noon(), Number: "1"}})
	if err != nil {
		t.Fatal(err)
	}
	proofs, err := eds.ReadProofs(kept)
	if err != nil || len(proofs) != 2 || proofs[0].Body != nil || len(proofs[0].SHA256) != 64 || !bytes.Equal(proofs[1].Body, list) {
		t.Fatalf("got %d proofs, %v", len(proofs), err)
	}
	if filled, missing := eds.Fill(proofs, [][]byte{list, long, []byte("x")}); len(filled) != 1 || len(missing) != 1 {
		t.Errorf("%d filled, %d missing", len(filled), len(missing))
	}
	digest := strings.Repeat("ab", 32)
	for _, bad := range []string{
		``, `null`, `[]`, `{}`, `[{}]`, string(kept) + " ", string(kept) + "[]", strings.Replace(string(kept), `"kind":"ocsp"`, `"kind":"oral"`, 1),
		strings.Replace(string(kept), `"kind"`, `"Kind"`, 1), strings.Replace(string(kept), `"number":"1"`, `"number":"1","more":2`, 1),
		`[{"kind":"crl","sha256":"` + digest + `","body":"AAAA","at":"2026-06-01T12:00:00Z"}]`, `[{"kind":"crl","at":"2026-06-01T12:00:00Z"}]`,
		`[` + strings.Repeat(`{"kind":"crl","sha256":"`+digest+`","at":"2026-06-01T12:00:00Z"},`, 24) + `{"kind":"crl","sha256":"` + digest + `","at":"2026-06-01T12:00:00Z"}]`,
		`"` + strings.Repeat("x", eds.MaxProofs) + `"`,
	} {
		if proofs, err := eds.ReadProofs([]byte(bad)); err == nil {
			t.Errorf("%.80q reads as %d proofs", bad, len(proofs))
		}
	}
	if kept, err = eds.EncodeProofs(nil); err != nil || kept != nil {
		t.Errorf("no proofs are written as %q, %v", kept, err)
	}
}

// FuzzProofs: what reads as proofs is written again octet for octet.
func FuzzProofs(f *testing.F) {
	f.Add([]byte(`[{"kind":"crl","sha256":"` + strings.Repeat("ab", 32) + `","at":"2026-06-01T12:00:00Z","number":"1","url":"http://crl.example/"}]`))
	f.Add([]byte(`[{"kind":"ocsp","nonce":"AAECAw==","body":"MAMKAQY=","at":"2026-06-01T12:00:00Z"}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		proofs, err := eds.ReadProofs(data)
		if err != nil {
			return
		}
		if again, err := eds.EncodeProofs(proofs); err != nil || !bytes.Equal(again, data) {
			t.Fatalf("%q becomes %q, %v", data, again, err)
		}
		if filled, _ := eds.Fill(proofs, nil); len(filled) > len(proofs) {
			t.Fatal("more proofs than there were")
		}
	})
}

// TestAnAnswerThatHeldWhenItWasTakenIsTakenYearsLater: one with a next update, about a signature that was stamped
// hours before it was brought.
func TestAnAnswerThatHeldWhenItWasTakenIsTakenYearsLater(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	p := o.person()
	answer := o.ocsp(o.responder(), p, func(r *ocsp.Response) { r.NextUpdate = noon().Add(time.Hour) })
	v := o.verifier()
	v.Now = func() time.Time { return noon().AddDate(3, 0, 0) }
	q := eds.Question{Document: p.sign(t, "document", stamped(t, o.stamper(), noon().Add(-3*time.Hour))), At: noon(), Revocation: eds.WhenGiven}
	q.Evidence.Proofs = []eds.Proof{{Kind: eds.AskOCSP, Body: answer}}
	r := ask(t, v, q)
	if want(t, r, "", ""); !r.Signers[0].TimestampedAt.Equal(noon().Add(-3 * time.Hour)) {
		t.Errorf("stamped at %v", r.Signers[0].TimestampedAt)
	}
	q.At, q.Document = noon().Add(2*time.Hour), p.sign(t, "document")
	want(t, ask(t, v, q), pki.RevocationStale, eds.CheckRevocation)
}
