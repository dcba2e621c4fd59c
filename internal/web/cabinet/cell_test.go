package cabinet

import (
	"net/http/httptest"
	"testing"
)

func TestACellIsNeverAFormula(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"": "", "Әсел": "Әсел", "=1+1": "'=1+1", "+7 701": "'+7 701", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "a=1": "a=1",
	} {
		if got := harmless(cell); got != want {
			t.Errorf("%q: got %q, want %q", cell, got, want)
		}
	}
}

func TestAQRCodeLeadsToHTTPSSaveOnTheMachineItself(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{
		"portal.example": "https://portal.example", "portal.example:8443": "https://portal.example:8443",
		"localhost:8080": "http://localhost:8080", "127.0.0.1": "http://127.0.0.1", "[::1]:80": "http://[::1]:80", "localhost.example": "https://localhost.example",
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Host = host
		if got := (&Cabinet{}).host(r); got != want {
			t.Errorf("%s: got %s, want %s", host, got, want)
		}
	}
}
