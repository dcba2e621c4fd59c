package house_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/covers"
	"tereze/internal/fault"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
)

// contactCodeTo is the newest code sent to an address.
func contactCodeTo(t testing.TB, h *housetest.House, portal, to string) string {
	t.Helper()
	codes := sent(t, h, portal, to, "message.contact_code")
	if len(codes) == 0 {
		t.Fatalf("no code was sent to %s", to)
	}
	return codes[0].Args["code"]
}

// TestContactIsConfirmedBeforeItIsUsed: a code goes to the new one and nowhere else; until it is
// entered nothing changes; afterwards the old one is told, and the person sees what changed when.
func TestContactIsConfirmedBeforeItIsUsed(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "1.17")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		ctx := context.Background()
		actor := h.User(t, "ismet", "mover")
		accept(t, h, actor)
		contact(t, h, actor, account.ByEmail, "old@example.kz")
		confirmed := func() string {
			all, err := h.Accounts.MyContacts(ctx, actor)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range all {
				if c.Kind == account.ByEmail {
					return c.Value
				}
			}
			return ""
		}
		b := h.Browser(t)
		b.SignIn("ismet", "mover")
		for _, bad := range []string{"", "nobody", "two@a.kz, three@a.kz", "Name <a@b.kz>", "a\u200b@b.kz", "a@b.kz\r\nBcc: c@d.kz"} {
			b.Post("/ismet/cabinet/contacts/email", "value", bad).Want(http.StatusUnprocessableEntity)
		}
		p := b.Post("/ismet/cabinet/contacts/email", "value", "new@example.kz").Want(http.StatusOK)
		if p.Path != "/ismet/cabinet/contacts/code" || confirmed() != "old@example.kz" {
			t.Fatalf("before the code: %s, %s is in use", p.Path, confirmed())
		}
		code := contactCodeTo(t, h, "ismet", "new@example.kz")
		if len(code) != 6 || strings.Trim(code, "0123456789") != "" || strings.Contains(p.Body, code) {
			t.Errorf("code %q", code)
		}
		b.Post("/ismet/cabinet/contacts/code", "code", "000000x").Want(http.StatusUnprocessableEntity)
		b.Post("/ismet/cabinet/contacts/code", "resend", "1").Want(http.StatusOK)
		b.Post("/ismet/cabinet/contacts/code", "code", code).Want(http.StatusUnprocessableEntity) // void by the new one
		p = b.Post("/ismet/cabinet/contacts/code", "code", contactCodeTo(t, h, "ismet", "new@example.kz")).Want(http.StatusOK)
		if confirmed() != "new@example.kz" || !p.Has(".govuk-notification-banner--success") {
			t.Errorf("after the code %s is in use", confirmed())
		}
		if n := len(sent(t, h, "ismet", "old@example.kz", "message.contact_changed")); n != 1 {
			t.Errorf("the old address was told %d times", n)
		}
		if !strings.Contains(p.Text("#changes-table, table"), "new@example.kz") && !strings.Contains(p.Text("main"), "new@example.kz") {
			t.Error("the page does not show what changed")
		}
		if p := b.Post("/ismet/cabinet/contacts/code", "code", code); p.Path != "/ismet/cabinet/contacts?done=ended" {
			t.Errorf("a code entered twice led to %s", p.Path)
		}
	})
}

// TestContactThatIsASignInName: on a portal whose agreement takes contacts for sign-in names and lets
// them be changed (ismet R7) the new one signs in and the old one does not; another's is refused only
// to who holds its code; where it may not be changed (kg 2.5) the page says so by the clause.
func TestContactThatIsASignInName(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		ctx := context.Background()
		use := func(actor identity.Actor, value string) error {
			token, err := h.Accounts.BeginContact(ctx, actor, account.ByEmail, value)
			if err != nil {
				return err
			}
			return h.Accounts.ConfirmContact(ctx, actor, token, contactCodeTo(t, h, "ismet", value))
		}
		first, second := h.User(t, "ismet", "first@example.kz"), h.User(t, "ismet", "second@example.kz")
		contact(t, h, first, account.ByEmail, "first@example.kz")
		if err := use(first, "third@example.kz"); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Accounts.SignIn(ctx, signIn("ismet", "Third@example.kz")); err != nil {
			t.Errorf("the new address does not sign in: %v", err)
		}
		if _, err := h.Accounts.SignIn(ctx, signIn("ismet", "first@example.kz")); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("the old address signs in: %v", err)
		}
		err := use(second, "third@example.kz")
		if x, _ := err.(*fault.Fault); x == nil || x.Key != "account.contact_taken" {
			t.Errorf("somebody else's sign-in name: %v", err)
		}
		if all, _ := h.Accounts.MyContacts(ctx, second); len(all) != 0 {
			t.Errorf("and yet it is in use: %v", all)
		}

		applicant := h.User(t, "kg", "applicant")
		_, err = h.Accounts.BeginContact(ctx, applicant, account.ByPhone, "+996 700 123 456")
		if x, _ := err.(*fault.Fault); x == nil || x.Cite.Clause != "2.5" {
			t.Errorf("a telephone number that is the sign-in name: %v", err)
		}
	})
}

// TestContactCodesAreLimited: guesses at a code and messages to one number end at their limits, and
// an attempt belongs to the person who began it.
func TestContactCodesAreLimited(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	ctx := context.Background()
	actor, stranger := h.User(t, "egov", "guesser"), h.User(t, "egov", "stranger")
	token, err := h.Accounts.BeginContact(ctx, actor, account.ByPhone, "8 701 555 01 43")
	if err != nil {
		t.Fatal(err)
	}
	right := contactCodeTo(t, h, "egov", "+77015550143")
	if err := h.Accounts.ConfirmContact(ctx, stranger, token, right); !fault.Is(err, fault.Absent) {
		t.Errorf("somebody else's attempt: %v", err)
	}
	wrong := strings.Map(func(r rune) rune { return '0' + '9' - r }, right)
	for i := range 7 {
		err := h.Accounts.ConfirmContact(ctx, actor, token, wrong)
		if i < 5 != fault.Is(err, fault.Invalid) {
			t.Errorf("guess %d: %v", i, err)
		}
	}
	if err := h.Accounts.ConfirmContact(ctx, actor, token, right); !fault.Is(err, fault.TooMany) {
		t.Errorf("the right code after too many wrong ones: %v", err)
	}
	sends := 1
	for range 100 {
		_, err := h.Accounts.BeginContact(ctx, actor, account.ByPhone, "+77015550143")
		if err == nil {
			sends++
		} else if !fault.Is(err, fault.TooMany) {
			t.Fatal(err)
		}
	}
	if n := len(sent(t, h, "egov", "+77015550143", "message.contact_code")); n != 5 || sends != 5 {
		t.Errorf("%d messages to one number in an hour", n)
	}
}

// TestDataUpkeep: a person sees what of their data changed when, is asked to look them through after
// the time of the clause, and says that they are right.
func TestDataUpkeep(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "egov", "4.6")
	covers.Clause(t, "ismet", "R8.2")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		ctx := context.Background()
		for portal, number := range map[string]string{"egov": "4.6", "ismet": "R8.2"} {
			actor := h.User(t, portal, "keeper")
			accept(t, h, actor)
			bound, _, err := h.Agreements.Bind(ctx, actor, "")
			if err != nil {
				t.Fatal(err)
			}
			p := profile("менің сөзім")
			p.Shown = "Жаңа Есім"
			if err := h.Accounts.SaveProfile(ctx, bound, 1, p); err != nil {
				t.Fatal(err)
			}
			reminded := func(at time.Duration) bool {
				h.Clock.Move(at)
				defer h.Clock.Move(-at)
				b := h.Browser(t)
				b.SignIn(portal, "keeper")
				page := b.Get("/" + portal + "/cabinet").Want(http.StatusOK)
				if page.Path != "/"+portal+"/cabinet" {
					t.Fatalf("the cabinet led to %s", page.Path)
				}
				return page.Has("#data-reminder-title")
			}
			const day = 24 * time.Hour
			if reminded(300*day) || !reminded(370*day) || reminded(-30*day) {
				t.Errorf("%s: reminded after 300 days %v, after 370 %v, before %v", portal, reminded(300*day), reminded(370*day), reminded(-30*day))
			}
			h.Clock.Move(370 * day)
			b := h.Browser(t)
			b.SignIn(portal, "keeper")
			page := b.Get("/" + portal + "/cabinet/contacts").Want(http.StatusOK)
			if !page.Has(`main a[href*="#clause-`+number+`"]`) || !strings.Contains(page.Text("main"), "Тест Адамы") || !strings.Contains(page.Text("main"), "Жаңа Есім") {
				t.Errorf("%s: the page shows no clause, or not what changed: %s", portal, page.Text("main"))
			}
			b.Post("/" + portal + "/cabinet/contacts").Want(http.StatusOK)
			if reminded(2 * time.Second) {
				t.Errorf("%s: reminded although the data were confirmed", portal)
			}
			h.Clock.Move(-370 * day)
		}
	})
}
