package claims

import (
	"context"
	"strings"

	"tereze/internal/fault"
	"tereze/internal/notify"
)

// Letter is an e-mail as it was read: nothing in it is longer than a request may be. Who it says it is from
// proves nothing.
type Letter struct {
	ID      string   // what tells the letter from others, when it comes twice
	From    string   // the address it says it is from
	Name    string   // the name beside that address
	To      []string // the addresses it went to
	Subject string
	Text    string
	Files   []File
	Left    []string // names of what came with it and was not taken
	Cut     bool     // its end is missing: it was larger than is read
	Machine bool     // written by a program: an answer of an absent person, a list, a report
	Bounce  bool     // tells that something could not be delivered
}

// Outcome is what became of a letter.
type Outcome string

// The outcomes of a letter.
const (
	LetterOpened     Outcome = "opened"     // a request of its own
	LetterAdded      Outcome = "added"      // to the request whose number it carries
	LetterUnverified Outcome = "unverified" // kept with that request for the staff alone
	LetterKnown      Outcome = "known"      // taken in before
	LetterDropped    Outcome = "dropped"    // a report of a mail server about no request
	LetterReport     Outcome = "report"     // a report of a mail server about a message of ours
)

// TakeLetter takes an e-mail into the queue of a portal (kundelik 3.8, court 5.3, ismet R21), once however
// often it comes. A letter that carries the number of a request and is from the contact of that request is
// a message of the person; one from elsewhere is kept for the staff, shown to nobody else and not answered.
// Every other letter opens a request, never one of a user: anybody can write another's address as the
// sender. No answer goes to a program, or two programs would write to each other for ever.
//
// language is that of the confirmation. Refusals: Conflict "claims.no_address" where no clause names an
// address; Invalid "claims.no_sender"; TooMany as People.Quota, for a user whose
// letters are over it.
func (r *Requests) TakeLetter(ctx context.Context, portal, language string, l Letter) (out Outcome, q Request, err error) {
	o := r.Offer(portal)
	if o.Email == "" {
		return "", Request{}, fault.New(fault.Conflict, "claims.no_address")
	}
	contact, refused := r.readContact(portal, l.From)
	if refused != nil || contact.Channel != notify.Email {
		if l.Bounce {
			return LetterDropped, Request{}, nil
		}
		return "", Request{}, fault.New(fault.Invalid, "claims.no_sender")
	}
	err = r.InTx(ctx, func(tx Tx) error {
		out, q = LetterKnown, Request{}
		if met, err := tx.MeetLetter(ctx, portal, l.ID+"\x00"+l.From, r.Now()); err != nil || met {
			return err
		}
		var found bool
		if q, found, err = r.numbered(ctx, tx, portal, l); err != nil {
			return err
		}
		if found {
			out, err = r.addLetter(ctx, tx, &q, l)
			return err
		}
		if out = LetterDropped; l.Bounce {
			return nil
		}
		out = LetterOpened
		return r.openLetter(ctx, tx, &q, portal, language, o, l, contact)
	})
	return out, q, err
}

func (r *Requests) openLetter(ctx context.Context, tx Tx, q *Request, portal, language string, o Offer, l Letter, contact Contact) error {
	k, _ := o.Kind(o.Letters)
	a := Ask{Kind: k.Name, Subject: l.subject(), Text: l.text(), Name: Printable(l.Name, maxName, false), Files: l.Files, Language: language}
	*q = Request{Via: ByEmail, Contact: contact}
	if err := r.open(ctx, tx, q, portal, o, k, a, ""); err != nil || l.Machine {
		return err
	}
	return r.taken(ctx, tx, *q)
}

// numbered finds the request whose number stands in the subject of a letter, or in an address it went to.
func (r *Requests) numbered(ctx context.Context, tx Tx, portal string, l Letter) (Request, bool, error) {
	tried := Numbered(l.Subject)
	for _, to := range l.To {
		tried = append(tried, Numbered(to)...)
	}
	for _, number := range tried {
		id, err := r.Numbers.ID(portal, number)
		if err != nil {
			continue
		}
		q, err := tx.RequestByID(ctx, id)
		switch {
		case err == nil && q.Portal == portal:
			return q, true, nil
		case err != nil && !fault.Is(err, fault.Absent):
			return Request{}, false, err
		}
	}
	return Request{}, false, nil
}

func (r *Requests) addLetter(ctx context.Context, tx Tx, q *Request, l Letter) (Outcome, error) {
	theirs, err := r.from(ctx, tx, *q, l.From)
	if err != nil {
		return "", err
	}
	if theirs && !l.Machine && !l.Bounce {
		q.Contact.Confirmed = q.Contact.Value != "" // who knows the number has read what went there
		return LetterAdded, r.reply(ctx, tx, *q, l.text(), l.Files)
	}
	q.Unverified++
	if err := r.save(ctx, tx, q); err != nil {
		return "", err
	}
	if err := r.post(ctx, tx, *q, Message{Author: Unverified, Text: l.text(), Sender: l.From, Files: l.Files}); err != nil {
		return "", err
	}
	return LetterUnverified, r.note(ctx, tx, *q, "system", "claims.unverified", map[string]string{"number": r.Number(*q)})
}

// from reports whether an address is a contact of whoever asked.
func (r *Requests) from(ctx context.Context, tx Tx, q Request, address string) (bool, error) {
	contacts := []Contact{q.Contact}
	if q.Known() {
		var err error
		if contacts, err = r.People.Contacts(ctx, tx, q.Home); err != nil {
			return false, err
		}
	}
	for _, c := range contacts {
		if c.Channel == notify.Email && c.Value != "" && strings.EqualFold(c.Value, address) {
			return true, nil
		}
	}
	return false, nil
}

// subject is what the request is called: a letter need not have one.
func (l Letter) subject() string {
	if s := Printable(l.Subject, MaxSubject, false); s != "" {
		return s
	}
	first, _, _ := strings.Cut(l.text(), "\n")
	return Printable(first, MaxSubject, false)
}

// text is what the letter says, and the names of what was left out of it.
func (l Letter) text() string {
	tail := ""
	for _, name := range l.Left {
		tail += "\n[– " + Printable(name, maxName, false) + "]"
	}
	if l.Cut {
		tail += "\n[…]"
	}
	text := Printable(l.Text, MaxText-len([]rune(tail)), true)
	if text == "" {
		text = "—"
	}
	return text + tail
}
