package claims_test

import (
	"strings"
	"testing"

	"tereze/internal/claims"
	"tereze/internal/identity"
)

func TestNumbers(t *testing.T) {
	t.Parallel()
	n := claims.NewNumbers([]byte("a key of this installation"))
	seen := map[string]bool{}
	for id := identity.ID(1); id < 5000; id++ {
		number := n.Of("egov", id)
		if seen[number] || len(claims.Numbered("Re: ["+number+"] x")) != 1 {
			t.Fatalf("number %s of %d", number, id)
		}
		seen[number] = true
		for _, typed := range []string{number, strings.ToLower(number), strings.ReplaceAll(number, "-", " ")} {
			if got, err := n.ID("egov", typed); err != nil || got != id {
				t.Fatalf("%s is read as %d, %v; want %d", typed, got, err, id)
			}
		}
		if got, err := n.ID("court", number); err == nil && got < 1<<40 {
			t.Errorf("%s of egov means %d on court", number, got)
		}
	}
	for _, typed := range []string{"", "1", "0000", strings.Repeat("Z", 13), "AAAA-AAAA-AAAAA-A", "ААAA-AAAA-AAAAA", "!!!!-!!!!-!!!!!"} {
		if got, err := n.ID("egov", typed); err == nil && got < 1<<40 {
			t.Errorf("%q is read as %d", typed, got)
		}
	}
	if got := claims.Numbered(strings.Repeat("AAAA-AAAA-AAAAA ", 100)); len(got) > 4 {
		t.Errorf("%d numbers of one line are tried", len(got))
	}
}

func FuzzNumber(f *testing.F) {
	n := claims.NewNumbers([]byte("a key of this installation"))
	f.Add(n.Of("egov", 250244954993983488))
	f.Add("oooo-iiii-lllll")
	f.Fuzz(func(t *testing.T, typed string) {
		if id, err := n.ID("egov", typed); err == nil {
			if again, err := n.ID("egov", n.Of("egov", id)); err != nil || again != id || id <= 0 {
				t.Errorf("%q is %d, whose number is %d, %v", typed, id, again, err)
			}
		}
	})
}

func TestTypeOf(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"%PDF-1.4": "application/pdf", "\x89PNG\r\n\x1a\n...": "image/png", "\xff\xd8\xff\xe0": "image/jpeg", "Сәлем\r\n\tx": "text/plain; charset=utf-8",
		"": "", "MZ\x90\x00": "", "PK\x03\x04": "", "\x00": "", "GIF89a\x01\x00": "", "\xff\xfe": "",
	} {
		if kind, ok := claims.TypeOf([]byte(content)); kind != want || ok != (want != "") {
			t.Errorf("%q is %q, want %q", content, kind, want)
		}
	}
}
