package house_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/claims"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/obligation"
)

// life is a month of five portals with their people and staff.
type life struct {
	*housetest.House
	t      *testing.T
	staff  map[string]identity.Actor
	people int
}

// event is something that happens on a portal on a day, and what becomes due by it: worked out by hand
// from the parameters of the clause and the calendar of the country, not by the program.
type event struct {
	at     string // local time in Kazakhstan, which is that of Kyrgyzstan less an hour
	portal string
	clause string // of the obligation
	kind   string // empty: none follows; what the portal answers is in what happens
	due    string // its last day
	state  obligation.State
	does   func(l *life, portal string) []answer // nil: it follows from the line before
}

// month is December 2026: the 16th is a day off in Kazakhstan, and so are 1, 4 and 7 January.
func month() []event {
	return []event{
		// "3 days after posting": the 2nd, 3rd and 4th run out, and the 5th is the day.
		{"2026-12-01T10:00", "egov", "2.2", "agreement.in_force", "2026-12-05", obligation.Met, amends},
		// The users are told before that day begins, and reminded a day before.
		{"2026-12-01T10:00", "egov", "2.2", "agreement.notice", "2026-12-04", obligation.Met, nil},
		{"2026-12-01T10:00", "egov", "2.2", "agreement.reminder", "2026-12-04", obligation.Met, nil},
		// Posted half an hour before midnight: the day of posting is not counted.
		{"2026-12-03T23:30", "court", "1.4", "agreement.in_force", "2026-12-07", obligation.Met, amends},
		{"2026-12-03T23:30", "court", "1.4", "agreement.notice", "2026-12-06", obligation.Met, nil},
		{"2026-12-03T23:30", "court", "1.4", "agreement.reminder", "2026-12-06", obligation.Met, nil},
		// Publishing is the notice, and takes force at once.
		{"2026-12-07T10:00", "ismet", "2.6", "agreement.notice", "2026-12-07", obligation.Met, amends},
		// "Without prior or later warning": nothing is owed.
		{"2026-12-07T11:00", "kundelik", "2.2", "", "", "", amends},
		// "3 days": announced on the 2nd, the 3rd, 4th and 5th lie between, so that works may begin on the 6th.
		{"2026-12-02T10:00", "ismet", "4.2.7", "", "", "", plans("2026-12-05T23:59", http.StatusUnprocessableEntity)},
		{"2026-12-02T10:05", "ismet", "4.2.7", "", "", "", plans("2026-12-06T00:00", http.StatusOK)},
		// Before they begin, says the clause, and no more.
		{"2026-12-02T10:10", "court", "7", "", "", "", plans("2026-12-02T11:10", http.StatusOK)},
		// Three months after the page is gone, to the same date; what they owed themselves is lifted.
		{"2026-12-05T10:00", "kundelik", "4.12", "privacy.erasure", "2027-03-05", obligation.Open, leaves},
		{"2026-12-05T10:00", "kundelik", "4.17e", "account.password", "2027-03-05", obligation.Lifted, nil},
		// An incident is told of at once.
		{"2026-12-13T03:00", "ismet", "8.5", "", "", "", breaks},
		// Notice within 7 days: of what began on the 17th, the 24th is the last; two days later a reason is due.
		{"2026-12-26T11:00", "ismet", "10.2", "", "", "", declares("2026-12-17T11:00", http.StatusUnprocessableEntity, "")},
		// Six days are given, the last is the 30th. Force majeure from the 26th, 10:00, to the 28th, 9:00, is 47 hours: the
		// term runs out on the 1st of January at 23:00.
		{"2026-12-24T11:00", "ismet", "5.3", "account.check", "2027-01-01", obligation.Open, verifies("6", "")},
		{"2026-12-27T10:00", "ismet", "10.3", "", "", "", declares("2026-12-26T10:00", http.StatusOK, "2026-12-28T09:00")},
		// "1 day notice before deletion": the 11th runs out.
		{"2026-12-10T10:00", "ismet", "4.2.1", "account.sanction", "2026-12-12", obligation.Met, sanctioned("account.sanctions/delete", "harm")},
		// "1 business day": the 16th is none, so that the 17th runs out.
		{"2026-12-15T09:00", "ismet", "7.1", "account.sanction", "2026-12-18", obligation.Met, sanctioned("account.contract_termination/terminate", "harm_threat")},
		// No notice: on the day itself.
		{"2026-12-08T15:00", "egov", "3.1.2", "account.sanction", "2026-12-08", obligation.Met, sanctioned("account.sanctions/delete", "harm")},
		{"2026-12-09T15:00", "court", "1.1d", "account.sanction", "2026-12-09", obligation.Met, sanctioned("account.operator_powers/delete", "duplicate")},
		{"2026-12-20T12:00", "kg", "2.2", "account.sanction", "2026-12-20", obligation.Met, sanctioned("account.sanctions/delete", "false_data")},
		// Ten days are given; the documents come on the fifth.
		{"2026-12-05T11:00", "kg", "2.3", "account.check", "2026-12-15", obligation.Met, verifies("10", "2026-12-10T09:00")},
		// Nobody answers.
		{"2026-12-06T11:00", "kg", "2.3", "account.check", "2026-12-13", obligation.Breached, verifies("7", "")},
		// One day is given before a weekend with the New Year: "1 business day" is the 5th of January.
		{"2026-12-31T11:00", "ismet", "5.3", "account.check", "2027-01-05", obligation.Open, verifies("1", "")},
		// A claim, "15 calendar days": answered on the eleventh, and never.
		{"2026-12-09T10:00", "ismet", "5.7", "claims.answer", "2026-12-24", obligation.Met, claim("2026-12-20T09:00")},
		{"2026-12-10T10:00", "ismet", "5.7", "claims.answer", "2026-12-25", obligation.Breached, claim("")},
		// Answered two days after its term.
		{"2026-12-21T11:00", "ismet", "5.3", "account.check", "2026-12-23", obligation.Late, verifies("2", "2026-12-25T09:00")},
	}
}

// answers are what people do later on, by the instant.
type answer struct {
	at   string
	does func(*life)
}

// plans announces works that begin at an instant, which the portal takes or refuses.
func plans(begins string, status int) func(*life, string) []answer {
	return func(l *life, portal string) []answer {
		at := instantOf(l.t, begins)
		l.desk(portal, 0).Post("/"+portal+"/console/operations/new/works", worksForm(l.House, portal, at, at.Add(time.Hour), "confirmed", "yes")...).Want(status)
		return nil
	}
}

// breaks announces an incident, of which somebody is told in the same minute.
func breaks(l *life, portal string) []answer {
	person := l.somebody(portal)
	form := append(textsInForm(l.House, portal, "reason_", "Pages open slowly"), "source", "users", "confirmed", "yes")
	l.desk(portal, 0).Post("/"+portal+"/console/operations/new/incident", form...).Want(http.StatusOK)
	noticesSent(l.t, l.House)
	inbox, err := l.Notices.Inbox(context.Background(), person, notify.Page{Kind: notify.Announcement, Limit: 10})
	if err != nil || len(inbox) != 1 || inbox[0].Key != "message.event_incident" || l.Clock.Now().Sub(inbox[0].At) > time.Minute {
		l.t.Errorf("of the incident somebody reads %+v, %v", inbox, err)
	}
	return nil
}

// leaves has somebody refuse the agreement, by which their page is closed.
func leaves(l *life, portal string) []answer {
	if _, err := l.Agreements.Refuse(context.Background(), l.somebody(portal), document(portal), 1); err != nil {
		l.t.Fatal(err)
	}
	return nil
}

// declares declares a force majeure that began at an instant and ends at another.
func declares(begins string, status int, ends string) func(*life, string) []answer {
	return func(l *life, portal string) []answer {
		p := l.desk(portal, 0).Post("/"+portal+"/console/operations/new/force", forceForm(l.House, instantOf(l.t, begins))...).Want(status)
		if status != http.StatusOK {
			return nil
		}
		return []answer{{ends, func(l *life) {
			l.desk(portal, 0).Post(eventAddress(p)+"/end", textsInForm(l.House, portal, "text_", "The grid is up again")...).Want(http.StatusOK)
		}}}
	}
}

// amends publishes an amendment.
func amends(l *life, portal string) []answer {
	publish(l.t, l.House, l.staff[portal], document(portal), nil)
	return nil
}

// sanctioned proposes a sanction against somebody and lets the other operator approve it.
func sanctioned(ground, reason string) func(*life, string) []answer {
	return func(l *life, portal string) []answer {
		page := decides(l.t, l.desk(portal, 0), l.House, l.somebody(portal), ground, reason)
		l.desk(portal, 1).Post(page + "/approve").Want(http.StatusOK)
		return nil
	}
}

// claim lets somebody claim, which the operator answers at an instant, or never.
func claim(answered string) func(*life, string) []answer {
	return func(l *life, portal string) []answer {
		person := l.somebody(portal)
		ask := anAsk()
		ask.Kind = "claim"
		q, err := l.Requests.Ask(context.Background(), person, ask)
		if err != nil {
			l.t.Fatal(err)
		}
		if answered == "" {
			return nil
		}
		return []answer{{answered, func(l *life) {
			q, err := l.Requests.Head(context.Background(), l.staff[portal], q.Home, q.ID)
			if err == nil {
				err = l.Requests.Answer(context.Background(), l.staff[portal], claims.Step{Home: q.Home, ID: q.ID, Version: q.Version}, "We have looked into it.", nil, false)
			}
			if err != nil {
				l.t.Fatal(err)
			}
		}}}
	}
}

// verifies asks somebody to confirm their name, who does so at an instant, or never.
func verifies(days, answered string) func(*life, string) []answer {
	return func(l *life, portal string) []answer {
		person := l.somebody(portal)
		c, err := l.Accounts.AskPerson(context.Background(), l.staff[portal], person.User, account.Ask{Fields: []string{"name"}, Text: "Please confirm your name", Days: days})
		if err != nil {
			l.t.Fatal(err)
		}
		if answered == "" {
			return nil
		}
		return []answer{{answered, func(l *life) {
			if err := l.Accounts.AnswerCheck(context.Background(), person, c.ID, true, nil); err != nil {
				l.t.Fatal(err)
			}
		}}}
	}
}

// somebody is a new person of a portal who can be reached.
func (l *life) somebody(portal string) identity.Actor {
	l.people++
	person := l.User(l.t, portal, fmt.Sprintf("somebody%d", l.people))
	accept(l.t, l.House, person)
	reachable(l.t, l.House, person, account.ByEmail, fmt.Sprintf("somebody%d@example.kz", l.people))
	return person
}

// desk is an operator at work, signed in anew: a month is longer than a session.
func (l *life) desk(portal string, i int) *housetest.Browser {
	return atDesk(l.t, l.House, portal, fmt.Sprintf("operator%d", i+1))
}

// moveTo lets time pass hour by hour of the keeper: everything that falls due on the way is done then.
func (l *life) moveTo(at time.Time) {
	for {
		next := at
		for _, portal := range portalsOfTheMonth() {
			for _, o := range owed(l.t, l.House, portal) {
				if !o.Next.IsZero() && o.Next.After(l.Clock.Now()) && o.Next.Before(next) {
					next = o.Next
				}
			}
		}
		l.Clock.Move(next.Sub(l.Clock.Now()) + time.Millisecond)
		keeps(l.t, l.House)
		if !next.Before(at) {
			return
		}
	}
}

func portalsOfTheMonth() []string { return []string{"court", "egov", "ismet", "kg", "kundelik"} }

// TestAMonth: five portals live through December 2026 with thousands of people. What was owed, by which
// clause and until when, and how it ended, is compared line by line with a table worked out apart from
// the program: above by hand, and for passwords by the date alone (kundelik 4.17e, "at least every 3
// months": the same date three months on).
func TestAMonth(t *testing.T) {
	if testing.Short() {
		t.Skip("thousands of people register")
	}
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		l := &life{House: h, t: t, staff: map[string]identity.Actor{}}
		on(t, h, "2026-09-01T09:00")
		want := map[string]int{}
		for _, portal := range portalsOfTheMonth() {
			for i := range 2 {
				name := fmt.Sprintf("operator%d", i+1)
				l.staff[portal] = h.User(t, portal, name, identity.Operator)
			}
		}
		want["kundelik account.password 4.17e 2026-12-01 breached"] += 2 // the operators'
		for day := range 30 {
			on(t, h, fmt.Sprintf("2026-09-%02dT12:00", day+1))
			for i := range 20 {
				h.User(t, "kundelik", fmt.Sprintf("p%02d%02d", day, i))
			}
			for _, portal := range []string{"court", "egov", "ismet", "kg"} {
				for i := range 12 {
					h.User(t, portal, fmt.Sprintf("p%02d%02d", day, i))
				}
			}
			want[fmt.Sprintf("kundelik account.password 4.17e 2026-12-%02d breached", day+1)] += 19
			want[fmt.Sprintf("kundelik account.password 4.17e 2026-12-%02d met", day+1)]++
		}
		var later []answer
		for day := range 30 { // one of twenty changes the password on the eve of its last day
			at := time.Date(2026, 12, day+1, 8, 0, 0, 0, time.FixedZone("", 5*60*60)).AddDate(0, 0, -1)
			later = append(later, answer{at.Format("2006-01-02T15:04"), func(l *life) {
				b := l.Browser(t)
				b.SignIn("kundelik", fmt.Sprintf("p%02d00", day))
				b.Post("/kundelik/cabinet/password", "old", housetest.Password, "password", own, "again", own).Want(http.StatusOK)
			}})
			want["kundelik account.password 4.17e "+threeMonthsOn(at)+" open"]++
		}
		for _, e := range month() {
			if e.does != nil {
				later = append(later, answer{e.at, func(l *life) { later = append(later, e.does(l, e.portal)...) }})
			}
			if e.kind == "" {
				continue
			}
			want[strings.Join([]string{e.portal, e.kind, e.clause, e.due, string(e.state)}, " ")]++
		}
		for len(later) > 0 {
			slices.SortStableFunc(later, func(a, b answer) int { return strings.Compare(a.at, b.at) })
			next := later[0]
			later = later[1:]
			l.moveTo(instantOf(t, next.at))
			next.does(l)
			keeps(t, h) // what is due at once
		}
		l.moveTo(instantOf(t, "2027-01-01T00:00"))
		got := map[string]int{}
		for _, portal := range portalsOfTheMonth() {
			for _, o := range owed(t, h, portal) {
				got[strings.Join([]string{portal, o.Kind, o.Cite.Clause, o.Due.Day.Format(time.DateOnly), string(o.State)}, " ")]++
			}
		}
		compare(t, got, want)
	})
}

// threeMonthsOn is the same date three months after an instant of December or the eve of it, counted on
// the fingers: none of these months is too short for the dates that occur but February.
func threeMonthsOn(at time.Time) string {
	if at.Month() == time.November { // the 30th: the last day of February
		return "2027-02-28"
	}
	return fmt.Sprintf("2027-03-%02d", at.Day())
}

// compare tells every line in which two tables differ.
func compare(t *testing.T, got, want map[string]int) {
	t.Helper()
	lines := map[string]bool{}
	for line := range got {
		lines[line] = true
	}
	for line := range want {
		lines[line] = true
	}
	for _, line := range slices.Sorted(maps.Keys(lines)) {
		if got[line] != want[line] {
			t.Errorf("%s: %d, want %d", line, got[line], want[line])
		}
	}
}
