package notify

import (
	"testing"
	"time"
)

// TestSpent: what brought a secret is not sent once more when the secret is gone or has expired.
func TestSpent(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		m    Message
		want bool
	}{
		"no secret":      {Message{Args: map[string]string{"name": "Asel"}}, false},
		"a living code":  {Message{Args: map[string]string{"code": "123456"}, Until: now.Add(time.Minute)}, false},
		"a code at end":  {Message{Args: map[string]string{"code": "123456"}, Until: now}, true},
		"a blotted code": {Message{Args: map[string]string{"code": blot}}, true},
	} {
		if got := (Sent{Message: c.m}).Spent(now); got != c.want {
			t.Errorf("%s: spent is %t", name, got)
		}
	}
}
