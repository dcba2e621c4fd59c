package billing

import (
	"slices"
	"strconv"
	"strings"

	"tereze/internal/fault"
)

// MostPrice is the highest price a tariff may have, in minor units: what is higher is a slip of the hand.
const MostPrice = 100_000_000_000

// minor is how many minor units make one unit, and minorDigits how many digits they are written with. The tenge and
// the som, which are all the portals know, both have a hundred (ISO 4217).
const (
	minor       = 100
	minorDigits = 2
)

// Currencies lists the currencies a price list may be in, by their codes of ISO 4217.
func Currencies() []string { return []string{"KGS", "KZT"} }

// Units lists what a price is for.
func Units() []string { return []string{"month", "year", "once", "piece"} }

func known(unit string) bool { return slices.Contains(Units(), unit) }

// ParsePrice reads a price as people write it, "12 990" or "12 990,50", as minor units.
//
// Thousands may be parted by spaces. A point or a comma begins the hundredths, of which there are two: "1,990" is a
// thousand to one reader and a fraction to another, so that it is refused. Refusals: Invalid "prices.price_form",
// "prices.price_high".
func ParsePrice(text string) (int64, error) {
	whole, part := strings.TrimSpace(text), ""
	if i := strings.IndexAny(whole, ".,"); i >= 0 {
		whole, part = whole[:i], whole[i+1:]
		if len(part) != minorDigits || !digits(part) {
			return 0, fault.New(fault.Invalid, "prices.price_form")
		}
	}
	whole = strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(whole)
	groups := strings.Split(whole, " ")
	for i, g := range groups {
		if !digits(g) || i > 0 && len(g) != 3 || i == 0 && len(groups) > 1 && len(g) > 3 {
			return 0, fault.New(fault.Invalid, "prices.price_form")
		}
	}
	if part == "" {
		part = strings.Repeat("0", minorDigits)
	}
	amount, err := strconv.ParseInt(strings.Join(groups, "")+part, 10, 64)
	if err != nil || amount > MostPrice { // all of it is digits: there are too many
		return 0, fault.New(fault.Invalid, "prices.price_high").With("max", FormatPrice(MostPrice, "."))
	}
	return amount, nil
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// FormatPrice writes minor units as people do: thousands parted by a space that does not break, hundredths, where
// there are any, after the point given.
func FormatPrice(amount int64, point string) string {
	whole, part := strconv.FormatInt(amount/minor, 10), amount%minor
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "\u00a0" + whole[i:]
	}
	if part == 0 {
		return whole
	}
	return whole + point + strconv.FormatInt(minor+part, 10)[1:]
}

// PlainPrice writes minor units as a spreadsheet of the country takes them for a number: "1990,50".
func PlainPrice(amount int64) string {
	return strconv.FormatInt(amount/minor, 10) + "," + strconv.FormatInt(minor+amount%minor, 10)[1:]
}
