package journey

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"tereze/internal/eds/authority"
	"tereze/internal/ncalayer"
)

// signer is the stand-in that every page of the browser finds where it looks for NCALayer. It holds one key at
// a time, so whoever signs has it alone.
type signer struct {
	*ncalayer.Program
	address string
	desk    sync.Mutex
}

// theSigner starts the stand-in, once for the test binary: the browser is told of it as it starts.
var theSigner = sync.OnceValues(func() (*signer, error) {
	town, err := authority.NewTown(time.Now)
	if err != nil {
		return nil, err
	}
	program := &ncalayer.Program{Town: town, Now: time.Now, Slow: time.Hour}
	server := httptest.NewTLSServer(program) // it ends with the test binary
	return &signer{Program: program, address: server.Listener.Addr().String()}, nil
})

// signs gives the person the stand-in and the key of somebody of the town.
func (p *person) signs(key string) *signer {
	p.t.Helper()
	s, err := theSigner()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := s.Choose(key); err != nil {
		p.t.Fatal(err)
	}
	return s
}

// cancels closes the window of the signing program, and reads that nothing was signed.
func (p *person) cancels(s *signer) {
	p.t.Helper()
	s.Next(ncalayer.Cancel)
	p.click(p.say("sign.start"))
	said := p.say("sign.state.cancelled")
	p.await("cancelled", func() bool { return strings.Contains(p.text(`[data-sign="said"]`), said) })
}

// refusedKey signs with a key that is not taken, and is told why.
func (p *person) refusedKey(key, says string) {
	p.t.Helper()
	p.signs(key)
	p.press("sign.start")
	p.sees(says)
}

// TestWaysInByKey registers on the portals that demand a key, through the unmodified script and the
// stand-in: the window is closed once, a wrong key is refused, the right one is taken.
func TestWaysInByKey(t *testing.T) {
	for _, way := range []struct {
		portal, language string
		register         func(p *person)
	}{
		{"egov", "kk", (*person).registersWithEgov},
		{"court", "en", (*person).registersWithCourt},
		{"ismet", "kk", (*person).registersFully},
	} {
		t.Run(fmt.Sprintf("%s in %s", way.portal, way.language), func(t *testing.T) {
			p := arrive(t, open(t, way.portal), way.portal, way.language, phone)
			s := p.signs("individual")
			s.desk.Lock()
			defer s.desk.Unlock()
			p.comes()
			p.press("front.home.register")
			way.register(p)
			p.answered(200)
		})
	}
}

// registersWithEgov chooses a type first, and signs what was entered.
func (p *person) registersWithEgov() {
	p.at("/register/type")
	p.picture("register-type", phone, desk)
	p.click(p.say("bysteps.kind.individual"))
	p.press("bysteps.continue")
	p.at("/register/details")
	p.fills("number", "900101400122", "surname", "Сынақова", "given", "Әйгерім", "email", "test@example.kz", "password", chosen, "again", chosen)
	p.picture("register-details", phone, desk)
	p.press("bysteps.continue")
	p.at("/register/signature")
	p.picture("register-signature", phone, desk)
	p.cancels(p.signs("individual"))
	p.picture("register-cancelled", phone, desk)
	p.refusedKey("foreign", "eds.reason.unknown_issuer") // its number is the right one: the window shows no other
	p.picture("register-wrong-key", phone, desk)
	p.signs("individual")
	p.press("sign.start")
	p.endsByLink()
}

// registersWithCourt shows the key of an organisation's head, accepts the agreement, and signs the form that the
// certificate filled in.
func (p *person) registersWithCourt() {
	p.at("/register/key")
	p.picture("register-key", phone, desk)
	p.refusedKey("employee", "account.key_not_head")
	p.signs("head")
	p.press("sign.start")
	p.at("/register/agreement")
	p.picture("register-agreement", phone, desk)
	p.press("bysteps.agreement.button")
	p.at("/register/form")
	p.fills("email", "test@example.kz", "password", chosen, "again", chosen)
	p.picture("register-form", phone, desk)
	p.press("bysteps.continue")
	p.at("/register/signature")
	p.picture("register-signature", phone, desk)
	p.press("sign.start")
	p.endsByLink()
}

// registersFully registers by phone, and binds an organisation to the account by its head's key.
func (p *person) registersFully() {
	p.registersByCode()
	p.at("/cabinet")
	p.open("/ismet/cabinet/full-registration")
	p.picture("register-full", phone, desk)
	p.cancels(p.signs("head"))
	p.refusedKey("individual", "account.key_name")
	p.picture("register-full-wrong-key", phone, desk)
	p.signs("head")
	p.press("sign.start")
	p.sees("keys.full.thanks")
	p.seesWritten("190540005677")
	p.picture("register-full-done", phone, desk)
}
