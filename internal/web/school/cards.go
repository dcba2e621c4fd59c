package school

import (
	"context"
	"net/http"
	"strconv"

	"tereze/internal/account"
	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/party"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// cardsView is the cards on paper, one for each person.
type cardsView struct {
	Heading design.Heading
	Notice  design.WarningText
	Cite    design.Link
	Cards   []design.SummaryList
	Empty   *design.EmptyState
	Back    design.Link
}

// mostCards are made at a time: each password costs a hash.
const mostCards = 60

// Cards answers GET /{portal}/school/cards?role=&class=: what printing does, before it is done.
func (s *School) Cards(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	role, class := readGroup(r)
	due, more, err := s.due(r.Context(), v, role, class)
	if err != nil {
		return err
	}
	_, cite, _ := clause.In[account.IssuedCredentials](s.Agreements.Book(v.Actor.Portal, v.Now))
	view := formPage{
		Heading: design.Heading{Caption: s.group(v, role, class), Text: s.Say(v, "school.cards.title")}, Cite: s.Cite(v, cite),
		Texts:  []string{s.Say(v, "school.cards.lead", "count", strconv.Itoa(len(due))), s.Say(v, "school.cards.again")},
		Action: schoolURL(v) + "/cards", Hidden: []hidden{{"role", string(role)}, {"class", class}}, Button: design.Button{Text: s.Say(v, "school.cards.button")},
	}
	if more {
		view.Texts = append(view.Texts, s.Say(v, "school.cards.more", "most", strconv.Itoa(mostCards)))
	}
	if len(due) == 0 {
		view.Texts, view.Button = nil, design.Button{}
		view.Empty = &design.EmptyState{Title: s.Say(v, "school.cards.none"), Text: s.Say(v, "school.cards.none_text")}
	}
	return s.show(w, r, v, view, s.schoolTrail(v, design.Link{Text: s.group(v, role, class), URL: groupURL(v, "class", role, class)}), nil)
}

// CardsPost makes the credentials of a class and shows them, in this answer and never again.
func (s *School) CardsPost(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	role, class := readGroup(r)
	due, _, err := s.due(r.Context(), v, role, class)
	if err != nil {
		return err
	}
	return s.print(w, r, v, s.group(v, role, class), due, s.handOut(v), groupURL(v, "class", role, class))
}

// CardPost makes the credentials of one person.
func (s *School) CardPost(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	user, err := s.id(r, "user")
	if err != nil {
		return err
	}
	return s.print(w, r, v, "", []identity.ID{user}, s.handOut(v), s.personURL(v, user))
}

func (s *School) handOut(v gate.Visit) func(context.Context, account.Tx, identity.ID) error {
	return func(ctx context.Context, tx account.Tx, user identity.ID) error {
		return s.HandOut(ctx, tx, v.Actor, user)
	}
}

// due finds who of a class has not registered yet: those without a card first. Refusal: Forbidden
// where the clause does not let lists be printed.
func (s *School) due(ctx context.Context, v gate.Visit, role party.Role, class string) (users []identity.ID, more bool, err error) {
	if rule, cite, ok := clause.In[account.IssuedCredentials](s.Agreements.Book(v.Actor.Portal, v.Now)); !ok || !rule.Printable {
		return nil, false, fault.New(fault.Forbidden, "account.not_invited").By(cite)
	}
	var with []identity.ID
	ask := party.MemberPage{Role: role, Class: class, Limit: 500}
	for {
		_, members, err := s.Parties.Members(ctx, v.Actor, ask)
		if err != nil {
			return nil, false, err
		}
		for _, m := range members {
			switch {
			case m.Registered:
			case m.Card:
				with = append(with, m.User)
			default:
				users = append(users, m.User)
			}
		}
		if len(members) < ask.Limit || len(users) > mostCards {
			break
		}
		last := members[len(members)-1]
		ask.AfterSort, ask.AfterUser = last.Sort, last.User
	}
	if users = append(users, with...); len(users) > mostCards {
		return users[:mostCards], true, nil
	}
	return users, false, nil
}

func (s *School) print(w http.ResponseWriter, r *http.Request, v gate.Visit, caption string, users []identity.ID, may func(context.Context, account.Tx, identity.ID) error, back string) error {
	cards, err := s.Accounts.IssueCards(r.Context(), v.Actor, users, may)
	if err != nil {
		return err
	}
	_, cite, _ := clause.In[account.InvitedRegistration](s.Agreements.Book(v.Actor.Portal, v.Now))
	view := cardsView{
		Heading: design.Heading{Caption: caption, Text: s.Say(v, "school.cards.made")}, Notice: design.WarningText{Text: s.Say(v, "school.cards.once")},
		Cite: s.Cite(v, cite), Back: design.Link{Text: s.Say(v, "school.cards.back"), URL: back},
	}
	return s.showCards(w, r, v, view, cards, "")
}

// showCards draws cards; until says how long their passwords work, where that is limited.
func (s *School) showCards(w http.ResponseWriter, r *http.Request, v gate.Visit, view cardsView, cards []account.Card, until string) error {
	address := r.Host + "/" + v.Actor.Portal
	for _, card := range cards {
		list := design.SummaryList{Title: card.Shown, Rows: []design.SummaryRow{
			{Key: s.Say(v, "school.cards.address"), Value: address},
			{Key: s.Say(v, "school.person.username"), Value: card.SignInName},
			{Key: s.Say(v, "school.cards.password"), Value: card.Password},
		}}
		if until != "" {
			list.Rows = append(list.Rows, design.SummaryRow{Key: s.Say(v, "school.cards.until"), Value: until})
		}
		view.Cards = append(view.Cards, list)
	}
	if len(cards) == 0 {
		view.Notice.Text = ""
		view.Empty = &design.EmptyState{Title: s.Say(v, "school.cards.none"), Text: s.Say(v, "school.cards.none_text")}
	}
	return s.Write(w, r, http.StatusOK, s.Page(r, v, view.Heading.Text), view.page())
}
