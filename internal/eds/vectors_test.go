package eds_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tereze/internal/eds"
	"tereze/internal/eds/pki"
)

func vector(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func instant(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// trust is the production store, and with it the test authorities.
func trust(t testing.TB, withTest bool) *eds.TrustStore {
	t.Helper()
	store, err := eds.Production()
	if err != nil {
		t.Fatal(err)
	}
	if withTest {
		if store, err = eds.FolderTrust(os.DirFS("testdata/ca-test"), store); err != nil {
			t.Fatal(err)
		}
	}
	return store
}

func own(t testing.TB, store *eds.TrustStore, now string) *eds.Own {
	t.Helper()
	at := instant(t, now)
	return &eds.Own{Trust: store, Now: func() time.Time { return at }, Rand: bytes.NewReader(make([]byte, 1<<16))}
}

func ask(t testing.TB, v eds.Verifier, q eds.Question) *eds.Result {
	t.Helper()
	r, err := v.Verify(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func find(r *eds.Result, name eds.CheckName) (eds.Check, bool) {
	checks := r.Checks
	for _, s := range r.Signers {
		checks = append(checks, s.Checks...)
	}
	for _, c := range checks {
		if c.Name == name {
			return c, true
		}
	}
	return eds.Check{}, false
}

func TestRealMessagesOfKazakhstanVerify(t *testing.T) {
	t.Parallel()
	v := own(t, trust(t, true), "2026-08-01T00:00:00Z")
	for name, q := range map[string]eds.Question{
		"attached": {Document: vector(t, "cms/individual_attached.der")},
		"detached": {Document: vector(t, "cms/individual_detached.der"), Content: bytes.NewReader(vector(t, "cms/individual_document.txt"))},
	} {
		q.Revocation = eds.WhenGiven
		r := ask(t, v, q)
		if !r.Valid || len(r.Signers) != 1 {
			t.Fatalf("%s: %+v", name, r)
		}
		s := r.Signers[0]
		if s.Holder.Name != "ТЕСТОВ ТЕСТ" || s.Holder.IIN != "123456789011" || s.Role() != "individual" || s.Algorithm != "GOST 34.10-2015-512" {
			t.Errorf("%s: signer %+v, role %s, %s", name, s.Holder, s.Role(), s.Algorithm)
		}
		if s.TimestampedAt.IsZero() || s.SignedAt.IsZero() || len(s.Chain) != 3 || s.Revocation.State != "unchecked" {
			t.Errorf("%s: stamped %v, signed %v, chain of %d, revocation %s", name, s.TimestampedAt, s.SignedAt, len(s.Chain), s.Revocation.State)
		}
	}
}

func TestAPortalRefusesWhatIsNotKnownOfRevocation(t *testing.T) {
	t.Parallel()
	v := own(t, trust(t, true), "2026-08-01T00:00:00Z")
	r := ask(t, v, eds.Question{Document: vector(t, "cms/individual_attached.der")})
	if r.Valid || r.Reason != pki.RevocationUnknown {
		t.Errorf("valid %v, reason %s", r.Valid, r.Reason)
	}
}
