package journey

import (
	"crypto/tls"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/chromedp/cdproto/security"
	"github.com/chromedp/chromedp"

	"tereze/internal/cryptosocket"
	"tereze/internal/eds/authority"
	"tereze/internal/ncalayer"
)

// reader starts the stand-in of the middleware where pages look for it.
func reader(t *testing.T) *cryptosocket.Program {
	t.Helper()
	cards, err := authority.NewCards(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	p := &cryptosocket.Program{Cards: cards, Now: time.Now}
	certificate, _, err := ncalayer.SelfSigned(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:6127")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: p, ReadHeaderTimeout: 10 * time.Second, TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"http/1.1"}}}
	go func() { _ = server.ServeTLS(listener, "", "") }()
	t.Cleanup(func() { _ = server.Close() })
	return p
}

// takesCertificates lets the person's browser take the stand-in's certificate.
func (p *person) takesCertificates() {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, security.SetIgnoreCertificateErrors, security.SetIgnoreCertificateErrorsParams{Ignore: true}); err != nil {
		p.t.Fatal(err)
	}
}

// pin enters a PIN and waits for what the page says then; for nothing: until another page is there.
func (p *person) pin(text, state string) {
	p.t.Helper()
	ask[bool](p, `(document.querySelector('[data-sign="pin"]').value = "`+text+`", document.querySelector('[data-sign="start"]').click(), true)`)
	p.await("the state "+state, func() bool {
		return ask[string](p, `document.querySelector('[data-sign="said"]')?.dataset.state ?? ""`) == state
	})
}

// TestTheIdentityCard signs in with a card through the unmodified script and the middleware's stand-in: the choice of the
// way, every failure of the card, the card that has no account yet, and the one that has.
func TestTheIdentityCard(t *testing.T) {
	program := reader(t)
	for i, language := range []string{"ky", "en"} {
		l := open(t, "kg")
		l.Clock.Move(time.Duration(i) * time.Second)
		p := arrive(t, l, "kg", language, phone)
		p.takesCertificates()
		suffix := "-" + language
		p.open("/kg")
		p.speak(language)
		p.open("/kg/sign-in/ways")
		p.picture("card-ways"+suffix, phone)
		p.press("citizen.ways.card")
		p.at("/sign-in/card")
		p.picture("card-needs"+suffix, phone)
		p.press("citizen.card.begin")
		p.at("/sign-in/card")
		p.picture("card-pin"+suffix, phone)
		insert(t, program, cryptosocket.NoCard)
		p.pin(cryptosocket.PIN, "no_card")
		p.picture("card-none"+suffix, phone)
		insert(t, program, "citizen")
		p.pin("", "pin_missing")
		p.pin("0000", "pin_2")
		p.picture("card-wrong-pin"+suffix, phone)
		program.Key = "the licence of somebody else"
		p.pin(cryptosocket.PIN, "licence")
		program.Key = ""
		locked := []string{"other", "rsa"}[i]
		insert(t, program, locked)
		p.pin("0000", "pin_1")
		p.pin("0000", "pin")
		p.pin("0000", "locked")
		p.picture("card-locked"+suffix, phone)

		insert(t, program, "revoked")
		p.pin(cryptosocket.PIN, "")
		p.sees("eds.reason.revoked")
		p.picture("card-revoked"+suffix, phone)
		insert(t, program, "citizen")
		p.press("citizen.card.begin")
		p.pin(cryptosocket.PIN, "")
		p.at("/register")
		p.sees("byphone.proven")
		p.picture("card-newcomer"+suffix, phone)
	}
	without := arrive(t, open(t, "kg"), "kg", "ky", phone)
	without.withoutScripts()
	without.open("/kg/sign-in/card")
	without.speak("ky")
	without.sees("citizen.card.plain")
}

func insert(t *testing.T, p *cryptosocket.Program, card string) {
	t.Helper()
	if err := p.Insert(card); err != nil {
		t.Fatal(err)
	}
}
