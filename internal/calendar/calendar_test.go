package calendar

import (
	"testing"
	"time"
)

func TestAfterFullDays(t *testing.T) {
	t.Parallel()
	almaty, err := Zone("Asia/Almaty")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		event string
		n     int
		want  string
	}{
		{"three days from a Tuesday afternoon end at the start of Saturday", "2026-03-10T15:00:00+05:00", 3, "2026-03-14T00:00:00+05:00"},
		{"the last minute of a day counts as that day", "2026-03-10T23:59:59+05:00", 3, "2026-03-14T00:00:00+05:00"},
		{"the first instant of a day counts as that day", "2026-03-10T00:00:00+05:00", 3, "2026-03-14T00:00:00+05:00"},
		{"an instant that is still yesterday in UTC counts in the portal's zone", "2026-03-09T20:00:00Z", 3, "2026-03-14T00:00:00+05:00"},
		{"no days mean the instant itself", "2026-03-10T15:00:00+05:00", 0, "2026-03-10T15:00:00+05:00"},
		{"days run over the end of a leap February", "2028-02-27T12:00:00+05:00", 3, "2028-03-02T00:00:00+05:00"},
		{"a day that had 25 hours is one day", "2024-02-28T12:00:00+06:00", 3, "2024-03-03T00:00:00+05:00"},
	} {
		event, _ := time.Parse(time.RFC3339, c.event)
		want, _ := time.Parse(time.RFC3339, c.want)
		if got := AfterFullDays(event, c.n, almaty); !got.Equal(want) {
			t.Errorf("%s: got %s, want %s", c.name, got.In(almaty), c.want)
		}
	}
}

func TestZoneRefusesTheMachinesOwn(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "Local", "Asia/Nowhere", "../etc/passwd"} {
		if _, err := Zone(name); err == nil {
			t.Errorf("zone %q was taken", name)
		}
	}
}

func TestClockMoves(t *testing.T) {
	t.Parallel()
	var c Clock
	before := c.Now()
	c.Move(96 * time.Hour)
	if got := c.Now().Sub(before); got < 96*time.Hour || got > 97*time.Hour {
		t.Errorf("moved by %s, want 96h", got)
	}
	c.Move(-97 * time.Hour)
	if c.Now().After(before) {
		t.Error("the clock did not move back")
	}
}
