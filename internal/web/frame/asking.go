package frame

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"

	"tereze/internal/account"
	"tereze/internal/eds"
	"tereze/internal/eds/pki"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/signing"
	"tereze/internal/web/design"
)

// Asking is what a page needs that asks for a signature: it makes the request, shows it, and takes the answer.
type Asking struct {
	*Frame
	Signings *signing.Signings
	Accounts *account.Accounts
	// Serve lets a checked answer serve within an act of account, and keeps it there.
	Serve func(signing.Signed) account.Serve
	// PhonePath is where a phone begins that is to answer a request.
	PhonePath func(signing.Request) string
}

// RequestField names the hidden field by which a form says which request it answers.
const RequestField = "request"

// AskedView is a request for a signature as a form shows it.
type AskedView struct {
	Request string
	Signing design.Signing
}

// Below the address of a page that asks for a signature: what is to be signed, and the page for phones.
const (
	DocumentName = "statement.xml"
	PhoneName    = "phone"
)

// Ask makes the request, or gives again the one this browser has open, and draws it. place is the address
// below which what is to be signed can be fetched, for those who sign elsewhere, and signed with a phone.
// refused is why the last answer was not taken, nil where there was none: every check of it is shown.
func (a *Asking) Ask(ctx context.Context, v gate.Visit, ask signing.Ask, place string, refused error) (AskedView, error) {
	r, err := a.ask(ctx, v, ask)
	if err != nil {
		return AskedView{}, err
	}
	failed := ""
	if refused != nil {
		_, byField, _ := a.Errors(v, refused)
		failed = byField[SignatureFile]
	}
	id := a.Opaque.Of(r.ID)
	d := r.Content.Documents[0]
	phone := design.Link{Text: a.Say(v, "sign.phone"), URL: below(place, PhoneName)}
	if r.State == signing.Answered { // somebody left the page for phones, and the phone has signed since
		phone = design.Link{Text: a.Say(v, "sign.phone.go_on"), URL: below(place, PhoneName, RequestField, id)}
	}
	return AskedView{Request: id, Signing: a.Signing(v, design.Signing{
		Documents: []design.SignDocument{SignDocument(d.Content, "", below(place, DocumentName, RequestField, id))},
		Format:    design.SignCMS, Encapsulate: true, IIN: r.Content.IIN, BIN: r.Content.BIN, Other: phone, Found: a.Found(v, refused),
	}, failed)}, nil
}

// ask makes the request, or gives again the one this browser has open.
func (a *Asking) ask(ctx context.Context, v gate.Visit, ask signing.Ask) (r signing.Request, err error) {
	ask.Portal, ask.Format = v.Actor.Portal, eds.CMS
	ask.Names = signing.Names{v.Actor.Language: a.Say(v, "sign.document")}
	err = a.Signings.InTx(ctx, func(tx signing.Tx) (err error) {
		r, err = a.Signings.Ask(ctx, tx, ask)
		return err
	})
	return r, err
}

// request finds the one a form or an address names. Refusal: Absent "signing.ended".
func (a *Asking) request(ctx context.Context, v gate.Visit, purpose signing.Purpose, b signing.Browser, named string) (signing.Request, error) {
	id, err := a.Opaque.ID(named)
	if err != nil {
		return signing.Request{}, fault.New(fault.Absent, "signing.ended")
	}
	return a.Signings.Of(ctx, v.Actor.Portal, purpose, b, id)
}

// Document hands out what is to be signed, to be signed elsewhere.
func (a *Asking) Document(w http.ResponseWriter, r *http.Request, v gate.Visit, purpose signing.Purpose, b signing.Browser) error {
	asked, err := a.request(r.Context(), v, purpose, b, r.URL.Query().Get(RequestField))
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/xml; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="statement.xml"`)
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write(asked.Content.Documents[0].Content) // the person has left; the answer was right
	return nil
}

// Take reads and checks an answer, to a request that states these facts: whose key it is by, and what may
// serve. The answer is in the form, or is what a phone has brought where the form says so. Where it is the
// key of another than the one who was asked, that is recorded as posing as another (egov 3.4.5).
//
// Refusals: those of Signatures, of signing.Signings.Of, as a Conflict, and of Check.
func (a *Asking) Take(r *http.Request, v gate.Visit, purpose signing.Purpose, b signing.Browser, stated ...map[string]string) (account.Key, account.Serve, error) {
	answer, err := Signatures(r, 1)
	if r.PostFormValue(PhoneField) != "" {
		answer, err = nil, nil // what the phone has brought
	}
	if err != nil {
		return account.Key{}, nil, err
	}
	asked, err := a.request(r.Context(), v, purpose, b, r.PostFormValue(RequestField))
	if err != nil {
		return account.Key{}, nil, ended(err)
	}
	for _, facts := range stated {
		if err := states(asked, facts); err != nil {
			return account.Key{}, nil, err
		}
	}
	signed, err := a.Signings.Check(r.Context(), asked, answer)
	if err = a.Posed(r.Context(), signed, v.Address, err); err != nil {
		return account.Key{}, nil, ended(err)
	}
	return keyOf(signed), a.Serve(signed), nil
}

// Posed records that somebody at an address signed with the key of another than was asked (egov 3.4.5), where
// the refusal of what was signed says so, and gives the refusal.
func (a *Asking) Posed(ctx context.Context, signed signing.Signed, address string, refusal error) error {
	x, ok := errors.AsType[*fault.Fault](refusal)
	if !ok || signed.Signer.Certificate == nil || x.Key != "signing.other_person" && x.Key != "signing.other_organisation" {
		return refusal
	}
	if failed := a.Accounts.Posed(ctx, signed.Request.Portal, signed.Request.Home, x.Cite, address, keyOf(signed)); failed != nil {
		return failed
	}
	return refusal
}

// states refuses the answer to a request whose facts are not the facts any more: what was accepted is another
// text than the one that was to be signed.
func states(asked signing.Request, facts map[string]string) error {
	st, err := signing.ReadStatement(asked.Content.Documents[0].Content)
	if err != nil {
		return err
	}
	for name, value := range facts {
		if st.Fields[name] != value {
			return ended(fault.New(fault.Absent, "signing.ended"))
		}
	}
	return nil
}

// ended tells at the form of a request that is over, instead of showing a page that is not there: the form
// that is shown again has a new one.
func ended(err error) error {
	if fault.Is(err, fault.Absent) {
		return fault.New(fault.Conflict, "signing.ended").At(signing.FormField)
	}
	return err
}

// keyOf is what account needs to know of the holder.
func keyOf(s signing.Signed) account.Key {
	h, c := s.Holder, s.Signer.Certificate
	return account.Key{
		IIN: h.IIN, BIN: h.BIN, Surname: h.Surname, Given: h.GivenName, Patronymic: h.Patronymic, Organisation: h.Organisation,
		Role: roleOf(h.Roles), Beside: roleOf(slices.DeleteFunc(slices.Clone(h.Roles), func(r pki.Role) bool { return r == pki.FirstHead })),
		Since: c.NotBefore, EndsAt: c.NotAfter, Detail: s.Detail(),
	}
}

// roleOf is what a certificate makes of its holder in the organisation: the highest it names.
func roleOf(roles []pki.Role) string {
	switch {
	case slices.Contains(roles, pki.FirstHead):
		return account.KeyHead
	case slices.Contains(roles, pki.Signatory):
		return account.KeySigner
	case slices.Contains(roles, pki.Employee):
		return account.KeyEmployee
	}
	return ""
}

// Stated are the fields of a statement, in the order of their names.
func Stated(values map[string]string) (fields []signing.Field) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if values[name] != "" {
			fields = append(fields, signing.Field{Name: name, Value: values[name]})
		}
	}
	return fields
}
