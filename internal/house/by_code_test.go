package house_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tereze/internal/agreement"
	"tereze/internal/covers"
	"tereze/internal/fault"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/privacy"
	"tereze/internal/store"
)

// preliminary is a good form but for what a test changes, as pairs of field and value; an empty
// value leaves the field out.
func preliminary(p *housetest.Page, changes ...string) []string {
	form := map[string]string{
		"surname": "Сынақов", "given": "Тест", "patronymic": "", "email": "test@example.kz", "mobile": "8 (701) 000-00-01", "agree": "1", "consent": "1",
	}
	for i := 0; i+1 < len(changes); i += 2 {
		form[changes[i]] = changes[i+1]
	}
	fields := p.Hidden()
	for name, value := range form {
		if value != "" {
			fields = append(fields, name, value)
		}
	}
	return fields
}

// startsByCode goes up to the page of the code.
func startsByCode(t testing.TB, h *housetest.House, b *housetest.Browser, changes ...string) *housetest.Page {
	t.Helper()
	p := b.Post("/ismet/register", preliminary(b.Get("/ismet/register").Want(http.StatusOK), changes...)...)
	if p.Status != http.StatusOK || p.Path != "/ismet/register/code" {
		t.Fatalf("the form led to %s (%d): %s", p.Path, p.Status, p.Text("main"))
	}
	return p
}

// newest is the newest message of ismet with a key, to an address.
func newest(t testing.TB, h *housetest.House, key, to string) notify.Message {
	t.Helper()
	for _, m := range outbox(t, h, "ismet") {
		if m.Key == key && m.To == to {
			return m
		}
	}
	t.Fatalf("no %s to %s", key, to)
	return notify.Message{}
}

func codeTo(t testing.TB, h *housetest.House, phone string) string {
	t.Helper()
	return newest(t, h, "message.activation_code", phone).Args["code"]
}

// registered goes the whole way and gives the user's id.
func registered(t testing.TB, h *housetest.House, b *housetest.Browser, phone, email string) identity.ID {
	t.Helper()
	startsByCode(t, h, b, "mobile", phone, "email", email)
	b.Post("/ismet/register/code", "code", codeTo(t, h, phone)).Want(http.StatusOK)
	letter := newest(t, h, "message.set_password", email)
	if p := b.Post(linkIn(t, letter), "password", housetest.Password, "again", housetest.Password); p.Path != "/ismet/cabinet" {
		t.Fatalf("the password led to %s (%d): %s", p.Path, p.Status, p.Text("main"))
	}
	return letter.Home
}

func consents(t testing.TB, h *housetest.House, user identity.ID) (out []privacy.Consent) {
	t.Helper()
	err := h.Store.InView(context.Background(), func(tx *store.Tx) error {
		var err error
		out, err = tx.ConsentsOf(context.Background(), user)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestRegistrationByCode goes the whole way: the form with its two boxes, the code, the link in the
// letter, the cabinet. Nobody is a user, bound or has consented before the right code; with it all
// of that is so at one moment, and proved.
func TestRegistrationByCode(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "1.9")
	covers.Clause(t, "ismet", "2.1")
	covers.Clause(t, "ismet", "9.1")
	covers.Clause(t, "ismet", "9.2")
	covers.Clause(t, "ismet", "1.17.2")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		b := h.Browser(t)
		form := b.Get("/ismet/register").Want(http.StatusOK)
		if form.Has(`input[checked]`) || len(form.All(`main input[type="checkbox"]`)) != 2 || !form.Has("#capacity") || len(form.All("#scope li")) != 5 {
			t.Error("the form is not two boxes, none of them ticked, with the statement of capacity and what consent covers")
		}
		if !strings.Contains(form.Text("main"), "Тіркелу тегін") {
			t.Error("the form does not say that registration is free")
		}
		for _, link := range []string{"/ismet/agreement/offer/editions/1", "/ismet/agreement/rules/editions/1"} {
			if !form.Has(`main li a[href="` + link + `"]`) {
				t.Errorf("no link to %s", link)
			}
		}
		for _, box := range []string{"agree", "consent"} {
			if p := b.Post("/ismet/register", preliminary(form, box, "")...).Want(http.StatusUnprocessableEntity); !p.Has("#"+box+"-error") || p.Attr("#surname", "value") != "Сынақов" {
				t.Errorf("without the box %s: no refusal at it, or the form came back empty", box)
			}
		}
		if n := len(outbox(t, h, "ismet")); n != 0 {
			t.Fatalf("%d messages before anything was taken", n)
		}
		startsByCode(t, h, b)
		sms := outbox(t, h, "ismet")[0]
		if sms.Channel != notify.SMS || sms.To != "+77010000001" || len(sms.Args["code"]) != 6 || strings.Trim(sms.Args["code"], "0123456789") != "" {
			t.Fatalf("sent %s %s to %s", sms.Channel, sms.Key, sms.To)
		}
		for _, step := range []string{"letter", "resend"} {
			if p := b.Get("/ismet/register/" + step); p.Path != "/ismet/register/code" {
				t.Errorf("%s was reached by its address: %s", step, p.Path)
			}
		}
		b.Post("/ismet/register/code", "code", other(sms.Args["code"])).Want(http.StatusUnprocessableEntity)
		if acts(t, h, "ismet", "account.register")+acts(t, h, "ismet", "agreement.accept")+acts(t, h, "ismet", "privacy.consent") != 0 {
			t.Error("somebody is a user, bound or has consented before the right code")
		}
		h.Clock.Move(time.Minute)
		before := h.Clock.Now()
		if p := b.Post("/ismet/register/code", "code", " "+sms.Args["code"][:3]+" "+sms.Args["code"][3:]); p.Path != "/ismet/register/letter" {
			t.Fatalf("the right code led to %s (%d)", p.Path, p.Status)
		}
		after := h.Clock.Now()
		if p := b.Post("/ismet/register/code", "code", sms.Args["code"]); p.Path != "/ismet/register/letter" {
			t.Errorf("the same code once more led to %s (%d)", p.Path, p.Status)
		}
		proved(t, h, sms.Home, before, after)
		if p := b.Get("/ismet/cabinet"); !strings.HasPrefix(p.Path, "/ismet/sign-in") {
			t.Errorf("without a password the cabinet leads to %s", p.Path)
		}
		letter := newest(t, h, "message.set_password", "test@example.kz")
		link := linkIn(t, letter)
		scanner := h.Browser(t)
		for range 3 {
			scanner.Get(link).Want(http.StatusOK) // a program that scans mail is first
		}
		b.Post(link, "password", "қысқа", "again", "қысқа").Want(http.StatusUnprocessableEntity)
		b.Post(link, "password", housetest.Password, "again", "басқа бірдеңе").Want(http.StatusUnprocessableEntity)
		if p := b.Post(link, "password", housetest.Password, "again", housetest.Password); p.Path != "/ismet/cabinet" || p.Status != http.StatusOK {
			t.Fatalf("the password led to %s (%d)", p.Path, p.Status)
		}
		scanner.Get(link).Want(http.StatusNotFound)
		scanner.Post(link, "password", housetest.Password, "again", housetest.Password).Want(http.StatusNotFound)
		if activity := b.Get("/ismet/cabinet/activity").Want(http.StatusOK); strings.Contains(activity.Text("main"), "privacy.") || strings.Contains(activity.Text("main"), "account.") {
			t.Error("the activity names acts by their keys")
		}
	})
}

// other is a code that is not this one.
func other(code string) string {
	last := code[len(code)-1]
	return code[:len(code)-1] + string('0'+(last-'0'+1)%10)
}

// proved holds the evidence of a registration against what the clauses say.
func proved(t *testing.T, h *housetest.House, user identity.ID, before, after time.Time) {
	t.Helper()
	if e := entries(t, h, user, "account.register"); len(e) != 1 || e[0].Detail["capacity"] != "ismet/offer@1#2.1" {
		t.Errorf("the registration is recorded as %v, want one with the statement of capacity", e)
	}
	accepted := entries(t, h, user, "agreement.accept")
	if len(accepted) != 2 {
		t.Fatalf("%d acceptances, want of both documents", len(accepted))
	}
	given := consents(t, h, user)
	if len(given) != 1 {
		t.Fatalf("%d consents, want 1", len(given))
	}
	c := given[0]
	if c.GivenAt.Before(before) || c.GivenAt.After(after) || c.Detail["code_entered_at"] != c.GivenAt.Format(time.RFC3339Nano) {
		t.Errorf("consent counts from %s (%s), want the moment of the code, after %s", c.GivenAt, c.Detail["code_entered_at"], before)
	}
	for _, x := range accepted {
		document := x.Detail["document"]
		if x.At.Before(before) || x.Detail["how"] != agreement.ByTick {
			t.Errorf("%s was accepted by %s at %s, before the code", document, x.Detail["how"], x.At)
		}
		if c.Detail["digest."+document] != x.Detail["digest"] || c.Detail["edition."+document] != "1" {
			t.Errorf("the consent does not name the edition of %s: %v", document, c.Detail)
		}
	}
	if c.Detail["attempt"] != strconv.FormatInt(int64(user), 10) || c.Detail["phone"] != "+7…01" || c.Detail["cross_border"] != "true" || c.Detail["state_bodies"] != "true" ||
		c.Detail["purposes"] != "service" || c.Detail["actions"] == "" || !slices.Equal(c.Purposes, []string{"service"}) {
		t.Errorf("the consent covers and proves %v", c.Detail)
	}
	for _, act := range []string{"account.code_sent", "account.code_refused", "account.register", "privacy.consent", "agreement.accept", "account.letter_sent"} {
		found := entries(t, h, user, act)
		if len(found) == 0 {
			t.Errorf("no evidence of %s", act)
		}
		for _, e := range found {
			for name, value := range e.Detail {
				if strings.Contains(value, "7010000001") || strings.Contains(value, "example.kz") || strings.Contains(name, "code") && !strings.HasSuffix(name, "_at") {
					t.Errorf("%s says %s=%s", act, name, value)
				}
			}
		}
	}
}

// TestSignInByEitherName: the e-mail address and the phone number, however it is typed, lead to the
// same user with the same password, and nothing else is asked.
func TestSignInByEitherName(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "R22")
	h := housetest.SQLite(t)
	registered(t, h, h.Browser(t), "+77010000001", "Test@Example.kz")
	for _, name := range []string{"test@example.kz", "TEST@EXAMPLE.KZ", "+77010000001", "8 701 000 00 01", "+7 (701) 000-00-01", "7010000001"} {
		b := h.Browser(t)
		if p := b.SignIn("ismet", name); p.Path != "/ismet/cabinet" {
			t.Errorf("%s led to %s (%d)", name, p.Path, p.Status)
		}
	}
	for _, name := range []string{"+77010000002", "+996700000001", "٨٧٠١٠٠٠٠٠٠١"} {
		if p := h.Browser(t).SignIn("ismet", name); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("%q led to %s (%d)", name, p.Path, p.Status)
		}
	}
	wrong := h.Browser(t)
	if p := wrong.Post("/ismet/sign-in", "name", "test@example.kz", "password", "мүлде басқа сөз"); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("a wrong password led to %s (%d)", p.Path, p.Status)
	}
}

// TestActivationCodeIsGuarded: digits only, new for each attempt and sending, for a limited time and
// number of tries and sendings, all by the clause.
func TestActivationCodeIsGuarded(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "1.10")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		b, stranger := h.Browser(t), h.Browser(t)
		startsByCode(t, h, b)
		startsByCode(t, h, stranger, "mobile", "+77010000002", "email", "stranger@example.kz")
		first, strangers := codeTo(t, h, "+77010000001"), codeTo(t, h, "+77010000002")
		if first != strangers {
			b.Post("/ismet/register/code", "code", strangers).Want(http.StatusUnprocessableEntity)
		}
		h.Clock.Move(10*time.Minute + time.Second)
		if p := b.Post("/ismet/register/code", "code", first).Want(http.StatusUnprocessableEntity); p.Path != "/ismet/register/code" {
			t.Errorf("an old code led to %s", p.Path)
		}
		for i := range 100 {
			p := b.Post("/ismet/register/resend")
			if want := http.StatusOK; i < 3 && p.Status != want || i >= 3 && p.Status != http.StatusTooManyRequests {
				t.Fatalf("sending %d: %d", i+1, p.Status)
			}
		}
		if n := len(outbox(t, h, "ismet")); n != 5 {
			t.Errorf("%d messages went out, want 2 and 3 sent again", n)
		}
		last := codeTo(t, h, "+77010000001")
		if last != first {
			b.Post("/ismet/register/code", "code", first).Want(http.StatusUnprocessableEntity)
		}
		for i := range 4 {
			p := b.Post("/ismet/register/code", "code", other(last))
			if p.Status != http.StatusUnprocessableEntity {
				t.Fatalf("wrong code %d: %d", i+2, p.Status)
			}
		}
		b.Post("/ismet/register/code", "code", last).Want(http.StatusTooManyRequests)
		if n := acts(t, h, "ismet", "account.register"); n != 0 {
			t.Errorf("%d users", n)
		}

		// The numbers are the clause's.
		publish(t, h, h.User(t, "ismet", "operator", identity.Operator), "offer", setParameter("account.activation_code", "digits", "8"))
		h.Clock.Move(time.Second)
		startsByCode(t, h, h.Browser(t), "mobile", "+77010000003", "email", "third@example.kz")
		if code := codeTo(t, h, "+77010000003"); len(code) != 8 {
			t.Errorf("after the amendment the code has %d digits, want 8", len(code))
		}
	})
}

// TestAThousandGuesses: however many guess a code at once, from as many addresses, no more than the
// clause allows are looked at, and then the right one is refused as well.
func TestAThousandGuesses(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		b := h.Browser(t)
		startsByCode(t, h, b)
		code := codeTo(t, h, "+77010000001")
		cookie := attemptCookie(t, h, b)
		var looked, refused, busy, through atomic.Int64
		atOnce(1000, func(i int) {
			guess := other(code)
			r := httptest.NewRequest(http.MethodPost, "/ismet/register/code", strings.NewReader(url.Values{"code": {guess}}.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.RemoteAddr = "198.51." + strconv.Itoa(i/250) + "." + strconv.Itoa(i%250) + ":4711"
			r.AddCookie(cookie)
			w := httptest.NewRecorder()
			h.Handler.ServeHTTP(w, r)
			switch w.Code {
			case http.StatusUnprocessableEntity:
				looked.Add(1)
			case http.StatusTooManyRequests:
				refused.Add(1)
			case http.StatusServiceUnavailable:
				busy.Add(1)
			default:
				through.Add(1)
			}
		})
		if looked.Load() > 5 || looked.Load() == 0 || through.Load() != 0 || refused.Load() == 0 {
			t.Errorf("%d looked at, %d refused unseen, %d turned away, %d otherwise; want at most 5 looked at", looked.Load(), refused.Load(), busy.Load(), through.Load())
		}
		if n := acts(t, h, "ismet", "account.code_refused"); n != int(looked.Load()) {
			t.Errorf("%d pieces of evidence of %d codes", n, looked.Load())
		}
		for range 5 { // those turned away before the limit was reached
			b.Post("/ismet/register/code", "code", other(code))
		}
		b.Post("/ismet/register/code", "code", code).Want(http.StatusTooManyRequests)
	})
}

// attemptCookie is what a browser holds of its attempt.
func attemptCookie(t testing.TB, h *housetest.House, b *housetest.Browser) *http.Cookie {
	t.Helper()
	for _, c := range b.Cookies() {
		if strings.HasSuffix(c.Name, "attempt-ismet-code") {
			return &http.Cookie{Name: c.Name, Value: c.Value}
		}
	}
	t.Fatal("the browser holds no attempt")
	return nil
}

// TestOneNumberInSeveralTabs: of several who register the same phone number at once, one becomes a
// user; nothing of the others is left.
func TestOneNumberInSeveralTabs(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		const tabs = 6
		browsers, codes := make([]*housetest.Browser, tabs), make([]string, tabs)
		for i := range tabs {
			browsers[i] = h.Browser(t)
			startsByCode(t, h, browsers[i], "email", "tab"+strconv.Itoa(i)+"@example.kz")
			codes[i] = codeTo(t, h, "+77010000001")
		}
		var won, told atomic.Int64
		atOnce(tabs, func(i int) {
			p := browsers[i].Post("/ismet/register/code", "code", codes[i])
			switch {
			case p.Path == "/ismet/register/letter":
				won.Add(1)
			case p.Status == http.StatusConflict:
				told.Add(1)
			}
		})
		if won.Load() != 1 || told.Load() != tabs-1 {
			t.Errorf("%d won and %d were told, want 1 and %d", won.Load(), told.Load(), tabs-1)
		}
		for act, want := range map[string]int{"account.register": 1, "privacy.consent": 1, "agreement.accept": 2, "account.letter_sent": 1} {
			if n := acts(t, h, "ismet", act); n != want {
				t.Errorf("%d pieces of evidence of %s, want %d", n, act, want)
			}
		}
	})
}

// TestTheSameCodeTwiceAtOnce: one person who sends the right code several times at once becomes one
// user and is led on each time.
func TestTheSameCodeTwiceAtOnce(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		b := h.Browser(t)
		startsByCode(t, h, b)
		code := codeTo(t, h, "+77010000001")
		var on atomic.Int64
		atOnce(4, func(int) {
			if b.Post("/ismet/register/code", "code", code).Path == "/ismet/register/letter" {
				on.Add(1)
			}
		})
		if n := acts(t, h, "ismet", "account.register"); n != 1 || on.Load() != 4 {
			t.Errorf("%d users, %d of 4 led on", n, on.Load())
		}
	})
}

// TestATakenNumberIsNotTold: whoever enters somebody else's phone number or e-mail address sees what
// everybody sees; only the phone and the mailbox are told, and no code opens that way.
func TestATakenNumberIsNotTold(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "1.16")
	h := housetest.SQLite(t)
	registered(t, h, h.Browser(t), "+77010000001", "test@example.kz")
	stranger, taken := h.Browser(t), h.Browser(t)
	free := startsByCode(t, h, stranger, "mobile", "+77010000009", "email", "free@example.kz")
	known := startsByCode(t, h, taken, "mobile", "+77010000001", "email", "other@example.kz")
	if strings.ReplaceAll(free.Text("main"), "00 09", "00 01") != known.Text("main") && strings.ReplaceAll(free.Text("main"), "0009", "0001") != known.Text("main") {
		t.Errorf("the pages differ:\n%s\n%s", free.Text("main"), known.Text("main"))
	}
	if m := outbox(t, h, "ismet")[0]; m.Key != "message.already_registered" || m.To != "+77010000001" || len(m.Args) != 0 {
		t.Errorf("the phone was sent %s with %v", m.Key, m.Args)
	}
	taken.Post("/ismet/register/code", "code", "123456").Want(http.StatusUnprocessableEntity)
	for range 20 { // what cannot be a code is no try, whoever owns the number
		for _, b := range []*housetest.Browser{stranger, taken} {
			if p := b.Post("/ismet/register/code", "code", "٨٧٠١١٢").Want(http.StatusUnprocessableEntity); !strings.Contains(p.Text("main"), "санал") {
				t.Fatalf("Arabic digits: %s", p.Text("main"))
			}
		}
	}
	taken.Post("/ismet/register/resend").Want(http.StatusOK)

	// An e-mail address that is taken: the user comes to be by the phone, the mailbox is told.
	startsByCode(t, h, stranger, "mobile", "+77010000008", "email", "TEST@example.kz")
	copied := codeTo(t, h, "+77010000008")
	p := stranger.Post("/ismet/register/code", "code", "\u200b"+copied[:3]+"\u00a0"+copied[3:])
	if p.Path != "/ismet/register/letter" {
		t.Errorf("a taken e-mail address shows: %s (%d)", p.Path, p.Status)
	}
	if m := outbox(t, h, "ismet")[0]; m.Key != "message.already_registered" || m.Channel != notify.Email {
		t.Errorf("the mailbox was sent %s", m.Key)
	}
	if p := h.Browser(t).SignIn("ismet", "test@example.kz"); p.Path != "/ismet/cabinet" {
		t.Error("the owner of the address cannot sign in any more")
	}

	// What SMS carry is the clause's word (ismet 1.16).
	operator := h.User(t, "ismet", "operator", identity.Operator)
	publish(t, h, operator, "offer", setList("notify.sms_messages", "carries", "activation_code"))
	h.Clock.Move(time.Second)
	before := len(outbox(t, h, "ismet"))
	startsByCode(t, h, h.Browser(t), "mobile", "+77010000001")
	if n := len(outbox(t, h, "ismet")) - before; n != 0 {
		t.Errorf("%d service messages by SMS although the clause lets none", n)
	}
	publish(t, h, operator, "offer", setList("notify.sms_messages", "carries", "service_message"))
	h.Clock.Move(time.Second)
	b := h.Browser(t)
	if p := b.Post("/ismet/register", preliminary(b.Get("/ismet/register"), "mobile", "+77010000007")...); p.Status != http.StatusForbidden {
		t.Errorf("a code by SMS although the clause lets none: %d at %s", p.Status, p.Path)
	}
}

// setList edits a list of a rule in a draft.
func setList(rule, parameter string, values ...string) func(*agreement.Content) {
	return func(c *agreement.Content) {
		for i := range c.Clauses {
			for j := range c.Clauses[i].Rules {
				for k := range c.Clauses[i].Rules[j].With {
					if p := &c.Clauses[i].Rules[j].With[k]; c.Clauses[i].Rules[j].Name == rule && p.Name == parameter {
						p.List = values
					}
				}
			}
		}
	}
}

// TestFormsThatAreNotTaken: what is no number of this country, no name or no address is refused at
// its field, and nothing is sent.
func TestFormsThatAreNotTaken(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "1.9")
	h := housetest.SQLite(t)
	b := h.Browser(t)
	form := b.Get("/ismet/register").Want(http.StatusOK)
	empty := b.Post("/ismet/register", form.Hidden()...).Want(http.StatusUnprocessableEntity)
	for _, field := range []string{"surname", "given", "email", "mobile"} {
		if !empty.Has(`.govuk-error-summary a[href="#`+field+`"]`) || !empty.Has("#"+field+"-error") {
			t.Errorf("nothing says that %s is missing", field)
		}
	}
	if first := empty.Text(`.govuk-error-summary a[href="#given"]`); !strings.HasPrefix(first, "Аты:") {
		t.Errorf("the summary calls the given name otherwise than the form does: %q", first)
	}
	for name, bad := range map[string][2]string{
		"a number of the neighbouring country":   {"mobile", "+996 700 000 001"},
		"a Russian number under the same code":   {"mobile", "+7 916 000 00 01"},
		"a number with letters":                  {"mobile", "+7 701 OOO OO O1"},
		"a number in Arabic digits":              {"mobile", "+٧٧٠١٠٠٠٠٠٠١"},
		"a number with a zero-width space":       {"mobile", "+7701\u200b0000001"},
		"a landline":                             {"mobile", "+7 727 250 00 01"},
		"no number":                              {"mobile", ""},
		"a number of a thousand digits":          {"mobile", "+7" + strings.Repeat("0", 1000)},
		"no surname":                             {"surname", ""},
		"letters of two alphabets in a surname":  {"surname", "Cынақов"}, // the first letter is Latin
		"an Arabic name":                         {"given", "تەست"},
		"digits in a name":                       {"given", "Тест1"},
		"a zero-width joiner in a name":          {"given", "Те\u200dст"},
		"a bell in a patronymic":                 {"patronymic", "Тест\aұлы"},
		"a name of a hundred thousand letters":   {"surname", strings.Repeat("а", 100_000)},
		"a name that is no text":                 {"surname", "\xff\xfe"},
		"no address":                             {"email", ""},
		"an address without a host":              {"email", "test@"},
		"an address with look-alike letters":     {"email", "tеst@example.kz"}, // е is Cyrillic
		"an address that brings a header":        {"email", "a@example.kz\r\nBcc: b@example.kz"},
		"two addresses":                          {"email", "a@example.kz,b@example.kz"},
		"an address longer than any mailbox has": {"email", strings.Repeat("a", 300) + "@example.kz"},
	} {
		p := b.Post("/ismet/register", preliminary(form, bad[0], bad[1])...)
		if p.Status != http.StatusUnprocessableEntity || !p.Has("#"+bad[0]+"-error") {
			t.Errorf("%s: %d at %s, no refusal at the field", name, p.Status, p.Path)
		}
	}
	if n := len(outbox(t, h, "ismet")); n != 0 {
		t.Errorf("%d messages although nothing was taken", n)
	}
	// What must be answered is the clause's word (ismet 1.9).
	publish(t, h, h.User(t, "ismet", "operator", identity.Operator), "offer", setList("account.required_data", "required", "surname", "name", "patronymic", "email", "mobile"))
	h.Clock.Move(time.Second)
	if p := b.Post("/ismet/register", preliminary(b.Get("/ismet/register"))...); p.Status != http.StatusUnprocessableEntity || !p.Has("#patronymic-error") {
		t.Errorf("without an answer that the amendment requires: %d at %s", p.Status, p.Path)
	}
	if p := b.Get("/ismet/register/code"); p.Path != "/ismet/register" {
		t.Errorf("without an attempt the code's page is at %s", p.Path)
	}
	b.Get("/ismet/links/password/" + strings.Repeat("A", 43)).Want(http.StatusNotFound)
	b.Get("/ismet/links/password/%00%ff").Want(http.StatusNotFound)
}

// TestTheLinkRunsOut: the link to a password works for the time of the clause, and for one portal.
func TestTheLinkRunsOut(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	b := h.Browser(t)
	startsByCode(t, h, b)
	b.Post("/ismet/register/code", "code", codeTo(t, h, "+77010000001")).Want(http.StatusOK)
	link := linkIn(t, newest(t, h, "message.set_password", "test@example.kz"))
	b.Get(strings.Replace(link, "/ismet/", "/egov/", 1)).Want(http.StatusNotFound)
	h.Clock.Move(24*time.Hour - time.Minute)
	b.Get(link).Want(http.StatusOK)
	h.Clock.Move(2 * time.Minute)
	b.Get(link).Want(http.StatusNotFound)
	b.Post(link, "password", housetest.Password, "again", housetest.Password).Want(http.StatusNotFound)
	if _, err := h.Accounts.SignIn(context.Background(), signIn("ismet", "+77010000001")); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("somebody without a password is let in: %v", err)
	}
}

// TestAnEditionBetweenFormAndCode: what was ticked is the edition shown; another one in force by the
// time of the code is not accepted unseen, and nobody becomes a user by it.
func TestAnEditionBetweenFormAndCode(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	b := h.Browser(t)
	startsByCode(t, h, b)
	publish(t, h, h.User(t, "ismet", "operator", identity.Operator), "offer", setParameter("privacy.transfers", "cross_border", "false"))
	h.Clock.Move(time.Second)
	p := b.Post("/ismet/register/code", "code", codeTo(t, h, "+77010000001")).Want(http.StatusConflict)
	if p.Attr("#surname", "value") != "Сынақов" || p.Has("input[checked]") || p.Attr(`form[novalidate]`, "action") != "/ismet/register" {
		t.Error("the form does not come back filled in, with its boxes unticked")
	}
	if p := b.Post("/ismet/register", preliminary(p)...); p.Path != "/ismet/register/code" {
		t.Fatalf("the form with the new edition led to %s (%d)", p.Path, p.Status)
	}
	b.Post("/ismet/register/code", "code", codeTo(t, h, "+77010000001")).Want(http.StatusOK)
	e := entriesOf(t, h, "ismet", "privacy.consent")
	if len(e) != 1 || e[0].Detail["edition.offer"] != "2" || e[0].Detail["cross_border"] != "false" {
		t.Errorf("consent was recorded as %v", e)
	}
}
