package eds_test

import (
	"bytes"
	"os"
	"testing"
	"testing/fstest"
	"time"

	"tereze/internal/eds"
)

// FuzzVerify: nothing but the two real messages, as they are or in another armour, is ever valid with
// another content than theirs.
func FuzzVerify(f *testing.F) {
	for _, name := range []string{"cms/individual_attached.der", "cms/individual_detached.der", "tsp/tsp_token.bin", "xml/signed_rsa.xml"} {
		f.Add(vector(f, name))
	}
	v := own(f, trust(f, true), "2026-08-01T00:00:00Z")
	document := string(vector(f, "cms/individual_document.txt"))
	f.Fuzz(func(t *testing.T, data []byte) {
		q := eds.Question{Document: data, Revocation: eds.WhenGiven}
		r, err := v.Verify(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if r.Valid == (r.Reason != "") {
			t.Fatalf("valid %v for %q", r.Valid, r.Reason)
		}
		if r.Valid && r.Form == eds.CMS && string(r.Content) != document {
			t.Fatalf("a signature over %q", r.Content)
		}
		if r.Valid && len(r.Signers) == 0 {
			t.Fatal("valid, and nobody signed")
		}
		for _, s := range r.Signers {
			if s.Valid && (len(s.Chain) < 2 || s.JudgedAt.After(time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC))) {
				t.Fatalf("signer %+v", s)
			}
		}
	})
}

// FuzzManifest reads manifests of trust stores: whatever they say, only certificates they name with
// their hash are in the store.
func FuzzManifest(f *testing.F) {
	manifest, err := os.ReadFile("trust/MANIFEST.json")
	if err != nil {
		f.Fatal(err)
	}
	root := vector(f, "ca-prod/root_rsa_2020.cer")
	f.Add(manifest, root)
	f.Add([]byte(`{"certs":[]}`), root)
	f.Fuzz(func(t *testing.T, manifest, certificate []byte) {
		store, err := eds.LoadTrust(fstest.MapFS{
			"MANIFEST.json":     {Data: manifest},
			"root_rsa_2020.cer": {Data: certificate},
		})
		if err != nil {
			return
		}
		if len(store.Roots()) != 1 || !bytes.Contains(manifest, []byte(store.Roots()[0].Fingerprint())) {
			t.Fatalf("%d roots that the manifest does not name", len(store.Roots()))
		}
	})
}
