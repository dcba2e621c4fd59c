package cabinet_test

import (
	"context"
	"encoding/csv"
	"image/png"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/evidence"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
)

// accept accepts for an actor, in the way the portal takes, what is in force now.
func accept(t *testing.T, h *housetest.House, actor identity.Actor, how string) []agreement.Acceptance {
	t.Helper()
	var seen []agreement.Seen
	for _, document := range h.Agreements.Required(actor.Portal, h.Clock.Now()) {
		e, _ := agreement.InForce(h.Agreements.Published(actor.Portal, document), h.Clock.Now())
		seen = append(seen, agreement.Seen{Document: document, Edition: e.Number})
	}
	out, err := h.Agreements.Accept(context.Background(), actor, how, seen, "192.0.2.7")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// amend publishes the next edition of a document, which says one word more.
func amend(t *testing.T, h *housetest.House, operator identity.Actor, document string) agreement.Edition {
	t.Helper()
	e, err := h.Agreements.Draft(t.Context(), operator, document)
	if err != nil {
		t.Fatal(err)
	}
	e, err = h.Agreements.Rewrite(t.Context(), operator, document, e.Number, e.Version, func(c *agreement.Content) error {
		for language := range c.Clauses[0].Text {
			c.Clauses[0].Text[language] += " 2"
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	e, err = h.Agreements.Publish(t.Context(), operator, document, e.Number, e.Version)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// signedIn is a browser of somebody new who has accepted.
func signedIn(t *testing.T, h *housetest.House, portal, how string) (*housetest.Browser, identity.Actor) {
	t.Helper()
	actor := h.User(t, portal, "asel")
	if how != "" {
		accept(t, h, actor, how)
	}
	b := h.Browser(t)
	b.SignIn(portal, "asel").Want(http.StatusOK)
	return b, actor
}

func TestTheCabinetAsksAStrangerToSignIn(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	for _, portal := range []string{"egov", "ismet", "kg"} {
		for _, page := range []string{"", "/profile", "/agreement", "/activity", "/activity.csv", "/refusal/agreement/1", "/receipts/x"} {
			p := h.Browser(t).Get("/" + portal + "/cabinet" + page).Want(http.StatusOK)
			if !strings.HasPrefix(p.Path, "/"+portal+"/sign-in?") {
				t.Errorf("%s%s led to %s, want the sign-in", portal, page, p.Path)
			}
		}
	}
}

func TestTheFirstPageLeadsToWhatBinds(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	b, _ := signedIn(t, h, "ismet", agreement.ByTick)
	p := b.Get("/ismet/cabinet").Want(http.StatusOK)
	for _, url := range []string{"/ismet/cabinet/agreement#offer", "/ismet/cabinet/agreement#rules", "/ismet/cabinet/profile", "/ismet/cabinet/activity"} {
		if !p.Has(`main a[href="` + url + `"]`) {
			t.Errorf("no way to %s", url)
		}
	}
	if p.Has(`main .govuk-notification-banner[id^="fresh-"], main .govuk-notification-banner [id^="fresh-"]`) {
		t.Error("a banner though nothing was accepted by being here")
	}
}

func TestContinuedUseIsToldOnceWithAWayToRefuse(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	b, _ := signedIn(t, h, "kundelik", agreement.ByButton)
	amend(t, h, h.User(t, "kundelik", "operator", identity.Operator), "agreement")
	p := b.Get("/kundelik/cabinet").Want(http.StatusOK)
	if !p.Has(`main .govuk-notification-banner a[href="/kundelik/cabinet/refusal/agreement/2"]`) ||
		!p.Has(`main .govuk-notification-banner a[href$="/agreement/editions/2/changes"]`) {
		t.Errorf("the banner does not lead to the refusal and to what changed: %s", p.Text("main"))
	}
	if !p.Has(`main .govuk-notification-banner a[href*="#clause-2.2"]`) {
		t.Error("the banner cites no clause")
	}
	if b.Get("/kundelik/cabinet").Want(http.StatusOK).Has("main .govuk-notification-banner") {
		t.Error("told twice")
	}
}

func TestAProfileIsSavedOrComesBack(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	b, _ := signedIn(t, h, "ismet", agreement.ByTick)
	const address = "/ismet/cabinet/profile"
	form := b.Get(address).Want(http.StatusOK)
	fields := func(version, shown, about, language string) []string {
		return []string{"version", version, "shown", shown, "about", about, "language", language}
	}
	version := form.Attr(`input[name="version"]`, "value")
	p := b.Post(address, fields(version, "1", strings.Repeat("а", 2001), "kk")...).Want(http.StatusUnprocessableEntity)
	if !p.Has("#shown-error") || !p.Has("#about-error") || p.Attr("#shown", "value") != "1" {
		t.Errorf("a refused form does not come back with its faults: %s", p.Text("main"))
	}
	p = b.Post(address, fields(version, "Әсел", "бірінші\r\nекінші", "xx")...).Want(http.StatusUnprocessableEntity)
	if !p.Has("#language-error") {
		t.Errorf("a language the portal does not speak: %s", p.Text("main"))
	}
	p = b.Post(address, fields(version, "Әсел", "бірінші\r\nекінші", "en")...).Want(http.StatusOK)
	if !p.Has(".govuk-notification-banner--success") || p.Attr("html", "lang") != "en" || p.Attr("#shown", "value") != "Әсел" {
		t.Errorf("saved, but %s in %s", p.Text("main"), p.Attr("html", "lang"))
	}
	p = b.Post(address, fields(version, "Айжан", "", "en")...).Want(http.StatusConflict)
	if p.Attr("#shown", "value") != "Айжан" || !strings.Contains(p.Text(".govuk-summary-card"), "Әсел") || !strings.Contains(p.Text(".govuk-summary-card"), "бірінші") {
		t.Errorf("a conflict does not show both: %s", p.Text("main"))
	}
	b.Post(address, fields(p.Attr(`input[name="version"]`, "value"), "Айжан", "", "en")...).Want(http.StatusOK)
	if got := b.Get(address).Attr("#shown", "value"); got != "Айжан" {
		t.Errorf("got %q after the conflict was settled, want Айжан", got)
	}
}

func TestTheAgreementPageSaysWhatBindsAndWhy(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	b, _ := signedIn(t, h, "ismet", "")
	p := b.Get("/ismet/cabinet/agreement").Want(http.StatusOK)
	if !p.Has(`main a[href="/ismet/agreement/accept"]`) || !p.Has(".tz-empty") {
		t.Errorf("nothing accepted: %s", p.Text("main"))
	}
	actor, err := h.Accounts.Actor(t.Context(), "ismet", sessionOf(t, h, "ismet"))
	if err != nil {
		t.Fatal(err)
	}
	accepted := accept(t, h, actor, agreement.ByTick)
	p = b.Get("/ismet/cabinet/agreement?accepted=1").Want(http.StatusOK)
	if !p.Has(".govuk-notification-banner--success") || p.Has(`main a[href="/ismet/agreement/accept"]`) {
		t.Errorf("accepted: %s", p.Text("main"))
	}
	for _, x := range accepted {
		if url := "/ismet/cabinet/receipts/" + h.Opaque.Of(x.Evidence); !p.Has(`#` + x.Document + ` a[href="` + url + `"]`) {
			t.Errorf("%s has no link to its receipt", x.Document)
		}
		if url := "/ismet/cabinet/refusal/" + x.Document + "/1"; !p.Has(`#` + x.Document + ` a[href="` + url + `"]`) {
			t.Errorf("%s has no way to refuse", x.Document)
		}
	}
}

// sessionOf begins a session beside the browser's and gives its token.
func sessionOf(t *testing.T, h *housetest.House, portal string) string {
	t.Helper()
	in, err := h.Accounts.SignIn(t.Context(), account.SignIn{Portal: portal, SignInName: "asel", Password: housetest.Password})
	if err != nil {
		t.Fatal(err)
	}
	return in.Token
}

func TestARefusalIsConfirmedAndEndsWhatTheAgreementSays(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	for _, c := range []struct {
		portal, document, how, effect, ends string
	}{
		{"court", "agreement", agreement.ByButton, agreement.Delete, "/court/goodbye"},
		{"ismet", "rules", agreement.ByTick, agreement.Close, "/ismet/goodbye"},
		{"kg", "agreement", agreement.ByConsent, agreement.NoEffect, "/kg/cabinet/agreement?refused=1"},
	} {
		t.Run(c.portal, func(t *testing.T) {
			t.Parallel()
			b, _ := signedIn(t, h, c.portal, c.how)
			address := "/" + c.portal + "/cabinet/refusal/" + c.document + "/1"
			p := b.Get(address).Want(http.StatusOK)
			if got := p.Attr(`input[name="effect"]`, "value"); got != c.effect {
				t.Errorf("names the effect %q, want %q", got, c.effect)
			}
			if p.Has("#understood[checked]") {
				t.Error("ticked before the person did")
			}
			if !b.Post(address, "effect", c.effect).Want(http.StatusUnprocessableEntity).Has("#understood-error") {
				t.Error("refused without the tick")
			}
			b.Post(address, "effect", "other", "understood", "yes").Want(http.StatusConflict)
			p = b.Post(address, "effect", c.effect, "understood", "yes").Want(http.StatusOK)
			if p.Path != c.ends {
				t.Errorf("led to %s, want %s", p.Path, c.ends)
			}
			still := !strings.Contains(b.Get("/"+c.portal+"/cabinet/agreement").Path, "/sign-in")
			if want := c.effect == agreement.NoEffect; still != want {
				t.Errorf("still signed in: %v, want %v", still, want)
			}
		})
	}
}

func TestAnEditionThatIsNeitherInForceNorAnnouncedCannotBeRefused(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	b, _ := signedIn(t, h, "court", agreement.ByButton)
	for _, address := range []string{"/agreement/2", "/agreement/0", "/agreement/01", "/offer/1", "/none/1"} {
		b.Get("/court/cabinet/refusal" + address).Want(http.StatusNotFound)
	}
}

func TestTheActivityPagesThroughEverythingOnce(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	b, actor := signedIn(t, h, "ismet", agreement.ByTick)
	operator := h.User(t, "ismet", "operator", identity.Operator)
	for range 24 {
		if _, err := h.Accounts.Look(t.Context(), operator, actor.User, "support"); err != nil {
			t.Fatal(err)
		}
	}
	p := b.Get("/ismet/cabinet/activity").Want(http.StatusOK)
	if !strings.Contains(p.Text(".tz-timeline"), "Портал қызметкері: "+operator.Shown) {
		t.Error("who looked is not named")
	}
	count, pages := len(p.All(".tz-timeline__event")), 1
	for next := p.Attr(`a[rel="next"]`, "href"); next != ""; pages++ {
		p = b.Get(next).Want(http.StatusOK)
		count += len(p.All(".tz-timeline__event"))
		next = p.Attr(`a[rel="next"]`, "href")
	}
	// Registration, two acceptances, sign-in, twenty-four looks.
	if count != 28 || pages != 2 {
		t.Errorf("got %d events on %d pages, want 28 on 2", count, pages)
	}
	body := b.Get("/ismet/cabinet/activity.csv").Want(http.StatusOK).Body
	reader := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\ufeff")))
	reader.Comma = ';'
	rows, err := reader.ReadAll()
	if err != nil || len(rows) != 29 || !strings.HasPrefix(body, "\ufeff") {
		t.Errorf("the table has %d rows (%v), want 29 with their head", len(rows), err)
	}
	b.Get("/ismet/cabinet/activity?before=7").Want(http.StatusNotFound)
}

func TestAReceiptIsShownToItsOwnerAlone(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	actor := h.User(t, "ismet", "asel")
	x := accept(t, h, actor, agreement.ByTick)[0]
	b := h.Browser(t)
	b.SignIn("ismet", "asel")
	address := "/ismet/cabinet/receipts/" + h.Opaque.Of(x.Evidence)
	numbered(t, h)
	p := b.Get(address).Want(http.StatusOK)
	if !strings.Contains(p.Text(".tz-receipt"), "R3") && !strings.Contains(p.Text(".tz-receipt"), "2.1") {
		t.Errorf("the receipt cites no clause: %s", p.Text(".tz-receipt"))
	}
	file := b.Get(address + "/receipt.json").Want(http.StatusOK)
	if !strings.HasPrefix(file.Header.Get("Content-Disposition"), "attachment") {
		t.Error("the file is not kept but shown")
	}
	verdict, err := evidence.Verify([]byte(file.Body), []string{h.LogKey})
	if err != nil {
		t.Fatal(err)
	}
	if got := verdict.Receipt.Commitment().String(); !strings.Contains(p.Text(".tz-receipt"), got) {
		t.Errorf("the page does not show the commitment %s", got)
	}
	if !strings.Contains(p.Text(".tz-receipt"), strconv.FormatInt(verdict.Checkpoint.Size, 10)) {
		t.Error("the page does not show the checkpoint")
	}
	qr := b.Get(p.Attr(".tz-receipt__qr", "src")).Want(http.StatusOK)
	if _, err := png.Decode(strings.NewReader(qr.Body)); err != nil {
		t.Errorf("the QR code is no image: %v", err)
	}
	h.User(t, "ismet", "other")
	stranger := h.Browser(t)
	stranger.SignIn("ismet", "other")
	for _, page := range []string{"", "/receipt.json", "/qr.png"} {
		stranger.Get(address + page).Want(http.StatusNotFound)
	}
}

// numbered waits until the log has taken what was done.
func numbered(t *testing.T, h *housetest.House) {
	t.Helper()
	if _, err := h.Sequencer.Step(t.Context()); err != nil {
		t.Log(err) // the house's own was first
	}
	time.Sleep(300 * time.Millisecond)
}
