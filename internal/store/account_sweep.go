package store

import (
	"context"

	"tereze/internal/account"
)

// Sweep follows account.SweepTx.
func (tx *Tx) Sweep(ctx context.Context, over account.Leftovers, limit int) (removed int64, err error) {
	for _, x := range []struct {
		text string
		args []any
	}{
		{`DELETE FROM account_attempt WHERE user_id IN (SELECT user_id FROM account_attempt WHERE ends_at < $1 LIMIT $2)`,
			[]any{micros(over.Attempts), int64(limit)}},
		{`DELETE FROM account_secret WHERE secret_hash IN (SELECT secret_hash FROM account_secret WHERE expires_at < $1 LIMIT $2)`,
			[]any{micros(over.Secrets), int64(limit)}},
		{`DELETE FROM account_limit WHERE mark IN (SELECT mark FROM account_limit WHERE window_at < $1 LIMIT $2)`,
			[]any{micros(over.Counts), int64(limit)}},
	} {
		n, err := tx.exec(ctx, x.text, x.args...)
		if err != nil {
			return 0, err
		}
		removed += n
	}
	decoys, err := tx.sweepDecoys(ctx, over.Decoys, limit)
	return removed + decoys, err
}
