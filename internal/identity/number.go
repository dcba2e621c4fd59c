package identity

import (
	"errors"
	"time"
)

// Sex as the state's numbers carry it.
type Sex string

// The values of Sex; the zero value is unknown.
const (
	Male   Sex = "male"
	Female Sex = "female"
)

// Numbers that are not what they claim to be. The reason goes to nobody: a form says only that the
// number is wrong.
var (
	errShape = errors.New("not a number of this kind")
	errCheck = errors.New("check digit is wrong")
	errDate  = errors.New("no such date")
)

// IIN is the individual identification number of Kazakhstan: birth date, century and sex, serial,
// check digit.
type IIN string

// ParseIIN checks twelve digits, the birth date, the century digit and the check digit.
func ParseIIN(s string) (IIN, error) {
	if !digits(s, 12) {
		return "", errShape
	}
	if !kazakhCheck(s) {
		return "", errCheck
	}
	// The seventh digit is 1 and 2 for births in the 1800s, 3 and 4 in the 1900s, 5 and 6 in the
	// 2000s; 0 stands in some numbers of foreigners, whose century is then not known.
	c := s[6] - '0'
	if c > 6 {
		return "", errShape
	}
	century := "19"
	if c > 0 {
		century = []string{"18", "19", "20"}[(c-1)/2]
	}
	if _, err := time.Parse("20060102", century+s[:6]); err != nil {
		return "", errDate
	}
	return IIN(s), nil
}

// Born is the birth date; ok is false where the number does not tell the century.
func (n IIN) Born() (day time.Time, ok bool) {
	c := n[6] - '0'
	if c == 0 {
		return time.Time{}, false
	}
	day, err := time.Parse("20060102", []string{"18", "19", "20"}[(c-1)/2]+string(n[:6]))
	return day, err == nil
}

// Sex is male for odd and female for even century digits; ok is false for 0.
func (n IIN) Sex() (sex Sex, ok bool) {
	switch c := n[6] - '0'; {
	case c == 0:
		return "", false
	case c%2 == 1:
		return Male, true
	}
	return Female, true
}

// BIN is the business identification number of Kazakhstan: month of registration, kind, serial,
// check digit.
type BIN string

// ParseBIN checks twelve digits, the month, the kind (4 resident, 5 non-resident, 6 joint sole
// traders; then 0 head, 1 branch, 2 representation, 3 farm) and the check digit.
func ParseBIN(s string) (BIN, error) {
	if !digits(s, 12) || s[4] < '4' || s[4] > '6' || s[5] > '3' {
		return "", errShape
	}
	if _, err := time.Parse("0601", s[:4]); err != nil {
		return "", errDate
	}
	if !kazakhCheck(s) {
		return "", errCheck
	}
	return BIN(s), nil
}

// Joint reports whether it is the number of sole traders who trade together.
func (n BIN) Joint() bool { return len(n) == 12 && n[4] == '6' }

// PIN is the personal number of Kyrgyzstan: sex, birth date, serial. No rule of a check digit is
// published, so its shape and date are all that is checked.
type PIN string

// ParsePIN checks fourteen digits: 1 or 2, a birth date as ddmmyyyy, five more.
func ParsePIN(s string) (PIN, error) {
	if !digits(s, 14) || s[0] != '1' && s[0] != '2' {
		return "", errShape
	}
	day, err := time.Parse("02012006", s[1:9])
	if err != nil || day.Year() < 1850 {
		return "", errDate
	}
	return PIN(s), nil
}

// ParsePassport checks a passport number of Kyrgyzstan: AN or ID and seven digits.
func ParsePassport(s string) (string, error) {
	if len(s) != 9 || s[:2] != "AN" && s[:2] != "ID" || !digits(s[2:], 7) {
		return "", errShape
	}
	return s, nil
}

// digits reports whether s is exactly n of the digits 0 to 9: those of other scripts are refused,
// because no register holds them.
func digits(s string, n int) bool {
	if len(s) != n {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// kazakhCheck is the check digit of IIN and BIN: weights 1 to 11, modulo 11; if that is 10, weights
// 3 to 11, 1, 2; if it is 10 again, the number is never issued.
func kazakhCheck(s string) bool {
	for _, shift := range []int{0, 2} {
		sum := 0
		for i := range 11 {
			sum += int(s[i]-'0') * ((i+shift)%11 + 1)
		}
		if sum %= 11; sum != 10 {
			return sum == int(s[11]-'0')
		}
	}
	return false
}
