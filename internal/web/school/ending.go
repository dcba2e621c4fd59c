package school

import (
	"net/http"
	"strings"

	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/party"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// endForm is what is asked when a membership is to end. At is the institution an operator ends it in; 0:
// the administrator's own.
type endForm struct {
	party.Ending
	At        identity.ID
	ToName    string
	Places    []party.Place // of that name, where there are several
	Confirmed bool
}

func (s *School) readEnd(r *http.Request) (f endForm, err error) {
	if f.User, err = s.id(r, "user"); err != nil {
		return f, err
	}
	f.Role = party.Role(r.PathValue("role"))
	if f.At, err = s.institution(r); err != nil || r.Method != http.MethodPost {
		return f, err
	}
	if err := frame.ReadForm(r); err != nil {
		return f, err
	}
	f.Basis, f.Reason, f.Confirmed = r.PostFormValue("basis"), r.PostFormValue("reason"), r.PostFormValue("confirm") == "yes"
	if f.Basis != party.Transferred {
		return f, nil
	}
	f.ToName = strings.TrimSpace(r.PostFormValue("to"))
	if place := r.PostFormValue("place"); place != "" {
		if f.To, err = s.Opaque.ID(place); err != nil {
			return f, absent()
		}
	}
	return f, nil
}

// End answers GET /{portal}/school/people/{user}/end/{role}: on which ground the membership shall end.
func (s *School) End(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	return s.EndAt(w, r, v)
}

// EndPost shows what would follow, and once that is confirmed ends the membership.
func (s *School) EndPost(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	return s.EndAtPost(w, r, v)
}

// EndAt answers GET …/institutions/{institution}/people/{user}/end/{role}: the same for an operator.
func (s *School) EndAt(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	f, err := s.readEnd(r)
	if err != nil {
		return err
	}
	return s.showEnd(w, r, v, f, nil)
}

// EndAtPost is EndPost for an operator.
func (s *School) EndAtPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	f, err := s.readEnd(r)
	if err != nil {
		return err
	}
	if f.ToName != "" && f.To == 0 {
		if f.Places, err = s.Parties.SchoolsNamed(r.Context(), v.Actor, f.At, f.ToName); err != nil {
			return s.showEnd(w, r, v, f, err)
		}
		if len(f.Places) > 1 {
			return s.showEnd(w, r, v, f, nil)
		}
		f.To = f.Places[0].ID
	}
	seen, err := s.Parties.Foresee(r.Context(), v.Actor, f.At, f.Ending)
	if x := party.CheckReason(f.Reason); err == nil && f.At != 0 && x != nil {
		err = x
	}
	if err != nil {
		return s.showEnd(w, r, v, f, err)
	}
	if !f.Confirmed {
		return s.confirmEnd(w, r, v, f, seen)
	}
	back := s.personURL(v, f.User)
	if f.At != 0 {
		back = s.institutionURL(v, f.At)
		err = s.Parties.EndAt(r.Context(), v.Actor, f.At, f.Ending)
	} else {
		err = s.Parties.End(r.Context(), v.Actor, f.Ending)
	}
	if err != nil {
		return s.showEnd(w, r, v, f, err)
	}
	return frame.SeeOther(w, r, back)
}

// confirmEnd says what ends, what does not, and who else loses rights with it.
func (s *School) confirmEnd(w http.ResponseWriter, r *http.Request, v gate.Visit, f endForm, seen party.Foresight) error {
	view := formPage{
		Heading: design.Heading{Caption: seen.Member.Shown, Text: s.Say(v, "school.end.confirm")}, Cite: s.Cite(v, seen.Basis.Cite),
		Texts:  []string{s.Say(v, "school.end.lead", "institution", seen.Institution.Name)},
		Facts:  &design.SummaryList{Rows: []design.SummaryRow{{Key: s.Say(v, "school.end.basis"), Value: s.Say(v, "school.basis."+seen.Basis.Name)}}},
		Hidden: []hidden{{"basis", f.Basis}, {"reason", f.Reason}, {"confirm", "yes"}},
		Button: design.Button{Text: s.Say(v, "school.end.button"), Look: design.Warning},
	}
	if f.To != 0 {
		view.Texts = append(view.Texts, s.Say(v, "school.end.moves", "institution", seen.To.Name))
		view.Hidden = append(view.Hidden, hidden{"place", s.Opaque.Of(f.To)})
	}
	if len(seen.Parents) > 0 {
		var names []string
		for _, m := range seen.Parents {
			names = append(names, m.Shown)
		}
		view.Texts = append(view.Texts, s.Say(v, "school.end.parents", "names", strings.Join(names, ", ")))
	}
	view.Texts = append(view.Texts, s.Say(v, "school.end.told"))
	if f.At == 0 && f.Role != party.Administrator {
		view.Texts = append(view.Texts, s.Say(v, "school.end.undo"))
	}
	return s.show(w, r, v, view, s.endTrail(v, f, seen.Institution, seen.Member), nil)
}

func (s *School) endTrail(v gate.Visit, f endForm, i party.Institution, m party.Member) []design.Link {
	if f.At != 0 {
		return s.institutionTrail(v, i)
	}
	return s.schoolTrail(v, design.Link{Text: m.Shown, URL: s.personURL(v, f.User)})
}

func (s *School) showEnd(w http.ResponseWriter, r *http.Request, v gate.Visit, f endForm, err error) error {
	bases := party.Bases(s.Agreements.Book(v.Actor.Portal, v.Now), f.Role)
	if len(bases) == 0 {
		return absent()
	}
	probe := f.Ending
	probe.Basis, probe.To = bases[0].Name, 0
	seen, refusal := s.Parties.Foresee(r.Context(), v.Actor, f.At, probe)
	if refusal != nil {
		return refusal
	}
	radios := design.Radios{Field: s.field(v, err, "basis", "school.end.basis")}
	for _, b := range bases {
		radios.Choices = append(radios.Choices, design.Choice{
			Value: b.Name, Label: s.Say(v, "school.basis."+b.Name), Hint: s.Say(v, "frame.clause", "clause", b.Cite.Clause), Checked: f.Basis == b.Name,
		})
	}
	fields := []design.Component{radios}
	if f.Role == party.Pupil {
		fields = append(fields, s.placeFields(v, f, err)...)
	}
	if f.At != 0 {
		fields = append(fields, s.reasonRadios(v, f.Reason, err))
	}
	return s.show(w, r, v, formPage{
		Heading: design.Heading{Caption: seen.Member.Shown, Text: s.Say(v, "school.end.title", "role", s.role(v, f.Role))},
		Texts:   []string{s.Say(v, "school.end.lead", "institution", seen.Institution.Name)},
		Fields:  fields, Button: design.Button{Text: s.Say(v, "school.end.next")},
	}, s.endTrail(v, f, seen.Institution, seen.Member), err)
}

// placeFields ask where a pupil goes; of several institutions of one name one has to be chosen.
func (s *School) placeFields(v gate.Visit, f endForm, err error) []design.Component {
	to := s.field(v, err, "to", "school.end.to")
	to.Optional, to.Hint = true, s.Say(v, "school.end.to_hint")
	out := []design.Component{design.TextInput{Field: to, Value: f.ToName, Autocomplete: "off"}}
	if len(f.Places) < 2 {
		return out
	}
	which := design.Radios{Field: s.field(v, err, "place", "school.end.which")}
	for _, p := range f.Places {
		which.Choices = append(which.Choices, design.Choice{Value: s.Opaque.Of(p.ID), Label: p.Name, Hint: p.Above, Checked: p.ID == f.To})
	}
	return append(out, which)
}

// reasonRadios ask an operator why they act in an institution's place.
func (s *School) reasonRadios(v gate.Visit, chosen string, err error) design.Radios {
	out := design.Radios{Field: s.field(v, err, "reason", "school.reason")}
	for _, reason := range party.Reasons() {
		out.Choices = append(out.Choices, design.Choice{Value: reason, Label: s.Say(v, "school.reason."+reason), Checked: reason == chosen})
	}
	return out
}

// Reopen answers GET /{portal}/school/people/{user}/reopen/{role}: a membership that ended by mistake.
func (s *School) Reopen(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	return s.showReopen(w, r, v, nil)
}

// ReopenPost lets the membership last again.
func (s *School) ReopenPost(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	user, err := s.id(r, "user")
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	if err := s.Parties.Reopen(r.Context(), v.Actor, user, party.Role(r.PathValue("role")), r.PostFormValue("why")); err != nil {
		return s.showReopen(w, r, v, err)
	}
	return frame.SeeOther(w, r, s.personURL(v, user))
}

func (s *School) showReopen(w http.ResponseWriter, r *http.Request, v gate.Visit, err error) error {
	user, refusal := s.id(r, "user")
	if refusal != nil {
		return refusal
	}
	sight, refusal := s.Parties.Look(r.Context(), v.Actor, user)
	if refusal != nil {
		return refusal
	}
	role, ended := party.Role(r.PathValue("role")), false
	for _, x := range sight.Memberships {
		ended = ended || x.Role == role && role != party.Administrator && !x.EndedAt.IsZero()
	}
	if !ended {
		return absent()
	}
	return s.show(w, r, v, formPage{
		Heading: design.Heading{Caption: sight.Member.Shown, Text: s.Say(v, "school.reopen.link", "role", s.role(v, role))},
		Texts:   []string{s.Say(v, "school.reopen.lead")},
		Fields:  []design.Component{s.why(r, v, err)}, Button: design.Button{Text: s.Say(v, "school.reopen.button")},
	}, s.schoolTrail(v, design.Link{Text: sight.Member.Shown, URL: s.personURL(v, user)}), err)
}

// why asks for a reason in words, which evidence keeps.
func (s *School) why(r *http.Request, v gate.Visit, err error) design.Textarea {
	return design.Textarea{Field: s.field(v, err, "why", "school.why"), Value: r.PostFormValue("why"), Rows: 3}
}
