package pki

import "testing"

// TestALastOctetThatLooksLikeALineEndStays: one certificate in forty ends with one.
func TestALastOctetThatLooksLikeALineEndStays(t *testing.T) {
	t.Parallel()
	for _, last := range []byte{'\n', '\r', '\t', ' '} {
		der := []byte{0x30, 0x02, 0x05, last}
		got, err := decodeArmour(der, "CERTIFICATE", 100)
		if err != nil || len(got) != len(der) {
			t.Errorf("ends with %#02x: %x, %v", last, got, err)
		}
	}
}
