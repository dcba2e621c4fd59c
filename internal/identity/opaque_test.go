package identity_test

import (
	"math"
	"strings"
	"testing"

	"tereze/internal/identity"
)

func TestOpaque(t *testing.T) {
	t.Parallel()
	o, err := identity.NewOpaque([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	other, err := identity.NewOpaque([]byte("fedcba9876543210fedcba9876543210"))
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []identity.ID{0, 1, 2, 1 << 40, math.MaxInt64} {
		s := o.Of(id)
		if got, err := o.ID(s); err != nil || got != id {
			t.Errorf("%d came back as %d, %v", id, got, err)
		}
		if _, err := other.ID(s); err == nil {
			t.Errorf("%d: an address made under another key was taken", id)
		}
		for i := range s {
			changed := []byte(s)
			changed[i] = map[bool]byte{true: '1', false: '0'}[changed[i] == '0']
			if _, err := o.ID(string(changed)); err == nil {
				t.Errorf("%d: a changed address was taken: %s", id, changed)
			}
		}
		if _, err := o.ID(strings.ToUpper(s)); err == nil && strings.ToUpper(s) != s {
			t.Errorf("%d: a second spelling was taken", id)
		}
	}
	if strings.HasPrefix(o.Of(2), o.Of(1)[:4]) {
		t.Error("neighbours look alike")
	}
}

func FuzzOpaque(f *testing.F) {
	o, err := identity.NewOpaque(make([]byte, 32))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(o.Of(42))
	f.Add("")
	f.Add("00000000000000000000000000")
	f.Fuzz(func(t *testing.T, s string) {
		if id, err := o.ID(s); err == nil && o.Of(id) != s {
			t.Errorf("%q is read as %d, which is written %q", s, id, o.Of(id))
		}
	})
}
