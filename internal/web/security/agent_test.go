package security

import (
	"strings"
	"testing"

	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/frame"
	"tereze/internal/words"
)

func TestBrowsersAreNamed(t *testing.T) {
	t.Parallel()
	book, err := words.Load()
	if err != nil {
		t.Fatal(err)
	}
	s := &Security{Frame: &frame.Frame{Words: book}}
	v := gate.Visit{Actor: identity.Actor{Language: "en"}}
	for said, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0":           "Edge on Windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 YaBrowser/25.8.0.0 Safari/537.36":      "Yandex on Windows",
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36":                         "Chrome on Android",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1": "Safari on iOS",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:143.0) Gecko/20100101 Firefox/143.0":                                                    "Firefox on macOS",
		"egov-mobile/1.0":       "egov-mobile/1.0",
		"":                      "Browser not known",
		strings.Repeat("ж", 61): strings.Repeat("ж", 60) + "…",
	} {
		if said == "" {
			want = book.Say("en", "security.agent_unknown")
		}
		if got := s.agent(v, said); got != want {
			t.Errorf("%q is shown as %q, want %q", said, got, want)
		}
	}
}
