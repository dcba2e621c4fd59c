package house_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/claims"
	"tereze/internal/covers"
	"tereze/internal/fault"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/party"
	"tereze/internal/store"
)

// The numbers are nobody's: months and years of registration that no register has.
const (
	testBIN  = "991240000013"
	otherBIN = "991241000019"
	testIIN  = "800101100112"
)

// bind makes somebody a member by what a verified certificate says.
func bind(t testing.TB, h *housetest.House, actor identity.Actor, number, name string, role party.Role) party.Joined {
	t.Helper()
	j, err := bindTry(h, actor, number, name, role)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func bindTry(h *housetest.House, actor identity.Actor, number, name string, role party.Role) (party.Joined, error) {
	return bindBy(h, actor, party.Certified{Number: number, Name: name, Role: role})
}

// bindBy binds by a certificate that says more.
func bindBy(h *housetest.House, actor identity.Actor, c party.Certified) (j party.Joined, err error) {
	if c.Kind = party.LegalEntity; c.Number == testIIN {
		c.Kind = party.SoleTrader
	}
	ctx := context.Background()
	err = h.Store.InTx(ctx, func(tx *store.Tx) error {
		j, err = h.Organisations.Bind(ctx, tx, actor, c)
		return err
	})
	return j, err
}

// full makes somebody's registration full.
func full(t testing.TB, h *housetest.House, actor identity.Actor) identity.Actor {
	t.Helper()
	ctx := context.Background()
	err := h.Store.InTx(ctx, func(tx *store.Tx) error {
		return tx.AddBinding(ctx, actor.User, account.Binding{Party: "individual", BoundAt: h.Clock.Now(), KeyEndsAt: h.Clock.Now().AddDate(1, 0, 0)})
	})
	if err != nil {
		t.Fatal(err)
	}
	return actor
}

// someone is a user of ismet in full who has accepted and has an address.
func someone(t testing.TB, h *housetest.House, name string) identity.Actor {
	t.Helper()
	actor := h.User(t, "ismet", name)
	accept(t, h, actor)
	contact(t, h, actor, account.ByEmail, name+"@example.kz")
	return full(t, h, actor)
}

func organisationURL(h *housetest.House, id identity.ID) string {
	return "/ismet/cabinet/organisations/" + h.Opaque.Of(id)
}

// actFor chooses an organisation on the page.
func actFor(t testing.TB, h *housetest.House, b *housetest.Browser, id identity.ID) *housetest.Page {
	t.Helper()
	chosen := "own"
	if id != 0 {
		chosen = h.Opaque.Of(id)
	}
	return b.Post("/ismet/cabinet/organisations", "behalf", chosen)
}

const headerBehalf = ".tz-who__behalf"

// askSupport makes a submission through the page.
func askSupport(b *housetest.Browser, portal, kind string) *housetest.Page {
	return b.Post("/"+portal+"/support", "kind", kind, "subject", "Сұрақ", "text", "Қалай істеу керек?")
}

// TestActingForAnOrganisation: a member chooses for whom they act; the header of every page and the evidence of
// what they do say so. Nobody else can choose it, whoever was a member acts for it no longer at the very next
// request, and what they do then is their own again.
func TestActingForAnOrganisation(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "1.6")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		head, member, stranger := someone(t, h, "head"), someone(t, h, "member"), someone(t, h, "stranger")
		org := bind(t, h, head, testBIN, "Мысал ЖШС", party.Head).Organisation
		bind(t, h, member, testBIN, "Мысал ЖШС", party.Employee)
		second := bind(t, h, member, testIIN, "ДК Басқа", party.Head).Organisation

		outsider := h.Browser(t)
		outsider.SignIn("ismet", "stranger")
		actFor(t, h, outsider, org.ID).Want(http.StatusForbidden)
		outsider.Get(organisationURL(h, org.ID)).Want(http.StatusNotFound)
		if p := outsider.Get("/ismet/cabinet"); p.Has(headerBehalf) {
			t.Error("somebody without a membership acts for the organisation")
		}

		b := h.Browser(t)
		b.SignIn("ismet", "member")
		if p := b.Get("/ismet/cabinet").Want(http.StatusOK); p.Has(headerBehalf) {
			t.Error("a new session does not begin on the person's own behalf")
		}
		actFor(t, h, b, org.ID).Want(http.StatusOK)
		for _, path := range []string{"/ismet", "/ismet/cabinet", "/ismet/support", "/ismet/agreement", "/ismet/cabinet/organisations", "/ismet/no-such-page"} {
			if p := b.Get(path); !strings.Contains(p.Text(headerBehalf), "Мысал ЖШС") {
				t.Errorf("%s does not say for whom is acted", path)
			}
		}
		askSupport(b, "ismet", "question").Want(http.StatusOK)
		asked := entries(t, h, member.User, "claims.ask")
		if len(asked) != 1 || asked[0].Detail["behalf_name"] != "Мысал ЖШС" || asked[0].Detail["behalf_role"] != "employee" {
			t.Fatalf("evidence of an act for the organisation: %+v", asked)
		}
		if p := b.Get("/ismet/cabinet/activity"); !strings.Contains(p.Text("main"), "Мысал ЖШС") {
			t.Error("the person's activity does not say for whom the act was")
		}
		owner := h.Browser(t)
		owner.SignIn("ismet", "head")
		if p := owner.Get(organisationURL(h, org.ID) + "/acts").Want(http.StatusOK); len(p.All("#acts-table tbody tr, table tbody tr")) < 3 {
			t.Errorf("the head does not see what was done: %s", p.Text("main"))
		}

		// The head ends the membership while the member is signed in.
		end := organisationURL(h, org.ID) + "/members/" + h.Opaque.Of(member.User) + "/end"
		owner.Get(end).Want(http.StatusOK)
		owner.Post(end).Want(http.StatusOK)
		if p := b.Get("/ismet/cabinet"); p.Has(headerBehalf) {
			t.Error("the session acts for an organisation after the membership has ended")
		}
		askSupport(b, "ismet", "question").Want(http.StatusOK)
		if asked := entries(t, h, member.User, "claims.ask"); asked[0].Detail["behalf"] != "" {
			t.Error("an act after the end is evidence for the organisation")
		}
		actFor(t, h, b, org.ID).Want(http.StatusForbidden)
		actFor(t, h, b, second.ID).Want(http.StatusOK)
		if p := b.Get("/ismet/cabinet"); !strings.Contains(p.Text(headerBehalf), "ДК Басқа") {
			t.Error("the other membership did not stay")
		}
		actFor(t, h, b, 0).Want(http.StatusOK)
		if p := b.Get("/ismet/cabinet"); p.Has(headerBehalf) {
			t.Error("the person cannot go back to their own behalf")
		}

		// Whatever an actor says of itself, the act's own transaction asks again.
		forged := stranger
		forged.Behalf = identity.Behalf{Organisation: org.ID, Name: org.Name, Role: "head", Signs: true}
		if _, err := h.Requests.Ask(context.Background(), forged, anAsk()); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an act for an organisation without a membership: %v", err)
		}
		if n := len(sent(t, h, "ismet", "member@example.kz", "message.organisation_ended")); n != 1 {
			t.Errorf("the member was told %d times", n)
		}
	})
}

// TestSigningForAnOrganisation: only a role with the right to sign accepts the agreement for the organisation,
// and a membership ends by itself with its term.
func TestSigningForAnOrganisation(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	ctx := context.Background()
	head := someone(t, h, "head")
	org := bind(t, h, head, testBIN, "Мысал ЖШС", party.Head).Organisation
	for role, may := range map[party.Role]bool{party.Signer: true, party.Employee: false} {
		actor := full(t, h, h.User(t, "ismet", "new-"+string(role)))
		bind(t, h, actor, testBIN, "Мысал ЖШС", role)
		b := h.Browser(t)
		b.SignIn("ismet", actor.Name)
		actFor(t, h, b, org.ID)
		actor.Behalf = behalfOf(t, h, actor, org.ID)
		_, err := h.Agreements.Accept(ctx, actor, ways()["ismet"], seen(h, "ismet"), "")
		if may != (err == nil) || !may && !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s accepts for the organisation: %v", role, err)
		}
		if found := entries(t, h, actor.User, "agreement.accept"); may && (len(found) == 0 || found[0].Detail["behalf_name"] != org.Name) {
			t.Errorf("evidence of the acceptance: %+v", found)
		}
		if p := b.Get("/ismet/cabinet/organisations").Want(http.StatusOK); !p.Has("form input[value=own]") {
			t.Error("whoever may not accept for the organisation cannot change back")
		}
	}
}

func behalfOf(t testing.TB, h *housetest.House, actor identity.Actor, org identity.ID) (b identity.Behalf) {
	t.Helper()
	err := h.Store.InView(context.Background(), func(tx *store.Tx) error {
		var err error
		b, err = h.Organisations.Behalf(context.Background(), tx, actor.Portal, actor.User, org)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestNewHead: of two certificates that state the first head the newer one counts, whichever comes first. Its
// holder takes the place at once, both are told, and the former keeps what their own certificate states besides, or
// nothing; what they are elsewhere stays.
func TestNewHead(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		first, second, third := someone(t, h, "first"), someone(t, h, "second"), someone(t, h, "third")
		now := h.Clock.Now()
		day := func(n int) time.Time { return now.AddDate(0, 0, n) }
		head := func(actor identity.Actor, since time.Time, beside party.Role) (party.Joined, error) {
			return bindBy(h, actor, party.Certified{Number: testBIN, Name: "Мысал ЖШС", Role: party.Head, Beside: beside, Since: since})
		}
		j, err := head(first, day(-30), "")
		if err != nil {
			t.Fatal(err)
		}
		org := j.Organisation
		bind(t, h, first, otherBIN, "Басқа АҚ", party.Signer)
		one, two := h.Browser(t), h.Browser(t)
		one.SignIn("ismet", "first")
		two.SignIn("ismet", "second")
		actFor(t, h, one, org.ID).Want(http.StatusOK)
		if p := one.Post(organisationURL(h, org.ID) + "/leave").Want(http.StatusConflict); !strings.Contains(p.Text(".govuk-error-summary"), "басшы") {
			t.Errorf("the last head leaves: %s", p.Text("main"))
		}
		for _, since := range []time.Time{day(-31), day(-30)} {
			if _, err := head(second, since, ""); !fault.Is(err, fault.Conflict) {
				t.Errorf("a certificate that is no newer than the head's: %v", err)
			}
		}
		if j, err = head(second, day(-20), party.Signer); err != nil || j.Former != first.User || j.Member.Role != party.Head {
			t.Fatalf("a newer head: %+v, %v", j, err)
		}
		h.Accounts.Forget(first.User)
		if p := one.Get("/ismet/cabinet"); p.Has(headerBehalf) {
			t.Error("the former head acts for the organisation")
		}
		actFor(t, h, one, org.ID).Want(http.StatusForbidden)
		one.Get(organisationURL(h, org.ID)).Want(http.StatusNotFound)
		if _, err := head(first, day(-30), ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("the former head comes back by the old certificate: %v", err)
		}
		for to, key := range map[string]string{"first@example.kz": "message.head_replaced", "second@example.kz": "message.head_now"} {
			if n := len(sent(t, h, "ismet", to, key)); n != 1 {
				t.Errorf("%s was told %d times", to, n)
			}
		}
		left, err := h.Organisations.Mine(context.Background(), first)
		if err != nil || len(left) != 2 || lasting(left, h.Clock.Now()) != 1 {
			t.Errorf("memberships of the former head: %+v, %v", left, err)
		}
		two.Get(organisationURL(h, org.ID) + "/invite").Want(http.StatusOK)
		if _, err := head(third, day(-10), ""); err != nil {
			t.Fatal(err)
		}
		h.Accounts.Forget(second.User)
		if b := behalfOf(t, h, second, org.ID); b.Role != string(party.Signer) {
			t.Errorf("a former head whose certificate states the right to sign is %+v", b)
		}
		two.Post(organisationURL(h, org.ID)+"/invite", "contact", "more@example.kz", "role", "employee").Want(http.StatusForbidden)
		if n := len(sent(t, h, "ismet", "second@example.kz", "message.head_stepped_down")); n != 1 {
			t.Errorf("the second head was told %d times", n)
		}
	})
}

func lasting(all []party.OrganisationMember, now time.Time) (n int) {
	for _, m := range all {
		if m.Lasts(now) {
			n++
		}
	}
	return n
}

// TestTwoHeadsAtOnce: certificates of several heads at the same moment, of an organisation nobody has bound
// before, leave one organisation with one head, whose certificate is the newest of those that were taken.
func TestTwoHeadsAtOnce(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		const tries = 6
		var actors []identity.Actor
		for i := range tries {
			actors = append(actors, someone(t, h, "head"+string(rune('a'+i))))
		}
		start := h.Clock.Now().AddDate(0, -1, 0)
		orgs, errs := make([]identity.ID, tries), make([]error, tries)
		atOnce(tries, func(i int) {
			j, err := bindBy(h, actors[i], party.Certified{Number: testBIN, Name: "Мысал ЖШС", Role: party.Head, Beside: party.Employee, Since: start.AddDate(0, 0, i)})
			orgs[i], errs[i] = j.Organisation.ID, err
		})
		roles := map[party.Role]int{}
		for i := range tries {
			if errs[i] != nil || orgs[i] != orgs[0] {
				t.Fatalf("certificate %d: organisation %d, %v", i, orgs[i], errs[i])
			}
			roles[party.Role(behalfOf(t, h, actors[i], orgs[0]).Role)]++
		}
		if roles[party.Head] != 1 || roles[party.Employee] != tries-1 {
			t.Errorf("after the certificates there are %v", roles)
		}
		if b := behalfOf(t, h, actors[tries-1], orgs[0]); b.Role != string(party.Head) {
			t.Errorf("the holder of the newest certificate is %+v", b)
		}
	})
}

// TestCertificatesThatBindNothing: numbers that are none, roles and kinds nobody states, portals whose
// agreement knows no organisations.
func TestCertificatesThatBindNothing(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	actor := someone(t, h, "holder")
	for name, c := range map[string]struct {
		number, name string
		role         party.Role
	}{
		"a month that is none":  {"991340000013", "Мысал ЖШС", party.Head},
		"a wrong check digit":   {"991240000014", "Мысал ЖШС", party.Head},
		"nothing":               {"", "Мысал ЖШС", party.Head},
		"no role of an office":  {testBIN, "Мысал ЖШС", party.Pupil},
		"no name":               {testBIN, " ", party.Head},
		"a name that is hidden": {testBIN, "Мысал\u202eЖШС", party.Head},
	} {
		if _, err := bindTry(h, actor, c.number, c.name, c.role); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	elsewhere := h.User(t, "court", "holder")
	if _, err := bindTry(h, elsewhere, testBIN, "Мысал ЖШС", party.Head); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a portal without organisations: %v", err)
	}
	b := h.Browser(t)
	b.SignIn("court", "holder")
	b.Get("/court/cabinet/organisations").Want(http.StatusNotFound)
}

// invitationTo is the path of the newest link sent to an address.
func linkTo(t testing.TB, h *housetest.House, portal, to, key string) string {
	t.Helper()
	all := sent(t, h, portal, to, key)
	if len(all) == 0 {
		t.Fatalf("no %s was sent to %s", key, to)
	}
	u, err := url.Parse(all[0].Args["link"])
	if err != nil {
		t.Fatal(err)
	}
	return u.Path
}

func anAsk() claims.Ask {
	return claims.Ask{Kind: "question", Subject: "Сұрақ", Text: "Қалай істеу керек?", Language: "kk"}
}

// TestInvitationToAnOrganisation: the link is shown to whoever has it and used up by nobody who looks; it works
// once, for one portal, for its time, and not after it was sent anew or taken back; only the head invites.
func TestInvitationToAnOrganisation(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		head, guest := someone(t, h, "head"), someone(t, h, "guest")
		org := bind(t, h, head, testBIN, "Мысал ЖШС", party.Head).Organisation
		at := organisationURL(h, org.ID)
		b := h.Browser(t)
		b.SignIn("ismet", "head")
		for _, bad := range [][]string{
			{"contact", "nobody", "role", "employee"}, {"contact", "guest@example.kz", "role", "head"}, {"contact", "guest@example.kz"},
			{"contact", "guest@example.kz", "role", "employee", "until-day", "31", "until-month", "2", "until-year", "2027"},
			{"contact", "guest@example.kz", "role", "employee", "until-day", "1", "until-month", "1", "until-year", "2020"},
			{"contact", "a@b.kz\r\nBcc: c@d.kz", "role", "employee"},
		} {
			b.Post(at+"/invite", bad...).Want(http.StatusUnprocessableEntity)
		}
		invite := func() string {
			b.Post(at+"/invite", "contact", "guest@example.kz", "role", "signer").Want(http.StatusOK)
			return linkTo(t, h, "ismet", "guest@example.kz", "message.organisation_invitation")
		}
		link := invite()
		if p := b.Get(at).Want(http.StatusOK); !strings.Contains(p.Text("main"), "guest@example.kz") {
			t.Error("the invitation is not in the list of open ones")
		}
		visitor := h.Browser(t)
		for range 3 {
			if p := visitor.Get(link).Want(http.StatusOK); !strings.Contains(p.Text("main"), "Мысал ЖШС") {
				t.Error("the link does not say who invites")
			}
		}
		visitor.Get(strings.Replace(link, "/ismet/", "/egov/", 1)).Want(http.StatusNotFound)
		visitor.Get(link[:len(link)-1]).Want(http.StatusNotFound)

		// The link is carried past the sign-in of this very browser.
		visitor.SignIn("ismet", "guest")
		p := visitor.Get("/ismet/cabinet/organisations/invitation").Want(http.StatusOK)
		if strings.Contains(p.Body, link[strings.LastIndex(link, "/")+1:]) {
			t.Error("the page holds the token")
		}
		visitor.Post("/ismet/cabinet/organisations/invitation", "answer", "accept").Want(http.StatusOK)
		visitor.Get(link).Want(http.StatusNotFound)
		visitor.Post("/ismet/cabinet/organisations/invitation", "answer", "accept").Want(http.StatusNotFound)
		if got := behalfOf(t, h, guest, org.ID); got.Role != "signer" || !got.Signs {
			t.Errorf("the guest became %+v", got)
		}
		visitor.Get(at + "/invite").Want(http.StatusOK)
		visitor.Post(at+"/invite", "contact", "more@example.kz", "role", "employee").Want(http.StatusForbidden)
		if n := len(sent(t, h, "ismet", "head@example.kz", "message.invitation_accepted")); n != 1 {
			t.Errorf("the head was told %d times", n)
		}

		// A member who leaves is none; another link, sent anew and taken back, brings nobody in.
		visitor.Post(at + "/leave").Want(http.StatusOK)
		old := invite()
		d, err := h.Organisations.Look(context.Background(), head, org.ID)
		if err != nil || len(d.Invitations) != 1 {
			t.Fatalf("open invitations: %+v, %v", d.Invitations, err)
		}
		one := at + "/invitations/" + h.Opaque.Of(d.Invitations[0].ID)
		b.Post(one, "act", "resend").Want(http.StatusOK)
		newer := linkTo(t, h, "ismet", "guest@example.kz", "message.organisation_invitation")
		visitor.Get(old).Want(http.StatusNotFound)
		visitor.Get(newer).Want(http.StatusOK)
		b.Post(one, "act", "withdraw").Want(http.StatusOK)
		b.Post(one, "act", "withdraw").Want(http.StatusConflict)
		visitor.Get(newer).Want(http.StatusNotFound)
		last := invite()
		visitor.Get(last).Want(http.StatusOK)
		h.Clock.Move(8 * 24 * time.Hour)
		visitor.Get(last).Want(http.StatusNotFound)
	})
}

// TestInvitationAnsweredAtOnce: of several people who hold one link and answer at the same moment one becomes
// a member; and a term ends the membership by itself.
func TestInvitationAnsweredAtOnce(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		const tries = 6
		ctx := context.Background()
		head := someone(t, h, "head")
		org := bind(t, h, head, testBIN, "Мысал ЖШС", party.Head).Organisation
		last := h.Clock.Now().In(h.Accounts.Zone("ismet")).AddDate(0, 0, 2).Format(time.DateOnly)
		if _, err := h.Organisations.Invite(ctx, head, org.ID, party.Invite{Contact: "guest@example.kz", Role: party.Employee, Until: last}); err != nil {
			t.Fatal(err)
		}
		link := linkTo(t, h, "ismet", "guest@example.kz", "message.organisation_invitation")
		token := link[strings.LastIndex(link, "/")+1:]
		var guests []identity.Actor
		for i := range tries {
			guests = append(guests, full(t, h, h.User(t, "ismet", "guest"+string(rune('a'+i)))))
		}
		errs := make([]error, tries)
		atOnce(tries, func(i int) { _, errs[i] = h.Organisations.Answer(ctx, guests[i], token, true) })
		won := -1
		for i, err := range errs {
			switch {
			case err == nil && won >= 0:
				t.Errorf("%d and %d both became members", won, i)
			case err == nil:
				won = i
			case !fault.Is(err, fault.Absent):
				t.Errorf("answer %d: %v", i, err)
			}
		}
		if won < 0 {
			t.Fatal("nobody became a member")
		}
		if behalfOf(t, h, guests[won], org.ID).Own() {
			t.Error("whoever answered first is no member")
		}
		h.Clock.Move(3 * 24 * time.Hour)
		if !behalfOf(t, h, guests[won], org.ID).Own() {
			t.Error("the membership outlives its term")
		}
	})
}

// TestStaffSeesOrganisationsForAReason: nothing is shown without a reason, and the person sees who looked.
func TestStaffSeesOrganisationsForAReason(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	member := someone(t, h, "member")
	bind(t, h, member, testBIN, "Мысал ЖШС", party.Head)
	h.User(t, "ismet", "desk", identity.Operator)
	b := h.Browser(t)
	b.SignIn("ismet", "desk")
	at := "/ismet/console/people/" + h.Opaque.Of(member.User) + "/organisations"
	if p := b.Get(at).Want(http.StatusOK); strings.Contains(p.Body, "Мысал ЖШС") {
		t.Error("shown without a reason")
	}
	b.Post(at).Want(http.StatusUnprocessableEntity)
	if p := b.Post(at, "reason", account.Reasons()[0]).Want(http.StatusOK); !strings.Contains(p.Text("main"), "Мысал ЖШС") || !strings.Contains(p.Text("main"), testBIN) {
		t.Errorf("not shown for a reason: %s", p.Text("main"))
	}
	if n := len(entries(t, h, member.User, "account.look")); n != 1 {
		t.Errorf("%d pieces of evidence of one look", n)
	}
	b.SignIn("ismet", "member")
	for _, file := range []string{"/ismet/cabinet/organisations.csv"} {
		if p := b.Get(file).Want(http.StatusOK); !strings.Contains(p.Body, "Мысал ЖШС") || strings.Contains(p.Body, ";=") {
			t.Errorf("%s: %s", file, p.Body)
		}
	}
}
