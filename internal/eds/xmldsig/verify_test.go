package xmldsig_test

import (
	"os"
	"path/filepath"
	"testing"

	"tereze/internal/eds/pki"
	"tereze/internal/eds/xmldsig"
)

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "testdata", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestRealRSADocumentVerifies(t *testing.T) {
	t.Parallel()
	signers, err := xmldsig.Verify(read(t, "xml/signed_rsa.xml"))
	if err != nil {
		t.Fatal(err)
	}
	if len(signers) != 1 || signers[0].Err != nil {
		t.Fatalf("got %+v", signers)
	}
	if got := string(signers[0].Content); got != "<a><b>test</b></a>" {
		t.Errorf("signed is %q", got)
	}
	ca, err := pki.ParsePEMOrDER(read(t, "ca-test/nca_rsa_test.crt"))
	if err != nil {
		t.Fatal(err)
	}
	if err := signers[0].Certificate.CheckIssuedBy(ca); err != nil {
		t.Error(err)
	}
}
