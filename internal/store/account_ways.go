package store

import (
	"context"
	"strconv"
	"time"

	"tereze/internal/account"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

func attemptRow(id identity.ID) string { return "account_attempt/" + strconv.FormatInt(int64(id), 10) }

// AddAttempt follows account.AttemptTx.
func (tx *Tx) AddAttempt(ctx context.Context, a account.Attempt) error {
	sealed, err := tx.sealAlike(attemptRow(a.ID), a.Form)
	if err != nil {
		return err
	}
	return tx.one(ctx, `
		INSERT INTO account_attempt (user_id, portal, way, step, sealed, secret_hash, code_mark, code_expires_at, tries, resends, began_at, ends_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		int64(a.ID), a.Portal, a.Way, a.Step, sealed, a.SecretHash, mark(a.CodeMark), micros(a.CodeExpiresAt),
		int64(a.Tries), int64(a.Resends), micros(a.BeganAt), micros(a.EndsAt), int64(a.Version))
}

// mark keeps an absent mark as an empty one: the column knows no NULL.
func mark(m []byte) []byte {
	if m == nil {
		return []byte{}
	}
	return m
}

// Attempt follows account.AttemptTx.
func (tx *Tx) Attempt(ctx context.Context, id identity.ID) (account.Attempt, error) {
	a := account.Attempt{ID: id}
	var sealed []byte
	var codeExpires, began, ends int64
	err := tx.queryRow(ctx, `
		SELECT portal, way, step, sealed, secret_hash, code_mark, code_expires_at, tries, resends, began_at, ends_at, version
		FROM account_attempt WHERE user_id = $1`, int64(id)).
		Scan(&a.Portal, &a.Way, &a.Step, &sealed, &a.SecretHash, &a.CodeMark, &codeExpires, &a.Tries, &a.Resends, &began, &ends, &a.Version)
	if err != nil {
		return account.Attempt{}, err
	}
	a.CodeExpiresAt, a.BeganAt, a.EndsAt = instant(codeExpires), instant(began), instant(ends)
	return a, tx.unseal(attemptRow(id), sealed, &a.Form)
}

// SaveAttempt follows account.AttemptTx.
func (tx *Tx) SaveAttempt(ctx context.Context, a account.Attempt) error {
	sealed, err := tx.sealAlike(attemptRow(a.ID), a.Form)
	if err != nil {
		return err
	}
	return tx.one(ctx, `
		UPDATE account_attempt SET step = $1, sealed = $2, code_mark = $3, code_expires_at = $4, tries = $5, resends = $6, ends_at = $7, version = $8
		WHERE user_id = $9 AND version = $10`,
		a.Step, sealed, mark(a.CodeMark), micros(a.CodeExpiresAt), int64(a.Tries), int64(a.Resends), micros(a.EndsAt), int64(a.Version),
		int64(a.ID), int64(a.Version-1))
}

// TryCode follows account.AttemptTx.
func (tx *Tx) TryCode(ctx context.Context, id identity.ID, most int) (bool, error) {
	changed, err := tx.exec(ctx, `UPDATE account_attempt SET tries = tries + 1 WHERE user_id = $1 AND tries < $2`, int64(id), int64(most))
	return changed == 1, err
}

// EndAttempt follows account.AttemptTx.
func (tx *Tx) EndAttempt(ctx context.Context, id identity.ID) error {
	_, err := tx.exec(ctx, `DELETE FROM account_attempt WHERE user_id = $1`, int64(id))
	return err
}

// Mark follows account.AttemptTx.
func (tx *Tx) Mark(value string) ([]byte, error) { return tx.lookup(value) }

// Take follows account.AttemptTx: one statement, so that many at once are all counted.
func (tx *Tx) Take(ctx context.Context, mark []byte, window time.Duration, at time.Time) (int, error) {
	var count int
	start := micros(at.Truncate(window))
	err := tx.queryRow(ctx, `
		INSERT INTO account_limit (mark, window_at, count) VALUES ($1, $2, 1)
		ON CONFLICT (mark) DO UPDATE SET count = CASE WHEN account_limit.window_at = $2 THEN account_limit.count + 1 ELSE 1 END, window_at = $2
		RETURNING count`, mark, start).Scan(&count)
	return count, err
}

// AddSecret follows account.SecretTx.
func (tx *Tx) AddSecret(ctx context.Context, hash []byte, s account.Secret) error {
	return tx.one(ctx, `INSERT INTO account_secret (secret_hash, user_id, portal, purpose, detail, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		hash, int64(s.User), s.Portal, s.Purpose, s.Detail, micros(s.ExpiresAt))
}

// Secret follows account.SecretTx.
func (tx *Tx) Secret(ctx context.Context, hash []byte) (account.Secret, error) {
	var s account.Secret
	var user, expires int64
	err := tx.queryRow(ctx, `SELECT user_id, portal, purpose, detail, expires_at FROM account_secret WHERE secret_hash = $1`, hash).
		Scan(&user, &s.Portal, &s.Purpose, &s.Detail, &expires)
	s.User, s.ExpiresAt = identity.ID(user), instant(expires)
	return s, err
}

// UseSecret follows account.SecretTx.
func (tx *Tx) UseSecret(ctx context.Context, hash []byte) (bool, error) {
	changed, err := tx.exec(ctx, `DELETE FROM account_secret WHERE secret_hash = $1`, hash)
	return changed == 1, err
}

// StoredPassword follows account.PasswordTx.
func (tx *Tx) StoredPassword(ctx context.Context, id identity.ID) (account.StoredPassword, error) {
	return readPassword(tx.queryRow(ctx, `SELECT hash, set_at, temporary, expires_at FROM account_password WHERE user_id = $1`, int64(id)))
}

// HoldPassword follows account.PasswordTx.
func (tx *Tx) HoldPassword(ctx context.Context, id identity.ID) (account.StoredPassword, error) {
	return readPassword(tx.queryRow(ctx, `SELECT hash, set_at, temporary, expires_at FROM account_password WHERE user_id = $1`+tx.forUpdate(), int64(id)))
}

func readPassword(s scanner) (account.StoredPassword, error) {
	var p account.StoredPassword
	var set, expires int64
	err := s.Scan(&p.Hash, &set, &p.Temporary, &expires)
	p.SetAt, p.ExpiresAt = instant(set), instant(expires)
	return p, err
}

// ReplacePassword follows account.PasswordTx. The old ones keep their order even where a clock
// jumped back between two of them.
func (tx *Tx) ReplacePassword(ctx context.Context, id identity.ID, p account.StoredPassword) error {
	if _, err := tx.exec(ctx, `
		INSERT INTO account_old_password (user_id, set_at, hash)
		SELECT p.user_id, CASE WHEN p.set_at > o.latest THEN p.set_at ELSE o.latest + 1 END, p.hash
		FROM account_password p, (SELECT COALESCE(MAX(set_at), 0) AS latest FROM account_old_password WHERE user_id = $1) o
		WHERE p.user_id = $1 AND p.temporary = FALSE
		ON CONFLICT (user_id, set_at) DO NOTHING`, int64(id)); err != nil {
		return err
	}
	return tx.one(ctx, `
		INSERT INTO account_password (user_id, hash, set_at, temporary, expires_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (user_id) DO UPDATE SET hash = $2, set_at = $3, temporary = $4, expires_at = $5`,
		int64(id), p.Hash, micros(p.SetAt), p.Temporary, micros(p.ExpiresAt))
}

// OldPasswords follows account.PasswordTx.
func (tx *Tx) OldPasswords(ctx context.Context, id identity.ID, limit int) ([]string, error) {
	return list(ctx, tx, func(s scanner) (string, error) {
		var hash string
		err := s.Scan(&hash)
		return hash, err
	}, `SELECT hash FROM account_old_password WHERE user_id = $1 ORDER BY set_at DESC LIMIT $2`, int64(id), int64(limit))
}

// AddName follows account.PersonTx.
func (tx *Tx) AddName(ctx context.Context, portal, nameFold string, id identity.ID) error {
	changed, err := tx.exec(ctx, `INSERT INTO account_name (portal, name_fold, user_id) VALUES ($1, $2, $3) ON CONFLICT (portal, name_fold) DO NOTHING`,
		portal, nameFold, int64(id))
	if err == nil && changed == 0 {
		return fault.New(fault.Conflict, keyTaken)
	}
	return err
}

// RemoveName follows account.PersonTx.
func (tx *Tx) RemoveName(ctx context.Context, portal, nameFold string, id identity.ID) error {
	_, err := tx.exec(ctx, `DELETE FROM account_name WHERE portal = $1 AND name_fold = $2 AND user_id = $3`, portal, nameFold, int64(id))
	return err
}

// sealedPerson is the part of a person's data that is a state's number.
type sealedPerson struct{ Number, Passport string }

func personRow(id identity.ID) string { return "account_person/" + strconv.FormatInt(int64(id), 10) }

// Person follows account.PersonTx.
func (tx *Tx) Person(ctx context.Context, id identity.ID) (account.Person, error) {
	var p account.Person
	var sex string
	var sealed []byte
	var confirmed int64
	err := tx.queryRow(ctx, `SELECT surname, given, patronymic, birth_date, sex, sealed, confirmed_at FROM account_person WHERE user_id = $1`, int64(id)).
		Scan(&p.Surname, &p.Given, &p.Patronymic, &p.BirthDate, &sex, &sealed, &confirmed)
	if err != nil {
		return account.Person{}, err
	}
	var inside sealedPerson
	if err := tx.unseal(personRow(id), sealed, &inside); err != nil {
		return account.Person{}, err
	}
	p.Sex, p.Number, p.Passport, p.ConfirmedAt = identity.Sex(sex), inside.Number, inside.Passport, instant(confirmed)
	return p, nil
}

// SavePerson follows account.PersonTx.
func (tx *Tx) SavePerson(ctx context.Context, portal string, id identity.ID, p account.Person) error {
	if err := tx.saveNumber(ctx, portal, id, p.Number); err != nil {
		return err
	}
	sealed, err := tx.seal(personRow(id), sealedPerson{p.Number, p.Passport})
	if err != nil {
		return err
	}
	return tx.one(ctx, `
		INSERT INTO account_person (user_id, surname, given, patronymic, birth_date, sex, sealed, confirmed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (user_id) DO UPDATE SET surname = $2, given = $3, patronymic = $4, birth_date = $5, sex = $6, sealed = $7, confirmed_at = $8`,
		int64(id), p.Surname, p.Given, p.Patronymic, p.BirthDate, string(p.Sex), sealed, micros(p.ConfirmedAt))
}

// saveNumber lets a number lead to this user, and the one before it to nobody.
func (tx *Tx) saveNumber(ctx context.Context, portal string, id identity.ID, number string) error {
	var old string
	before, err := tx.Person(ctx, id)
	switch {
	case err == nil:
		old = before.Number
	case !fault.Is(err, fault.Absent):
		return err
	}
	if old == number {
		return nil
	}
	if old != "" {
		m, err := tx.lookup("number/" + old)
		if err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `DELETE FROM account_number WHERE portal = $1 AND mark = $2 AND user_id = $3`, portal, m, int64(id)); err != nil {
			return err
		}
	}
	if number == "" {
		return nil
	}
	m, err := tx.lookup("number/" + number)
	if err != nil {
		return err
	}
	changed, err := tx.exec(ctx, `INSERT INTO account_number (portal, mark, user_id) VALUES ($1, $2, $3) ON CONFLICT (portal, mark) DO NOTHING`, portal, m, int64(id))
	if err == nil && changed == 0 {
		return fault.New(fault.Conflict, keyTaken)
	}
	return err
}

// Contacts follows account.PersonTx.
func (tx *Tx) Contacts(ctx context.Context, id identity.ID) ([]account.Contact, error) {
	return list(ctx, tx, func(s scanner) (account.Contact, error) {
		var c account.Contact
		var kind string
		var at, failed int64
		err := s.Scan(&kind, &c.Value, &at, &failed)
		c.Kind, c.ConfirmedAt, c.FailedAt = account.ContactKind(kind), instant(at), instant(failed)
		return c, err
	}, `SELECT kind, value, confirmed_at, failed_at FROM account_contact WHERE user_id = $1 ORDER BY kind`, int64(id))
}

// SaveContact follows account.PersonTx.
func (tx *Tx) SaveContact(ctx context.Context, id identity.ID, c account.Contact) error {
	return tx.one(ctx, `
		INSERT INTO account_contact (user_id, kind, value, confirmed_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (user_id, kind) DO UPDATE SET value = $3, confirmed_at = $4`, int64(id), string(c.Kind), c.Value, micros(c.ConfirmedAt))
}

// FailContact follows account.PersonTx.
func (tx *Tx) FailContact(ctx context.Context, id identity.ID, kind account.ContactKind, value string, written, at time.Time) (bool, error) {
	changed, err := tx.exec(ctx, `
		UPDATE account_contact SET failed_at = $1
		WHERE user_id = $2 AND kind = $3 AND (value = $4 OR $4 = '') AND confirmed_at <= $5 AND confirmed_at < $1 AND failed_at <= confirmed_at`,
		micros(at), int64(id), string(kind), value, micros(written))
	return changed > 0, err
}

// AddCase follows account.PersonTx.
func (tx *Tx) AddCase(ctx context.Context, c account.Case) error {
	return tx.one(ctx, `INSERT INTO account_case (user_id, case_id, portal, kind, state, text, opened_at, ended_at, answer) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		int64(c.User), int64(c.ID), c.Portal, c.Kind, c.State, c.Text, micros(c.OpenedAt), micros(c.EndedAt), c.Answer)
}

// Cases follows account.PersonTx.
func (tx *Tx) Cases(ctx context.Context, portal, state string, limit int) ([]account.Case, error) {
	return list(ctx, tx, func(s scanner) (account.Case, error) {
		var c account.Case
		var user, id, opened, ended int64
		err := s.Scan(&user, &id, &c.Portal, &c.Kind, &c.State, &c.Text, &opened, &ended, &c.Answer)
		c.User, c.ID, c.OpenedAt, c.EndedAt = identity.ID(user), identity.ID(id), instant(opened), instant(ended)
		return c, err
	}, `SELECT user_id, case_id, portal, kind, state, text, opened_at, ended_at, answer FROM account_case
		WHERE portal = $1 AND (state = $2 OR $2 = '') ORDER BY opened_at, case_id LIMIT $3`, portal, state, int64(limit))
}

// EndCase follows account.PersonTx.
func (tx *Tx) EndCase(ctx context.Context, user, id identity.ID, answer string, at time.Time) error {
	return tx.one(ctx, `UPDATE account_case SET state = 'ended', answer = $1, ended_at = $2 WHERE user_id = $3 AND case_id = $4 AND state = 'open'`,
		answer, micros(at), int64(user), int64(id))
}

// Report follows account.PersonTx.
func (tx *Tx) Report(ctx context.Context, id identity.ID, at time.Time) error {
	_, err := tx.exec(ctx, `UPDATE account_user SET reported_at = $1 WHERE user_id = $2 AND reported_at = 0`, micros(at), int64(id))
	return err
}

// ClearReport follows account.PersonTx.
func (tx *Tx) ClearReport(ctx context.Context, id identity.ID) error {
	_, err := tx.exec(ctx, `UPDATE account_user SET reported_at = 0 WHERE user_id = $1`, int64(id))
	return err
}

// SessionsOf follows account.PersonTx.
func (tx *Tx) SessionsOf(ctx context.Context, id identity.ID) ([]account.Session, error) {
	return list(ctx, tx, func(s scanner) (account.Session, error) {
		var x account.Session
		var user, began, seen, device int64
		err := s.Scan(&user, &x.Portal, &began, &seen, &x.Address, &x.Agent, &x.TokenHash, &device)
		x.User, x.BeganAt, x.SeenAt, x.Device = identity.ID(user), instant(began), instant(seen), identity.ID(device)
		return x, err
	}, `SELECT user_id, portal, began_at, seen_at, address, agent, token_hash, device_id FROM account_session WHERE user_id = $1 ORDER BY began_at DESC`, int64(id))
}
