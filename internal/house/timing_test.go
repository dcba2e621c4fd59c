package house_test

import (
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/house"
	"tereze/internal/house/housetest"
	"tereze/internal/store/storetest"
)

// exchange times one form at the handler, without the noise of a network, and moves the clock on so
// that no limit is met.
func exchange(t testing.TB, h *housetest.House, path string, form url.Values) time.Duration {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	began := time.Now()
	h.Handler.ServeHTTP(w, r)
	took := time.Since(began)
	if w.Code == http.StatusTooManyRequests || w.Code >= 500 {
		t.Fatalf("%s answers %d", path, w.Code)
	}
	h.Clock.Move(time.Hour)
	return took
}

// slower is the share of pairs in which a sample of a takes longer than one of b (the statistic of
// Mann and Whitney over the number of pairs): one half where the two cannot be told apart.
func slower(a, b []time.Duration) float64 {
	wins := 0.0
	for _, x := range a {
		for _, y := range b {
			switch {
			case x > y:
				wins++
			case x == y:
				wins += 0.5
			}
		}
	}
	return wins / float64(len(a)*len(b))
}

func median(a []time.Duration) time.Duration {
	s := slices.Sorted(slices.Values(a))
	return s[len(s)/2]
}

// TestNobodyIsFoundOutByTheClock: how long sign-in, registration and recovery take is distributed
// alike for people who are there and for names nobody has. With 120 samples of each, 0.5 ± 0.15 is
// four standard deviations of equal distributions, with 240 nearly six; leaving out one hash of a password moves it to 0
// or 1. What the even answers of registration and recovery and a noisy clock cannot show, such as one message
// less, TestTheSameWorkForNobody does.
func TestNobodyIsFoundOutByTheClock(t *testing.T) {
	if testing.Short() {
		t.Skip("some 1,700 forms, 260 of them with a hash of a password")
	}
	const tolerance = 0.15
	hasher, err := account.NewHasher() // what it costs in earnest
	if err != nil {
		t.Fatal(err)
	}
	h := housetest.Open(t, house.Config{Database: storetest.SQLite(t), Hasher: hasher})
	confirmed(t, h, "egov", "asel", "email", "asel@example.kz")
	registers(t, h, h.Browser(t), testPhone)
	seen := h.Browser(t).Get("/kg/register").Attr(`input[name="seen"]`, "value")
	for _, act := range []struct {
		name, path string
		samples    int
		form       func(there bool) url.Values
	}{
		{"sign-in", "/egov/sign-in", 120, func(there bool) url.Values {
			return url.Values{"name": {who(there, "asel", "nobody")}, "password": {"болжам сөз 11"}}
		}},
		{"registration", "/kg/register", 240, func(there bool) url.Values {
			return url.Values{
				"phone": {who(there, testPhone, "+996700500000")}, "kind": {"individual"}, "passport": {"AN1234567"},
				"number": {who(there, "21501188000123", "21501188010000")}, "surname": {"Сынаков"}, "given": {"Тест"}, "seen": {seen},
			}
		}},
		{"recovery by a password", "/egov/recover", 240, func(there bool) url.Values {
			return url.Values{"name": {who(there, "asel", "nobody")}, "route": {"new_email"}}
		}},
		{"recovery in the diary", "/kundelik/recover", 240, func(there bool) url.Values {
			return url.Values{"name": {who(there, "asel", "nobody")}, "route": {"self"}}
		}},
	} {
		if act.path == "/kundelik/recover" {
			confirmed(t, h, "kundelik", "asel", "email", "asel@example.kz")
		}
		var there, absent []time.Duration
		for i := range act.samples + 10 {
			// Interleaved, and either first by chance: whatever else the house and the machine do, by a beat of
			// their own, meets both.
			var a, b time.Duration
			first := rand.N(2) == 0
			if first {
				a = exchange(t, h, act.path, act.form(true))
			}
			b = exchange(t, h, act.path, act.form(false))
			if !first {
				a = exchange(t, h, act.path, act.form(true))
			}
			if i >= 10 { // the first ones warm up
				there, absent = append(there, a), append(absent, b)
			}
		}
		share := slower(there, absent)
		t.Logf("%s: medians %s and %s, share %.3f", act.name, median(there), median(absent), share)
		if math.Abs(share-0.5) > tolerance {
			t.Errorf("%s tells who is there: medians %s and %s, share of slower %.3f, want 0.5 ± %.2f", act.name, median(there), median(absent), share, tolerance)
		}
	}
}

// who is a name of somebody who is there, or one nobody has.
func who(there bool, name, nobody string) string {
	if there {
		return name
	}
	return nobody
}
