package standing

import (
	"net/http"
	"net/url"
	"slices"

	"tereze/internal/account"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Sanction answers GET /{portal}/console/sanctions/{user}/{sanction}.
func (s *Standing) Sanction(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showSanction(w, r, v, nil)
}

// sanction finds the sanction of the address. Refusal: Absent.
func (s *Standing) sanction(r *http.Request, v gate.Visit) (account.Sanction, error) {
	user, id, err := s.ids(r, "sanction")
	if err != nil {
		return account.Sanction{}, err
	}
	st, err := s.Accounts.StandingOf(r.Context(), v.Actor, user)
	if err != nil {
		return account.Sanction{}, err
	}
	i := slices.IndexFunc(st.Sanctions, func(x account.Sanction) bool { return x.ID == id })
	if i < 0 {
		return account.Sanction{}, absent()
	}
	return st.Sanctions[i], nil
}

func (s *Standing) showSanction(w http.ResponseWriter, r *http.Request, v gate.Visit, refusal error) error {
	x, err := s.sanction(r, v)
	if err != nil {
		return err
	}
	names, err := s.names(r.Context(), v, x.User, x.ProposedBy, x.DecidedBy, x.EndedBy)
	if err != nil {
		return err
	}
	_, errors := s.again(v, nil, refusal)
	out := view{Done: s.done(r, v), Errors: errors, Heading: design.Heading{Caption: names[x.User], Text: s.action(v, x)}}
	out.Parts = []part{{Facts: s.facts(v, x, names)}}
	at := s.sanctionURL(v, x)
	if x.Appeal != 0 {
		out.Parts[0].Links = append(out.Parts[0].Links, design.Link{
			Text: s.Say(v, "standing.appeal.case"), URL: consoleURL(v) + "/cases/" + s.Opaque.Of(x.User) + "/" + s.Opaque.Of(x.Appeal),
		})
	}
	switch {
	case x.State == account.SanctionProposed && x.ProposedBy == v.Actor.User:
		out.Parts = append(out.Parts, part{Texts: []string{s.Say(v, "account.second_operator")}, Links: []design.Link{{Text: s.Say(v, "standing.reject.title"), URL: at + "/reject"}}})
	case x.State == account.SanctionProposed:
		out.Parts = append(out.Parts, part{Links: []design.Link{
			{Text: s.Say(v, "standing.approve.title"), URL: at + "/approve"}, {Text: s.Say(v, "standing.reject.title"), URL: at + "/reject"},
		}})
	case x.Stands(v.Now):
		out.Parts = append(out.Parts, part{Links: []design.Link{{Text: s.Say(v, "standing.lift.title"), URL: at + "/lift"}}})
	}
	return s.show(w, r, v, out, s.trail(v, s.sanctionsLink(v), s.personLink(v, x.User)), refusal)
}

// Act answers GET …/approve, …/reject and …/lift: what will happen, and the button.
func (s *Standing) Act(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showAct(w, r, v, nil, nil)
}

// ActPost answers POST of the same addresses.
func (s *Standing) ActPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	user, id, err := s.ids(r, "sanction")
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	done := ""
	switch r.PathValue("act") {
	case "approve":
		done, err = "approved", s.Accounts.ApproveSanction(r.Context(), v.Actor, user, id)
	case "reject":
		done, err = "rejected", s.Accounts.RejectSanction(r.Context(), v.Actor, user, id)
	case "lift":
		done, err = "lifted", s.Accounts.LiftSanction(r.Context(), v.Actor, user, id, r.PostFormValue("words"))
	default:
		return absent()
	}
	switch {
	case fault.Is(err, fault.Invalid):
		return s.showAct(w, r, v, r.PostForm, err)
	case frame.AsFaults(err) != nil:
		return s.showSanction(w, r, v, err)
	case err != nil:
		return err
	}
	return frame.SeeOther(w, r, sanctionsURL(v)+"/"+r.PathValue("user")+"/"+r.PathValue("sanction")+"?done="+done)
}

func (s *Standing) showAct(w http.ResponseWriter, r *http.Request, v gate.Visit, sent url.Values, refusal error) error {
	act := r.PathValue("act")
	if act != "approve" && act != "reject" && act != "lift" {
		return absent()
	}
	x, err := s.sanction(r, v)
	if err != nil {
		return err
	}
	names, err := s.names(r.Context(), v, x.User, x.ProposedBy, x.DecidedBy, x.EndedBy)
	if err != nil {
		return err
	}
	f, errors := s.again(v, sent, refusal)
	form := &form{
		Button: design.Button{Text: s.Say(v, "standing."+act+".button"), Look: design.Warning},
		Cancel: design.Link{Text: s.Say(v, "standing.cancel"), URL: s.sanctionURL(v, x)},
	}
	if act == "lift" {
		form.Fields = []design.Component{design.Textarea{
			Field: f.field("words", s.Say(v, "standing.lift.words"), s.Say(v, "standing.decide.words_hint")), Value: f.value("words", ""), Rows: 3, MaxLength: 500,
		}}
	}
	out := view{
		Errors: errors, Heading: design.Heading{Caption: names[x.User], Text: s.Say(v, "standing."+act+".title")},
		Warning: &design.WarningText{Text: s.Say(v, "standing."+act+".text"), Cite: s.Cite(v, x.Cite)}, Parts: []part{{Facts: s.facts(v, x, names), Form: form}},
	}
	if act == "approve" {
		out.Warning.Text = s.Say(v, "standing.effect."+string(x.Action))
	}
	return s.show(w, r, v, out, s.trail(v, s.sanctionsLink(v), design.Link{Text: s.action(v, x), URL: s.sanctionURL(v, x)}), refusal)
}

// perPage is how many rows a list shows at a time.
const perPage = 50

func (s *Standing) sanctionPage(r *http.Request) (account.SanctionPage, error) {
	page := account.SanctionPage{State: r.URL.Query().Get("state"), Action: account.Action(r.URL.Query().Get("action")), Limit: perPage + 1}
	if before := r.URL.Query().Get("before"); before != "" {
		var err error
		if page.Before, err = s.Opaque.ID(before); err != nil {
			return page, absent()
		}
	}
	return page, nil
}

// Sanctions answers GET /{portal}/console/sanctions?state=&action=&before=.
func (s *Standing) Sanctions(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	page, err := s.sanctionPage(r)
	if err != nil {
		return err
	}
	all, err := s.Accounts.SanctionList(r.Context(), v.Actor, page)
	if err != nil {
		return err
	}
	list := part{}
	query := url.Values{"state": {page.State}, "action": {string(page.Action)}}
	if len(all) > perPage {
		all = all[:perPage]
		next := url.Values{"state": {page.State}, "action": {string(page.Action)}, "before": {s.Opaque.Of(all[perPage-1].ID)}}
		list.Pages.Next = sanctionsURL(v) + "?" + next.Encode()
	}
	if page.Before != 0 {
		list.Pages.Previous = sanctionsURL(v) + "?" + query.Encode()
	}
	var users []identity.ID
	for _, x := range all {
		users = append(users, x.User)
	}
	names, err := s.names(r.Context(), v, users...)
	if err != nil {
		return err
	}
	list.Table, list.Export = s.sanctionsTable(v, all, names), design.Link{Text: s.Say(v, "standing.csv"), URL: consoleURL(v) + "/sanctions.csv?" + query.Encode()}
	if len(all) == 0 {
		list = part{Empty: &design.EmptyState{
			Title: s.Say(v, "standing.sanctions.none"), Text: s.Say(v, "standing.sanctions.none_text"),
			Act: design.Link{Text: s.Say(v, "console.people.title"), URL: consoleURL(v) + "/people"},
		}}
	}
	filter := part{Form: s.sanctionFilter(v, page), Links: []design.Link{{Text: s.Say(v, "standing.number.title"), URL: sanctionsURL(v) + "/number"}, s.checksLink(v)}}
	return s.show(w, r, v, view{Heading: design.Heading{Text: s.Say(v, "standing.sanctions.title"), Lead: s.Say(v, "standing.sanctions.lead")}, Parts: []part{filter, list}}, s.trail(v), nil)
}

func (s *Standing) sanctionFilter(v gate.Visit, page account.SanctionPage) *form {
	choose := func(name, label, chosen, family string, all ...string) design.Select {
		out := design.Select{Field: design.Field{Name: name, Label: s.Say(v, label)}, Choices: []design.Choice{{Label: s.Say(v, "standing.all")}}}
		for _, x := range all {
			out.Choices = append(out.Choices, design.Choice{Value: x, Label: s.Say(v, family+x), Checked: x == chosen})
		}
		return out
	}
	return &form{Get: true, Action: sanctionsURL(v), Button: design.Button{Text: s.Say(v, "standing.filter"), Look: design.Secondary}, Fields: []design.Component{
		choose("state", "standing.fact.state", page.State, "standing.phase.", account.SanctionProposed, account.SanctionDecided, account.SanctionLifted, account.SanctionRejected, account.SanctionDone),
		choose("action", "standing.fact.action", string(page.Action), "standing.action.", string(account.Refuse), string(account.Restrict), string(account.LimitInformation),
			string(account.Block), string(account.Delete), string(account.Terminate)),
	}}
}

// sanctionsTable lists sanctions; names says of whom, nil where they are all one person's.
func (s *Standing) sanctionsTable(v gate.Visit, all []account.Sanction, names map[identity.ID]string) *design.Table {
	t := &design.Table{ID: "sanctions", Caption: s.Say(v, "standing.sanctions.title"), Hidden: true, Header: true, Small: true}
	for _, key := range []string{"action", "state", "clause", "in_force", "ends"} {
		t.Columns = append(t.Columns, design.Column{Text: s.Say(v, "standing.fact."+key)})
	}
	if names != nil {
		t.Columns = append(t.Columns, design.Column{Text: s.Say(v, "standing.fact.person")})
	}
	for _, x := range all {
		tag, cite := s.phase(v, x), s.Cite(v, x.Cite)
		cells := []design.Cell{
			{Text: s.action(v, x), URL: s.sanctionURL(v, x)}, {Tag: &tag}, {Text: cite.Text, URL: cite.URL}, {Text: s.Instant(v, x.InForceAt)},
			{Text: s.instant(v, x.EndsAt, "—")},
		}
		if names != nil {
			cells = append(cells, design.Cell{Text: names[x.User], URL: s.personURL(v, x.User)})
		}
		t.Rows = append(t.Rows, design.Row{Cells: cells})
	}
	return t
}

// rowsAView is how many rows one view of the database reads for an export.
const rowsAView = 500

// SanctionsCSV answers GET /{portal}/console/sanctions.csv: the list as it is filtered, whole.
func (s *Standing) SanctionsCSV(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	page, err := s.sanctionPage(r)
	if err != nil {
		return err
	}
	page.Limit, page.Before = rowsAView, 0
	all, err := s.Accounts.SanctionList(r.Context(), v.Actor, page)
	if err != nil {
		return err
	}
	var head []string
	for _, key := range []string{"number", "action", "state", "clause", "reason", "decided", "in_force", "ends", "ended"} {
		head = append(head, s.Say(v, "standing.fact."+key))
	}
	out := frame.AttachCSV(w, "sanctions.csv", head...)
	for {
		for _, x := range all {
			out.Row(s.Opaque.Of(x.ID), s.action(v, x), s.phase(v, x).Text, x.Cite.String(), s.reason(v, x.Reason),
				s.Stamp(v, x.DecidedAt), s.Stamp(v, x.InForceAt), s.Stamp(v, x.EndsAt), s.Stamp(v, x.EndedAt))
			page.Before = x.ID
		}
		if !out.Flush() || len(all) < rowsAView {
			return nil // whoever has left reads no further
		}
		if all, err = s.Accounts.SanctionList(r.Context(), v.Actor, page); err != nil {
			panic(http.ErrAbortHandler) // a list that ends early must not look whole
		}
	}
}
