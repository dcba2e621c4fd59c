package pki

import (
	"bytes"
	"testing"
)

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

// TestArmourOfCertificates: base64 as programs break and indent it, and PEM under the names that it had.
func TestArmourOfCertificates(t *testing.T) {
	t.Parallel()
	der := []byte{0x30, 0x03, 0x02, 0x01, 0x07}
	for what, c := range map[string]struct {
		data string
		good bool
	}{
		"base64":                {"MAMCAQc=", true},
		"base64, indented":      {"\xef\xbb\xbf  MAMC\r\n\tAQc=\r\n", true},
		"PEM":                   {"said before\n-----BEGIN CERTIFICATE-----\nMAMCAQc=\n-----END CERTIFICATE-----\n", true},
		"PEM of X509":           {"-----BEGIN X509 CERTIFICATE-----\nMAMCAQc=\n-----END X509 CERTIFICATE-----\n", true},
		"PEM of something else": {"-----BEGIN PUBLIC KEY-----\nMAMCAQc=\n-----END PUBLIC KEY-----\n", false},
		"nothing":               {"", false},
		"blanks":                {" \r\n", false},
		"text":                  {"certificate!", false},
	} {
		got, err := decodeArmour([]byte(c.data), labelCertificate, 200)
		if (err == nil) != c.good || c.good && !bytes.Equal(got, der) {
			t.Errorf("%s: %x, %v", what, got, err)
		}
	}
}
