package account

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"tereze/internal/calendar"
	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/obligation"
)

// The kinds of verification.
const (
	CheckByPerson   = "person"   // the person is asked to confirm the data and to show documents
	CheckByRegister = "register" // another body's register is asked
)

// The states of a verification.
const (
	CheckOpen  = "open"  // asked
	CheckGiven = "given" // the person has answered, the operator has not decided
	CheckEnded = "ended"
)

// The outcomes of a verification.
const (
	Match       = "match"
	Mismatch    = "mismatch"    // the data are not those of the documents, or do not identify the person
	Missing     = "missing"     // what was asked for was not given in time
	Unavailable = "unavailable" // the register did not answer
)

// Check is a verification of what is known of a user.
type Check struct {
	User     identity.ID
	ID       identity.ID
	Portal   string
	Kind     string
	Fields   []string // that are to be confirmed
	Papers   bool     // whether documents are asked for, identity documents included
	Text     string   // what the operator asks, or asked the register
	Cite     clause.Citation
	OpenedBy identity.ID
	OpenedAt time.Time
	DueAt    time.Time // zero for a register
	GivenAt  time.Time // when the person confirmed the data as right
	State    string
	Outcome  string
	Register string // which was asked
	Source   string // the number of the register's answer, or where it was read
	Note     string // of the operator, which the person reads
	EndedBy  identity.ID
	EndedAt  time.Time
	Version  int
}

// Late reports whether the person let the time run out without an answer.
func (c Check) Late(at time.Time) bool { return c.State == CheckOpen && !at.Before(c.DueAt) }

// Paper is a document that a person showed in a verification.
type Paper struct {
	ID      identity.ID
	Name    string
	Kind    string // by its content
	Size    int
	AddedAt time.Time
	Body    []byte // not in lists
}

// CheckPage asks for a page of a portal's verifications, newest first.
type CheckPage struct {
	State  string    // empty: all
	Late   time.Time // not zero: only those open past their time at this instant
	Before identity.ID
	Limit  int
}

// CheckTx is what verifications do to the database.
type CheckTx interface {
	// AddCheck adds it.
	AddCheck(ctx context.Context, c Check) error
	// Check gives one. Refusal: Absent.
	Check(ctx context.Context, user, id identity.ID) (Check, error)
	// SaveCheck replaces the one whose version is c.Version-1. Refusal: Conflict.
	SaveCheck(ctx context.Context, c Check) error
	// ChecksOf lists a user's, newest first.
	ChecksOf(ctx context.Context, user identity.ID, limit int) ([]Check, error)
	// ChecksPage lists a portal's, newest first.
	ChecksPage(ctx context.Context, portal string, page CheckPage) ([]Check, error)
	// AddPaper keeps a document, readable only with the installation's key.
	AddPaper(ctx context.Context, user, check identity.ID, p Paper) error
	// Papers lists the documents of a verification without their bodies.
	Papers(ctx context.Context, user, check identity.ID) ([]Paper, error)
	// Paper gives one document. Refusal: Absent.
	Paper(ctx context.Context, user, check, id identity.ID) (Paper, error)
}

// RegisterQuery is what a register is asked about.
type RegisterQuery struct {
	ID     identity.ID // of the verification; the register may keep it
	Portal string
	Person Person
}

// RegisterAnswer is what a register said.
type RegisterAnswer struct {
	Match  bool
	Source string // by which the register finds its answer again
}

// Register asks an outside register. It answers with an error where the register cannot be reached.
type Register func(ctx context.Context, q RegisterQuery) (RegisterAnswer, error)

// CheckSubject is how evidence names a verification.
func CheckSubject(id identity.ID) string { return "check:" + strconv.FormatInt(int64(id), 10) }

// CheckFields are what a person may be asked to confirm.
func CheckFields() []string {
	return []string{"name", "birth_date", "number", "passport", "phone", "email"}
}

// Limits on documents.
const (
	MostPapers    = 5       // in one answer
	MostPaperSize = 5 << 20 // bytes
	mostPapersAll = 20      // of one verification
	mostPaperName = 120
)

// Limits on the time a person is given, in days.
const (
	fewestCheckDays = 1
	mostCheckDays   = 90
	unansweredWait  = 20 * time.Second // for a register
)

// asChecker refuses everybody whom the clause does not let check data (egov 3.1.1 also the owner);
// where no clause says, that is the operator.
func (a *Accounts) asChecker(actor identity.Actor) error {
	if actor.Is(identity.Operator) {
		return nil
	}
	if r, _, ok := clause.In[DataCheck](a.Book(actor.Portal, a.Now())); ok && slices.Contains(r.By, "owner") && actor.Is(identity.Owner) {
		return nil
	}
	return asOperator(actor)
}

// CheckRule is the clause by which data may be checked on a portal. Refusal: Forbidden
// "account.no_check".
func (a *Accounts) CheckRule(portal string) (DataCheck, clause.Citation, error) {
	r, cite, ok := clause.In[DataCheck](a.Book(portal, a.Now()))
	if !ok {
		return DataCheck{}, cite, fault.New(fault.Forbidden, "account.no_check")
	}
	return *r, cite, nil
}

// Ask is what a person is asked to confirm or to show.
type Ask struct {
	Fields []string
	Papers bool
	Text   string
	Days   string
}

// AskPerson asks a person to confirm their data, and for documents where the clause allows it (kg 2.3,
// ismet 5.3). The time given is never shorter than the warning that must pass before a measure.
// Refusals: Forbidden, also "account.no_check", "account.no_papers"; Absent; Invalid for each field
// (fault.Faults); Conflict "account.not_active", "account.calendar_ended".
func (a *Accounts) AskPerson(ctx context.Context, actor identity.Actor, user identity.ID, q Ask) (Check, error) {
	if err := a.asChecker(actor); err != nil {
		return Check{}, err
	}
	rule, cite, err := a.CheckRule(actor.Portal)
	if err != nil {
		return Check{}, err
	}
	if q.Papers && !rule.Documents {
		return Check{}, fault.New(fault.Forbidden, "account.no_papers").By(cite)
	}
	days, err := q.check()
	if err != nil {
		return Check{}, err
	}
	now := a.Now()
	c := Check{
		User: user, ID: a.NewID(), Portal: actor.Portal, Kind: CheckByPerson, Fields: q.Fields, Papers: q.Papers, Text: q.Text, Cite: cite,
		OpenedBy: actor.User, OpenedAt: now, State: CheckOpen, Version: 1,
	}
	if c.DueAt, err = a.checkDue(actor.Portal, days, now); err != nil {
		return Check{}, err
	}
	err = a.InTx(ctx, func(tx Tx) error {
		u, err := a.personOf(ctx, tx, actor, user)
		if err != nil {
			return err
		}
		if u.State != Active && u.State != Locked {
			return fault.New(fault.Conflict, "account.not_active")
		}
		if err := tx.AddCheck(ctx, c); err != nil {
			return err
		}
		if err := a.Owed.Owe(ctx, tx, obligation.Obligation{
			Home: user, Portal: c.Portal, Kind: DutyCheck, Subject: CheckSubject(c.ID), From: obligation.User, To: obligation.Operator,
			Cite: cite, Since: now, Due: a.Owed.At(c.Portal, c.DueAt),
		}); err != nil {
			return err
		}
		if err := a.tellAll(ctx, tx, u, "message.check", map[string]string{"until": a.written(u.Portal, c.DueAt), "clause": cite.Clause}); err != nil {
			return err
		}
		return a.staffNoteBy(ctx, tx, actor, u, "account.check_ask", CheckSubject(c.ID), map[string]string{
			"fields": strings.Join(c.Fields, " "), "papers": strconv.FormatBool(c.Papers), "due_at": c.DueAt.UTC().Format(time.RFC3339), "why": c.Text,
		}, cite)
	})
	return c, err
}

func (q *Ask) check() (days int, err error) {
	var wrong fault.Faults
	q.Text = singleLine(q.Text)
	if len(q.Fields) == 0 && !q.Papers || slices.ContainsFunc(q.Fields, func(f string) bool { return !slices.Contains(CheckFields(), f) }) {
		wrong = append(wrong, fault.New(fault.Invalid, "account.check_fields").At("fields"))
	}
	if f := checkText("text", q.Text, minReason, maxReason, false); f != nil {
		wrong = append(wrong, f)
	}
	days, bad := strconv.Atoi(q.Days)
	if bad != nil || days < fewestCheckDays || days > mostCheckDays {
		wrong = append(wrong, fault.New(fault.Invalid, "account.check_days").At("days"))
	}
	if wrong != nil {
		return 0, wrong
	}
	return days, nil
}

// checkDue is the end of the time a person is given.
func (a *Accounts) checkDue(portal string, days int, now time.Time) (time.Time, error) {
	term, err := calendar.Due(now, clause.Period{Amount: days, Unit: clause.Days}, a.Zone(portal), nil)
	if err != nil {
		return time.Time{}, err
	}
	r, cite, ok := clause.In[FailedCheck](a.Book(portal, now))
	if !ok {
		return term.Ends, nil
	}
	least, err := a.InForce(portal, Ground{Notice: r.Notice, Cite: cite}, now)
	if least.After(term.Ends) {
		return least, err
	}
	return term.Ends, err
}

// PaperKind tells the kind of a document from its content: PDF, JPEG or PNG; empty for anything else.
func PaperKind(body []byte) string {
	for kind, begins := range map[string]string{"application/pdf": "%PDF-", "image/jpeg": "\xff\xd8\xff", "image/png": "\x89PNG\r\n\x1a\n"} {
		if strings.HasPrefix(string(body[:min(len(body), 8)]), begins) {
			return kind
		}
	}
	return ""
}

// MyCheck is a verification that was asked of the actor, with the names of the documents given.
// Refusal: Absent.
func (a *Accounts) MyCheck(ctx context.Context, actor identity.Actor, id identity.ID) (c Check, papers []Paper, err error) {
	err = a.InView(ctx, func(tx Tx) error {
		if c, err = tx.Check(ctx, actor.User, id); err != nil {
			return absentCheck(err)
		}
		papers, err = tx.Papers(ctx, actor.User, id)
		return err
	})
	return c, papers, err
}

func absentCheck(err error) error {
	if fault.Is(err, fault.Absent) {
		return fault.New(fault.Absent, "account.nobody")
	}
	return err
}

// AnswerCheck takes a person's word that the data are right, and the documents that show it. It may be
// answered after its time as long as nobody has decided.
// Refusals: Absent; Invalid at "right", "papers"; Conflict "account.check_ended".
func (a *Accounts) AnswerCheck(ctx context.Context, actor identity.Actor, id identity.ID, right bool, papers []Paper) error {
	if f := checkPapers(papers); f != nil {
		return fault.Faults{f}
	}
	now := a.Now()
	return a.InTx(ctx, func(tx Tx) error {
		c, err := tx.Check(ctx, actor.User, id)
		switch {
		case err != nil:
			return absentCheck(err)
		case c.Kind != CheckByPerson || c.State == CheckEnded:
			return fault.New(fault.Conflict, "account.check_ended")
		case len(c.Fields) > 0 && !right:
			return fault.Faults{fault.New(fault.Invalid, "account.check_right").At("right").By(c.Cite)}
		}
		had, err := tx.Papers(ctx, actor.User, id)
		switch {
		case err != nil:
			return err
		case len(had)+len(papers) > mostPapersAll:
			return fault.Faults{fault.New(fault.Invalid, "account.paper_many").With("most", itoa(mostPapersAll)).At("papers")}
		case c.Papers && len(had)+len(papers) == 0:
			return fault.Faults{fault.New(fault.Invalid, "account.paper_missing").At("papers").By(c.Cite)}
		}
		for _, p := range papers {
			p.ID, p.AddedAt, p.Kind, p.Size = a.NewID(), now, PaperKind(p.Body), len(p.Body)
			if err := tx.AddPaper(ctx, actor.User, id, p); err != nil {
				return err
			}
		}
		c.State, c.GivenAt = CheckGiven, now
		c.Version++
		if err := tx.SaveCheck(ctx, c); err != nil {
			return checkChanged(err)
		}
		if err := a.Owed.Meet(ctx, tx, c.Portal, actor.User, DutyCheck, CheckSubject(id)); err != nil {
			return err
		}
		_, err = a.Record(ctx, tx, evidence.Entry{
			Portal: c.Portal, Home: actor.User, ID: a.NewID(), At: now, Actor: "user:" + itoa64(actor.User), Act: "account.check_answer",
			Subject: CheckSubject(id), Citation: c.Cite, Detail: map[string]string{"papers": itoa(len(papers)), "late": strconv.FormatBool(now.After(c.DueAt))},
		})
		return err
	})
}

func checkPapers(papers []Paper) *fault.Fault {
	if len(papers) > MostPapers {
		return fault.New(fault.Invalid, "account.paper_many").With("most", itoa(MostPapers)).At("papers")
	}
	for i, p := range papers {
		switch {
		case len(p.Body) > MostPaperSize:
			return fault.New(fault.Invalid, "account.paper_large").With("megabytes", itoa(MostPaperSize>>20)).At("papers")
		case PaperKind(p.Body) == "":
			return fault.New(fault.Invalid, "account.paper_kind").At("papers")
		}
		papers[i].Name = cut(printable(norm.NFC.String(p.Name)), mostPaperName)
	}
	return nil
}

func checkChanged(err error) error {
	if fault.Is(err, fault.Conflict) {
		return fault.New(fault.Conflict, "account.check_ended")
	}
	return err
}

// MyPerson is what is known of the actor; zero where the portal asked for nothing.
func (a *Accounts) MyPerson(ctx context.Context, actor identity.Actor) (p Person, err error) {
	err = a.InView(ctx, func(tx Tx) error {
		if p, err = tx.Person(ctx, actor.User); fault.Is(err, fault.Absent) {
			err = nil
		}
		return err
	})
	return p, err
}
