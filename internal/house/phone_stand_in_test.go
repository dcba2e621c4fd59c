package house_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"tereze/internal/api"
	"tereze/internal/mgovsign"
	"tereze/internal/signing"
	"tereze/internal/store/storetest"
)

// TestThePhoneOfADemonstration: the stand-in's page shows what a code asks for, and signs only when that is pressed;
// another site's page can press nothing on it.
func TestThePhoneOfADemonstration(t *testing.T) {
	t.Parallel()
	o := openOffice(t, storetest.SQLite(t))
	b := o.browser("token")
	r := o.ask(signing.Ask{Browser: b})
	text := "mobileSign:" + o.URL + api.PhonePath(r)
	page, err := (&mgovsign.Phone{Town: o.town, Client: func(string) *http.Client { return o.phone("individual").Client }, Now: o.Clock.Now}).Page()
	if err != nil {
		t.Fatal(err)
	}
	press := func(origin string, fields url.Values) *httptest.ResponseRecorder {
		req := httptest.NewRequest(http.MethodPost, "http://127.0.0.1/", strings.NewReader(fields.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", origin)
		w := httptest.NewRecorder()
		page.ServeHTTP(w, req)
		return w
	}
	form := func(code, key, do string) url.Values { return url.Values{"code": {code}, "key": {key}, "do": {do}} }
	state := func() signing.State {
		now, err := o.Signings.Of(context.Background(), "egov", signing.SignIn, b, r.ID)
		if err != nil {
			t.Fatal(err)
		}
		return now.State
	}

	first := httptest.NewRecorder()
	page.ServeHTTP(first, httptest.NewRequest(http.MethodGet, "http://127.0.0.1/?code="+url.QueryEscape(text), nil))
	if first.Code != http.StatusOK || !strings.Contains(first.Body.String(), text) {
		t.Errorf("the code of the address is not in the form: %d", first.Code)
	}
	const own = "http://127.0.0.1"
	if w := press("https://elsewhere.example", form(text, "individual", "sign")); w.Code != http.StatusForbidden {
		t.Errorf("another site signs: %d", w.Code)
	}
	for _, x := range []url.Values{form("nonsense", "individual", "sign"), form(text, "nobody", "sign"), form(strings.Repeat("x", 20_000), "individual", "sign")} {
		if w := press(own, x); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%.40v is answered %d", x, w.Code)
		}
	}
	if w := press(own, form(text, "individual", "read")); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), r.Number()) || state() != signing.Open {
		t.Errorf("reading: %d, the request is %s", w.Code, state())
	}
	if w := press(own, form(text, "individual", "sign")); w.Code != http.StatusOK || state() != signing.Answered {
		t.Errorf("signing: %d, the request is %s", w.Code, state())
	}
}
