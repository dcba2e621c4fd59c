package house_test

import (
	"context"
	"crypto/rand"
	"net/http"
	"strings"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/calendar"
	"tereze/internal/covers"
	"tereze/internal/eds"
	"tereze/internal/eds/authority"
	"tereze/internal/esi"
	"tereze/internal/house"
	"tereze/internal/house/housetest"
	"tereze/internal/idcard"
	"tereze/internal/identity"
	"tereze/internal/store"
	"tereze/internal/store/storetest"
)

// way is a way in without the password: who takes it, and what it leads to.
type way struct {
	portal string
	by     string // in evidence
	user   func(t testing.TB) identity.Actor
	enter  func(t testing.TB, b *housetest.Browser) *housetest.Page
}

// waysHouse is a house with every way in that needs no password: identity card, the state's system, key.
func waysHouse(t *testing.T) (*housetest.House, map[string]way) {
	t.Helper()
	clock := &calendar.Clock{}
	cards, err := authority.NewCards(clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	trust, err := cards.Trust()
	if err != nil {
		t.Fatal(err)
	}
	state := newIdentification(t, cardPIN)
	provider, err := esi.New(esi.Config{Issuer: state.server.URL, ClientID: "tereze", ClientSecret: "secret", Client: state.server.Client()})
	if err != nil {
		t.Fatal(err)
	}
	h := housetest.Open(t, house.Config{Database: storetest.SQLite(t), Public: passkeyOrigin, Clock: clock, ESI: provider, Cards: &idcard.Cards{
		Verifier: &eds.Own{Trust: trust, Now: clock.Now, Rand: rand.Reader}, Profile: idcard.DefaultProfile(), Lists: cards.Lists, Plugin: idcard.Plugin,
	}})
	const number = "800101100112"
	numbered := func(portal, number string) func(testing.TB) identity.Actor {
		return func(t testing.TB) identity.Actor { return numberedUser(t, h, portal, number) }
	}
	byKey := func(portal string) func(testing.TB, *housetest.Browser) *housetest.Page {
		return func(t testing.TB, b *housetest.Browser) *housetest.Page {
			return b.Sign(b.Post("/"+portal+"/sign-in/key/ask").Want(http.StatusOK), h.Key(t, housetest.Person(number)))
		}
	}
	return h, map[string]way{
		"card": {"kg", "id_card", numbered("kg", cardPIN), func(t testing.TB, b *housetest.Browser) *housetest.Page { return byCard(t, h, cards, b, "citizen") }},
		"esi": {"kg", "esi", numbered("kg", cardPIN), func(t testing.TB, b *housetest.Browser) *housetest.Page {
			return b.Get(state.visits(t, b))
		}},
		"key, egov":  {"egov", "key", numbered("egov", number), byKey("egov")},
		"key, court": {"court", "key", numbered("court", number), byKey("court")},
	}
}

// numberedUser is somebody of a portal with a state's number, bound and with an address.
func numberedUser(t testing.TB, h *housetest.House, portal, number string) identity.Actor {
	t.Helper()
	actor := h.User(t, portal, "aigul")
	accept(t, h, actor)
	contact(t, h, actor, account.ByEmail, "aigul@example.kz")
	err := h.Store.InTx(context.Background(), func(tx *store.Tx) error {
		return tx.SavePerson(context.Background(), portal, actor.User, account.Person{Surname: "СЫНАҚОВ", Given: "ТЕСТ", Number: number, ConfirmedAt: h.Clock.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
	return actor
}

// eachWay runs a test for every way in, each on a house of its own with a person who can take it.
func eachWay(t *testing.T, test func(t *testing.T, h *housetest.House, w way, actor identity.Actor)) {
	t.Helper()
	for _, name := range []string{"card", "esi", "key, egov", "key, court"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, all := waysHouse(t)
			onTheHour(h)
			w := all[name]
			actor := w.user(t)
			test(t, h, w, actor)
		})
	}
}

// shutOut wants a browser to be in no session.
func shutOut(t testing.TB, b *housetest.Browser, w way) {
	t.Helper()
	if p := b.Get("/" + w.portal + "/cabinet/profile"); p.Path == "/"+w.portal+"/cabinet/profile" {
		t.Errorf("the cabinet is open")
	}
}

// TestEveryWayAsksForTheSecondPasskey: whoever chose to be asked for a passkey is asked for it after the card, the
// state's system and the key too; no address leads past the question, another's passkey is no answer, and the
// evidence names both proofs.
func TestEveryWayAsksForTheSecondPasskey(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kg", "2.1b")
	eachWay(t, func(t *testing.T, h *housetest.House, w way, actor identity.Actor) {
		home, mine := "/"+w.portal, h.Browser(t)
		if p := w.enter(t, mine).Want(http.StatusOK); !strings.HasPrefix(p.Path, home+"/cabinet") {
			t.Fatalf("without a choice it leads to %s\n%s", p.Path, p.Text("main"))
		}
		d := &device{t: t}
		adds(t, mine, w.portal, d).Want(http.StatusOK)
		if p := w.enter(t, h.Browser(t)); !strings.HasPrefix(p.Path, home+"/cabinet") {
			t.Errorf("a passkey nobody asked to be asked for is asked for: %s", p.Path)
		}
		mine.Post(home+"/cabinet/passkeys/second", "choice", "on", "old", housetest.Password).Want(http.StatusOK)
		_, other := holder(t, h, w.portal, "other")
		stranger := &device{t: t}
		adds(t, other, w.portal, stranger).Want(http.StatusOK)

		b := h.Browser(t)
		p := w.enter(t, b).Want(http.StatusOK)
		if p.Path != home+"/sign-in/second" {
			t.Fatalf("it leads past the passkey to %s", p.Path)
		}
		shutOut(t, b, w)
		if p = b.Post(home+"/sign-in/second", "answer", stranger.use(options(t, p), 0)); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("another's passkey: %d at %s", p.Status, p.Path)
		}
		shutOut(t, b, w)
		if p = b.Post(home+"/sign-in/second", "answer", d.use(options(t, p), 0)).Want(http.StatusOK); !strings.HasPrefix(p.Path, home+"/cabinet") {
			t.Fatalf("both proofs lead to %s", p.Path)
		}
		if in := entries(t, h, actor.User, "account.sign_in"); in[0].Detail["by"] != w.by+" passkey" {
			t.Errorf("evidence of the sign-in: %v", in[0].Detail)
		}
	})
}

// TestNoWayLeadsPastADuePassword: a password that has to be replaced is asked for: the page that replaces it takes
// for granted that it was just given.
func TestNoWayLeadsPastADuePassword(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, h *housetest.House, w way, actor identity.Actor) {
		err := h.Store.InTx(context.Background(), func(tx *store.Tx) error {
			ctx := context.Background()
			old, err := tx.StoredPassword(ctx, actor.User)
			if err != nil {
				return err
			}
			old.Temporary, old.ExpiresAt = true, h.Clock.Now().Add(24*time.Hour)
			return tx.ReplacePassword(ctx, actor.User, old)
		})
		if err != nil {
			t.Fatal(err)
		}
		b := h.Browser(t)
		p := w.enter(t, b).Want(http.StatusForbidden)
		if p.Has(`input[name="again"]`) {
			t.Error("the page that replaces the password is shown")
		}
		shutOut(t, b, w)
		b.Post("/"+w.portal+"/password", "password", "another long password", "again", "another long password")
		if p := signInWith(h.Browser(t), w.portal, "aigul", housetest.Password); !strings.HasPrefix(p.Path, "/"+w.portal+"/password") {
			t.Errorf("the password itself leads to %s", p.Path)
		}
	})
}

// TestNoWayLeadsPastASanction: a block leaves the one page that says why, by every way in, and what replaces a due
// password is closed to such a session; a deletion leaves nobody.
func TestNoWayLeadsPastASanction(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, h *housetest.House, w way, actor identity.Actor) {
		h.User(t, w.portal, "operator1", identity.Operator)
		h.User(t, w.portal, "operator2", identity.Operator)
		open, ground := h.Browser(t), map[string][2]string{
			"kg": {"account.sanctions/block", "false_data"}, "egov": {"account.sanctions/block", "abuse"},
		}[w.portal]
		if ground[0] == "" {
			t.Skip("no clause of this agreement blocks anybody")
		}
		w.enter(t, open).Want(http.StatusOK)
		decides(t, atDesk(t, h, w.portal, "operator1"), h, actor, ground[0], ground[1], "days", "5")
		b, standing := h.Browser(t), "/"+w.portal+"/standing"
		if p := w.enter(t, b); p.Path != standing {
			t.Fatalf("a blocked person is led to %s (%d)", p.Path, p.Status)
		}
		for _, x := range []*housetest.Browser{open, b} {
			for _, path := range []string{"/cabinet", "/cabinet/profile", "/cabinet/passkeys", "/agreement/accept"} {
				if p := x.Get("/" + w.portal + path); p.Path != standing {
					t.Errorf("the block leaves %s open: %s", path, p.Path)
				}
			}
			x.Post("/"+w.portal+"/password", "password", "another long password", "again", "another long password")
		}
		if p := signInWith(h.Browser(t), w.portal, "aigul", housetest.Password); p.Path != standing {
			t.Errorf("a session that is shut out has replaced the password: it leads to %s (%d)", p.Path, p.Status)
		}
		h.Clock.Move(6 * 24 * time.Hour)
		if p := w.enter(t, h.Browser(t)).Want(http.StatusOK); p.Path == standing {
			t.Error("the block outlives its term")
		}
	})
}

// TestNoWayOpensALockedAccount: what its person, or an operator, has locked stays so.
func TestNoWayOpensALockedAccount(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, h *housetest.House, w way, actor identity.Actor) {
		err := h.Store.InTx(context.Background(), func(tx *store.Tx) error { return tx.LockUser(context.Background(), actor.User) })
		if err != nil {
			t.Fatal(err)
		}
		b := h.Browser(t)
		p := w.enter(t, b).Want(http.StatusForbidden)
		if said := h.Frame.Words.Say(actor.Language, "account.locked"); !strings.Contains(p.Text("main"), said) {
			t.Errorf("refused with %q", p.Text("main"))
		}
		shutOut(t, b, w)
	})
}

// TestNoWayBringsBackWhoRefused: where refusing an edition ends the account, its person comes in by nothing they can
// prove; where the agreement gives a refusal no effect (kg), every way leads where the password does.
func TestNoWayBringsBackWhoRefused(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, h *housetest.House, w way, actor identity.Actor) {
		refusal, err := h.Agreements.Refuse(context.Background(), actor, document(w.portal), 1)
		if err != nil {
			t.Fatal(err)
		}
		b := h.Browser(t)
		p := w.enter(t, b)
		if refusal.Effect == agreement.NoEffect {
			with := signInWith(h.Browser(t), w.portal, "aigul", housetest.Password).Want(http.StatusOK)
			if w.portal != "kg" || !strings.HasPrefix(p.Path, with.Path) {
				t.Errorf("it leads to %s, the password to %s", p.Path, with.Path)
			}
			return
		}
		shutOut(t, b, w)
		if in := entries(t, h, actor.User, "account.sign_in"); len(in) != 0 {
			t.Errorf("a session was begun: %d at %s", p.Status, p.Path)
		}
	})
}
