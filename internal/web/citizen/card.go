package citizen

import (
	"net/http"
	"strconv"

	"tereze/internal/account"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/idcard"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// cardWait is how many seconds a card may take for a signature.
const cardWait = 120

// maxCardForm is the longest form that brings a signature, in octets.
const maxCardForm = 256 << 10

// cardView is the page of the identity card.
type cardView struct {
	Title  string
	Lead   string
	Cite   design.Link
	Errors []design.FieldError
	Found  design.SummaryList // of a signature that was not taken
	Needed string
	Needs  []string
	Plain  string
	AskURL string // where a question is asked
	Next   string
	Start  design.Button
	Sign   *design.CardSigning // nil: nothing has been asked yet
	Other  design.Link
}

// Card is GET /{portal}/sign-in/card: what is needed and, once begun, the PIN.
func (s *Citizen) Card(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showCard(w, r, v, nil)
}

// CardAsk is POST /{portal}/sign-in/card/ask.
func (s *Citizen) CardAsk(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := s.taken(v); err != nil {
		return err
	}
	if s.Cards == nil {
		return absent()
	}
	return s.ask(w, r, v, account.WayCard, home(v)+"/sign-in/card")
}

// CardPost is POST /{portal}/sign-in/card: the card's signature over the statement of this browser.
func (s *Citizen) CardPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	rule, cite, ok := s.Accounts.CardRule(v.Actor.Portal)
	if !ok || s.Cards == nil {
		return absent()
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxCardForm)
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	signature := r.PostFormValue("signature")
	if signature == "" {
		return s.showCard(w, r, v, fault.New(fault.Invalid, "citizen.card.unsigned").At(idcard.FormField))
	}
	prove := func(q account.Question) (identity.Citizen, error) {
		who, err := s.Cards.Prove(r.Context(), q.Statement, []byte(signature), rule.Model)
		if x, ok := err.(*fault.Fault); ok {
			err = x.By(cite)
		}
		return who, err
	}
	return s.enter(w, r, v, account.WayCard, prove, func(v gate.Visit, err error) error { return s.showCard(w, r, v, err) })
}

// showCard draws the page. After a refusal the question is used up, and the page begins anew.
func (s *Citizen) showCard(w http.ResponseWriter, r *http.Request, v gate.Visit, refused error) error {
	rule, cite, ok := s.Accounts.CardRule(v.Actor.Portal)
	if !ok || s.Cards == nil {
		return absent()
	}
	view := cardView{
		Title: s.Say(v, "citizen.card.title"), Lead: s.Say(v, "citizen.card.lead", "year", strconv.Itoa(rule.Model)), Cite: s.Cite(v, cite),
		Needed: s.Say(v, "citizen.card.needed"), Plain: s.Say(v, "citizen.card.plain"),
		Needs: []string{
			s.Say(v, "citizen.card.needs.card", "year", strconv.Itoa(rule.Model)), s.Say(v, "citizen.card.needs.reader"),
			s.Say(v, "citizen.card.needs.program"), s.Say(v, "citizen.card.needs.pin"),
		},
		AskURL: home(v) + "/sign-in/card/ask", Next: nextField(r, v),
		Start: design.Button{Text: s.Say(v, "citizen.card.begin")},
		Other: design.Link{Text: s.Say(v, "citizen.other"), URL: home(v) + "/sign-in/ways"},
	}
	errs, status, told := s.refusal(v, refused)
	if !told {
		return refused
	}
	view.Errors, view.Found = errs, s.Found(v, refused)
	for i := range view.Errors {
		view.Errors[i].Field = "begin" // what is to be done is to begin again
	}
	if refused == nil {
		q, asked, err := s.asked(r, v, account.WayCard)
		if err != nil {
			return err
		}
		if asked {
			view.Sign = s.cardSigning(v, q.Statement)
			gate.AlsoConnect(w.Header(), design.CryptoSocket)
		}
	}
	return s.Write(w, r, status, s.frameOf(r, v, view.Title, refused != nil), view.page())
}

func (s *Citizen) cardSigning(v gate.Visit, statement string) *design.CardSigning {
	sign := &design.CardSigning{
		Name: "signature", Statement: statement, Key: s.Cards.Key, Plugin: s.Cards.Plugin, Wait: cardWait,
		PIN:   design.TextInput{Field: design.Field{ID: "pin", Label: s.Say(v, "citizen.card.pin"), Hint: s.Say(v, "citizen.card.pin.hint")}},
		Start: s.Say(v, "citizen.card.start"), Stop: s.Say(v, "sign.stop"), Plain: s.Say(v, "citizen.card.plain"),
		States: map[string]design.SignState{},
	}
	for _, name := range design.CardStates() {
		state := design.SignState{Title: s.Say(v, "citizen.card.state."+name), Text: s.Say(v, "citizen.card.state."+name+".do")}
		switch name {
		case "connecting", "permission", "reading", "signing", "sending":
			state.Busy = true
		}
		sign.States[name] = state
	}
	return sign
}
