package house_test

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/evidence"
	"tereze/internal/house"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/store"
	"tereze/internal/store/storetest"
)

// atDesk is an operator's browser, in English.
func atDesk(t testing.TB, h *housetest.House, portal, name string) *housetest.Browser {
	t.Helper()
	b := h.Browser(t)
	b.SignIn(portal, name)
	b.Get("/" + portal + "/language/en").Want(http.StatusOK)
	return b
}

// reachable confirms a contact for somebody.
func reachable(t testing.TB, h *housetest.House, actor identity.Actor, kind account.ContactKind, value string) {
	t.Helper()
	err := h.Store.InTx(context.Background(), func(tx *store.Tx) error {
		return tx.SaveContact(context.Background(), actor.User, account.Contact{Kind: kind, Value: value, ConfirmedAt: h.Clock.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// newCase opens a case as the pages of a person do.
func newCase(t testing.TB, h *housetest.House, actor identity.Actor, kind string) account.Case {
	t.Helper()
	c := account.Case{
		User: actor.User, ID: h.Store.NewID(), Portal: actor.Portal, Kind: kind, State: account.CaseOpen, Text: "Please help me with this", OpenedAt: h.Clock.Now(),
	}
	if err := h.Store.InTx(context.Background(), func(tx *store.Tx) error { return tx.AddCase(context.Background(), c) }); err != nil {
		t.Fatal(err)
	}
	return c
}

// compromised is what a report leaves behind: a case, a report and a lock.
func compromised(t testing.TB, h *housetest.House, actor identity.Actor) account.Case {
	t.Helper()
	ctx := context.Background()
	c := newCase(t, h, actor, account.CaseCompromise)
	err := h.Store.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.Report(ctx, actor.User, h.Clock.Now()); err != nil {
			return err
		}
		return tx.LockUser(ctx, actor.User)
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func caseAddress(h *housetest.House, c account.Case) string {
	return "/" + c.Portal + "/console/cases/" + h.Opaque.Of(c.User) + "/" + h.Opaque.Of(c.ID)
}

func personAddress(h *housetest.House, actor identity.Actor) string {
	return "/" + actor.Portal + "/console/people/" + h.Opaque.Of(actor.User)
}

// lettersTo lists what has gone out to an address, newest first.
func lettersTo(t testing.TB, h *housetest.House, portal, to string) (out []notify.Message) {
	t.Helper()
	err := h.Store.InView(context.Background(), func(tx *store.Tx) error {
		all, err := tx.Outbox(context.Background(), portal, 100)
		out = slices.DeleteFunc(all, func(m notify.Message) bool { return m.To != to })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func userNow(t testing.TB, h *housetest.House, id identity.ID) (u account.User, p account.StoredPassword) {
	t.Helper()
	err := h.Store.InView(context.Background(), func(tx *store.Tx) error {
		var err error
		if u, err = tx.User(context.Background(), id); err != nil {
			return err
		}
		p, err = tx.StoredPassword(context.Background(), id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return u, p
}

// together calls act n times at one instant and counts the answers by status.
func together(n int, act func(i int) int) map[int]int {
	var ready, done sync.WaitGroup
	var mu sync.Mutex
	barrier, answers := make(chan struct{}), map[int]int{}
	ready.Add(n)
	for i := range n {
		done.Go(func() {
			ready.Done()
			<-barrier
			status := act(i)
			mu.Lock()
			defer mu.Unlock()
			answers[status]++
		})
	}
	ready.Wait()
	close(barrier)
	done.Wait()
	return answers
}

// TestACaseIsSeenForAReasonAndAnswered: nothing of a person is shown before the reason; the person sees
// who looked and why; the answer ends the case once, though two operators give it at one instant.
func TestACaseIsSeenForAReasonAndAnswered(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		person := h.User(t, "egov", "asel")
		reachable(t, h, person, account.ByEmail, "asel@example.kz")
		first := h.User(t, "egov", "operator1", identity.Operator)
		h.User(t, "egov", "operator2", identity.Operator)
		c := newCase(t, h, person, account.CaseRecovery)
		one, two := atDesk(t, h, "egov", "operator1"), atDesk(t, h, "egov", "operator2")
		address := caseAddress(h, c)

		list := one.Get("/egov/console/cases").Want(http.StatusOK)
		if !list.Has(`a[href="`+address+`"]`) || strings.Contains(list.Text("main"), "Тест Адамы") || strings.Contains(list.Text("main"), c.Text) {
			t.Errorf("the list says: %s", list.Text("main"))
		}
		before := one.Get(address).Want(http.StatusOK)
		if strings.Contains(before.Text("main"), "Тест Адамы") || strings.Contains(before.Text("main"), c.Text) || before.Has(`form[action$="/answer"]`) {
			t.Errorf("before the reason the case says: %s", before.Text("main"))
		}
		one.Post(address, "reason", "curiosity").Want(http.StatusUnprocessableEntity)
		if n := len(entries(t, h, person.User, "account.look")); n != 0 {
			t.Errorf("%d looks are recorded though nothing was shown", n)
		}
		seen := one.Post(address, "reason", "support").Want(http.StatusOK)
		if text := seen.Text("main"); !strings.Contains(text, c.Text) || strings.Contains(text, "asel@example.kz") {
			t.Errorf("with a reason the case says: %s", text)
		}
		looks := entries(t, h, person.User, "account.look")
		if len(looks) != 1 || looks[0].Detail["reason"] != "support" || looks[0].Detail["role"] != "operator" || looks[0].Actor != actorOf(first) {
			t.Fatalf("looks: %+v", looks)
		}

		one.Post(address+"/answer", "reason", "support", "answer", "no").Want(http.StatusUnprocessableEntity)
		answers := together(2, func(i int) int {
			b := []*housetest.Browser{one, two}[i]
			return b.Post(address+"/answer", "reason", "support", "answer", "We have seen to it.\nCome again.").Status
		})
		if answers[http.StatusOK] != 1 || answers[http.StatusConflict] != 1 {
			t.Errorf("two answers at once: %v", answers)
		}
		if told := lettersTo(t, h, "egov", "asel@example.kz"); len(told) != 1 || told[0].Key != "message.case_answered" {
			t.Errorf("the person was told %+v", told)
		}

		b := h.Browser(t)
		b.SignIn("egov", "asel")
		b.Get("/egov/language/en")
		if text := b.Get("/egov/cabinet/cases").Want(http.StatusOK).Text("main"); !strings.Contains(text, "Come again.") {
			t.Errorf("the cabinet says: %s", text)
		}
		if !b.Get("/egov/cabinet/activity").Has(`main a[href="/egov/cabinet/looks"]`) {
			t.Error("no way from the activity to the looks")
		}
		if text := b.Get("/egov/cabinet/looks").Want(http.StatusOK).Text("table"); !strings.Contains(text, first.Shown) || !strings.Contains(text, "support") {
			t.Errorf("the register of looks says: %s", text)
		}
	})
}

func actorOf(a identity.Actor) string {
	return "user:" + strconv.FormatInt(int64(a.User), 10)
}

// TestOperatorsWorkOnTheirOwnPortalAndNotOnThemselves: every page and form of the desk is closed to
// others, to operators of another portal, and, where it acts, to the operator's own account.
func TestOperatorsWorkOnTheirOwnPortalAndNotOnThemselves(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	person := h.User(t, "egov", "asel")
	own := h.User(t, "egov", "operator1", identity.Operator)
	h.User(t, "kg", "operator1", identity.Operator)
	c := newCase(t, h, person, account.CaseRecovery)
	stranger, foreigner := h.Browser(t), atDesk(t, h, "kg", "operator1")
	stranger.SignIn("egov", "asel")
	stranger.Get("/egov/console/cases").Want(http.StatusForbidden)
	stranger.Get(caseAddress(h, c)).Want(http.StatusForbidden)
	stranger.Post(caseAddress(h, c)+"/answer", "answer", "I answer myself").Want(http.StatusForbidden)
	elsewhere := strings.Replace(caseAddress(h, c), "/egov/", "/kg/", 1)
	foreigner.Get(elsewhere).Want(http.StatusNotFound)
	foreigner.Post(elsewhere, "reason", "support").Want(http.StatusNotFound)
	foreigner.Post(elsewhere+"/answer", "reason", "support", "answer", "From elsewhere").Want(http.StatusNotFound)
	foreigner.Get(strings.Replace(personAddress(h, person), "/egov/", "/kg/", 1) + "/reset").Want(http.StatusNotFound)

	mine := newCase(t, h, own, account.CaseRecovery)
	b := atDesk(t, h, "egov", "operator1")
	b.Post(caseAddress(h, mine)+"/answer", "reason", "support", "answer", "I answer myself").Want(http.StatusForbidden)
	reachable(t, h, own, account.ByEmail, "operator@example.kz")
	b.Post(personAddress(h, own)+"/reset", "checked", "document", "kind", "email", "why", "I forgot it myself").Want(http.StatusForbidden)
	b.Get("/egov/console/cases?after=zz.zz").Want(http.StatusNotFound)
	b.Get("/egov/console/cases/x/y").Want(http.StatusNotFound)
}

// TestACorrectionSaysOldAndNew: what is wrong comes back at its field; what is right is kept with
// evidence of both values; a second form filled in from the former data is refused.
func TestACorrectionSaysOldAndNew(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		ctx := context.Background()
		person := h.User(t, "kundelik", "asel")
		h.User(t, "kundelik", "operator1", identity.Operator)
		err := h.Store.InTx(ctx, func(tx *store.Tx) error {
			return tx.SavePerson(ctx, "kundelik", person.User, account.Person{Surname: "Сериков", Given: "Асел", BirthDate: "2010-02-01", Sex: identity.Male, ConfirmedAt: h.Clock.Now()})
		})
		if err != nil {
			t.Fatal(err)
		}
		c := newCase(t, h, person, account.CaseCorrection)
		b := atDesk(t, h, "kundelik", "operator1")
		address := caseAddress(h, c)
		form := b.Post(address, "reason", "support").Want(http.StatusOK)
		if got := form.Attr("#correct-surname", "value"); got != "Сериков" {
			t.Errorf("the form is filled in with %q", got)
		}
		version := form.Attr(`input[name="version"]`, "value")
		fields := func(surname, day, month, year string) []string {
			return []string{"reason", "support", "version", version, "surname", surname, "given", "Әсел", "patronymic", "", "birth-day", day, "birth-month", month,
				"birth-year", year, "sex", "female", "why", "Birth certificate shown"}
		}
		for _, bad := range [][]string{fields("Сер1кова", "1", "2", "2010"), fields("Серікова", "31", "2", "2010"), fields("Серікова", "1", "2", "2999"), fields("", "1", "2", "2010")} {
			page := b.Post(address+"/correct", bad...).Want(http.StatusUnprocessableEntity)
			if !page.Has(`.govuk-error-summary a[href^="#correct-"]`) {
				t.Errorf("the refusal leads to no field: %s", page.Text(".govuk-error-summary"))
			}
		}
		b.Post(address+"/correct", fields("Серікова", "3", "2", "2010")...).Want(http.StatusOK)
		b.Post(address+"/correct", fields("Басқа", "3", "2", "2010")...).Want(http.StatusConflict)

		e := entries(t, h, person.User, "account.correct")
		if len(e) != 1 || e[0].Detail["surname.old"] != "Сериков" || e[0].Detail["surname.new"] != "Серікова" || e[0].Detail["sex.new"] != "female" ||
			e[0].Detail["birth_date.new"] != "2010-02-03" || e[0].Citation.Clause != "3.2" {
			t.Errorf("evidence: %+v", e)
		}
		u, _ := userNow(t, h, person.User)
		if u.Shown != "Серікова Әсел" {
			t.Errorf("the person goes by %q", u.Shown)
		}
		reading := newCase(t, h, person, account.CaseRecovery)
		b.Post(caseAddress(h, reading)+"/correct", fields("Басқа", "3", "2", "2010")...).Want(http.StatusConflict)
	})
}

// TestAResetGoesToAConfirmedContactAlone: the operator sees no password, gives a procedure and a
// ground, and cannot send it to an address that nobody confirmed or that the agreement does not name.
func TestAResetGoesToAConfirmedContactAlone(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		for portal, want := range map[string]struct {
			kind   account.ContactKind
			to     string
			lasts  time.Duration
			clause string
		}{
			"egov":     {account.ByEmail, "asel@example.kz", time.Hour, "2.7.2"},
			"ismet":    {account.ByEmail, "asel@example.kz", 24 * time.Hour, "1.17.3"},
			"kundelik": {account.ByPhone, "+77011234567", 72 * time.Hour, "3.3"},
			"kg":       {account.ByPhone, "+996555123456", 10 * time.Minute, "2.5"},
		} {
			person := h.User(t, portal, "asel")
			h.User(t, portal, "operator1", identity.Operator)
			b := atDesk(t, h, portal, "operator1")
			address := personAddress(h, person) + "/reset"
			fields := []string{"checked", "call_back", "kind", string(want.kind), "why", "The person called us"}
			if page := b.Get(address).Want(http.StatusOK); page.Has("form[method=post] textarea") {
				t.Errorf("%s: a reset is offered without a confirmed contact", portal)
			}
			b.Post(address, fields...).Want(http.StatusConflict)
			reachable(t, h, person, want.kind, want.to)
			b.Post(address, "checked", "guess", "kind", string(want.kind), "why", "short").Want(http.StatusUnprocessableEntity)

			h.Browser(t).SignIn(portal, "asel")
			page := b.Post(address, fields...).Want(http.StatusOK)
			told := lettersTo(t, h, portal, want.to)
			if len(told) != 1 || told[0].Key != "message.reset" {
				t.Fatalf("%s: sent %+v", portal, told)
			}
			password := told[0].Args["password"]
			if strings.Contains(page.Body, password) || strings.Contains(page.Body, want.to) {
				t.Errorf("%s: the operator is shown the password or the contact", portal)
			}
			_, kept := userNow(t, h, person.User)
			if !kept.Temporary || kept.ExpiresAt.Sub(kept.SetAt) != want.lasts {
				t.Errorf("%s: kept %+v, want a temporary one for %v", portal, kept, want.lasts)
			}
			e := entries(t, h, person.User, "account.reset")
			if len(e) != 1 || e[0].Citation.Clause != want.clause || e[0].Detail["checked"] != "call_back" || e[0].Detail["why"] == "" {
				t.Errorf("%s: evidence %+v, want one by clause %s", portal, e, want.clause)
			}
			if strings.Contains(evidence.FormatDetail(e[0].Detail), password) {
				t.Errorf("%s: the password is in the evidence", portal)
			}
			if _, err := h.Accounts.SignIn(context.Background(), signIn(portal, "asel")); err == nil {
				t.Errorf("%s: the old password still works", portal)
			}
			if _, err := h.Accounts.SignIn(context.Background(), account.SignIn{Portal: portal, SignInName: "asel", Password: password, Address: "192.0.2.1"}); err != nil {
				t.Errorf("%s: the temporary password does not work: %v", portal, err)
			}
		}
		b := atDesk(t, h, "kundelik", "operator1")
		for range 4 {
			b.Post(personAddress(h, deskPerson(t, h, "kundelik", "asel"))+"/reset", "checked", "call_back", "kind", "phone", "why", "The person called us").Want(http.StatusOK)
		}
		b.Post(personAddress(h, deskPerson(t, h, "kundelik", "asel"))+"/reset", "checked", "call_back", "kind", "phone", "why", "The person called us").Want(http.StatusTooManyRequests)
	})
}

func deskPerson(t testing.TB, h *housetest.House, portal, name string) (a identity.Actor) {
	t.Helper()
	err := h.Store.InView(context.Background(), func(tx *store.Tx) error {
		u, err := tx.UserNamed(context.Background(), portal, name)
		a = identity.Actor{Portal: portal, User: u.ID}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestTheCourtResetsNothing: its agreement knows recovery by signature alone, and the page cites it.
func TestTheCourtResetsNothing(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	person := h.User(t, "court", "asel")
	h.User(t, "court", "operator1", identity.Operator)
	reachable(t, h, person, account.ByEmail, "asel@example.kz")
	b := atDesk(t, h, "court", "operator1")
	address := personAddress(h, person) + "/reset"
	if page := b.Get(address).Want(http.StatusOK); page.Has("main form[method=post]") || !page.Has(`main a[href*="#clause-"]`) {
		t.Errorf("the page offers a reset or cites no clause: %s", page.Text("main"))
	}
	b.Post(address, "checked", "document", "kind", "email", "why", "The person called us").Want(http.StatusForbidden)
	if told := lettersTo(t, h, "court", "asel@example.kz"); len(told) != 0 {
		t.Errorf("sent %+v", told)
	}
}

// TestUnlocking: after a report the account opens again only in its case, with a procedure, and under
// a password that nobody knew before.
func TestUnlocking(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		person := h.User(t, "kg", "asel")
		h.User(t, "kg", "operator1", identity.Operator)
		c := compromised(t, h, person)
		b := atDesk(t, h, "kg", "operator1")
		address := caseAddress(h, c)
		fields := []string{"reason", "support", "checked", "document", "kind", "phone", "why", "Identity card shown at the desk"}
		b.Post(address+"/unlock", fields...).Want(http.StatusConflict) // no confirmed contact
		reachable(t, h, person, account.ByPhone, "+996555123456")
		b.Post(personAddress(h, person)+"/reset", fields...).Want(http.StatusConflict) // not past the case
		b.Post(address+"/unlock", "reason", "support", "kind", "phone", "why", "Identity card shown").Want(http.StatusUnprocessableEntity)
		if u, _ := userNow(t, h, person.User); u.ReportedAt.IsZero() {
			t.Fatal("a refused form ended the report")
		}
		b.Post(address+"/unlock", fields...).Want(http.StatusOK)
		u, p := userNow(t, h, person.User)
		if u.State != account.Active || !u.ReportedAt.IsZero() || !p.Temporary {
			t.Errorf("after unlocking: %s, reported %v, temporary %v", u.State, u.ReportedAt, p.Temporary)
		}
		if e := entries(t, h, person.User, "account.unlock"); len(e) != 1 || e[0].Citation.Clause != "2.7" || e[0].Detail["checked"] != "document" {
			t.Errorf("evidence: %+v", e)
		}
		b.Post(address+"/unlock", fields...).Want(http.StatusConflict)
	})
}

// TestFourEyes: without a confirmed contact one operator proposes, another approves, once; the
// proposer cannot, and the staff is never let in this way.
func TestFourEyes(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		person := h.User(t, "egov", "asel")
		owner := h.User(t, "egov", "owner1", identity.Owner)
		for _, name := range []string{"operator1", "operator2", "operator3"} {
			h.User(t, "egov", name, identity.Operator)
		}
		one, two, three := atDesk(t, h, "egov", "operator1"), atDesk(t, h, "egov", "operator2"), atDesk(t, h, "egov", "operator3")
		opened := one.Post(personAddress(h, person)+"/case", "kind", "recovery", "text", "Came to the desk with an identity card").Want(http.StatusOK)
		address, _, _ := strings.Cut(opened.Path, "?")
		fields := []string{"reason", "support", "document", "yes", "kind", "email", "to", "new@example.kz", "why", "Lost telephone and mailbox"}

		one.Post(address+"/propose", slices.Concat([]string{"reason", "support"}, fields[4:])...).Want(http.StatusUnprocessableEntity)
		one.Post(address+"/propose", "reason", "support", "document", "yes", "kind", "email", "to", "not an address", "why", "Lost telephone").Want(http.StatusUnprocessableEntity)
		one.Post(address+"/propose", "reason", "support", "document", "yes", "kind", "phone", "to", "+77011234567", "why", "Lost telephone").Want(http.StatusUnprocessableEntity)
		one.Post(address+"/propose", fields...).Want(http.StatusOK)
		two.Post(address+"/propose", fields...).Want(http.StatusConflict)
		one.Post(address+"/approve", "reason", "support").Want(http.StatusForbidden)
		if sent := lettersTo(t, h, "egov", "new@example.kz"); len(sent) != 0 {
			t.Fatalf("sent before the second operator agreed: %+v", sent)
		}
		if page := two.Post(address, "reason", "support").Want(http.StatusOK); !page.Has(`form[action$="/approve"]`) || !strings.Contains(page.Text("main"), "new@example.kz") {
			t.Errorf("the second operator sees: %s", page.Text("main"))
		}
		answers := together(2, func(i int) int {
			return []*housetest.Browser{two, three}[i].Post(address+"/approve", "reason", "support").Status
		})
		if answers[http.StatusOK] != 1 || answers[http.StatusConflict] != 1 {
			t.Errorf("two approvals at once: %v", answers)
		}
		sent := lettersTo(t, h, "egov", "new@example.kz")
		if len(sent) != 1 || sent[0].Key != "message.reset" {
			t.Fatalf("sent %+v", sent)
		}
		if _, err := h.Accounts.SignIn(context.Background(), account.SignIn{Portal: "egov", SignInName: "asel", Password: sent[0].Args["password"], Address: "192.0.2.1"}); err != nil {
			t.Errorf("the temporary password does not work: %v", err)
		}

		again := newCase(t, h, person, account.CaseRecovery)
		one.Post(caseAddress(h, again)+"/propose", fields...).Want(http.StatusOK)
		two.Post(caseAddress(h, again)+"/reject", "reason", "support").Want(http.StatusOK)
		three.Post(caseAddress(h, again)+"/approve", "reason", "support").Want(http.StatusConflict)
		one.Post(caseAddress(h, again)+"/propose", fields...).Want(http.StatusOK)
		h.Clock.Move(8 * 24 * time.Hour)
		two.Post(caseAddress(h, again)+"/approve", "reason", "support").Want(http.StatusConflict) // run out

		staff := newCase(t, h, owner, account.CaseRecovery)
		one.Post(caseAddress(h, staff)+"/propose", fields...).Want(http.StatusForbidden)
	})
}

// TestPeopleAreFoundByNameAndBySignInName: pages of a search hold everybody once, whoever signs in
// under the very words first, with roles.
func TestPeopleAreFoundByNameAndBySignInName(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		ctx := context.Background()
		operator := h.User(t, "egov", "operator1", identity.Operator)
		want := map[identity.ID]bool{operator.User: true}
		for i := range 7 {
			want[h.User(t, "egov", "тест"+strings.Repeat("а", i)).User] = true
		}
		u, _, err := h.Accounts.People(ctx, operator, " ТЕСТАА", account.UserPage{Limit: 3})
		if err != nil || len(u) != 1 || u[0].SignInName != "тестаа" || !slices.Contains(u[0].Roles, identity.User) {
			t.Errorf("by the sign-in name: %+v, %v", u, err)
		}
		got, page := map[identity.ID]int{}, account.UserPage{Limit: 3}
		for n := 0; ; n++ {
			users, more, err := h.Accounts.People(ctx, operator, "тест", page)
			if err != nil || n > 5 {
				t.Fatalf("page %d: %v", n, err)
			}
			if n == 0 && users[0].SignInName != "тест" {
				t.Errorf("the exact sign-in name comes as %q", users[0].SignInName)
			}
			for _, u := range users {
				got[u.ID]++
				if u.ID == operator.User && !slices.Contains(u.Roles, identity.Operator) {
					t.Errorf("the operator's roles are %v", u.Roles)
				}
			}
			if !more {
				break
			}
			last := users[len(users)-1]
			page.AfterID, page.AfterFold = last.ID, last.Keys().ShownFold
		}
		for id := range want {
			if got[id] != 1 {
				t.Errorf("user %d is listed %d times, want once", id, got[id])
			}
		}
	})
}

// TestTheOutboxOfADemo: the messages can be read, with links to follow; where people are real there
// is no such page.
func TestTheOutboxOfADemo(t *testing.T) {
	t.Parallel()
	housetest.SQLite(t).Browser(t).Get("/-/outbox").Want(http.StatusNotFound)

	ctx := context.Background()
	h := housetest.Open(t, house.Config{Database: storetest.SQLite(t), Demo: true, Only: []string{"egov"}})
	b := h.Browser(t)
	if !b.Get("/").Want(http.StatusOK).Has(`main a[href="/-/outbox"]`) || !b.Get("/egov").Has(`a[href="/-/outbox#egov"]`) {
		t.Error("no way to the outbox")
	}
	if text := b.Get("/-/outbox").Want(http.StatusOK).Text("main"); text == "" || b.Get("/-/outbox").Has("main ol li") {
		t.Errorf("an empty outbox says %q", text)
	}
	link := h.URL + "/egov/register/steps-link/abc"
	err := h.Store.InTx(ctx, func(tx *store.Tx) error {
		return tx.AddMessage(ctx, notify.Message{
			ID: h.Store.NewID(), Home: 1, Portal: "egov", Channel: notify.Email, To: "a<b@example.kz", Key: "message.end_registration",
			Args: map[string]string{"link": link}, Language: "ru", At: h.Clock.Now(),
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	page := b.Get("/-/outbox").Want(http.StatusOK)
	if got := page.Attr(`main ol a`, "href"); got != link {
		t.Errorf("the link leads to %q, want %q", got, link)
	}
	if text := page.Text(`main ol [lang="ru"]`); !strings.Contains(text, "Чтобы завершить регистрацию") || !strings.Contains(page.Text("main ol"), "a<b@example.kz") {
		t.Errorf("the message reads %q", text)
	}
	if p := b.Get("/-/language/kk?back=%2F-%2Foutbox"); p.Path != "/-/outbox" {
		t.Errorf("choosing a language led to %s", p.Path)
	}
	if p := b.Get("/-/language/kk?back=%2F%2Fexample.org"); p.Path != "/" {
		t.Errorf("choosing a language led to %s", p.Path)
	}
}
