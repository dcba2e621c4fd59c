package ncanode_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"tereze/internal/eds"
	"tereze/internal/ncanode"
)

// FuzzAnswer: whatever a server answers, a valid result names a signer with a number.
func FuzzAnswer(f *testing.F) {
	f.Add([]byte(message("true", `[{"certificates":[`+person+`],`+stamp+`}]`)))
	f.Add([]byte(message("true", `[]`)))
	f.Add([]byte(message("false", `null`)))
	document, err := os.ReadFile("../eds/testdata/cms/individual_attached.der")
	if err != nil {
		f.Fatal(err)
	}
	var body []byte
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) }))
	f.Cleanup(s.Close)
	g, err := ncanode.New(s.URL, func() time.Time { return time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC) })
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		body = answer
		r, err := g.Verify(t.Context(), eds.Question{Document: document})
		if err != nil {
			return
		}
		if r.Valid && (len(r.Signers) != 1 || len(r.Signers[0].Holder.IIN+r.Signers[0].Holder.BIN) < 12 || r.Signers[0].Revocation.State != "good") {
			t.Fatalf("valid: %+v", r)
		}
	})
}
