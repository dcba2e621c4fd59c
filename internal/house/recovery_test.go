package house_test

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/covers"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/store"
)

// renewed is the password that a test's person takes after a recovery.
const renewed = "жаңа құпия сөз 27"

// confirmed makes a user of a portal with confirmed contacts, given as pairs of kind and value.
func confirmed(t testing.TB, h *housetest.House, portal, name string, contacts ...string) identity.Actor {
	t.Helper()
	actor := h.User(t, portal, name)
	err := h.Store.InTx(context.Background(), func(tx *store.Tx) error {
		for i := 0; i+1 < len(contacts); i += 2 {
			c := account.Contact{Kind: account.ContactKind(contacts[i]), Value: contacts[i+1], ConfirmedAt: h.Clock.Now()}
			if err := tx.SaveContact(context.Background(), actor.User, c); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return actor
}

// asks asks for a recovery by a route, as the form offers it.
func asks(t testing.TB, b *housetest.Browser, portal, name, route string) *housetest.Page {
	t.Helper()
	form := b.Get("/" + portal + "/recover").Want(http.StatusOK)
	if !form.Has(`input[name="route"][value="` + route + `"]`) {
		t.Fatalf("%s does not offer %s: %s", portal, route, form.Text("main"))
	}
	return b.Post("/"+portal+"/recover", "name", name, "route", route)
}

// tries signs in and says whether that led into the portal.
func tries(t testing.TB, h *housetest.House, portal, name, password string) bool {
	t.Helper()
	p := h.Browser(t).Post("/"+portal+"/sign-in", "name", name, "password", password)
	return !strings.HasPrefix(p.Path, "/"+portal+"/sign-in")
}

// sentSince lists the keys of what was sent after the n oldest, oldest first, with the address.
func sentSince(t testing.TB, h *housetest.House, portal string, n int) (out []string) {
	t.Helper()
	all := outbox(t, h, portal)
	for _, m := range all[:len(all)-n] {
		out = append(out, m.Key+" "+m.To)
	}
	slices.Reverse(out)
	return out
}

// TestRecoveryByAPasswordThatIsSent: the clause's password goes to the confirmed address alone, works
// once and for the clause's time, leads to an own password before anything else, and ends every
// session; until it is used the old password still works.
func TestRecoveryByAPasswordThatIsSent(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "egov", "2.7.2")
	covers.Clause(t, "egov", "2.7.3")
	covers.Clause(t, "ismet", "1.17.3")
	covers.Clause(t, "kg", "2.5")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		for _, x := range []struct {
			portal, name, route, kind, to, clause string
			channel                               notify.Channel
			life                                  time.Duration
		}{
			{"egov", "asel", "email_temporary_password", "email", "asel@example.kz", "2.7.2", notify.Email, time.Hour},
			{"egov", "bakyt", "new_email", "email", "bakyt@example.kz", "2.7.3", notify.Email, 24 * time.Hour},
			{"ismet", "+77010000001", "new_email", "email", "dana@example.kz", "1.17.3", notify.Email, 24 * time.Hour},
			{"kg", "+996700123456", "new_sms", "phone", "+996700123456", "2.5", notify.SMS, 10 * time.Minute},
		} {
			confirmed(t, h, x.portal, x.name, x.kind, x.to)
			old := h.Browser(t)
			old.SignIn(x.portal, x.name)
			// Here, in the browser that asked.
			before := len(outbox(t, h, x.portal))
			b := h.Browser(t)
			if p := asks(t, b, x.portal, x.name, x.route); p.Path != "/"+x.portal+"/recover/code" {
				t.Fatalf("%s %s led to %s: %s", x.portal, x.route, p.Path, p.Text("main"))
			}
			m := sentTo(t, h, x.portal, x.to)
			password := m.Args["password"]
			if m.Channel != x.channel || password == "" {
				t.Fatalf("%s was sent to %s by %s: %v", m.Key, m.To, m.Channel, m.Args)
			}
			if p := b.Get("/" + x.portal + "/recover/own"); p.Path != "/"+x.portal+"/recover/code" {
				t.Errorf("%s: the password was skipped by address: %s", x.portal, p.Path)
			}
			b.Post("/"+x.portal+"/recover/code", "code", "aaaaaaaaaa").Want(http.StatusUnprocessableEntity)
			if !tries(t, h, x.portal, x.name, housetest.Password) {
				t.Errorf("%s: asking alone made the password void", x.portal)
			}
			if p := b.Post("/"+x.portal+"/recover/code", "code", " "+strings.ToUpper(password)+" "); p.Path != "/"+x.portal+"/recover/own" {
				t.Fatalf("%s: the password led to %s: %s", x.portal, p.Path, p.Text("main"))
			}
			if tries(t, h, x.portal, x.name, password) {
				t.Errorf("%s: the password was taken twice", x.portal)
			}
			b.Post("/"+x.portal+"/recover/own", "password", renewed, "again", renewed+"1").Want(http.StatusUnprocessableEntity)
			if p := b.Post("/"+x.portal+"/recover/own", "password", renewed, "again", renewed); p.Path != "/"+x.portal+"/recover/done" {
				t.Fatalf("%s: the new password led to %s: %s", x.portal, p.Path, p.Text("main"))
			}
			if p := old.Get("/" + x.portal + "/cabinet/profile"); !strings.Contains(p.Path, "/sign-in") {
				t.Errorf("%s: a session outlived the recovery: %s", x.portal, p.Path)
			}
			if tries(t, h, x.portal, x.name, housetest.Password) || !tries(t, h, x.portal, x.name, renewed) {
				t.Errorf("%s: the old password works, or the new one does not", x.portal)
			}
			if got := sentSince(t, h, x.portal, before); !slices.Contains(got, "message.password_changed "+x.to) {
				t.Errorf("%s: the person was told %v", x.portal, got)
			}
			if found := entriesOf(t, h, x.portal, "account.recover"); found[0].Citation.Clause != x.clause {
				t.Errorf("%s: the request cites %s, want %s", x.portal, found[0].Citation, x.clause)
			}
			// There, on another device, at sign-in: it opens the page that replaces it, and no other.
			asks(t, h.Browser(t), x.portal, x.name, x.route)
			password = sentTo(t, h, x.portal, x.to).Args["password"]
			other := h.Browser(t)
			if p := other.Post("/"+x.portal+"/sign-in", "name", x.name, "password", password); !strings.HasPrefix(p.Path, "/"+x.portal+"/password") {
				t.Errorf("%s: signing in with what was sent led to %s: %s", x.portal, p.Path, p.Text("main"))
			}
			if p := other.Get("/" + x.portal + "/cabinet/profile"); !strings.HasPrefix(p.Path, "/"+x.portal+"/password") {
				t.Errorf("%s: before the own password %s is open", x.portal, p.Path)
			}
			if tries(t, h, x.portal, x.name, password) || tries(t, h, x.portal, x.name, renewed) {
				t.Errorf("%s: the password works twice, or the lost one after it", x.portal)
			}
			// Late.
			b = h.Browser(t)
			asks(t, b, x.portal, x.name, x.route)
			password = sentTo(t, h, x.portal, x.to).Args["password"]
			h.Clock.Move(x.life + time.Second)
			if tries(t, h, x.portal, x.name, password) {
				t.Errorf("%s: the password works after %s", x.portal, x.life)
			}
		}
	})
}

// TestRecoveryByALink: the link goes to the confirmed e-mail address, is not used up by a program
// that scans mail, works once whoever is first, and not after its time.
func TestRecoveryByALink(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "1.17.2")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		for portal, life := range map[string]time.Duration{"ismet": time.Hour, "court": time.Hour} {
			confirmed(t, h, portal, "dana", "email", "dana@example.kz", "phone", "+77010000001")
			before := len(outbox(t, h, portal))
			if p := asks(t, h.Browser(t), portal, "dana", "email_link"); p.Path != "/"+portal+"/recover/link" {
				t.Fatalf("%s led to %s: %s", portal, p.Path, p.Text("main"))
			}
			link := linkIn(t, sentTo(t, h, portal, "dana@example.kz"))
			for range 3 {
				h.Browser(t).Get(link).Want(http.StatusOK)
			}
			h.Browser(t).Post(link, "password", "қысқа", "again", "қысқа").Want(http.StatusUnprocessableEntity)
			const tabs = 6
			var ready, done sync.WaitGroup
			barrier := make(chan struct{})
			led := make([]int, tabs)
			ready.Add(tabs)
			for i := range tabs {
				b := h.Browser(t)
				done.Go(func() {
					ready.Done()
					<-barrier
					led[i] = b.Post(link, "password", renewed+strconv.Itoa(i), "again", renewed+strconv.Itoa(i)).Status
				})
			}
			ready.Wait()
			close(barrier)
			done.Wait()
			in, first := 0, 0
			for i, status := range led {
				if status == http.StatusOK {
					in, first = in+1, i
				}
			}
			if in != 1 || !tries(t, h, portal, "dana", renewed+strconv.Itoa(first)) || tries(t, h, portal, "dana", housetest.Password) {
				t.Errorf("%s: a link was used %d times (%v), or another password works", portal, in, led)
			}
			h.Browser(t).Get(link).Want(http.StatusNotFound)
			got := sentSince(t, h, portal, before)
			for _, to := range []string{"dana@example.kz", "+77010000001"} {
				if !slices.Contains(got, "message.password_changed "+to) {
					t.Errorf("%s: %s was not told: %v", portal, to, got)
				}
			}
			asks(t, h.Browser(t), portal, "dana", "email_link")
			late := linkIn(t, sentTo(t, h, portal, "dana@example.kz"))
			h.Clock.Move(life + time.Second)
			h.Browser(t).Get(late).Want(http.StatusNotFound)
		}
	})
}

// TestRecoveryByACode: a code of digits comes by SMS; guesses run out, also those made at once from
// many browsers of one attempt; a code of another attempt is none.
func TestRecoveryByACode(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "R7")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		confirmed(t, h, "ismet", "+77010000001", "phone", "+77010000001")
		b, other := h.Browser(t), h.Browser(t)
		if p := asks(t, b, "ismet", "8 701 000 00 01", "sms_code"); p.Path != "/ismet/recover/code" {
			t.Fatalf("led to %s: %s", p.Path, p.Text("main"))
		}
		code := sentTo(t, h, "ismet", "+77010000001").Args["code"]
		if !regexp.MustCompile(`^[0-9]{6}$`).MatchString(code) {
			t.Fatalf("the code is %q", code)
		}
		asks(t, other, "ismet", "+77010000001", "sms_code")
		second := sentTo(t, h, "ismet", "+77010000001").Args["code"]
		if code != second {
			other.Post("/ismet/recover/code", "code", code).Want(http.StatusUnprocessableEntity)
		}
		wrong := "000000"
		if code == wrong {
			wrong = "111111"
		}
		var done sync.WaitGroup
		barrier := make(chan struct{})
		var mu sync.Mutex
		answers := map[int]int{}
		for range 40 {
			done.Go(func() {
				<-barrier
				p := b.Post("/ismet/recover/code", "code", wrong)
				mu.Lock()
				defer mu.Unlock()
				answers[p.Status]++
			})
		}
		close(barrier)
		done.Wait()
		if answers[http.StatusUnprocessableEntity] != 5 || answers[http.StatusTooManyRequests] != 35 {
			t.Errorf("40 guesses at once were answered %v, want 5 looked at and 35 turned away", answers)
		}
		b.Post("/ismet/recover/code", "code", code).Want(http.StatusTooManyRequests)
		if p := other.Post("/ismet/recover/code", "code", second); p.Path != "/ismet/recover/own" {
			t.Fatalf("the right code led to %s", p.Path)
		}
		if p := other.Post("/ismet/recover/own", "password", renewed, "again", renewed); p.Path != "/ismet/recover/done" {
			t.Fatalf("the new password led to %s: %s", p.Path, p.Text("main"))
		}
		if p := other.Post("/ismet/recover/own", "password", housetest.Password, "again", housetest.Password); p.Path == "/ismet/recover/done" {
			t.Error("one code set two passwords")
		}
		if !tries(t, h, "ismet", "8(701)0000001", renewed) {
			t.Error("the new password does not work")
		}
	})
}

// TestRecoveryByOneself: in the diary of schools whatever the person confirmed is used, the page
// names who else helps, an institution may stop it, and a password used before is refused.
func TestRecoveryByOneself(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		pupil := confirmed(t, h, "kundelik", "pupil", "phone", "+77010000001")
		confirmed(t, h, "kundelik", "bare")
		form := h.Browser(t).Get("/kundelik/recover").Want(http.StatusOK)
		if links := len(form.All(`main a[href*="#clause-3.3"]`)); links < 2 {
			t.Errorf("%d citations of clause 3.3 on the page", links)
		}
		none := asks(t, h.Browser(t), "kundelik", "bare", "self")
		b := h.Browser(t)
		if p := asks(t, b, "kundelik", "pupil", "self"); p.Text("main") != none.Text("main") {
			t.Error("the page tells whether a contact is confirmed")
		}
		m := sentTo(t, h, "kundelik", "+77010000001")
		if m.Channel != notify.SMS {
			t.Errorf("sent by %s", m.Channel)
		}
		b.Post("/kundelik/recover/code", "code", m.Args["password"]).Want(http.StatusOK)
		b.Post("/kundelik/recover/own", "password", housetest.Password, "again", housetest.Password).Want(http.StatusUnprocessableEntity)
		if p := b.Post("/kundelik/recover/own", "password", renewed, "again", renewed); p.Path != "/kundelik/recover/done" {
			t.Fatalf("the new password led to %s: %s", p.Path, p.Text("main"))
		}
		h.Accounts.RecoveryStopped = func(context.Context, string) (account.RecoveryHalt, error) {
			return account.RecoveryHalt{Some: true}, nil
		}
		h.Accounts.RecoveryOpen = func(_ context.Context, user identity.ID) (bool, time.Time, error) {
			return user != pupil.User, time.Time{}, nil
		}
		stopped := h.Browser(t)
		if p := asks(t, stopped, "kundelik", "pupil", "self"); p.Text("main") != none.Text("main") {
			t.Error("the page tells that the recovery was stopped")
		}
		if m := sentTo(t, h, "kundelik", "+77010000001"); m.Key != "message.recovery_stopped" || len(m.Args) != 0 {
			t.Errorf("sent although stopped: %s %v", m.Key, m.Args)
		}
	})
}

// TestRecoveryTellsNothing: a name nobody has, one without a confirmed contact and one who left are
// answered as everybody is, and limits hold for names and for addresses alike.
func TestRecoveryTellsNothing(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	onTheHour(h)
	confirmed(t, h, "egov", "asel", "email", "asel@example.kz")
	confirmed(t, h, "egov", "bare")
	gone := confirmed(t, h, "egov", "gone", "email", "gone@example.kz")
	if _, err := h.Agreements.Refuse(context.Background(), gone, "agreement", 1); err != nil {
		t.Fatal(err)
	}
	want := asks(t, h.Browser(t), "egov", "asel", "new_email")
	sent := len(outbox(t, h, "egov"))
	for _, name := range []string{"bare", "gone", "nobody", "asеl", strings.Repeat("x", 200)} {
		b := h.Browser(t)
		p := asks(t, b, "egov", name, "new_email")
		if p.Text("main") != want.Text("main") || p.Status != want.Status || p.Path != want.Path {
			t.Errorf("%q is answered otherwise (%d): %s", name, p.Status, p.Text("main"))
		}
		for i := range 6 {
			status := http.StatusUnprocessableEntity
			if i >= 5 {
				status = http.StatusTooManyRequests
			}
			b.Post("/egov/recover/code", "code", "aaaaaaaaaa").Want(status)
		}
	}
	if n := len(outbox(t, h, "egov")); n != sent {
		t.Errorf("%d messages went to nobody", n-sent)
	}
	b := h.Browser(t)
	b.Post("/egov/recover", "name", "", "route", "new_email").Want(http.StatusUnprocessableEntity)
	b.Post("/egov/recover", "name", "asel", "route", "sms_code").Want(http.StatusUnprocessableEntity)
	b.Post("/egov/recover", "name", strings.Repeat("я", 300_000), "route", "new_email").Want(http.StatusUnprocessableEntity)
	for _, name := range []string{"asel", "nobody"} {
		for range 4 {
			asks(t, b, "egov", name, "new_email").Want(http.StatusOK)
		}
		asks(t, b, "egov", name, "new_email").Want(http.StatusTooManyRequests)
	}
	refused := 0
	for i := range 60 {
		if asks(t, b, "egov", "somebody"+strconv.Itoa(i), "new_email").Status == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused == 0 {
		t.Error("one address asks without end")
	}
	h.Clock.Move(time.Hour)
	asks(t, b, "egov", "asel", "new_email").Want(http.StatusOK)
}
