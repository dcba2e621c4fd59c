package house_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"tereze/internal/calendar"
	"tereze/internal/eds"
	"tereze/internal/eds/cms"
	"tereze/internal/eds/pki"
	"tereze/internal/evidence"
	"tereze/internal/house"
	"tereze/internal/house/housetest"
	"tereze/internal/ncanode"
	"tereze/internal/store/storetest"
)

// node answers as NCANode 3 does about a CMS: yes to whatever it finds valid, with what it is known to leave out.
type node struct {
	down atomic.Bool
	own  atomic.Pointer[eds.Own] // who stands behind the certificates and whether they were revoked
}

func (n *node) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var asked struct{ CMS, Data string }
	if n.down.Load() || r.URL.Path != "/cms/verify" || json.NewDecoder(r.Body).Decode(&asked) != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	der, _ := base64.StdEncoding.DecodeString(asked.CMS)
	q := eds.Question{Document: der, Purpose: pki.Authentication}
	result, err := n.own.Load().Verify(r.Context(), q)
	m, malformed := cms.Parse(der, cms.Limits{})
	if err != nil || malformed != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	answer := map[string]any{"status": 200, "message": "OK", "valid": result.Valid}
	var signers []any
	for i, signer := range m.Signers {
		c, revocations := m.CertificateOf(signer), []any{}
		if c == nil {
			continue
		}
		if s := result.Signers[i].Revocation; s.Source != "" {
			revocations = append(revocations, map[string]any{"revoked": s.State == "revoked", "by": "OCSP"})
		}
		usage := "AUTH"
		if c.CheckPurpose(pki.Signing) == nil {
			usage = "SIGN"
		}
		signers = append(signers, map[string]any{"certificates": []any{map[string]any{
			"valid": result.Signers[i].Valid, "revocations": revocations, "notBefore": c.NotBefore, "notAfter": c.NotAfter, "keyUsage": usage,
			"serialNumber": c.SerialNumber.Text(16), "subject": map[string]any{"iin": c.Holder().IIN, "bin": c.Holder().BIN},
		}}})
	}
	answer["signers"] = signers
	_ = json.NewEncoder(w).Encode(answer)
}

// TestPagesBehindNCANode: registration, signing in and a signed acceptance go through the gateway as they go through
// our own verifier; refusals say why; when it does not answer the person is told so and nothing is stored.
func TestPagesBehindNCANode(t *testing.T) {
	t.Parallel()
	n := &node{}
	server := httptest.NewServer(n)
	t.Cleanup(server.Close)
	clock := &calendar.Clock{}
	gateway, err := ncanode.New(server.URL, clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	h := housetest.Open(t, house.Config{Database: storetest.SQLite(t), Clock: clock, Verifier: gateway})
	trust, err := eds.Production()
	if err != nil {
		t.Fatal(err)
	}
	a := h.Authority(t)
	n.own.Store(&eds.Own{Trust: trust.With(a.Root, a.Issuing), Now: clock.Now, Rand: strings.NewReader(strings.Repeat("n", 1<<16)), Fetch: func(_ context.Context, r eds.Request) ([]byte, error) {
		if r.Kind == eds.AskOCSP {
			return a.OCSP(r.Body), nil
		}
		return a.CRL()
	}})
	const number = "800101100112"
	b := h.Browser(t)
	asked := toSignature(t, h, b, number, "a@example.kz")
	revoked := h.Key(t, housetest.Person(number))
	a.Revoke(revoked.Certificate, 1)
	for key, says := range map[string]string{
		h.CMS(t, asked.Statement(), revoked):                                        "eds.reason.revoked",
		h.CMS(t, []byte("another statement"), h.Key(t, housetest.Person(number))):   "eds.reason.wrong_document",
		h.CMS(t, asked.Statement(), h.Key(t, housetest.Person("800101100211"))):     "signing.other_person",
		base64.StdEncoding.EncodeToString([]byte("this is no message of anybody!")): "eds.reason.malformed",
	} {
		p := b.Post("/egov/register/signature", "request", asked.Request(), "signature", key)
		if p.Status < 400 || p.Status >= 500 || !strings.Contains(p.Text("main"), h.Frame.Words.Say("kk", says)) {
			t.Errorf("%s: %d, %q", says, p.Status, p.Text(".govuk-error-summary"))
		}
	}
	n.down.Store(true)
	p := b.Sign(b.Get("/egov/register/signature"), h.Key(t, housetest.Person(number))).Want(http.StatusServiceUnavailable)
	if !strings.Contains(p.Text("main"), h.Frame.Words.Say("kk", "signing.unverified")) {
		t.Errorf("without an answer the page says %q", p.Text("main"))
	}
	if kept := keptSignatures(t, h, "egov"); kept != 0 || len(outbox(t, h, "egov")) != 0 {
		t.Errorf("%d signatures are kept and %d messages sent although nothing was taken", kept, len(outbox(t, h, "egov")))
	}
	n.down.Store(false)
	b.Sign(b.Get("/egov/register/signature"), h.Key(t, housetest.Person(number))).Want(http.StatusOK)
	link := linkIn(t, outbox(t, h, "egov")[0])
	end := b.Get(link).Want(http.StatusOK)
	b.Post(strings.SplitN(link, "?", 2)[0], end.Hidden()...).Want(http.StatusOK)
	page := b.Sign(b.Get("/egov/cabinet/agreement/agreement/sign"), h.Key(t, housetest.Person(number))).Want(http.StatusOK)
	step(t, h)
	verdict, err := evidence.Verify([]byte(b.Get(page.Path+"/receipt.json").Want(http.StatusOK).Body), []string{h.LogKey})
	if err != nil || verdict.Receipt.Signed == nil || verdict.Receipt.Signed.Revocation != nil {
		t.Errorf("the receipt: %v, %+v", err, verdict.Receipt.Signed)
	}
	other := h.Browser(t)
	key := other.Post("/egov/sign-in/key/ask").Want(http.StatusOK)
	if in := other.Sign(key, h.Key(t, housetest.Person(number))).Want(http.StatusOK); in.Path != "/egov/cabinet" {
		t.Errorf("signing in led to %s", in.Path)
	}
}
