package agreement_test

import (
	"testing"
	"time"

	"tereze/internal/agreement"
	"tereze/internal/identity"
)

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

// history is three editions of one document: the second was announced before it came into force.
func history() []agreement.Edition {
	return []agreement.Edition{
		{Document: "agreement", Number: 1, PostedAt: at("2026-01-01T00:00:00Z"), InForceAt: at("2026-01-01T00:00:00Z")},
		{Document: "agreement", Number: 2, PostedAt: at("2026-03-10T10:00:00Z"), InForceAt: at("2026-03-13T19:00:00Z")},
		{Document: "agreement", Number: 3, PostedAt: at("2026-06-01T10:00:00Z"), InForceAt: at("2026-06-04T19:00:00Z")},
	}
}

func TestInForce(t *testing.T) {
	t.Parallel()
	withdrawn := history()
	withdrawn[2].WithdrawnAt = at("2026-07-01T00:00:00Z")
	overtaken := history()
	overtaken[1].WithdrawnAt = at("2026-06-02T00:00:00Z")
	for _, c := range []struct {
		name     string
		editions []agreement.Edition
		at       string
		want     int
		offered  bool
	}{
		{"before the first edition nothing is in force", history(), "2025-12-31T23:59:59Z", 0, false},
		{"an edition is in force from its very instant", history(), "2026-01-01T00:00:00Z", 1, true},
		{"an announced edition is not in force yet", history(), "2026-03-13T18:59:59.999999Z", 1, true},
		{"the next edition takes over at its instant, not a microsecond later", history(), "2026-03-13T19:00:00Z", 2, true},
		{"the last stays in force", history(), "2030-01-01T00:00:00Z", 3, true},
		{"until its withdrawal a document is offered", withdrawn, "2026-06-30T23:59:59Z", 3, true},
		{"a withdrawn document is offered to nobody", withdrawn, "2026-07-01T00:00:00Z", 3, false},
		{"what was announced before the withdrawal", overtaken, "2026-06-01T12:00:00Z", 2, true},
		{"does not come into force after it", overtaken, "2026-06-04T19:00:00Z", 2, false},
	} {
		e, offered := agreement.InForce(c.editions, at(c.at))
		if e.Number != c.want || offered != c.offered {
			t.Errorf("%s: got edition %d, offered %v; want %d, %v", c.name, e.Number, offered, c.want, c.offered)
		}
	}
}

func TestBinding(t *testing.T) {
	t.Parallel()
	accepted := func(edition int, when string) agreement.Acceptance {
		return agreement.Acceptance{Home: identity.ID(7), Document: "agreement", Edition: edition, At: at(when)}
	}
	alone := func(string, int) bool { return true }
	never := func(string, int) bool { return false }
	for _, c := range []struct {
		name       string
		accepted   []agreement.Acceptance
		left       string
		unilateral agreement.Unilateral
		at         string
		want       int
	}{
		{"somebody who accepted nothing is bound by nothing", nil, "", alone, "2026-07-01T00:00:00Z", 0},
		{"an acceptance binds from its instant", []agreement.Acceptance{accepted(1, "2026-02-01T00:00:00Z")}, "", alone, "2026-02-01T00:00:00Z", 1},
		{"and not before", []agreement.Acceptance{accepted(1, "2026-02-01T00:00:00Z")}, "", alone, "2026-01-31T23:59:59Z", 0},
		{"an announced edition does not bind yet", []agreement.Acceptance{accepted(1, "2026-02-01T00:00:00Z")}, "", alone, "2026-03-12T00:00:00Z", 1},
		{"the operator's amendment binds when it comes into force", []agreement.Acceptance{accepted(1, "2026-02-01T00:00:00Z")}, "", alone, "2026-03-13T19:00:00Z", 2},
		{"and the one after it", []agreement.Acceptance{accepted(1, "2026-02-01T00:00:00Z")}, "", alone, "2026-07-01T00:00:00Z", 3},
		{"where the operator may not amend alone, only consent binds", []agreement.Acceptance{accepted(1, "2026-02-01T00:00:00Z")}, "", never, "2026-07-01T00:00:00Z", 1},
		{"consent to the new edition binds", []agreement.Acceptance{accepted(1, "2026-02-01T00:00:00Z"), accepted(3, "2026-07-02T00:00:00Z")}, "", never, "2026-07-02T00:00:00Z", 3},
		{"whoever has left is bound no more", []agreement.Acceptance{accepted(1, "2026-02-01T00:00:00Z")}, "2026-03-01T00:00:00Z", alone, "2026-03-01T00:00:00Z", 0},
		{"but was bound until then", []agreement.Acceptance{accepted(1, "2026-02-01T00:00:00Z")}, "2026-03-01T00:00:00Z", alone, "2026-02-28T00:00:00Z", 1},
		{"an acceptance of another document binds not by this one", []agreement.Acceptance{{Document: "rules", Edition: 2, At: at("2026-02-01T00:00:00Z")}}, "", alone, "2026-07-01T00:00:00Z", 0},
	} {
		var left time.Time
		if c.left != "" {
			left = at(c.left)
		}
		if got := agreement.Binding(history(), c.accepted, left, c.unilateral, at(c.at)); got != c.want {
			t.Errorf("%s: got edition %d, want %d", c.name, got, c.want)
		}
	}
}
