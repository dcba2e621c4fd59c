package identity

import (
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// Phone is a mobile number in international form: + and digits.
type Phone string

// ParsePhone reads a mobile number of a country (KZ, KG) as people write it. Letters, digits of
// other scripts, invisible characters and numbers of other countries are refused: a neighbour's
// number would send somebody else's code abroad.
func ParsePhone(s, country string) (Phone, error) {
	s = strings.TrimSpace(s)
	if len(s) > 24 {
		return "", errShape
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && !strings.ContainsRune("+-() ", rune(c)) {
			return "", errShape
		}
	}
	n, err := phonenumbers.Parse(s, country)
	if err != nil || phonenumbers.GetRegionCodeForNumber(n) != country {
		return "", errShape
	}
	switch phonenumbers.GetNumberType(n) {
	case phonenumbers.MOBILE, phonenumbers.FIXED_LINE_OR_MOBILE:
		return Phone(phonenumbers.Format(n, phonenumbers.E164)), nil
	}
	return "", errShape
}

// Shown is the number as people read it.
func (p Phone) Shown() string {
	n, err := phonenumbers.Parse(string(p), "")
	if err != nil {
		return string(p)
	}
	return phonenumbers.Format(n, phonenumbers.INTERNATIONAL)
}

// Masked hides all but the last two digits: enough to know one's own number by.
func (p Phone) Masked() string {
	if len(p) < 6 {
		return "…"
	}
	return string(p[:2]) + "…" + string(p[len(p)-2:])
}
