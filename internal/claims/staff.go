package claims

import (
	"context"

	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Queue lists requests of the operator's portal. It tells nothing of the people: a request is opened with
// a reason. Refusal: Forbidden.
func (r *Requests) Queue(ctx context.Context, actor identity.Actor, f Filter) (out []Request, err error) {
	if err := asOperator(actor); err != nil {
		return nil, err
	}
	err = r.InView(ctx, func(tx Tx) error {
		out, err = tx.Queue(ctx, actor.Portal, f, r.Now())
		return err
	})
	for i := range out {
		out[i] = out[i].head()
	}
	return out, err
}

// head is what is known of a request without a reason.
func (r Request) head() Request {
	r.Subject, r.Name, r.Contact = "", "", Contact{}
	return r
}

// Find gives the operator the request of a number, without what is in it. Refusals: Forbidden; Absent.
func (r *Requests) Find(ctx context.Context, actor identity.Actor, typed string) (q Request, err error) {
	if err := asOperator(actor); err != nil {
		return Request{}, err
	}
	none := fault.New(fault.Absent, "gate.no_page")
	id, err := r.Numbers.ID(actor.Portal, typed)
	if err != nil {
		return Request{}, none
	}
	err = r.InView(ctx, func(tx Tx) error {
		q, err = tx.RequestByID(ctx, id)
		return err
	})
	if fault.Is(err, fault.Absent) || err == nil && q.Portal != actor.Portal {
		return Request{}, none
	}
	return q.head(), err
}

// Head is what an operator may know of a request without a reason. Refusals: Forbidden; Absent.
func (r *Requests) Head(ctx context.Context, actor identity.Actor, home, id identity.ID) (q Request, err error) {
	if err := asOperator(actor); err != nil {
		return Request{}, err
	}
	err = r.InView(ctx, func(tx Tx) error {
		q, err = r.own(ctx, tx, actor.Portal, home, id)
		return err
	})
	return q.head(), err
}

// Open gives an operator a request with all that is in it, for a reason that the person sees.
// Refusals: Forbidden; Invalid at "reason"; Absent.
func (r *Requests) Open(ctx context.Context, actor identity.Actor, home, id identity.ID, reason string) (t Thread, err error) {
	if err := asOperator(actor); err != nil {
		return Thread{}, err
	}
	err = r.InTx(ctx, func(tx Tx) error {
		var err error
		if t.Request, err = r.own(ctx, tx, actor.Portal, home, id); err != nil {
			return err
		}
		if t.Messages, err = tx.Posts(ctx, home, id); err != nil {
			return err
		}
		return r.People.Looked(ctx, tx, actor, home, Subject(id), reason)
	})
	return t, err
}

// StaffFile gives an operator a file of a request, for a reason. Refusals: as Open.
func (r *Requests) StaffFile(ctx context.Context, actor identity.Actor, home, id, file identity.ID, reason string) (File, error) {
	t, err := r.Open(ctx, actor, home, id, reason)
	if err != nil {
		return File{}, err
	}
	return r.file(ctx, t, file)
}

// Step is what an operator does to a request that they have seen in a version.
type Step struct {
	Home, ID identity.ID
	Version  int
}

// act changes a request as the operator saw it: of two who act at once, one is told so.
// Refusals: Forbidden, also on one's own request; Absent; Conflict "claims.changed".
func (r *Requests) act(ctx context.Context, actor identity.Actor, s Step, name string, do func(tx Tx, q *Request, detail map[string]string) error) error {
	if err := asOperator(actor); err != nil {
		return err
	}
	return r.InTx(ctx, func(tx Tx) error {
		q, err := r.own(ctx, tx, actor.Portal, s.Home, s.ID)
		switch {
		case err != nil:
			return err
		case q.Home == actor.User:
			return fault.New(fault.Forbidden, "claims.own")
		case q.Version != s.Version:
			return fault.New(fault.Conflict, "claims.changed")
		}
		detail := map[string]string{"number": r.Number(q), "role": string(identity.Operator)}
		q.Unverified = 0
		if err := do(tx, &q, detail); err != nil {
			return err
		}
		if err := r.save(ctx, tx, &q); fault.Is(err, fault.Conflict) {
			return fault.New(fault.Conflict, "claims.changed")
		} else if err != nil {
			return err
		}
		return r.note(ctx, tx, q, "user:"+number(actor.User), name, detail)
	})
}

// Answer writes to the person. With ask the request waits for what they write back; otherwise it is
// answered. Refusals: those of act; Invalid for each field; Conflict "claims.closed".
func (r *Requests) Answer(ctx context.Context, actor identity.Actor, s Step, text string, files []File, ask bool) error {
	text = tidy(text)
	if wrong := checkPost(text, files); wrong != nil {
		return wrong
	}
	return r.act(ctx, actor, s, "claims.answer", func(tx Tx, q *Request, _ map[string]string) error {
		if q.State == Closed {
			return fault.New(fault.Conflict, "claims.closed")
		}
		if q.State = Answered; ask {
			q.State = Waiting
		}
		q.Staff = actor.User
		if !ask {
			if err := r.Owed.Meet(ctx, tx, q.Portal, q.Home, DutyAnswer, Subject(q.ID)); err != nil {
				return err
			}
		}
		if err := r.post(ctx, tx, *q, Message{Author: Staff, Staff: actor.User, Text: text, Files: files}); err != nil {
			return err
		}
		return r.tell(ctx, tx, *q, "message.request_answered", "message.request_answered_link", "message.request_answered_copy")
	})
}

// AddNote writes what only the staff reads. Refusals: those of act; Invalid at "text".
func (r *Requests) AddNote(ctx context.Context, actor identity.Actor, s Step, text string) error {
	text = tidy(text)
	if wrong := checkPost(text, nil); wrong != nil {
		return wrong
	}
	return r.act(ctx, actor, s, "claims.note", func(tx Tx, q *Request, _ map[string]string) error {
		return r.post(ctx, tx, *q, Message{Author: Note, Staff: actor.User, Text: text})
	})
}

// Take puts a request into the operator's hands, also out of another's. Refusals: those of act; Conflict
// "claims.closed".
func (r *Requests) Take(ctx context.Context, actor identity.Actor, s Step) error {
	return r.act(ctx, actor, s, "claims.take", func(_ Tx, q *Request, _ map[string]string) error {
		if q.State == Closed {
			return fault.New(fault.Conflict, "claims.closed")
		}
		if q.Staff = actor.User; q.State == New || q.State == Reopened {
			q.State = InWork
		}
		return nil
	})
}

// Sort gives a request another kind, with the term that belongs to it. Refusals: those of act; Invalid at
// "kind".
func (r *Requests) Sort(ctx context.Context, actor identity.Actor, s Step, kind string) error {
	o := r.Offer(actor.Portal)
	k, ok := o.Kind(kind)
	if !ok {
		return fault.New(fault.Invalid, "claims.kind").At("kind")
	}
	return r.act(ctx, actor, s, "claims.sort", func(tx Tx, q *Request, detail map[string]string) error {
		detail["from"], detail["to"] = q.Kind, kind
		r.sort(q, o, k)
		if err := r.Owed.Lift(ctx, tx, q.Portal, q.Home, DutyAnswer, Subject(q.ID)); err != nil || q.State == Answered || q.State == Closed {
			return err
		}
		return r.owe(ctx, tx, *q)
	})
}
