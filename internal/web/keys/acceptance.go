package keys

import (
	"net/http"
	"slices"
	"strconv"

	"tereze/internal/agreement"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/signing"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

func acceptanceURL(v gate.Visit, document string) string {
	return home(v) + "/cabinet/agreement/" + document + "/sign"
}

// acceptance is the newest one of the document that an address names. Refusal: Absent.
func (s *Keys) acceptance(r *http.Request, v gate.Visit) (agreement.Acceptance, error) {
	all, err := s.Mine(r.Context(), v.Actor)
	if err != nil {
		return agreement.Acceptance{}, err
	}
	slices.Reverse(all)
	i := slices.IndexFunc(all, func(x agreement.Acceptance) bool { return x.Document == r.PathValue("document") })
	if i < 0 {
		return agreement.Acceptance{}, fault.New(fault.Absent, "gate.no_page")
	}
	return all[i], nil
}

// Acceptance is GET /{portal}/cabinet/agreement/{document}/sign: what was accepted, to be signed.
func (s *Keys) Acceptance(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showAcceptance(w, r, v, nil)
}

// AcceptanceDocument is GET /{portal}/cabinet/agreement/{document}/sign/statement.xml.
func (s *Keys) AcceptanceDocument(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.Document(w, r, v, signing.Accept, s.browser(v, s.Token(r, v.Actor.Portal)))
}

// AcceptancePost takes the signature; it leads to the receipt, in which the signature stands.
func (s *Keys) AcceptancePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	x, err := s.acceptance(r, v)
	if err != nil {
		return err
	}
	to, err := s.signAcceptance(r, v, x)
	if err != nil {
		return s.showAcceptance(w, r, v, err)
	}
	return frame.SeeOther(w, r, to)
}

// signAcceptance takes the answer and says where the receipt is.
func (s *Keys) signAcceptance(r *http.Request, v gate.Visit, x agreement.Acceptance) (to string, err error) {
	key, serve, err := s.Take(r, v, signing.Accept, s.browser(v, s.Token(r, v.Actor.Portal)), x.Stated())
	if err != nil {
		return "", err
	}
	entry, err := s.Sign(r.Context(), v.Actor, x, key, serve)
	return home(v) + "/cabinet/receipts/" + s.Opaque.Of(entry), err
}

// AcceptancePhone is GET /{portal}/cabinet/agreement/{document}/sign/phone.
func (s *Keys) AcceptancePhone(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	_, p, err := s.acceptancePhoning(r, v)
	if err != nil {
		return err
	}
	return s.ShowPhone(w, r, v, p)
}

// AcceptancePhonePost is POST /{portal}/cabinet/agreement/{document}/sign/phone.
func (s *Keys) AcceptancePhonePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	x, p, err := s.acceptancePhoning(r, v)
	if err != nil {
		return err
	}
	return s.TakePhone(w, r, v, p, func() (string, error) { return s.signAcceptance(r, v, x) })
}

func (s *Keys) acceptancePhoning(r *http.Request, v gate.Visit) (agreement.Acceptance, frame.Phoning, error) {
	x, err := s.acceptance(r, v)
	if err != nil {
		return x, frame.Phoning{}, err
	}
	ask, err := s.askAcceptance(r, v, x)
	return x, frame.Phoning{Ask: ask, Of: s.Say(v, "keys.acceptance.title"), Back: acceptanceURL(v, x.Document), Cite: s.Cite(v, x.Cite)}, err
}

// askAcceptance asks for a signature of what was accepted, by the key of whom the account is.
func (s *Keys) askAcceptance(r *http.Request, v gate.Visit, x agreement.Acceptance) (signing.Ask, error) {
	bound, err := s.Accounts.KeyOf(r.Context(), v.Actor)
	if err != nil {
		return signing.Ask{}, err
	}
	stated := x.Stated()
	stated["user"], stated["name"] = s.Opaque.Of(v.Actor.User), v.Actor.Shown
	return signing.Ask{Purpose: signing.Accept, Browser: s.browser(v, s.Token(r, v.Actor.Portal)), IIN: bound.IIN, Fields: frame.Stated(stated)}, nil
}

func (s *Keys) showAcceptance(w http.ResponseWriter, r *http.Request, v gate.Visit, refused error) error {
	x, err := s.acceptance(r, v)
	if err != nil {
		return err
	}
	ask, err := s.askAcceptance(r, v, x)
	if err != nil {
		return err
	}
	view := signView{
		Title: s.Say(v, "keys.acceptance.title"), Lead: s.Say(v, "keys.acceptance.lead"), Cite: s.Cite(v, x.Cite),
		Next: design.Link{Text: s.Say(v, "keys.acceptance.back"), URL: home(v) + "/cabinet/agreement"},
	}
	view.Facts.Rows = []design.SummaryRow{
		{Key: s.Say(v, "keys.acceptance.document"), Value: s.DocumentTitle(v, x.Document)},
		{Key: s.Say(v, "keys.acceptance.edition"), Value: strconv.Itoa(x.Edition)},
		{Key: s.Say(v, "keys.acceptance.at"), Value: s.Instant(v, x.At)},
	}
	return s.show(w, r, v, view, &ask, acceptanceURL(v, x.Document), refused)
}
