package claims

import (
	"testing"

	"tereze/internal/clause"
)

func TestDeadlineCheck(t *testing.T) {
	t.Parallel()
	period := func(amount int, unit clause.Unit) clause.Period { return clause.Period{Amount: amount, Unit: unit} }
	for _, test := range []struct {
		name            string
		reply, extended clause.Period
		refused         bool
	}{
		{"a longer extended term is taken", period(15, clause.Days), period(30, clause.Days), false},
		{"an extended term of the same length is taken", period(15, clause.Days), period(15, clause.Days), false},
		{"a shorter extended term is refused", period(15, clause.Days), period(14, clause.Days), true},
		{"fewer business days than calendar days are taken, since neither contains the other", period(15, clause.Days), period(12, clause.BusinessDays), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := Deadline{Reply: test.reply, Extended: test.extended}.Check()
			if got := err != nil; got != test.refused {
				t.Errorf("refused: got %v (%v), want %v", got, err, test.refused)
			}
		})
	}
}
