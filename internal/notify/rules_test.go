package notify

import "testing"

func TestChannelPricesCheck(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name       string
		paid, free []string
		refused    bool
	}{
		{"different channels are taken", []string{"sms"}, []string{"push", "email"}, false},
		{"a channel that is both paid and free is refused", []string{"sms", "push"}, []string{"push"}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := ChannelPrices{PaidByUser: test.paid, Free: test.free}.Check()
			if got := err != nil; got != test.refused {
				t.Errorf("refused: got %v (%v), want %v", got, err, test.refused)
			}
		})
	}
}
