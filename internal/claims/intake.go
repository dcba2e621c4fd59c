package claims

import (
	"context"
	"net/mail"
	"strconv"
	"strings"
	"time"

	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/notify"
)

// Ask is what somebody asks, as it was typed.
type Ask struct {
	Kind     string
	Subject  string
	Text     string
	Name     string // what somebody without a user account calls themself; may be empty
	Files    []File
	Language string
	Behalf   identity.Behalf // for whom a user asks; zero: for themselves
}

// Call is a request that came by telephone, as the staff wrote it down.
type Call struct {
	Ask
	User    string // sign-in name of who calls; empty: no user
	Contact string // telephone or e-mail address to answer to; empty: the person will call again
}

func (r *Requests) check(portal string, a *Ask) (Offer, Kind, fault.Faults) {
	var wrong fault.Faults
	add := func(f *fault.Fault) {
		if f != nil {
			wrong = append(wrong, f)
		}
	}
	o := r.Offer(portal)
	if !o.Open() {
		return o, Kind{}, fault.Faults{fault.New(fault.Absent, "gate.no_page")}
	}
	k, offered := o.Kind(a.Kind)
	if !offered {
		add(fault.New(fault.Invalid, "claims.kind").At("kind"))
	}
	a.Subject, a.Text, a.Name = tidy(a.Subject), tidy(a.Text), tidy(a.Name)
	add(check("subject", a.Subject, 1, MaxSubject, false))
	add(check("text", a.Text, 1, MaxText, true))
	add(check("name", a.Name, 0, maxName, false))
	add(checkFiles(a.Files))
	return o, k, wrong
}

// CheckAsk refuses what could not be taken, before somebody without a user account is sent a code.
// Refusals: Absent where the portal takes no requests; Invalid for each field (fault.Faults).
func (r *Requests) CheckAsk(portal string, a Ask) error {
	if _, _, wrong := r.check(portal, &a); wrong != nil {
		return wrong
	}
	return nil
}

// mostAsked is how many requests one user may open in an hour: they are answered by people.
const mostAsked = 20

// Ask opens a request of a user. Its number is there at once, and goes to a confirmed contact.
// Refusals: as CheckAsk; TooMany "account.too_often", and as People.Quota.
func (r *Requests) Ask(ctx context.Context, actor identity.Actor, a Ask) (Request, error) {
	o, k, wrong := r.check(actor.Portal, &a)
	if wrong != nil {
		return Request{}, wrong
	}
	a.Name, a.Behalf = "", actor.Behalf // the portal knows it
	var q Request
	err := r.InTx(ctx, func(tx Tx) error {
		within, err := r.People.Allow(ctx, tx, "support/of/"+number(actor.User), mostAsked, time.Hour)
		if err != nil {
			return err
		}
		if !within {
			return fault.New(fault.TooMany, "account.too_often")
		}
		if err := r.People.Quota(ctx, tx, actor.Portal, actor.User); err != nil {
			return err
		}
		q = Request{Home: actor.User, Via: ByPage}
		if err := r.open(ctx, tx, &q, actor.Portal, o, k, a, "user:"+number(actor.User)); err != nil {
			return err
		}
		return r.taken(ctx, tx, q)
	})
	return q, err
}

// AskWithin opens a request of somebody without a user account, in the act that found their contact
// confirmed. Refusals: as CheckAsk.
func (r *Requests) AskWithin(ctx context.Context, tx Tx, portal string, a Ask, contact Contact) (Request, error) {
	o, k, wrong := r.check(portal, &a)
	if wrong != nil {
		return Request{}, wrong
	}
	contact.Confirmed = true
	q := Request{Via: ByPage, Contact: contact}
	if err := r.open(ctx, tx, &q, portal, o, k, a, ""); err != nil {
		return Request{}, err
	}
	return q, r.taken(ctx, tx, q)
}

// TakeCall opens a request that came by telephone (egov 3.2.1, ismet 4.1.4). It stands in the same queue as
// the others; its number is told on the telephone.
//
// Refusals: Forbidden; Conflict "claims.no_phone" where no clause provides a telephone; Invalid for each field
// (fault.Faults).
func (r *Requests) TakeCall(ctx context.Context, actor identity.Actor, c Call) (Request, error) {
	if err := asOperator(actor); err != nil {
		return Request{}, err
	}
	o, k, wrong := r.check(actor.Portal, &c.Ask)
	if o.Phone == "" {
		return Request{}, fault.New(fault.Conflict, "claims.no_phone")
	}
	contact, refused := r.readContact(actor.Portal, c.Contact)
	if refused != nil {
		wrong = append(wrong, refused)
	}
	if wrong != nil {
		return Request{}, wrong
	}
	var q Request
	err := r.InTx(ctx, func(tx Tx) error {
		q = Request{Via: ByPhone, Contact: contact}
		if name := strings.TrimSpace(c.User); name != "" {
			user, err := r.People.Named(ctx, tx, actor.Portal, name)
			if fault.Is(err, fault.Absent) {
				return fault.Faults{fault.New(fault.Invalid, "claims.no_user").At("user")}
			}
			if err != nil {
				return err
			}
			q.Home, q.Contact = user, Contact{}
		}
		if err := r.open(ctx, tx, &q, actor.Portal, o, k, c.Ask, "user:"+number(actor.User)); err != nil {
			return err
		}
		return r.taken(ctx, tx, q)
	})
	return q, err
}

// readContact gives an address or a number that the staff wrote down its one form. It is not confirmed.
func (r *Requests) readContact(portal, typed string) (Contact, *fault.Fault) {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return Contact{}, nil
	}
	if !strings.Contains(typed, "@") {
		phone, err := identity.ParsePhone(typed, r.People.Country(portal))
		if err != nil {
			return Contact{}, fault.New(fault.Invalid, "claims.contact").At("contact")
		}
		return Contact{Channel: notify.SMS, Value: string(phone)}, nil
	}
	at, err := mail.ParseAddress(typed)
	if err != nil || at.Address != typed || check("contact", typed, 1, 254, false) != nil {
		return Contact{}, fault.New(fault.Invalid, "claims.contact").At("contact")
	}
	return Contact{Channel: notify.Email, Value: typed}, nil
}

// open is the one way in: the request, its first message and the evidence.
func (r *Requests) open(ctx context.Context, tx Tx, q *Request, portal string, o Offer, k Kind, a Ask, by string) error {
	q.ID, q.Portal, q.State, q.Version = r.NewID(), portal, New, 1
	q.OpenedAt = r.Now()
	q.ChangedAt, q.Subject, q.Name, q.Language = q.OpenedAt, a.Subject, a.Name, a.Language
	if q.Home == 0 {
		q.Home = q.ID
	}
	if by == "" {
		by = "visitor:" + number(q.Home)
	}
	r.sort(q, o, k)
	if o.School && q.Known() {
		var err error
		if q.Institution, err = r.People.Institution(ctx, tx, q.Home); err != nil {
			return err
		}
	}
	if err := tx.AddRequest(ctx, *q); err != nil {
		return err
	}
	if err := r.post(ctx, tx, *q, Message{Author: Person, Text: a.Text, Files: a.Files}); err != nil {
		return err
	}
	if err := r.owe(ctx, tx, *q); err != nil {
		return err
	}
	detail := map[string]string{"kind": q.Kind, "via": string(q.Via), "number": r.Number(*q)}
	if q.Via == ByPhone {
		detail["role"] = string(identity.Operator)
	}
	return r.note(ctx, tx, *q, by, "claims.ask", a.Behalf.In(detail))
}

// taken sends word of the number.
func (r *Requests) taken(ctx context.Context, tx Tx, q Request) error {
	return r.tell(ctx, tx, q, "message.request_taken", "message.request_taken_link", "message.request_taken_copy")
}

// post adds a message to a request, with ids of its own and of its files.
func (r *Requests) post(ctx context.Context, tx Tx, q Request, m Message) error {
	m.ID, m.At = r.NewID(), r.Now()
	for i := range m.Files {
		m.Files[i].ID = r.NewID()
	}
	return tx.AddPost(ctx, q, m)
}

// mostTold is how many messages an address gets in an hour about requests: whoever writes letters in
// another's name, or a machine that answers ours, must not make the portal pester somebody.
const mostTold = 10

// tell sends word of a request: to a user as they get service messages, with a copy for their representatives;
// to the contact of whoever else asked, with a link to the request. Who has none has been told the number. A user
// who wrote a letter is answered as they wrote, whatever they subscribed to: no page told them the number.
func (r *Requests) tell(ctx context.Context, tx Tx, q Request, key, keyWithLink, copyKey string) error {
	to, args := q.Contact, map[string]string{"number": r.Number(q)}
	if q.Known() {
		if err := r.People.Represent(ctx, tx, q, copyKey, args); err != nil {
			return err
		}
		if q.Via != ByEmail {
			within, err := r.People.Allow(ctx, tx, "support/to/"+number(q.Home), mostTold, time.Hour)
			if err != nil {
				return err
			}
			return r.People.Tell(ctx, tx, q, key, args, !within)
		}
		if err := r.People.Tell(ctx, tx, q, key, args, true); err != nil {
			return err
		}
		contacts, err := r.People.Contacts(ctx, tx, q.Home)
		if err != nil {
			return err
		}
		for _, c := range contacts {
			if to.Value == "" || c.Channel == notify.Email {
				to = c
			}
		}
	}
	if to.Value == "" {
		return nil
	}
	within, err := r.People.Allow(ctx, tx, "support/to/"+strings.ToLower(to.Value), mostTold, time.Hour)
	if err != nil || !within {
		return err
	}
	if !q.Known() {
		key = keyWithLink
		if args["link"], err = r.People.Link(ctx, tx, q); err != nil {
			return err
		}
	}
	return tx.AddMessage(ctx, notify.Message{
		ID: r.NewID(), Home: q.Home, Portal: q.Portal, Channel: to.Channel, To: to.Value, Key: key, Args: args, Language: q.Language, At: r.Now(),
	})
}

// Number is the number of a request.
func (r *Requests) Number(q Request) string { return r.Numbers.Of(q.Portal, q.ID) }

func (r *Requests) note(ctx context.Context, tx Tx, q Request, by, act string, detail map[string]string) error {
	_, err := r.Record(ctx, tx, evidence.Entry{
		Portal: q.Portal, Home: q.Home, ID: r.NewID(), At: r.Now(), Actor: by, Act: act, Subject: Subject(q.ID), Citation: q.Cite, Detail: detail,
	})
	return err
}

// Subject is how evidence names a request.
func Subject(id identity.ID) string { return "request:" + number(id) }

func number(id identity.ID) string { return strconv.FormatInt(int64(id), 10) }

// asOperator refuses everybody who is none.
func asOperator(actor identity.Actor) error {
	if !actor.Is(identity.Operator) {
		return fault.New(fault.Forbidden, "agreement.role").With("role", string(identity.Operator))
	}
	return nil
}
