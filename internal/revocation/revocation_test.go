package revocation_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"tereze/internal/eds"
	"tereze/internal/revocation"
)

func TestAsking(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch {
		case r.URL.Path == "/ocsp" && r.Method == http.MethodPost && r.Header.Get("Content-Type") == "application/ocsp-request":
			w.Write(append([]byte("answer to "), body...))
		case r.URL.Path == "/crl" && r.Method == http.MethodGet:
			w.Write([]byte("list"))
		case r.URL.Path == "/long":
			w.Write(bytes.Repeat([]byte("x"), 65<<10))
		case r.URL.Path == "/away":
			http.Redirect(w, r, "/crl", http.StatusFound)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	fetch := revocation.New(time.Now, netip.MustParsePrefix("127.0.0.0/8")).Fetch
	for _, c := range []struct {
		kind      eds.RequestKind
		url, want string
	}{
		{eds.AskOCSP, server.URL + "/ocsp", "answer to q"}, {eds.AskCRL, server.URL + "/crl", "list"}, {eds.AskDelta, server.URL + "/crl", "list"},
		{eds.AskOCSP, server.URL + "/long", ""}, {eds.AskCRL, server.URL + "/away", ""}, {eds.AskCRL, server.URL + "/none", ""},
		{eds.AskCRL, "file:///etc/passwd", ""}, {eds.AskCRL, "ldap://x/y", ""}, {eds.AskCRL, "://", ""},
	} {
		got, err := fetch(t.Context(), eds.Request{Kind: c.kind, URL: c.url, Body: []byte("q")})
		if string(got) != c.want && err == nil || (err == nil) != (c.want != "") {
			t.Errorf("%s %s: %q, %v", c.kind, c.url, got, err)
		}
	}
	// Certificates name addresses: one of the operator's own network is not asked unless it is opened.
	if b, err := revocation.New(time.Now).Fetch(t.Context(), eds.Request{Kind: eds.AskOCSP, URL: server.URL + "/ocsp", Body: []byte("q")}); err == nil {
		t.Errorf("an address of this machine was asked and said %q", b)
	}
}
