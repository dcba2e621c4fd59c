package store

import "context"

// NameTaken follows account.NumberTx.
func (tx *Tx) NameTaken(ctx context.Context, portal, nameFold string) (bool, error) {
	var count int
	err := tx.queryRow(ctx, `SELECT COUNT(*) FROM account_name WHERE portal = $1 AND name_fold = $2`, portal, nameFold).Scan(&count)
	return count > 0, err
}

// NumberTaken follows account.NumberTx.
func (tx *Tx) NumberTaken(ctx context.Context, portal, number string) (bool, error) {
	m, err := tx.lookup("number/" + number)
	if err != nil {
		return false, err
	}
	var count int
	err = tx.queryRow(ctx, `SELECT COUNT(*) FROM account_number WHERE portal = $1 AND mark = $2`, portal, m).Scan(&count)
	return count > 0, err
}
