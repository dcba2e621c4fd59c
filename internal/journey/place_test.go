package journey

import (
	"net/http/httptest"
	"net/url"
	"testing"

	"tereze/internal/house"
	"tereze/internal/house/housetest"
	"tereze/internal/store/storetest"
	"tereze/internal/words"
)

// place is a demo as anybody starts it: portals, sample people, a clock on the first page, reached
// over plain HTTP on the machine itself.
type place struct {
	*housetest.House
	url   string
	words *words.Book
	asked map[string]bool // pages that axe-core has seen; people of one place come one after the other
}

// open opens a demo with these portals, all of them where none is named.
func open(t *testing.T, portals ...string) *place {
	t.Helper()
	return openWith(t, house.Config{Only: portals, Demo: true})
}

// openWith opens a place that is run in a way of its own.
func openWith(t *testing.T, cfg house.Config) *place {
	t.Helper()
	cfg.Database = storetest.SQLite(t)
	h := housetest.Open(t, cfg)
	book, err := words.Load()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h.Handler)
	t.Cleanup(server.Close)
	address, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return &place{House: h, url: "http://localhost:" + address.Port(), words: book, asked: map[string]bool{}}
}

// password is what the first page of a demo says of its sample people.
func (l *place) password() string { return l.Samples[0].Password }
