package house_test

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/text/encoding/charmap"

	"tereze/internal/account"
	"tereze/internal/covers"
	"tereze/internal/fault"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/party"
	"tereze/internal/store"
)

// schools is a tree with two schools, each with an administrator who has registered.
type schools struct {
	*housetest.House
	operator *housetest.Browser
	staff    identity.Actor // the operator
	ministry string         // address of its page
	a, b     schoolOf
}

type schoolOf struct {
	at    string // address of its page in the operator's console
	name  string // sign-in name of the administrator
	admin *housetest.Browser
}

func openSchools(t *testing.T, h *housetest.House) *schools {
	t.Helper()
	s := &schools{House: h, operator: h.Browser(t), staff: h.User(t, "kundelik", "operator", identity.Operator)}
	s.operator.SignIn("kundelik", "operator").Want(http.StatusOK)
	s.ministry = s.found(t, "/kundelik/console/institutions", "ministry", "Министрлік")
	s.a.at = s.found(t, s.ministry, "school", "№ 1 мектеп")
	s.b.at = s.found(t, s.ministry, "school", "№ 2 мектеп")
	for i, x := range []*schoolOf{&s.a, &s.b} {
		cards := s.operator.Post(x.at+"/administrator", personFields(fmt.Sprintf("Әкімші%c", 'а'+i), "Гүлнар", "1980-03-01", "", "")...).Want(http.StatusOK)
		name, password := card(t, cards, 0)
		x.name, x.admin = name, s.register(t, name, password)
	}
	return s
}

func (s *schools) found(t *testing.T, at, kind, name string) string {
	t.Helper()
	return s.operator.Post(at, "kind", kind, "name", name).Want(http.StatusOK).Path
}

func personFields(surname, given, born, role, class string) []string {
	day := strings.Split(born, "-")
	return []string{"surname", surname, "given", given, "patronymic", "", "birth_date-year", day[0], "birth_date-month", day[1], "birth_date-day", day[2],
		"sex", "female", "role", role, "class", class}
}

// card reads the sign-in name and the password of one of the cards on a page.
func card(t *testing.T, page *housetest.Page, i int) (name, password string) {
	t.Helper()
	values := page.All(".tz-receipt .govuk-summary-list__value")
	if len(values) < 3*(i+1) {
		t.Fatalf("%s has no card %d: %s", page.Path, i, page.Text("main"))
	}
	return text(values[3*i+1]), text(values[3*i+2])
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.TrimSpace(b.String())
}

// own is the password people choose in these tests.
const own = "менің құпиям 2026"

// begin signs somebody in with credentials of a card.
func (s *schools) begin(t *testing.T, name, password string) (*housetest.Browser, *housetest.Page) {
	t.Helper()
	b := s.Browser(t)
	form := b.Get("/kundelik/sign-in")
	return b, b.Post("/kundelik/sign-in", append([]string{"name", name, "password", password}, form.Hidden()...)...)
}

// register goes the whole way of the first sign-in.
func (s *schools) register(t *testing.T, name, password string) *housetest.Browser {
	t.Helper()
	b, page := s.begin(t, name, password)
	if page.Path != "/kundelik/register/agreement" {
		t.Fatalf("the first sign-in leads to %s, want the agreement: %s", page.Path, page.Text("main"))
	}
	page = b.Post("/kundelik/register/agreement", page.Hidden()...).Want(http.StatusOK)
	if page.Path != "/kundelik/register/password" {
		t.Fatalf("the accepted agreement leads to %s: %s", page.Path, page.Text("main"))
	}
	page = b.Post("/kundelik/register/password", "password", own, "again", own).Want(http.StatusOK)
	if page.Path != "/kundelik/register/data" {
		t.Fatalf("the new password leads to %s: %s", page.Path, page.Text("main"))
	}
	if page = b.Post("/kundelik/register/data", "right", "yes").Want(http.StatusOK); page.Path != "/kundelik/cabinet" {
		t.Fatalf("the end of the registration leads to %s: %s", page.Path, page.Text("main"))
	}
	return b
}

// enter enters one person at a school and prints the card.
func (x schoolOf) enter(t *testing.T, surname, born, role, class string) (at, name, password string) {
	t.Helper()
	at = x.admin.Post("/kundelik/school/people/new", personFields(surname, "Аян", born, role, class)...).Want(http.StatusOK).Path
	name, password = card(t, x.admin.Post(at+"/card").Want(http.StatusOK), 0)
	return at, name, password
}

func (s *schools) user(t *testing.T, name string) account.User {
	t.Helper()
	var u account.User
	err := s.Store.InView(context.Background(), func(tx *store.Tx) error {
		var err error
		u, err = tx.UserNamed(context.Background(), "kundelik", account.Fold(name))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// TestAnAdministratorSeesOneSchool: every page of a school's console, with everything it can be asked
// about, is closed to the administrator of another school, to a member without a role, to the
// operator and to a visitor.
func TestAnAdministratorSeesOneSchool(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "1.14")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		s := openSchools(t, h)
		at, pupil, _ := s.a.enter(t, "Жасырынов", "1990-01-01", "pupil", "11А")
		upload := s.upload(t, s.a.admin, "list.csv", []byte("surname;given;birth_date;sex;role;class\nЖасырынова;Бір;2000-01-01;male;staff;\n"))
		list := upload.Want(http.StatusOK).Path
		s.work(t)
		before := s.user(t, pupil)
		gets := []string{at, at + "/end/pupil", at + "/correct", list, list + "/report.csv",
			"/kundelik/school/class?role=pupil&class=11А", "/kundelik/school/cards?role=pupil&class=11А",
			"/kundelik/school/class?role=pupil&class=11А&after=" + at[strings.LastIndex(at, "/")+1:]}
		posts := []string{at + "/card", at + "/child", at + "/correct", at + "/end/pupil", "/kundelik/school/cards"}
		_, member, password := s.b.enter(t, "Мүше", "1985-01-01", "staff", "")
		others := map[string]*housetest.Browser{"the other administrator": s.b.admin, "a member of the staff": s.register(t, member, password), "the operator": s.operator, "a visitor": h.Browser(t)}
		for who, b := range others {
			for _, path := range append(gets, "/kundelik/school", "/kundelik/school/corrections", "/kundelik/school/import", "/kundelik/school/people/new") {
				page := b.Get(path)
				if strings.Contains(page.Body, "Жасырын") || strings.Contains(page.Body, pupil) {
					t.Errorf("%s sees a person of the school on %s", who, path)
				}
				if page.Status == http.StatusOK && !strings.HasPrefix(page.Path, "/kundelik/sign-in") && !strings.HasPrefix(page.Path, "/kundelik/agreement") && who != "the other administrator" {
					t.Errorf("%s opens %s", who, path)
				}
			}
			for _, path := range posts {
				page := b.Post(path, append(personFields("Бөтен", "Адам", "1990-01-01", "pupil", "11А"), "basis", "expelled", "child", pupil)...)
				if strings.Contains(page.Body, "Жасырын") || page.Has(".tz-receipt") {
					t.Errorf("%s gets something by posting to %s", who, path)
				}
			}
		}
		if now := s.user(t, pupil); now.Shown != before.Shown || now.Version != before.Version {
			t.Errorf("somebody else changed the pupil: %+v, was %+v", now, before)
		}
		// An address of the other school is answered as one that does not exist.
		if page := s.b.admin.Get(at); page.Status != http.StatusNotFound {
			t.Errorf("a person of another school answers %d, want 404", page.Status)
		}
		s.a.admin.Get(at).Want(http.StatusOK)
		if page := s.a.admin.Get("/kundelik/school/class?role=pupil&class=11А").Want(http.StatusOK); !strings.Contains(page.Body, "Жасырынов") {
			t.Error("the administrator does not see the own pupil")
		}
		// Nobody administers two institutions.
		page := s.operator.Post(s.b.at+"/member", "username", s.a.name, "role", "administrator", "class", "", "reason", "institution_asked")
		if page.Status != http.StatusConflict || !strings.Contains(page.Body, "1.14") {
			t.Errorf("a second administration answers %d", page.Status)
		}
	})
}

// TestInstitutionsFormATree: six kinds in the order of the clause, each under one that comes before
// it, and people of the groups and kinds the agreement knows.
func TestInstitutionsFormATree(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "1.15")
	covers.Clause(t, "kundelik", "1.6")
	h := housetest.SQLite(t)
	s := openSchools(t, h)
	at := s.ministry
	for _, kind := range []string{"region", "district", "other_authority", "school"} {
		at = s.found(t, at, kind, "Мекеме "+kind)
	}
	s.found(t, s.ministry, "major_city", "Қала")
	if page := s.operator.Get(at); page.Has(`input[name="kind"]`) {
		t.Error("something may stand under a school")
	}
	for _, c := range []struct{ at, kind string }{{at, "school"}, {"/kundelik/console/institutions", "school"}, {s.ministry, "ministry"}, {s.ministry, "bank"}} {
		page := s.operator.Post(c.at, "kind", c.kind, "name", "Бөтен")
		if page.Status != http.StatusUnprocessableEntity || !strings.Contains(page.Text(".govuk-error-summary"), "1.15") {
			t.Errorf("a %s under %s answers %d: %s", c.kind, c.at, page.Status, page.Text(".govuk-error-summary"))
		}
	}
	// A portal whose agreement knows no institutions has no such pages.
	h.User(t, "court", "operator", identity.Operator)
	other := h.Browser(t)
	other.SignIn("court", "operator")
	other.Get("/court/console/institutions").Want(http.StatusNotFound)

	// The kinds of page: who is entered where.
	for _, c := range []struct {
		kind string
		role party.Role
		page string
	}{
		{"ministry", party.Staff, "ministry"}, {"region", party.Staff, "education_department"}, {"major_city", party.Administrator, "education_department"},
		{"district", party.Staff, "education_division"}, {"school", party.Staff, "school_staff"}, {"school", party.Pupil, "pupil"}, {"school", party.Parent, "parent"},
		{"ministry", party.Pupil, ""}, {"district", party.Parent, ""},
	} {
		if _, page := party.GroupOf(c.kind, c.role); page != c.page {
			t.Errorf("%s at %s has the page %q, want %q", c.role, c.kind, page, c.page)
		}
	}
	page := s.operator.Post(s.ministry+"/member", "username", s.a.name, "role", "pupil", "class", "1", "reason", "person_asked")
	if page.Status != http.StatusUnprocessableEntity || !strings.Contains(page.Body, "1.5") {
		t.Errorf("a pupil of a ministry answers %d", page.Status)
	}
}

// TestTheFirstSignInIsTheRegistration: credentials of a card open the registration and nothing else;
// its steps come in their order and cannot be skipped by address; the temporary password is void.
func TestTheFirstSignInIsTheRegistration(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "1.7")
	covers.Clause(t, "kundelik", "3.1")
	covers.Clause(t, "kundelik", "3.2")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		s := openSchools(t, h)
		at, name, password := s.a.enter(t, "Ақанов", "1990-01-01", "pupil", "11А")
		if name != "aqanov.aian" || len(password) != 10 {
			t.Errorf("the card says %q and a password of %d characters", name, len(password))
		}
		b, page := s.begin(t, name, password)
		for _, path := range []string{"/kundelik/cabinet", "/kundelik/cabinet/profile", "/kundelik/rules", "/kundelik/agreement/accept", "/kundelik/cabinet/agreement", "/kundelik/register",
			"/kundelik/register/password", "/kundelik/register/data", "/kundelik/children", "/kundelik/school", "/kundelik/password"} {
			if got := b.Get(path).Path; got != "/kundelik/register/agreement" && path != "/kundelik/password" {
				t.Errorf("before the agreement %s leads to %s", path, got)
			}
		}
		if got := b.Post("/kundelik/register/data", "right", "yes").Path; got != "/kundelik/register/agreement" {
			t.Errorf("the last step is taken first, and leads to %s", got)
		}
		b.Post("/kundelik/register/agreement", page.Hidden()...).Want(http.StatusOK)
		if got := b.Post("/kundelik/register/data", "right", "yes").Path; got != "/kundelik/register/password" {
			t.Errorf("the data are taken before the password, and lead to %s", got)
		}
		b.Post("/kundelik/register/password", "password", "abc", "again", "abc").Want(http.StatusUnprocessableEntity)
		page = b.Post("/kundelik/register/password", "password", own, "again", own).Want(http.StatusOK)
		shown := page.Text("main dl")
		for _, value := range []string{"Ақанов", "Аян", "1990 жылғы 1 қаңтар", "Әйел"} {
			if !strings.Contains(shown, value) {
				t.Errorf("the data shown for checking lack %q: %s", value, shown)
			}
		}
		// Who leaves here comes back to the same step, with the own password.
		if _, page := s.begin(t, name, password); page.Status != http.StatusUnprocessableEntity {
			t.Errorf("the temporary password still answers %d", page.Status)
		}
		b, page = s.begin(t, name, own)
		if page.Path != "/kundelik/register/data" {
			t.Errorf("an interrupted registration goes on at %s", page.Path)
		}
		b.Post("/kundelik/register/data").Want(http.StatusUnprocessableEntity)
		b.Post("/kundelik/register/data", "right", "no", "wrong", "").Want(http.StatusUnprocessableEntity)
		b.Post("/kundelik/register/data", "right", "no", "wrong", "Тегім басқаша: Аханов").Want(http.StatusOK)
		if got := b.Get("/kundelik/cabinet").Path; got != "/kundelik/cabinet" {
			t.Errorf("after a request for correction the cabinet leads to %s", got)
		}
		u := s.user(t, name)
		for act, want := range map[string]string{"account.register": "3.1", "account.confirm_data": "3.2", "account.issue_credentials": "1.7", "agreement.accept": "2.1"} {
			found := entries(t, h, u.ID, act)
			if len(found) != 1 || found[0].Citation.Clause != want {
				t.Errorf("%s: %d pieces of evidence, want one by %s", act, len(found), want)
			}
		}
		// The administrator sees the request, of this school only, and mends the data.
		if strings.Contains(s.b.admin.Get("/kundelik/school/corrections").Body, "Аханов") {
			t.Error("another school sees the request for correction")
		}
		if !strings.Contains(s.a.admin.Get("/kundelik/school/corrections").Body, "Тегім басқаша: Аханов") {
			t.Error("the administrator does not see the request for correction")
		}
		s.a.admin.Post(at+"/correct", append(personFields("Аханов", "Аян", "1990-01-01", "", ""), "answer", "Түзетілді")...).Want(http.StatusOK)
		if u := s.user(t, name); u.Shown != "Аханов Аян" {
			t.Errorf("the corrected name is %q", u.Shown)
		}
		if strings.Contains(s.a.admin.Get("/kundelik/school/corrections").Body, "Тегім") {
			t.Error("the request is still open")
		}
		// Who has registered gets no card any more.
		if s.a.admin.Post(at + "/card").Has(".tz-receipt") {
			t.Error("a card is printed for somebody who has registered")
		}
		if _, page := s.begin(t, name, own); page.Path != "/kundelik/cabinet" {
			t.Errorf("the own password leads to %s", page.Path)
		}
	})
}

// TestCardsAreShownOnce: printing makes new passwords and voids those before, and nothing readable of
// them is kept anywhere.
func TestCardsAreShownOnce(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "1.9")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		s := openSchools(t, h)
		for _, surname := range []string{"Бірінші", "Екінші"} {
			s.a.admin.Post("/kundelik/school/people/new", personFields(surname, "Аян", "1990-01-01", "pupil", "9Ә")...).Want(http.StatusOK)
		}
		s.a.admin.Get("/kundelik/school/cards?role=pupil&class=9Ә").Want(http.StatusOK)
		first := s.a.admin.Post("/kundelik/school/cards", "role", "pupil", "class", "9Ә").Want(http.StatusOK)
		if n := len(first.All(".tz-receipt")); n != 2 || first.Header.Get("Cache-Control") != "no-store" {
			t.Fatalf("%d cards, kept by caches as %q", n, first.Header.Get("Cache-Control"))
		}
		name, old := card(t, first, 0)
		second := s.a.admin.Post("/kundelik/school/cards", "role", "pupil", "class", "9Ә").Want(http.StatusOK)
		again, password := card(t, second, 0)
		if again != name || password == old {
			t.Errorf("printing again gives %q (was %q) the same password: %v", again, name, password == old)
		}
		if _, page := s.begin(t, name, old); page.Status != http.StatusUnprocessableEntity {
			t.Errorf("the first card still answers %d", page.Status)
		}
		for _, path := range []string{"/kundelik/school/cards?role=pupil&class=9Ә", "/kundelik/school/class?role=pupil&class=9Ә"} {
			if body := s.a.admin.Get(path).Body; strings.Contains(body, password) || strings.Contains(body, old) {
				t.Errorf("%s shows a password again", path)
			}
		}
		u := s.user(t, name)
		ctx := context.Background()
		err := h.Store.InView(ctx, func(tx *store.Tx) error {
			all, err := tx.EvidenceOf(ctx, u.ID, 0, 100)
			if err != nil {
				return err
			}
			for _, e := range all {
				if strings.Contains(string(e.Canonical()), password) || strings.Contains(string(e.Canonical()), old) {
					t.Errorf("the evidence of %s holds a password", e.Act)
				}
			}
			kept, err := tx.StoredPassword(ctx, u.ID)
			if !strings.HasPrefix(kept.Hash, "$argon2id$") || strings.Contains(kept.Hash, password) || !kept.Temporary {
				t.Errorf("the password is kept as %q", kept.Hash)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		s.register(t, name, password)
	})
}

// TestOneNameOnePerson: people of one name get sign-in names of their own, in the order they were
// entered, and none is anybody else's.
func TestOneNameOnePerson(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "1.8")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		s := openSchools(t, h)
		h.User(t, "kundelik", "serikov.aian2") // taken already, by somebody who chose it
		var got []string
		for i, x := range []schoolOf{s.a, s.b, s.a} {
			_, name, _ := x.enter(t, "Серіков", fmt.Sprintf("199%d-01-01", i), "staff", "")
			got = append(got, name)
		}
		if strings.Join(got, " ") != "serikov.aian serikov.aian3 serikov.aian4" {
			t.Errorf("sign-in names %v", got)
		}
		u, other := s.user(t, "SERIKOV.AIAN"), s.user(t, "serikov.aian3")
		if u.ID == other.ID {
			t.Error("two people share a user")
		}
		page := s.a.admin.Post("/kundelik/school/people/new", personFields("серіков", "АЯН", "1990-01-01", "staff", "")...)
		if page.Status != http.StatusConflict {
			t.Errorf("the same person entered again answers %d", page.Status)
		}
	})
}

// TestAMinorJoinsThroughAGuardian: a child cannot accept, the guardian does and the evidence names
// them; a younger one is registered by the guardian; an older one confirms the written consent.
func TestAMinorJoinsThroughAGuardian(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "1.5")
	covers.Clause(t, "kundelik", "4.10")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		s := openSchools(t, h)
		years := func(n int) string { return h.Clock.Now().AddDate(-n, 0, -1).Format(time.DateOnly) }
		at, parentName, parentCard := s.a.enter(t, "Ана", "1985-01-01", "parent", "")
		parent := s.register(t, parentName, parentCard)
		if got := parent.Get("/kundelik/children"); !got.Has(".tz-empty") {
			t.Error("a parent without a link sees a child")
		}
		_, teen, teenCard := s.a.enter(t, "Жасөспірім", years(15), "pupil", "9А")
		_, little, littleCard := s.a.enter(t, "Кіші", years(9), "pupil", "3А")
		_, strange, _ := s.b.enter(t, "Бөгде", years(9), "pupil", "3А")
		for _, child := range []string{strange, "nobody.here"} {
			s.a.admin.Post(at+"/child", "child", child).Want(http.StatusUnprocessableEntity)
		}
		for _, child := range []string{teen, little} {
			s.a.admin.Post(at+"/child", "child", child).Want(http.StatusOK)
		}

		// Neither may accept before the guardian has.
		for _, c := range [][2]string{{teen, teenCard}, {little, littleCard}} {
			b, page := s.begin(t, c[0], c[1])
			if page.Has("main form") {
				t.Errorf("%s is offered the agreement", c[0])
			}
			b.Post("/kundelik/register/agreement", "seen", "agreement:1", "attest", "yes")
			if n := len(entries(t, h, s.user(t, c[0]).ID, "agreement.accept")); n != 0 {
				t.Errorf("%s accepted by themself", c[0])
			}
		}

		children := map[string]string{}
		for _, a := range parent.Get("/kundelik/children").Want(http.StatusOK).All("main table a") {
			for _, x := range a.Attr {
				if x.Key == "href" {
					children[text(a)] = x.Val
				}
			}
		}
		if len(children) != 2 {
			t.Fatalf("the guardian sees %v", children)
		}
		teenAt, littleAt := children["Жасөспірім Аян"], children["Кіші Аян"]
		stranger := s.b.admin.Get(teenAt)
		if stranger.Status != http.StatusNotFound {
			t.Errorf("somebody else opens a child: %d", stranger.Status)
		}
		page := parent.Get(teenAt).Want(http.StatusOK)
		parent.Post(teenAt, page.Hidden()...).Want(http.StatusOK)
		accepted := entries(t, h, s.user(t, teen).ID, "agreement.accept")
		if want := fmt.Sprintf("user:%d", s.user(t, parentName).ID); len(accepted) != 1 || accepted[0].Actor != want {
			t.Fatalf("the acceptance of the child: %+v, want one by %s", accepted, want)
		}

		// The older one goes on, with the statement about the written consent.
		b, page := s.begin(t, teen, teenCard)
		if refused := b.Post("/kundelik/register/agreement", page.Hidden()...); refused.Status != http.StatusUnprocessableEntity || !strings.Contains(refused.Text(".govuk-error-summary"), "4.10") {
			t.Errorf("without the statement the answer is %d", refused.Status)
		}
		page = b.Post("/kundelik/register/agreement", append(page.Hidden(), "attest", "yes")...)
		if page.Path != "/kundelik/register/password" {
			t.Errorf("the statement leads to %s", page.Path)
		}
		if found := entries(t, h, s.user(t, teen).ID, "account.attest"); len(found) != 1 || found[0].Citation.Clause != "4.10" {
			t.Errorf("evidence of the statement: %+v", found)
		}

		// The younger one is registered by the guardian, and may then sign in.
		page = parent.Get(littleAt).Want(http.StatusOK)
		parent.Post(littleAt, page.Hidden()...).Want(http.StatusUnprocessableEntity)
		parent.Post(littleAt, append(page.Hidden(), "password", own, "again", own, "right", "yes")...).Want(http.StatusOK)
		if _, page := s.begin(t, little, own); page.Path != "/kundelik/cabinet" {
			t.Errorf("the registered child is led to %s: %s", page.Path, page.Text("main"))
		}
		if _, page := s.begin(t, little, littleCard); page.Status != http.StatusUnprocessableEntity {
			t.Errorf("the child's card still answers %d", page.Status)
		}
	})
}

// TestAGuardianRegistersAChild: the parent, and nobody else, registers a child without capacity.
func TestAGuardianRegistersAChild(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	s := openSchools(t, h)
	at, name, password := s.a.enter(t, "Әке", "1985-01-01", "parent", "")
	parent := s.register(t, name, password)
	_, little, littleCard := s.a.enter(t, "Кіші", h.Clock.Now().AddDate(-9, 0, 0).Format(time.DateOnly), "pupil", "3А")
	s.a.admin.Post(at+"/child", "child", little).Want(http.StatusOK)
	b, page := s.begin(t, little, littleCard)
	if page.Has("main form") || !strings.Contains(page.Body, "4.9") {
		t.Error("a child of nine is offered to register")
	}
	for _, path := range []string{"agreement", "password", "data"} {
		b.Post("/kundelik/register/"+path, "seen", "agreement:1", "attest", "yes", "password", own, "again", own, "right", "yes")
	}
	if n := len(entries(t, h, s.user(t, little).ID, "account.register")); n != 0 {
		t.Fatal("a child of nine registered by itself")
	}
	child := parent.Get("/kundelik/children").Attr("main table a", "href")
	page = parent.Get(child).Want(http.StatusOK)
	parent.Post(child, append(page.Hidden(), "password", own, "again", own, "right", "no", "wrong", "Туған күні қате")...).Want(http.StatusOK)
	found := entries(t, h, s.user(t, little).ID, "account.register")
	if want := fmt.Sprintf("user:%d", s.user(t, name).ID); len(found) != 1 || found[0].Actor != want {
		t.Errorf("evidence of the registration: %+v, want one by %s", found, want)
	}
	if !strings.Contains(s.a.admin.Get("/kundelik/school/corrections").Body, "Туған күні қате") {
		t.Error("what the guardian said is wrong reaches nobody")
	}
}

// TestEndingOneMembershipLeavesTheRest: the basis is recorded with its clause, the person stays on the
// portal and in the other institution, also after the last membership.
func TestEndingOneMembershipLeavesTheRest(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "3.6")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		s := openSchools(t, h)
		at, name, password := s.a.enter(t, "Мұғалімов", "1980-01-01", "staff", "")
		b := s.register(t, name, password)
		s.operator.Post(s.b.at+"/member", "username", name, "role", "staff", "class", "", "reason", "person_asked").Want(http.StatusOK)
		s.b.admin.Get(at).Want(http.StatusOK) // a member of both: each administrator sees the person
		if body := s.b.admin.Get(at).Body; strings.Contains(body, "№ 1 мектеп") {
			t.Error("one school sees the membership in the other")
		}
		for _, basis := range []string{"", "expelled", "whim"} {
			page := s.a.admin.Post(at+"/end/staff", "basis", basis)
			if page.Status != http.StatusUnprocessableEntity || !strings.Contains(page.Text(".govuk-error-summary"), "3.6") {
				t.Errorf("the basis %q answers %d", basis, page.Status)
			}
		}
		s.a.admin.Post(at+"/end/staff", "basis", "employment", "confirm", "yes").Want(http.StatusOK)
		s.a.admin.Post(at+"/end/staff", "basis", "employment", "confirm", "yes").Want(http.StatusNotFound)
		person := s.user(t, name).ID
		lasting := func() (n int) {
			ctx := context.Background()
			if err := h.Store.InView(ctx, func(tx *store.Tx) error {
				all, err := tx.MembershipsOf(ctx, person)
				for _, m := range all {
					if m.EndedAt.IsZero() {
						n++
					}
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := lasting(); n != 1 {
			t.Errorf("%d memberships last, want the one in the other school", n)
		}
		found := entries(t, h, s.user(t, name).ID, "party.end")
		if len(found) != 1 || found[0].Citation.Clause != "3.6e" || found[0].Detail["basis"] != "employment" {
			t.Errorf("evidence of the end: %+v", found)
		}
		if got := b.Get("/kundelik/cabinet").Want(http.StatusOK).Path; got != "/kundelik/cabinet" {
			t.Errorf("the person is led to %s", got)
		}
		if page := s.a.admin.Get("/kundelik/school/class?role=staff&class="); strings.Contains(page.Body, "Мұғалімов") {
			t.Error("the person is still listed in the school they left")
		}
		s.b.admin.Get("/kundelik/school/class?role=staff&class=").Want(http.StatusOK)
		s.b.admin.Post(at+"/end/staff", "basis", "civil_service", "confirm", "yes").Want(http.StatusOK)
		if n := lasting(); n != 0 {
			t.Errorf("%d memberships last after the last", n)
		}
		b.Get("/kundelik/cabinet").Want(http.StatusOK)
		if u := s.user(t, name); u.State != account.Active {
			t.Errorf("the account is %s", u.State)
		}
		// An administrator who loses the office loses the console with it, at once.
		s.operator.Post(s.b.at+"/member", "username", name, "role", "administrator", "class", "", "reason", "institution_asked").Want(http.StatusOK)
		b.Get("/kundelik/school").Want(http.StatusOK)
		s.b.admin.Post(at+"/end/administrator", "basis", "employment", "confirm", "yes").Want(http.StatusOK)
		b.Get("/kundelik/school").Want(http.StatusForbidden)
	})
}

// TestParentsLeaveWithTheLastChild: kundelik 3.6d.
func TestParentsLeaveWithTheLastChild(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	s := openSchools(t, h)
	at, parent, _ := s.a.enter(t, "Ана", "1985-01-01", "parent", "")
	first, a, _ := s.a.enter(t, "Бала", "2015-01-01", "pupil", "3А")
	second, b, _ := s.a.enter(t, "Бөбек", "2016-01-01", "pupil", "2А")
	for _, child := range []string{a, b} {
		s.a.admin.Post(at+"/child", "child", child).Want(http.StatusOK)
	}
	ended := func() int { return len(entries(t, h, s.user(t, parent).ID, "party.end")) }
	s.a.admin.Post(first+"/end/pupil", "basis", "transferred", "confirm", "yes").Want(http.StatusOK)
	if ended() != 0 {
		t.Error("the parent left with the first child")
	}
	s.a.admin.Post(second+"/end/pupil", "basis", "study_ended", "confirm", "yes").Want(http.StatusOK)
	if found := entries(t, h, s.user(t, parent).ID, "party.end"); len(found) != 1 || found[0].Citation.Clause != "3.6d" {
		t.Errorf("the parent stays after the last child: %+v", found)
	}
}

// TestRecoveryStopsForOneInstitution: kundelik 4.18.
func TestRecoveryStopsForOneInstitution(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		s := openSchools(t, h)
		open := func(name string) bool {
			ok, _, err := h.Parties.RecoveryOpen(context.Background(), s.user(t, name).ID)
			if err != nil {
				t.Fatal(err)
			}
			return ok
		}
		s.operator.Post(s.a.at+"/recovery", "open", "no").Want(http.StatusOK)
		if open(s.a.name) || !open(s.b.name) || !open("operator") {
			t.Errorf("open: %v at the first school, %v at the second, %v for who belongs to none", open(s.a.name), open(s.b.name), open("operator"))
		}
		if s.a.admin.Post(s.a.at+"/recovery").Status != http.StatusForbidden {
			t.Error("an administrator switches the recovery")
		}
		s.operator.Post(s.a.at+"/recovery", "open", "yes").Want(http.StatusOK)
		if !open(s.a.name) {
			t.Error("the recovery stays closed")
		}
	})
}

// TestNothingIsSeenFromOutside: a visitor sees the pages the clause names and learns of nobody there.
func TestNothingIsSeenFromOutside(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "1.10")
	covers.Clause(t, "kundelik", "1.11")
	h := housetest.SQLite(t)
	s := openSchools(t, h)
	at, name, password := s.a.enter(t, "Жасырынов", "1990-01-01", "pupil", "11А")
	visitor := h.Browser(t)
	inside := []string{"", "/profile", "/activity", "/activity.csv", "/agreement"}
	for i := range inside {
		inside[i] = "/kundelik/cabinet" + inside[i]
	}
	inside = append(inside, at, "/kundelik/school", "/kundelik/school/class?role=pupil&class=11А", "/kundelik/school/import", "/kundelik/children", "/kundelik/console",
		"/kundelik/console/people", "/kundelik/console/institutions", s.a.at, "/kundelik/log", "/kundelik/approvals", "/kundelik/register/data", "/kundelik/rules")
	for _, path := range inside {
		page := visitor.Get(path)
		if !strings.HasPrefix(page.Path, "/kundelik/sign-in") && !strings.HasPrefix(page.Path, "/kundelik/agreement") {
			t.Errorf("a visitor reaches %s by %s", page.Path, path)
		}
		if strings.Contains(page.Body, "Жасырынов") || strings.Contains(page.Body, "№ 1 мектеп") {
			t.Errorf("a visitor sees data on %s", path)
		}
	}
	begin := visitor.Get("/kundelik/register").Want(http.StatusOK)
	if begin.Has("main form") || begin.Attr("main a.govuk-button", "href") != "/kundelik/sign-in" {
		t.Error("the registration asks a visitor for something, or does not lead to the sign-in")
	}
	visitor.Post("/kundelik/register", "name", name).Want(http.StatusNotFound)
	// Neither half of the credentials is enough, and the answer to a wrong one tells nothing.
	answers := map[string]bool{}
	for _, c := range [][2]string{{name, "wrong password"}, {"nobody.at.all", "wrong password"}, {name, ""}, {"", password}} {
		b, page := s.begin(t, c[0], c[1])
		if page.Status != http.StatusUnprocessableEntity {
			t.Errorf("%v answers %d", c, page.Status)
		}
		answers[page.Text(".govuk-error-summary")] = true
		if got := b.Get("/kundelik/cabinet").Path; !strings.HasPrefix(got, "/kundelik/sign-in") {
			t.Errorf("%v is let in to %s", c, got)
		}
	}
	if len(answers) != 1 {
		t.Errorf("the answers differ: %v", answers)
	}
	s.register(t, name, password)
}

// upload sends a file to a school's import.
func (s *schools) upload(t testing.TB, b *housetest.Browser, name string, data []byte) *housetest.Page {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	part.Write(data)
	form.Close()
	return s.send(t, b, form.FormDataContentType(), body.Bytes())
}

func (s *schools) send(t testing.TB, b *housetest.Browser, kind string, body []byte) *housetest.Page {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, s.URL+"/kundelik/school/import", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	return b.Do(req)
}

// work goes on with imports until none is left, beside the house, which does the same.
func (s *schools) work(t testing.TB) {
	t.Helper()
	ctx := context.Background()
	for {
		running, err := s.Parties.Running(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if len(running) == 0 {
			return
		}
		for _, im := range running {
			if _, err := s.Parties.Work(ctx, im.Institution, im.ID); err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Unavailable) {
				t.Fatal(err)
			}
		}
	}
}

// TestBadLists: what is wrong with a line is said of that line, what is wrong with a file of the file,
// and nothing is half there.
func TestBadLists(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		s := openSchools(t, h)
		const head = "Фамилия;Имя;Отчество;Дата рождения;Пол;Роль;Класс\r\n"
		lines := head +
			"Ахметов;Арман;;01.09.2012;м;ученик;7А\r\n" +
			"Ахметов;Арман;;2012-09-01;М;Ученик;7б\r\n" + // the same child
			"=HYPERLINK(\"http://x\");Арман;;01.09.2012;м;ученик;7А\r\n" +
			"Иванова;+7;;01.09.2012;ж;ученик;7А\r\n" +
			"Иванова;Анна;;31.02.2012;ж;ученик;7А\r\n" +
			"Иванова;Анна;;01.09.2012;ж;директор;7А\r\n" +
			"Иванова;Anna-Анна;;01.09.2012;ж;ученик;7А\r\n" +
			"\"Иванова;Анна;;01.09.2012;ж;ученик;7А\r\n" + // a mark nobody closes
			"Иванова;Анна;;01.09.2012;;ученик;7А\r\n" +
			"Иванова;Анна;;01.09.2012;ж;ученик;\r\n" +
			";;;;;;\r\n" +
			"\"Сейітова\";\"Әсел \"\"Ая\"\"\";;01.09.2012;ж;ученик;7А\r\n" +
			"Сейітова;Әсел;Бекқызы;01.09.2012;ж;ученик;7А\r\n" +
			"Сейі"
		page := s.upload(t, s.a.admin, "тізім.csv", []byte(lines)).Want(http.StatusOK)
		s.work(t)
		page = s.a.admin.Get(page.Path)
		var got []string
		for _, row := range page.All("#import ~ dl .govuk-summary-list__value, main > dl .govuk-summary-list__value, dl .govuk-summary-list__value") {
			got = append(got, text(row))
		}
		if len(got) < 3 || strings.Join(got[:3], " ") != "2 1 10" {
			t.Errorf("created, duplicate and refused: %v, want 2 1 10\n%s", got, page.Text("main"))
		}
		report := s.a.admin.Get(page.Path + "/report.csv").Want(http.StatusOK)
		if n := strings.Count(report.Body, "\r\n"); n != 14 {
			t.Errorf("the report has %d lines, want a heading and thirteen:\n%s", n, report.Body)
		}
		if strings.Contains(report.Body, ";=") || !strings.Contains(report.Body, "'=HYPERLINK") {
			t.Errorf("a formula stands in the report:\n%s", report.Body)
		}
		for _, want := range []string{"\r\n3;", "\r\n15;", "akhmetov.arman", "seiitova.asel"} {
			if !strings.Contains(report.Body, want) {
				t.Errorf("the report lacks %q:\n%s", want, report.Body)
			}
		}
		people := func() int { return s.count(t) }
		before := people()
		// Windows-1251, as it is written in Kazakhstan.
		old, err := charmap.Windows1251.NewEncoder().String(head + "Петров;Пётр;;01.02.1980;м;сотрудник;\r\n")
		if err != nil {
			t.Fatal(err)
		}
		s.upload(t, s.a.admin, "old.csv", []byte(old)).Want(http.StatusOK)
		s.work(t)
		if page := s.a.admin.Get("/kundelik/school/class?role=staff&class="); !strings.Contains(page.Body, "Петров Пётр") {
			t.Error("a file in Windows-1251 is not read")
		}
		if people() != before+1 {
			t.Errorf("%d people, want one more than %d", people(), before)
		}
		for name, data := range map[string]string{
			"nothing":                 "",
			"headings alone":          head,
			"no headings":             "Петров;Сидор;;01.02.1980;м;сотрудник;\r\n",
			"UTF-16":                  "\xff\xfeA\x00",
			"a picture":               "\x89PNG\r\n\x1a\n\x00\x00",
			"half a workbook":         "PK\x03\x04 half of it",
			"one line without an end": strings.Repeat("x", 1<<20),
		} {
			if page := s.upload(t, s.a.admin, "bad", []byte(data)); page.Status != http.StatusUnprocessableEntity || !page.Has(".govuk-error-summary") {
				t.Errorf("%s answers %d", name, page.Status)
			}
		}
		// A file that is cut on its way leaves nothing, not even its first lines.
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		part, _ := form.CreateFormFile("file", "half.csv")
		part.Write([]byte(head + strings.Repeat("Сидоров;Сидор;;01.02.1980;м;сотрудник;\r\n", 2000)))
		if page := s.send(t, s.a.admin, form.FormDataContentType(), body.Bytes()); page.Status != http.StatusUnprocessableEntity {
			t.Errorf("half a file answers %d", page.Status)
		}
		s.work(t)
		if people() != before+1 {
			t.Errorf("%d people, want %d: a refused file created somebody", people(), before+1)
		}
	})
}

// count counts the people of the first school.
func (s *schools) count(t testing.TB) (n int) {
	t.Helper()
	for _, cell := range s.a.admin.Get("/kundelik/school").Want(http.StatusOK).All("#main td.govuk-table__cell--numeric") {
		var k int
		fmt.Sscan(text(cell), &k)
		n += k
	}
	return n
}

// TestAListImportedTwiceAtOnce: two imports of one list, decided at the same time, enter each person
// once.
func TestAListImportedTwiceAtOnce(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		s := openSchools(t, h)
		const people = 300
		var list strings.Builder
		list.WriteString("surname;given;birth_date;sex;role;class\n")
		for i := range people {
			fmt.Fprintf(&list, "Оқушы%s;Аян;2012-01-%02d;male;pupil;%dА\n", strings.Repeat("а", i/28), i%28+1, i%9+1)
		}
		before := s.count(t)
		var wait sync.WaitGroup
		ready := make(chan struct{})
		for range 2 {
			b := s.Browser(t)
			form := b.Get("/kundelik/sign-in")
			b.Post("/kundelik/sign-in", append([]string{"name", s.a.name, "password", own}, form.Hidden()...)...).Want(http.StatusOK)
			wait.Go(func() {
				<-ready
				if page := s.upload(t, b, "list.csv", []byte(list.String())); page.Status != http.StatusOK {
					t.Errorf("the import answers %d: %s", page.Status, page.Text("main"))
				}
				s.work(t)
			})
		}
		close(ready)
		wait.Wait()
		s.work(t)
		if n := s.count(t) - before; n != people {
			t.Errorf("%d people were entered, want %d", n, people)
		}
		ctx := context.Background()
		admin := s.user(t, s.a.name)
		imports, err := h.Parties.Imports(ctx, identity.Actor{Portal: "kundelik", User: admin.ID})
		if err != nil || len(imports) != 2 {
			t.Fatalf("%d imports, %v", len(imports), err)
		}
		created, duplicate := imports[0].Created+imports[1].Created, imports[0].Duplicate+imports[1].Duplicate
		if created != people || duplicate != people {
			t.Errorf("%d created and %d duplicates, want %d of each", created, duplicate, people)
		}
	})
}
