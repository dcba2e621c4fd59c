package eds

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"tereze/internal/eds/pki"
)

// Fetch asks an authority and gives the body of its answer. It has its own limits of time and size; it
// is called only with addresses out of certificates whose chain was verified.
type Fetch func(ctx context.Context, r Request) ([]byte, error)

// Request is one question to an authority.
type Request struct {
	Kind RequestKind
	URL  string
	Body []byte // of an OCSP request, to be posted as application/ocsp-request
}

// RequestKind is what is asked for.
type RequestKind string

// Kinds of request.
const (
	AskOCSP  RequestKind = "ocsp"
	AskCRL   RequestKind = "crl"
	AskDelta RequestKind = "delta"
)

// Tolerances of time.
const (
	ocspAge   = 10 * time.Minute // how old an answer may be that does not say until when it holds
	clockSkew = 2 * time.Minute
	nonceSize = 16
	maxAsked  = 3 // addresses of one kind that are tried
)

// revocation says whether the first certificate of a chain had been revoked at the moment, and whether
// an authority of the chain had. What the question brings is looked at first, all of it, so that a
// revocation is never overlooked beside a better answer. Then the responder of the certificate is
// asked, then its lists. Nothing known is a refusal.
func (v *Own) revocation(ctx context.Context, q Question, chain []*pki.Certificate, at time.Time) (Revocation, error) {
	if len(chain) < 2 {
		return Revocation{State: string(pki.UnknownState)}, pki.Refuse(pki.RevocationUnknown, errors.New("no issuer to ask"))
	}
	e := v.parseEvidence(q.Evidence)
	var above []Proof // of the authorities
	for i := len(chain) - 2; i > 0; i-- {
		a := v.asking(chain[i], chain[i+1], at)
		err := a.given(e)
		if err != nil && final(err) {
			return a.told, fmt.Errorf("authority %s: %w", chain[i].Subject.CommonName, err)
		}
		// An authority of the store stands there by the operator's decision; one that the signer
		// encloses has to be known not to be revoked.
		if a.told.State != string(pki.GoodState) && !v.Trust.Knows(chain[i]) {
			if err := v.ask(ctx, a, chain[i], err); err != nil {
				return a.told, fmt.Errorf("authority %s: %w", chain[i].Subject.CommonName, err)
			}
		}
		above = append(above, a.told.proofs...)
	}
	a := v.asking(chain[0], chain[1], at)
	err := a.given(e)
	if err != nil && !final(err) {
		err = v.ask(ctx, a, chain[0], err)
	}
	a.told.proofs = append(a.told.proofs, above...)
	return a.told, err
}

// final reports whether nothing that is asked afterwards could make the refusal good.
func final(err error) bool {
	switch pki.ReasonOf(err) {
	case pki.Revoked, pki.OnHold, pki.NotIssued:
		return true
	}
	return false
}

// evidence is what was brought, read.
type evidence struct {
	answers     []Proof
	full, delta []*pki.CRL
	err         error // what is wrong with a piece that could not be read
}

func (v *Own) parseEvidence(given Evidence) (e evidence) {
	for _, der := range given.OCSP {
		e.answers = append(e.answers, Proof{Kind: AskOCSP, Body: der})
	}
	lists := slices.Clone(given.CRLs)
	for _, p := range given.Proofs {
		switch {
		case len(p.Body) == 0:
		case p.Kind == AskOCSP:
			e.answers = append(e.answers, p)
		default:
			lists = append(lists, p.Body)
		}
	}
	for _, data := range lists {
		list, err := pki.ParseCRL(data)
		switch {
		case err != nil:
			e.err = err
		case list.IsDelta():
			e.delta = append(e.delta, list)
		default:
			e.full = append(e.full, list)
		}
	}
	return e
}

// speaksOf reports whether a list or an answer that was brought is about the first certificate of a
// chain, good or not.
func (v *Own) speaksOf(given Evidence, chain []*pki.Certificate) bool {
	if len(chain) < 2 {
		return false
	}
	a, e := v.asking(chain[0], chain[1], chain[0].NotBefore), v.parseEvidence(given)
	about := func(p Proof) bool {
		_, err := a.answer(p.Body, p.Nonce)
		return err == nil
	}
	by := func(list *pki.CRL) bool { return list.CheckedBy(chain[1], list.ThisUpdate) == nil }
	return slices.ContainsFunc(e.answers, about) || slices.ContainsFunc(e.full, by) || slices.ContainsFunc(e.delta, by)
}

// asked is a certificate of which is asked whether it was revoked, and what was said so far.
type asked struct {
	certificate, issuer *pki.Certificate
	at, now             time.Time
	told                Revocation
}

func (v *Own) asking(c, issuer *pki.Certificate, at time.Time) *asked {
	now := v.Now()
	if at.After(now) { // a question about the future is answered with what is known then
		now = at
	}
	return &asked{certificate: c, issuer: issuer, at: at, now: now, told: Revocation{State: string(pki.UnknownState)}}
}

// given looks at all that was brought. A revocation wins over everything.
func (a *asked) given(e evidence) error {
	err := pki.Refuse(pki.RevocationUnknown, errors.New("nothing that was given is about the certificate"))
	if e.err != nil {
		err = e.err
	}
	good := false
	keep := func(told Revocation, found error) error {
		switch {
		case found == nil && !good:
			good, a.told = true, told
		case found != nil && final(found):
			a.told = told
			return found
		case found != nil && pki.ReasonOf(found) != pki.OtherAnswer && pki.ReasonOf(found) != pki.UnknownIssuer:
			err = found
		}
		return nil
	}
	for _, p := range e.answers {
		told, found := a.weighAnswer(p.Body, p.Nonce, p.URL)
		if found == nil && !p.At.IsZero() && !p.At.Equal(told.Known) {
			found = pki.Refuse(pki.OtherAnswer, fmt.Errorf("the answer is of %s, kept as of %s", told.Known.Format(time.RFC3339), p.At.Format(time.RFC3339)))
		}
		if bad := keep(told, found); bad != nil {
			return bad
		}
	}
	for _, full := range e.full {
		told, found := a.lists(listed{full, ""}, e.delta, "")
		if bad := keep(told, found); bad != nil {
			return bad
		}
	}
	if good {
		return nil
	}
	return err
}

// answer reads an OCSP answer whatever its age: how old it may be is for weigh to say. An answer with a
// next update has to have held at the moment asked about, or at any since.
func (a *asked) answer(der, nonce []byte) (pki.Status, error) {
	return pki.CheckOCSP(der, pki.Asked{
		Certificate: a.certificate, Issuer: a.issuer, Nonce: nonce, At: a.now, Since: a.at, MaxAge: a.now.Sub(a.certificate.NotBefore) + clockSkew,
	})
}

func (a *asked) weighAnswer(der, nonce []byte, url string) (Revocation, error) {
	told, err := a.weigh("ocsp", func() (pki.Status, error) { return a.answer(der, nonce) })
	told.proofs = []Proof{answerProof(der, nonce, url, told.Known)}
	return told, err
}

// listed is a list and where it was had.
type listed struct {
	*pki.CRL
	url string
}

// lists reads a complete list, with the delta that goes on from it, as of the day they were made.
func (a *asked) lists(full listed, deltas []*pki.CRL, deltaURL string) (Revocation, error) {
	told, err := a.weigh("crl", func() (pki.Status, error) {
		return pki.CheckCRL(full.CRL, nil, a.certificate, a.issuer, full.ThisUpdate)
	})
	told.proofs = []Proof{listProof(full.CRL, full.url)}
	if err != nil && (final(err) && pki.ReasonOf(err) != pki.OnHold || pki.ReasonOf(err) == pki.OtherAnswer) {
		return told, err
	}
	// A delta may add a revocation or lift a suspension; one that does not fit changes nothing.
	for _, delta := range deltas {
		if delta.Continues(full.CRL) != nil {
			continue
		}
		later, found := a.weigh("crl", func() (pki.Status, error) {
			return pki.CheckCRL(full.CRL, delta, a.certificate, a.issuer, delta.ThisUpdate)
		})
		later.proofs = []Proof{listProof(full.CRL, full.url), listProof(delta, deltaURL)}
		if found == nil || final(found) {
			told, err = later, found
		}
	}
	return told, err
}

// weigh says what a status means at the moment asked about. A revocation counts however old the
// statement is. "Good" counts if it was said after that moment, or was to hold until then.
func (a *asked) weigh(source string, read func() (pki.Status, error)) (Revocation, error) {
	status, err := read()
	if err != nil {
		return Revocation{State: string(pki.UnknownState)}, err
	}
	told := Revocation{State: string(status.State), Source: source, Known: status.ThisUpdate.UTC()}
	if status.State == pki.RevokedState {
		told.RevokedAt = status.RevokedAt.UTC()
	}
	if err := status.Refusal(a.at); err != nil {
		return told, err
	}
	until := status.NextUpdate
	if until.IsZero() {
		until = status.ThisUpdate.Add(ocspAge)
	}
	stale := ""
	switch {
	case status.ThisUpdate.After(a.now.Add(clockSkew)):
		stale = "it is from the future"
	case until.Before(a.at):
		stale = "it held until " + until.UTC().Format(time.RFC3339)
	case source == "crl" && status.ThisUpdate.After(a.certificate.NotAfter):
		stale = "it was made after the certificate expired, when authorities leave it out"
	}
	if stale != "" {
		told.State = string(pki.UnknownState)
		return told, pki.Refuse(pki.RevocationStale, fmt.Errorf("what is known by %s: %s", source, stale))
	}
	return told, nil
}

// ask asks the authority itself: its responder, and where that says nothing usable, its lists. err is
// what is refused if there is nobody to ask.
func (v *Own) ask(ctx context.Context, a *asked, c *pki.Certificate, err error) error {
	if v.Fetch == nil {
		return err
	}
	for _, url := range limited(c.OCSPServer) {
		told, found := v.askOCSP(ctx, a, url)
		if found == nil || final(found) {
			a.told = told
			return found
		}
		err = found
	}
	for _, url := range limited(c.CRLDistributionPoints) {
		told, found := v.askCRL(ctx, a, url)
		if found == nil || final(found) {
			a.told = told
			return found
		}
		err = found
	}
	return err
}

func limited(urls []string) []string { return urls[:min(len(urls), maxAsked)] }

func (v *Own) askOCSP(ctx context.Context, a *asked, url string) (Revocation, error) {
	nonce := make([]byte, nonceSize)
	if _, err := io.ReadFull(v.Rand, nonce); err != nil {
		return Revocation{}, fmt.Errorf("make a nonce: %w", err)
	}
	body, err := pki.OCSPRequest(a.certificate, a.issuer, nonce)
	if err != nil {
		return Revocation{}, err
	}
	der, err := v.Fetch(ctx, Request{Kind: AskOCSP, URL: url, Body: body})
	if err != nil {
		return Revocation{}, pki.Refuse(pki.RevocationUnknown, fmt.Errorf("ask %s: %w", url, err))
	}
	return a.weighAnswer(der, nonce, url)
}

// askCRL fetches a list and the deltas that the certificate names. A delta that cannot be had leaves
// the complete list to what it says until when it holds.
func (v *Own) askCRL(ctx context.Context, a *asked, url string) (Revocation, error) {
	data, err := v.Fetch(ctx, Request{Kind: AskCRL, URL: url})
	if err != nil {
		return Revocation{}, pki.Refuse(pki.RevocationUnknown, fmt.Errorf("fetch %s: %w", url, err))
	}
	full, err := pki.ParseCRL(data)
	if err != nil {
		return Revocation{}, err
	}
	var deltas []*pki.CRL
	deltaURL := ""
	for _, deltaURL = range limited(deltaURLs(a.certificate)) {
		data, err := v.Fetch(ctx, Request{Kind: AskDelta, URL: deltaURL})
		if err != nil {
			continue
		}
		if delta, err := pki.ParseCRL(data); err == nil && delta.IsDelta() {
			deltas = append(deltas, delta)
			break
		}
	}
	return a.lists(listed{full, url}, deltas, deltaURL)
}
