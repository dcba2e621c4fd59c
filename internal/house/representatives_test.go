package house_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"tereze/internal/covers"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/party"
	"tereze/internal/store"
)

func aPDF() []byte { return []byte("%PDF-1.7\n% сенімхат\n") }

// nameRepresentative sends the form with a file.
func nameRepresentative(t testing.TB, h *housetest.House, b *housetest.Browser, paper []byte, fields ...string) *housetest.Page {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i+1 < len(fields); i += 2 {
		if err := form.WriteField(fields[i], fields[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	part, err := form.CreateFormFile("paper", "=cmd.exe")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(paper); err != nil {
		t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodPost, h.URL+"/court/cabinet/representatives/new", &body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	return b.Do(req)
}

// term is the last day of a term, as the fields of a form.
func term(h *housetest.House, days int) []string {
	day := h.Clock.Now().In(h.Accounts.Zone("court")).AddDate(0, 0, days)
	return []string{"until-day", day.Format("2"), "until-month", day.Format("1"), "until-year", day.Format("2006")}
}

func copies(t testing.TB, h *housetest.House, to string) int {
	return len(sent(t, h, "court", to, "message.request_taken_copy"))
}

// TestRepresentativesAreTold: whoever a user names is told of the user's submissions of the named kinds: once
// the contact is confirmed by its own link, and not of other kinds, not after the term, not once revoked.
func TestRepresentativesAreTold(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "court", "5.2")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		accept(t, h, h.User(t, "court", "party"))
		b := h.Browser(t)
		b.SignIn("court", "party")
		b.Get("/court/cabinet/representatives").Want(http.StatusOK)
		name := func(to, kind string, days int) {
			t.Helper()
			fields := append([]string{"name", "Сенімді Өкіл", "contact", to, "kinds", kind}, term(h, days)...)
			nameRepresentative(t, h, b, aPDF(), fields...).Want(http.StatusOK)
		}
		name("yes@example.kz", "other", 30)
		name("short@example.kz", "other", 2)
		name("protest@example.kz", "protest", 30)
		name("no@example.kz", "other", 30)
		name("silent@example.kz", "other", 30)
		submit := func() { t.Helper(); askSupport(b, "court", "proposal").Want(http.StatusOK) }
		submit()
		for _, to := range []string{"yes@example.kz", "short@example.kz", "protest@example.kz", "no@example.kz"} {
			if copies(t, h, to) != 0 {
				t.Errorf("%s was told before confirming", to)
			}
			visitor, link := h.Browser(t), linkTo(t, h, "court", to, "message.representative")
			for range 2 {
				visitor.Get(link).Want(http.StatusOK) // a scanner of letters confirms nothing
			}
			answer := "agree"
			if to == "no@example.kz" {
				answer = "decline"
			}
			visitor.Get(strings.Replace(link, "/court/", "/egov/", 1)).Want(http.StatusNotFound)
			visitor.Post(link, "answer", answer).Want(http.StatusOK)
			visitor.Post(link, "answer", "agree").Want(http.StatusNotFound)
			visitor.Get(link).Want(http.StatusNotFound)
		}
		submit()
		for to, want := range map[string]int{"yes@example.kz": 1, "short@example.kz": 1, "protest@example.kz": 0, "no@example.kz": 0, "silent@example.kz": 0} {
			if got := copies(t, h, to); got != want {
				t.Errorf("%s was told %d times of a submission, want %d", to, got, want)
			}
		}
		m := sent(t, h, "court", "yes@example.kz", "message.request_taken_copy")[0]
		if m.Args["name"] != "Тест Адамы" || m.Args["number"] == "" {
			t.Errorf("the copy says %v", m.Args)
		}
		h.Clock.Move(4 * 24 * time.Hour)
		b.SignIn("court", "party")
		submit()
		if copies(t, h, "yes@example.kz") != 2 || copies(t, h, "short@example.kz") != 1 {
			t.Error("the term does not bound what is told")
		}
		all, err := h.Representatives.Mine(context.Background(), actorNamed(t, h, "court", "party"))
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range all {
			if x.To == "yes@example.kz" {
				b.Post("/court/cabinet/representatives/"+h.Opaque.Of(x.ID), "act", "revoke").Want(http.StatusOK)
			}
		}
		submit()
		if copies(t, h, "yes@example.kz") != 2 {
			t.Error("a revoked representative is told")
		}
		if p := b.Get("/court/cabinet/representatives.csv").Want(http.StatusOK); !strings.Contains(p.Body, "protest@example.kz") {
			t.Error("the export lacks a representative")
		}
	})
}

func actorNamed(t testing.TB, h *housetest.House, portal, name string) identity.Actor {
	t.Helper()
	u, _, there := userOf(t, h, portal, name)
	if !there {
		t.Fatalf("no user %s", name)
	}
	return identity.Actor{Portal: portal, User: u.ID, Shown: u.Shown, Language: u.Language}
}

// TestRepresentativeForms: what cannot be taken is refused at its field; a paper is known by its content, kept
// sealed, and given to nobody but the person.
func TestRepresentativeForms(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	accept(t, h, h.User(t, "court", "party"))
	accept(t, h, h.User(t, "court", "other"))
	b := h.Browser(t)
	b.SignIn("court", "party")
	good := func(change ...string) []string {
		form := append([]string{"name", "Сенімді Өкіл", "contact", "rep@example.kz", "kinds", "complaint"}, term(h, 10)...)
		for i := 0; i+1 < len(change); i += 2 {
			for j := 0; j+1 < len(form); j += 2 {
				if form[j] == change[i] {
					form[j+1] = change[i+1]
				}
			}
		}
		return form
	}
	for field, value := range map[string]string{"name": "", "contact": "nobody", "kinds": "none", "until-year": "2020", "until-day": "40"} {
		nameRepresentative(t, h, b, aPDF(), good(field, value)...).Want(http.StatusUnprocessableEntity)
	}
	for what, paper := range map[string][]byte{
		"nothing": nil, "a program": []byte("MZ\x90\x00"), "a page": []byte("<html><script>"), "too much": append(aPDF(), make([]byte, party.MostPaper)...),
	} {
		if p := nameRepresentative(t, h, b, paper, good()...).Want(http.StatusUnprocessableEntity); !p.Has(".govuk-error-summary") || p.Attr("input[name=contact]", "value") != "rep@example.kz" {
			t.Errorf("%s: the form did not come back filled in", what)
		}
	}
	nameRepresentative(t, h, b, aPDF(), good()...).Want(http.StatusOK)
	all, err := h.Representatives.Mine(context.Background(), actorNamed(t, h, "court", "party"))
	if err != nil || len(all) != 1 {
		t.Fatalf("%+v, %v", all, err)
	}
	at := "/court/cabinet/representatives/" + h.Opaque.Of(all[0].ID)
	p := b.Get(at + "/paper").Want(http.StatusOK)
	if p.Body != string(aPDF()) || p.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(p.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the paper: %v", p.Header)
	}
	other := h.Browser(t)
	other.SignIn("court", "other")
	other.Get(at).Want(http.StatusNotFound)
	other.Get(at + "/paper").Want(http.StatusNotFound)
	other.Post(at, "act", "revoke").Want(http.StatusNotFound)
	for range 3 {
		b.Post(at, "act", "again").Want(http.StatusOK)
	}
	b.Post(at, "act", "again").Want(http.StatusTooManyRequests)
	b.SignIn("court", "party")
	ismet := someone(t, h, "elsewhere")
	c := h.Browser(t)
	c.SignIn("ismet", ismet.Name)
	c.Get("/ismet/cabinet/representatives").Want(http.StatusNotFound)
}

// TestToldOfFilings: the function by which acts of other rooms tell representatives follows the kinds of the
// clause and of the user.
func TestToldOfFilings(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	ctx := context.Background()
	accept(t, h, h.User(t, "court", "party"))
	b := h.Browser(t)
	b.SignIn("court", "party")
	nameRepresentative(t, h, b, aPDF(), append([]string{"name", "Сенімді Өкіл", "contact", "rep@example.kz", "kinds", "application", "kinds", "complaint"}, term(h, 10)...)...).Want(http.StatusOK)
	h.Browser(t).Post(linkTo(t, h, "court", "rep@example.kz", "message.representative"), "answer", "agree").Want(http.StatusOK)
	actor := actorNamed(t, h, "court", "party")
	for _, kind := range []string{"application", "complaint", "protest", "other", "nonsense"} {
		err := h.Store.InTx(ctx, func(tx *store.Tx) error {
			return h.Representatives.Told(ctx, tx, "court", actor.User, kind, "message.request_taken_copy", map[string]string{"number": kind}, "kk")
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n := copies(t, h, "rep@example.kz"); n != 2 {
		t.Errorf("told of %d submissions, want 2", n)
	}
}
