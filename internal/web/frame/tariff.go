package frame

import (
	"strings"
	"time"

	"tereze/internal/billing"
	"tereze/internal/gate"
)

// Point begins the hundredths of an amount in a language.
func Point(language string) string {
	if language == "en" {
		return "."
	}
	return ","
}

// Money writes an amount of minor units with its currency, which stays on its line.
func (f *Frame) Money(v gate.Visit, amount int64, currency string) string {
	said := f.Say(v, "frame.money."+currency, "amount", billing.FormatPrice(amount, Point(v.Actor.Language)))
	return strings.ReplaceAll(said, " ", "\u00a0")
}

// Tariff writes what a tariff costs: "1 990 ₸ a month".
func (f *Frame) Tariff(v gate.Visit, t billing.Tariff, currency string) string {
	return f.Say(v, "frame.tariff."+t.Unit, "price", f.Money(v, t.Price, currency))
}

// Since writes from when something holds: the day alone where it begins with the day.
func (f *Frame) Since(v gate.Visit, at time.Time) string {
	if local := at.In(f.zone(v)); local.Hour() == 0 && local.Minute() == 0 && local.Second() == 0 {
		return f.Day(v, at)
	}
	return f.Instant(v, at)
}
