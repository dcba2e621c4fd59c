package frame_test

import (
	"net/http/httptest"
	"testing"

	"tereze/internal/web/frame"
)

// TestOrigin: a link with a secret leads to the configured address, never to one a visitor names.
func TestOrigin(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ public, host, want string }{
		{"https://portal.example", "evil.example", "https://portal.example"},
		{"https://portal.example", "localhost:8080", "https://portal.example"},
		{"", "evil.example", ""},
		{"", "localhost.example", ""},
		{"", "localhost:8080", "http://localhost:8080"},
		{"", "127.0.0.1", "http://127.0.0.1"},
		{"", "[::1]:80", "http://[::1]:80"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Host = c.host
		if got := (&frame.Frame{Public: c.public}).Origin(r); got != c.want {
			t.Errorf("public %q, host %q: got %q, want %q", c.public, c.host, got, c.want)
		}
	}
}
