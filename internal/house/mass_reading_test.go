package house_test

import (
	"net/http"
	"testing"
	"time"

	"tereze/internal/agreement"
	"tereze/internal/covers"
	"tereze/internal/house/housetest"
)

// TestSchoolsAreNotReadInMass: whoever sees people of a school, by its list, one at a time or on their own pages,
// sees so many in an hour and no more, a list holds so many, and nobody at a school is given a file of them
// (kundelik 6.6). Another reader is not held to account for it.
func TestSchoolsAreNotReadInMass(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "6.6")
	h := housetest.SQLite(t)
	s := openSchools(t, h)
	var people []string
	for _, surname := range []string{"Бірінші", "Екінші", "Үшінші"} {
		at, _, _ := s.a.enter(t, surname, "2014-05-01", "pupil", "5А")
		people = append(people, at)
	}
	publish(t, h, s.staff, "agreement", func(c *agreement.Content) {
		setParameter("gate.mass_reading", "per_hour", "4")(c)
		setParameter("gate.mass_reading", "export_rows", "2")(c)
	})
	h.Clock.Move(40 * 24 * time.Hour)
	onTheHour(h)
	admin := h.Browser(t)
	sign := func(b *housetest.Browser, name string) {
		page := b.Get("/kundelik/sign-in")
		b.Post("/kundelik/sign-in", append([]string{"name", name, "password", own}, page.Hidden()...)...).Want(http.StatusOK)
		if page = b.Get("/kundelik/school"); page.Has(`main form[action$="/agreement/accept"], main input[name="seen"]`) {
			b.Post("/kundelik/agreement/accept", page.Hidden()...).Want(http.StatusOK)
		}
	}
	sign(admin, s.a.name)
	list := admin.Get("/kundelik/school/class?role=pupil&class=5%D0%90").Want(http.StatusOK)
	if rows := list.All("main tbody tr"); len(rows) != 2 || !list.Has(`.govuk-pagination a`) {
		t.Errorf("a list holds %d people, the clause allows 2: %s", len(rows), list.Text("main"))
	}
	for _, at := range people {
		admin.Get(at).Want(http.StatusOK)
	}
	if p := admin.Get(people[0]).Want(http.StatusTooManyRequests); !p.Has(`main a[href*="#clause-6.6"]`) {
		t.Error("the refusal cites no clause")
	}
	admin.Get("/kundelik/school/class?role=pupil&class=5%D0%90").Want(http.StatusTooManyRequests)
	for _, file := range []string{"people", "requests", "sanctions", "staff", "staff-history"} {
		if p := admin.Get("/kundelik/console/" + file + ".csv"); p.Status == http.StatusOK {
			t.Errorf("an administrator of a school is given %s.csv", file)
		}
	}
	h.Clock.Move(time.Hour)
	sign(admin, s.a.name)
	admin.Get(people[0]).Want(http.StatusOK)
}
