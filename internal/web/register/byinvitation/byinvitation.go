// Package byinvitation is the way into a portal whose credentials an institution hands out.
//
// It owns the pages of that way: the one that tells where credentials come from, and the registration
// of somebody who has signed in with them: the agreement, an own password, the look through what the
// institution entered. Nothing is told to anyone who has not signed in, not even that a person exists.
package byinvitation

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/party"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Invitation draws the pages of this way. All fields are needed.
type Invitation struct {
	*frame.Frame
	Accounts *account.Accounts
	Parties  *party.Parties
	// Accept records an acceptance in the act of a registration.
	Accept func(ctx context.Context, tx account.Tx, actor identity.Actor, how string, seen []agreement.Seen, address string) error
}

// The steps, in their order.
const (
	stepAgreement = "agreement"
	stepPassword  = "password"
	stepData      = "data"
)

// view is one page of the way.
type view struct {
	Errors    []design.FieldError
	Heading   design.Heading
	Texts     []string
	Cite      design.Link
	Documents []document
	Seen      []string
	Facts     *design.SummaryList
	Fields    []design.Component
	Button    design.Button // no text: there is no form
	Link      *design.ButtonLink
}

type document struct {
	ID       string
	Title    string
	Sections []design.Section
}

func registerURL(v gate.Visit) string { return "/" + v.Actor.Portal + "/register" }

// Begin follows register.Way: who has signed in with credentials is led to the step that is due,
// anybody else reads where credentials come from.
func (s *Invitation) Begin(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if v.Actor.Due == account.RegistrationDue {
		step, err := s.due(r.Context(), v)
		if err != nil {
			return err
		}
		return frame.SeeOther(w, r, registerURL(v)+"/"+step)
	}
	_, cite, _ := clause.In[account.InvitedRegistration](s.Agreements.Book(v.Actor.Portal, v.Now))
	return s.show(w, r, v, view{
		Heading: design.Heading{Text: s.Say(v, "byinvitation.begin.title")}, Cite: s.Cite(v, cite),
		Texts: []string{s.Say(v, "byinvitation.begin.from"), s.Say(v, "byinvitation.begin.first")},
		Link:  &design.ButtonLink{Text: s.Say(v, "byinvitation.begin.sign_in"), URL: "/" + v.Actor.Portal + "/sign-in"},
	}, nil)
}

// BeginPost follows register.Way: there is nothing to enter.
func (s *Invitation) BeginPost(http.ResponseWriter, *http.Request, gate.Visit) error {
	return fault.New(fault.Absent, "gate.no_page")
}

// due is the first step that has not been done.
func (s *Invitation) due(ctx context.Context, v gate.Visit) (string, error) {
	accepted, err := s.accepted(ctx, v)
	if err != nil {
		return "", err
	}
	in, err := s.Accounts.Invited(ctx, v.Actor)
	if err != nil {
		return "", err
	}
	capacity := party.CapacityOf(s.Agreements.Book(v.Actor.Portal, v.Now), in.Person.BirthDate, s.today(v))
	switch {
	case capacity.Registered || !accepted:
		return stepAgreement, nil
	case in.Temporary && capacity.Attests && !in.Attested:
		return stepAgreement, nil
	case in.Temporary:
		return stepPassword, nil
	}
	return stepData, nil
}

// accepted reports whether everything the portal requires has been accepted, by the person or for
// them.
func (s *Invitation) accepted(ctx context.Context, v gate.Visit) (bool, error) {
	standings, err := s.Agreements.Standings(ctx, v.Actor, v.Now)
	for _, x := range standings {
		if !x.Settled {
			return false, nil
		}
	}
	return err == nil, err
}

// Step follows register.Way. A step that is not due leads to the one that is.
func (s *Invitation) Step(w http.ResponseWriter, r *http.Request, v gate.Visit, step string) error {
	if err := s.enter(w, r, v, step); err != nil {
		return passed(err)
	}
	return s.showStep(w, r, v, step, nil)
}

// errLed tells that the answer has been given.
var errLed = errors.New("led to the step that is due")

func passed(err error) error {
	if errors.Is(err, errLed) {
		return nil
	}
	return err
}

// enter lets nobody into a step but those who owe it.
func (s *Invitation) enter(w http.ResponseWriter, r *http.Request, v gate.Visit, step string) error {
	if !v.Actor.Known() {
		return fault.New(fault.Unauthenticated, "account.sign_in_first")
	}
	if v.Actor.Due != account.RegistrationDue {
		return errors.Join(errLed, frame.SeeOther(w, r, "/"+v.Actor.Portal+"/cabinet"))
	}
	due, err := s.due(r.Context(), v)
	if err != nil {
		return err
	}
	if step != due {
		return errors.Join(errLed, frame.SeeOther(w, r, registerURL(v)+"/"+due))
	}
	return nil
}

// StepPost follows register.Way.
func (s *Invitation) StepPost(w http.ResponseWriter, r *http.Request, v gate.Visit, step string) error {
	if err := s.enter(w, r, v, step); err != nil {
		return passed(err)
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	var err error
	next := registerURL(v)
	switch step {
	case stepAgreement:
		err = s.takeAgreement(r, v)
	case stepPassword:
		err = s.Accounts.ReplaceDue(r.Context(), v.Actor, account.NewPassword{
			Token: s.Token(r, v.Actor.Portal), Password: r.PostFormValue("password"), Again: r.PostFormValue("again"),
		})
	case stepData:
		next = "/" + v.Actor.Portal + "/cabinet"
		answer := r.PostFormValue("right")
		if answer != "yes" && answer != "no" {
			err = fault.New(fault.Invalid, "party.answer").At("right")
			break
		}
		err = s.Accounts.EndInvited(r.Context(), v.Actor, answer == "yes", r.PostFormValue("wrong"))
	}
	if err != nil {
		return s.showStep(w, r, v, step, err)
	}
	return frame.SeeOther(w, r, next)
}

// takeAgreement records the acceptance at the press of the control (kundelik 2.1), with the statement
// that goes before it where the person is of limited capacity (kundelik 4.10).
func (s *Invitation) takeAgreement(r *http.Request, v gate.Visit) error {
	in, err := s.Accounts.Invited(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	accepted, err := s.accepted(r.Context(), v)
	if err != nil {
		return err
	}
	ticked := r.PostFormValue("attest") == "yes"
	if err := s.Parties.MayAccept(v.Actor.Portal, in.Person.BirthDate, accepted, ticked); err != nil {
		return err
	}
	capacity := party.CapacityOf(s.Agreements.Book(v.Actor.Portal, v.Now), in.Person.BirthDate, s.today(v))
	attested := clause.Citation{}
	if capacity.Attests {
		attested = capacity.AttestsBy
	}
	return s.Accounts.AcceptInvited(r.Context(), v.Actor, attested, func(ctx context.Context, tx account.Tx) error {
		if accepted {
			return nil // the guardian has
		}
		return s.Accept(ctx, tx, v.Actor, agreement.ByButton, frame.ReadSeen(r), v.Address)
	})
}

func (s *Invitation) showStep(w http.ResponseWriter, r *http.Request, v gate.Visit, step string, err error) error {
	in, refusal := s.Accounts.Invited(r.Context(), v.Actor)
	if refusal != nil {
		return refusal
	}
	var page view
	switch step {
	case stepAgreement:
		page, refusal = s.agreementPage(r.Context(), v, in, err)
	case stepPassword:
		page = s.passwordPage(v, err)
	case stepData:
		page = s.dataPage(r, v, in.Person, err)
	default:
		refusal = fault.New(fault.Absent, "gate.no_page")
	}
	if refusal != nil {
		return refusal
	}
	return s.show(w, r, v, page, err)
}

// agreementPage is the whole text with its control; for a minor, what the guardian has to do.
func (s *Invitation) agreementPage(ctx context.Context, v gate.Visit, in account.Invited, err error) (view, error) {
	book := s.Agreements.Book(v.Actor.Portal, v.Now)
	capacity := party.CapacityOf(book, in.Person.BirthDate, s.today(v))
	accepted, refusal := s.accepted(ctx, v)
	if refusal != nil {
		return view{}, refusal
	}
	page := view{Heading: design.Heading{Caption: s.Say(v, "byinvitation.step", "step", "1", "of", "3"), Text: s.Say(v, "byinvitation.agreement.title")}}
	if capacity.Registered || capacity.Through && !accepted {
		page.Texts, page.Cite = []string{s.Say(v, "byinvitation.agreement.guardian")}, s.Cite(v, capacity.ThroughBy)
		if capacity.Registered {
			page.Texts, page.Cite = []string{s.Say(v, "byinvitation.agreement.registers")}, s.Cite(v, capacity.RegisteredBy)
		}
		return page, nil
	}
	for _, name := range s.Agreements.Required(v.Actor.Portal, v.Now) {
		e, offered := agreement.InForce(s.Agreements.Published(v.Actor.Portal, name), v.Now)
		if !offered {
			return view{}, fault.New(fault.Conflict, "agreement.withdrawn").With("document", name)
		}
		page.Seen = append(page.Seen, frame.SeenValue(name, e.Number))
		page.Documents = append(page.Documents, document{ID: "text-" + name, Title: s.In(v, e.Content.Title), Sections: s.Sections(v, e.Content, name+"-", nil)})
		if _, cite, ok := clause.InDocument[agreement.AcceptanceRule](book, name); ok {
			page.Cite = s.Cite(v, cite)
		}
	}
	if accepted {
		page.Texts = []string{s.Say(v, "byinvitation.agreement.accepted")}
	}
	if capacity.Attests {
		page.Fields = []design.Component{design.Checkboxes{
			Field:   design.Field{Name: "attest", Label: s.Say(v, "byinvitation.attest.label"), Hint: s.ClauseName(v, capacity.AttestsBy.Clause), Error: s.at(v, err, "attest")},
			Choices: []design.Choice{{Value: "yes", Label: s.Say(v, "byinvitation.attest.tick")}},
		}}
	}
	page.Button = design.Button{Text: s.Say(v, "byinvitation.agreement.button")}
	return page, nil
}

func (s *Invitation) passwordPage(v gate.Visit, err error) view {
	_, cite, _ := clause.In[account.FirstPassword](s.Agreements.Book(v.Actor.Portal, v.Now))
	field := func(name string) design.Field {
		return design.Field{Name: name, Label: s.Say(v, "byinvitation.password."+name), Error: s.at(v, err, name)}
	}
	first := field("password")
	first.Hint = s.Say(v, "password.rule.length", "min", strconv.Itoa(s.Accounts.MinPassword(v.Actor.Portal)))
	return view{
		Heading: design.Heading{Caption: s.Say(v, "byinvitation.step", "step", "2", "of", "3"), Text: s.Say(v, "byinvitation.password.title")},
		Texts:   []string{s.Say(v, "byinvitation.password.lead")}, Cite: s.Cite(v, cite),
		Fields: []design.Component{design.PasswordInput{Field: first, New: true}, design.PasswordInput{Field: field("again"), New: true}},
		Button: design.Button{Text: s.Say(v, "byinvitation.password.button")},
	}
}

// dataPage shows the data the clause names, and takes the word of the person on them.
func (s *Invitation) dataPage(r *http.Request, v gate.Visit, p account.Person, err error) view {
	rule, cite, _ := clause.In[account.DataConfirmation](s.Agreements.Book(v.Actor.Portal, v.Now))
	page := view{
		Heading: design.Heading{Caption: s.Say(v, "byinvitation.step", "step", "3", "of", "3"), Text: s.Say(v, "byinvitation.data.title")},
		Texts:   []string{s.Say(v, "byinvitation.data.lead", "email", rule.SupportEmail)}, Cite: s.Cite(v, cite), Facts: Facts(s.Frame, v, p, rule.Fields),
		Button: design.Button{Text: s.Say(v, "byinvitation.data.button")},
	}
	answer := r.PostFormValue("right")
	page.Fields = []design.Component{
		design.Radios{Field: design.Field{Name: "right", Label: s.Say(v, "byinvitation.data.right"), Error: s.at(v, err, "right")}, Choices: []design.Choice{
			{Value: "yes", Label: s.Say(v, "byinvitation.data.yes"), Checked: answer == "yes"}, {Value: "no", Label: s.Say(v, "byinvitation.data.no"), Checked: answer == "no"},
		}},
		design.Textarea{Field: design.Field{Name: "wrong", Label: s.Say(v, "byinvitation.data.wrong"), Error: s.at(v, err, "wrong"), Optional: true}, Value: r.PostFormValue("wrong")},
	}
	return page
}

// Facts are the data that a registration shows for checking.
func Facts(f *frame.Frame, v gate.Visit, p account.Person, fields []string) *design.SummaryList {
	values := map[string]string{"surname": p.Surname, "name": p.Given, "patronymic": p.Patronymic, "birth_date": p.BirthDate}
	if born, err := time.Parse(time.DateOnly, p.BirthDate); err == nil {
		values["birth_date"] = f.Day(v, born)
	}
	if p.Sex != "" {
		values["sex"] = f.Say(v, "school.sex."+string(p.Sex))
	}
	list := &design.SummaryList{}
	for _, name := range fields {
		value := values[name]
		if value == "" {
			value = "—"
		}
		key := name
		if name == "name" {
			key = "given"
		}
		list.Rows = append(list.Rows, design.SummaryRow{Key: f.Say(v, "school.person."+key), Value: value})
	}
	return list
}

func (s *Invitation) at(v gate.Visit, err error, field string) string {
	_, byField, _ := s.Errors(v, err)
	return byField[field]
}

func (s *Invitation) show(w http.ResponseWriter, r *http.Request, v gate.Visit, page view, err error) error {
	status := http.StatusOK
	if err != nil {
		faults := frame.AsFaults(err)
		if faults == nil {
			return err
		}
		for _, x := range faults {
			page.Errors = append(page.Errors, design.FieldError{Text: s.Message(v, x), Field: x.Field, Cite: s.Cite(v, x.Cite)})
		}
		status = http.StatusUnprocessableEntity
	}
	out := s.Page(r, v, page.Heading.Text)
	out.Refused = err != nil
	return s.Write(w, r, status, out, page.page())
}

// today is the day by which ages are counted.
func (s *Invitation) today(v gate.Visit) time.Time { return v.Now.In(s.Accounts.Zone(v.Actor.Portal)) }
