package cabinet

import (
	"net/http"
	"net/url"

	"tereze/internal/account"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// changeView is where a person reports that data they gave have changed; the second time it shows what is reported.
type changeView struct {
	Errors  []design.FieldError
	Heading design.Heading
	Cite    design.Link
	Late    string             // what follows of a report that comes late
	Facts   design.SummaryList // of the question before it is sent
	Hidden  [][2]string
	Data    *design.Radios // nil once it is asked whether all is right
	Now     design.Textarea
	Since   design.TextInput
	Button  design.Button
	Links   []design.Link
}

func changeURL(v gate.Visit) string { return home(v) + "/change" }

// Change answers GET /{portal}/cabinet/change (ismet 4.3.2).
func (s *Cabinet) Change(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showChange(w, r, v, account.DataChange{}, nil)
}

// ChangePost answers POST of the same address: first it asks whether all is right, then, with "confirmed", it
// reports.
func (s *Cabinet) ChangePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	d := account.DataChange{Data: r.PostFormValue("data"), Now: r.PostFormValue("now"), Since: r.PostFormValue("since")}
	late, cite, err := s.Accounts.CheckChange(v.Actor.Portal, &d)
	if err == nil && r.PostFormValue("confirmed") == "yes" {
		d.Said = s.Say(v, "cabinet.change.data."+d.Data)
		if _, err = s.Accounts.ReportChange(r.Context(), v.Actor, d); err == nil {
			return frame.SeeOther(w, r, casesURL(v)+"?"+url.Values{"done": {"change"}}.Encode())
		}
	}
	if err != nil {
		if frame.AsFaults(err) == nil {
			return err
		}
		return s.showChange(w, r, v, d, err)
	}
	view := changeView{
		Heading: design.Heading{Text: s.Say(v, "cabinet.change.check")}, Cite: s.Cite(v, cite),
		Facts: design.SummaryList{Rows: []design.SummaryRow{
			{Key: s.Say(v, "cabinet.change.data"), Value: s.Say(v, "cabinet.change.data."+d.Data)}, {Key: s.Say(v, "cabinet.change.now"), Value: d.Now}, {Key: s.Say(v, "cabinet.change.since"), Value: d.Since},
		}},
		Hidden: [][2]string{{"confirmed", "yes"}, {"data", d.Data}, {"now", d.Now}, {"since", d.Since}},
		Button: design.Button{Text: s.Say(v, "cabinet.change.send")}, Links: []design.Link{{Text: s.Say(v, "cabinet.change.again"), URL: changeURL(v)}},
	}
	if late {
		view.Late = s.Say(v, "cabinet.change.late")
	}
	return s.Write(w, r, http.StatusOK, s.page(r, v, view.Heading.Text), view.page())
}

func (s *Cabinet) showChange(w http.ResponseWriter, r *http.Request, v gate.Visit, d account.DataChange, refusal error) error {
	_, cite, ok := s.Accounts.DataChangeRule(v.Actor.Portal)
	summary, at, formed := s.Errors(v, refusal)
	switch {
	case !ok:
		return absent()
	case refusal != nil && !formed:
		return refusal
	}
	field := func(name string) design.Field {
		return design.Field{Name: name, Label: s.Say(v, "cabinet.change."+name), Hint: s.Say(v, "cabinet.change."+name+"_hint"), Error: at[name]}
	}
	data := design.Radios{Field: field("data")}
	for _, x := range account.ChangedData() {
		data.Choices = append(data.Choices, design.Choice{Value: x, Label: s.Say(v, "cabinet.change.data."+x), Checked: x == d.Data})
	}
	view := changeView{
		Errors: summary, Heading: design.Heading{Text: s.Say(v, "cabinet.change.title"), Lead: s.Say(v, "cabinet.change.lead")}, Cite: s.Cite(v, cite), Data: &data,
		Now:    design.Textarea{Field: field("now"), Value: d.Now, Rows: 3, MaxLength: 500},
		Since:  design.TextInput{Field: field("since"), Value: d.Since, Width: design.Digits10, Autocomplete: "off"},
		Button: design.Button{Text: s.Say(v, "cabinet.change.next")},
		Links:  []design.Link{{Text: s.Say(v, "cabinet.change.contacts"), URL: home(v) + "/contacts"}, {Text: s.Say(v, "cabinet.cases.title"), URL: casesURL(v)}},
	}
	page, status := s.page(r, v, view.Heading.Text), http.StatusOK
	if refusal != nil {
		page.Refused, status = true, frame.FormStatus(refusal)
	}
	return s.Write(w, r, status, page, view.page())
}
