package bycode

import (
	"context"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"time"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/privacy"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// codeView is the page on which the activation code is entered.
type codeView struct {
	Title  string
	Lead   string
	Cite   design.Link
	Errors []design.FieldError
	Sent   string // a new code has just gone out; may be empty
	Outbox design.Link
	Action string
	Code   design.TextInput
	Moment string // that consent counts from here; may be empty
	Button string
	Resend string // address of the form that sends another
	Again  string
	Change design.Link
	SignIn design.Link // where somebody turns out to have an account; may be zero
}

func (s *ByCode) showCode(w http.ResponseWriter, r *http.Request, v gate.Visit, a account.Attempt, refused error) error {
	book := s.Agreements.Book(v.Actor.Portal, v.Now)
	rule, cite, ok := clause.In[account.ActivationCode](book)
	if !ok {
		return fault.New(fault.Absent, "gate.no_page")
	}
	view := codeView{
		Title: s.Say(v, "bycode.code.title"), Cite: s.Cite(v, cite), Action: at(v, account.StepCode), Button: s.Say(v, "bycode.code.button"),
		Lead: s.Say(v, "bycode.code.lead", "phone", identity.Phone(a.Form["mobile"]).Shown(), "digits", strconv.Itoa(rule.Digits),
			"minutes", strconv.Itoa(minutes(rule.ValidFor))),
		Outbox: s.OutboxLink(v), Resend: at(v, resendStep), Again: s.Say(v, "bycode.code.again"),
		Change: design.Link{Text: s.Say(v, "bycode.code.change"), URL: begin(v)},
	}
	if r.Method == http.MethodGet && r.URL.Query().Get("sent") == "1" {
		view.Sent = s.Say(v, "bycode.code.sent")
	}
	if _, asked := privacy.Asked(book); asked && a.Form["consent"] == "true" {
		view.Moment = s.Say(v, "bycode.code.moment")
	}
	var byField map[string]string
	if refused != nil {
		if view.Errors, byField, ok = s.Errors(v, refused); !ok {
			return refused
		}
		if x, ok := refused.(*fault.Fault); ok && x.Key == "account.phone_taken" {
			view.SignIn = design.Link{Text: s.Say(v, "bycode.begin.sign_in"), URL: "/" + v.Actor.Portal + "/sign-in"}
		}
	}
	view.Code = design.TextInput{
		Field:     design.Field{Name: "code", Label: s.Say(v, "bycode.code.label"), Error: byField["code"]},
		InputMode: "numeric", Autocomplete: "one-time-code", Width: design.Digits10,
	}
	page := s.Page(r, v, view.Title)
	page.Refused = refused != nil
	return s.Write(w, r, answer(refused), page, view.page())
}

func minutes(p clause.Period) int {
	if p.Unit == clause.Hours {
		return p.Amount * 60
	}
	return p.Amount
}

// enterCode takes the code. The right one makes the user, with everything that was ticked.
func (s *ByCode) enterCode(w http.ResponseWriter, r *http.Request, v gate.Visit, a account.Attempt) error {
	err := s.Accounts.EnterCode(r.Context(), account.CodeEntry{
		Portal: v.Actor.Portal, Token: s.token(r, v), Code: r.PostFormValue("code"), Link: s.link(r, v),
		Within: func(ctx context.Context, tx account.Tx, p account.Proved) error { return s.bind(ctx, tx, v, p) },
	})
	if x, ok := err.(*fault.Fault); ok && (x.Key == "agreement.changed" || x.Key == "agreement.withdrawn") {
		// A new edition came between the form and the code: nothing was accepted, nobody is a user.
		return s.showBegin(w, r, v, formOf(a), err)
	}
	if err != nil {
		return s.showCode(w, r, v, a, err)
	}
	return frame.SeeOther(w, r, at(v, account.StepLetter))
}

// bind records the acceptance and the consent, in the transaction in which the code was right.
func (s *ByCode) bind(ctx context.Context, tx account.Tx, v gate.Visit, p account.Proved) error {
	seen := seenOf(p.Form["seen"])
	if err := s.Accept(ctx, tx, p.Actor, s.how(v), seen, v.Address); err != nil {
		return err
	}
	if p.Form["consent"] != "true" {
		return nil
	}
	proof := map[string]string{
		"attempt": strconv.FormatInt(int64(p.Attempt), 10), "phone": p.Phone.Masked(), "address": v.Address, "language": v.Actor.Language,
		"form_at": p.BeganAt.Format(time.RFC3339Nano), "code_sent_at": p.SentAt.Format(time.RFC3339Nano), "code_entered_at": p.EnteredAt.Format(time.RFC3339Nano),
	}
	for _, x := range seen {
		for _, e := range s.Agreements.Published(v.Actor.Portal, x.Document) {
			if e.Number == x.Edition {
				proof["edition."+x.Document], proof["digest."+x.Document] = strconv.Itoa(e.Number), hex.EncodeToString(e.Digest)
			}
		}
	}
	return s.Consent(ctx, tx, privacy.Given{User: p.Actor.User, Portal: v.Actor.Portal, TickedAt: p.BeganAt, EnteredAt: p.EnteredAt, Proof: proof})
}

// how is the way of acceptance that the box and its button are, in the words of the clause.
func (s *ByCode) how(v gate.Visit) string {
	book := s.Agreements.Book(v.Actor.Portal, v.Now)
	for _, document := range s.Agreements.Required(v.Actor.Portal, v.Now) {
		rule, _, ok := clause.InDocument[agreement.AcceptanceRule](book, document)
		for _, how := range []string{agreement.ByTick, agreement.ByConsent, agreement.ByButton} {
			if ok && slices.Contains(rule.How, how) {
				return how
			}
		}
	}
	return agreement.ByTick
}

func (s *ByCode) resendCode(w http.ResponseWriter, r *http.Request, v gate.Visit, a account.Attempt) error {
	if err := s.Accounts.ResendCode(r.Context(), v.Actor.Portal, s.token(r, v)); err != nil {
		if fault.Is(err, fault.Absent) {
			return frame.SeeOther(w, r, begin(v))
		}
		return s.showCode(w, r, v, a, err)
	}
	return frame.SeeOther(w, r, at(v, account.StepCode)+"?sent=1")
}
