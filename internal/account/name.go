package account

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"

	"tereze/internal/fault"
)

// NameKeys are the forms under which names are found and sorted: databases fold and order no
// Cyrillic alike, so Go does it for all of them.
type NameKeys struct {
	SignInFold string
	ShownFold  string
	ShownSort  []byte
}

// Fold makes names equal that people take for the same: compatibility forms, case, ё as е.
func Fold(s string) string {
	s = cases.Fold().String(norm.NFKC.String(s))
	return norm.NFC.String(strings.ReplaceAll(s, "ё", "е"))
}

// Keys makes the forms of a user's names. Lists are sorted in the order of the user's language.
func (u User) Keys() NameKeys {
	tag, err := language.Parse(u.Language)
	if err != nil {
		tag = language.Kazakh
	}
	sort := collate.New(tag).KeyFromString(&collate.Buffer{}, u.Shown)
	return NameKeys{SignInFold: Fold(u.SignInName), ShownFold: Fold(u.Shown), ShownSort: sort}
}

// Lengths in characters. A password may be long, but not so long that folding it is work.
const (
	minSignIn   = 3
	maxSignIn   = 64
	maxShown    = 200
	minPassword = 8
	maxPassword = 256
	maxAbout    = 2000
)

// checkText refuses what no field of a form may hold: bad UTF-8, control and invisible characters.
func checkText(field, s string, low, high int, lines bool) *fault.Fault {
	switch n := utf8.RuneCountInString(s); {
	case !utf8.ValidString(s):
		return fault.New(fault.Invalid, "form.encoding").At(field)
	case n == 0 && low > 0:
		return fault.New(fault.Invalid, "form.empty").At(field)
	case n < low:
		return fault.New(fault.Invalid, "form.short").With("min", itoa(low)).At(field)
	case n > high:
		return fault.New(fault.Invalid, "form.long").With("max", itoa(high)).At(field)
	}
	for _, r := range s {
		if lines && (r == '\n' || r == '\r') {
			continue
		}
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == utf8.RuneError {
			return fault.New(fault.Invalid, "form.characters").At(field)
		}
	}
	return nil
}

// checkSignIn admits letters of one script, digits and . _ - @ +.
func checkSignIn(field, s string) *fault.Fault {
	if f := checkText(field, s, minSignIn, maxSignIn, false); f != nil {
		return f
	}
	latin, cyrillic := false, false
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Latin, r):
			latin = true
		case unicode.Is(unicode.Cyrillic, r):
			cyrillic = true
		case r >= '0' && r <= '9', strings.ContainsRune("._-@+", r):
		default:
			return fault.New(fault.Invalid, "account.name_characters").At(field)
		}
	}
	if latin && cyrillic {
		return fault.New(fault.Invalid, "account.name_scripts").At(field)
	}
	return nil
}

func checkShown(field, s string) *fault.Fault {
	if f := checkText(field, s, 2, maxShown, false); f != nil {
		return f
	}
	letters := 0
	for _, r := range s {
		switch {
		case unicode.IsLetter(r):
			letters++
		case unicode.IsMark(r), strings.ContainsRune(" -'’.", r):
		default:
			return fault.New(fault.Invalid, "account.shown_characters").At(field)
		}
	}
	if letters < 2 {
		return fault.New(fault.Invalid, "account.shown_characters").At(field)
	}
	return nil
}

// checkPassword refuses passwords that are short, endless, one character over and over, or the
// sign-in name. No classes of characters are asked for: length is what resists guessing.
func checkPassword(field, password, signInName string, low int) *fault.Fault {
	if f := checkText(field, password, low, maxPassword, false); f != nil {
		if f.Key == "form.short" {
			f.Key = "account.password_short"
		}
		return f
	}
	kinds := map[rune]bool{}
	for _, r := range password {
		kinds[r] = true
	}
	if len(kinds) < 4 || Fold(password) == Fold(signInName) {
		return fault.New(fault.Invalid, "account.password_weak").At(field)
	}
	return nil
}
