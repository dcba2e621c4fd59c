package house_test

import (
	"context"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/calendar"
	"tereze/internal/covers"
	"tereze/internal/fault"
	"tereze/internal/house"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/store"
	"tereze/internal/store/storetest"
)

// contact gives somebody a confirmed address.
func contact(t testing.TB, h *housetest.House, actor identity.Actor, kind account.ContactKind, value string) {
	t.Helper()
	err := h.Store.InTx(context.Background(), func(tx *store.Tx) error {
		return tx.SaveContact(context.Background(), actor.User, account.Contact{Kind: kind, Value: value, ConfirmedAt: h.Clock.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// sent lists the messages of a sentence to somebody, newest first.
func sent(t testing.TB, h *housetest.House, portal, to, key string) (out []notify.Message) {
	t.Helper()
	err := h.Store.InView(context.Background(), func(tx *store.Tx) error {
		all, err := tx.Outbox(context.Background(), portal, 200)
		for _, m := range all {
			if m.To == to && m.Key == key {
				out = append(out, m)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// signInWith fills the sign-in page in with any password.
func signInWith(b *housetest.Browser, portal, name, password string) *housetest.Page {
	form := b.Get("/" + portal + "/sign-in")
	return b.Post("/"+portal+"/sign-in", append([]string{"name", name, "password", password}, form.Hidden()...)...)
}

// TestPasswordOfThreeMonths: on the portal whose agreement says so a password is reminded of before
// its third month ends, and then leads to its change and to nothing else. A clock that is put
// forward and back makes nobody lose a password.
func TestPasswordOfThreeMonths(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "4.17e")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		actor := h.User(t, "kundelik", "pupil")
		accept(t, h, actor)
		set := h.Clock.Now()
		zone, _ := calendar.Zone("Asia/Almaty")
		end := calendar.AddMonths(set, 3, zone)

		at := func(when time.Time) (*housetest.Browser, *housetest.Page) {
			h.Clock.Move(when.Sub(h.Clock.Now()))
			b := h.Browser(t)
			b.SignIn("kundelik", "pupil")
			return b, b.Get("/kundelik/cabinet").Want(http.StatusOK)
		}
		if _, p := at(end.AddDate(0, 0, -8)); p.Path != "/kundelik/cabinet" || p.Has("#password-reminder-title") {
			t.Errorf("eight days before: %s, reminded %v", p.Path, p.Has("#password-reminder-title"))
		}
		if _, p := at(end.AddDate(0, 0, -6)); p.Path != "/kundelik/cabinet" || !p.Has("#password-reminder-title") {
			t.Errorf("six days before: %s, reminded %v", p.Path, p.Has("#password-reminder-title"))
		}
		b, p := at(end.Add(time.Minute))
		if !strings.HasPrefix(p.Path, "/kundelik/password") || !p.Has(`a[href*="#clause-4.17e"]`) {
			t.Fatalf("after the third month the cabinet led to %s\n%s", p.Path, p.Text("main"))
		}
		for _, path := range []string{"/kundelik/cabinet/profile", "/kundelik/cabinet/password", "/kundelik/cabinet/security", "/kundelik/rules", "/kundelik/agreement/accept"} {
			if p := b.Get(path); !strings.HasPrefix(p.Path, "/kundelik/password") {
				t.Errorf("%s is open although the password is due: %s", path, p.Path)
			}
		}
		b.Get("/kundelik/language/ru?back=%2Fkundelik%2Fpassword").Want(http.StatusOK)

		// The clock goes back: nothing is due any more at the next sign-in, nor long before.
		if _, p := at(end.Add(-24 * time.Hour)); p.Path != "/kundelik/cabinet" {
			t.Errorf("the clock back before the end: %s", p.Path)
		}
		if _, p := at(set.AddDate(-1, 0, 0)); p.Path != "/kundelik/cabinet" {
			t.Errorf("the clock back before the password was set: %s", p.Path)
		}
		// It goes forward again, and the password is replaced; the same one is refused.
		b, _ = at(end.Add(time.Hour))
		p = b.Post("/kundelik/password", "password", housetest.Password, "again", housetest.Password).Want(http.StatusUnprocessableEntity)
		if !p.Has(".govuk-error-summary") {
			t.Error("the password in force was taken for a new one")
		}
		p = b.Post("/kundelik/password", "password", "жаңа құпиясөз 1", "again", "жаңа құпиясөз 1", "next", "/kundelik/cabinet/profile").Want(http.StatusOK)
		if p.Path != "/kundelik/cabinet/profile" {
			t.Errorf("after the change: %s", p.Path)
		}
		if n := len(entries(t, h, actor.User, "account.password")); n != 1 {
			t.Errorf("%d pieces of evidence of one change", n)
		}
	})
}

// TestTemporaryPassword opens the page that replaces it and nothing else, on any portal.
func TestTemporaryPassword(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	ctx := context.Background()
	for _, portal := range []string{"kundelik", "court"} {
		actor := h.User(t, portal, "newcomer")
		accept(t, h, actor)
		hash, err := h.Accounts.Hasher.Hash(ctx, "уақытша сөз 42")
		if err != nil {
			t.Fatal(err)
		}
		err = h.Store.InTx(ctx, func(tx *store.Tx) error {
			return tx.ReplacePassword(ctx, actor.User, account.StoredPassword{Hash: hash, SetAt: h.Clock.Now(), Temporary: true, ExpiresAt: h.Clock.Now().Add(time.Hour)})
		})
		if err != nil {
			t.Fatal(err)
		}
		b := h.Browser(t)
		if p := signInWith(b, portal, "newcomer", "уақытша сөз 42"); !strings.HasPrefix(p.Path, "/"+portal+"/password") {
			t.Fatalf("%s: a temporary password opened %s", portal, p.Path)
		}
		p := b.Get("/" + portal + "/cabinet")
		if !strings.HasPrefix(p.Path, "/"+portal+"/password") {
			t.Errorf("%s: the cabinet is open: %s", portal, p.Path)
		}
		if cites := p.Has(`.govuk-warning-text a[href*="#clause-3.3"]`); cites != (portal == "kundelik") || p.Has(`.govuk-warning-text a[href*="#clause-4.17e"]`) {
			t.Errorf("%s: why the password is due is not said: %s", portal, p.Text(".govuk-warning-text"))
		}
		b.Post("/"+portal+"/password", "password", "уақытша сөз 42", "again", "уақытша сөз 42").Want(http.StatusUnprocessableEntity)
		if p := b.Post("/"+portal+"/password", "password", "менің сөзім 42", "again", "менің сөзім 42"); p.Path != "/"+portal+"/cabinet" {
			t.Errorf("%s: after the change: %s", portal, p.Path)
		}
		h.Clock.Move(2 * time.Hour)
		if p := signInWith(h.Browser(t), portal, "newcomer", "уақытша сөз 42"); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: the replaced password signs in: %d", portal, p.Status)
		}
	}
}

// TestLastFivePasswords: the five last passwords are refused, the present one and ones whose turn a
// clock moved both ways has mixed up included; the sixth may come again.
func TestLastFivePasswords(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "4.17f")
	h := housetest.SQLite(t)
	ctx := context.Background()
	actor := h.User(t, "kundelik", "teacher")
	in, err := h.Accounts.SignIn(ctx, signIn("kundelik", "teacher"))
	if err != nil {
		t.Fatal(err)
	}
	used := []string{housetest.Password}
	change := func(to string) error {
		err := h.Accounts.ChangePassword(ctx, actor, account.NewPassword{Token: in.Token, Old: used[len(used)-1], Password: to, Again: to})
		if err == nil {
			used = append(used, to)
		}
		return err
	}
	for i, to := range []string{"бірінші сөз", "екінші сөз", "үшінші сөз", "төртінші сөз"} {
		h.Clock.Move([]time.Duration{40 * 24 * time.Hour, -80 * 24 * time.Hour, time.Hour, -time.Hour}[i])
		if err := change(to); err != nil {
			t.Fatal(err)
		}
	}
	for _, old := range used {
		err := change(old)
		x, _ := err.(*fault.Fault)
		if x == nil || x.Key != "account.password_again" || x.Cite.Clause != "4.17f" {
			t.Errorf("%q again: %v", old, err)
		}
	}
	if err := change("бесінші сөз"); err != nil {
		t.Fatal(err)
	}
	if err := change(housetest.Password); err != nil {
		t.Errorf("the sixth last password is refused: %v", err)
	}
}

// TestChangePassword: at one's own wish, with the old one; other sessions end, the person is told,
// and of twenty windows at once one is first.
func TestChangePassword(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "court", "6.4")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		actor := h.User(t, "court", "party")
		accept(t, h, actor)
		contact(t, h, actor, account.ByEmail, "party@example.kz")
		b, other := h.Browser(t), h.Browser(t)
		b.SignIn("court", "party")
		other.SignIn("court", "party")
		other.Get("/court/cabinet").Want(http.StatusOK)

		form := b.Get("/court/cabinet/password").Want(http.StatusOK)
		if form.Attr(`input[name="old"]`, "autocomplete") != "current-password" || form.Attr(`input[name="password"]`, "autocomplete") != "new-password" {
			t.Error("password managers cannot fill the form in")
		}
		for name, fields := range map[string][]string{
			"a wrong old one":   {"old", "басқа құпиясөз", "password", "жаңа құпия 2026", "again", "жаңа құпия 2026"},
			"two different":     {"old", housetest.Password, "password", "жаңа құпия 2026", "again", "жаңа құпия 2027"},
			"a short one":       {"old", housetest.Password, "password", "жаңа", "again", "жаңа"},
			"the present one":   {"old", housetest.Password, "password", housetest.Password, "again", housetest.Password},
			"two hundred faces": {"old", housetest.Password, "password", strings.Repeat("😀", 200), "again", strings.Repeat("😀", 200)},
			"80 thousand bytes": {"old", housetest.Password, "password", strings.Repeat("аб", 20_000), "again", strings.Repeat("аб", 20_000)},
		} {
			p := b.Post("/court/cabinet/password", fields...).Want(http.StatusUnprocessableEntity)
			if !p.Has(".govuk-error-summary") || p.Has(`input[type="password"][value]`) {
				t.Errorf("%s: no summary, or a password sent back", name)
			}
		}
		huge := strings.Repeat("аб", 1_000_000)
		if p := b.Post("/court/cabinet/password", "old", housetest.Password, "password", huge, "again", huge); p.Status < 400 || p.Status >= 500 || !strings.Contains(p.Text("main"), "тым үлкен") {
			t.Errorf("four megabytes are answered by %d: %s", p.Status, p.Text("main"))
		}
		b.Post("/court/cabinet/password", "old", housetest.Password, "password", "жаңа құпия 2026", "again", "жаңа құпия 2026").Want(http.StatusOK)
		if p := other.Get("/court/cabinet"); !strings.HasPrefix(p.Path, "/court/sign-in") {
			t.Errorf("the other session goes on at %s", p.Path)
		}
		if p := b.Get("/court/cabinet"); p.Path != "/court/cabinet" {
			t.Errorf("this session ended: %s", p.Path)
		}
		if n := len(sent(t, h, "court", "party@example.kz", "message.password_changed")); n != 1 {
			t.Errorf("%d messages of the change", n)
		}
	})
}

func TestChangePasswordTwentyTimesAtOnce(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		ctx := context.Background()
		actor := h.User(t, "egov", "busy")
		in, err := h.Accounts.SignIn(ctx, signIn("egov", "busy"))
		if err != nil {
			t.Fatal(err)
		}
		const windows = 5 // each costs three hashes
		barrier, errs := make(chan struct{}), make([]error, windows)
		var done sync.WaitGroup
		for i := range windows {
			done.Go(func() {
				<-barrier
				to := "жаңа құпия " + string(rune('0'+i))
				errs[i] = h.Accounts.ChangePassword(ctx, actor, account.NewPassword{Token: in.Token, Old: housetest.Password, Password: to, Again: to})
			})
		}
		close(barrier)
		done.Wait()
		changed := 0
		for i, err := range errs {
			switch {
			case err == nil:
				changed++
			case !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Unavailable):
				t.Errorf("window %d: %v", i, err)
			}
		}
		if n := len(entries(t, h, actor.User, "account.password")); changed != 1 || n != 1 {
			t.Errorf("%d windows changed the password and left %d pieces of evidence, want one", changed, n)
		}
	})
}

// TestNobodyReadsAPassword: what is kept of a password is a salted hash; the password itself is in
// no file of the database, no evidence and no log.
func TestNobodyReadsAPassword(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "1.9")
	covers.Clause(t, "court", "6.1")
	ctx := context.Background()
	database := storetest.SQLite(t)
	h := housetest.Open(t, house.Config{Database: database})
	var hashes []string
	for _, portal := range []string{"kundelik", "court"} {
		for _, name := range []string{"alike-one", "alike-two"} {
			actor := h.User(t, portal, name)
			in, err := h.Accounts.SignIn(ctx, signIn(portal, name))
			if err != nil {
				t.Fatal(err)
			}
			n := account.NewPassword{Token: in.Token, Old: housetest.Password, Password: "Құпия-Белгі-777", Again: "Құпия-Белгі-777"}
			if err := h.Accounts.ChangePassword(ctx, actor, n); err != nil {
				t.Fatal(err)
			}
			if _, err := h.Accounts.SignIn(ctx, account.SignIn{Portal: portal, SignInName: name, Password: "Құпия-Қате-888"}); !fault.Is(err, fault.Unauthenticated) {
				t.Fatal(err)
			}
			err = h.Store.InView(ctx, func(tx *store.Tx) error {
				p, err := tx.StoredPassword(ctx, actor.User)
				hashes = append(hashes, p.Hash)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	for i, hash := range hashes {
		if !strings.HasPrefix(hash, "$argon2id$") || i > 0 && hash == hashes[i-1] {
			t.Errorf("stored %q: not a salted argon2id hash of its own", hash)
		}
	}
	for _, file := range []string{database, database + "-wal"} {
		content, err := os.ReadFile(file)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		for _, secret := range []string{housetest.Password, "Құпия-Белгі-777", "Құпия-Қате-888"} {
			if strings.Contains(string(content), secret) {
				t.Errorf("%s holds %q", file, secret)
			}
		}
	}
}
