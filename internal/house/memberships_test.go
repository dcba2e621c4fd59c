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
	"tereze/internal/covers"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/party"
	"tereze/internal/store"
)

// lasting lists what somebody is now, as "role class" of each institution.
func (s *schools) lasting(t *testing.T, name string) (out []string) {
	t.Helper()
	u := s.user(t, name)
	err := s.Store.InView(t.Context(), func(tx *store.Tx) error {
		all, err := tx.MembershipsOf(t.Context(), u.ID)
		for _, m := range all {
			if m.EndedAt.IsZero() {
				i, err := tx.Institution(t.Context(), m.Institution)
				if err != nil {
					return err
				}
				out = append(out, strings.TrimSpace(i.Name+" "+string(m.Role)+" "+m.Class))
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// reachable confirms an e-mail address of somebody.
func (s *schools) reachable(t *testing.T, name string) {
	t.Helper()
	u := s.user(t, name)
	err := s.Store.InTx(t.Context(), func(tx *store.Tx) error {
		return tx.SaveContact(t.Context(), u.ID, account.Contact{Kind: account.ByEmail, Value: name + "@example.kz", ConfirmedAt: s.Clock.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// told lists what was sent to somebody by a key.
func (s *schools) told(t *testing.T, name, key string) (out []notify.Message) {
	t.Helper()
	u := s.user(t, name)
	err := s.Store.InView(t.Context(), func(tx *store.Tx) error {
		all, err := tx.Outbox(t.Context(), "kundelik", 500)
		for _, m := range all {
			if (m.Home == u.ID || m.To == name+"@example.kz") && m.Key == key {
				out = append(out, m)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestEachGroundEndsAMembership: what each of the six grounds ends, with its clause in the evidence and
// in what the person is told; nothing ends before it is confirmed.
func TestEachGroundEndsAMembership(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "3.6b")
	covers.Clause(t, "kundelik", "3.6e")
	covers.Clause(t, "kundelik", "3.6f")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		s := openSchools(t, h)
		for _, c := range []struct{ surname, role, class, basis, clause string }{
			{"Шығарылған", "pupil", "9А", "expelled", "3.6b"},
			{"Еңбекші", "staff", "", "employment", "3.6e"},
			{"Мемлекет", "staff", "", "civil_service", "3.6f"},
		} {
			at, name, password := s.a.enter(t, c.surname, "1990-01-01", c.role, c.class)
			if c.role == "staff" {
				s.register(t, name, password)
			}
			s.reachable(t, name)
			for _, wrong := range []string{"", "child_left", "whim"} {
				if page := s.a.admin.Post(at+"/end/"+c.role, "basis", wrong, "confirm", "yes"); page.Status != http.StatusUnprocessableEntity {
					t.Errorf("%s: the ground %q answers %d", c.surname, wrong, page.Status)
				}
			}
			page := s.a.admin.Post(at+"/end/"+c.role, "basis", c.basis).Want(http.StatusOK)
			if !strings.Contains(page.Text("main"), c.clause) || len(s.lasting(t, name)) != 1 {
				t.Errorf("%s: before the confirmation the page says %q and %v lasts", c.surname, page.Text("main"), s.lasting(t, name))
			}
			s.a.admin.Post(at+"/end/"+c.role, page.Hidden()...).Want(http.StatusOK)
			found := entries(t, h, s.user(t, name).ID, "party.end")
			if len(found) != 1 || found[0].Citation.Clause != c.clause || found[0].Detail["basis"] != c.basis {
				t.Errorf("%s: evidence %+v, want one by %s", c.surname, found, c.clause)
			}
			if told := s.told(t, name, "message.membership_ended"); len(told) != 1 || told[0].Args["clause"] != c.clause || told[0].Args["institution"] != "№ 1 мектеп" {
				t.Errorf("%s is told %+v", c.surname, told)
			}
			if all := s.lasting(t, name); len(all) != 0 {
				t.Errorf("%s is still %v", c.surname, all)
			}
		}
	})
}

// TestTheTermOfStudyEndsByItself: at the end of the last day in the portal's zone, once, however many
// programs look; a day that is taken back, or put off, ends nothing.
func TestTheTermOfStudyEndsByItself(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "3.6a")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		s := openSchools(t, h)
		first, one, _ := s.a.enter(t, "Түлек", "1990-01-01", "pupil", "11А")
		second, two, _ := s.a.enter(t, "Қалушы", "1990-01-01", "pupil", "11А")
		parentAt, parent, _ := s.a.enter(t, "Ана", "1970-01-01", "parent", "")
		s.a.admin.Post(parentAt+"/child", "child", one).Want(http.StatusOK)
		zone := h.Accounts.Zone("kundelik")
		last := h.Clock.Now().In(zone).AddDate(0, 0, 10)
		day := func(d time.Time) []string {
			return []string{"term-day", strconv.Itoa(d.Day()), "term-month", strconv.Itoa(int(d.Month())), "term-year", strconv.Itoa(d.Year())}
		}
		for _, wrong := range [][]string{day(last.AddDate(0, 0, -11)), day(last.AddDate(30, 0, 0)), {"term-day", "31", "term-month", "2", "term-year", "2027"}, {"term-day", "x"}} {
			page := s.a.admin.Post("/kundelik/school/term", append(wrong, "class", "11А")...)
			if page.Status != http.StatusUnprocessableEntity || !strings.Contains(page.Text(".govuk-error-summary"), "3.6a") {
				t.Errorf("the day %v answers %d: %s", wrong, page.Status, page.Text(".govuk-error-summary"))
			}
		}
		s.b.admin.Post(first+"/term", day(last)...).Want(http.StatusNotFound)
		s.b.admin.Post("/kundelik/school/term", append(day(last), "class", "11А")...).Want(http.StatusNotFound)
		s.a.admin.Post("/kundelik/school/term", append(day(last), "class", "11А")...).Want(http.StatusOK)
		s.a.admin.Post(second + "/term").Want(http.StatusOK) // without a day: taken back
		if page := s.a.admin.Get(first); !strings.Contains(page.Text("main dl"), strconv.Itoa(last.Day())) {
			t.Errorf("the last day is not shown: %s", page.Text("main dl"))
		}
		end := time.Date(last.Year(), last.Month(), last.Day()+1, 0, 0, 0, 0, zone)
		h.Clock.Move(end.Add(-time.Minute).Sub(h.Clock.Now()))
		if n, err := h.Parties.EndDue(t.Context()); err != nil || n != 0 || len(s.lasting(t, one)) != 1 {
			t.Fatalf("a minute before the end of the day %d memberships end, %v", n, err)
		}
		h.Clock.Move(2 * time.Minute)
		var wait sync.WaitGroup
		ready := make(chan struct{})
		for range 4 {
			wait.Go(func() {
				<-ready
				if _, err := h.Parties.EndDue(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		close(ready)
		wait.Wait()
		found := entries(t, h, s.user(t, one).ID, "party.end")
		if len(found) != 1 || found[0].Citation.Clause != "3.6a" || found[0].Actor != "system:clock" {
			t.Errorf("evidence of the end: %+v, want one by 3.6a of the clock", found)
		}
		if len(s.lasting(t, one)) != 0 || len(s.lasting(t, parent)) != 0 || len(s.lasting(t, two)) != 1 {
			t.Errorf("the pupil is %v, the parent %v, who stays %v", s.lasting(t, one), s.lasting(t, parent), s.lasting(t, two))
		}
		if n, err := h.Parties.EndDue(t.Context()); err != nil || n != 0 {
			t.Errorf("the next look ends %d more, %v", n, err)
		}
		// Nobody has to look: the house does.
		s.a.admin.Post(second+"/term", day(end.AddDate(0, 0, 3))...).Want(http.StatusOK)
		h.Clock.Move(5 * 24 * time.Hour)
		housetest.Until(t, "the house ends a membership by itself", func() bool { return len(s.lasting(t, two)) == 0 })
	})
}

// TestATransferredPupilIsTakenOver: the record moves when the other school's administrator takes it, and
// the parents with it; two who take it at once take it once.
func TestATransferredPupilIsTakenOver(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "3.6c")
	covers.Clause(t, "kundelik", "3.6d")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		s := openSchools(t, h)
		at, pupil, _ := s.a.enter(t, "Көшпелі", "2012-01-01", "pupil", "7А")
		parentAt, parent, _ := s.a.enter(t, "Ана", "1980-01-01", "parent", "")
		s.a.admin.Post(parentAt+"/child", "child", pupil).Want(http.StatusOK)
		for _, to := range []string{"№ 9 мектеп", "№ 1 мектеп", "Министрлік", "x"} {
			if page := s.a.admin.Post(at+"/end/pupil", "basis", "transferred", "to", to); page.Status != http.StatusUnprocessableEntity {
				t.Errorf("a transfer to %q answers %d", to, page.Status)
			}
		}
		page := s.a.admin.Post(at+"/end/pupil", "basis", "transferred", "to", " № 2  мектеп ").Want(http.StatusOK)
		if told := page.Text("main"); !strings.Contains(told, "Ана Аян") || !strings.Contains(told, "№ 2 мектеп") {
			t.Errorf("the page before the transfer says %s", told)
		}
		s.a.admin.Post(at+"/end/pupil", page.Hidden()...).Want(http.StatusOK)
		if len(s.lasting(t, pupil)) != 0 || len(s.lasting(t, parent)) != 0 {
			t.Errorf("after the transfer the pupil is %v, the parent %v", s.lasting(t, pupil), s.lasting(t, parent))
		}
		s.b.admin.Get(at).Want(http.StatusNotFound) // not theirs yet
		arrival := s.b.admin.Get("/kundelik/school/arrivals").Want(http.StatusOK).Attr("main table a", "href")
		if arrival == "" || s.a.admin.Get("/kundelik/school/arrivals").Has("main table") {
			t.Fatal("the pupil does not wait at the other school, or waits at the former one")
		}
		s.a.admin.Get(arrival).Want(http.StatusNotFound)
		s.b.admin.Post(arrival, "class", "").Want(http.StatusUnprocessableEntity)
		s.b.admin.Post(arrival, "class", "=1+1").Want(http.StatusUnprocessableEntity)
		var wait sync.WaitGroup
		ready := make(chan struct{})
		taken := make(chan bool, 3)
		for range 3 {
			b := s.Browser(t)
			form := b.Get("/kundelik/sign-in")
			b.Post("/kundelik/sign-in", append([]string{"name", s.b.name, "password", own}, form.Hidden()...)...).Want(http.StatusOK)
			wait.Go(func() {
				<-ready
				taken <- b.Post(arrival, "class", "7ә").Status == http.StatusOK
			})
		}
		close(ready)
		wait.Wait()
		close(taken)
		times := 0
		for ok := range taken {
			if ok {
				times++
			}
		}
		if got := strings.Join(append(s.lasting(t, pupil), s.lasting(t, parent)...), ", "); times != 1 || got != "№ 2 мектеп pupil 7Ә, № 2 мектеп parent" {
			t.Errorf("taken over %d times, and now %s", times, got)
		}
		if n := len(entries(t, h, s.user(t, pupil).ID, "party.join")); n != 2 {
			t.Errorf("%d memberships of the pupil began, want the first and that of the new school", n)
		}
		if page := s.a.admin.Post(at+"/reopen/pupil", "why", "Қате аяқталған еді"); page.Status != http.StatusConflict {
			t.Errorf("opening what another school has taken over answers %d", page.Status)
		}
		// A list of the new school that names the pupil enters nobody twice.
		s.upload(t, s.b.admin, "list.csv", []byte("surname;given;birth_date;sex;role;class\nКөшпелі;Аян;2012-01-01;female;pupil;7Ә\n")).Want(http.StatusOK)
		s.work(t)
		if body := s.b.admin.Get("/kundelik/school/class?role=pupil&class=7Ә").Body; strings.Count(body, "Көшпелі") != 1 {
			t.Error("the pupil stands twice in the new school")
		}
	})
}

// TestAMistakenEndIsOpenedAgain: with a reason, by the institution's own administrator, the parents too;
// a transfer nobody has taken over is called back.
func TestAMistakenEndIsOpenedAgain(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		s := openSchools(t, h)
		at, pupil, _ := s.a.enter(t, "Қателік", "2012-01-01", "pupil", "7А")
		parentAt, parent, _ := s.a.enter(t, "Ана", "1980-01-01", "parent", "")
		s.a.admin.Post(parentAt+"/child", "child", pupil).Want(http.StatusOK)
		s.reachable(t, pupil)
		page := s.a.admin.Post(at+"/end/pupil", "basis", "transferred", "to", "№ 2 мектеп").Want(http.StatusOK)
		s.a.admin.Post(at+"/end/pupil", page.Hidden()...).Want(http.StatusOK)
		for _, why := range []string{"", "қысқа", strings.Repeat("ұзын ", 200)} {
			s.a.admin.Post(at+"/reopen/pupil", "why", why).Want(http.StatusUnprocessableEntity)
		}
		s.b.admin.Post(at+"/reopen/pupil", "why", "Бұл біздің оқушы емес").Want(http.StatusNotFound)
		s.a.admin.Get(at + "/reopen/pupil").Want(http.StatusOK)
		s.a.admin.Post(at+"/reopen/pupil", "why", "Басқа оқушымен шатастырдық").Want(http.StatusOK)
		s.a.admin.Post(at+"/reopen/pupil", "why", "Басқа оқушымен шатастырдық").Want(http.StatusNotFound)
		if got := strings.Join(append(s.lasting(t, pupil), s.lasting(t, parent)...), ", "); got != "№ 1 мектеп pupil 7А, № 1 мектеп parent" {
			t.Errorf("after the opening: %s", got)
		}
		found := entries(t, h, s.user(t, pupil).ID, "party.reopen")
		if len(found) != 1 || found[0].Citation.Clause != "3.6" || found[0].Detail["why"] != "Басқа оқушымен шатастырдық" {
			t.Errorf("evidence of the opening: %+v", found)
		}
		if len(s.told(t, pupil, "message.membership_reopened")) != 1 {
			t.Error("the person is not told")
		}
		if s.b.admin.Get("/kundelik/school/arrivals").Has("main table") {
			t.Error("the transfer still waits at the other school")
		}
		// Sent again and declined there, it can be opened too.
		page = s.a.admin.Post(at+"/end/pupil", "basis", "transferred", "to", "№ 2 мектеп").Want(http.StatusOK)
		s.a.admin.Post(at+"/end/pupil", page.Hidden()...).Want(http.StatusOK)
		arrival := s.b.admin.Get("/kundelik/school/arrivals").Attr("main table a", "href")
		s.b.admin.Post(arrival+"/decline", "why", "").Want(http.StatusUnprocessableEntity)
		s.b.admin.Post(arrival+"/decline", "why", "Бізге мұндай оқушы келген жоқ").Want(http.StatusOK)
		s.b.admin.Post(arrival, "class", "7А").Want(http.StatusNotFound)
		s.a.admin.Post(at+"/reopen/pupil", "why", "Екінші мектеп қабылдамады").Want(http.StatusOK)
		if got := strings.Join(s.lasting(t, pupil), ", "); got != "№ 1 мектеп pupil 7А" {
			t.Errorf("after the refusal and the opening: %s", got)
		}
	})
}

// TestSchoolsOfOneNameAreToldApart: where two have a name, one is chosen.
func TestSchoolsOfOneNameAreToldApart(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	s := openSchools(t, h)
	region := s.found(t, s.ministry, "region", "Алматы облысы")
	s.found(t, region, "school", "№ 2 мектеп")
	at, pupil, _ := s.a.enter(t, "Көшпелі", "2012-01-01", "pupil", "7А")
	page := s.a.admin.Post(at+"/end/pupil", "basis", "transferred", "to", "№ 2 мектеп").Want(http.StatusOK)
	if n := len(page.All(`input[name="place"]`)); n != 2 || !strings.Contains(page.Text("main"), "Алматы облысы") {
		t.Fatalf("%d schools to choose from: %s", n, page.Text("main"))
	}
	place := page.Attr(`input[name="place"]`, "value")
	s.a.admin.Post(at+"/end/pupil", "basis", "transferred", "to", "№ 2 мектеп", "place", "not-an-id").Want(http.StatusNotFound)
	page = s.a.admin.Post(at+"/end/pupil", "basis", "transferred", "to", "№ 2 мектеп", "place", place).Want(http.StatusOK)
	s.a.admin.Post(at+"/end/pupil", page.Hidden()...).Want(http.StatusOK)
	if len(s.lasting(t, pupil)) != 0 || !s.b.admin.Get("/kundelik/school/arrivals").Has("main table") {
		t.Error("the chosen school does not see the pupil")
	}
}

// TestTheOperatorBeginsAndEndsMemberships: of any institution, with a reason that evidence keeps; looking
// at what somebody is needs one too.
func TestTheOperatorBeginsAndEndsMemberships(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		s := openSchools(t, h)
		at, name, _ := s.a.enter(t, "Қызметкер", "1990-01-01", "staff", "")
		s.operator.Post(s.b.at+"/member", "username", name, "role", "staff", "class", "").Want(http.StatusUnprocessableEntity)
		s.operator.Post(s.b.at+"/member", "username", name, "role", "staff", "class", "", "reason", "institution_asked").Want(http.StatusOK)
		list := "/kundelik/console/people/" + at[strings.LastIndex(at, "/")+1:] + "/memberships"
		if page := s.operator.Get(list).Want(http.StatusOK); strings.Contains(page.Body, "№ 1 мектеп") {
			t.Error("memberships are shown without a reason")
		}
		s.operator.Post(list).Want(http.StatusUnprocessableEntity)
		page := s.operator.Post(list, "reason", account.Reasons()[0]).Want(http.StatusOK)
		if n := len(page.All("main tbody tr")); n != 2 {
			t.Fatalf("%d memberships are shown: %s", n, page.Text("main"))
		}
		if n := len(entries(t, h, s.user(t, name).ID, "account.look")); n != 1 {
			t.Errorf("%d looks are recorded", n)
		}
		end := s.b.at + "/people/" + at[strings.LastIndex(at, "/")+1:] + "/end/staff"
		s.a.admin.Post(end, "basis", "employment", "reason", "by_law", "confirm", "yes").Want(http.StatusForbidden)
		s.operator.Get(end).Want(http.StatusOK)
		s.operator.Post(end, "basis", "employment", "confirm", "yes").Want(http.StatusUnprocessableEntity)
		s.operator.Post(end, "basis", "employment", "reason", "whim", "confirm", "yes").Want(http.StatusUnprocessableEntity)
		page = s.operator.Post(end, "basis", "employment", "reason", "by_law").Want(http.StatusOK)
		s.operator.Post(end, page.Hidden()...).Want(http.StatusOK)
		found := entries(t, h, s.user(t, name).ID, "party.end")
		if len(found) != 1 || found[0].Detail["reason"] != "by_law" || found[0].Citation.Clause != "3.6e" {
			t.Errorf("evidence of the end: %+v", found)
		}
		if got := strings.Join(s.lasting(t, name), ", "); got != "№ 1 мектеп staff" {
			t.Errorf("the person is %s", got)
		}
		// Who administered loses that at once, in the browser that is open.
		admin := s.user(t, s.a.name)
		err := h.Parties.EndAt(t.Context(), s.staff, s.institution(t, "№ 1 мектеп"), party.Ending{User: admin.ID, Role: party.Administrator, Basis: "employment", Reason: "by_law"})
		if err != nil {
			t.Fatal(err)
		}
		s.a.admin.Get("/kundelik/school").Want(http.StatusForbidden)
	})
}

// institution finds one of the tests' schools.
func (s *schools) institution(t *testing.T, name string) (id identity.ID) {
	t.Helper()
	err := s.Store.InView(t.Context(), func(tx *store.Tx) error {
		found, err := tx.SchoolsNamed(t.Context(), "kundelik", "school", name, 2)
		if len(found) == 1 {
			id = found[0].ID
		}
		return err
	})
	if err != nil || id == 0 {
		t.Fatalf("no school %s: %v", name, err)
	}
	return id
}

// TestParentsAreLinkedFromAList: by the number of the child, given in the same list or an earlier one, or
// by the sign-in name; a child who is not there refuses the line, and nobody is half entered.
func TestParentsAreLinkedFromAList(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		s := openSchools(t, h)
		_, older, _ := s.a.enter(t, "Үлкен", "2010-01-01", "pupil", "9А")
		list := "Фамилия;Имя;Дата рождения;Пол;Роль;Класс;Номер;Ребёнок\r\n" +
			"Ана;Бір;01.01.1985;ж;родитель;;;702, 701\r\n" + // before the children in the list
			"Бала;Бір;01.01.2012;м;ученик;7А;701;\r\n" +
			"Бала;Екі;01.01.2013;м;ученик;6А;702;\r\n" +
			"Бала;Үш;01.01.2013;м;ученик;6А;702;\r\n" + // a number another has
			"Әке;Бір;01.01.1984;м;родитель;;;701\r\n" +
			"Әке;Бір;01.01.1984;м;родитель;;;" + older + "\r\n" + // the same, with one more child
			"Әке;Бір;01.01.1984;м;родитель;;;701\r\n" +
			"Бөтен;Бір;01.01.1984;м;родитель;;;999\r\n" +
			"Бөтен;Екі;01.01.1984;м;родитель;;;701 999\r\n" +
			"Мұғалім;Бір;01.01.1984;м;сотрудник;;;701\r\n" +
			"Ана;Екі;01.01.1985;ж;родитель;;;=1+1\r\n"
		page := s.upload(t, s.a.admin, "тізім.csv", []byte(list)).Want(http.StatusOK)
		s.work(t)
		report := s.a.admin.Get(page.Path + "/report.csv").Want(http.StatusOK).Body
		reasons := map[string]string{}
		for _, line := range strings.Split(report, "\r\n") {
			if cells := strings.Split(line, ";"); len(cells) > 2 {
				reasons[cells[0]] += strings.Trim(cells[2], `"`)
			}
		}
		say := func(key string) string { return h.Frame.Words.Say("kk", key) }
		for line, want := range map[string]string{
			"2": "", "3": "", "4": "", "5": say("party.line_number"), "6": "", "7": say("party.line_linked"), "8": say("party.entered"),
			"9": say("party.line_child"), "10": say("party.line_child"), "11": say("party.line_child"), "12": say("party.formula"),
		} {
			if reasons[line] != want {
				t.Errorf("line %s of the report says %q, want %q", line, reasons[line], want)
			}
		}
		children := func(name string) (out []string) {
			u := s.user(t, name)
			err := h.Store.InView(t.Context(), func(tx *store.Tx) error {
				all, err := tx.ChildrenOf(t.Context(), u.ID)
				for _, g := range all {
					c, err := tx.User(t.Context(), g.Child)
					if err != nil {
						return err
					}
					out = append(out, c.Shown)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			slices.Sort(out)
			return out
		}
		if got := strings.Join(children("ana.bir"), ", "); got != "Бала Бір, Бала Екі" {
			t.Errorf("the mother's children are %s", got)
		}
		if got := strings.Join(children("ake.bir"), ", "); got != "Бала Бір, Үлкен Аян" {
			t.Errorf("the father's children are %s", got)
		}
		if body := s.a.admin.Get("/kundelik/school/class?role=parent&class=").Body; strings.Contains(body, "Бөтен") || strings.Contains(body, "Ана Екі") {
			t.Error("a refused line has entered somebody")
		}
		// The next list knows the numbers of this one, and those of another school are nobody's here.
		more := "surname;given;birth_date;sex;role;class;number;child\nАпа;Бір;1960-01-01;female;parent;;;701\n"
		for x, want := range map[*schoolOf]int{&s.a: 3, &s.b: 0} {
			s.upload(t, x.admin, "more.csv", []byte(more)).Want(http.StatusOK)
			s.work(t)
			if n := len(x.admin.Get("/kundelik/school/class?role=parent&class=").All("main tbody tr")); n != want {
				t.Errorf("%d parents are at the school after the second list, want %d", n, want)
			}
		}
	})
}
