package clause

import (
	"fmt"
	"strconv"
)

// Unit is what a period is counted in. How each is counted is calendar's matter.
type Unit string

// The units an agreement may use. A minute is for codes and sessions, the others for duties.
const (
	Minutes      Unit = "m"
	Hours        Unit = "h"
	Days         Unit = "d"
	BusinessDays Unit = "bd"
	Months       Unit = "mo"
)

// Period is a length of time as an agreement writes it: 10m, 72h, 15d, 10bd, 3mo. The zero value
// is no period at all, which is not the same as 0d.
type Period struct {
	Amount int
	Unit   Unit
}

// maxAmount keeps sums of periods far from the range of dates; no agreement counts further.
const maxAmount = 9999

// ParsePeriod reads the written form: a number without sign or leading zeros, then m, h, d, bd or mo.
func ParsePeriod(s string) (Period, error) {
	digits := 0
	for digits < len(s) && s[digits] >= '0' && s[digits] <= '9' {
		digits++
	}
	amount, err := strconv.Atoi(s[:digits])
	unit := Unit(s[digits:])
	switch unit {
	case Minutes, Hours, Days, BusinessDays, Months:
	default:
		err = fmt.Errorf("unit %q", string(unit))
	}
	if err != nil || amount > maxAmount || digits > 1 && s[0] == '0' {
		return Period{}, fmt.Errorf("%q is not a period: write 10m, 72h, 15d, 10bd (business days) or 3mo", s)
	}
	return Period{Amount: amount, Unit: unit}, nil
}

// String is the written form.
func (p Period) String() string {
	if p.Unit == "" {
		return ""
	}
	return strconv.Itoa(p.Amount) + string(p.Unit)
}
