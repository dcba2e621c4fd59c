package front

import (
	"strings"
	"testing"
	"time"

	"tereze/internal/agreement"
	"tereze/internal/web/design"
)

func TestWhatHasBecomeOfAnEditionFollowsFromTheInstants(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }
	all := []agreement.Edition{
		{Number: 1, PostedAt: day(1), InForceAt: day(1)},
		{Number: 2, PostedAt: day(5), InForceAt: day(8), WithdrawnAt: day(20)},
	}
	for _, c := range []struct {
		name    string
		edition int
		at      time.Time
		want    standing
	}{
		{"the first before the second is posted", 0, day(2), inForce},
		{"the first a moment before the second takes force", 0, day(8).Add(-time.Microsecond), inForce},
		{"the first at the instant of the second", 0, day(8), superseded},
		{"the second once posted", 1, day(6), announced},
		{"the second at its instant", 1, day(8), inForce},
		{"the second at the instant of withdrawal", 1, day(20), withdrawn},
		{"the first after the withdrawal of the second", 0, day(21), superseded},
	} {
		if got := stands(all[c.edition], all, c.at); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got.key(), c.want.key())
		}
	}
}

func TestComparedWordsDoNotRunTogether(t *testing.T) {
	t.Parallel()
	before, after := "The code is valid for ten minutes.", "The code is valid for fifteen full minutes."
	var old, now string
	for _, x := range spans(agreement.CompareWords(before, after)) {
		if x.Change != design.Added {
			old += x.Text
		}
		if x.Change != design.Removed {
			now += x.Text
		}
	}
	if old = squeeze(old); old != before {
		t.Errorf("the old text reads %q, want %q", old, before)
	}
	if now = squeeze(now); now != after {
		t.Errorf("the new text reads %q, want %q", now, after)
	}
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }
