package house_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/covers"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/store"
)

// numbered gives somebody a number of the state, as registration would.
func numbered(t testing.TB, h *housetest.House, actor identity.Actor, number string) {
	t.Helper()
	err := h.Store.InTx(context.Background(), func(tx *store.Tx) error {
		return tx.SavePerson(context.Background(), actor.Portal, actor.User, account.Person{Surname: "Сынақов", Given: "Тест", Number: number, ConfirmedAt: h.Clock.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// hrefs lists where the links of a selector lead.
func hrefs(p *housetest.Page, selector string) (out []string) {
	for _, n := range p.All(selector) {
		for _, a := range n.Attr {
			if a.Key == "href" {
				out = append(out, a.Val)
			}
		}
	}
	return out
}

// without takes one word out of a list that a rule sets, or the whole rule where no word is named.
func without(rule, parameter, word string) func(*agreement.Content) {
	return func(c *agreement.Content) {
		for i := range c.Clauses {
			before := len(c.Clauses[i].Rules)
			c.Clauses[i].Rules = slices.DeleteFunc(c.Clauses[i].Rules, func(r agreement.Rule) bool { return r.Name == rule && word == "" })
			for _, r := range c.Clauses[i].Rules {
				for k := range r.With {
					if r.Name == rule && r.With[k].Name == parameter {
						r.With[k].List = slices.DeleteFunc(slices.Clone(r.With[k].List), func(x string) bool { return x == word })
					}
				}
			}
			if before > 0 && len(c.Clauses[i].Rules) == 0 {
				c.Clauses[i].Kind = "declaratory"
			}
		}
	}
}

// TestMaterialsOpenWithAcceptance: what the court cabinet holds is closed to a visitor and to somebody
// who has not accepted, by list, by address and as a file, and accepting opens it; where an amendment
// drops the clause it stands open from the instant of the amendment.
func TestMaterialsOpenWithAcceptance(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "court", "1.3")
	h := housetest.SQLite(t)
	actor := h.User(t, "court", "party")
	visitor, party := h.Browser(t), h.Browser(t)
	party.SignIn("court", "party")
	materials := []string{"/court/services", "/court/services.csv", "/court/services/claim"}
	for _, path := range materials {
		if p := visitor.Get(path); !strings.HasPrefix(p.Path, "/court/sign-in") {
			t.Errorf("a visitor gets %s: %s", path, p.Path)
		}
		if p := party.Get(path); !strings.HasPrefix(p.Path, "/court/agreement/accept") {
			t.Errorf("before the acceptance %s leads to %s", path, p.Path)
		}
	}
	accept(t, h, actor)
	for _, path := range materials {
		if p := party.Get(path).Want(http.StatusOK); p.Path != path {
			t.Errorf("after the acceptance %s leads to %s", path, p.Path)
		}
	}
	publish(t, h, h.User(t, "court", "operator", identity.Operator), "agreement", without("gate.closed_until_acceptance", "", ""))
	if p := visitor.Get("/court/services"); !strings.HasPrefix(p.Path, "/court/sign-in") {
		t.Errorf("before the amendment is in force a visitor gets %s", p.Path)
	}
	h.Clock.Move(4 * 24 * time.Hour)
	if p := visitor.Get("/court/services").Want(http.StatusOK); p.Path != "/court/services" {
		t.Errorf("with the clause gone a visitor is led to %s", p.Path)
	}
}

// firm is a user of the court cabinet who registered by the key of a legal entity.
func firm(t testing.TB, h *housetest.House, name, bin string) identity.Actor {
	t.Helper()
	ctx := context.Background()
	u, err := h.Accounts.Register(ctx, account.Registration{Portal: "court", SignInName: name, Shown: "Тест Фирма", Password: housetest.Password, Again: housetest.Password, Language: "kk"})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Store.InTx(ctx, func(tx *store.Tx) error {
		return tx.AddBinding(ctx, u.ID, account.Binding{Party: "legal_entity", IIN: "800101100112", BIN: bin, Organisation: "Фирма", BoundAt: h.Clock.Now(), KeyEndsAt: h.Clock.Now().AddDate(1, 0, 0)})
	}); err != nil {
		t.Fatal(err)
	}
	return identity.Actor{Portal: "court", User: u.ID, Name: name, Shown: u.Shown, Language: "kk", Roles: u.Roles, SignedIn: h.Clock.Now()}
}

// TestOneWindow: all services of the courts stand in one list behind one sign-in, each person sees those
// of their role and no others, not by address either, and an organisation sees its own.
func TestOneWindow(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "court", "1.1a")
	covers.Clause(t, "court", "5.1")
	h := housetest.SQLite(t)
	for name, c := range map[string]struct {
		number     string
		sees, lost []string
	}{
		"person": {"800101100112", []string{"case-materials", "claim", "alimony-order"}, []string{"rehabilitation"}},
		"firm":   {"991240000013", []string{"case-materials", "claim", "rehabilitation"}, []string{"alimony-order"}},
	} {
		var actor identity.Actor
		if name == "firm" {
			actor = firm(t, h, name, c.number)
		} else {
			actor = h.User(t, "court", name)
		}
		numbered(t, h, actor, c.number)
		accept(t, h, actor)
		b := h.Browser(t)
		b.SignIn("court", name)
		list := b.Get("/court/services").Want(http.StatusOK)
		var want []string
		for _, s := range c.sees {
			want = append(want, "/court/services/"+s)
		}
		if got := hrefs(list, "main .tz-cards a"); !slices.Equal(got, want) {
			t.Errorf("a %s is shown %v, want %v", name, got, want)
		}
		if !slices.ContainsFunc(hrefs(list, "main a"), func(to string) bool { return strings.HasSuffix(to, "#clause-1.1a") }) {
			t.Error("the list does not say by which clause it is one")
		}
		for _, to := range want {
			b.Get(to).Want(http.StatusOK)
		}
		csv := b.Get("/court/services.csv").Want(http.StatusOK).Body
		for _, s := range c.lost {
			b.Get("/court/services/" + s).Want(http.StatusNotFound)
			if strings.Contains(csv, map[string]string{"rehabilitation": "банкроттау", "alimony-order": "Алимент"}[s]) {
				t.Errorf("a %s finds %s in the file", name, s)
			}
		}
	}
}

// TestServiceInformation: the service is described for everybody in each language: who may ask, what is
// needed, how long, how much, where; it is found by a part of its name, and what is not found says so.
func TestServiceInformation(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	b := h.Browser(t)
	for code, c := range map[string]struct{ find, title, paper string }{
		"ky": {"туулгандык", "Туулгандыкты мамлекеттик каттоо", "Медициналык уюмдун"},
		"ru": {"РОЖДЕН", "Государственная регистрация рождения", "медицинской организации"},
		"en": {"birth", "State registration of a birth", "medical institution"},
	} {
		b.Get("/kg/language/" + code + "?back=%2Fkg%2Fservices").Want(http.StatusOK)
		if got := len(b.Get("/kg/services").Want(http.StatusOK).All("main .tz-cards a")); got != 5 {
			t.Errorf("%s: %d services, want 5", code, got)
		}
		req, err := http.NewRequest(http.MethodGet, h.URL+"/kg/services", nil)
		if err != nil {
			t.Fatal(err)
		}
		query := req.URL.Query()
		query.Set("find", c.find)
		req.URL.RawQuery = query.Encode()
		if got := hrefs(b.Do(req).Want(http.StatusOK), "main .tz-cards a"); !slices.Contains(got, "/kg/services/birth-registration") {
			t.Errorf("%s: %q finds %v", code, c.find, got)
		}
		page := b.Get("/kg/services/birth-registration").Want(http.StatusOK)
		if page.Text("h1") != c.title || !strings.Contains(page.Text("main"), c.paper) || len(page.All("main dl dd")) != 4 {
			t.Errorf("%s: the page says %q", code, page.Text("main"))
		}
	}
	if p := b.Get("/kg/services?find=zzz").Want(http.StatusOK); p.Has(".tz-cards") || !p.Has(`main a[href="/kg/services"]`) {
		t.Error("what is not found does not say what to do")
	}
	b.Get("/kg/services/nothing").Want(http.StatusNotFound)
	b.Get("/ismet/services").Want(http.StatusOK)
}

// TestEntryPageOffers: the page before the sign-in of the court leads to help, to registration, whose
// agreement stands above the control that accepts it, and to the version before, and carries the sign
// that waits; an amendment takes an offer away from its instant on.
func TestEntryPageOffers(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "court", "UI-1")
	h := housetest.SQLite(t)
	b := h.Browser(t)
	page := b.Get("/court/sign-in").Want(http.StatusOK)
	links := hrefs(page, "main a")
	for _, to := range []string{"/court/help", "/court/register", "https://office.sud.kz/"} {
		if !slices.Contains(links, to) {
			t.Errorf("the page does not lead to %s: %v", to, links)
		}
	}
	if page.Text(`[data-module="tz-busy"][role="status"][hidden]`) == "" {
		t.Error("there is no sign to wait with")
	}
	help := b.Get("/court/help").Want(http.StatusOK)
	for _, to := range hrefs(help, "main .tz-cards a") {
		b.Get(to).Want(http.StatusOK)
	}
	if !strings.Contains(help.Text("main"), "office@sud.kz") {
		t.Error("the help does not say whom to ask")
	}
	form := b.Sign(b.Get("/court/register").Want(http.StatusOK), h.Key(t, housetest.Person("800101100112"))).Want(http.StatusOK)
	text, control := form.All(`[id$="clause-8.3"]`), form.All("main form button")
	if len(text) != 1 || len(control) == 0 || !precedes(text[0], control[len(control)-1]) {
		t.Errorf("%s: the agreement does not stand above the control", form.Path)
	}
	publish(t, h, h.User(t, "court", "operator", identity.Operator), "agreement", func(c *agreement.Content) {
		without("account.entry_page", "offers", "previous_version")(c)
		without("account.entry_page", "offers", "busy_notice")(c)
	})
	h.Clock.Move(4 * 24 * time.Hour)
	page = b.Get("/court/sign-in").Want(http.StatusOK)
	if links := hrefs(page, "main a"); slices.Contains(links, "https://office.sud.kz/") || !slices.Contains(links, "/court/help") || page.Has(`[data-module="tz-busy"]`) {
		t.Errorf("after the amendment the page offers %v", links)
	}
}

// TestCabinetSections: the cabinet holds what the clause names: the person's data, applications, and what
// was written to them, without its one-time secrets. A section that an amendment drops is gone.
func TestCabinetSections(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kg", "1.1b")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		b := h.Browser(t)
		registers(t, h, b, testPhone)
		other := h.User(t, "kg", "other")
		accept(t, h, other)
		home := b.Get("/kg/cabinet").Want(http.StatusOK)
		links := hrefs(home, "main a")
		for _, to := range []string{"/kg/cabinet/profile", "/kg/cabinet/applications", "/kg/cabinet/messages"} {
			if !slices.Contains(links, to) {
				t.Errorf("the cabinet does not lead to %s", to)
			}
			b.Get(to).Want(http.StatusOK)
		}
		if p := b.Get("/kg/cabinet/applications"); !p.Has(`main a[href="/kg/services"]`) {
			t.Error("the empty list does not say what to do")
		}
		messages := b.Get("/kg/cabinet/messages")
		rows := messages.All("main tbody tr")
		sent := outbox(t, h, "kg")
		if len(rows) == 0 || len(rows) != len(sent) {
			t.Errorf("%d messages are shown, %d were sent", len(rows), len(sent))
		}
		for _, m := range sent {
			if secret := m.Args["password"]; secret != "" && strings.Contains(messages.Body, html.EscapeString(secret)) {
				t.Error("a password is shown again")
			}
		}
		stranger := h.Browser(t)
		stranger.SignIn("kg", "other")
		if p := stranger.Get("/kg/cabinet/messages").Want(http.StatusOK); p.Has("main tbody tr") {
			t.Error("somebody reads another's messages")
		}
		e := publish(t, h, h.User(t, "kg", "operator", identity.Operator), "agreement", without("account.cabinet", "sections", "messages"))
		h.Clock.Move(e.InForceAt.Sub(h.Clock.Now()) + time.Second)
		accept(t, h, other)
		if slices.Contains(hrefs(stranger.Get("/kg/cabinet").Want(http.StatusOK), "main a"), "/kg/cabinet/messages") {
			t.Error("the section is offered although the clause no longer names it")
		}
		stranger.Get("/kg/cabinet/messages").Want(http.StatusNotFound)
	})
}

// TestPrivacyPolicyInEditions: the cabinet leads to the policy by which data are kept, a document in
// editions that nobody has to accept; the next edition stands there from its instant, and the one before
// stays readable.
func TestPrivacyPolicyInEditions(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kg", "2.4")
	h := housetest.SQLite(t)
	actor := h.User(t, "kg", "member")
	accept(t, h, actor)
	b := h.Browser(t)
	b.SignIn("kg", "member")
	home := b.Get("/kg/cabinet").Want(http.StatusOK)
	if home.Path != "/kg/cabinet" || !slices.Contains(hrefs(home, "main a"), "/kg/agreement/privacy-policy") {
		t.Fatalf("%s leads to %v", home.Path, hrefs(home, "main a"))
	}
	if p := b.Get("/kg/agreement/privacy-policy").Want(http.StatusOK); !strings.Contains(p.Text("main"), "жеке маалыматтар") {
		t.Error("the policy does not say how data are kept")
	}
	e := publish(t, h, h.User(t, "kg", "operator", identity.Operator), "privacy-policy", nil)
	h.Clock.Move(e.InForceAt.Sub(h.Clock.Now()) + time.Hour)
	if p := b.Get("/kg/agreement/privacy-policy").Want(http.StatusOK); !strings.Contains(p.Text("main"), "(2)") {
		t.Error("the policy in force is not the one shown")
	}
	if p := b.Get("/kg/agreement/privacy-policy/editions/1").Want(http.StatusOK); strings.Contains(p.Text("main"), "(2)") {
		t.Error("the edition before has changed")
	}
	if p := b.Get("/kg/cabinet").Want(http.StatusOK); p.Path != "/kg/cabinet" {
		t.Errorf("a new policy leads the person to %s", p.Path)
	}
}
