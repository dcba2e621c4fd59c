// Package desk is where operators work on what people have asked for: cases, corrections, ways in.
//
// It owns the list of cases, the page of one, the procedures by which an operator lets somebody in anew,
// and the queue of the support with the page of a request. Nothing of a person is shown without a reason, which that person sees; no password is
// shown at all. It decides nothing: who may do what, and what it needs, account and claims answer.
package desk

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tereze/internal/account"
	"tereze/internal/claims"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Desk draws the pages of this area. All fields are needed.
type Desk struct {
	*frame.Frame
	Accounts *account.Accounts
	Requests *claims.Requests
	// Institution names an institution.
	Institution func(ctx context.Context, id identity.ID) (string, error)
	// View looks at the evidence, read-only.
	View func(ctx context.Context, look func(EvidenceTx) error) error
}

// EvidenceTx reads the evidence of a case.
type EvidenceTx interface {
	// EvidenceAbout lists up to limit entries of a home on one subject, newest first.
	EvidenceAbout(ctx context.Context, home identity.ID, subject string, limit int) ([]evidence.Entry, error)
}

func consoleURL(v gate.Visit) string { return "/" + v.Actor.Portal + "/console" }
func casesURL(v gate.Visit) string   { return consoleURL(v) + "/cases" }

func (s *Desk) caseURL(v gate.Visit, user, id identity.ID) string {
	return casesURL(v) + "/" + s.Opaque.Of(user) + "/" + s.Opaque.Of(id)
}

func (s *Desk) personURL(v gate.Visit, user identity.ID) string {
	return consoleURL(v) + "/people/" + s.Opaque.Of(user)
}

func absent() error { return fault.New(fault.Absent, "gate.no_page") }

// id reads an opaque id out of the address. Refusal: Absent.
func (s *Desk) id(r *http.Request, name string) (identity.ID, error) {
	id, err := s.Opaque.ID(r.PathValue(name))
	if err != nil {
		return 0, absent()
	}
	return id, nil
}

// refused is the status a form is shown again with.
func refused(err error) int {
	x, ok := errors.AsType[*fault.Fault](err)
	if !ok {
		return http.StatusUnprocessableEntity
	}
	switch x.Kind {
	case fault.Conflict:
		return http.StatusConflict
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.TooMany:
		return http.StatusTooManyRequests
	}
	return http.StatusUnprocessableEntity
}

// missing reports a refusal that says there is no such thing, which is a page that is not there.
func missing(err error) bool { return fault.Is(err, fault.Absent) }

// filled is a form as it was sent, so that it comes back as it was typed. A page has several: prefix
// keeps the ids of their fields apart.
type filled struct {
	prefix string
	values url.Values // nil: the form has not been sent
	at     map[string]string
}

func (f filled) value(name, otherwise string) string {
	if f.values == nil {
		return otherwise
	}
	return f.values.Get(name)
}

func (f filled) field(name, label, hint string) design.Field {
	return design.Field{ID: f.prefix + "-" + name, Name: name, Label: label, Hint: hint, Error: f.at[name]}
}

// faults prepares the refusals of a form: for the summary, each leading to its field, and by field.
func (s *Desk) faults(v gate.Visit, prefix string, err error) (summary []design.FieldError, at map[string]string) {
	at = map[string]string{}
	for _, x := range frame.AsFaults(err) {
		e := design.FieldError{Text: s.Message(v, x), Cite: s.Cite(v, x.Cite)}
		if x.Field != "" {
			e.Field = prefix + "-" + x.Field
			at[x.Field] = e.Text
		}
		summary = append(summary, e)
	}
	return summary, at
}

// trail is the way to a page below the console.
func (s *Desk) trail(v gate.Visit, below ...design.Link) []design.Link {
	return append([]design.Link{{Text: s.Say(v, "console.home.title"), URL: consoleURL(v)}}, below...)
}

func (s *Desk) casesLink(v gate.Visit) design.Link {
	return design.Link{Text: s.Say(v, "desk.cases.title"), URL: casesURL(v)}
}

func (s *Desk) kind(v gate.Visit, kind string) string { return s.Say(v, "desk.kind."+kind) }

func (s *Desk) state(v gate.Visit, state string) design.Tag {
	if state == account.CaseOpen {
		return design.Tag{Text: s.Say(v, "desk.state.open"), Colour: design.TagWait}
	}
	return design.Tag{Text: s.Say(v, "desk.state.ended"), Colour: design.TagPlain}
}

// reasons asks why a person's data are to be seen.
func (s *Desk) reasons(v gate.Visit, chosen, wrong string) *design.Radios {
	radios := &design.Radios{Field: design.Field{Name: "reason", Label: s.Say(v, "console.person.why"), Hint: s.Say(v, "console.person.why_hint"), Error: wrong}}
	taken, _ := s.Accounts.ReasonsAt(v.Actor.Portal)
	for _, choice := range taken {
		radios.Choices = append(radios.Choices, design.Choice{
			Value: choice, Label: s.Say(v, "console.reason."+choice), Hint: s.Say(v, "console.reason."+choice+"_hint"), Checked: choice == chosen,
		})
	}
	return radios
}

// procedure is what an operator states before somebody is let in: how they know who it is, by which
// contact the temporary password goes, and why.
type procedure struct {
	Checked design.Radios
	Kind    design.Radios
	Why     design.Textarea
}

// maxReason is the longest reason, in characters; account holds it to the same.
const maxReason = 500

func (s *Desk) procedure(v gate.Visit, f filled, kinds []account.ContactKind) procedure {
	p := procedure{
		Checked: design.Radios{Field: f.field("checked", s.Say(v, "desk.checked"), "")},
		Kind:    s.kinds(v, f, s.Say(v, "desk.send_by"), kinds),
		Why:     s.why(v, f),
	}
	for _, how := range account.Checks() {
		p.Checked.Choices = append(p.Checked.Choices, design.Choice{
			Value: how, Label: s.Say(v, "desk.checked."+how), Checked: f.value("checked", "") == how,
		})
	}
	return p
}

func (s *Desk) kinds(v gate.Visit, f filled, label string, kinds []account.ContactKind) design.Radios {
	radios := design.Radios{Field: f.field("kind", label, "")}
	for _, kind := range kinds {
		radios.Choices = append(radios.Choices, design.Choice{
			Value: string(kind), Label: s.Say(v, "desk.contact."+string(kind)), Checked: f.value("kind", "") == string(kind),
		})
	}
	return radios
}

func (s *Desk) why(v gate.Visit, f filled) design.Textarea {
	return design.Textarea{
		Field: f.field("why", s.Say(v, "desk.why"), s.Say(v, "desk.why_hint")), Value: f.value("why", ""), Rows: 3, MaxLength: maxReason,
	}
}

func readProcedure(r *http.Request) account.Procedure {
	return account.Procedure{
		Checked: r.PostFormValue("checked"), Reason: r.PostFormValue("why"), Kind: account.ContactKind(r.PostFormValue("kind")),
	}
}

// names says who these users of the portal are; somebody who has been erased has no name any more.
func (s *Desk) names(ctx context.Context, v gate.Visit, ids ...identity.ID) (map[identity.ID]string, error) {
	names := map[identity.ID]string{v.Actor.User: v.Actor.Shown}
	err := s.Accounts.InView(ctx, func(tx account.Tx) error {
		for _, id := range ids {
			if names[id] != "" {
				continue
			}
			u, err := tx.User(ctx, id)
			if err != nil && !missing(err) {
				return err
			}
			if names[id] = u.Shown; u.Shown == "" {
				names[id] = s.Say(v, "console.by_erased")
			}
		}
		return nil
	})
	return names, err
}

// done is the good news a redirect brings along, nil where it brings none of these.
func (s *Desk) done(r *http.Request, v gate.Visit, known ...string) *design.NotificationBanner {
	what := r.URL.Query().Get("done")
	if r.Method != http.MethodGet || !slices.Contains(known, what) {
		return nil
	}
	banner := &design.NotificationBanner{Heading: s.Say(v, "desk.done."+what), Success: true}
	switch what {
	case "unlocked", "approved", "reset":
		banner.More = s.OutboxLink(v) // a temporary password went out
	}
	return banner
}

// actorID is the user an entry names as its actor; 0 where it names none.
func actorID(e evidence.Entry) identity.ID {
	kind, who, _ := strings.Cut(e.Actor, ":")
	id, err := strconv.ParseInt(who, 10, 64)
	if kind != "user" || err != nil {
		return 0
	}
	return identity.ID(id)
}

func written(value string) string {
	if value == "" {
		return "—"
	}
	return value
}
