// Package ncanode puts NCANode, a server with the certified library of Kazakhstan inside, behind the
// interface of signature verification, for an operator who is bound to that library.
//
// It speaks the HTTP API of NCANode 3 (/cms/verify, /xml/verify). NCANode leaves checks
// out: it says "valid" of a message in which it found no signer, it does not look at what a key may be
// used for, it neither verifies a time-stamp nor the answers about revocation, and it does not
// look at a document given beside one that is enclosed. The gateway believes its yes only as one check
// among others: it reads the message itself, verifies each signature too, and takes whose it is from the
// certificates enclosed; NCANode's word is the chain, the term and revocation. Where the answer leaves
// something open, it refuses. What it cannot do is written down in docs/ncanode.md. It keeps
// nothing.
package ncanode

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"tereze/internal/eds"
	"tereze/internal/eds/cms"
	"tereze/internal/eds/pki"
	"tereze/internal/eds/xmldsig"
)

// Caps of one verification.
const (
	maxDocument = 32 << 20 // octets of what is sent, before base64
	maxAnswer   = 8 << 20
	maxSigners  = 32
	timeout     = 30 * time.Second
)

// Gateway asks one NCANode. The zero Client is one with a time limit; redirects are never followed: a
// document goes where the operator said and nowhere else.
type Gateway struct {
	address *url.URL
	client  *http.Client
	now     func() time.Time
}

// New makes a gateway to the server at the address, such as http://127.0.0.1:14579.
func New(address string, now func() time.Time) (*Gateway, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("address of NCANode: %w", err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" {
		return nil, fmt.Errorf("address of NCANode: %q is no address of a server", address)
	}
	client := &http.Client{Timeout: timeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &Gateway{address: u, client: client, now: now}, nil
}

// Verify asks NCANode. What it cannot be asked is refused as Unsupported and not passed over: another
// moment than now, and evidence on revocation that the asker brings. An error means that it gave no
// answer, or none that can be read.
func (g *Gateway) Verify(ctx context.Context, q eds.Question) (*eds.Result, error) {
	form := eds.CMS
	if bytes.HasPrefix(bytes.TrimSpace(q.Document), []byte("<")) {
		form = eds.XML
	}
	if err := askable(q); err != nil {
		return refusal(form, eds.CheckForm, err), nil
	}
	asked, err := read(q, form)
	if err != nil {
		if _, ok := errors.AsType[*pki.Refused](err); ok {
			return refusal(form, eds.CheckForm, err), nil
		}
		return nil, err
	}
	var a answer
	said, err := g.post(ctx, asked.path, asked.body, &a)
	switch {
	case err != nil:
		return nil, err
	case said != nil: // it could not read the document
		return refusal(form, eds.CheckForm, said), nil
	}
	r := g.judge(q, form, a, asked.signers)
	r.Content = asked.content
	return r, nil
}

// askable refuses questions that NCANode has no words for.
func askable(q eds.Question) error {
	switch {
	case !q.At.IsZero():
		return pki.Refuse(pki.Unsupported, errors.New("NCANode judges by now, another moment was asked about"))
	case len(q.Evidence.OCSP) > 0 || len(q.Evidence.CRLs) > 0:
		return pki.Refuse(pki.Unsupported, errors.New("NCANode takes no evidence on revocation"))
	case len(q.Document) > maxDocument:
		return pki.Refuse(pki.TooLarge, fmt.Errorf("%d octets, at most %d are sent", len(q.Document), maxDocument))
	}
	return nil
}

// request is what is posted, and where, and what the message itself says of what is to be answered.
type request struct {
	path    string
	body    map[string]any
	signers []eds.Signer // in the order of the message, their signatures verified
	content []byte       // enclosed
}

// read prepares the request. It refuses a document given beside another that is enclosed: NCANode would
// verify the enclosed one and say yes.
func read(q eds.Question, form eds.Form) (request, error) {
	check := []string{}
	if q.Revocation == eds.Required {
		check = []string{"OCSP"}
	}
	if form == eds.XML {
		return readXML(q, check)
	}
	m, err := cms.Parse(q.Document, cms.Limits{Size: maxDocument, Signers: maxSigners})
	if err != nil {
		return request{}, err
	}
	if m.Type.String() == cms.TypeTimestamp {
		return request{}, pki.Refuse(pki.Unsupported, errors.New("NCANode does not verify time-stamps"))
	}
	der, err := cms.Unarmour(q.Document)
	if err != nil {
		return request{}, err
	}
	r := request{path: "cms/verify", content: m.Content}
	r.body = map[string]any{"cms": base64.StdEncoding.EncodeToString(der), "revocationCheck": check}
	document := m.Content
	switch {
	case q.Content == nil && m.Detached:
		return request{}, pki.Refuse(pki.NoDocument, errors.New("the signature is detached and its document was not given"))
	case q.Content != nil:
		if document, err = given(q.Content, m); err != nil {
			return request{}, err
		}
		r.body["data"] = base64.StdEncoding.EncodeToString(document)
	}
	for _, signer := range m.Signers {
		s, err := verified(q, m, signer, document)
		if err != nil {
			return request{}, err
		}
		r.signers = append(r.signers, s)
	}
	return r, nil
}

// given reads the document beside the message, which has to be the enclosed one if there is one.
func given(content io.Reader, m *cms.Message) ([]byte, error) {
	document, err := io.ReadAll(io.LimitReader(content, maxDocument+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read the document: %w", err)
	case len(document) > maxDocument:
		return nil, pki.Refuse(pki.TooLarge, fmt.Errorf("a document of more than %d octets", maxDocument))
	case !m.Detached && !bytes.Equal(document, m.Content):
		return nil, pki.Refuse(pki.WrongDocument, errors.New("another document is enclosed"))
	}
	return document, nil
}

// verified makes of one signature of a message the checks that need nobody else.
func verified(q eds.Question, m *cms.Message, signer *cms.Signer, document []byte) (eds.Signer, error) {
	c := m.CertificateOf(signer)
	if c == nil {
		return eds.Signer{}, pki.Refuse(pki.NoCertificate, errors.New("no enclosed certificate is the one the signer names"))
	}
	h, err := pki.NewDigest(signer.Digest)
	if err != nil {
		return eds.Signer{}, err
	}
	h.Write(document)
	if err := signer.CheckContent(m, h.Sum(nil)); err != nil {
		return eds.Signer{}, err
	}
	bound, err := signer.CheckCertificate(c)
	if err == nil && q.Bound && !bound {
		err = pki.Refuse(pki.AttributeMissing, errors.New("no signing-certificate-v2"))
	}
	if err == nil {
		err = signer.CheckSignature(c, document)
	}
	return eds.Signer{Certificate: c, Holder: c.Holder(), Algorithm: c.Algorithm(), SignedAt: signer.SignedAt}, err
}

// readXML makes sure that each signature covers the whole document: NCANode says yes to one that covers
// a part, and looks at nothing that a signer of XAdES vouches for.
func readXML(q eds.Question, check []string) (request, error) {
	if q.Content != nil {
		return request{}, pki.Refuse(pki.Unsupported, errors.New("signed XML encloses its document: none can be given beside it"))
	}
	signers, err := xmldsig.Verify(q.Document)
	if err != nil {
		return request{}, err
	}
	r := request{path: "xml/verify", content: xmldsig.Content(signers)}
	r.body = map[string]any{"xml": string(q.Document), "revocationCheck": check}
	for _, s := range signers {
		if s.Err != nil {
			return request{}, s.Err
		}
		bound, err := s.CheckCertificate()
		if err == nil && q.Bound && !bound {
			err = pki.Refuse(pki.AttributeMissing, errors.New("the signature does not vouch for its certificate"))
		}
		if err != nil {
			return request{}, err
		}
		c := s.Certificate
		r.signers = append(r.signers, eds.Signer{Certificate: c, Holder: c.Holder(), Algorithm: c.Algorithm(), SignedAt: s.SignedAt})
	}
	return r, nil
}

// post sends one request. said is what NCANode refuses the request itself for.
func (g *Gateway) post(ctx context.Context, path string, body any, into any) (said, err error) {
	data, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, g.address.JoinPath(path).String(), bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json")
	response, err := g.client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("ask NCANode: %w", err)
	}
	defer response.Body.Close()
	reply, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read the answer of NCANode: %w", err)
	case len(reply) > maxAnswer:
		return nil, fmt.Errorf("the answer of NCANode has more than %d octets", maxAnswer)
	case response.StatusCode == http.StatusBadRequest:
		var failed status
		if json.Unmarshal(reply, &failed) != nil {
			failed.Message = "no reason given"
		}
		return pki.Refuse(pki.Malformed, errors.New("NCANode: "+failed.Message)), nil
	case response.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("NCANode answered %s", response.Status)
	}
	if err := json.Unmarshal(reply, into); err != nil {
		return nil, fmt.Errorf("answer of NCANode: %w", err)
	}
	return nil, nil
}

// judge reads the answer: NCANode's own yes or no, and what it leaves out as far as the answer tells.
func (g *Gateway) judge(q eds.Question, form eds.Form, a answer, signers []eds.Signer) *eds.Result {
	certificates, err := a.certificates(form)
	switch {
	case err != nil:
		return refusal(form, eds.CheckCertificate, err)
	case len(certificates) == 0: // NCANode calls this valid
		return refusal(form, eds.CheckSigners, pki.Refuse(pki.NoSigner, errors.New("NCANode found no signer")))
	case len(certificates) > maxSigners || q.Signers > 0 && len(certificates) > q.Signers:
		return refusal(form, eds.CheckSigners, pki.Refuse(pki.TooManySigners, fmt.Errorf("%d signers", len(certificates))))
	case len(certificates) < q.Signers:
		return refusal(form, eds.CheckSigners, pki.Refuse(pki.NoSigner, fmt.Errorf("%d signers, want %d", len(certificates), q.Signers)))
	case len(certificates) != len(signers):
		return refusal(form, eds.CheckSigners, pki.Refuse(pki.NoSigner, fmt.Errorf("the message has %d signers, NCANode answered for %d", len(signers), len(certificates))))
	}
	r := &eds.Result{Form: form, Valid: true}
	for _, s := range signers {
		i := slices.IndexFunc(certificates, func(c certificate) bool { return c.is(s) })
		if i < 0 {
			return refusal(form, eds.CheckCertificate, pki.Refuse(pki.OtherCertificate, errors.New("NCANode answered for another certificate than the message encloses")))
		}
		certificates[i].judge(q, &s, g.now())
		certificates = slices.Delete(certificates, i, i+1)
		if s.Valid && !a.Valid {
			// The one no for the whole does not say which signature it is of.
			s.Valid, s.Reason = false, pki.BadSignature
			s.Checks = append(s.Checks, eds.Check{Name: eds.CheckSignature, Outcome: eds.Failed, Reason: pki.BadSignature, Detail: "NCANode says no"})
		}
		if !s.Valid {
			r.Valid = false
			if r.Reason == "" {
				r.Reason = s.Reason
			}
		}
		r.Signers = append(r.Signers, s)
	}
	return r
}

func refusal(form eds.Form, name eds.CheckName, err error) *eds.Result {
	c := eds.Check{Name: name, Outcome: eds.Failed, Reason: pki.ReasonOf(err), Detail: err.Error()}
	return &eds.Result{Form: form, Reason: c.Reason, Checks: []eds.Check{c}}
}
