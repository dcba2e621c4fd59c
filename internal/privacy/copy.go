package privacy

import (
	"context"
	"io"
	"time"

	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// The states of a copy.
const (
	CopyAsked = "asked"
	CopyReady = "ready"
	CopyEnded = "ended" // its term is over, and its content is gone
)

// Copy is a copy of everything a portal holds on a person.
type Copy struct {
	User     identity.ID
	ID       identity.ID
	Portal   string
	State    string
	Language string
	AskedAt  time.Time
	Done     int // sections that are written
	Steps    int
	Size     int64 // bytes
	ReadyAt  time.Time
	EndsAt   time.Time
	Version  int
}

// Field is one value of a row.
type Field struct{ Name, Value string }

// Row is one row of what is held. File is the content of a file that belongs to it.
type Row struct {
	Fields []Field
	File   []byte
}

// Held is what one table holds on a person.
type Held struct {
	Table string
	Rows  []Row
}

// CopyTx is what copies do to the database.
type CopyTx interface {
	// Holding reads one section of what is held on a person.
	Holding(ctx context.Context, user identity.ID, section string, now time.Time) ([]Held, error)
	// AddCopy adds one. Refusal: Conflict where the person has one that is not ended.
	AddCopy(ctx context.Context, c Copy) error
	// CopiesOf lists a person's copies, newest first.
	CopiesOf(ctx context.Context, user identity.ID, limit int) ([]Copy, error)
	// TakeCopy takes the oldest copy that is asked for and that no process has, until an instant, and
	// removes what another process wrote of it before it died. Refusal: Absent where there is none.
	TakeCopy(ctx context.Context, now, until time.Time) (Copy, error)
	// GrowCopy adds a part and the progress of the copy whose version is c.Version-1, and keeps it taken.
	// Refusal: Conflict.
	GrowCopy(ctx context.Context, c Copy, part int, content []byte, until time.Time) error
	// SaveCopy replaces the copy whose version is c.Version-1. Refusal: Conflict.
	SaveCopy(ctx context.Context, c Copy) error
	// CopyPart reads a part of a copy. Refusal: Absent behind the last.
	CopyPart(ctx context.Context, user, id identity.ID, part int) ([]byte, error)
	// EndedCopies lists copies whose term ended before an instant and whose content is still there.
	EndedCopies(ctx context.Context, now time.Time, limit int) ([]Copy, error)
	// DropCopy removes the content of a copy.
	DropCopy(ctx context.Context, user, id identity.ID) error
}

// CopyTerm is how long a copy can be fetched; copyLease how long a process may be silent about one it makes.
const (
	CopyTerm  = 7 * 24 * time.Hour
	copyLease = time.Minute
)

// partSize is how much of a copy is kept in a row.
const partSize = 256 << 10

// AskCopy asks for a copy of everything that is held on the actor, in a language.
// Refusal: Conflict "privacy.copy_there" where one is being made or ready.
func (p *Privacy) AskCopy(ctx context.Context, actor identity.Actor, language string) (Copy, error) {
	c := Copy{User: actor.User, ID: p.NewID(), Portal: actor.Portal, State: CopyAsked, Language: language, AskedAt: p.Now(), Steps: len(p.Sections), Version: 1}
	return c, p.InTx(ctx, func(tx Tx) error {
		if err := tx.AddCopy(ctx, c); fault.Is(err, fault.Conflict) {
			return fault.New(fault.Conflict, "privacy.copy_there")
		} else if err != nil {
			return err
		}
		return p.copyNote(ctx, tx, c, named(actor.User), "privacy.copy_ask")
	})
}

func (p *Privacy) copyNote(ctx context.Context, tx Tx, c Copy, actor, act string) error {
	_, err := p.Record(ctx, tx, evidence.Entry{Portal: c.Portal, Home: c.User, ID: p.NewID(), At: p.Now(), Actor: actor, Act: act})
	return err
}

// MyCopies lists the actor's copies, newest first.
func (p *Privacy) MyCopies(ctx context.Context, actor identity.Actor) (out []Copy, err error) {
	err = p.InView(ctx, func(tx Tx) error {
		out, err = tx.CopiesOf(ctx, actor.User, 20)
		return err
	})
	return out, err
}

// MakeCopy makes one copy that was asked for, and tells whether there was one. A process that dies over
// it leaves it to the next, which begins anew.
func (p *Privacy) MakeCopy(ctx context.Context) (made bool, err error) {
	var c Copy
	err = p.InTx(ctx, func(tx Tx) error {
		c, err = tx.TakeCopy(ctx, p.Now(), p.Now().Add(copyLease))
		return err
	})
	if fault.Is(err, fault.Absent) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	w := &copyWriter{p: p, ctx: ctx, c: c}
	read := func(section string) (out []Held, err error) {
		err = p.InView(ctx, func(tx Tx) error {
			out, err = tx.Holding(ctx, c.User, section, p.Now())
			return err
		})
		return out, err
	}
	step := func(done int) error { w.c.Done = done; return nil }
	if err := p.Write(ctx, c, read, step, w); err != nil {
		return false, err
	}
	if err := w.flush(); err != nil {
		return false, err
	}
	return true, p.finish(ctx, w.c)
}

// finish makes a copy ready and tells the person.
func (p *Privacy) finish(ctx context.Context, c Copy) error {
	c.State, c.Done, c.ReadyAt, c.EndsAt, c.Version = CopyReady, c.Steps, p.Now(), p.Now().Add(CopyTerm), c.Version+1
	return p.InTx(ctx, func(tx Tx) error {
		if err := tx.SaveCopy(ctx, c); err != nil {
			return err
		}
		if err := p.copyNote(ctx, tx, c, "system", "privacy.copy_ready"); err != nil {
			return err
		}
		return p.Tell(ctx, tx, c.User, "message.copy_ready", map[string]string{"until": c.EndsAt.In(p.Zone(c.Portal)).Format("02.01.2006 15:04")})
	})
}

// copyWriter keeps what is written in parts, so that no copy is ever whole in memory.
type copyWriter struct {
	p    *Privacy
	ctx  context.Context
	c    Copy
	part int
	held []byte
}

func (w *copyWriter) Write(b []byte) (int, error) {
	w.held = append(w.held, b...)
	for len(w.held) >= partSize {
		if err := w.keep(w.held[:partSize]); err != nil {
			return 0, err
		}
		w.held = append(w.held[:0], w.held[partSize:]...)
	}
	return len(b), nil
}

func (w *copyWriter) flush() error {
	if len(w.held) == 0 {
		return nil
	}
	return w.keep(w.held)
}

func (w *copyWriter) keep(content []byte) error {
	w.c.Size += int64(len(content))
	w.c.Version++
	err := w.p.InTx(w.ctx, func(tx Tx) error {
		return tx.GrowCopy(w.ctx, w.c, w.part, content, w.p.Now().Add(copyLease))
	})
	w.part++
	return err
}

// EndCopies removes the content of copies whose term is over, and tells how many.
func (p *Privacy) EndCopies(ctx context.Context) (ended int, err error) {
	err = p.InTx(ctx, func(tx Tx) error {
		ended = 0
		over, err := tx.EndedCopies(ctx, p.Now(), 100)
		if err != nil {
			return err
		}
		for _, c := range over {
			c.State, c.Version = CopyEnded, c.Version+1
			if err := tx.SaveCopy(ctx, c); err != nil {
				return err
			}
			if err := tx.DropCopy(ctx, c.User, c.ID); err != nil {
				return err
			}
			ended++
		}
		return nil
	})
	return ended, err
}

// FetchCopy hands the actor their copy, part by part; that they are present their password or a new sign-in
// has just shown. Refusal: Absent "privacy.no_copy" where it is another's, not ready or over.
func (p *Privacy) FetchCopy(ctx context.Context, actor identity.Actor, id identity.ID, begin func(c Copy) (io.Writer, error)) error {
	var c Copy
	err := p.InTx(ctx, func(tx Tx) error {
		all, err := tx.CopiesOf(ctx, actor.User, 20)
		if err != nil {
			return err
		}
		for _, x := range all {
			if x.ID == id && x.State == CopyReady && p.Now().Before(x.EndsAt) {
				c = x
				return p.copyNote(ctx, tx, x, named(actor.User), "privacy.copy_fetch")
			}
		}
		return fault.New(fault.Absent, "privacy.no_copy")
	})
	if err != nil {
		return err
	}
	out, err := begin(c)
	if err != nil {
		return err
	}
	for part := 0; ; part++ {
		var content []byte
		err := p.InView(ctx, func(tx Tx) (err error) {
			content, err = tx.CopyPart(ctx, c.User, c.ID, part)
			return err
		})
		if fault.Is(err, fault.Absent) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := out.Write(content); err != nil {
			return err
		}
	}
}
