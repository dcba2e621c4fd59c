package house_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/covers"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/privacy"
	"tereze/internal/store"
)

// consentsOf lists what is kept of somebody's consents.
func consentsOf(t testing.TB, h *housetest.House, user identity.ID) (out []privacy.Consent) {
	t.Helper()
	err := h.Store.InView(context.Background(), func(tx *store.Tx) (err error) {
		out, err = tx.ConsentsOf(context.Background(), user)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestConsentIsGivenByTheActOfTheClause: the act the clause names gives the consent, to what the clauses
// name; the person sees it with the text that was shown, and its receipt.
func TestConsentIsGivenByTheActOfTheClause(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "egov", "2.8")
	covers.Clause(t, "kundelik", "4.7")
	covers.Clause(t, "kundelik", "4.8")
	covers.Clause(t, "kundelik", "4.11")
	covers.Clause(t, "kundelik", "4.13")
	covers.Clause(t, "ismet", "9.1.1")
	covers.Clause(t, "ismet", "9.1.2")
	for name, c := range map[string]struct {
		portal, clause, how, purposes, letters, actions, third string
		begin                                                  func(t *testing.T, h *housetest.House, b *housetest.Browser) identity.ID
		says                                                   []string
	}{
		"egov, by a signature": {"egov", "2.8", "signature", "service quality", "", "collect process store use", "false", func(t *testing.T, h *housetest.House, b *housetest.Browser) identity.ID {
			registerSigned(t, h, b, "800101100112", "a@example.kz")
			return entriesOf(t, h, "egov", "privacy.consent")[0].Home
		}, []string{"2.8", "Raising the quality"}},
		"ismet, by the box": {"ismet", "9.1", "tick", "service", "information adverts", "collect systematise accumulate store use disseminate destroy", "false", func(t *testing.T, h *housetest.House, b *housetest.Browser) identity.ID {
			return registered(t, h, b, "+77011234567", "a@example.kz")
		}, []string{"9.1.1", "9.1.2", "Adverts", "Letters with information"}},
		"kundelik, by the button": {"kundelik", "4.7", "button", "service access adverts statistics", "", "collect systematise accumulate store use destroy other", "true", func(t *testing.T, h *housetest.House, b *housetest.Browser) identity.ID {
			s := openSchools(t, h)
			*b = *s.a.admin
			return s.user(t, s.a.name).ID
		}, []string{"4.11", "Statistics and analysis", "3 months"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			housetest.Each(t, func(t *testing.T, h *housetest.House) {
				b := h.Browser(t)
				user := c.begin(t, h, b)
				given := consentsOf(t, h, user)
				if len(given) != 1 {
					t.Fatalf("%d consents, want 1", len(given))
				}
				d := given[0].Detail
				if d["how"] != c.how || strings.Join(given[0].Purposes, " ") != c.purposes || d["letters"] != c.letters || d["actions"] != c.actions || d["third_parties"] != c.third {
					t.Errorf("the consent: %v, %v", given[0].Purposes, d)
				}
				if e := entries(t, h, user, "privacy.consent"); len(e) != 1 || e[0].Citation.Clause != c.clause || !strings.HasSuffix(d["text"], " "+c.clause) {
					t.Errorf("the evidence: %+v, shown %q", e, d["text"])
				}
				b.Get("/" + c.portal + "/language/en")
				page := b.Get("/" + c.portal + "/cabinet/data/consents").Want(http.StatusOK)
				for _, want := range append(c.says, "Consent given") {
					if !strings.Contains(page.Text("main"), want) {
						t.Errorf("the page does not say %q: %s", want, page.Text("main"))
					}
				}
				if !page.Has(`main a[href="/` + c.portal + `/cabinet/receipts/` + h.Opaque.Of(given[0].Evidence) + `"]`) {
					t.Error("the receipt is not reached")
				}
			})
		})
	}
}

// TestAWithdrawnConsentHasItsEffect: the page says first what follows, then it does: letters end, statistics
// count the person no more, and where the portal cannot do without, the use of it ends.
func TestAWithdrawnConsentHasItsEffect(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		const at = "/ismet/cabinet/data/consents"
		person := h.User(t, "ismet", "asel")
		accept(t, h, person)
		reachable(t, h, person, account.ByEmail, "asel@example.kz")
		b := atDesk(t, h, "ismet", "asel")
		b.Post("/ismet/cabinet/contacts/service", "do", "subscribe").Want(http.StatusOK)
		if page := b.Get(at + "/information").Want(http.StatusOK); !strings.Contains(page.Text("main"), "no more letters") || !strings.Contains(page.Text("main"), "9.1.2") {
			t.Errorf("before the withdrawal: %s", page.Text("main"))
		}
		b.Get(at + "/nonsense").Want(http.StatusNotFound)
		b.Post(at+"/information", "do", "give").Want(http.StatusConflict)
		page := b.Post(at+"/information", "do", "withdraw").Want(http.StatusOK)
		if !page.Has(".govuk-notification-banner--success") || !strings.Contains(page.Text("#history"), "Consent withdrawn") && !strings.Contains(page.Text("main"), "Consent withdrawn") {
			t.Errorf("after it: %s", page.Text("main"))
		}
		b.Post(at+"/information", "do", "withdraw").Want(http.StatusConflict)
		var subscribed, letters, adverts bool
		look := func() {
			err := h.Store.InView(t.Context(), func(tx *store.Tx) (err error) {
				if subscribed, err = tx.Subscribed(t.Context(), person.User, notify.Email); err != nil {
					return err
				}
				if letters, err = h.Privacy.Allows(t.Context(), tx, "ismet", person.User, "information"); err != nil {
					return err
				}
				adverts, err = h.Privacy.Allows(t.Context(), tx, "ismet", person.User, "adverts")
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if look(); subscribed || letters || !adverts {
			t.Errorf("subscribed %t, letters %t, adverts %t", subscribed, letters, adverts)
		}
		if e := entries(t, h, person.User, "privacy.withdraw"); len(e) != 1 || e[0].Citation.Clause != "9.1.2" {
			t.Errorf("evidence: %+v", e)
		}
		b.Post(at+"/information", "do", "give").Want(http.StatusOK)
		if look(); !letters {
			t.Error("given again, and not allowed")
		}
		// By R34 the contract is the ground of the service: without the consent it goes on.
		b.Post(at+"/service", "do", "withdraw").Want(http.StatusOK)
		if u, _ := userNow(t, h, person.User); u.State != account.Active {
			t.Errorf("the account is %s", u.State)
		}

		other := h.User(t, "egov", "asel")
		accept(t, h, other)
		mine := atDesk(t, h, "egov", "asel")
		if page := mine.Get("/egov/cabinet/data/consents/service").Want(http.StatusOK); !strings.Contains(page.Text("main"), "closed at once") {
			t.Errorf("what follows is not said: %s", page.Text("main"))
		}
		mine.Post("/egov/cabinet/data/consents/service", "do", "withdraw").Want(http.StatusOK)
		err := h.Store.InView(t.Context(), func(tx *store.Tx) error {
			u, err := tx.User(t.Context(), other.User)
			if u.State != account.Deleted {
				t.Errorf("the account is %s", u.State)
			}
			return err
		})
		if err != nil || !strings.HasPrefix(mine.Get("/egov/cabinet").Path, "/egov/sign-in") {
			t.Errorf("the person is still there (%v)", err)
		}
		h.User(t, "egov", "operator1", identity.Operator)
		atDesk(t, h, "egov", "operator1").Post("/egov/cabinet/data/consents/service", "do", "withdraw").Want(http.StatusForbidden)
	})
}

// TestDataAreErasedThreeMonthsAfterTheDeletion: not a moment earlier; then nothing of the person is left, by a
// full look at every table, while the log verifies and the receipts taken away stay good.
func TestDataAreErasedThreeMonthsAfterTheDeletion(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "4.12")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		on(t, h, "2026-11-30T12:00")
		person, stays := h.User(t, "kundelik", "asel"), h.User(t, "kundelik", "berik")
		for _, actor := range []identity.Actor{person, stays} {
			accept(t, h, actor)
			reachable(t, h, actor, account.ByEmail, actor.Name+"@example.kz")
		}
		b := atDesk(t, h, "kundelik", "asel")
		ask(t, h, b, "kundelik", "question", "First")
		step(t, h)
		taken := receiptOf(t, h, person.User, entries(t, h, person.User, "agreement.accept")[0])
		b.Post("/kundelik/cabinet/data/consents/service", "do", "withdraw").Want(http.StatusOK)
		left, _ := userNow(t, h, person.User)
		if left.State != account.Closed {
			t.Fatalf("the account is %s", left.State)
		}
		due, _ := h.Accounts.EraseAt("kundelik", left.LeftAt)
		if want := instantOf(t, "2027-02-28T12:00"); due.Sub(want).Abs() > time.Hour {
			t.Fatalf("due %s, want %s", due, want)
		}
		h.Clock.Move(due.Add(-time.Second).Sub(h.Clock.Now()))
		keeps(t, h)
		if holds(t, h, person.User) == 0 {
			t.Fatal("erased a second too early")
		}
		h.Clock.Move(2 * time.Second)
		for range 2 { // a second run finds nothing to do
			keeps(t, h)
		}
		if n := holds(t, h, person.User); n != 0 {
			t.Errorf("%d rows of the person are left", n)
		}
		if holds(t, h, stays.User) == 0 {
			t.Error("somebody else was erased")
		}
		if late := entriesOf(t, h, "kundelik", "obligation.late"); len(late) != 0 {
			t.Errorf("erased in time, and recorded as late: %+v", late)
		}
		if e := entriesOf(t, h, "kundelik", "privacy.erase"); len(e) != 1 || e[0].Citation.Clause != "4.12" || e[0].Home != 0 {
			t.Errorf("evidence of it: %+v", e)
		}
		step(t, h)
		if v, err := evidence.Verify(taken, []string{h.LogKey}); err != nil || !v.Good() {
			t.Errorf("the receipt that was taken away: %v", err)
		}
		h.User(t, "kundelik", "operator1", identity.Operator)
		desk := atDesk(t, h, "kundelik", "operator1")
		page := desk.Get("/kundelik/console/data/erasures/" + h.Opaque.Of(person.User)).Want(http.StatusOK)
		if !strings.Contains(page.Text("main"), "4.12") || strings.Contains(page.Text("main"), "asel") {
			t.Errorf("the certificate: %s", page.Text("main"))
		}
		if csv := desk.Get("/kundelik/console/data/erasures.csv").Want(http.StatusOK); !strings.Contains(csv.Body, h.Opaque.Of(person.User)) {
			t.Errorf("the register: %s", csv.Body)
		}
	})
}

// holds counts what is held on somebody, evidence included.
func holds(t testing.TB, h *housetest.House, user identity.ID) (rows int) {
	t.Helper()
	err := h.Store.InView(context.Background(), func(tx *store.Tx) error {
		rows = 0
		for _, section := range store.Sections() {
			held, err := tx.Holding(context.Background(), user, section, h.Clock.Now())
			if err != nil {
				return err
			}
			for _, table := range held {
				rows += len(table.Rows)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func receiptOf(t testing.TB, h *housetest.House, home identity.ID, e evidence.Entry) (out []byte) {
	t.Helper()
	err := h.Store.InView(context.Background(), func(tx *store.Tx) error {
		r, err := evidence.ReceiptOf(context.Background(), tx, h.LogKey, home, e.ID)
		out = r.JSON()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// disclose fills in the form of a demand.
func disclose(b *housetest.Browser, h *housetest.House, person identity.Actor, more ...string) *housetest.Page {
	fields := []string{"by", "Almaty city court, judge A.", "basis", "Article 73 of the Civil Procedure Code", "paper", "12-34", "day", h.Clock.Now().AddDate(0, 0, -1).Format(time.DateOnly), "what", "profile", "what", "contacts"}
	return b.Post(personAddress(h, person)+"/disclose", append(fields, more...)...)
}

// TestDataAreDisclosedOnlyOnAGround: by law to those the clause names, or by the person's own consent; never by
// one operator alone; and the person sees it, unless a law forbids telling, and then when its term is over.
func TestDataAreDisclosedOnlyOnAGround(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "egov", "3.3.1")
	covers.Clause(t, "ismet", "9.3")
	covers.Clause(t, "ismet", "R34")
	for _, c := range []struct{ portal, byLaw, byConsent string }{{"egov", "3.3.1", "3.3.1"}, {"ismet", "R34", "9.3"}} {
		t.Run(c.portal, func(t *testing.T) {
			t.Parallel()
			housetest.Each(t, func(t *testing.T, h *housetest.House) {
				person, first := desk(t, h, c.portal)
				second, mine := atDesk(t, h, c.portal, "operator2"), atDesk(t, h, c.portal, "asel")
				list := "/" + c.portal + "/cabinet/data/disclosures"
				disclose(first, h, person, "ground", "curiosity", "recipient", "court").Want(http.StatusForbidden)
				if c.portal == "ismet" {
					disclose(first, h, person, "ground", "law", "recipient", "other").Want(http.StatusForbidden)
				}
				if p := disclose(first, h, person, "ground", "law", "recipient", "court", "silent", "Law on operational activity").Want(http.StatusUnprocessableEntity); !p.Has("#silent-error") {
					t.Error("a silence without an end is taken")
				}
				page := disclose(first, h, person, "ground", "law", "recipient", "court").Want(http.StatusOK)
				at, _, _ := strings.Cut(page.Path, "?")
				first.Post(at, "do", "agree").Want(http.StatusForbidden)
				if strings.Contains(mine.Get(list).Text("main"), "Almaty city court") {
					t.Error("the person sees what nobody has decided")
				}
				second.Post(at, "do", "agree").Want(http.StatusOK)
				second.Post(at, "do", "refuse").Want(http.StatusConflict)
				if seen := mine.Get(list).Want(http.StatusOK).Text("main"); !strings.Contains(seen, "Almaty city court") || !strings.Contains(seen, c.byLaw) || !strings.Contains(seen, "12-34") {
					t.Errorf("the person sees %s", seen)
				}
				if e := entries(t, h, person.User, "privacy.disclosure"); len(e) != 1 || e[0].Citation.Clause != c.byLaw {
					t.Errorf("evidence: %+v", e)
				}
				if len(sent(t, h, c.portal, "asel@example.kz", "message.disclosed")) != 1 {
					t.Error("the person was not told")
				}

				page = disclose(first, h, person, "ground", "consent").Want(http.StatusOK)
				at, _, _ = strings.Cut(page.Path, "?")
				if second.Post(at, "do", "agree").Want(http.StatusOK); madeOf(t, h, person) != 1 {
					t.Fatal("data were given by consent that nobody gave")
				}
				id := at[strings.LastIndex(at, "/"):]
				atDesk(t, h, c.portal, "operator1").Post(list+id, "do", "consent").Want(http.StatusNotFound)
				mine.Get(list + id).Want(http.StatusOK)
				mine.Post(list+id, "do", "consent").Want(http.StatusOK)
				if e := entries(t, h, person.User, "privacy.disclosure_consent"); len(e) != 1 || e[0].Citation.Clause != c.byConsent || madeOf(t, h, person) != 2 {
					t.Errorf("evidence of the consent: %+v, %d made", e, madeOf(t, h, person))
				}

				until := h.Clock.Now().AddDate(0, 1, 0).Format(time.DateOnly)
				page = disclose(first, h, person, "by", "Financial police", "ground", "law", "recipient", "law_enforcement", "silent", "Law on operational activity, article 12", "silent_until", until).Want(http.StatusOK)
				at, _, _ = strings.Cut(page.Path, "?")
				second.Post(at, "do", "agree").Want(http.StatusOK)
				for _, path := range []string{list, list + ".csv", "/" + c.portal + "/cabinet/activity"} {
					if seen := mine.Get(path); strings.Count(seen.Body, "12-34") > 2 || strings.Contains(seen.Body, "article 12") {
						t.Errorf("%s tells what the law forbids to tell", path)
					}
				}
				before := len(slices.DeleteFunc(mustMine(t, h, person), func(d privacy.Disclosure) bool { return d.State != privacy.Made }))
				h.Clock.Move(40 * 24 * time.Hour)
				if after := len(mustMine(t, h, person)); before != 2 || after != 3 {
					t.Errorf("the person saw %d, and after the term %d", before, after)
				}
				if csv := first.Get("/" + c.portal + "/console/data/disclosures.csv?state=made").Want(http.StatusOK); strings.Count(csv.Body, "\r\n") != 4 {
					t.Errorf("the register: %s", csv.Body)
				}
			})
		})
	}
}

func madeOf(t testing.TB, h *housetest.House, person identity.Actor) (n int) {
	t.Helper()
	err := h.Store.InView(context.Background(), func(tx *store.Tx) error {
		all, err := tx.DisclosuresOf(context.Background(), person.User)
		n = len(slices.DeleteFunc(all, func(d privacy.Disclosure) bool { return d.State != privacy.Made }))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func mustMine(t testing.TB, h *housetest.House, person identity.Actor) []privacy.Disclosure {
	t.Helper()
	all, err := h.Privacy.MyDisclosures(context.Background(), person)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestTheOtherAuthoritiesAreNotAnswered: where the agreement knows of law enforcement alone, and where it knows of
// no disclosure at all.
func TestTheOtherAuthoritiesAreNotAnswered(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	person, b := desk(t, h, "kundelik")
	disclose(b, h, person, "ground", "law", "recipient", "court").Want(http.StatusForbidden)
	disclose(b, h, person, "ground", "consent").Want(http.StatusForbidden)
	if p := disclose(b, h, person, "ground", "law", "recipient", "law_enforcement").Want(http.StatusOK); !strings.Contains(p.Text("main"), "8.1") {
		t.Errorf("the clause is not cited: %s", p.Text("main"))
	}
	other, b := desk(t, h, "court")
	disclose(b, h, other, "ground", "law", "recipient", "court").Want(http.StatusForbidden)
}

// TestThePolicyCoversWhomOneRepresents: the principles stand in a document of their own, in editions, which the cabinet
// leads to by the clause; it can be read without signing in, and covers the minors a person represents. A
// child whom their guardian registers has a consent of their own, given by the guardian.
func TestThePolicyCoversWhomOneRepresents(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "4.6")
	h := housetest.SQLite(t)
	person := h.User(t, "kundelik", "asel")
	accept(t, h, person)
	b := atDesk(t, h, "kundelik", "asel")
	if home := b.Get("/kundelik/cabinet").Want(http.StatusOK); !home.Has(`main a[href="/kundelik/agreement/privacy-policy"]`) || !strings.Contains(home.Text("main"), "4.6") {
		t.Errorf("the cabinet does not lead to the policy: %s", home.Text("main"))
	}
	for _, path := range []string{"/kundelik/agreement/privacy-policy", "/kundelik/agreement/privacy-policy/editions/1"} {
		if p := h.Browser(t).Get(path).Want(http.StatusOK); !strings.Contains(p.Text("main"), "кәмелетке толмаған") {
			t.Errorf("%s says %s", path, p.Text("main"))
		}
	}
	if p := b.Get("/kundelik/cabinet/data/consents").Want(http.StatusOK); !strings.Contains(p.Text("main"), "Data of minors you represent") {
		t.Errorf("the consent: %s", p.Text("main"))
	}
	if required := h.Agreements.Required("kundelik", h.Clock.Now()); len(required) != 1 {
		t.Errorf("a policy nobody has to accept is required: %v", required)
	}
}

// TestLawEnforcementIsHelpedAtOnce: whoever breaks the rules is blocked at once and nobody warns their institution;
// law enforcement is given what is known of them on its demand, by two operators and on record.
func TestLawEnforcementIsHelpedAtOnce(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "8.1")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		person, b := desk(t, h, "kundelik")
		second, mine := atDesk(t, h, "kundelik", "operator2"), atDesk(t, h, "kundelik", "asel")
		decides(t, b, h, person, "account.immediate_measures/block", "unlawful", "section", "6")
		if got := mine.Get("/kundelik/cabinet"); got.Status == http.StatusOK && got.Path == "/kundelik/cabinet" {
			t.Error("a block without notice waits")
		}
		outbox := 0
		err := h.Store.InView(t.Context(), func(tx *store.Tx) error {
			all, err := tx.Outbox(t.Context(), "kundelik", 100)
			outbox = len(slices.DeleteFunc(all, func(m notify.Message) bool { return m.To == "asel@example.kz" }))
			return err
		})
		if err != nil || outbox != 0 {
			t.Errorf("%d others were told (%v)", outbox, err)
		}
		page := disclose(b, h, person, "ground", "law", "recipient", "law_enforcement").Want(http.StatusOK)
		at, _, _ := strings.Cut(page.Path, "?")
		b.Post(at, "do", "agree").Want(http.StatusForbidden)
		second.Post(at, "do", "agree").Want(http.StatusOK)
		if e := entries(t, h, person.User, "privacy.disclosure"); len(e) != 1 || e[0].Citation.Clause != "8.1" || e[0].Detail["recipient"] != "law_enforcement" {
			t.Errorf("evidence: %+v", e)
		}
	})
}

// TestStaffLookOnlyForAReasonOfTheClause: without one of its reasons nothing is shown; each look is in the
// register of the operator and in the person's own, with the clause, as a page and as a table.
func TestStaffLookOnlyForAReasonOfTheClause(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "R31")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		person, b := desk(t, h, "ismet")
		mine := atDesk(t, h, "ismet", "asel")
		for _, reason := range []string{"", "curiosity"} {
			if p := b.Post(personAddress(h, person), "reason", reason).Want(http.StatusUnprocessableEntity); strings.Contains(p.Text("main"), "asel@example.kz") {
				t.Errorf("for the reason %q the data are shown", reason)
			}
		}
		b.Post(personAddress(h, person), "reason", "enforcement").Want(http.StatusOK)
		if e := entries(t, h, person.User, "account.look"); len(e) != 1 || e[0].Citation.Clause != "R31" {
			t.Fatalf("evidence: %+v", e)
		}
		seen := mine.Get("/ismet/cabinet/looks").Want(http.StatusOK)
		if !strings.Contains(seen.Text("main"), "R31") || !seen.Has(`main a[href="/ismet/cabinet/looks.csv"]`) {
			t.Errorf("the person sees %s", seen.Text("main"))
		}
		if csv := mine.Get("/ismet/cabinet/looks.csv").Want(http.StatusOK); strings.Count(csv.Body, "\r\n") != 2 || !strings.Contains(csv.Body, "Operator") {
			t.Errorf("the table: %s", csv.Body)
		}
		register := b.Get("/ismet/console/data/looks").Want(http.StatusOK)
		if len(register.All("#looks")) == 0 && !strings.Contains(register.Text("main"), "asel") {
			t.Errorf("the register: %s", register.Text("main"))
		}
		if p := b.Get("/ismet/console/data/looks?to=2020-01-01").Want(http.StatusOK); !strings.Contains(p.Text("main"), "There are no looks") {
			t.Errorf("before anybody looked: %s", p.Text("main"))
		}
		b.Get("/ismet/console/data/looks?from=yesterday").Want(http.StatusUnprocessableEntity)
		if csv := b.Get("/ismet/console/data/looks.csv").Want(http.StatusOK); !strings.Contains(csv.Body, "R31") || strings.Contains(csv.Body, "asel") {
			t.Errorf("the exported register: %s", csv.Body)
		}
		mine.Get("/ismet/console/data/looks").Want(http.StatusForbidden)
	})
}

// TestACopyOfEverything: asked once at a time, made in the background, announced, fetched by the person alone and
// only when they show that they are present, gone after its term; and it has in it what it should.
func TestACopyOfEverything(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		const at = "/egov/cabinet/data/copy"
		person, _ := desk(t, h, "egov")
		b := atDesk(t, h, "egov", "asel")
		ask(t, h, b, "egov", "question", "My first question")
		if p := b.Get(at).Want(http.StatusOK); !strings.Contains(p.Text("main"), "No copy was asked for") {
			t.Errorf("before: %s", p.Text("main"))
		}
		answers := make([]int, 4)
		atOnce(len(answers), func(i int) {
			_, err := h.Privacy.AskCopy(context.Background(), person, "en")
			if err == nil {
				answers[i] = http.StatusOK
			} else if !fault.Is(err, fault.Conflict) {
				t.Error(err)
			}
		})
		if n := len(slices.DeleteFunc(answers, func(s int) bool { return s == 0 })); n != 1 {
			t.Errorf("%d copies were asked for at once", n)
		}
		b.Post(at).Want(http.StatusConflict)
		copyReady(t, h, person)
		if len(sent(t, h, "egov", "asel@example.kz", "message.copy_ready")) != 1 {
			t.Error("nobody told the person")
		}
		var link string
		for _, a := range b.Get(at).Want(http.StatusOK).All("#main table a") {
			for _, x := range a.Attr {
				if x.Key == "href" {
					link = x.Val
				}
			}
		}
		stranger := h.User(t, "egov", "berik")
		accept(t, h, stranger)
		atDesk(t, h, "egov", "berik").Post(link, "old", housetest.Password).Want(http.StatusNotFound)
		h.Clock.Move(6 * time.Minute)
		if p := b.Post(link).Want(http.StatusUnprocessableEntity); !p.Has("#old-error") {
			t.Errorf("an old session fetches without a password: %s", p.Text("main"))
		}
		b.Post(link, "old", "not the password").Want(http.StatusUnprocessableEntity)
		body := b.Post(link, "old", housetest.Password).Want(http.StatusOK).Body
		archive, err := zip.NewReader(strings.NewReader(body), int64(len(body)))
		if err != nil {
			t.Fatal(err)
		}
		files := map[string]string{}
		for _, f := range archive.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			content, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			files[f.Name] = string(content)
			if strings.HasSuffix(f.Name, ".json") && !json.Valid(content) {
				t.Errorf("%s is no JSON", f.Name)
			}
		}
		for name, want := range map[string]string{
			"data/contacts.json": "asel@example.kz", "pages/contacts.html": "asel@example.kz", "data/requests.json": "My first question",
			"data/acceptances.json": `"edition": "1"`, "data/sign_in.json": "agent", "data/evidence.json": "agreement.accept", "index.html": "pages/profile.html",
		} {
			if !strings.Contains(files[name], want) {
				t.Errorf("%s has no %s: %.300s", name, want, files[name])
			}
		}
		_, p := userNow(t, h, person.User)
		for name, content := range files {
			if strings.Contains(content, p.Hash) || bytes.Contains([]byte(content), []byte(housetest.Password)) {
				t.Errorf("%s has a secret in it", name)
			}
		}
		h.Clock.Move(privacy.CopyTerm)
		b.Post(link, "old", housetest.Password).Want(http.StatusNotFound)
		housetest.Until(t, "the copy is ended, with its content", func() (gone bool) {
			if err := h.Store.InView(t.Context(), func(tx *store.Tx) error {
				all, err := tx.CopiesOf(t.Context(), person.User, 1)
				if err != nil {
					return err
				}
				_, err = tx.CopyPart(t.Context(), person.User, all[0].ID, 0)
				gone = all[0].State == privacy.CopyEnded && fault.Is(err, fault.Absent)
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			return gone
		})
		b.Post(at).Want(http.StatusOK)
	})
}

// copyReady makes what is asked for, beside the house, which may have it in hand.
func copyReady(t testing.TB, h *housetest.House, person identity.Actor) {
	t.Helper()
	housetest.Until(t, "the copy is ready", func() bool {
		if _, err := h.Privacy.MakeCopy(context.Background()); err != nil && !fault.Is(err, fault.Conflict) {
			t.Fatal(err)
		}
		all, err := h.Privacy.MyCopies(context.Background(), person)
		if err != nil {
			t.Fatal(err)
		}
		return all[0].State == privacy.CopyReady
	})
}

// TestStatisticsNameNobody: numbers few persons are behind are not shown, and whoever took back the consent to
// statistics is not counted; where no clause provides for them there are none.
func TestStatisticsNameNobody(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "4.14")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		h.User(t, "kundelik", "operator1", identity.Operator)
		people := []identity.Actor{}
		for _, name := range []string{"asel1", "asel2", "asel3", "asel4", "asel5", "asel6"} {
			people = append(people, h.User(t, "kundelik", name))
		}
		h.Clock.Move(31 * 24 * time.Hour)
		desk := atDesk(t, h, "kundelik", "operator1")
		const at = "/kundelik/console/data/statistics/users"
		if p := desk.Get(at).Want(http.StatusOK); !strings.Contains(p.Text("main"), "7") || !strings.Contains(p.Text("main"), "4.14") {
			t.Errorf("seven of five are not shown: %s", p.Text("main"))
		}
		for _, person := range people[:3] {
			if _, err := h.Privacy.Withdraw(t.Context(), person, "statistics"); err != nil {
				t.Fatal(err)
			}
		}
		csv := desk.Get(at + "/table.csv").Want(http.StatusOK).Body
		if strings.Contains(csv, ";4") || strings.Contains(csv, ";7") || !strings.Contains(csv, "··") {
			t.Errorf("four persons are told of: %s", csv)
		}
		desk.Get("/kundelik/console/data/statistics/nonsense").Want(http.StatusNotFound)
		h.User(t, "egov", "operator1", identity.Operator)
		atDesk(t, h, "egov", "operator1").Get("/egov/console/data/statistics/users").Want(http.StatusForbidden)
	})
}

// TestCookiesAreRefused: a visitor is told and may refuse; then no page sets any but the necessary, what was set is
// forgotten, and the refusal itself names nobody. Nothing of a third party is ever let into a page.
func TestCookiesAreRefused(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "4.15")
	h := housetest.SQLite(t)
	h.User(t, "kundelik", "asel")
	b := h.Browser(t)
	page := b.Get("/kundelik/sign-in").Want(http.StatusOK)
	if !page.Has(`[role="region"] a[href="/kundelik/cookies"]`) {
		t.Error("nobody is told of cookies")
	}
	b.Get("/kundelik/language/en")
	if !hasCookie(b, "tereze-language") {
		t.Fatal("without a choice the language is not remembered")
	}
	list := b.Get("/kundelik/cookies").Want(http.StatusOK)
	for _, kind := range gate.CookieKinds() {
		if !strings.Contains(list.Text("main"), kind.Name) {
			t.Errorf("%s is not listed", kind.Name)
		}
	}
	b.Post("/kundelik/cookies").Want(http.StatusUnprocessableEntity)
	page = b.Post("/kundelik/cookies", "choice", "needed").Want(http.StatusOK)
	if page.Has(`[role="region"] a[href="/kundelik/cookies"]`) || hasCookie(b, "tereze-language") {
		t.Error("after the refusal the notice or the cookie is still there")
	}
	b.Get("/kundelik/language/en")
	b.SignIn("kundelik", "asel")
	for _, c := range b.Cookies() {
		if !slices.ContainsFunc(gate.CookieKinds(), func(k gate.CookieKind) bool { return k.Needed && strings.HasPrefix(c.Name, k.Name) }) {
			t.Errorf("%s was set in spite of the refusal", c.Name)
		}
		if c.Name == "tereze-cookies" && c.Value != gate.CookiesNeeded {
			t.Errorf("the refusal is kept as %q", c.Value)
		}
	}
	if !hasCookie(b, "__Host-tereze-session-kundelik") {
		t.Error("nobody can sign in after a refusal")
	}
	answer := httptest.NewRecorder()
	h.Handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/kundelik/sign-in", nil))
	for _, rule := range strings.Split(answer.Header().Get("Content-Security-Policy"), ";") {
		if strings.Contains(rule, "http") || strings.Contains(rule, "*") {
			t.Errorf("a page may load from elsewhere: %s", rule)
		}
	}
}

func hasCookie(b *housetest.Browser, name string) bool {
	return slices.ContainsFunc(b.Cookies(), func(c *http.Cookie) bool { return c.Name == name })
}
