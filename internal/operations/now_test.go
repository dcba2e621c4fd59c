package operations

import (
	"context"
	"testing"
	"time"

	"tereze/internal/identity"
)

// TestPagesAskNoDatabaseWhatHappens: a page asks twice, whether it is closed and what to tell; where nothing
// happens that costs nothing, and never a query: there is no database here to ask.
func TestPagesAskNoDatabaseWhatHappens(t *testing.T) { // not parallel: allocations are counted
	now := time.Now()
	o := &Operations{Now: func() time.Time { return now }, InView: func(context.Context, func(Tx) error) error {
		t.Error("a page asked the database")
		return nil
	}}
	of := map[string][]Event{"ismet": {{Portal: "ismet", Kind: Planned, Begins: now.Add(time.Hour), Until: now.Add(2 * time.Hour)}}}
	o.snapshot.of.Store(&of)
	court, ismet := identity.Actor{Portal: "court", User: 1}, identity.Actor{Portal: "ismet", User: 1}
	cost := testing.AllocsPerRun(1000, func() {
		if o.Shut(court, "", now) != nil || o.Shut(ismet, "profile", now) != nil || len(o.Signs(court, now)) != 0 {
			t.Error("something is told of a portal on which nothing happens")
		}
	})
	if cost != 0 {
		t.Errorf("a page pays %v allocations for nothing", cost)
	}
	if len(o.Signs(ismet, now)) != 1 {
		t.Error("works ahead are not told")
	}
}

// TestAvailabilityCountsEachHourOnce: incidents that overlap are one loss; works, parts and what was cancelled are none.
func TestAvailabilityCountsEachHourOnce(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	until := from.Add(100 * time.Hour)
	at := func(kind string, begins, ends int, services ...string) Event {
		return Event{Kind: kind, Begins: from.Add(time.Duration(begins) * time.Hour), EndedAt: from.Add(time.Duration(ends) * time.Hour), Services: services}
	}
	allDay := &AvailableHours{HoursADay: 24, DaysAWeek: 7}
	cases := []struct {
		name    string
		promise *AvailableHours
		events  []Event
		want    int
	}{
		{"nothing happened", allDay, nil, 100_00},
		{"ten hours", allDay, []Event{at(Incident, 10, 20)}, 90_00},
		{"two that overlap", allDay, []Event{at(Stop, 15, 20), at(Incident, 10, 18)}, 90_00},
		{"one within another", allDay, []Event{at(Incident, 10, 20), at(Incident, 12, 14)}, 90_00},
		{"one that began before", allDay, []Event{at(Incident, -50, 10)}, 90_00},
		{"one that goes on", allDay, []Event{{Kind: Incident, Begins: from.Add(90 * time.Hour)}}, 90_00},
		{"announced works", allDay, []Event{at(Planned, 10, 20)}, 100_00},
		{"a part", allDay, []Event{at(Incident, 10, 20, "profile")}, 100_00},
		{"half the hours promised", &AvailableHours{HoursADay: 12, DaysAWeek: 7}, []Event{at(Incident, 10, 20)}, 80_00},
	}
	for _, c := range cases {
		if got := Availability(c.promise, c.events, from, until); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}
