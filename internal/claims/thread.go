package claims

import (
	"context"
	"slices"

	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Thread is a request with its messages, oldest first.
type Thread struct {
	Request  Request
	Messages []Message
}

// Mine lists a user's own requests, newest first, with ids below before; 0 begins at the newest.
func (r *Requests) Mine(ctx context.Context, actor identity.Actor, before identity.ID, limit int) (out []Request, err error) {
	err = r.InView(ctx, func(tx Tx) error {
		out, err = tx.RequestsOf(ctx, actor.User, before, limit)
		return err
	})
	return out, err
}

// own finds a request of a home on a portal. Refusal: Absent "gate.no_page".
func (r *Requests) own(ctx context.Context, tx Tx, portal string, home, id identity.ID) (Request, error) {
	q, err := tx.Request(ctx, home, id)
	if fault.Is(err, fault.Absent) || err == nil && q.Portal != portal {
		return Request{}, fault.New(fault.Absent, "gate.no_page")
	}
	return q, err
}

// Thread gives whoever asked their request: home is a signed-in user, or what a link opened. Notes of the
// staff and letters of others are not among the messages. Refusal: Absent.
func (r *Requests) Thread(ctx context.Context, portal string, home, id identity.ID) (t Thread, err error) {
	err = r.InView(ctx, func(tx Tx) error {
		if t.Request, err = r.own(ctx, tx, portal, home, id); err != nil {
			return err
		}
		t.Messages, err = tx.Posts(ctx, home, id)
		return err
	})
	t.Messages = slices.DeleteFunc(t.Messages, func(m Message) bool { return m.Author == Note || m.Author == Unverified })
	return t, err
}

// FileOf gives a file of a request to whoever asked. Refusal: Absent, also for a file they may not see.
func (r *Requests) FileOf(ctx context.Context, portal string, home, id, file identity.ID) (File, error) {
	t, err := r.Thread(ctx, portal, home, id)
	if err != nil {
		return File{}, err
	}
	return r.file(ctx, t, file)
}

func (r *Requests) file(ctx context.Context, t Thread, file identity.ID) (f File, err error) {
	for _, m := range t.Messages {
		for _, x := range m.Files {
			if x.ID == file {
				f = x
			}
		}
	}
	if f.ID == 0 {
		return File{}, fault.New(fault.Absent, "gate.no_page")
	}
	err = r.InView(ctx, func(tx Tx) error {
		f.Content, err = tx.FileContent(ctx, t.Request.Home, t.Request.ID, file)
		return err
	})
	return f, err
}

// Reply adds what the person writes to their request. To an answered request it is a return: it is opened
// again. Refusals: Absent; Invalid for each field; Conflict "claims.closed", "store.changed"; TooMany as
// People.Quota.
func (r *Requests) Reply(ctx context.Context, portal string, home, id identity.ID, text string, files []File) error {
	text = tidy(text)
	if wrong := checkPost(text, files); wrong != nil {
		return wrong
	}
	return r.InTx(ctx, func(tx Tx) error {
		q, err := r.own(ctx, tx, portal, home, id)
		switch {
		case err != nil:
			return err
		case q.State == Closed:
			return fault.New(fault.Conflict, "claims.closed")
		}
		return r.reply(ctx, tx, q, text, files)
	})
}

func (r *Requests) reply(ctx context.Context, tx Tx, q Request, text string, files []File) error {
	if q.Known() {
		if err := r.People.Quota(ctx, tx, q.Portal, q.Home); err != nil {
			return err
		}
	}
	switch {
	case q.State == Answered || q.State == Closed:
		q.State = Reopened
	case q.State == Waiting && q.Staff != 0:
		q.State = InWork
	case q.State == Waiting:
		q.State = New
	}
	if err := r.save(ctx, tx, &q); err != nil {
		return err
	}
	if err := r.post(ctx, tx, q, Message{Author: Person, Text: text, Files: files}); err != nil {
		return err
	}
	return r.note(ctx, tx, q, q.asker(), "claims.reply", map[string]string{"number": r.Number(q)})
}

// Close ends a request at the person's wish. Refusals: Absent; Conflict "claims.closed".
func (r *Requests) Close(ctx context.Context, portal string, home, id identity.ID) error {
	return r.InTx(ctx, func(tx Tx) error {
		q, err := r.own(ctx, tx, portal, home, id)
		switch {
		case err != nil:
			return err
		case q.State == Closed:
			return fault.New(fault.Conflict, "claims.closed")
		}
		q.State = Closed
		if err := r.save(ctx, tx, &q); err != nil {
			return err
		}
		if err := r.Owed.Lift(ctx, tx, portal, home, DutyAnswer, Subject(q.ID)); err != nil {
			return err
		}
		return r.note(ctx, tx, q, q.asker(), "claims.close", map[string]string{"number": r.Number(q)})
	})
}

// Reopen opens an answered or closed request again: the person says what is left to do. Refusals: Absent;
// Invalid at "text"; Conflict "claims.is_open"; TooMany as People.Quota.
func (r *Requests) Reopen(ctx context.Context, portal string, home, id identity.ID, text string) error {
	text = tidy(text)
	if wrong := checkPost(text, nil); wrong != nil {
		return wrong
	}
	return r.InTx(ctx, func(tx Tx) error {
		q, err := r.own(ctx, tx, portal, home, id)
		switch {
		case err != nil:
			return err
		case q.State != Closed && q.State != Answered:
			return fault.New(fault.Conflict, "claims.is_open")
		}
		return r.reply(ctx, tx, q, text, nil)
	})
}

// asker is how evidence names whoever asked.
func (r Request) asker() string {
	if r.Known() {
		return "user:" + number(r.Home)
	}
	return "visitor:" + number(r.Home)
}

// save replaces a request that was read in the same act.
func (r *Requests) save(ctx context.Context, tx Tx, q *Request) error {
	q.Version++
	q.ChangedAt = r.Now()
	return tx.SaveRequest(ctx, *q)
}

func checkPost(text string, files []File) error {
	var wrong fault.Faults
	for _, f := range []*fault.Fault{check("text", text, 1, MaxText, true), checkFiles(files)} {
		if f != nil {
			wrong = append(wrong, f)
		}
	}
	if wrong != nil {
		return wrong
	}
	return nil
}
