package school

import (
	"net/http"
	"strings"

	"tereze/internal/clause"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/party"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// termForm is when the term of study ends: of one pupil, or of a class.
type termForm struct {
	User             identity.ID // 0: the class
	Class            string
	Day, Month, Year string
}

func (s *School) readTerm(r *http.Request) (f termForm, err error) {
	if r.Method == http.MethodPost {
		if err := frame.ReadForm(r); err != nil {
			return f, err
		}
	}
	if r.PathValue("user") != "" {
		f.User, err = s.id(r, "user")
	}
	f.Class = r.FormValue("class")
	f.Day, f.Month, f.Year = strings.TrimSpace(r.PostFormValue("term-day")), strings.TrimSpace(r.PostFormValue("term-month")), strings.TrimSpace(r.PostFormValue("term-year"))
	return f, err
}

// day is the date as the rules read it; empty where none was entered.
func (f termForm) day() string {
	if f.Day+f.Month+f.Year == "" {
		return ""
	}
	return f.Year + "-" + twoDigits(f.Month) + "-" + twoDigits(f.Day)
}

func twoDigits(part string) string { return strings.Repeat("0", max(0, 2-len(part))) + part }

// Term answers GET /{portal}/school/people/{user}/term and GET /{portal}/school/term?class=: the last
// day of study, after which the membership ends by itself.
func (s *School) Term(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	f, err := s.readTerm(r)
	if err != nil {
		return err
	}
	if f.User != 0 {
		sight, err := s.Parties.Look(r.Context(), v.Actor, f.User)
		if err != nil {
			return err
		}
		if day := strings.Split(s.Parties.LastDay(v.Actor.Portal, sight.Member.Membership), "-"); len(day) == 3 {
			f.Year, f.Month, f.Day = day[0], strings.TrimLeft(day[1], "0"), strings.TrimLeft(day[2], "0")
		}
	}
	return s.showTerm(w, r, v, f, nil)
}

// TermPost sets the day, or without one takes it back.
func (s *School) TermPost(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	f, err := s.readTerm(r)
	if err != nil {
		return err
	}
	if err := s.Parties.SetTerm(r.Context(), v.Actor, f.Class, f.User, f.day()); err != nil {
		return s.showTerm(w, r, v, f, err)
	}
	if f.User != 0 {
		return frame.SeeOther(w, r, s.personURL(v, f.User))
	}
	return frame.SeeOther(w, r, groupURL(v, "class", party.Pupil, f.Class))
}

func (s *School) showTerm(w http.ResponseWriter, r *http.Request, v gate.Visit, f termForm, err error) error {
	rule, cite, ok := clause.In[party.StudyEndedBasis](s.Agreements.Book(v.Actor.Portal, v.Now))
	if !ok || !rule.Automatic {
		return absent()
	}
	view := formPage{
		Heading: design.Heading{Text: s.Say(v, "school.term.title")}, Cite: s.Cite(v, cite), Texts: []string{s.Say(v, "school.term.lead")},
		Fields: []design.Component{design.DateInput{Field: s.field(v, err, "term", "school.term.day"), Day: f.Day, Month: f.Month, Year: f.Year}},
		Button: design.Button{Text: s.Say(v, "school.term.button")},
	}
	trail := design.Link{Text: s.group(v, party.Pupil, f.Class), URL: groupURL(v, "class", party.Pupil, f.Class)}
	if f.User != 0 {
		sight, refusal := s.Parties.Look(r.Context(), v.Actor, f.User)
		if refusal != nil {
			return refusal
		}
		trail = design.Link{Text: sight.Member.Shown, URL: s.personURL(v, f.User)}
	} else {
		if _, refusal := s.Parties.SchoolOf(r.Context(), v.Actor); refusal != nil {
			return refusal
		}
		view.Action, view.Hidden = schoolURL(v)+"/term", []hidden{{"class", f.Class}}
	}
	view.Heading.Caption = trail.Text
	return s.show(w, r, v, view, s.schoolTrail(v, trail), err)
}
