package journey

import (
	"testing"

	"tereze/internal/house/housetest"
)

// story is what is particular to a portal: all of it follows from its agreement.
type story struct {
	portal    string
	documents []string
	document  string // the one that is amended
	languages []string
	accept    string // how the first edition is accepted
	renewal   string // and how an amended one is
	owner     bool   // the owner approves amendments
	announced bool   // there is a time between publication and force
	ends      bool   // a session ends while time passes
	effect    string // of a refusal
	clause    string // that is amended
	field     string // of its parameter
	value     string
	users     [2]string // sign-in names of one who goes on and one who refuses
}

func stories() []story {
	kazakh, one := []string{"kk", "ru", "en"}, []string{"agreement"}
	return []story{
		{
			portal: "egov", documents: one, document: "agreement", languages: kazakh, accept: "access", renewal: "access", owner: true, announced: true,
			effect: "close", clause: "2.7.3", field: "p-0-valid_for", value: "12h", users: [2]string{"870512300417", "910304400522"},
		},
		{
			portal: "ismet", documents: []string{"offer", "rules"}, document: "offer", languages: kazakh, accept: "tick", renewal: "sign_in",
			effect: "close", clause: "1.10", field: "p-0-valid_for", value: "15m", users: [2]string{"aigerim@example.kz", "+77015550143"},
		},
		{
			portal: "kundelik", documents: one, document: "agreement", languages: kazakh, accept: "button", renewal: "continued_use",
			effect: "close", clause: "6.8a", field: "p-0-locked_for", value: "30m", users: [2]string{"айгерім.сұлтан", "bolat.nur"},
		},
		{
			portal: "court", documents: one, document: "agreement", languages: kazakh, accept: "button", renewal: "button", owner: true, announced: true, ends: true,
			effect: "delete", clause: "3.4", field: "p-0-min_length", value: "10", users: [2]string{"870512300417", "910304400522"},
		},
		{
			portal: "kg", documents: one, document: "agreement", languages: []string{"ky", "ru", "en"}, accept: "consent", renewal: "consent",
			effect: "none", clause: "2.5", field: "p-1-valid_for", value: "15m", users: [2]string{"+996700123456", "+996555987654"},
		},
	}
}

// TestPortals goes through each portal from the first page to the exit: sign in, accept, cabinet,
// an amendment drafted, approved and published, the banner, the amendment in force, go on or refuse,
// a receipt that the command line verifies.
func TestPortals(t *testing.T) {
	for _, s := range stories() {
		t.Run(s.portal, func(t *testing.T) {
			t.Parallel()
			l := open(t, s.portal)
			stays := arrive(t, l, s.portal, s.languages[0], phone)
			goes := arrive(t, l, s.portal, s.languages[0], desk)
			stays.comes()
			stays.picture("home", desk)
			stays.comesIn(s.users[0])
			stays.picture("accept", phone)
			stays.joins(s)
			stays.looksRound()
			goes.comes()
			goes.comesIn(s.users[1])
			goes.joins(s)

			operator := arrive(t, l, s.portal, s.languages[0], desk)
			operator.signsIn("operator", l.password())
			operator.drafts(s)
			if s.owner {
				operator.asksOwner(s)
			}
			operator.publishes(s)
			operator.leaves()

			stays.seesBanner(s)
			if s.announced {
				stays.press("frame.amendment.read")
				stays.comparesEditions(s)
				goes.refuses(s)
				passes(t, l, "96h")
			}
			stays.goesOn(s)
			if !s.announced {
				stays.readsArchive(s)
				goes.refuses(s)
			}
			stays.press("frame.nav.cabinet")
			stays.pressWritten(stays.documentTitle(s.document))
			stays.at("/cabinet/agreement")
			stays.takesReceipt(s)
			stays.leaves()
		})
	}
}

// joins accepts the first edition and comes to "my agreement".
func (p *person) joins(s story) {
	p.t.Helper()
	p.accepts(s, 1)
	p.at("/cabinet/agreement")
	if s.accept == "access" {
		// Being there is the acceptance, and the first page that needs it says so.
		p.press("frame.nav.cabinet")
		p.sees("cabinet.fresh.first", "document", p.documentTitle(s.document), "edition", "1")
		return
	}
	p.sees("cabinet.agreement.accepted")
}

// looksRound visits the pages of the cabinet and writes something about themselves.
func (p *person) looksRound() {
	p.t.Helper()
	p.press("frame.nav.cabinet")
	p.at("/cabinet")
	p.picture("cabinet", desk)
	p.press("cabinet.profile.title")
	p.rewrite("about", "Мұғалім / мугалим")
	p.press("cabinet.profile.save")
	p.sees("cabinet.profile.saved")
	p.press("frame.nav.cabinet")
	p.press("cabinet.activity.title")
	p.sees("cabinet.activity.title")
	p.press("frame.nav.agreement")
	p.press("frame.nav.rules")
	p.at("/rules")
}

// seesBanner looks for the announcement on page after page: on all of them while an amendment waits,
// on none where it took force at once.
func (p *person) seesBanner(s story) {
	p.t.Helper()
	for _, page := range []string{"frame.nav.home", "frame.nav.agreement"} {
		p.press(page)
		p.wantsBanner(s)
	}
	if !s.announced {
		return // the pages that need the agreement ask for the new edition first
	}
	p.press("frame.nav.rules")
	p.wantsBanner(s)
	p.press("frame.nav.cabinet")
	p.wantsBanner(s)
	p.picture("banner", desk)
	for _, page := range []string{p.documentTitle(s.document), p.say("cabinet.profile.title"), p.say("cabinet.activity.title")} {
		p.press("frame.nav.cabinet")
		p.pressWritten(page)
		p.wantsBanner(s)
	}
}

func (p *person) wantsBanner(s story) {
	p.t.Helper()
	if s.announced {
		p.sees("frame.amendment.label")
	} else {
		p.seesNot("frame.amendment.label")
	}
}

// comparesEditions reads what changed in each language of the portal: words that came, and the
// parameter before and after.
func (p *person) comparesEditions(s story) {
	p.t.Helper()
	p.at("/agreement/" + s.document + "/editions/2/changes")
	for i := range s.languages {
		language := s.languages[(i+1)%len(s.languages)] // the person's own comes last
		p.speak(language)
		p.sees("front.changes.title", "edition", "2")
		p.seesWritten(added()[language])
		if !ask[bool](p, `!!document.querySelector("main ins") && document.querySelectorAll("main table tbody tr").length === 1`) {
			p.t.Errorf("%s in %s shows no added words, or not the one parameter that changed", p.where(), language)
		}
		if language == "en" {
			p.picture("changes-en", desk)
		}
	}
	p.picture("changes", phone)
}

// readsArchive finds what changed by way of the archive.
func (p *person) readsArchive(s story) {
	p.t.Helper()
	p.toChanges(s)
	p.comparesEditions(s)
}

func (p *person) toChanges(s story) {
	p.t.Helper()
	p.press("frame.nav.agreement")
	p.pressSelected(`main a[href$="/agreement/` + s.document + `/editions"]`)
	p.press("front.editions.changes", "edition", "2")
}

// passes lets time pass by the clock of the demo's first page.
func passes(t *testing.T, l *place, by string) {
	t.Helper()
	p := arrive(t, l, "", "en", desk)
	p.open("/")
	p.press("landing.clock." + by)
	if l.Clock.Offset() == 0 {
		t.Fatal("the clock has not moved")
	}
}

// goesOn uses the portal under the amended edition, in the way its agreement knows.
func (p *person) goesOn(s story) {
	p.t.Helper()
	p.press("frame.nav.cabinet")
	if s.ends {
		p.at("/sign-in")
		p.fill("name", s.users[0])
		p.fill("password", housetest.Password)
		p.press("front.sign_in.button")
	}
	switch s.renewal {
	case "access", "continued_use":
		p.at("/cabinet")
		p.sees("cabinet.fresh.changed", "document", p.documentTitle(s.document), "edition", "2")
		p.picture("fresh", phone)
	case "button", "consent":
		p.at("/agreement/accept")
		p.picture("accept-again", phone)
		p.press("front.text.changes")
		p.at("/agreement/" + s.document + "/editions/2/changes")
		p.press("frame.nav.cabinet")
		p.accepts(s, 2)
	case "sign_in":
		p.at("/sign-in?again=1")
		p.sees("front.sign_in.again")
		p.picture("sign-in-again", phone)
		p.fill("name", s.users[0])
		p.fill("password", housetest.Password)
		p.press("front.sign_in.button")
	}
	p.press("frame.nav.cabinet")
	p.at("/cabinet")
	p.seesNot("frame.amendment.label")
	p.seesNot("cabinet.fresh.changed", "document", p.documentTitle(s.document), "edition", "2")
}

// refuses goes from what changed to the refusal, is asked whether they mean it, and meets the
// portal's effect.
func (p *person) refuses(s story) {
	p.t.Helper()
	if s.announced {
		p.press("frame.nav.home")
		p.press("frame.amendment.read")
	} else {
		p.toChanges(s)
	}
	p.press("front.changes.refuse")
	p.at("/cabinet/refusal/" + s.document + "/2")
	p.sees("cabinet.refusal.effect." + s.effect)
	p.picture("refusal", phone)
	p.press("cabinet.refusal.confirm")
	p.answered(422) // not confirmed, so nothing is done
	p.click(p.say("cabinet.refusal.understood"))
	p.press("cabinet.refusal.confirm")
	if s.effect == "none" {
		p.at("/cabinet/agreement")
		p.sees("cabinet.agreement.refused")
		p.leaves()
		return
	}
	p.at("/goodbye")
	p.sees("front.goodbye." + s.effect)
	p.picture("goodbye", phone)
	p.signsIn(s.users[1], housetest.Password)
	p.at("/sign-in")
	p.answered(map[string]int64{"close": 403, "delete": 422}[s.effect])
	p.open("/" + p.portal + "/cabinet")
	p.at("/sign-in")
}
