package eds_test

import (
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"slices"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"tereze/internal/eds"
	"tereze/internal/eds/cms"
	"tereze/internal/eds/pki"
)

func TestListsThatAreGivenDecide(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	p, q := o.person(), o.person()
	for name, c := range map[string]struct {
		lists  [][]byte
		reason pki.Reason
		state  string
	}{
		"not on it":                    {[][]byte{o.crl(nil, q)}, "", "good"},
		"on it":                        {[][]byte{o.crl(nil, p)}, pki.Revoked, "revoked"},
		"on one of two":                {[][]byte{o.crl(nil), o.crl(nil, p)}, pki.Revoked, "revoked"},
		"suspended":                    {[][]byte{o.crl(hold(6), p)}, pki.OnHold, "revoked"},
		"suspended, and then released": {[][]byte{o.crl(hold(6), p), o.crl(delta(8), p)}, "", "good"},
		"on the delta only":            {[][]byte{o.crl(nil), o.crl(delta(0), p)}, pki.Revoked, "revoked"},
		"a delta and no list":          {[][]byte{o.crl(delta(0), q)}, pki.RevocationUnknown, "unknown"},
		"revoked after the moment":     {[][]byte{o.crl(revokedAt(noon().Add(time.Minute)), p)}, "", "revoked"},
		"out of date":                  {[][]byte{o.crl(until(noon().Add(-time.Minute)))}, pki.RevocationStale, "unknown"},
		"out of date, and on it":       {[][]byte{o.crl(until(noon().Add(-time.Minute)), p)}, pki.Revoked, "revoked"},
		"from the future":              {[][]byte{o.crl(from(noon().Add(time.Hour)))}, pki.RevocationStale, "unknown"},
		"of another authority":         {[][]byte{vector(t, "crl/nca_rsa_test.crl")}, pki.RevocationUnknown, "unknown"},
		"altered":                      {[][]byte{altered(o.crl(nil))}, pki.BadSignature, "unknown"},
		"not a list":                   {[][]byte{[]byte("list")}, pki.Malformed, "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			question := given(p.sign(t, "document"))
			question.Evidence.CRLs = c.lists
			r := ask(t, o.verifier(), question)
			want(t, r, c.reason, eds.CheckRevocation)
			if s := r.Signers[0].Revocation.State; s != c.state {
				t.Errorf("state %q, want %q", s, c.state)
			}
		})
	}
}

func hold(cause int) func(*x509.RevocationList) {
	return func(l *x509.RevocationList) {
		for i := range l.RevokedCertificateEntries {
			l.RevokedCertificateEntries[i].ReasonCode = cause
		}
	}
}

// delta makes the list one that goes on from number 1.
func delta(cause int) func(*x509.RevocationList) {
	return func(l *x509.RevocationList) {
		hold(cause)(l)
		base, err := asn1.Marshal(big.NewInt(1))
		if err != nil {
			panic(err)
		}
		l.Number, l.ThisUpdate = big.NewInt(2), l.ThisUpdate.Add(time.Minute)
		l.ExtraExtensions = []pkix.Extension{{Id: pki.OID("2.5.29.27"), Critical: true, Value: base}}
	}
}

func until(at time.Time) func(*x509.RevocationList) {
	return func(l *x509.RevocationList) { l.NextUpdate = at }
}

func from(at time.Time) func(*x509.RevocationList) {
	return func(l *x509.RevocationList) { l.ThisUpdate, l.NextUpdate = at, at.Add(time.Hour) }
}

func revokedAt(at time.Time) func(*x509.RevocationList) {
	return func(l *x509.RevocationList) { l.RevokedCertificateEntries[0].RevocationTime = at }
}

// resigned has another signature than the responder made.
func resigned(t testing.TB, der []byte) []byte {
	whole := grow(t, der)
	basic := grow(t, whole.at(1, 0, 1).body)
	basic.at(2).body[9] ^= 1
	whole.at(1, 0, 1).body = basic.write()
	return whole.write()
}

func altered(der []byte) []byte {
	der = append([]byte(nil), der...)
	der[len(der)-1] ^= 1
	return der
}

func TestAnswersThatAreGivenDecide(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	p, q := o.person(), o.person()
	good := o.responder()
	for name, c := range map[string]struct {
		answer []byte
		reason pki.Reason
	}{
		"good":          {o.ocsp(good, p, nil), ""},
		"by the issuer": {o.ocsp(o.ca, p, nil), ""},
		"revoked":       {o.ocsp(good, p, func(r *ocsp.Response) { r.Status, r.RevokedAt = ocsp.Revoked, noon().Add(-time.Hour) }), pki.Revoked},
		"never issued":  {o.ocsp(good, p, func(r *ocsp.Response) { r.Status, r.RevokedAt, r.RevocationReason = ocsp.Revoked, time.Unix(0, 0), 6 }), pki.NotIssued},
		"unknown":       {o.ocsp(good, p, func(r *ocsp.Response) { r.Status = ocsp.Unknown }), pki.RevocationUnknown},
		"about another": {o.ocsp(good, q, nil), pki.RevocationUnknown},
		"an hour old":   {o.ocsp(good, p, func(r *ocsp.Response) { r.ThisUpdate = noon().Add(-time.Hour) }), pki.RevocationStale},
		"an hour old, and revoked": {o.ocsp(good, p, func(r *ocsp.Response) {
			r.ThisUpdate, r.Status, r.RevokedAt = noon().Add(-time.Hour), ocsp.Revoked, noon().AddDate(0, 0, -1)
		}), pki.Revoked},
		"past its next update":         {o.ocsp(good, p, func(r *ocsp.Response) { r.ThisUpdate, r.NextUpdate = noon().Add(-2*time.Hour), noon().Add(-time.Hour) }), pki.RevocationStale},
		"by one not made for it":       {o.ocsp(o.issue(o.ca, 3, "OCSP"), p, nil), pki.BadResponder},
		"by one of the root":           {o.ocsp(o.issue(o.root, 3, "OCSP", usage(x509.ExtKeyUsageOCSPSigning)), p, nil), pki.BadResponder},
		"by the signer himself":        {o.ocsp(p, p, nil), pki.BadResponder},
		"by a responder that expired":  {o.ocsp(o.responder(func(c *x509.Certificate) { c.NotAfter = noon().AddDate(0, 0, -1) }), p, nil), pki.BadResponder},
		"altered":                      {resigned(t, o.ocsp(good, p, nil)), pki.BadSignature},
		"not an answer":                {[]byte("good"), pki.Malformed},
		"an error of the responder":    {[]byte{0x30, 3, 0x0a, 1, 6}, pki.RevocationUnknown},
		"a good one of another office": {vector(t, "ocsp/ocsp_response_individual_sign_2004.bin"), pki.BadResponder},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			question := given(p.sign(t, "document"))
			question.Evidence.OCSP = [][]byte{c.answer}
			r := ask(t, o.verifier(), question)
			if r.Valid != (c.reason == "") || r.Reason != c.reason {
				check, _ := find(r, eds.CheckRevocation)
				t.Errorf("valid %v, reason %q, want %q: %+v", r.Valid, r.Reason, c.reason, check)
			}
		})
	}
}

// authorities answers what a verifier asks, from what the test prepared.
type authorities struct {
	asked   []eds.RequestKind
	answers map[eds.RequestKind]func(body []byte) ([]byte, error)
}

func (a *authorities) fetch(_ context.Context, r eds.Request) ([]byte, error) {
	a.asked = append(a.asked, r.Kind)
	if answer := a.answers[r.Kind]; answer != nil {
		return answer(r.Body)
	}
	return nil, errors.New("no answer")
}

func reachable(c *x509.Certificate) {
	c.OCSPServer = []string{"http://ocsp.example/"}
	c.CRLDistributionPoints = []string{"http://crl.example/full.crl"}
}

// TestAPortalAsksTheAuthority asks as a portal does: revocation is required and nothing was given.
func TestAPortalAsksTheAuthority(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	p := o.person(reachable)
	list := func(der []byte) func([]byte) ([]byte, error) { return func([]byte) ([]byte, error) { return der, nil } }
	responder := o.responder()
	answer := func(status int, echo bool) func([]byte) ([]byte, error) {
		return func(body []byte) ([]byte, error) {
			_, nonce, err := pki.ParseOCSPRequest(body)
			if err != nil {
				return nil, err
			}
			return o.ocsp(responder, p, func(r *ocsp.Response) {
				r.Status, r.RevokedAt = status, noon().Add(-time.Hour)
				if echo {
					value, _ := asn1.Marshal(nonce)
					r.ExtraExtensions = []pkix.Extension{{Id: pki.OID("1.3.6.1.5.5.7.48.1.2"), Value: value}}
				}
			}), nil
		}
	}
	for name, c := range map[string]struct {
		answers map[eds.RequestKind]func([]byte) ([]byte, error)
		reason  pki.Reason
		asked   int
	}{
		"nobody answers": {nil, pki.RevocationUnknown, 2},
		"the responder is down, a list says good":    {map[eds.RequestKind]func([]byte) ([]byte, error){eds.AskCRL: list(o.crl(nil))}, "", 2},
		"the responder is down, a list says revoked": {map[eds.RequestKind]func([]byte) ([]byte, error){eds.AskCRL: list(o.crl(nil, p))}, pki.Revoked, 2},
		"the responder forgets the nonce, no list":   {map[eds.RequestKind]func([]byte) ([]byte, error){eds.AskOCSP: answer(ocsp.Good, false)}, pki.RevocationUnknown, 2},
		"the list is no list":                        {map[eds.RequestKind]func([]byte) ([]byte, error){eds.AskCRL: list([]byte("sorry"))}, pki.Malformed, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &authorities{answers: c.answers}
			v := o.verifier()
			v.Fetch = a.fetch
			r := ask(t, v, eds.Question{Document: p.sign(t, "document")})
			if r.Valid != (c.reason == "") || r.Reason != c.reason || len(a.asked) != c.asked {
				check, _ := find(r, eds.CheckRevocation)
				t.Errorf("valid %v, reason %q, want %q; asked %v: %+v", r.Valid, r.Reason, c.reason, a.asked, check)
			}
		})
	}
}

// TestNobodyIsAskedAboutABadSignature: who sends rubbish cannot make us call addresses in it.
func TestNobodyIsAskedAboutABadSignature(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := &authorities{}
	v := o.verifier()
	v.Fetch = a.fetch
	self := o.issue(holder{key: keys()[2]}, 2, "ПЕРСОНА", reachable)
	want(t, ask(t, v, eds.Question{Document: self.sign(t, "document")}), pki.UnknownIssuer, eds.CheckChain)
	b := grow(t, o.person(reachable).sign(t, "document"))
	b.signer().at(5).body[0] ^= 1
	want(t, ask(t, v, eds.Question{Document: b.write()}), pki.BadSignature, eds.CheckSignature)
	if len(a.asked) > 0 {
		t.Errorf("asked %v", a.asked)
	}
}

// TestAWithdrawnQuestionIsNoVerdict: a context that ends while an authority is asked.
func TestAWithdrawnQuestionIsNoVerdict(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	v := o.verifier()
	ctx, cancel := context.WithCancel(t.Context())
	v.Fetch = func(context.Context, eds.Request) ([]byte, error) { cancel(); return nil, ctx.Err() }
	r, err := v.Verify(ctx, eds.Question{Document: o.person(reachable).sign(t, "document")})
	if !errors.Is(err, context.Canceled) || r != nil {
		t.Errorf("got %+v, %v", r, err)
	}
}

// TestARevocationAfterTheTimestampDoesNotReachBack is why people pay for time-stamps.
func TestARevocationAfterTheTimestampDoesNotReachBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	p := o.person()
	list := o.crl(nil, p) // an hour before noon
	for name, c := range map[string]struct {
		stamp  func(*cms.Signing)
		reason pki.Reason
	}{
		"stamped before": {stamped(t, o.stamper(), noon().Add(-2*time.Hour)), ""},
		"stamped after":  {stamped(t, o.stamper(), noon().Add(-time.Minute)), pki.Revoked},
		"not stamped":    {func(*cms.Signing) {}, pki.Revoked},
	} {
		q := given(p.sign(t, "document", c.stamp))
		q.Evidence.CRLs = [][]byte{list}
		if r := ask(t, o.verifier(), q); r.Reason != c.reason {
			t.Errorf("%s: reason %q, want %q", name, r.Reason, c.reason)
		}
	}
}

// TestAnAnswerThatSaysTwoThings: whichever stands first, nobody is good of whom it is said that they were revoked.
func TestAnAnswerThatSaysTwoThings(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	p, responder := o.person(), o.responder()
	for _, first := range []bool{true, false} {
		whole := grow(t, o.ocsp(responder, p, nil))
		basic := grow(t, whole.at(1, 0, 1).body)
		list := basic.at(0, 2)
		revoked := *list.at(0)
		revoked.sub = slices.Clone(revoked.sub)
		revoked.sub[1] = &branch{tag: 0xa1, sub: []*branch{{tag: 0x18, body: []byte("20260601100000Z")}}}
		if first {
			list.sub = []*branch{&revoked, list.at(0)}
		} else {
			list.sub = []*branch{list.at(0), &revoked}
		}
		whole.at(1, 0, 1).body = basic.write()
		q := given(p.sign(t, "document"))
		q.Evidence = eds.Evidence{OCSP: [][]byte{redate(t, whole.write(), responder)}}
		want(t, ask(t, o.verifier(), q), pki.Revoked, eds.CheckRevocation)
	}
}
