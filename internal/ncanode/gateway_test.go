package ncanode_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"tereze/internal/eds"
	"tereze/internal/eds/pki"
	"tereze/internal/eds/xmldsig"
	"tereze/internal/ncanode"
)

// The forms below are those of NCANode 3: status and message first, dates as Jackson writes them.
const (
	person = `{"valid":true,"revocations":[{"revoked":false,"by":"OCSP","revocationTime":null,"reason":null}],
		"notBefore":"2026-05-08T06:45:13.000+00:00","notAfter":"2027-05-08T06:45:13.000+00:00","keyUsage":"SIGN",
		"serialNumber":"6c425659bd2fc6dc587b871aede1857727cf8451","signAlg":"ECGOST3410-2015-512","keyUser":["INDIVIDUAL"],
		"publicKey":"MIGs","signature":"X5+2","subject":{"commonName":"ТЕСТОВ ТЕСТ","lastName":"ТЕСТОВИЧ","surName":"ТЕСТОВ",
		"gender":"NONE","iin":"123456789011","country":"KZ","dn":"CN=ТЕСТОВ ТЕСТ"},"issuer":{"commonName":"ҰЛТТЫҚ","dn":"CN=ҰЛТТЫҚ"}}`
	stamp = `"tsp":{"serialNumber":"3e5d","genTime":"2026-07-20T09:08:07.000+00:00","policy":"1.2.398.3.3.2.6.4","tsa":null,"tspHashAlgorithm":"GOST3411-2015-512","hash":"1922"}`
)

func message(valid, signers string) string {
	return `{"status":200,"message":"OK","valid":` + valid + `,"signers":` + signers + `}`
}

// server answers every request with one status and body, and keeps what it was asked.
func server(t *testing.T, status int, body string) (*ncanode.Gateway, *map[string]any) {
	t.Helper()
	asked := &map[string]any{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		_ = json.Unmarshal(data, asked)
		(*asked)["path"] = r.URL.Path
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(s.Close)
	g, err := ncanode.New(s.URL, func() time.Time { return time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC) })
	if err != nil {
		t.Fatal(err)
	}
	return g, asked
}

func attached(t *testing.T) []byte { return vector(t, "cms/individual_attached.der") }

func vector(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("../eds/testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestAYesOfTheServerBecomesAResult(t *testing.T) {
	t.Parallel()
	g, asked := server(t, 200, message("true", `[{"certificates":[`+person+`],`+stamp+`}]`))
	r, err := g.Verify(t.Context(), eds.Question{Document: attached(t)})
	if err != nil {
		t.Fatal(err)
	}
	if !r.Valid || len(r.Signers) != 1 {
		t.Fatalf("got %+v", r)
	}
	s := r.Signers[0]
	if s.Holder.Name != "ТЕСТОВ ТЕСТ" || s.Holder.IIN != "123456789011" || s.Role() != "individual" || s.Revocation.State != "good" {
		t.Errorf("signer %+v", s)
	}
	if !s.TimestampedAt.IsZero() {
		t.Error("a time-stamp that NCANode does not verify became a time")
	}
	if !bytes.Equal(r.Content, vector(t, "cms/individual_document.txt")) {
		t.Errorf("content %q", r.Content)
	}
	if (*asked)["path"] != "/cms/verify" || (*asked)["cms"] != base64.StdEncoding.EncodeToString(attached(t)) {
		t.Errorf("asked %v", *asked)
	}
	if check, _ := json.Marshal((*asked)["revocationCheck"]); string(check) != `["OCSP"]` {
		t.Errorf("revocationCheck %s", check)
	}
}

// TestAYesThatLeavesSomethingOutIsARefusal holds the gateway to what NCANode is known to pass over.
func TestAYesThatLeavesSomethingOutIsARefusal(t *testing.T) {
	t.Parallel()
	signer := func(edit ...string) string {
		return `[{"certificates":[` + strings.NewReplacer(edit...).Replace(person) + `],"tsp":null}]`
	}
	two := `[{"certificates":[` + person + `]},{"certificates":[` + person + `]}]`
	for name, c := range map[string]struct {
		valid, signers string
		want           pki.Reason
	}{
		"nobody signed":                         {"true", `[]`, pki.NoSigner},
		"no list of signers":                    {"true", `null`, pki.NoSigner},
		"no certificate matched the signer":     {"true", `[{"certificates":[],"tsp":null}]`, pki.NoCertificate},
		"two certificates matched":              {"true", `[{"certificates":[` + person + `,` + person + `]}]`, pki.NoCertificate},
		"more signers than in the message":      {"true", two, pki.NoSigner},
		"a key for authentication":              {"true", signer(`"SIGN"`, `"AUTH"`), pki.WrongPurpose},
		"a key for nothing known":               {"true", signer(`"SIGN"`, `"UNKNOWN"`), pki.WrongPurpose},
		"nobody was asked about revocation":     {"true", signer(`"revocations":[{"revoked":false,"by":"OCSP","revocationTime":null,"reason":null}]`, `"revocations":[]`), pki.RevocationUnknown},
		"revoked":                               {"true", signer(`"revoked":false`, `"revoked":true`), pki.Revoked},
		"the responder did not know":            {"true", signer(`"valid":true`, `"valid":false`), pki.RevocationUnknown},
		"expired, whatever the server's clock":  {"true", signer("2027-05-08", "2026-07-08"), pki.Expired},
		"the certificate names nobody":          {"true", signer(`"iin":"123456789011",`, ``), pki.ForeignCertificate},
		"no dates":                              {"true", signer(`"notAfter":"2027-05-08T06:45:13.000+00:00",`, ``), pki.Malformed},
		"a no for the whole":                    {"false", signer(), pki.BadSignature},
		"no subject":                            {"true", `[{"certificates":[{"valid":true}]}]`, pki.NoCertificate},
		"a signer of another form than defined": {"true", `["yes"]`, pki.Malformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, _ := server(t, 200, message(c.valid, c.signers))
			r, err := g.Verify(t.Context(), eds.Question{Document: attached(t)})
			if err != nil {
				t.Fatal(err)
			}
			if r.Valid || r.Reason != c.want {
				t.Errorf("valid %v, reason %q, want %q", r.Valid, r.Reason, c.want)
			}
		})
	}
}

func TestQuestionsThatTheServerHasNoWordsForAreRefused(t *testing.T) {
	t.Parallel()
	yes := message("true", `[{"certificates":[`+person+`]}]`)
	for name, c := range map[string]struct {
		q    eds.Question
		want pki.Reason
	}{
		"another moment":              {eds.Question{Document: attached(t), At: time.Unix(1, 0)}, pki.Unsupported},
		"evidence on revocation":      {eds.Question{Document: attached(t), Evidence: eds.Evidence{CRLs: [][]byte{{1}}}}, pki.Unsupported},
		"signing-certificate in XML":  {eds.Question{Document: vector(t, "xml/signed_rsa.xml"), Bound: true}, pki.AttributeMissing},
		"a time-stamp":                {eds.Question{Document: vector(t, "tsp/tsp_token.bin")}, pki.Unsupported},
		"two signers wanted":          {eds.Question{Document: attached(t), Signers: 2}, pki.NoSigner},
		"another document beside":     {eds.Question{Document: attached(t), Content: strings.NewReader("other")}, pki.WrongDocument},
		"detached without a document": {eds.Question{Document: vector(t, "cms/individual_detached.der")}, pki.NoDocument},
		"not a message":               {eds.Question{Document: []byte("hello")}, pki.Malformed},
		"too large":                   {eds.Question{Document: make([]byte, 33<<20)}, pki.TooLarge},
		"xml that nobody signed":      {eds.Question{Document: []byte("<a/>")}, pki.NoSigner},
	} {
		g, _ := server(t, 200, yes)
		r, err := g.Verify(t.Context(), c.q)
		if err != nil {
			t.Fatal(name, err)
		}
		if r.Valid || r.Reason != c.want {
			t.Errorf("%s: valid %v, reason %q, want %q", name, r.Valid, r.Reason, c.want)
		}
	}
}

func TestSignedXMLGoesThroughTheGateway(t *testing.T) {
	t.Parallel()
	signers, err := xmldsig.Verify(vector(t, "xml/signed_rsa.xml"))
	if err != nil {
		t.Fatal(err)
	}
	g, asked := server(t, 200, message("true", `[`+describe(signers[0].Certificate)+`]`))
	r, err := g.Verify(t.Context(), eds.Question{Document: vector(t, "xml/signed_rsa.xml")})
	if err != nil || !r.Valid || r.Form != eds.XML || len(r.Content) == 0 || !r.Signers[0].Certificate.Equal(signers[0].Certificate) {
		t.Fatalf("got %+v, %v", r, err)
	}
	if (*asked)["path"] != "/xml/verify" {
		t.Errorf("asked %v", (*asked)["path"])
	}
	altered := bytes.Replace(vector(t, "xml/signed_rsa.xml"), []byte("test"), []byte("tost"), 1)
	if r, err = g.Verify(t.Context(), eds.Question{Document: altered}); err != nil || r.Valid {
		t.Errorf("altered: %+v, %v", r, err)
	}
}

// TestNoAnswerIsNoYesAndNoNo proves that trouble with the server is an error, not a verdict.
func TestNoAnswerIsNoYesAndNoNo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		body   string
	}{
		"the server fails":       {500, `{"status":500,"message":"oops"}`},
		"it sends us elsewhere":  {302, ``},
		"it answers no JSON":     {200, `<html>`},
		"it answers without end": {200, `"` + strings.Repeat("x", 9<<20) + `"`},
	} {
		g, _ := server(t, c.status, c.body)
		if r, err := g.Verify(t.Context(), eds.Question{Document: attached(t)}); err == nil {
			t.Errorf("%s: result %+v", name, r)
		}
	}
	g, err := ncanode.New("http://127.0.0.1:1", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := g.Verify(t.Context(), eds.Question{Document: attached(t)}); err == nil {
		t.Errorf("no server: result %+v", r)
	}
}

func TestADocumentTheServerCannotReadIsRefused(t *testing.T) {
	t.Parallel()
	g, _ := server(t, 400, `{"status":400,"message":"Malformed content."}`)
	r, err := g.Verify(t.Context(), eds.Question{Document: attached(t)})
	if err != nil || r.Valid || r.Reason != pki.Malformed {
		t.Errorf("got %+v, %v", r, err)
	}
}

func TestAddressesThatAreNone(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "ftp://host", "http://", "http://user:word@host", "host:14579", "http://host/?a=b"} {
		if _, err := ncanode.New(address, time.Now); err == nil {
			t.Errorf("%q is taken for an address", address)
		}
	}
}
