package party

import (
	"context"
	"errors"
	"strings"
	"time"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// ImportState is how far a list of people has come.
type ImportState string

// The states of an import.
const (
	Reading ImportState = "reading" // its lines are being taken in; nobody is created yet
	Running ImportState = "running" // line after line is being decided
	Ended   ImportState = "ended"
)

// Import is a list of people on its way into an institution. It goes on where it stopped, in
// whatever program: each line is decided once.
type Import struct {
	Institution identity.ID
	ID          identity.ID
	Portal      string
	User        identity.ID // who brought it
	Name        string      // of the file
	Language    string      // of the people created
	State       ImportState
	Total       int
	Done        int
	Created     int
	Duplicate   int
	Refused     int
	BeganAt     time.Time
	EndedAt     time.Time
}

// Outcome is what became of a line.
type Outcome string

// The outcomes of a line.
const (
	Waiting   Outcome = "waiting"
	Created   Outcome = "created"
	Duplicate Outcome = "duplicate"
	Refused   Outcome = "refused"
)

// Line is one line of an import.
type Line struct {
	Place   int // counted from 1, without gaps
	Line    int // in the file, as a spreadsheet numbers it
	Person  Person
	Outcome Outcome
	Reason  string // key of the sentence; empty where it was created
	Name    string // the sign-in name made
}

// ImportTx is what imports do to the database.
type ImportTx interface {
	AddImport(ctx context.Context, i Import) error
	AddLines(ctx context.Context, institution, id identity.ID, lines []Line) error
	// StartImport moves it from reading to running. Refusal: Conflict.
	StartImport(ctx context.Context, institution, id identity.ID, total int) error
	// DropImport removes one that is still being read, with its lines.
	DropImport(ctx context.Context, institution, id identity.ID) error
	// Import gives one. Refusal: Absent.
	Import(ctx context.Context, institution, id identity.ID) (Import, error)
	// Imports lists those of an institution, newest first.
	Imports(ctx context.Context, institution identity.ID, limit int) ([]Import, error)
	// RunningImports lists those that somebody must go on with, oldest first.
	RunningImports(ctx context.Context, limit int) ([]Import, error)
	// Lines gives lines behind a place; plain: those that were created as well.
	Lines(ctx context.Context, institution, id identity.ID, after, limit int, plain bool) ([]Line, error)
	SettleLine(ctx context.Context, institution, id identity.ID, l Line) error
	// Advance counts the lines from believed on as done. Refusal: Conflict where they are already.
	Advance(ctx context.Context, i Import, believed int) error
}

const (
	// MostLines an import may have.
	MostLines = 100_000
	// stagedLines go into the database in one act while a file is read.
	stagedLines = 500
	// settledLines are decided in one act: the writer is held a few hundredths of a second.
	settledLines = 50
)

// BeginImport takes a list into the actor's institution. read calls its argument for each line of the
// file; when it fails, or names too many lines, nothing remains of the import. Nobody is created here:
// Work does that, line by line.
// Refusals: Forbidden; those of read; Invalid "party.file_lines", "party.file_empty".
func (p *Parties) BeginImport(ctx context.Context, actor identity.Actor, name string, read func(each func(Line) error) error) (Import, error) {
	var im Import
	err := p.InTx(ctx, func(tx Tx) error {
		i, err := p.schoolOf(ctx, tx, actor)
		if err != nil {
			return err
		}
		im = Import{
			Institution: i.ID, ID: p.NewID(), Portal: i.Portal, User: actor.User, Name: printable(name), Language: actor.Language,
			State: Reading, BeganAt: p.Now(),
		}
		return tx.AddImport(ctx, im)
	})
	if err != nil {
		return Import{}, err
	}
	if err := p.stage(ctx, &im, read); err != nil {
		// The person may have left; what they left behind goes all the same.
		clear := context.WithoutCancel(ctx)
		return Import{}, errors.Join(err, p.InTx(clear, func(tx Tx) error { return tx.DropImport(clear, im.Institution, im.ID) }))
	}
	return im, nil
}

func (p *Parties) stage(ctx context.Context, im *Import, read func(each func(Line) error) error) error {
	var lines []Line
	flush := func() error {
		err := p.InTx(ctx, func(tx Tx) error { return tx.AddLines(ctx, im.Institution, im.ID, lines) })
		lines = lines[:0]
		return err
	}
	var parents []Line // of pupils who may stand further down: their turn comes after all others
	add := func(l Line) error {
		im.Total++
		l.Place = im.Total
		if l.Outcome == "" {
			l.Outcome = Waiting
		}
		if lines = append(lines, l); len(lines) == stagedLines {
			return flush()
		}
		return nil
	}
	err := read(func(l Line) error {
		if im.Total+len(parents) == MostLines {
			return fault.New(fault.Invalid, "party.file_lines").With("most", "100 000").At("file")
		}
		if len(l.Person.Children) > 0 {
			parents = append(parents, l)
			return nil
		}
		return add(l)
	})
	for _, l := range parents {
		if err == nil {
			err = add(l)
		}
	}
	if err != nil {
		return err
	}
	if im.Total == 0 {
		return fault.New(fault.Invalid, "party.file_empty").At("file")
	}
	if err := flush(); err != nil {
		return err
	}
	im.State = Running
	return p.InTx(ctx, func(tx Tx) error {
		if err := tx.StartImport(ctx, im.Institution, im.ID, im.Total); err != nil {
			return err
		}
		_, cite, _ := clause.In[InstitutionAdministrator](p.book(im.Portal))
		return p.note(ctx, tx, im.Portal, im.Institution, "party.import", "user:"+number(im.User), cite, map[string]string{
			"import": number(im.ID), "lines": number(identity.ID(im.Total)),
		})
	})
}

// Work decides the next lines of an import, each once: what becomes of a line and what it created are
// one act. more tells that there are further lines.
func (p *Parties) Work(ctx context.Context, institution, id identity.ID) (more bool, err error) {
	more, err = p.work(ctx, institution, id, settledLines, false)
	if err == nil || passing(ctx, err) {
		return more, err
	}
	// Something among these lines cannot be done. One by one, only that line is refused.
	for range settledLines {
		more, err = p.work(ctx, institution, id, 1, false)
		if err != nil && !passing(ctx, err) {
			more, err = p.work(ctx, institution, id, 1, true)
		}
		if err != nil || !more {
			return more, err
		}
	}
	return more, nil
}

// passing are the errors that another try may not meet.
func passing(ctx context.Context, err error) bool {
	return ctx.Err() != nil || fault.Is(err, fault.Unavailable) || fault.Is(err, fault.Conflict)
}

func (p *Parties) work(ctx context.Context, institution, id identity.ID, limit int, refuse bool) (more bool, err error) {
	err = p.InTx(ctx, func(tx Tx) error {
		im, err := tx.Import(ctx, institution, id)
		if err != nil {
			return err
		}
		if more = im.State == Running; !more {
			return nil
		}
		i, err := tx.Institution(ctx, institution)
		if err != nil {
			return err
		}
		lines, err := tx.Lines(ctx, institution, id, im.Done, limit, true)
		if err != nil {
			return err
		}
		believed := im.Done
		im.Done += len(lines)
		if more = im.Done < im.Total && len(lines) > 0; !more {
			im.State, im.EndedAt = Ended, p.Now()
		}
		// First of all: whoever else decides the same lines now waits here, and is refused.
		if err := tx.Advance(ctx, im, believed); err != nil {
			return err
		}
		for _, l := range lines {
			if refuse && l.Outcome == Waiting {
				l.Outcome, l.Reason = Refused, "party.line_accident"
			} else if err := p.settle(ctx, tx, i, im, &l); err != nil {
				return err
			}
			switch l.Outcome {
			case Created:
				im.Created++
			case Duplicate:
				im.Duplicate++
			case Refused:
				im.Refused++
			}
			if err := tx.SettleLine(ctx, institution, id, l); err != nil {
				return err
			}
		}
		return tx.Advance(ctx, im, im.Done)
	})
	return more, err
}

// settle decides a line. Whatever it returns as an error undoes the act.
func (p *Parties) settle(ctx context.Context, tx Tx, i Institution, im Import, l *Line) error {
	if l.Outcome != Waiting {
		return nil
	}
	x := l.Person.clean()
	if wrong := p.check(i, x); wrong != nil {
		l.Outcome, l.Reason = Refused, wrong[0].Key
		if strings.HasPrefix(l.Reason, "form.") {
			l.Reason = reasonAt(wrong[0].Field)
		}
		return nil
	}
	children, err := p.childrenOf(ctx, tx, i, x.Children)
	if fault.Is(err, fault.Invalid) {
		l.Outcome, l.Reason = Refused, "party.line_child"
		return nil
	}
	if err != nil {
		return err
	}
	user, actor := p.NewID(), "user:"+number(im.User)
	added, err := tx.AddEntry(ctx, i.ID, x.mark(), user)
	if err != nil {
		return err
	}
	if !added {
		return p.settleAgain(ctx, tx, i, x, children, actor, l)
	}
	if x.Number != "" {
		if added, err = tx.AddNumber(ctx, i.ID, x.Number, user); err != nil {
			return err
		}
		if !added {
			l.Outcome, l.Reason = Refused, "party.line_number"
			return tx.DropEntry(ctx, i.ID, x.mark())
		}
	}
	l.Outcome = Created
	if l.Name, err = p.write(ctx, tx, i, user, im.Language, x, actor); err != nil {
		return err
	}
	_, err = p.linkAll(ctx, tx, i, user, children, actor)
	return err
}

// settleAgain decides a line about somebody who was entered before: it may still name a child of theirs
// who was not linked with them.
func (p *Parties) settleAgain(ctx context.Context, tx Tx, i Institution, x Person, children []identity.ID, actor string, l *Line) error {
	l.Outcome, l.Reason = Duplicate, "party.entered"
	if len(children) == 0 {
		return nil
	}
	user, err := tx.EntryOf(ctx, i.ID, x.mark())
	if err != nil {
		return err
	}
	if _, err := p.lasting(ctx, tx, user, i.ID, Parent); fault.Is(err, fault.Absent) {
		return nil
	} else if err != nil {
		return err
	}
	linked, err := p.linkAll(ctx, tx, i, user, children, actor)
	if linked > 0 {
		l.Reason = "party.line_linked"
	}
	return err
}

// reasonAt says of a line what a form says at its field.
func reasonAt(field string) string {
	switch field {
	case "surname":
		return "party.line_surname"
	case "given":
		return "party.line_given"
	case "patronymic":
		return "party.line_patronymic"
	}
	return "party.line_class"
}

// Running lists imports that somebody must go on with.
func (p *Parties) Running(ctx context.Context) (out []Import, err error) {
	err = p.InView(ctx, func(tx Tx) error {
		out, err = tx.RunningImports(ctx, 10)
		return err
	})
	return out, err
}

// Imports lists the imports of the actor's institution, newest first. Refusal: Forbidden.
func (p *Parties) Imports(ctx context.Context, actor identity.Actor) (out []Import, err error) {
	err = p.InView(ctx, func(tx Tx) error {
		i, err := p.schoolOf(ctx, tx, actor)
		if err != nil {
			return err
		}
		out, err = tx.Imports(ctx, i.ID, 20)
		return err
	})
	return out, err
}

// Import gives an import of the actor's institution and its lines behind a place; plain: those that
// were created as well. One of another institution is absent. Refusals: Forbidden; Absent.
func (p *Parties) Import(ctx context.Context, actor identity.Actor, id identity.ID, after, limit int, plain bool) (im Import, lines []Line, err error) {
	err = p.InView(ctx, func(tx Tx) error {
		i, err := p.schoolOf(ctx, tx, actor)
		if err != nil {
			return err
		}
		if im, err = tx.Import(ctx, i.ID, id); fault.Is(err, fault.Absent) {
			return fault.New(fault.Absent, "gate.no_page")
		}
		if err != nil {
			return err
		}
		lines, err = tx.Lines(ctx, i.ID, id, after, limit, plain)
		return err
	})
	return im, lines, err
}

// printable keeps of a file's name what can be shown.
func printable(name string) string {
	var b strings.Builder
	for _, r := range clean(strings.ToValidUTF8(name, "")) {
		if r >= ' ' && r != 0x7f && b.Len() < 120 {
			b.WriteRune(r)
		}
	}
	return b.String()
}
