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
	stated := map[string]string{"party": account.SoleTrader, "trade": name}
	key, serve, err := s.Take(r, v, signing.Bind, s.browser(v, s.Token(r, v.Actor.Portal)), stated)
	if err == nil && key.BIN != "" {
		_, cite, _, _, _ := s.Accounts.FullRegistration(r.Context(), v.Actor)
		err = fault.New(fault.Forbidden, "account.key_of_organisation").By(cite).At(frame.SignatureFile)
	}
	done := s.boundURL(r, v)
	if err == nil {
		key.Trade = name
		err = s.Accounts.Bind(r.Context(), v.Actor, key, serve)
	}
	if err != nil {
		return s.showTradeSign(w, r, v, err)
	}
	return frame.SeeOther(w, r, done)
}

func (s *Keys) showTradeSign(w http.ResponseWriter, r *http.Request, v gate.Visit, refused error) error {
	cite, bound, err := s.trades(r, v)
	if err != nil {
		return err
	}
	name, f := party.TradeName(r.URL.Query().Get("trade"))
	if f != nil {
		return s.showTrade(w, r, v, r.URL.Query().Get("trade"), f)
	}
	view := signView{
		Title: s.Say(v, "keys.trade.title"), Lead: s.Say(v, "keys.trade.sign"), Cite: cite,
		Next: design.Link{Text: s.Say(v, "keys.trade.back"), URL: tradeURL(v)},
	}
	view.Facts.Rows = []design.SummaryRow{{Key: s.Say(v, "keys.full.party"), Value: s.Say(v, "keys.party.sole_trader")}, {Key: s.Say(v, "keys.trade.name"), Value: name}}
	ask := signing.Ask{
		Purpose: signing.Bind, Browser: s.browser(v, s.Token(r, v.Actor.Portal)),
		Fields: frame.Stated(map[string]string{"user": s.Opaque.Of(v.Actor.User), "name": v.Actor.Shown, "party": account.SoleTrader, "trade": name}),
	}
	if bound != nil {
		ask.IIN = bound.IIN
	}
	return s.show(w, r, v, view, &ask, fullURL(v)+documentName, refused)
}
