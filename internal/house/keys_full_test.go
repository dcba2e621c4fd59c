package house_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tereze/internal/covers"
	"tereze/internal/eds"
	"tereze/internal/eds/authority"
	"tereze/internal/eds/pki"
	"tereze/internal/evidence"
	"tereze/internal/house"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/store"
	"tereze/internal/store/storetest"
)

// productionHouse trusts what ships and asks an authority that is not to be reached.
func productionHouse(t testing.TB) *housetest.House {
	t.Helper()
	return housetest.Open(t, house.Config{
		Database: storetest.SQLite(t),
		Authorities: func(_ context.Context, r eds.Request) ([]byte, error) {
			t.Errorf("%s was asked of a certificate that nobody trusts", r.URL)
			return nil, errors.New("nobody is there")
		},
	})
}

const fullPath = "/ismet/cabinet/full-registration"

// TestFullRegistration: on ismet a person stays a potential user, and is told so by the clause, until a party's
// own signature binds its number to the account: their own, or that of an organisation by its head.
func TestFullRegistration(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "1.7")
	covers.Clause(t, "ismet", "1.18")
	covers.Clause(t, "ismet", "5.2")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		b := h.Browser(t)
		user := registered(t, h, b, "+77011234567", "a@example.kz")
		if p := b.Get("/ismet/cabinet").Want(http.StatusOK); !p.Has(`a[href="`+fullPath+`"]`) || !strings.Contains(p.Text("main"), h.Frame.Words.Say("kk", "keys.potential")) {
			t.Error("a potential user is not told so")
		}
		subject := func(more func(*authority.Subject)) *authority.Issued {
			s := housetest.Head("800101100112", "991240000013", "Сынақ ЖШС")
			s.Surname, s.FirstName = nameOf(t, h, user)
			more(&s)
			return h.Key(t, s)
		}
		head := subject(func(*authority.Subject) {})
		revoked := subject(func(*authority.Subject) {})
		h.Authority(t).Revoke(revoked.Certificate, authority.KeyCompromise)
		for name, c := range map[string]struct {
			key  *authority.Issued
			says string
		}{
			"a revoked key":             {revoked, "eds.reason.revoked"},
			"the key of an employee":    {subject(func(s *authority.Subject) { s.Roles = []pki.Role{pki.Employee} }), "party.unregistered"},
			"the key of somebody else":  {subject(func(s *authority.Subject) { s.Surname = "БАСҚАЕВ" }), "account.key_name"},
			"another's individual key":  {h.Key(t, authority.Subject{Surname: "БАСҚАЕВ", FirstName: "ЕРЛАН", IIN: "800101100211"}), "account.key_name"},
			"a key of no authority yet": {subject(func(s *authority.Subject) { s.NotBefore = h.Clock.Now().AddDate(0, 0, 1) }), "eds.reason.not_yet_valid"},
		} {
			p := b.Sign(b.Get(fullPath).Want(http.StatusOK), c.key)
			if p.Status < 400 || !strings.Contains(p.Text(".govuk-error-summary"), h.Frame.Words.Say("kk", c.says)) {
				t.Errorf("%s: %d %q", name, p.Status, p.Text(".govuk-error-summary"))
			}
		}
		if n := acts(t, h, "ismet", "account.full_registration") + keptSignatures(t, h, "ismet"); n != 0 {
			t.Fatalf("something is bound or kept although nothing was good")
		}
		asked := b.Get(fullPath).Want(http.StatusOK)
		if p := b.Sign(asked, head).Want(http.StatusOK); !strings.Contains(p.Text("main"), "991240000013") || !strings.Contains(p.Text("main"), "Сынақ ЖШС") {
			t.Errorf("after the binding the page says %q", p.Text("main"))
		}
		if p := b.Get("/ismet/cabinet/organisations").Want(http.StatusOK); !strings.Contains(p.Text("main"), "Сынақ ЖШС") {
			t.Errorf("who bound the organisation does not act for it: %q", p.Text("main"))
		}
		h.Clock.Move(2 * time.Second) // what stands on the first page is asked for once a second
		if p := b.Get("/ismet/cabinet"); strings.Contains(p.Text("main"), h.Frame.Words.Say("kk", "keys.potential")) {
			t.Error("a user of full registration is called a potential one")
		}
		entries := entriesOf(t, h, "ismet", "account.full_registration")
		if len(entries) != 1 || entries[0].Home != user || entries[0].Citation.Clause != "5.2" || entries[0].Detail["party"] != "legal_entity" || keptSignatures(t, h, "ismet") != 1 {
			t.Errorf("recorded as %v", entries)
		}
		if p := b.Post(fullPath, "request", asked.Request(), "signature", h.CMS(t, asked.Statement(), head)); p.Status != http.StatusConflict {
			t.Errorf("the same signature once more: %d", p.Status)
		}

		second := h.Browser(t)
		registered(t, h, second, "+77011234568", "b@example.kz")
		if p := second.Sign(second.Get(fullPath), head).Want(http.StatusConflict); !strings.Contains(p.Text(".govuk-error-summary"), h.Frame.Words.Say("kk", "account.number_refused")) {
			t.Errorf("a number that is bound already: %q", p.Text(".govuk-error-summary"))
		}
	})
}

func nameOf(t testing.TB, h *housetest.House, user identity.ID) (surname, given string) {
	t.Helper()
	err := h.Store.InView(context.Background(), func(tx *store.Tx) error {
		p, err := tx.Person(context.Background(), user)
		surname, given = p.Surname, p.Given
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return surname, given
}

// TestSignedAcceptance: an acceptance that was signed comes with a receipt that has the signature in it and
// holds without the portal; a changed byte is refused, and what is not one's own key signs nothing.
func TestSignedAcceptance(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		const number, path = "800101100112", "/egov/cabinet/agreement/agreement/sign"
		b := h.Browser(t)
		registerSigned(t, h, b, number, "a@example.kz")
		asked := b.Get(path).Want(http.StatusOK)
		b.Sign(asked, h.Key(t, housetest.Person("800101100211"))).Want(http.StatusForbidden)
		if n := acts(t, h, "egov", "agreement.sign"); n != 0 {
			t.Fatalf("the key of another signed")
		}
		page := b.Sign(b.Get(path), h.Key(t, housetest.Person(number))).Want(http.StatusOK)
		if !strings.HasPrefix(page.Path, "/egov/cabinet/receipts/") {
			t.Fatalf("signing led to %s", page.Path)
		}
		step(t, h)
		data := []byte(b.Get(page.Path + "/receipt.json").Want(http.StatusOK).Body)
		verdict, err := evidence.Verify(data, []string{h.LogKey})
		if err != nil || verdict.Receipt.Signed == nil {
			t.Fatalf("the receipt: %v, signed %v", err, verdict.Receipt.Signed != nil)
		}
		signed := verdict.Receipt.Signed
		for _, said := range []string{`name="digest"`, verdict.Receipt.Entry.Detail["digest"], `portal="egov"`, `purpose="accept"`} {
			if !bytes.Contains(signed.Statement, []byte(said)) {
				t.Errorf("what was signed does not say %s", said)
			}
		}
		for _, part := range []*[]byte{&signed.Statement, &signed.Signature, &signed.Revocation} {
			whole := *part
			*part = append(bytes.Clone(whole[:len(whole)-1]), whole[len(whole)-1]^1)
			if _, err := evidence.Verify(verdict.Receipt.JSON(), []string{h.LogKey}); !errors.Is(err, evidence.ErrReceipt) {
				t.Error("a receipt with a changed byte is good")
			}
			*part = whole
		}
		answers := signed.Revocation
		signed.Revocation = nil
		if _, err := evidence.Verify(verdict.Receipt.JSON(), []string{h.LogKey}); !errors.Is(err, evidence.ErrReceipt) {
			t.Error("a receipt that leaves out what its entry names is good")
		}
		if proofs, err := eds.ReadProofs(answers); err != nil || len(proofs) != 1 || proofs[0].Kind != eds.AskOCSP || len(proofs[0].Nonce) == 0 {
			t.Errorf("of revocation it has %+v, %v", proofs, err)
		}
		if p := b.Sign(b.Get(path), h.Key(t, housetest.Person(number))); p.Status != http.StatusConflict {
			t.Errorf("signed a second time: %d", p.Status)
		}
		writeReceipt(t, h, data)
	})
}

// step numbers everything recorded, beside the house: where that was first, a step does nothing.
func step(t testing.TB, h *housetest.House) {
	t.Helper()
	ctx := context.Background()
	housetest.Until(t, "all evidence has a number", func() bool {
		if _, err := h.Sequencer.Step(ctx); err != nil {
			t.Fatal(err)
		}
		var waiting []evidence.Waiting
		if err := h.Store.InView(ctx, func(tx *store.Tx) (err error) {
			waiting, err = tx.EvidenceWaiting(ctx, 1)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return len(waiting) == 0
	})
}

// writeReceipt puts a signed receipt, with what it is verified by, where the scripts of cmd/tereze read it, if told
// to (see testdata/verify_signed.txt there).
func writeReceipt(t testing.TB, h *housetest.House, receipt []byte) {
	t.Helper()
	dir := os.Getenv("TEREZE_SIGNED_RECEIPT")
	if dir == "" {
		return
	}
	for name, content := range map[string][]byte{
		"receipt.json": receipt, "root.der": h.Authority(t).Root.Raw, "issuing.der": h.Authority(t).Issuing.Raw, "log.key": []byte(h.LogKey + "\n"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
