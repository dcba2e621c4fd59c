package billing_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tereze/internal/billing"
	"tereze/internal/fault"
)

const oneList = `currency: KZT
from: 2026-01-05
services:
  - service: till
    title: {ru: "Касса", en: "Till"}
    about: {ru: "О кассе", en: "On tills"}
    tariffs:
      - tariff: month
        title: {ru: "Месяц", en: "Month"}
        price: 199000
        unit: month
        from: 2025-12-01
`

func load(text string) (billing.List, []string) {
	list, problems := billing.Load(fstest.MapFS{"town/tariffs.yaml": {Data: []byte(text)}}, "town", []string{"ru", "en"}, time.UTC)
	var said []string
	for _, p := range problems {
		said = append(said, fmt.Sprintf("%d: %s", p.Line, p.Reason))
	}
	slices.Sort(said)
	return list, said
}

func TestAPriceListIsReadWhole(t *testing.T) {
	t.Parallel()
	l, problems := load(oneList)
	if len(problems) > 0 || l.Number != 1 || l.State != billing.Published || l.Content.Currency != "KZT" || l.InForceAt.Format(time.DateOnly) != "2026-01-05" {
		t.Fatalf("read as %+v, %v", l, problems)
	}
	one, ok := l.Content.Tariff("till", "month")
	if !ok || one.Price != 199000 || one.Unit != "month" || one.Title["en"] != "Month" || one.From.Format(time.DateOnly) != "2025-12-01" {
		t.Errorf("read as %+v", one)
	}
	if none, wrong := billing.Load(fstest.MapFS{}, "town", []string{"ru"}, time.UTC); none.Number != 0 || wrong != nil {
		t.Errorf("a pack without prices: %+v, %v", none, wrong)
	}
}

// TestPriceListMistakes: each mistake is named with the line it stands on, and nothing is taken.
func TestPriceListMistakes(t *testing.T) {
	t.Parallel()
	tariff := oneList[strings.Index(oneList, "      - tariff"):]
	service := oneList[strings.Index(oneList, "  - service"):]
	for _, c := range []struct{ name, from, to, want string }{
		{"letters", "price: 199000", "price: dear", `10: price "dear": want a whole number of minor units from 0 to 100000000000`},
		{"a negative price", "price: 199000", "price: -1", `10: price "-1": want a whole number of minor units from 0 to 100000000000`},
		{"10^18", "price: 199000", "price: 1000000000000000000", `10: price "1000000000000000000": want a whole number of minor units from 0 to 100000000000`},
		{"a fraction with a comma", "price: 199000", `price: "1990,50"`, `10: price "1990,50": want a whole number of minor units from 0 to 100000000000`},
		{"an unknown currency", "KZT", "XXX", `1: currency "XXX": there are KGS, KZT`},
		{"the same service twice", oneList, oneList + service, `13: service "till" stands twice: first at line 4`},
		{"the same tariff twice", oneList, oneList + tariff, `13: tariff "month" stands twice: first at line 8`},
		{"a field nobody knows", "unit:", "per:", `11: a tariff has no field "per"`},
		{"an unknown unit", "unit: month", "unit: hour", `11: unit "hour": there are month, year, once, piece`},
		{"a day that is none", "2026-01-05", "2026-02-30", `2: from "2026-02-30": want a day as 2026-01-31`},
		{"a tariff after its list", "2025-12-01", "2026-03-01", `12: from: a tariff of the first price list cannot begin after the list`},
		{"a language is missing", `, en: "Month"`, "", "9: title has no text in en"},
		{"a language too many", `en: "Month"`, `en: "Month", kk: "Ай"`, `9: title: the portal does not speak "kk"`},
		{"no tariffs", "    tariffs:\n" + tariff, "    tariffs: []\n", "4: tariffs: want a list of 1 to 30 tariffs"},
	} {
		list, problems := load(strings.Replace(oneList, c.from, c.to, 1))
		if list.Number != 0 || !slices.Contains(problems, c.want) {
			t.Errorf("%s: %v, want %q", c.name, problems, c.want)
		}
	}
}

func FuzzPriceList(f *testing.F) {
	f.Add(oneList)
	f.Add("services: [{}]")
	f.Fuzz(func(t *testing.T, text string) {
		list, problems := load(text)
		if list.Number > 0 && len(problems) > 0 {
			t.Error("a list is given although something is wrong")
		}
		for _, x := range billing.Compare(billing.Content{}, list.Content) {
			if x.How() != billing.Added || x.Now.Price < 0 || x.Now.Price > billing.MostPrice || x.Now.Title["ru"] == "" || x.Now.Title["en"] == "" {
				t.Errorf("taken: %+v", x)
			}
		}
	})
}

func TestPricesAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"0": 0, "1990": 199000, " 1990.50 ": 199050, "1990,50": 199050, "12 990": 1299000, "12\u00a0990,05": 1299005, "1 000 000": 100000000, "1000000000": billing.MostPrice,
	} {
		got, err := billing.ParsePrice(text)
		if err != nil || got != want {
			t.Errorf("%q is %d, %v; want %d", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"": "prices.price_form", "dear": "prices.price_form", "-5": "prices.price_form", "+5": "prices.price_form", "1,990": "prices.price_form", "1.5": "prices.price_form",
		"1e3": "prices.price_form", "1 99": "prices.price_form", "12990 000": "prices.price_form", "٥": "prices.price_form", "1000000000000000000": "prices.price_high",
		"1000000000.01": "prices.price_high", "99999999999999999999999999": "prices.price_high",
	} {
		if _, err := billing.ParsePrice(text); keyOf(err) != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	for amount, want := range map[int64]string{0: "0", 5: "0,05", 199000: "1\u00a0990", 123456789: "1\u00a0234\u00a0567,89"} {
		if got := billing.FormatPrice(amount, ","); got != want {
			t.Errorf("%d is written %q, want %q", amount, got, want)
		}
	}
}

func keyOf(err error) string {
	if x, ok := errors.AsType[*fault.Fault](err); ok {
		return x.Key
	}
	return ""
}

func FuzzPrice(f *testing.F) {
	f.Add("12 990,50")
	f.Fuzz(func(t *testing.T, text string) {
		amount, err := billing.ParsePrice(text)
		if err != nil {
			return
		}
		again, err := billing.ParsePrice(billing.FormatPrice(amount, "."))
		if err != nil || again != amount || amount < 0 || amount > billing.MostPrice {
			t.Errorf("%q is %d, and written again %d, %v", text, amount, again, err)
		}
	})
}
