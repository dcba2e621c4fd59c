package operations

import (
	"context"
	"slices"
	"strconv"
	"time"

	"tereze/internal/calendar"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Sources lists who may have noticed an incident.
func Sources() []string { return []string{"staff", "users", "watch", "provider"} }

// slack is how finely a form tells time: what is told within the same minute is told at once.
const slack = time.Minute

// CheckIncident says what is wrong with an incident before it is told. Refusals: Forbidden; Invalid for each field.
func (o *Operations) CheckIncident(actor identity.Actor, e *Event) error {
	if err := operator(actor); err != nil {
		return err
	}
	now := o.Now()
	e.Portal = actor.Portal
	wrong := o.checkEvent(actor.Portal, *e)
	if e.NoticeAt.IsZero() {
		e.NoticeAt = now
	}
	if e.Begins.IsZero() {
		e.Begins = e.NoticeAt
	}
	switch {
	case e.NoticeAt.After(now):
		wrong = append(wrong, fault.New(fault.Invalid, "operations.future").At("noticed"))
	case e.Begins.After(e.NoticeAt):
		wrong = append(wrong, fault.New(fault.Invalid, "operations.begun_later").At("begins"))
	case now.Sub(e.Begins) > farthest:
		wrong = append(wrong, fault.New(fault.Invalid, "operations.long_ago").At("begins"))
	}
	if !slices.Contains(Sources(), e.Source) {
		wrong = append(wrong, fault.New(fault.Invalid, "operations.source").At("source"))
	}
	if wrong != nil {
		return wrong
	}
	e.Kind = Incident
	return o.promptly(e, now)
}

// promptly finds the clause by which an incident is told, and whether it is told in time (ismet 8.5).
func (o *Operations) promptly(e *Event, now time.Time) error {
	book := o.Book(e.Portal, now)
	rule, cite, ok := clause.In[IncidentNotice](book)
	if !ok {
		if _, cite, ok = clause.In[Restoration](book); !ok {
			_, cite, _ = clause.In[ComponentHealth](book)
		}
		e.Cite = cite
		return nil
	}
	days, err := o.table(e.Portal, rule.Within)
	if err != nil {
		return err
	}
	due, err := calendar.Due(e.NoticeAt, rule.Within, o.Zone(e.Portal), days)
	e.Cite, e.Late = cite, now.After(due.Ends.Add(slack))
	return err
}

// Report tells everybody of an incident, at once (ismet 8.5, kundelik 4.3, egov 3.3.2). Refusals: those of CheckIncident.
func (o *Operations) Report(ctx context.Context, actor identity.Actor, e Event) (Event, error) {
	if err := o.CheckIncident(actor, &e); err != nil {
		return Event{}, err
	}
	detail := map[string]string{"noticed": e.NoticeAt.UTC().Format(time.RFC3339), "source": e.Source}
	if e.Late {
		detail["late"] = "yes"
	}
	return o.add(ctx, actor, e, "incident", detail)
}

// Update tells how things stand with an event that is not over. Refusals: Forbidden; Absent; Conflict
// "operations.over"; Invalid for a text.
func (o *Operations) Update(ctx context.Context, actor identity.Actor, id identity.ID, text map[string]string) error {
	return o.change(ctx, actor, id, "update", func(_ Tx, e *Event) (map[string]string, clause.Citation, map[string]string, error) {
		if phase := e.Phase(o.Now()); phase != Ahead && phase != Now {
			return nil, clause.Citation{}, nil, over()
		}
		if wrong := o.checkTexts(actor.Portal, "text_", text); wrong != nil {
			return nil, clause.Citation{}, nil, wrong
		}
		return text, e.Cite, nil, nil
	})
}

// Fix ends an incident: what was mended, and when (kundelik 4.3, ismet R30). at zero: now. Refusals: Forbidden;
// Absent; Conflict "operations.over"; Invalid for a text or the time.
func (o *Operations) Fix(ctx context.Context, actor identity.Actor, id identity.ID, at time.Time, text map[string]string) error {
	return o.change(ctx, actor, id, "fix", func(_ Tx, e *Event) (map[string]string, clause.Citation, map[string]string, error) {
		now := o.Now()
		if e.Kind != Incident || e.Phase(now) != Now {
			return nil, clause.Citation{}, nil, over()
		}
		if at.IsZero() {
			at = now
		}
		wrong := o.checkTexts(actor.Portal, "text_", text)
		switch {
		case at.After(now):
			wrong = append(wrong, fault.New(fault.Invalid, "operations.future").At("until"))
		case !at.After(e.Begins):
			wrong = append(wrong, fault.New(fault.Invalid, "operations.until_first").At("until"))
		}
		if wrong != nil {
			return nil, clause.Citation{}, nil, wrong
		}
		e.EndedAt = at
		r, err := o.Restored(*e, now)
		if err != nil {
			return nil, clause.Citation{}, nil, err
		}
		cite, detail := e.Cite, map[string]string{"minutes": strconv.Itoa(int(at.Sub(e.Begins) / time.Minute))}
		if !r.Cite.Zero() {
			cite, detail["promise"] = r.Cite, r.Promise
		}
		if r.Late {
			detail["late"] = "yes"
		}
		return text, cite, detail, nil
	})
}

// Restoring is how a restoration stands to what the agreement promises.
type Restoring struct {
	Promise string // "promptly", "short_time", "reasonable_time"; empty: nothing is promised
	Cite    clause.Citation
	Took    time.Duration // so far, where it goes on
	Due     time.Time     // zero: the agreement sets no time
	Late    bool
}

// Restored says how the restoration after an incident stands at an instant, by the rule that was in force when
// it began (kundelik 4.3, ismet R30).
func (o *Operations) Restored(e Event, at time.Time) (Restoring, error) {
	end := e.EndedAt
	if end.IsZero() {
		end = at
	}
	r := Restoring{Took: end.Sub(e.Begins)}
	rule, cite, ok := clause.In[Restoration](o.Book(e.Portal, e.Begins))
	if !ok || e.Kind != Incident {
		return r, nil
	}
	r.Promise, r.Cite = rule.Promise, cite
	if rule.Target.Unit == "" {
		return r, nil
	}
	days, err := o.table(e.Portal, rule.Target)
	if err != nil {
		return r, err
	}
	due, err := calendar.Due(e.Begins, rule.Target, o.Zone(e.Portal), days)
	r.Due, r.Late = due.Ends, end.After(due.Ends)
	return r, err
}
