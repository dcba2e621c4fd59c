package house_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/covers"
	"tereze/internal/house/housetest"
	"tereze/internal/store"
)

// TestTheThreeWaysBack: by oneself, by the administrator of the own school, by the support; each ends the
// sessions and leads to a password of one's own before any page opens (kundelik 3.3).
func TestTheThreeWaysBack(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "3.3")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		s := openSchools(t, h)
		at, name, first := s.a.enter(t, "Ұмытшақ", "1985-01-01", "staff", "")
		if page := s.a.admin.Post(at+"/reset", "checked", "document"); page.Status != http.StatusNotFound || page.Has(".tz-receipt") {
			t.Errorf("a reset before the registration answers %d", page.Status)
		}
		before := s.register(t, name, first)
		s.reachable(t, name)
		ask := h.Browser(t).Get("/kundelik/recover").Text("main")
		for _, want := range []string{"әкімші", "қолдау"} {
			if !strings.Contains(strings.ToLower(ask), want) {
				t.Errorf("the page of the recovery does not name the way by %q: %s", want, ask)
			}
		}

		// By the administrator of the own school.
		for who, b := range map[string]*housetest.Browser{"another school's administrator": s.b.admin, "the person": before, "a visitor": h.Browser(t)} {
			if page := b.Post(at+"/reset", "checked", "document"); page.Has(".tz-receipt") {
				t.Errorf("%s gets a card", who)
			}
		}
		if page := s.a.admin.Post(at + "/reset"); page.Status != http.StatusUnprocessableEntity || !strings.Contains(page.Text(".govuk-error-summary"), "3.3") {
			t.Errorf("without saying who was checked how the reset answers %d", page.Status)
		}
		s.a.admin.Get(at + "/reset").Want(http.StatusOK)
		page := s.a.admin.Post(at+"/reset", "checked", "document").Want(http.StatusOK)
		if page.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("the card is kept by caches as %q", page.Header.Get("Cache-Control"))
		}
		again, password := card(t, page, 0)
		if again != name || strings.Contains(s.a.admin.Get(at+"/reset").Body, password) {
			t.Errorf("the card is of %q, or is shown twice", again)
		}
		if got := before.Get("/kundelik/cabinet").Path; !strings.HasPrefix(got, "/kundelik/sign-in") {
			t.Errorf("a session from before the reset opens %s", got)
		}
		if _, page := s.begin(t, name, own); page.Status != http.StatusUnprocessableEntity {
			t.Errorf("the lost password still answers %d", page.Status)
		}
		s.mustChange(t, name, password, "менің жаңа құпиям")
		found := entries(t, h, s.user(t, name).ID, "account.reset_by_institution")
		if want := fmt.Sprintf("user:%d", s.user(t, s.a.name).ID); len(found) != 1 || found[0].Citation.Clause != "3.3" || found[0].Actor != want || strings.Contains(string(found[0].Canonical()), password) {
			t.Errorf("evidence of the reset: %+v, want one by %s under 3.3 without the password", found, want)
		}
		if len(s.told(t, name, "message.reset_by_institution")) != 1 {
			t.Error("the person is not told of the reset")
		}
		// A card works as long as the clause says and no longer.
		_, late := card(t, s.a.admin.Post(at+"/reset", "checked", "call_back").Want(http.StatusOK), 0)
		h.Clock.Move(73 * time.Hour)
		if _, page := s.begin(t, name, late); page.Status != http.StatusUnprocessableEntity {
			t.Errorf("a card of 73 hours ago answers %d", page.Status)
		}

		// By oneself.
		b := h.Browser(t)
		step := b.Post("/kundelik/recover", "name", name, "route", "self").Want(http.StatusOK)
		sent := s.told(t, name, "message.recover_temporary_password")
		if len(sent) != 1 {
			t.Fatalf("%d messages with a password, on %s", len(sent), step.Path)
		}
		s.mustChange(t, name, sent[0].Args["password"], "тағы бір құпиясөз")

		// By the support.
		user := at[strings.LastIndex(at, "/")+1:]
		s.operator.Post("/kundelik/console/people/"+user+"/reset", "checked", "document", "why", "Қолдау қызметіне жүгінді", "kind", "email").Want(http.StatusOK)
		sent = s.told(t, name, "message.reset")
		if len(sent) != 1 {
			t.Fatalf("%d messages of the support", len(sent))
		}
		s.mustChange(t, name, sent[0].Args["password"], "үшінші құпиясөз 3")
	})
}

// mustChange signs somebody in with a temporary password: nothing opens before it is replaced.
func (s *schools) mustChange(t *testing.T, name, password, next string) {
	t.Helper()
	b, page := s.begin(t, name, password)
	for _, path := range []string{"/kundelik/cabinet", "/kundelik/pages", "/kundelik/cabinet/activity", "/kundelik/cabinet/page"} {
		if got := b.Get(path).Path; !strings.HasPrefix(got, "/kundelik/password") {
			t.Errorf("with a temporary password %s leads to %s (signed in to %s)", path, got, page.Path)
		}
	}
	b.Post("/kundelik/password", "password", next, "again", next).Want(http.StatusOK)
	b.Get("/kundelik/cabinet").Want(http.StatusOK)
}

// TestAnAdministratorOpensNoStaffAccount: whoever has more rights than a member is let in by the support.
func TestAnAdministratorOpensNoStaffAccount(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	s := openSchools(t, h)
	s.operator.Post(s.a.at+"/member", "username", s.b.name, "role", "staff", "class", "", "reason", "institution_asked").Want(http.StatusOK)
	link := ""
	for _, a := range s.a.admin.Get("/kundelik/school/class?role=staff&class=").All("main table a") {
		if strings.Contains(text(a), "Әкімшіб") {
			for _, x := range a.Attr {
				if x.Key == "href" {
					link = x.Val
				}
			}
		}
	}
	if page := s.a.admin.Post(link+"/reset", "checked", "document"); page.Status != http.StatusForbidden || page.Has(".tz-receipt") {
		t.Errorf("a reset of another administrator answers %d", page.Status)
	}
	if page := s.a.admin.Post(link+"/delete", "ground", "agreed", "why", "Келісілген негіз бойынша", "sure", "yes"); page.Status != http.StatusForbidden {
		t.Errorf("the deletion of another administrator's page answers %d", page.Status)
	}
}

// TestAPageIsDeletedOnRequest: asked for by the person, carried out by the administrator after a page that
// says what follows; from then on the time of the data runs (kundelik 3.7, 4.12).
func TestAPageIsDeletedOnRequest(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "3.7")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		s := openSchools(t, h)
		at, name, password := s.a.enter(t, "Кетуші", "1990-01-01", "staff", "")
		b := s.register(t, name, password)
		s.reachable(t, name)
		if page := s.a.admin.Post(at+"/delete", "ground", "request", "sure", "yes"); page.Status != http.StatusConflict {
			t.Errorf("a deletion nobody has asked for answers %d", page.Status)
		}
		s.a.admin.Post(at+"/delete", "ground", "agreed", "sure", "yes").Want(http.StatusUnprocessableEntity)
		s.a.admin.Post(at+"/delete", "ground", "whim", "sure", "yes").Want(http.StatusUnprocessableEntity)

		b.Get("/kundelik/cabinet/page/delete").Want(http.StatusOK)
		b.Post("/kundelik/cabinet/page/delete", "text", "Басқа қалаға көшемін").Want(http.StatusOK)
		b.Post("/kundelik/cabinet/page/delete").Want(http.StatusConflict)
		b.Post("/kundelik/cabinet/page/delete", "ask", "no").Want(http.StatusOK)
		b.Post("/kundelik/cabinet/page/delete", "ask", "no").Want(http.StatusConflict)
		b.Post("/kundelik/cabinet/page/delete", "text", "Басқа қалаға көшемін").Want(http.StatusOK)
		if strings.Contains(s.b.admin.Get("/kundelik/school/deletions").Body, "көшемін") || !strings.Contains(s.a.admin.Get("/kundelik/school/deletions").Body, "көшемін") {
			t.Error("the own administrator does not see the request, or another does")
		}
		page := s.a.admin.Get(at + "/delete").Want(http.StatusOK)
		if !strings.Contains(page.Text("main"), "4.12") {
			t.Errorf("the page does not say when the data are erased: %s", page.Text("main"))
		}
		s.b.admin.Post(at+"/delete", "ground", "request", "sure", "yes").Want(http.StatusNotFound)
		if page := s.a.admin.Post(at+"/delete", "ground", "request"); page.Status != http.StatusUnprocessableEntity {
			t.Errorf("without the confirmation the deletion answers %d", page.Status)
		}
		if u := s.user(t, name); u.State != account.Active {
			t.Fatalf("the page is %s before anybody has deleted it", u.State)
		}
		s.a.admin.Post(at+"/delete", "ground", "request", "sure", "yes").Want(http.StatusOK)
		u := s.user(t, name)
		if u.State != account.Closed || !strings.HasPrefix(b.Get("/kundelik/cabinet").Path, "/kundelik/sign-in") {
			t.Errorf("after the deletion the account is %s", u.State)
		}
		if _, page := s.begin(t, name, own); page.Path == "/kundelik/cabinet" {
			t.Error("the person still signs in")
		}
		var d account.Deletion
		err := h.Store.InView(t.Context(), func(tx *store.Tx) error {
			var err error
			d, err = tx.Deletion(t.Context(), u.ID)
			return err
		})
		if err != nil || d.Ground != "request" || h.Clock.Now().Sub(d.At) > time.Minute {
			t.Fatalf("the deletion is kept as %+v, %v", d, err)
		}
		erase, cite := h.Accounts.EraseAt("kundelik", d.At)
		zone := h.Accounts.Zone("kundelik")
		was, will := d.At.In(zone), erase.In(zone)
		last := time.Date(was.Year(), was.Month()+4, 0, 0, 0, 0, 0, zone).Day() // of the third month on
		months := 12*(will.Year()-was.Year()) + int(will.Month()) - int(was.Month())
		if cite.Clause != "4.12" || months != 3 || will.Format("15:04:05.000000") != was.Format("15:04:05.000000") || will.Day() != min(was.Day(), last) {
			t.Errorf("deleted %s, erased %s by %s: want three months later to the instant", was, will, cite.Clause)
		}
		if shown := s.a.admin.Get(at).Text("main dl"); !strings.Contains(shown, strconv.Itoa(will.Year())) || !strings.Contains(shown, will.Format("15:04")) {
			t.Errorf("the instant of the erasure is not shown: %s", shown)
		}
		if found := entries(t, h, u.ID, "account.delete_page"); len(found) != 1 || found[0].Citation.Clause != "3.7" || found[0].Detail["erased"] != erase.Format(time.RFC3339) {
			t.Errorf("evidence of the deletion: %+v", found)
		}
		if len(s.told(t, name, "message.page_deleted")) != 1 {
			t.Error("the person is not told")
		}
		s.a.admin.Post(at+"/delete", "ground", "request", "sure", "yes").Want(http.StatusNotFound)
	})
}

// TestOneInstitutionDeletesNoPageOfAnother: without the person's request no school decides over a page
// that another has a part in.
func TestOneInstitutionDeletesNoPageOfAnother(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	s := openSchools(t, h)
	at, name, password := s.a.enter(t, "Екеуі", "1990-01-01", "staff", "")
	s.register(t, name, password)
	agreed := []string{"ground", "agreed", "why", "Қайтыс болған қызметкер", "sure", "yes"}
	s.operator.Post(s.b.at+"/member", "username", name, "role", "staff", "class", "", "reason", "person_asked").Want(http.StatusOK)
	if page := s.a.admin.Post(at+"/delete", agreed...); page.Status != http.StatusForbidden || s.user(t, name).State != account.Active {
		t.Errorf("a page of two institutions: the answer is %d", page.Status)
	}
	s.b.admin.Post(at+"/end/staff", "basis", "employment", "confirm", "yes").Want(http.StatusOK)
	s.a.admin.Post(at+"/delete", agreed...).Want(http.StatusOK)
	if found := entries(t, h, s.user(t, name).ID, "account.delete_page"); len(found) != 1 || found[0].Detail["why"] != "Қайтыс болған қызметкер" {
		t.Errorf("evidence of the deletion: %+v", found)
	}
}

// TestTheRecoveryCanBeStopped: for an institution and what stands under it, for the portal, for a time or
// until it goes on; the page says until when and what else helps (kundelik 4.18).
func TestTheRecoveryCanBeStopped(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "4.18")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		s := openSchools(t, h)
		_, name, password := s.a.enter(t, "Ұмытшақ", "1985-01-01", "staff", "")
		s.register(t, name, password)
		s.reachable(t, name)
		ask := func() *housetest.Page { return h.Browser(t).Post("/kundelik/recover", "name", name, "route", "self") }
		sent := func(key string) int { return len(s.told(t, name, key)) }
		day := func(n int) []string {
			d := h.Clock.Now().In(h.Accounts.Zone("kundelik")).AddDate(0, 0, n)
			return []string{"open", "no", "until-day", strconv.Itoa(d.Day()), "until-month", strconv.Itoa(int(d.Month())), "until-year", strconv.Itoa(d.Year())}
		}
		for _, wrong := range [][]string{day(-1), day(500), {"open", "no", "until-day", "31", "until-month", "2", "until-year", "2027"}, {"open", "no", "until-day", "x"}} {
			page := s.operator.Post("/kundelik/console/recovery", wrong...)
			if page.Status != http.StatusUnprocessableEntity || !strings.Contains(page.Text(".govuk-error-summary"), "4.18") {
				t.Errorf("a stop until %v answers %d", wrong, page.Status)
			}
		}
		for who, b := range map[string]*housetest.Browser{"an administrator": s.a.admin, "a visitor": h.Browser(t)} {
			b.Post("/kundelik/console/recovery", "open", "no")
			if halt, err := h.Accounts.RecoveryHalt(t.Context(), "kundelik"); err != nil || halt.Stopped {
				t.Errorf("%s stops the recovery of the portal: %v", who, err)
			}
		}

		// One institution, by one that stands above it: the answer is the same, the message says what is the matter.
		s.operator.Post(s.ministry+"/recovery", day(2)...).Want(http.StatusOK)
		if page := h.Browser(t).Get("/kundelik/recover").Want(http.StatusOK); !page.Has("main form") || !strings.Contains(page.Text(".govuk-warning-text"), "4.18") || strings.Contains(page.Body, "Министрлік") {
			t.Errorf("the page while some institutions have stopped: %s", page.Text("main"))
		}
		ask().Want(http.StatusOK)
		if sent("message.recovery_stopped_until") != 1 || sent("message.recover_temporary_password") != 0 {
			t.Errorf("%d messages say until when, %d hold a password", sent("message.recovery_stopped_until"), sent("message.recover_temporary_password"))
		}
		h.Clock.Move(4 * 24 * time.Hour) // the stop has run out by itself
		ask().Want(http.StatusOK)
		if sent("message.recover_temporary_password") != 1 {
			t.Error("after its time the stop still holds")
		}

		// The portal: nobody asks, and the page says what else helps.
		s.operator.Post("/kundelik/console/recovery", day(1)...).Want(http.StatusOK)
		page := h.Browser(t).Get("/kundelik/recover").Want(http.StatusOK)
		told := strings.ToLower(page.Text("main"))
		until := h.Clock.Now().In(h.Accounts.Zone("kundelik")).AddDate(0, 0, 2)
		if page.Has("main form") || !strings.Contains(told, "4.18") || !strings.Contains(told, "әкімші") || !strings.Contains(told, "қолдау") || !strings.Contains(told, strconv.Itoa(until.Day())) {
			t.Errorf("the page while the portal has stopped: %s", told)
		}
		if page := ask(); page.Status != http.StatusForbidden {
			t.Errorf("asking all the same answers %d", page.Status)
		}
		if page := h.Browser(t).Get("/egov/recover"); !page.Has("main form") {
			t.Error("another portal has stopped as well")
		}
		s.operator.Post("/kundelik/console/recovery", "open", "yes").Want(http.StatusOK)
		ask().Want(http.StatusOK)
		if sent("message.recover_temporary_password") != 2 {
			t.Error("the recovery does not go on")
		}
		found := entries(t, h, s.staff.User, "party.recovery")
		if len(found) != 2 || found[0].Citation.Clause != "4.18" {
			t.Errorf("evidence of the portal's switch: %+v", found)
		}
	})
}

// TestAPageIsSeenByWhomItsOwnerChose: the narrowest choice holds until another is made; each choice opens
// the page to those it names and to nobody else (kundelik 4.9).
func TestAPageIsSeenByWhomItsOwnerChose(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "4.9")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		s := openSchools(t, h)
		parentAt, parentName, parentCard := s.a.enter(t, "Ана", "1980-01-01", "parent", "")
		parent := s.register(t, parentName, parentCard)
		ownerAt, little, littleCard := s.a.enter(t, "Кіші", h.Clock.Now().AddDate(-9, 0, 0).Format(time.DateOnly), "pupil", "3А")
		s.a.admin.Post(parentAt+"/child", "child", little).Want(http.StatusOK)

		// The guardian registers the child and consents: the child itself cannot.
		b, page := s.begin(t, little, littleCard)
		b.Post("/kundelik/register/agreement", page.Hidden()...)
		b.Post("/kundelik/register/agreement", "seen", "agreement:1", "attest", "yes")
		if n := len(entries(t, h, s.user(t, little).ID, "agreement.accept")); n != 0 {
			t.Fatal("a child of nine accepts by itself")
		}
		at := parent.Get("/kundelik/children").Attr("main table a", "href")
		page = parent.Get(at).Want(http.StatusOK)
		parent.Post(at, append(page.Hidden(), "password", own, "again", own, "right", "yes")...).Want(http.StatusOK)
		for _, act := range []string{"agreement.accept", "account.register"} {
			found := entries(t, h, s.user(t, little).ID, act)
			if want := fmt.Sprintf("user:%d", s.user(t, parentName).ID); len(found) != 1 || found[0].Actor != want {
				t.Fatalf("%s: %+v, want one by the guardian %s", act, found, want)
			}
		}

		classmate := s.signedIn(t, s.a, "Досы", "3А")
		neighbour := s.signedIn(t, s.a, "Көрші", "4А")
		stranger := s.signedIn(t, s.b, "Бөгде", "3А")
		child, _ := s.begin(t, little, own)
		_, staffName, staffCard := s.a.enter(t, "Мұғалім", "1980-01-01", "staff", "")
		teacher := s.register(t, staffName, staffCard)
		owner := "/kundelik/pages/" + ownerAt[strings.LastIndex(ownerAt, "/")+1:]
		viewers := []struct {
			who  string
			b    *housetest.Browser
			sees string // the choices under which
		}{
			{"the child", child, "guardians class institution"}, {"the guardian", parent, "guardians class institution"},
			{"the teacher", teacher, "guardians class institution"}, {"the administrator", s.a.admin, "guardians class institution"},
			{"a classmate", classmate, "class institution"}, {"a pupil of another class", neighbour, "institution"},
			{"a pupil of another school", stranger, ""}, {"another school's administrator", s.b.admin, ""}, {"the operator", s.operator, ""},
		}
		look := func(choice string) {
			t.Helper()
			for _, v := range viewers {
				page := v.b.Get(owner)
				seen := page.Status == http.StatusOK && strings.Contains(page.Body, "Кіші Аян")
				if want := strings.Contains(v.sees, choice); seen != want {
					t.Errorf("under the choice %q %s sees the page: %v, want %v (%d)", choice, v.who, seen, want, page.Status)
				}
			}
			if page := h.Browser(t).Get(owner); strings.Contains(page.Body, "Кіші") || !strings.HasPrefix(page.Path, "/kundelik/sign-in") {
				t.Errorf("under the choice %q a visitor is led to %s", choice, page.Path)
			}
		}
		listed := func(b *housetest.Browser) bool {
			for _, a := range b.Get("/kundelik/pages").Want(http.StatusOK).All("main table a") {
				for _, x := range a.Attr {
					if x.Key == "href" && strings.Contains(b.Get(x.Val).Want(http.StatusOK).Body, owner) {
						return true
					}
				}
			}
			return false
		}
		settings := at + "/page"
		page = parent.Get(settings).Want(http.StatusOK)
		if warned := page.Text(".govuk-warning-text"); !strings.Contains(warned, "жалпыға қолжетімді") || !strings.Contains(page.Text("main"), "4.9") {
			t.Errorf("the choice is made without the warning: %q", warned)
		}
		if checked := page.Attr(`input[name="visible"][checked]`, "value"); checked != "guardians" {
			t.Errorf("the choice before any is %q, want the narrowest", checked)
		}
		look("guardians")
		if listed(classmate) || !listed(teacher) {
			t.Error("the list shows the page to a classmate, or hides it from the teacher")
		}
		parent.Post(settings, "visible", "everyone").Want(http.StatusUnprocessableEntity)
		classmate.Post(settings, "visible", "institution").Want(http.StatusNotFound)
		parent.Post(settings, "visible", "class").Want(http.StatusOK)
		look("class")
		if !listed(classmate) || listed(neighbour) || listed(stranger) {
			t.Error("the list does not follow the choice of the class")
		}
		child.Post("/kundelik/cabinet/page", "visible", "institution").Want(http.StatusOK)
		look("institution")
		if !listed(neighbour) || listed(stranger) {
			t.Error("the list does not follow the choice of the institution")
		}
		if found := entries(t, h, s.user(t, little).ID, "party.visibility"); len(found) != 2 || found[0].Citation.Clause != "4.9" {
			t.Errorf("evidence of the choices: %+v", found)
		}
		// Who leaves the school sees its pages no more, at once.
		left := s.a.admin.Post(ownerAt+"/end/pupil", "basis", "expelled").Want(http.StatusOK)
		s.a.admin.Post(ownerAt+"/end/pupil", left.Hidden()...).Want(http.StatusOK)
		for _, b := range []*housetest.Browser{classmate, teacher, neighbour} {
			b.Get(owner).Want(http.StatusNotFound)
		}
	})
}

// signedIn enters and registers a grown-up pupil of a class.
func (s *schools) signedIn(t *testing.T, x schoolOf, surname, class string) *housetest.Browser {
	t.Helper()
	_, name, password := x.enter(t, surname, "1990-01-01", "pupil", class)
	return s.register(t, name, password)
}

// TestWhatWasDoneOnAPage: by whom and under which clause, for the person and, with a reason the person
// sees, for the administrator; the app's acts are under terms of their own (kundelik 3.4, 1.4).
func TestWhatWasDoneOnAPage(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "3.4")
	covers.Clause(t, "kundelik", "1.4")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		s := openSchools(t, h)
		at, name, password := s.a.enter(t, "Қараушы", "1990-01-01", "staff", "")
		b := s.register(t, name, password)
		s.operator.Post(s.b.at+"/member", "username", name, "role", "staff", "class", "", "reason", "person_asked").Want(http.StatusOK)
		own := b.Get("/kundelik/cabinet/activity").Want(http.StatusOK).Text("main")
		for _, want := range []string{"Әкімшіа Гүлнар", "1.7", "3.1", "3.2", "2.1", "Тест Адамы"} {
			if !strings.Contains(own, want) {
				t.Errorf("what was done on the page lacks %q: %s", want, own)
			}
		}
		if page := s.a.admin.Get(at + "/activity").Want(http.StatusOK); page.Has("main table") {
			t.Error("the administrator sees acts without a reason")
		}
		s.a.admin.Post(at + "/activity").Want(http.StatusUnprocessableEntity)
		s.b.admin.Get(at + "/activity").Want(http.StatusOK) // a member there as well
		reason := account.Reasons()[0]
		page := s.a.admin.Post(at+"/activity", "reason", reason).Want(http.StatusOK)
		acts := page.Text("main table")
		for _, want := range []string{"Әкімшіа Гүлнар", "1.7", "3.1", "2.1", "Қараушы Аян"} {
			if !strings.Contains(acts, want) {
				t.Errorf("what the administrator sees lacks %q: %s", want, acts)
			}
		}
		if n := strings.Count(acts, "Мекеме"); n != 1 { // that of this school, and not that of the other
			t.Errorf("%d memberships of the person began, as the administrator sees it: %s", n, acts)
		}
		if looks := b.Get("/kundelik/cabinet/looks").Text("main"); !strings.Contains(looks, "Әкімшіа Гүлнар") {
			t.Errorf("the person does not see who looked: %s", looks)
		}

		// Another channel: no sign-in, and what the agreement accepted on the pages allows there is nothing.
		client := h.Browser(t)
		json := func(method, path, token, body string) *housetest.Page {
			req, err := http.NewRequest(method, h.URL+path, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/json")
			if token != "" {
				req.Header.Set("Authorization", "Bearer "+token)
			}
			return client.Do(req)
		}
		secret := fmt.Sprintf(`{"name":%q,"password":%q}`, name, "менің құпиям 2026")
		if page := json(http.MethodPost, "/api/v1/portals/kundelik/sessions", "", secret); page.Status != http.StatusForbidden || !strings.Contains(page.Body, "1.4") {
			t.Errorf("a program signs in: %d %s", page.Status, page.Body)
		}
		token := ""
		for _, c := range b.Cookies() {
			if strings.HasSuffix(c.Name, "session-kundelik") {
				token = c.Value
			}
		}
		for _, path := range []string{"me", "acceptances"} {
			if page := json(http.MethodGet, "/api/v1/portals/kundelik/"+path, token, ""); page.Status != http.StatusForbidden || !strings.Contains(page.Body, "3.4") {
				t.Errorf("with the session of the pages a program reads %s: %d %s", path, page.Status, page.Body)
			}
		}
		if page := json(http.MethodGet, "/api/v1/portals/kundelik/documents", "", ""); page.Status != http.StatusForbidden || !strings.Contains(page.Body, "6.8e") {
			t.Errorf("the agreement, which programs read only by permission, answers %d %s", page.Status, page.Body)
		}
		// Where the agreement names no single channel, programs sign in as before.
		h.User(t, "egov", "bagdarlama")
		if page := json(http.MethodPost, "/api/v1/portals/egov/sessions", "", fmt.Sprintf(`{"name":"bagdarlama","password":%q,"seen":[]}`, housetest.Password)); page.Status != http.StatusCreated {
			t.Errorf("on another portal a program signs in: %d %s", page.Status, page.Body)
		}
	})
}

// TestAClosedSystemShowsAVisitorNothing walks every route of the pages and the API as a visitor: what
// answers is of the kinds the clause names, everything else leads to the sign-in (kundelik 1.1).
func TestAClosedSystemShowsAVisitorNothing(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "1.1")
	h := housetest.SQLite(t)
	s := openSchools(t, h)
	at, name, _ := s.a.enter(t, "Жасырынов", "1990-01-01", "pupil", "11А")
	user := at[strings.LastIndex(at, "/")+1:]
	open := regexp.MustCompile(`^/kundelik($|/(agreement|sign-in|signed-out|goodbye|cookies|register|recover|compromised|help|status[^?]*|support|links/(password|recover|request|unsubscribe))($|[/?]))`)
	fill := strings.NewReplacer("{portal}", "kundelik", "{document}", "agreement", "{number}", "1", "{clause}", "1.1", "{date}", "2026-01-01", "{code}", "en",
		"{role}", "pupil", "{institution}", s.a.at[strings.LastIndex(s.a.at, "/")+1:], "{rest...}", "no/such/page", "{kind}", "email", "{step}", "agreement", "{token}", "x")
	wildcard := regexp.MustCompile(`\{\w+\}`)
	walked := 0
	for _, pattern := range append(routes(t, "../web/routes.go"), routes(t, "../api/routes.go")...) {
		method, path, ok := strings.Cut(pattern, " ")
		if !ok {
			method, path = http.MethodGet, pattern
		}
		if !strings.Contains(path, "{portal}") {
			continue
		}
		walked++
		path = wildcard.ReplaceAllString(fill.Replace(path), user)
		req, err := http.NewRequest(method, h.URL+path, strings.NewReader(url.Values{"name": {name}}.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		page := h.Browser(t).Do(req)
		if strings.Contains(page.Body, "Жасырынов") || strings.Contains(page.Body, "№ 1 мектеп") || strings.Contains(page.Body, name) && method == http.MethodGet {
			t.Errorf("%s shows a visitor somebody", pattern)
		}
		if strings.HasPrefix(path, "/api/") || strings.Contains(path, "/mgovSign/") {
			if public := strings.Contains(path, "/documents"); !public && page.Status < 400 {
				t.Errorf("%s answers a visitor %d", pattern, page.Status)
			}
			continue
		}
		if !open.MatchString(page.Path) {
			t.Errorf("%s leads a visitor to %s (%d)", pattern, page.Path, page.Status)
		}
		if !open.MatchString(path) && method == http.MethodGet && strings.HasPrefix(path, "/kundelik/") && !strings.HasPrefix(path, "/kundelik/language") && !strings.HasPrefix(page.Path, "/kundelik/sign-in") {
			t.Errorf("%s leads a visitor to %s, want the sign-in", pattern, page.Path)
		}
	}
	if walked < 100 {
		t.Errorf("only %d routes were walked", walked)
	}
	// On a portal whose agreement closes nothing a missing page is a missing page.
	h.Browser(t).Get("/egov/no/such/page").Want(http.StatusNotFound)
}

// routes reads the patterns of a route table.
func routes(t *testing.T, file string) (out []string) {
	t.Helper()
	f, err := parser.ParseFile(gotoken.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		for _, arg := range call.Args {
			if lit, ok := arg.(*ast.BasicLit); ok && lit.Kind == gotoken.STRING {
				if s, err := strconv.Unquote(lit.Value); err == nil && strings.Contains(s, "/") && strings.HasPrefix(s[strings.Index(s, "/"):], "/") && (strings.HasPrefix(s, "/") || strings.Contains(s, " /")) {
					out = append(out, s)
				}
			}
		}
		return true
	})
	return out
}
