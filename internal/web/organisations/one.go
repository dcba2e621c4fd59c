package organisations

import (
	"net/http"
	"strings"

	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/party"
	"tereze/internal/web/design"
)

// rowsAPage is how many members or acts a person reads at once, and rowsAView how many an export reads.
const (
	rowsAPage = 20
	rowsAView = 500
)

// page reads behind which row a list goes on. Refusal: Absent for an address that is not ours.
func (s *Organisations) page(r *http.Request, limit int) (p party.OrganisationPage, err error) {
	p.Limit = limit
	if mark := r.URL.Query().Get("after"); mark != "" {
		if p.After, err = s.Opaque.ID(mark); err != nil {
			return p, absent()
		}
	}
	return p, nil
}

// One is GET /{portal}/cabinet/organisations/{organisation}.
func (s *Organisations) One(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	id, err := s.id(r, "organisation")
	if err != nil {
		return err
	}
	d, err := s.Organisations.Look(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	p, err := s.page(r, rowsAPage+1)
	if err != nil {
		return err
	}
	members, err := s.Organisations.Members(r.Context(), v.Actor, id, p)
	if err != nil {
		return err
	}
	out := view{Done: s.done(r, v), Heading: design.Heading{Caption: s.Say(v, "organisations.kind."+string(d.Kind)), Text: d.Name}}
	out.Parts = []part{s.facts(v, d)}
	out.Parts = append(out.Parts, s.membersPart(v, d, members))
	if d.Powers.Invite {
		out.Parts = append(out.Parts, s.invitationsPart(v, d))
	}
	return s.show(w, r, v, out, s.trail(v, s.listLink(v)), nil)
}

func (s *Organisations) facts(v gate.Visit, d party.Detail) part {
	var l rows
	key := func(name string) string { return s.Say(v, "organisations.column."+name) }
	l.add(key("number"), d.Number)
	l.add(key("head"), d.Head)
	l.add(key("role"), s.role(v, d.Me.Role))
	l.add(key("powers"), s.powers(v, d.Powers))
	l.add(key("since"), s.Day(v, d.Me.BeganAt))
	l.add(key("term"), s.until(v, d.Me.Until))
	return part{Facts: &l.SummaryList, Links: []design.Link{
		{Text: s.Say(v, "organisations.acts"), URL: s.oneURL(v, d.ID) + "/acts"}, {Text: s.Say(v, "organisations.leave"), URL: s.oneURL(v, d.ID) + "/leave"},
	}}
}

// powers says in words what a role lets somebody do.
func (s *Organisations) powers(v gate.Visit, p party.Powers) string {
	said := []string{s.Say(v, "organisations.power.act")}
	if p.Sign {
		said = append(said, s.Say(v, "organisations.power.sign"))
	}
	if p.Invite {
		said = append(said, s.Say(v, "organisations.power.invite"))
	}
	if p.See {
		said = append(said, s.Say(v, "organisations.power.see"))
	}
	return strings.Join(said, "; ")
}

func (s *Organisations) membersPart(v gate.Visit, d party.Detail, members []party.OrganisationMember) part {
	out := part{Title: s.Say(v, "organisations.members"), Export: design.Link{Text: s.Say(v, "organisations.export"), URL: s.oneURL(v, d.ID) + "/members.csv"}}
	if len(members) > rowsAPage {
		members = members[:rowsAPage]
		out.Pages.Next = s.oneURL(v, d.ID) + "?after=" + s.Opaque.Of(members[rowsAPage-1].ID)
	}
	out.Table = &design.Table{ID: "members", Caption: out.Title, Hidden: true, Header: true, Columns: s.columns(v, "person", "role", "since", "term", "state", "act")}
	for _, m := range members {
		state := s.memberState(v, m)
		act := design.Cell{}
		if d.Powers.Invite && m.User != v.Actor.User {
			act = design.Cell{Text: s.Say(v, "organisations.end"), URL: s.oneURL(v, d.ID) + "/members/" + s.Opaque.Of(m.User) + "/end"}
		}
		out.Table.Rows = append(out.Table.Rows, design.Row{Cells: []design.Cell{
			{Text: m.Shown}, {Text: s.role(v, m.Role)}, {Text: s.Day(v, m.BeganAt)}, {Text: s.until(v, m.Until)}, {Tag: &state}, act,
		}})
	}
	return out
}

func (s *Organisations) invitationsPart(v gate.Visit, d party.Detail) part {
	at := s.oneURL(v, d.ID)
	out := part{Title: s.Say(v, "organisations.invitations"), Links: []design.Link{{Text: s.Say(v, "organisations.invite"), URL: at + "/invite"}}}
	if len(d.Invitations) == 0 {
		out.Texts = []string{s.Say(v, "organisations.invitations_none")}
		return out
	}
	out.Table = &design.Table{ID: "invitations", Caption: out.Title, Hidden: true, Header: true, Columns: s.columns(v, "contact", "role", "term", "expires", "act")}
	for _, i := range d.Invitations {
		out.Table.Rows = append(out.Table.Rows, design.Row{Cells: []design.Cell{
			{Text: i.To}, {Text: s.role(v, i.Role)}, {Text: s.until(v, i.Until)}, {Text: s.Instant(v, i.ExpiresAt)},
			{Text: s.Say(v, "organisations.invitation"), URL: at + "/invitations/" + s.Opaque.Of(i.ID)},
		}})
	}
	return out
}

// MembersCSV is GET …/members.csv.
func (s *Organisations) MembersCSV(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	id, err := s.id(r, "organisation")
	if err != nil {
		return err
	}
	page := party.OrganisationPage{Limit: rowsAView}
	members, err := s.Organisations.Members(r.Context(), v.Actor, id, page)
	if err != nil {
		return err
	}
	out := s.export(w, v, "members.csv", "person", "role", "since", "term", "state")
	for len(members) > 0 {
		for _, m := range members {
			out.Row(m.Shown, s.role(v, m.Role), s.Stamp(v, m.BeganAt), s.until(v, m.Until), s.memberState(v, m).Text)
		}
		if len(members) < rowsAView {
			break
		}
		page.After = members[len(members)-1].ID
		if members, err = s.Organisations.Members(r.Context(), v.Actor, id, page); err != nil {
			panic(http.ErrAbortHandler) // a list that ends early must not look whole
		}
	}
	out.Flush()
	return nil
}

// Acts is GET …/acts: what was done for the organisation, and by whom.
func (s *Organisations) Acts(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	id, err := s.id(r, "organisation")
	if err != nil {
		return err
	}
	d, err := s.Organisations.Look(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	p, err := s.page(r, rowsAPage+1)
	if err != nil {
		return err
	}
	done, err := s.Organisations.Done(r.Context(), v.Actor, id, p)
	if err != nil {
		return err
	}
	at := s.oneURL(v, id) + "/acts"
	x := part{Export: design.Link{Text: s.Say(v, "organisations.export"), URL: at + ".csv"}}
	if len(done) > rowsAPage {
		done = done[:rowsAPage]
		x.Pages.Next = at + "?after=" + s.Opaque.Of(done[rowsAPage-1].Entry)
	}
	x.Table = &design.Table{ID: "acts", Caption: s.Say(v, "organisations.acts"), Hidden: true, Columns: s.columns(v, "when", "done", "person")}
	for _, e := range done {
		x.Table.Rows = append(x.Table.Rows, design.Row{Cells: []design.Cell{{Text: s.Instant(v, e.At)}, {Text: s.Act(v, e.Act)}, {Text: e.Shown}}})
	}
	if len(done) == 0 {
		x = part{Empty: &design.EmptyState{
			Title: s.Say(v, "organisations.acts_none"), Text: s.Say(v, "organisations.acts_none_text"), Act: design.Link{Text: d.Name, URL: s.oneURL(v, id)},
		}}
	}
	lead := s.Say(v, "organisations.acts_own")
	if d.Powers.See {
		lead = s.Say(v, "organisations.acts_all")
	}
	out := view{Heading: design.Heading{Caption: d.Name, Text: s.Say(v, "organisations.acts"), Lead: lead}, Parts: []part{x}}
	return s.show(w, r, v, out, s.below(v, d.Organisation), nil)
}

// ActsCSV is GET …/acts.csv.
func (s *Organisations) ActsCSV(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	id, err := s.id(r, "organisation")
	if err != nil {
		return err
	}
	page := party.OrganisationPage{Limit: rowsAView}
	done, err := s.Organisations.Done(r.Context(), v.Actor, id, page)
	if err != nil {
		return err
	}
	out := s.export(w, v, "acts.csv", "when", "done", "person")
	for len(done) > 0 {
		for _, e := range done {
			out.Row(s.Stamp(v, e.At), s.Act(v, e.Act), e.Shown)
		}
		if len(done) < rowsAView {
			break
		}
		page.After = done[len(done)-1].Entry
		if done, err = s.Organisations.Done(r.Context(), v.Actor, id, page); err != nil {
			panic(http.ErrAbortHandler) // as above
		}
	}
	out.Flush()
	return nil
}
