package claims

import (
	"context"
	"slices"
	"time"

	"tereze/internal/clause"
	"tereze/internal/obligation"
)

// Kind is what a request is, and the clause that has requests of this kind taken.
type Kind struct {
	Name string
	Cite clause.Citation
}

// Kinds of requests of the support that clauses do not name, because they provide help as such.
const (
	question = "question"
	breakage = "fault" // something of the portal does not work
	letter   = "letter"
	claim    = "claim"
)

// kinds are in the order in which a person is offered them.
func kinds() []string {
	return []string{question, breakage, "request", "proposal", "remark", "appeal", claim, "complaint", "official_request", letter}
}

// Offer is what the clauses in force let people ask of the support, and by which ways.
type Offer struct {
	Kinds   []Kind
	Phone   string // of the support; empty: requests are not taken by telephone
	PhoneBy clause.Citation
	Email   string // where letters go; empty: letters are not taken
	EmailBy clause.Citation
	First   bool // faults go before questions
	School  bool // a request carries the institution of the user
	DeskBy  clause.Citation
	Letters string // the kind a letter is until somebody has read it
}

// Open reports whether the portal takes requests at all.
func (o Offer) Open() bool { return len(o.Kinds) > 0 }

// Kind finds a kind that is offered.
func (o Offer) Kind(name string) (Kind, bool) {
	i := slices.IndexFunc(o.Kinds, func(k Kind) bool { return k.Name == name })
	if i < 0 {
		return Kind{}, false
	}
	return o.Kinds[i], true
}

// Offer reads the clauses in force: a telephone of the support (egov 3.2.1, ismet 4.1.4), kinds of request on
// the portal (ismet 4.4.3), an address for letters (kundelik 3.8, court 5.3, ismet R21), a support of
// institutions (kundelik 1.18). A portal none of whose clauses provides for it takes no requests.
func (r *Requests) Offer(portal string) Offer {
	book := r.Book(portal, r.Now())
	var o Offer
	by := map[string]clause.Citation{}
	add := func(cite clause.Citation, names ...string) {
		for _, name := range names {
			if _, named := by[name]; !named {
				by[name] = cite
			}
		}
	}
	if rule, cite, ok := clause.In[QuestionKinds](book); ok {
		add(cite, rule.Kinds...)
	}
	if rule, cite, ok := clause.In[IntakeAddress](book); ok {
		add(cite, rule.Kinds...)
		o.Email, o.EmailBy = rule.Address, cite
		if o.Letters = rule.Kinds[0]; slices.Contains(rule.Kinds, letter) {
			o.Letters = letter
		}
	}
	if rule, cite, ok := clause.In[SupportDesk](book); ok {
		add(cite, question, breakage)
		o.First, o.School, o.DeskBy = rule.FaultsFirst, rule.ByInstitution, cite
	}
	if rule, cite, ok := clause.In[PhoneSupport](book); ok {
		add(cite, question, breakage)
		o.Phone, o.PhoneBy = rule.Phone, cite
	}
	for _, name := range kinds() {
		if cite, named := by[name]; named {
			o.Kinds = append(o.Kinds, Kind{name, cite})
		}
	}
	return o
}

// Takes reports whether a portal takes requests at all: what Offer(portal).Open says, at no cost, for the foot
// of every page.
func (r *Requests) Takes(portal string) bool {
	book := r.Book(portal, r.Now())
	_, _, kinds := clause.In[QuestionKinds](book)
	_, _, address := clause.In[IntakeAddress](book)
	_, _, desk := clause.In[SupportDesk](book)
	_, _, phone := clause.In[PhoneSupport](book)
	return kinds || address || desk || phone
}

// DutyAnswer is that a request is answered within its term.
const DutyAnswer = "claims.answer"

// owe writes down that a request is to be answered, where a clause sets a term.
func (r *Requests) owe(ctx context.Context, tx Tx, q Request) error {
	if q.DueAt.IsZero() {
		return nil
	}
	return r.Owed.Owe(ctx, tx, obligation.Obligation{
		Home: q.Home, Portal: q.Portal, Kind: DutyAnswer, Subject: Subject(q.ID), From: obligation.Operator, To: obligation.User,
		Cite: q.Cite, Since: q.OpenedAt, Due: r.Owed.At(q.Portal, q.DueAt),
	})
}

// sort gives a request its kind, with what follows from that: its place in the queue and its term. A claim
// on services is answered within the term of its clause (ismet 5.7); the clauses set none for other kinds.
func (r *Requests) sort(q *Request, o Offer, k Kind) {
	q.Kind, q.Cite, q.DueAt = k.Name, k.Cite, time.Time{}
	if q.First = o.First && k.Name == breakage; q.First {
		q.Cite = o.DeskBy
	}
	rule, cite, ok := clause.In[Deadline](r.Book(q.Portal, q.OpenedAt))
	if !ok || k.Name != claim {
		return
	}
	if at, counted := r.Due(q.Portal, q.OpenedAt, rule.Reply); counted {
		q.DueAt, q.Cite = at, cite
	}
}
