package house_test

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
)

// TestAnswersThatProveNothing: whatever is wrong with an answer, it opens nothing and is told in the
// same words, and its challenge is used up.
func TestAnswersThatProveNothing(t *testing.T) {
	t.Parallel()
	h := atPortal(t)
	_, b := holder(t, h, "egov", "aigul")
	d, strange := &device{t: t}, &device{t: t}
	adds(t, b, "egov", d).Want(http.StatusOK)
	_, neighbour := holder(t, h, "court", "neighbour")
	adds(t, neighbour, "court", strange).Want(http.StatusOK)
	said := ""
	for name, lies := range map[string]lie{
		"another origin":                 {origin: "https://evil.example"},
		"the same host in the open":      {origin: "http://portal.example"},
		"another host":                   {host: "evil.example"},
		"another challenge":              {challenge: b64(make([]byte, 32))},
		"nobody's finger":                {unverified: true},
		"nobody's touch":                 {absent: true},
		"a broken signature":             {broken: true},
		"another account's handle":       {handle: []byte("somebody else's handle, 32 bytes")},
		"the answer of a new passkey":    {kind: "webauthn.create"},
		"an empty handle":                {handle: []byte{}},
		"an origin with a longer ending": {origin: passkeyOrigin + ".evil.example"},
	} {
		x := h.Browser(t)
		page := options(t, asksDevice(x, "egov"))
		d.lie = lies
		p := x.Post("/egov/sign-in/passkey", "answer", d.use(page, 0))
		d.lie = lie{}
		if p.Status != http.StatusUnprocessableEntity || said != "" && p.Text(".govuk-error-summary") != said {
			t.Errorf("%s: %d %q, others are told %q", name, p.Status, p.Text(".govuk-error-summary"), said)
		}
		said = p.Text(".govuk-error-summary")
		if again := x.Post("/egov/sign-in/passkey", "answer", d.use(page, 0)); again.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: the challenge is taken again: %d at %s", name, again.Status, again.Path)
		}
		h.Clock.Move(16 * time.Minute) // so that what was counted does not rest
	}
	for name, answer := range map[string]string{
		"nothing": "", "no JSON": "passkey", "an empty object": "{}", "half an object": `{"id":"AA`, "a megabyte": strings.Repeat("a", 1<<19),
		"a list": "[]", "no response": `{"id":"AAAA","rawId":"AAAA","type":"public-key"}`,
	} {
		x := h.Browser(t)
		asksDevice(x, "egov")
		if p := x.Post("/egov/sign-in/passkey", "answer", answer); p.Status != http.StatusUnprocessableEntity || p.Text(".govuk-error-summary") != said {
			t.Errorf("%s: %d %q", name, p.Status, p.Text(".govuk-error-summary"))
		}
		h.Clock.Move(16 * time.Minute)
	}
	x := h.Browser(t)
	if p := x.Post("/egov/sign-in/passkey", "answer", strange.use(options(t, asksDevice(x, "egov")), 0)); p.Text(".govuk-error-summary") != said {
		t.Errorf("another portal's passkey: %d at %s", p.Status, p.Path)
	}
}

// TestAChallengeIsOneBrowsersAndForOnce: it runs out, is taken once, of those who bring the answer at
// once too, and not by another browser.
func TestAChallengeIsOneBrowsersAndForOnce(t *testing.T) {
	t.Parallel()
	eachAtPortal(t, func(t *testing.T, h *housetest.House) {
		ctx := context.Background()
		actor, b := holder(t, h, "egov", "aigul")
		d := &device{t: t}
		adds(t, b, "egov", d).Want(http.StatusOK)

		x, y := h.Browser(t), h.Browser(t)
		hers := options(t, asksDevice(x, "egov"))
		asksDevice(y, "egov")
		if p := y.Post("/egov/sign-in/passkey", "answer", d.use(hers, 0)); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("another browser's challenge: %d at %s", p.Status, p.Path)
		}
		if p := h.Browser(t).Post("/egov/sign-in/passkey", "answer", d.use(hers, 0)); p.Status != http.StatusConflict {
			t.Errorf("a browser that asked nothing: %d at %s", p.Status, p.Path)
		}
		h.Clock.Move(5*time.Minute + time.Second)
		if p := x.Post("/egov/sign-in/passkey", "answer", d.use(hers, 0)); p.Status != http.StatusConflict {
			t.Errorf("after five minutes: %d at %s", p.Status, p.Path)
		}
		h.Clock.Move(16 * time.Minute)

		site := account.Site{Host: "portal.example", Origin: passkeyOrigin, Name: "egov"}
		s := account.SignIn{Portal: "egov", Address: "192.0.2.5", Site: site}
		token, err := h.Accounts.AskPasskey(ctx, s)
		if err != nil {
			t.Fatal(err)
		}
		asked, _, err := h.Accounts.Challenge(ctx, "egov", account.WayPasskeyFirst, token)
		if err != nil {
			t.Fatal(err)
		}
		answer := d.use(asked, 0)
		var in atomic.Int64
		atOnce(10, func(int) {
			if _, err := h.Accounts.SignInByPasskey(ctx, s, token, answer); err == nil {
				in.Add(1)
			}
		})
		if in.Load() != 1 {
			t.Errorf("one answer sent ten times at once began %d sessions", in.Load())
		}
		if _, err := h.Accounts.SignInByPasskey(ctx, s, token, answer); err == nil {
			t.Error("the answer is taken again later")
		}
		for _, e := range entries(t, h, actor.User, "account.passkey_cloned") {
			t.Errorf("a replay stopped the passkey: %+v", e)
		}
	})
}

// TestACopiedPasskeyIsStopped: a counter that did not grow stops the passkey for good, and the person
// is told; the password still opens.
func TestACopiedPasskeyIsStopped(t *testing.T) {
	t.Parallel()
	eachAtPortal(t, func(t *testing.T, h *housetest.House) {
		actor, b := holder(t, h, "egov", "aigul")
		d := &device{t: t}
		adds(t, b, "egov", d).Want(http.StatusOK)
		if p := enters(t, h.Browser(t), "egov", d); p.Path != "/egov/cabinet" {
			t.Fatalf("honest: %s", p.Path)
		}
		d.lie.stuck = true
		if p := enters(t, h.Browser(t), "egov", d); p.Status != http.StatusForbidden {
			t.Errorf("a counter that stands still: %d at %s", p.Status, p.Path)
		}
		d.lie.stuck = false
		d.keys[0].count += 10
		if p := enters(t, h.Browser(t), "egov", d); p.Status != http.StatusForbidden {
			t.Errorf("the copied passkey works again: %d at %s", p.Status, p.Path)
		}
		if len(sent(t, h, "egov", "aigul@example.kz", "message.passkey_cloned")) != 1 || len(entries(t, h, actor.User, "account.passkey_cloned")) != 1 {
			t.Error("nobody is told, or nothing is recorded, or more than once")
		}
		if p := b.Get("/egov/cabinet/passkeys"); !p.Has(".govuk-tag--red") {
			t.Error("the list does not show it")
		}
		b.Post("/egov/cabinet/passkeys/second", "choice", "on", "old", housetest.Password).Want(http.StatusConflict)
	})
}

// TestADeviceThatDoesNotCount: synced passkeys always say zero, which means nothing.
func TestADeviceThatDoesNotCount(t *testing.T) {
	t.Parallel()
	h := atPortal(t)
	_, b := holder(t, h, "egov", "aigul")
	d := &device{t: t}
	p := b.Post("/egov/cabinet/passkeys/add", "name", "x", "old", housetest.Password)
	asked := options(t, p)
	d.make(asked)
	d.keys[0].count = 0
	b.Post("/egov/cabinet/passkeys/add/device", "answer", d.attest(d.keys[0], readAsked(t, asked))).Want(http.StatusOK)
	d.lie.stuck = true
	for range 3 {
		if p := enters(t, h.Browser(t), "egov", d); p.Path != "/egov/cabinet" {
			t.Fatalf("a device that does not count: %d at %s", p.Status, p.Path)
		}
	}
}

// TestAddingTakesOnlyWhatWasAsked: the answer of another session, of another person, of another page,
// a passkey that is somebody's already and an eleventh are not added.
func TestAddingTakesOnlyWhatWasAsked(t *testing.T) {
	t.Parallel()
	h := atPortal(t)
	const add = "/egov/cabinet/passkeys/add"
	actor, b := holder(t, h, "egov", "aigul")
	_, thief := holder(t, h, "egov", "thief")
	begin := func(b *housetest.Browser) string {
		t.Helper()
		return options(t, b.Post(add, "name", "x", "old", housetest.Password).Want(http.StatusOK))
	}
	refused := func(name string, p *housetest.Page) {
		t.Helper()
		if strings.Contains(p.Path, "done=") || !p.Has(".govuk-error-summary") {
			t.Errorf("%s: %d at %s", name, p.Status, p.Path)
		}
	}
	d := &device{t: t}
	hers := begin(b)
	begin(thief)
	refused("another person's challenge", thief.Post(add+"/device", "answer", d.make(hers)))
	for name, lies := range map[string]lie{
		"another origin": {origin: "https://evil.example"}, "another host": {host: "evil.example"}, "another challenge": {challenge: b64(make([]byte, 32))},
		"nobody's finger": {unverified: true}, "the answer of a sign-in": {kind: "webauthn.get"},
	} {
		d.lie = lies
		refused(name, b.Post(add+"/device", "answer", d.make(begin(b))))
		d.lie = lie{}
	}
	asked := begin(b)
	h.Clock.Move(6 * time.Minute)
	refused("an answer that comes late", b.Post(add+"/device", "answer", d.make(asked)))

	// The same person, signed in at another browser: the challenge is bound to its session.
	site := account.Site{Host: "portal.example", Origin: passkeyOrigin, Name: "egov"}
	ctx := context.Background()
	one, err := h.Accounts.SignIn(ctx, signIn("egov", "aigul"))
	if err != nil {
		t.Fatal(err)
	}
	two, err := h.Accounts.SignIn(ctx, signIn("egov", "aigul"))
	if err != nil {
		t.Fatal(err)
	}
	token, err := h.Accounts.BeginPasskey(ctx, actor, account.NewPasskey{Site: site, Session: one.Token, Name: "x", Password: housetest.Password})
	if err != nil {
		t.Fatal(err)
	}
	text, _, err := h.Accounts.Challenge(ctx, "egov", account.WayPasskeyAdd, token)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Accounts.AddPasskey(ctx, actor, site, two.Token, token, d.make(text)); err == nil {
		t.Error("another session's challenge is taken")
	}
	if keys, _, err := h.Accounts.MyPasskeys(ctx, actor); err != nil || len(keys) != 0 {
		t.Fatalf("after all that %d passkeys, %v", len(keys), err)
	}

	mine := &device{t: t}
	adds(t, b, "egov", mine).Want(http.StatusOK)
	asked = begin(thief)
	mine.keys[0].handle = nil
	refused("a credential that is somebody's already", thief.Post(add+"/device", "answer", mine.attest(mine.keys[0], readAsked(t, asked))))
	for range 9 {
		adds(t, b, "egov", &device{t: t}).Want(http.StatusOK)
	}
	b.Post(add, "name", "x", "old", housetest.Password).Want(http.StatusConflict)
}

// TestWhatIsHalfWayWhenThePasswordChanges: a second step begun with the old password leads nowhere.
func TestWhatIsHalfWayWhenThePasswordChanges(t *testing.T) {
	t.Parallel()
	h := atPortal(t)
	_, b := holder(t, h, "ismet", "careful")
	d := &device{t: t}
	adds(t, b, "ismet", d).Want(http.StatusOK)
	b.Post("/ismet/cabinet/passkeys/second", "choice", "on", "old", housetest.Password).Want(http.StatusOK)
	x := h.Browser(t)
	asked := options(t, signInWith(x, "ismet", "careful", housetest.Password))
	h.Clock.Move(time.Second)
	b.Post("/ismet/cabinet/password", "old", housetest.Password, "password", "жаңа құпия сөз", "again", "жаңа құпия сөз").Want(http.StatusOK)
	if p := x.Post("/ismet/sign-in/second", "answer", d.use(asked, 0)); p.Status != http.StatusConflict {
		t.Errorf("after the change: %d at %s", p.Status, p.Path)
	}
	if p := x.Get("/ismet/sign-in/second"); p.Path != "/ismet/sign-in" {
		t.Errorf("the step is still open: %s", p.Path)
	}
	// Somebody who knows the password and keeps trying meets the lock of the name.
	for range 5 {
		signInWith(h.Browser(t), "ismet", "careful", "жаңа құпия сөз")
	}
	if p := signInWith(h.Browser(t), "ismet", "careful", "жаңа құпия сөз"); p.Status != http.StatusTooManyRequests {
		t.Errorf("the sixth time without the passkey: %d at %s", p.Status, p.Path)
	}
}

// TestACompromiseStopsPasskeys: from the report on none of them opens, alone or after the password,
// though the account itself may not be locked; the operator, who makes sure of the person, lets them in.
func TestACompromiseStopsPasskeys(t *testing.T) {
	t.Parallel()
	eachAtPortal(t, func(t *testing.T, h *housetest.House) {
		actor, b := holder(t, h, "egov", "robbed")
		d := &device{t: t}
		adds(t, b, "egov", d).Want(http.StatusOK)
		careful, lost := holder(t, h, "egov", "careful")
		lostKey := &device{t: t}
		adds(t, lost, "egov", lostKey).Want(http.StatusOK)
		lost.Post("/egov/cabinet/passkeys/second", "choice", "on", "old", housetest.Password).Want(http.StatusOK)
		for _, x := range []*housetest.Browser{b, lost} {
			x.Post("/egov/cabinet/compromised", "text", "бөтен адам кірді").Want(http.StatusOK)
		}
		if p := enters(t, h.Browser(t), "egov", d); p.Status != http.StatusForbidden {
			t.Errorf("a stopped passkey: %d at %s", p.Status, p.Path)
		}
		x := h.Browser(t)
		if p := signInWith(x, "egov", "robbed", housetest.Password); !strings.HasPrefix(p.Path, "/egov/cabinet") {
			t.Fatalf("the password leads to %s", p.Path)
		}
		if p := x.Get("/egov/cabinet/passkeys"); !p.Has(".govuk-tag--red") {
			t.Error("the list does not show that it is stopped")
		}
		h.Clock.Move(time.Second)
		fresh := &device{t: t}
		adds(t, x, "egov", fresh).Want(http.StatusOK)
		if p := enters(t, h.Browser(t), "egov", fresh); p.Path != "/egov/cabinet" {
			t.Errorf("a passkey added after the report: %d at %s", p.Status, p.Path)
		}

		if p := signInWith(h.Browser(t), "egov", "careful", housetest.Password); p.Status != http.StatusForbidden {
			t.Errorf("who is asked for a stopped passkey: %d at %s", p.Status, p.Path)
		}
		h.User(t, "egov", "operator", identity.Operator)
		op := h.Browser(t)
		op.SignIn("egov", "operator")
		at := personAddress(h, careful) + "/passkeys"
		op.Get(at).Want(http.StatusOK)
		op.Post(at, "checked", "document", "why", "short").Want(http.StatusUnprocessableEntity)
		if p := op.Post(at, "checked", "document", "why", "Identity card shown at the desk").Want(http.StatusOK); !p.Has(".govuk-notification-banner--success") {
			t.Errorf("the operator is not told: %s", p.Path)
		}
		op.Post(at, "checked", "document", "why", "Identity card shown at the desk").Want(http.StatusConflict)
		if p := signInWith(h.Browser(t), "egov", "careful", housetest.Password); !strings.HasPrefix(p.Path, "/egov/cabinet") {
			t.Errorf("let in again: %d at %s", p.Status, p.Path)
		}
		if len(sent(t, h, "egov", "careful@example.kz", "message.passkeys_ended")) != 1 {
			t.Error("the person is not told that the operator ended their passkeys")
		}
		x.Post(at, "checked", "document", "why", "Identity card shown at the desk").Want(http.StatusForbidden)
		if n := len(entries(t, h, actor.User, "account.compromise")); n != 1 {
			t.Errorf("%d reports", n)
		}
	})
}

// TestAResetByTheOperatorEndsPasskeys: who is let in anew begins with the temporary password alone.
func TestAResetByTheOperatorEndsPasskeys(t *testing.T) {
	t.Parallel()
	h := atPortal(t)
	actor, b := holder(t, h, "egov", "careful")
	d := &device{t: t}
	adds(t, b, "egov", d).Want(http.StatusOK)
	b.Post("/egov/cabinet/passkeys/second", "choice", "on", "old", housetest.Password).Want(http.StatusOK)
	operator := h.User(t, "egov", "operator", identity.Operator)
	err := h.Accounts.Reset(context.Background(), operator, actor.User, account.Procedure{Checked: "document", Reason: "Identity card shown at the desk", Kind: account.ByEmail})
	if err != nil {
		t.Fatal(err)
	}
	password := sent(t, h, "egov", "careful@example.kz", "message.reset")[0].Args["password"]
	if p := signInWith(h.Browser(t), "egov", "careful", password); !strings.HasPrefix(p.Path, "/egov/password") {
		t.Errorf("the temporary password leads to %s", p.Path)
	}
	if p := enters(t, h.Browser(t), "egov", d); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("the passkey of before: %d at %s", p.Status, p.Path)
	}
}

// TestRecoveryLeavesThePasskeyAsked: whoever reads the person's mail and replaces the password still
// meets the passkey the person chose; only the operator, who makes sure of them, ends it.
func TestRecoveryLeavesThePasskeyAsked(t *testing.T) {
	t.Parallel()
	h := atPortal(t)
	_, b := holder(t, h, "egov", "careful")
	d := &device{t: t}
	adds(t, b, "egov", d).Want(http.StatusOK)
	b.Post("/egov/cabinet/passkeys/second", "choice", "on", "old", housetest.Password).Want(http.StatusOK)
	asks(t, h.Browser(t), "egov", "careful", "email_temporary_password")
	password := sentTo(t, h, "egov", "careful@example.kz").Args["password"]
	x := h.Browser(t)
	p := signInWith(x, "egov", "careful", password)
	if p.Path != "/egov/sign-in/second" {
		t.Fatalf("the password that was sent leads to %s", p.Path)
	}
	if got := x.Get("/egov/password"); !strings.HasPrefix(got.Path, "/egov/sign-in") {
		t.Errorf("the page that replaces it is open: %s", got.Path)
	}
	if p := x.Post("/egov/sign-in/second", "answer", d.use(options(t, p), 0)); !strings.HasPrefix(p.Path, "/egov/password") {
		t.Errorf("password and passkey lead to %s", p.Path)
	}
}
