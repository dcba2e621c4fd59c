package school

import (
	"net/http"
	"strings"
	"time"

	"tereze/internal/account"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/party"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

func recoveryURL(v gate.Visit) string { return "/" + v.Actor.Portal + "/console/recovery" }

// recoverySwitch is the clause that lets the automated recovery be stopped (kundelik 4.18): everywhere,
// and, where it says so, for single institutions.
type recoverySwitch struct {
	cite   clause.Citation
	single bool
	ok     bool
}

func (s *School) recoverySwitch(v gate.Visit) recoverySwitch {
	rule, cite, ok := clause.In[account.RecoverySwitch](s.Agreements.Book(v.Actor.Portal, v.Now))
	return recoverySwitch{cite: cite, ok: ok, single: ok && rule.Per == "institution"}
}

// Recovery answers GET /{portal}/console/recovery and GET …/institutions/{institution}/recovery: whether
// people recover their passwords by themselves, and until when not.
func (s *School) Recovery(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showRecovery(w, r, v, [3]string{}, nil)
}

// RecoveryPost stops the automated recovery, for a time or until it is let go on, or lets it go on.
func (s *School) RecoveryPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	id, err := s.institution(r)
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	rule := s.recoverySwitch(v)
	if !rule.ok || id != 0 && !rule.single {
		return absent()
	}
	var day [3]string
	for i, part := range []string{"until-day", "until-month", "until-year"} {
		day[i] = strings.TrimSpace(r.PostFormValue(part))
	}
	if r.PostFormValue("open") == "yes" {
		err = s.Parties.AllowRecovery(r.Context(), v.Actor, id, rule.cite)
	} else if until, wrong := s.until(v, day, rule.cite); wrong != nil {
		err = wrong
	} else {
		err = s.Parties.StopRecovery(r.Context(), v.Actor, id, until, rule.cite)
	}
	if err != nil {
		return s.showRecovery(w, r, v, day, err)
	}
	if id == 0 {
		return frame.SeeOther(w, r, recoveryURL(v))
	}
	return frame.SeeOther(w, r, s.institutionURL(v, id)+"/recovery")
}

// until is the end of a day that was entered; zero where none was.
func (s *School) until(v gate.Visit, day [3]string, cite clause.Citation) (time.Time, *fault.Fault) {
	if day[0]+day[1]+day[2] == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, day[2]+"-"+twoDigits(day[1])+"-"+twoDigits(day[0]), s.Accounts.Zone(v.Actor.Portal))
	if err != nil {
		return time.Time{}, fault.New(fault.Invalid, "party.until").At("until").By(cite)
	}
	return t.AddDate(0, 0, 1), nil
}

func (s *School) showRecovery(w http.ResponseWriter, r *http.Request, v gate.Visit, day [3]string, err error) error {
	id, refusal := s.institution(r)
	if refusal != nil {
		return refusal
	}
	here, _, _, refusal := s.Parties.Tree(r.Context(), v.Actor, id)
	if refusal != nil {
		return refusal
	}
	rule := s.recoverySwitch(v)
	if !rule.ok || id != 0 && !rule.single {
		return absent()
	}
	stops, refusal := s.Parties.RecoveryStops(r.Context(), v.Actor.Portal)
	if refusal != nil {
		return refusal
	}
	view := formPage{
		Heading: design.Heading{Caption: here.Name, Text: s.Say(v, "school.recovery.title")}, Cite: s.Cite(v, rule.cite),
		Texts:  []string{s.Say(v, "school.recovery.open"), s.Say(v, "school.recovery.reach")},
		Hidden: []hidden{{"open", "no"}}, Button: design.Button{Text: s.Say(v, "school.recovery.stop"), Look: design.Warning},
	}
	if id == 0 {
		view.Texts[1] = s.Say(v, "school.recovery.everywhere")
	}
	field := s.field(v, err, "until", "school.recovery.until")
	field.Hint = s.Say(v, "school.recovery.until_hint")
	view.Fields = []design.Component{design.DateInput{Field: field, Day: day[0], Month: day[1], Year: day[2]}}
	for _, x := range stops {
		if x.Institution == id {
			view.Texts = []string{s.stopped(v, x)}
			view.More = []formPage{{
				Heading: design.Heading{Text: s.Say(v, "school.recovery.start")}, Hidden: []hidden{{"open", "yes"}},
				Button: design.Button{Text: s.Say(v, "school.recovery.start"), Look: design.Secondary},
			}}
		}
	}
	trail := []design.Link{{Text: s.Say(v, "school.institutions.title"), URL: institutionsURL(v)}}
	if id != 0 {
		trail = s.institutionTrail(v, here)
	}
	return s.show(w, r, v, view, trail, err)
}

func (s *School) stopped(v gate.Visit, x party.RecoveryStop) string {
	if x.Until.IsZero() {
		return s.Say(v, "school.recovery.stopped")
	}
	return s.Say(v, "school.recovery.stopped_until", "instant", s.Instant(v, x.Until))
}
