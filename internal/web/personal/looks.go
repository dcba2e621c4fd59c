package personal

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/privacy"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

const lookAct = "account.look"

// what says in words what was looked at.
func (s *Personal) what(v gate.Visit, e evidence.Entry) string {
	kind, _, _ := strings.Cut(e.Subject, ":")
	if kind == "" {
		kind = "data"
	}
	return s.worded(v, "personal.what.", kind)
}

// MyLooksCSV is GET /{portal}/cabinet/looks.csv: who looked at the person's data, when, why and at what, whole.
func (s *Personal) MyLooksCSV(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	out := frame.AttachCSV(w, "looks.csv", s.Say(v, "personal.when"), s.Say(v, "personal.who"), s.Say(v, "personal.role"), s.Say(v, "personal.why"), s.Say(v, "personal.what"))
	for before := identity.ID(0); ; {
		var all []evidence.Entry
		err := s.View(r.Context(), func(tx EvidenceTx) (err error) {
			all, err = tx.EvidenceActs(r.Context(), v.Actor.User, lookAct, before, rowsAView)
			return err
		})
		if err != nil {
			panic(http.ErrAbortHandler) // a list that ends early must not look whole
		}
		names, err := s.Accounts.NamesOf(r.Context(), all)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		for _, e := range all {
			before = e.ID
			out.Row(s.stamp(v, e.At), names[e.Actor], s.looker(v, e), s.worded(v, "cabinet.reason.", e.Detail["reason"]), s.what(v, e))
		}
		if !out.Flush() || len(all) < rowsAView {
			return nil
		}
	}
}

// looker is by what role somebody looked.
func (s *Personal) looker(v gate.Visit, e evidence.Entry) string {
	if e.Detail["role"] == string(identity.Operator) {
		return s.Say(v, "personal.role.operator")
	}
	return s.Say(v, "personal.role.institution")
}

// lookFilter reads the days of the register. A day that is none is refused at its field.
func (s *Personal) lookFilter(v gate.Visit, q url.Values) (f evidence.Filter, refusal error) {
	f = evidence.Filter{Portal: v.Actor.Portal, Act: lookAct, Limit: rowsAPage + 1}
	var wrong fault.Faults
	day := func(name string) time.Time {
		text := strings.TrimSpace(q.Get(name))
		if text == "" {
			return time.Time{}
		}
		t, err := time.ParseInLocation(time.DateOnly, text, s.Portal(v).Zone)
		if err != nil {
			wrong = append(wrong, fault.New(fault.Invalid, "privacy.day").At(name))
		}
		return t
	}
	f.From, f.To = day("from"), day("to")
	if !f.To.IsZero() {
		f.To = f.To.AddDate(0, 0, 1)
	}
	at, id, _ := strings.Cut(q.Get("before"), ".")
	if us, err := strconv.ParseInt(at, 36, 64); err == nil {
		if entry, err := s.Opaque.ID(id); err == nil {
			f.Before = evidence.Mark{At: time.UnixMicro(us).UTC(), ID: entry}
		}
	}
	if wrong != nil {
		return f, wrong
	}
	return f, nil
}

// Looks is GET /{portal}/console/data/looks?from=&to=: every look of the staff at anybody's data, for the operator.
func (s *Personal) Looks(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	q := r.URL.Query()
	f, refusal := s.lookFilter(v, q)
	all, err := s.lookPage(r.Context(), f)
	if err != nil {
		return err
	}
	typed, errors := s.again(v, q, refusal)
	date := func(name string) design.TextInput {
		return design.TextInput{Field: typed.field(name, s.Say(v, "personal."+name), ""), Value: typed.value(name), Type: "date", Width: design.Chars20}
	}
	out := view{Errors: errors, Heading: design.Heading{Text: s.Say(v, "personal.register.title"), Lead: s.Say(v, "personal.register.lead")}}
	list := part{}
	if _, cite, ok := clause.In[privacy.StaffAccess](s.Agreements.Book(v.Actor.Portal, v.Now)); ok {
		list.Cite = s.Cite(v, cite)
	}
	list.Form = &form{Get: true, Fields: []design.Component{date("from"), date("to")}, Button: design.Button{Text: s.Say(v, "personal.filter"), Look: design.Secondary}}
	days := url.Values{"from": {q.Get("from")}, "to": {q.Get("to")}}
	if len(all) > rowsAPage {
		all = all[:rowsAPage]
		last := all[rowsAPage-1]
		next := url.Values{"from": days["from"], "to": days["to"], "before": {strconv.FormatInt(last.At.UnixMicro(), 36) + "." + s.Opaque.Of(last.ID)}}
		list.Pages.Next = consoleURL(v) + "/looks?" + next.Encode()
	}
	if len(all) == 0 {
		list.Empty = &design.EmptyState{Title: s.Say(v, "personal.register.none"), Text: s.Say(v, "personal.register.none_text")}
	} else if list.Table, err = s.looksTable(r.Context(), v, all); err != nil {
		return err
	} else {
		list.Export = design.Link{Text: s.Say(v, "personal.csv"), URL: consoleURL(v) + "/looks.csv?" + days.Encode()}
	}
	out.Parts = []part{list}
	return s.show(w, r, v, out, s.staffTrail(v), refusal)
}

func (s *Personal) lookPage(ctx context.Context, f evidence.Filter) (all []evidence.Entry, err error) {
	err = s.View(ctx, func(tx EvidenceTx) error {
		all, err = tx.EvidenceLog(ctx, f)
		return err
	})
	return all, err
}

func (s *Personal) looksTable(ctx context.Context, v gate.Visit, all []evidence.Entry) (*design.Table, error) {
	staff, err := s.Accounts.NamesOf(ctx, all)
	if err != nil {
		return nil, err
	}
	people, err := s.names(ctx, v, homes(all)...)
	if err != nil {
		return nil, err
	}
	t := &design.Table{ID: "looks", Caption: s.Say(v, "personal.register.title"), Hidden: true}
	for _, column := range []string{"when", "who", "role", "whose", "why", "what"} {
		t.Columns = append(t.Columns, design.Column{Text: s.Say(v, "personal."+column)})
	}
	for _, e := range all {
		t.Rows = append(t.Rows, design.Row{Cells: []design.Cell{
			{Text: s.Instant(v, e.At)}, {Text: staff[e.Actor]}, {Text: s.looker(v, e)}, {Text: people[e.Home]}, {Text: s.worded(v, "cabinet.reason.", e.Detail["reason"])}, {Text: s.what(v, e)},
		}})
	}
	return t, nil
}

func homes(all []evidence.Entry) []identity.ID {
	ids := make([]identity.ID, len(all))
	for i, e := range all {
		ids[i] = e.Home
	}
	return ids
}

// LooksCSV is GET /{portal}/console/data/looks.csv: the register as it is filtered, whole. Whose data were
// seen it says by an id alone.
func (s *Personal) LooksCSV(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	f, refusal := s.lookFilter(v, r.URL.Query())
	if refusal != nil {
		return refusal
	}
	f.Limit, f.Before = rowsAView, evidence.Mark{}
	out := frame.AttachCSV(w, "looks.csv", s.Say(v, "personal.when"), s.Say(v, "personal.who"), s.Say(v, "personal.role"), s.Say(v, "personal.whose"), s.Say(v, "personal.why"), s.Say(v, "personal.what"), s.Say(v, "personal.clause"))
	for {
		all, err := s.lookPage(r.Context(), f)
		if err != nil {
			panic(http.ErrAbortHandler) // a list that ends early must not look whole
		}
		staff, err := s.Accounts.NamesOf(r.Context(), all)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		for _, e := range all {
			f.Before = evidence.MarkOf(e)
			out.Row(s.stamp(v, e.At), staff[e.Actor], s.looker(v, e), s.Opaque.Of(e.Home), s.worded(v, "cabinet.reason.", e.Detail["reason"]), s.what(v, e), e.Citation.Clause)
		}
		if !out.Flush() || len(all) < rowsAView {
			return nil
		}
	}
}
