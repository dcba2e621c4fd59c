package house_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/covers"
	"tereze/internal/eds/authority"
	"tereze/internal/eds/pki"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/party"
)

// Numbers of people who are nobody.
const (
	secondIIN = "800101100211"
	thirdIIN  = "800101100310"
)

// newcomer registers somebody of ismet by code; keys are issued in their name.
type newcomer struct {
	*housetest.Browser
	user  identity.ID
	email string
	key   func(iin, bin string, roles ...pki.Role) *authority.Issued
}

func comes(t testing.TB, h *housetest.House, n int) newcomer {
	t.Helper()
	b := h.Browser(t)
	c := newcomer{Browser: b, email: "n" + strconv.Itoa(n) + "@example.kz"}
	c.user = registered(t, h, b, "+7701123456"+strconv.Itoa(n), c.email)
	surname, given := nameOf(t, h, c.user)
	c.key = func(iin, bin string, roles ...pki.Role) *authority.Issued {
		s := housetest.Person(iin)
		if bin != "" {
			s = housetest.Head(iin, bin, "Сынақ ЖШС")
			s.Roles = roles
		}
		s.Surname, s.FirstName = surname, given
		s.NotBefore = h.Clock.Now().Add(-time.Minute)
		return h.Key(t, s)
	}
	return c
}

// actor is who the newcomer is to the domain.
func (c newcomer) actor() identity.Actor {
	return identity.Actor{Portal: "ismet", User: c.user, Shown: "Тест", Language: "kk"}
}

func organisationOf(t testing.TB, h *housetest.House, c newcomer) party.OrganisationMember {
	t.Helper()
	all, err := h.Organisations.Mine(context.Background(), c.actor())
	if err != nil || len(all) == 0 {
		t.Fatalf("memberships %+v, %v", all, err)
	}
	return all[0]
}

// TestSecondOfAnOrganisation: after whoever may sign has registered an organisation, its employees join it by full
// registration with the role of their certificates. The head is told and can end it; the certificate of then opens
// nothing any more, a newer one does. Nobody joins by two accounts.
func TestSecondOfAnOrganisation(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "5.2")
	covers.Clause(t, "ismet", "1.6")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		head, clerk, twin := comes(t, h, 1), comes(t, h, 2), comes(t, h, 3)
		early := clerk.key(secondIIN, testBIN, pki.Employee)
		refusedFor(t, h, clerk.Sign(clerk.Get(fullPath), early), "party.unregistered")
		head.Sign(head.Get(fullPath), head.key(testIIN, testBIN, pki.FirstHead)).Want(http.StatusOK)
		clerk.Sign(clerk.Get(fullPath), early).Want(http.StatusOK)
		m, org := organisationOf(t, h, clerk), organisationOf(t, h, head)
		if m.Organisation != org.Organisation || m.Role != party.Employee || org.Role != party.Head {
			t.Fatalf("the head is %+v, the employee %+v", org, m)
		}
		if n := len(sent(t, h, "ismet", head.email, "message.member_joined")); n != 1 {
			t.Errorf("the head was told %d times", n)
		}
		refusedFor(t, h, twin.Sign(twin.Get(fullPath), twin.key(secondIIN, testBIN, pki.Employee)), "account.number_refused")

		actFor(t, h, clerk.Browser, m.Organisation).Want(http.StatusOK)
		clerk.Get(organisationURL(h, m.Organisation) + "/invite").Want(http.StatusOK)
		clerk.Post(organisationURL(h, m.Organisation)+"/invite", "contact", "x@example.kz", "role", "employee").Want(http.StatusForbidden)
		h.Clock.Move(time.Minute)
		head.Post(organisationURL(h, org.Organisation) + "/members/" + h.Opaque.Of(clerk.user) + "/end").Want(http.StatusOK)
		if p := clerk.Get("/ismet/cabinet"); p.Has(headerBehalf) {
			t.Error("whose membership was ended acts for the organisation")
		}
		another := fullPath + "?another=1"
		refusedFor(t, h, clerk.Sign(clerk.Get(another), early), "party.ended_by_head")
		h.Clock.Move(2 * time.Minute)
		refusedFor(t, h, clerk.Sign(clerk.Get(another), clerk.key(thirdIIN, testBIN, pki.Employee)), "signing.other_person")
		refusedFor(t, h, clerk.Sign(clerk.Get(another), clerk.key(secondIIN, "")), "account.already_full")
		clerk.Sign(clerk.Get(another), clerk.key(secondIIN, testBIN, pki.Signatory)).Want(http.StatusOK)
		if m = organisationOf(t, h, clerk); m.Role != party.Signer || !m.Lasts(h.Clock.Now()) {
			t.Errorf("by the newer certificate they are %+v", m)
		}

		// A newer certificate of the first head takes the head's place by the same page.
		h.Clock.Move(2 * time.Minute)
		clerk.Sign(clerk.Get(another), clerk.key(secondIIN, testBIN, pki.FirstHead)).Want(http.StatusOK)
		if m = organisationOf(t, h, clerk); m.Role != party.Head {
			t.Errorf("by a certificate of the first head they are %+v", m)
		}
		head.Get(organisationURL(h, org.Organisation)).Want(http.StatusNotFound)
		if n := len(sent(t, h, "ismet", head.email, "message.head_replaced")); n != 1 {
			t.Errorf("the former head was told %d times", n)
		}
	})
}

// refusedFor wants a page of a form that was refused for this.
func refusedFor(t testing.TB, h *housetest.House, p *housetest.Page, key string) {
	t.Helper()
	if said := h.Frame.Words.Say("kk", key); p.Status < 400 || !strings.Contains(p.Text(".govuk-error-summary"), said) {
		t.Errorf("%s: %d %q", key, p.Status, p.Text(".govuk-error-summary"))
	}
}

// TestTwoOfOneOrganisationAtOnce: two people who register one organisation at the same moment make one, and
// both belong to it.
func TestTwoOfOneOrganisationAtOnce(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		people := []newcomer{comes(t, h, 1), comes(t, h, 2)}
		keys := []*authority.Issued{people[0].key(testIIN, testBIN, pki.FirstHead), people[1].key(secondIIN, testBIN, pki.Signatory)}
		asked := []*housetest.Page{people[0].Get(fullPath), people[1].Get(fullPath)}
		got := make([]*housetest.Page, 2)
		atOnce(2, func(i int) { got[i] = people[i].Sign(asked[i], keys[i]) })
		for i := range got {
			if got[i].Status != http.StatusOK {
				t.Errorf("%d: %d %s", i, got[i].Status, got[i].Text(".govuk-error-summary"))
			}
		}
		one, two := organisationOf(t, h, people[0]), organisationOf(t, h, people[1])
		if one.Organisation != two.Organisation || one.Role != party.Head || two.Role != party.Signer {
			t.Errorf("they are %+v and %+v", one, two)
		}
	})
}

// TestSoleTrader: a natural person registers as a sole trader by their own key, over the name they trade under; the
// IIN is the number, the header says for whom they act, and an organisation's key makes nobody one.
func TestSoleTrader(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "5.2")
	covers.Clause(t, "ismet", "1.6")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		const path, name = fullPath + "/sole-trader", "Сынақов ЖК"
		c := comes(t, h, 1)
		if p := c.Get(fullPath); !p.Has(`a[href="` + path + `"]`) {
			t.Error("full registration does not lead to that of sole traders")
		}
		c.Post(path, "trade", " ").Want(http.StatusUnprocessableEntity)
		c.Post(path, "trade", "ЖК\u202e").Want(http.StatusUnprocessableEntity)
		asked := c.Post(path, "trade", "  Сынақов   ЖК ").Want(http.StatusOK)
		if !strings.Contains(string(asked.Statement()), name) || !strings.Contains(string(asked.Statement()), account.SoleTrader) {
			t.Errorf("what is signed does not name the trade: %s", asked.Statement())
		}
		signs := func(asked *housetest.Page, at string, key *authority.Issued) *housetest.Page {
			return c.Post(at, "request", asked.Request(), "signature", h.CMS(t, asked.Statement(), key))
		}
		own := c.key(testIIN, "")
		if p := signs(asked, path+"/sign?trade=Other", own); p.Status != http.StatusConflict {
			t.Errorf("another name than the signed one: %d", p.Status)
		}
		refusedFor(t, h, signs(c.Get(asked.Path), asked.Path, c.key(testIIN, testBIN, pki.FirstHead)), "account.key_of_organisation")
		done := signs(c.Get(asked.Path), asked.Path, own).Want(http.StatusOK)
		if done.Path != fullPath+"?done=1" || !strings.Contains(done.Text("main"), name) || !strings.Contains(done.Text("main"), h.Frame.Words.Say("kk", "keys.party.sole_trader")) {
			t.Errorf("at %s the page says %q", done.Path, done.Text("main"))
		}
		m := organisationOf(t, h, c)
		if m.Role != party.Head || m.In.Kind != party.SoleTrader || m.In.Number != testIIN || m.In.Name != name {
			t.Fatalf("the trader is %+v", m)
		}
		if kind, err := h.Accounts.KindOf(context.Background(), c.actor()); err != nil || kind != account.SoleTrader {
			t.Errorf("they are of the kind %q, %v", kind, err)
		}
		actFor(t, h, c.Browser, m.Organisation).Want(http.StatusOK)
		if p := c.Get("/ismet/cabinet"); !strings.Contains(p.Text(headerBehalf), name) {
			t.Errorf("the header says %q", p.Text(headerBehalf))
		}
		if e := entriesOf(t, h, "ismet", "account.full_registration"); len(e) != 1 || e[0].Detail["party"] != account.SoleTrader || e[0].Citation.Clause != "5.2" {
			t.Errorf("recorded as %+v", e)
		}

		// Who was registered in full as an individual becomes a sole trader by a further signature.
		other := comes(t, h, 2)
		other.Sign(other.Get(fullPath), other.key(secondIIN, "")).Want(http.StatusOK)
		asked = other.Post(path, "trade", "Басқаев ЖК").Want(http.StatusOK)
		shown := other.Post(asked.Path, "request", asked.Request(), "signature", h.CMS(t, asked.Statement(), other.key(secondIIN, ""))).Want(http.StatusOK)
		if shown.Path != "/ismet/cabinet/organisations" || !strings.Contains(shown.Text("main"), "Басқаев ЖК") {
			t.Errorf("a further signature led to %s: %s", shown.Path, shown.Text("main"))
		}
		if m := organisationOf(t, h, other); m.In.Number != secondIIN || m.In.Kind != party.SoleTrader {
			t.Errorf("the second trader is %+v", m)
		}
	})
	h := housetest.SQLite(t)
	h.User(t, "egov", "someone")
	b := h.Browser(t)
	b.SignIn("egov", "someone")
	b.Get("/egov/cabinet/full-registration/sole-trader").Want(http.StatusNotFound)
}

// TestPotentialUsersActForNobody: whoever has only registered beforehand asks, complains and reads as a user does, but
// neither joins an organisation nor acts for one, and is told by which clause and what to do (ismet 1.6, 1.7).
func TestPotentialUsersActForNobody(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "1.7")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		head, c := comes(t, h, 1), comes(t, h, 2)
		head.Sign(head.Get(fullPath), head.key(testIIN, testBIN, pki.FirstHead)).Want(http.StatusOK)
		org := organisationOf(t, h, head)
		head.Post(organisationURL(h, org.Organisation)+"/invite", "contact", c.email, "role", "employee").Want(http.StatusOK)
		c.Get(linkTo(t, h, "ismet", c.email, "message.organisation_invitation")).Want(http.StatusOK)
		const answer = "/ismet/cabinet/organisations/invitation"
		p := c.Post(answer, "answer", "accept").Want(http.StatusForbidden)
		if said := h.Frame.Words.Say("kk", "account.full_first"); !strings.Contains(p.Text("main"), said) || !p.Has(`main a[href*="#clause-1.7"]`) {
			t.Errorf("refused with %q", p.Text("main"))
		}
		askSupport(c.Browser, "ismet", "question").Want(http.StatusOK)

		// A membership from before full registration was demanded lets nobody act either.
		if _, err := bindTry(h, c.actor(), testBIN, "Сынақ ЖШС", party.Employee); err != nil {
			t.Fatal(err)
		}
		refusedFor(t, h, actFor(t, h, c.Browser, org.Organisation), "account.full_first")
		c.Sign(c.Get(fullPath), c.key(secondIIN, "")).Want(http.StatusOK)
		actFor(t, h, c.Browser, org.Organisation).Want(http.StatusOK)

		// The invitation was not used up by the refusal.
		third := comes(t, h, 3)
		third.Sign(third.Get(fullPath), third.key(thirdIIN, "")).Want(http.StatusOK)
		third.Get(linkTo(t, h, "ismet", c.email, "message.organisation_invitation")).Want(http.StatusOK)
		third.Post(answer, "answer", "accept").Want(http.StatusOK)
	})
}
