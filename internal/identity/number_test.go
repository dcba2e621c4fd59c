package identity_test

import (
	"testing"
	"time"

	"tereze/internal/identity"
)

func TestParseIIN(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, number string
		valid        bool
	}{
		{"check digit in the first pass", "800101100112", true},
		{"check digit in the second pass", "800101100407", true},
		{"a leap day that was", "800229200333", true},
		{"a leap day that was not", "810229200335", false},
		{"a wrong check digit", "800101100113", false},
		{"a serial that has no check digit", "800101100470", false},
		{"eleven digits", "80010110011", false},
		{"thirteen digits", "8001011001120", false},
		{"letters", "80010110011O", false},
		{"digits of another script", "٨٠٠١٠١١٠٠١١٢", false},
		{"nothing", "", false},
	} {
		n, err := identity.ParseIIN(c.number)
		if (err == nil) != c.valid {
			t.Errorf("%s: %v", c.name, err)
		}
		if err == nil && string(n) != c.number {
			t.Errorf("%s: read as %s", c.name, n)
		}
	}
	n, err := identity.ParseIIN("800101100112")
	if err != nil {
		t.Fatal(err)
	}
	if day, ok := n.Born(); !ok || day != time.Date(1880, 1, 1, 0, 0, 0, 0, time.UTC) {
		t.Errorf("born %v, %v", day, ok)
	}
	if sex, ok := n.Sex(); !ok || sex != identity.Male {
		t.Errorf("sex %v, %v", sex, ok)
	}
}

func TestParseBIN(t *testing.T) {
	t.Parallel()
	for number, valid := range map[string]bool{
		"991240000013": true, "991241000019": true, "991340000013": false, "991240000014": false, "800101100112": false, "99124000001": false,
	} {
		if _, err := identity.ParseBIN(number); (err == nil) != valid {
			t.Errorf("%s: %v, want valid %v", number, err, valid)
		}
	}
}

func TestParsePIN(t *testing.T) {
	t.Parallel()
	for number, valid := range map[string]bool{
		"20101188000123": true, "12902188000123": true, "12902188100123": false, "30101188000123": false, "2010118800012": false, "2010118800012a": false,
	} {
		if _, err := identity.ParsePIN(number); (err == nil) != valid {
			t.Errorf("%s: %v, want valid %v", number, err, valid)
		}
	}
	for number, valid := range map[string]bool{"AN1234567": true, "ID1234567": true, "an1234567": false, "AN123456": false, "AN12345678": false, "XX1234567": false} {
		if _, err := identity.ParsePassport(number); (err == nil) != valid {
			t.Errorf("%s: %v, want valid %v", number, err, valid)
		}
	}
}

func TestParsePhone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, number, country, want string }{
		{"international form", "+77011234567", "KZ", "+77011234567"},
		{"national form with eight", "8 (701) 123-45-67", "KZ", "+77011234567"},
		{"a Kyrgyz mobile", "0555 123 456", "KG", "+996555123456"},
		{"a number of a neighbour", "+79161234567", "KZ", ""},
		{"a Kazakh number where a Kyrgyz one is due", "+77011234567", "KG", ""},
		{"a fixed line", "+77272123456", "KZ", ""},
		{"letters", "+7701CALLME7", "KZ", ""},
		{"digits of another script", "+٧٧٠١١٢٣٤٥٦٧", "KZ", ""},
		{"invisible characters", "+7701\u200b1234567", "KZ", ""},
		{"too short", "+770112345", "KZ", ""},
		{"too long", "+770112345678901234567890123", "KZ", ""},
		{"nothing", "", "KZ", ""},
	} {
		got, err := identity.ParsePhone(c.number, c.country)
		if string(got) != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: got %q, %v; want %q", c.name, got, err, c.want)
		}
	}
}

func FuzzNumbers(f *testing.F) {
	f.Add("800101100112")
	f.Add("+77011234567")
	f.Fuzz(func(t *testing.T, s string) {
		if n, err := identity.ParseIIN(s); err == nil && string(n) != s {
			t.Errorf("IIN %q read as %q", s, n)
		}
		if n, err := identity.ParseBIN(s); err == nil && string(n) != s {
			t.Errorf("BIN %q read as %q", s, n)
		}
		if n, err := identity.ParsePhone(s, "KZ"); err == nil {
			if again, err := identity.ParsePhone(string(n), "KZ"); err != nil || again != n {
				t.Errorf("phone %q read as %q, and that as %q, %v", s, n, again, err)
			}
		}
	})
}
