package revocation_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

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
	fetch := revocation.HTTP(nil)
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
	_, err := fetch(t.Context(), eds.Request{Kind: eds.AskCRL, URL: server.URL + "/none"})
	if !errors.Is(err, revocation.ErrRefused) {
		t.Errorf("a missing list: %v", err)
	}
}
