package eds_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"tereze/internal/eds"
	"tereze/internal/eds/cms"
	"tereze/internal/eds/pki"
)

// TestHugeAndDeepInputIsRefusedAtOnce also holds the refusal to a time: each takes milliseconds, and a
// tenth of a second would be a way to keep a portal busy.
func TestHugeAndDeepInputIsRefusedAtOnce(t *testing.T) {
	o := newOffice(t) // not parallel: it looks at the clock
	p := o.person()
	message := p.sign(t, "document")
	v := o.verifier()
	many := func(n int) []byte {
		b := grow(t, message)
		b.signers().sub = slices.Repeat(b.signers().sub, n)
		return b.write()
	}
	enclosing := func(n int) []byte {
		b := grow(t, message)
		b.certificates().sub = slices.Repeat(b.certificates().sub, n)
		return b.write()
	}
	attributes := func(n int) []byte {
		b := grow(t, message)
		extra := &branch{tag: 0x30, sub: []*branch{{tag: 0x06, body: []byte{0x2a, 3}}, {tag: 0x31, sub: []*branch{{tag: 0x05}}}}}
		b.signer().sub = append(b.signer().sub, &branch{tag: 0xa1, sub: slices.Repeat([]*branch{extra}, n)})
		return b.write()
	}
	parts := func(depth int) []byte {
		b := grow(t, message)
		octets := b.content().at(1, 0)
		for range depth {
			inner := *octets
			*octets = branch{tag: 0x24, sub: []*branch{&inner}}
		}
		return b.write()
	}
	definite := []byte{0x30, 0}
	for range 10_000 {
		definite = append(append([]byte{0x30}, length(len(definite))...), definite...)
	}
	for name, c := range map[string]struct {
		document []byte
		reason   pki.Reason
	}{
		"100 MB of zeros":                         {make([]byte, 100<<20), pki.TooLarge},
		"100 MB that begin as a message":          {append(slices.Clone(message), make([]byte, 100<<20)...), pki.TooLarge},
		"100 MB of base64":                        {bytes.Repeat([]byte("MIIB"), 25<<20), pki.TooLarge},
		"100 MB of XML":                           {append([]byte("<a>"), bytes.Repeat([]byte("x"), 100<<20)...), pki.TooLarge},
		"depth of 10,000, indefinite":             {bytes.Repeat([]byte{0x30, 0x80}, 10_000), pki.TooLarge},
		"depth of 10,000, indefinite, as content": {slices.Concat([]byte{0x30, 0x80, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2}, bytes.Repeat([]byte{0xa0, 0x80}, 10_000)), pki.TooLarge},
		"depth of 10,000, definite":               {definite, pki.Malformed},
		"contents in parts to a depth of 10,000":  {parts(10_000), pki.TooLarge},
		"10,000 signers":                          {many(10_000), pki.TooManySigners},
		"10,000 certificates":                     {enclosing(10_000), pki.TooLarge},
		"10,000 attributes":                       {attributes(10_000), pki.TooLarge},
		"a length of 4 GB":                        {[]byte{0x30, 0x84, 0xff, 0xff, 0xff, 0xff}, pki.Malformed},
		"a length of a length":                    {[]byte{0x30, 0xff}, pki.Malformed},
		"nothing":                                 {nil, pki.Malformed},
		"a word":                                  {[]byte("signature"), pki.Malformed},
		"a PEM block and something behind":        {[]byte("-----BEGIN CMS-----\nMIIB\n-----END CMS-----\nx"), pki.Malformed},
	} {
		start := time.Now()
		r := ask(t, v, given(c.document))
		took := time.Since(start)
		if r.Valid || r.Reason != c.reason {
			t.Errorf("%s: valid %v, reason %q, want %q", name, r.Valid, r.Reason, c.reason)
		}
		if took > 400*time.Millisecond {
			t.Errorf("%s took %v", name, took)
		}
	}
}

// TestManyEnclosedAuthoritiesCostNoMoreThanAFew: a chain is searched within bounds.
func TestManyEnclosedAuthoritiesCostNoMoreThanAFew(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	var enclosed []*pki.Certificate
	stranger := o.issue(holder{key: keys()[3]}, 3, "STRANGER", certifying)
	for range 40 { // each could be the issuer of each, by name and key
		enclosed = append(enclosed, o.issue(stranger, 3, "STRANGER", certifying).Certificate)
	}
	p := o.issue(stranger, 2, "ПЕРСОНА")
	r := ask(t, o.verifier(), given(p.sign(t, "document", func(s *cms.Signing) { s.Chain = enclosed })))
	if r.Valid {
		t.Error("a chain to nobody is valid")
	}
}

func TestTwoPeopleSignOneDocument(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	first, second := o.person(), o.issue(o.ca, 3, "ДРУГАЯ")
	for _, detached := range []bool{false, true} {
		document := first.sign(t, "document", func(s *cms.Signing) { s.Detached = detached })
		document, err := cms.AddSigner(document, []byte("document"), second.signing(t))
		if err != nil {
			t.Fatal(err)
		}
		q := given(document)
		if detached {
			q.Content = strings.NewReader("document")
		}
		r := ask(t, o.verifier(), q)
		if want(t, r, "", ""); len(r.Signers) != 2 {
			t.Fatalf("%d signers", len(r.Signers))
		}
		names := []string{r.Signers[0].Holder.Name, r.Signers[1].Holder.Name}
		if slices.Sort(names); !slices.Equal(names, []string{"ДРУГАЯ", "ПЕРСОНА"}) {
			t.Errorf("signers %v", names)
		}
	}
	// One good signature does not make up for another.
	both, err := cms.AddSigner(first.sign(t, "document"), nil, o.issue(holder{key: keys()[3]}, 3, "НИКТО").signing(t))
	if err != nil {
		t.Fatal(err)
	}
	r := ask(t, o.verifier(), given(both))
	if r.Valid || r.Reason != pki.UnknownIssuer || r.Signers[0].Valid == r.Signers[1].Valid {
		t.Errorf("one good and one bad: %+v", r)
	}
	q := given(both)
	q.Signers = 1
	want(t, ask(t, o.verifier(), q), pki.TooManySigners, eds.CheckSigners)
	q = given(first.sign(t, "document"))
	q.Signers = 2
	want(t, ask(t, o.verifier(), q), pki.NoSigner, eds.CheckSigners)
}
