package keys

import (
	"net/http"
	"net/url"
	"slices"

	"tereze/internal/account"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/party"
	"tereze/internal/signing"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

func tradeURL(v gate.Visit) string { return fullURL(v) + "/sole-trader" }

// trades refuses the pages of sole traders where the agreement registers none. Refusal: Absent.
func (s *Keys) trades(r *http.Request, v gate.Visit) (design.Link, *account.Binding, error) {
	rule, cite, bound, ok, err := s.Accounts.FullRegistration(r.Context(), v.Actor)
	if err == nil && (!ok || !slices.Contains(rule.Parties, account.SoleTrader)) {
		err = fault.New(fault.Absent, "gate.no_page")
	}
	if err != nil {
		return design.Link{}, nil, err
	}
	return s.Cite(v, cite), bound, nil
}

// Trade is GET /{portal}/cabinet/full-registration/sole-trader: what the person trades under. No certificate says
// that its holder is a sole trader, so the holder states and signs it (ismet 5.2).
func (s *Keys) Trade(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showTrade(w, r, v, "", nil)
}

// TradePost goes on to the signature.
func (s *Keys) TradePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	name, f := party.TradeName(r.PostFormValue("trade"))
	if f != nil {
		return s.showTrade(w, r, v, r.PostFormValue("trade"), f)
	}
	return frame.SeeOther(w, r, signTradeURL(v, name))
}

func signTradeURL(v gate.Visit, name string) string {
	return tradeURL(v) + "/sign?trade=" + url.QueryEscape(name)
}

func (s *Keys) showTrade(w http.ResponseWriter, r *http.Request, v gate.Visit, typed string, refused error) error {
	cite, _, err := s.trades(r, v)
	if err != nil {
		return err
	}
	status, byField := http.StatusOK, map[string]string(nil)
	view := tradeView{Title: s.Say(v, "keys.trade.title"), Lead: s.Say(v, "keys.trade.lead"), Cite: cite}
	if refused != nil {
		status = frame.FormStatus(refused)
		view.Errors, byField, _ = s.Errors(v, refused)
	}
	view.Name = design.TextInput{
		Field: design.Field{Name: "trade", Label: s.Say(v, "keys.trade.name"), Hint: s.Say(v, "keys.trade.hint"), Error: byField["trade"]},
		Value: typed, Autocomplete: "organization",
	}
	view.Go = design.Button{Text: s.Say(v, "keys.trade.go")}
	page := s.Page(r, v, view.Title)
	page.Refused = refused != nil
	return s.Write(w, r, status, page, view.page())
}

// tradeView asks for the name of a trade.
type tradeView struct {
	Title, Lead string
	Errors      []design.FieldError
	Name        design.TextInput
	Go          design.Button
	Cite        design.Link
}

// TradeSign is GET /{portal}/cabinet/full-registration/sole-trader/sign: the name, to be signed by the person's
// own key.
func (s *Keys) TradeSign(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showTradeSign(w, r, v, nil)
}

// TradeSignPost makes the person a sole trader here.
func (s *Keys) TradeSignPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	name, f := party.TradeName(r.URL.Query().Get("trade"))
	if f != nil {
		return s.showTrade(w, r, v, r.URL.Query().Get("trade"), f)
	}
	to, err := s.bindTrade(r, v, name)
	if err != nil {
		return s.showTradeSign(w, r, v, err)
	}
	return frame.SeeOther(w, r, to)
}

// bindTrade takes the answer and says where its success is told.
func (s *Keys) bindTrade(r *http.Request, v gate.Visit, name string) (to string, err error) {
	stated := map[string]string{"party": account.SoleTrader, "trade": name}
	key, serve, err := s.Take(r, v, signing.Bind, s.browser(v, s.Token(r, v.Actor.Portal)), stated)
	if err != nil {
		return "", err
	}
	if key.BIN != "" {
		_, cite, _, _, _ := s.Accounts.FullRegistration(r.Context(), v.Actor)
		return "", fault.New(fault.Forbidden, "account.key_of_organisation").By(cite).At(frame.SignatureFile)
	}
	to, key.Trade = s.boundURL(r, v), name
	return to, s.Accounts.Bind(r.Context(), v.Actor, key, serve)
}

// TradePhone is GET /{portal}/cabinet/full-registration/sole-trader/sign/phone.
func (s *Keys) TradePhone(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	name, p, err := s.tradePhoning(r, v)
	if err != nil {
		return err
	}
	if name == "" {
		return frame.SeeOther(w, r, tradeURL(v))
	}
	return s.ShowPhone(w, r, v, p)
}

// TradePhonePost is POST of the same address.
func (s *Keys) TradePhonePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	name, p, err := s.tradePhoning(r, v)
	if err != nil {
		return err
	}
	if name == "" {
		return frame.SeeOther(w, r, tradeURL(v))
	}
	return s.TakePhone(w, r, v, p, func() (string, error) { return s.bindTrade(r, v, name) })
}

// tradePhoning is what a sole trader signs; without a name in the address there is nothing yet. Refusal: Absent.
func (s *Keys) tradePhoning(r *http.Request, v gate.Visit) (name string, p frame.Phoning, err error) {
	cite, bound, err := s.trades(r, v)
	if err != nil {
		return "", p, err
	}
	name, f := party.TradeName(r.URL.Query().Get("trade"))
	if f != nil {
		return "", p, nil
	}
	p = frame.Phoning{Of: s.Say(v, "keys.trade.title"), Back: signTradeURL(v, name), Cite: cite, Ask: signing.Ask{
		Purpose: signing.Bind, Browser: s.browser(v, s.Token(r, v.Actor.Portal)),
		Fields: frame.Stated(map[string]string{"user": s.Opaque.Of(v.Actor.User), "name": v.Actor.Shown, "party": account.SoleTrader, "trade": name}),
	}}
	if bound != nil {
		p.Ask.IIN = bound.IIN
	}
	return name, p, nil
}

func (s *Keys) showTradeSign(w http.ResponseWriter, r *http.Request, v gate.Visit, refused error) error {
	name, p, err := s.tradePhoning(r, v)
	if err != nil {
		return err
	}
	if name == "" {
		typed := r.URL.Query().Get("trade")
		_, f := party.TradeName(typed)
		return s.showTrade(w, r, v, typed, f)
	}
	view := signView{
		Title: p.Of, Lead: s.Say(v, "keys.trade.sign"), Cite: p.Cite,
		Next: design.Link{Text: s.Say(v, "keys.trade.back"), URL: tradeURL(v)},
	}
	view.Facts.Rows = []design.SummaryRow{{Key: s.Say(v, "keys.full.party"), Value: s.Say(v, "keys.party.sole_trader")}, {Key: s.Say(v, "keys.trade.name"), Value: name}}
	return s.show(w, r, v, view, &p.Ask, p.Back, refused)
}
