package house_test

import (
	"net/http"
	"testing"

	"tereze/internal/house"
	"tereze/internal/house/housetest"
	"tereze/internal/store/storetest"
)

// TestADemoLeadsToWhatItSent: wherever a page of a demo says that something was sent, it leads to where
// that can be read, at the portal's part of it.
func TestADemoLeadsToWhatItSent(t *testing.T) {
	t.Parallel()
	h := housetest.Open(t, house.Config{Database: storetest.SQLite(t), Demo: true})
	leads := func(p *housetest.Page, portal string) {
		t.Helper()
		if p.Status != http.StatusOK || !p.Has(`main a[href="/-/outbox#`+portal+`"]`) {
			t.Errorf("%s (%d) does not lead to what it sent: %s", p.Path, p.Status, p.Text("main"))
		}
	}
	for _, p := range h.Agreements.Portals() {
		for _, route := range h.Accounts.Recovery(p.Name) {
			b := h.Browser(t)
			leads(b.Post("/"+p.Name+"/recover", "name", "nobody", "route", route.Name), p.Name)
		}
	}
	b := h.Browser(t)
	leads(applies(t, b), "kg")
	leads(b.Post("/kg/register/password", "act", "again"), "kg")
	b = h.Browser(t)
	leads(startsByCode(t, h, b), "ismet")
	leads(b.Post("/ismet/register/resend"), "ismet")
	leads(b.Post("/ismet/register/code", "code", codeTo(t, h, "+77010000001")), "ismet")
	leads(b.Post("/ismet/register/letter"), "ismet")
	leads(h.Browser(t).Get("/egov/recover/done"), "egov")
}
