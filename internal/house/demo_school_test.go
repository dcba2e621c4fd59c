package house_test

import (
	"net/http"
	"strings"
	"testing"

	"tereze/internal/house"
	"tereze/internal/house/housetest"
	"tereze/internal/store/storetest"
)

// TestADemoHasASchool: whoever tries the program walks through a school with the names on its first page,
// also when the demo is opened again on the same database; nothing of it is there without a demo.
func TestADemoHasASchool(t *testing.T) {
	t.Parallel()
	database := storetest.SQLite(t)
	keys, err := house.NewKeys("tereze-test")
	if err != nil {
		t.Fatal(err)
	}
	cfg := house.Config{Database: database, Demo: true, Only: []string{"kundelik"}, Keys: keys}
	housetest.Open(t, cfg)
	h := housetest.Open(t, cfg)
	first := h.Browser(t).Get("/").Want(http.StatusOK)
	at := map[string]*housetest.Browser{}
	for _, name := range []string{"principal", "teacher", "parent", "pupil"} {
		if !strings.Contains(first.Text("main table"), name) {
			t.Errorf("the first page does not name %s", name)
		}
		b := h.Browser(t)
		form := b.Get("/kundelik/sign-in")
		page := b.Post("/kundelik/sign-in", append([]string{"name", name, "password", "tereze-demo-2026"}, form.Hidden()...)...)
		if page.Path == "/kundelik/agreement/accept" || strings.HasPrefix(page.Path, "/kundelik/agreement/accept?") {
			page = b.Post("/kundelik/agreement/accept", page.Hidden()...)
		}
		if got := b.Get("/kundelik/cabinet"); got.Path != "/kundelik/cabinet" {
			t.Fatalf("%s is led to %s (sign-in led to %s): %s", name, got.Path, page.Path, page.Text("main"))
		}
		at[name] = b
	}
	if people := at["principal"].Get("/kundelik/school").Want(http.StatusOK).Text("main"); !strings.Contains(people, "№ 1 үлгі мектеп") || !strings.Contains(people, "9А") {
		t.Errorf("the administrator sees %s", people)
	}
	if n := len(at["principal"].Post("/kundelik/school/cards", "role", "pupil", "class", "9А").Want(http.StatusOK).All(".tz-receipt")); n != 2 {
		t.Errorf("%d cards are printed for the class, want 2", n)
	}
	if n := len(at["parent"].Get("/kundelik/children").Want(http.StatusOK).All("main table a")); n != 2 {
		t.Errorf("the parent sees %d children, want 2", n)
	}
	if !at["teacher"].Get("/kundelik/pages").Want(http.StatusOK).Has("main table a") || !at["pupil"].Get("/kundelik/cabinet/page").Want(http.StatusOK).Has("main form") {
		t.Error("the teacher sees no pages, or the pupil none of their own")
	}
	plain := housetest.Open(t, house.Config{Database: storetest.SQLite(t), Only: []string{"kundelik"}})
	form := plain.Browser(t).Get("/kundelik/sign-in")
	if page := plain.Browser(t).Post("/kundelik/sign-in", append([]string{"name", "principal", "password", "tereze-demo-2026"}, form.Hidden()...)...); page.Status != http.StatusUnprocessableEntity {
		t.Errorf("without a demo a sample person signs in: %d", page.Status)
	}
}
