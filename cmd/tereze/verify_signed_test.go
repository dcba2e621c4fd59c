package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"tereze/internal/eds"
	"tereze/internal/evidence"
)

// TestAListThatTheReceiptOnlyNames: what is missing is named so that a reader can bring it, the list that was relied on
// is taken, and no other is.
func TestAListThatTheReceiptOnlyNames(t *testing.T) {
	t.Parallel()
	const list, another = "../../internal/eds/testdata/crl/nca_gost2022_test_20250429.crl", "../../internal/eds/testdata/crl/nca_rsa_test.crl"
	der, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(der)
	digest := hex.EncodeToString(sum[:])
	kept, err := eds.EncodeProofs([]eds.Proof{{Kind: eds.AskCRL, SHA256: digest, Number: "77", At: time.Date(2025, 4, 29, 0, 0, 0, 0, time.UTC), URL: "http://crl.example/\x1b[2J"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		brought files
		filled  int
		says    string
	}{
		"nothing brought": {nil, 0, "Not looked at: the authority's list 77 of 2025-04-29T00:00:00Z, SHA-256 " + digest},
		"another list":    {files{another}, 0, "Give it with --crl."},
		"the list itself": {files{another, list}, 1, "Relied on: the authority's list 77"},
	} {
		proofs, missing, err := beside{crls: c.brought}.proofs(kept)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		printProofs(&out, proofs, missing)
		if len(proofs) != c.filled || len(missing) != 1-c.filled || !strings.Contains(out.String(), c.says) || strings.Contains(out.String(), "\x1b") {
			t.Errorf("%s: %d filled, %d missing, said %q", name, len(proofs), len(missing), out.String())
		}
	}
	receipt := evidence.Receipt{Signed: &evidence.Signed{Revocation: kept}}
	receipt.Signed.Statement = []byte(`<signing xmlns="urn:tereze:signing" at="2025-04-28T00:00:00Z" nonce="00" portal="egov" purpose="accept"></signing>`)
	receipt.Entry.Portal, receipt.Entry.At = "egov", time.Date(2025, 4, 28, 23, 0, 0, 0, time.UTC)
	var out bytes.Buffer
	if err := verifySigned(t.Context(), receipt, beside{}, &out); !errors.Is(err, errTold) || !strings.Contains(out.String(), "after the act") {
		t.Errorf("a list of the day after the act: %v, %q", err, out.String())
	}
	if _, _, err := (beside{}).proofs([]byte("[]")); err == nil {
		t.Error("nonsense reads as proofs")
	}
}
