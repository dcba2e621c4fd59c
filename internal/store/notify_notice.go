package store

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/notify"
)

func noticeRow(home, id int64) string {
	return "notify_notice/" + strconv.FormatInt(home, 10) + "/" + strconv.FormatInt(id, 10)
}

// AddNotice follows notify.NoticeTx. The version of the sentence is the one in force, as for a message.
func (tx *Tx) AddNotice(ctx context.Context, n notify.Notice) error {
	if err := tx.complete(n.Key, n.Args); err != nil {
		return err
	}
	sealed, err := tx.seal(noticeRow(int64(n.Home), int64(n.ID)), n.Args)
	if err != nil {
		return err
	}
	return tx.one(ctx, `
		INSERT INTO notify_notice (user_id, notice_id, portal, kind, key, template, campaign_id, sealed, document, edition, clause, at, read_at, archived_at)
		VALUES ($1, $2, $3, $4, $5, (SELECT COALESCE(MAX(version), 0) FROM notify_template WHERE portal = $3 AND key = $5 AND state = 'published'), 0, $6, $7, $8, $9, $10, 0, 0)`,
		int64(n.Home), int64(n.ID), n.Portal, string(n.Kind), n.Key, sealed, n.Cite.Document, int64(n.Cite.Edition), n.Cite.Clause, micros(n.At))
}

func (tx *Tx) notice(s scanner) (notify.Notice, error) {
	var n notify.Notice
	var home, id, template, campaign, edition, at, read, archived int64
	var kind string
	var sealed []byte
	err := s.Scan(&home, &id, &n.Portal, &kind, &n.Key, &template, &campaign, &sealed, &n.Cite.Document, &edition, &n.Cite.Clause, &at, &read, &archived)
	if err != nil {
		return n, err
	}
	if len(sealed) > 0 {
		if err := tx.unseal(noticeRow(home, id), sealed, &n.Args); err != nil {
			return n, err
		}
	}
	n.Home, n.ID, n.Kind, n.Template, n.Campaign = identity.ID(home), identity.ID(id), notify.Kind(kind), int(template), identity.ID(campaign)
	n.At, n.ReadAt, n.ArchivedAt = instant(at), instant(read), instant(archived)
	if n.Cite.Clause != "" {
		n.Cite.Portal, n.Cite.Edition = n.Portal, int(edition)
	}
	return n, nil
}

// Notices follows notify.NoticeTx.
func (tx *Tx) Notices(ctx context.Context, user identity.ID, page notify.Page) ([]notify.Notice, error) {
	return list(ctx, tx, tx.notice, `
		SELECT user_id, notice_id, portal, kind, key, template, campaign_id, sealed, document, edition, clause, at, read_at, archived_at FROM notify_notice
		WHERE user_id = $1 AND (notice_id < $2 OR $2 = 0) AND (kind = $3 OR $3 = '') AND (read_at = 0 OR NOT $4) AND (archived_at > 0) = $5
		ORDER BY notice_id DESC LIMIT $6`,
		int64(user), int64(page.Before), string(page.Kind), page.Unread, page.Archived, int64(page.Limit))
}

// Notice follows notify.NoticeTx.
func (tx *Tx) Notice(ctx context.Context, user, id identity.ID) (notify.Notice, error) {
	return tx.notice(tx.queryRow(ctx, `
		SELECT user_id, notice_id, portal, kind, key, template, campaign_id, sealed, document, edition, clause, at, read_at, archived_at FROM notify_notice
		WHERE user_id = $1 AND notice_id = $2`, int64(user), int64(id)))
}

// ReadNotice follows notify.NoticeTx.
func (tx *Tx) ReadNotice(ctx context.Context, user, id identity.ID, at time.Time) (changed int64, err error) {
	return tx.exec(ctx, `UPDATE notify_notice SET read_at = $1 WHERE user_id = $2 AND (notice_id = $3 OR $3 = 0) AND read_at = 0 AND (archived_at = 0 OR $3 > 0)`,
		micros(at), int64(user), int64(id))
}

// ArchiveNotice follows notify.NoticeTx.
func (tx *Tx) ArchiveNotice(ctx context.Context, user, id identity.ID, at time.Time) error {
	return tx.one(ctx, `UPDATE notify_notice SET archived_at = $1 WHERE user_id = $2 AND notice_id = $3`, micros(at), int64(user), int64(id))
}

// mostUnread is the number above which nobody counts.
const mostUnread = 100

// Unread follows account.MessagesTx.
func (tx *Tx) Unread(ctx context.Context, user identity.ID) (n int, err error) {
	err = tx.queryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1 AS one FROM notify_notice WHERE user_id = $1 AND read_at = 0 AND archived_at = 0 LIMIT $2) AS unread`,
		int64(user), int64(mostUnread)).Scan(&n)
	return n, err
}

// Choices follows notify.NoticeTx.
func (tx *Tx) Choices(ctx context.Context, user identity.ID) ([]notify.Choice, error) {
	return list(ctx, tx, func(s scanner) (c notify.Choice, err error) {
		var kind, channel string
		err = s.Scan(&kind, &channel, &c.Wanted)
		c.Kind, c.Channel = notify.Kind(kind), notify.Channel(channel)
		return c, err
	}, `SELECT kind, channel, wanted FROM notify_preference WHERE user_id = $1 ORDER BY kind, channel`, int64(user))
}

// Choose follows notify.NoticeTx.
func (tx *Tx) Choose(ctx context.Context, user identity.ID, c notify.Choice, at time.Time) (changed bool, err error) {
	n, err := tx.exec(ctx, `
		INSERT INTO notify_preference (user_id, kind, channel, wanted, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (user_id, kind, channel) DO UPDATE SET wanted = $4, at = $5 WHERE notify_preference.wanted <> $4`,
		int64(user), string(c.Kind), string(c.Channel), c.Wanted, micros(at))
	return n > 0, err
}

// Consents follows notify.ConsentTx.
func (tx *Tx) Consents(ctx context.Context, user identity.ID) ([]notify.Consent, error) {
	return list(ctx, tx, func(s scanner) (c notify.Consent, err error) {
		var kind, channel string
		var at int64
		err = s.Scan(&kind, &channel, &c.Given, &c.How, &at)
		c.Kind, c.Channel, c.At = notify.Kind(kind), notify.Channel(channel), instant(at)
		return c, err
	}, `SELECT kind, channel, given, how, at FROM notify_consent WHERE user_id = $1 ORDER BY kind, channel`, int64(user))
}

// SaveConsent follows notify.ConsentTx.
func (tx *Tx) SaveConsent(ctx context.Context, user identity.ID, c notify.Consent) (changed bool, err error) {
	n, err := tx.exec(ctx, `
		INSERT INTO notify_consent (user_id, kind, channel, given, how, at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (user_id, kind, channel) DO UPDATE SET given = $4, how = $5, at = $6 WHERE notify_consent.given <> $4`,
		int64(user), string(c.Kind), string(c.Channel), c.Given, c.How, micros(c.At))
	return n > 0, err
}

// leaveRow binds the links of letters: what is sealed for a row does not open as one.
const leaveRow = "notify_leave"

// SealLeave follows notify.ConsentTx.
func (tx *Tx) SealLeave(l notify.Leave) (string, error) {
	sealed, err := tx.seal(leaveRow, []string{strconv.FormatInt(int64(l.User), 36), l.Portal, string(l.Kind), string(l.Channel)})
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

// OpenLeave follows notify.ConsentTx.
func (tx *Tx) OpenLeave(token string) (l notify.Leave, err error) {
	absent := fault.New(fault.Absent, keyAbsent)
	if len(token) > 400 {
		return l, absent
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(token)
	var parts []string
	if err != nil || tx.unseal(leaveRow, sealed, &parts) != nil || len(parts) != 4 {
		return l, absent
	}
	user, err := strconv.ParseInt(parts[0], 36, 64)
	if err != nil || user <= 0 {
		return l, absent
	}
	return notify.Leave{User: identity.ID(user), Portal: parts[1], Kind: notify.Kind(parts[2]), Channel: notify.Channel(parts[3])}, nil
}

// AddTemplate follows notify.TemplateTx.
func (tx *Tx) AddTemplate(ctx context.Context, t notify.Template) error {
	texts, err := json.Marshal(t.Texts)
	if err != nil {
		return err
	}
	return tx.one(ctx, `
		INSERT INTO notify_template (portal, key, version, state, texts, written_by, written_at, decided_by, decided_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0) ON CONFLICT (portal, key, version) DO NOTHING`,
		t.Portal, t.Key, int64(t.Version), t.State, string(texts), int64(t.WrittenBy), micros(t.WrittenAt))
}

// DecideTemplate follows notify.TemplateTx.
func (tx *Tx) DecideTemplate(ctx context.Context, t notify.Template) error {
	return tx.one(ctx, `UPDATE notify_template SET state = $1, decided_by = $2, decided_at = $3 WHERE portal = $4 AND key = $5 AND version = $6 AND state = 'proposed'`,
		t.State, int64(t.DecidedBy), micros(t.DecidedAt), t.Portal, t.Key, int64(t.Version))
}

func template(s scanner) (notify.Template, error) {
	var t notify.Template
	var version, writtenBy, writtenAt, decidedBy, decidedAt int64
	var texts string
	if err := s.Scan(&t.Portal, &t.Key, &version, &t.State, &texts, &writtenBy, &writtenAt, &decidedBy, &decidedAt); err != nil {
		return t, err
	}
	t.Version, t.WrittenBy, t.DecidedBy = int(version), identity.ID(writtenBy), identity.ID(decidedBy)
	t.WrittenAt, t.DecidedAt = instant(writtenAt), instant(decidedAt)
	return t, json.Unmarshal([]byte(texts), &t.Texts)
}

// Templates follows notify.TemplateTx.
func (tx *Tx) Templates(ctx context.Context, portal, key string) ([]notify.Template, error) {
	return list(ctx, tx, template, `
		SELECT portal, key, version, state, texts, written_by, written_at, decided_by, decided_at FROM notify_template
		WHERE portal = $1 AND (key = $2 OR $2 = '') ORDER BY key, version DESC`, portal, key)
}

// Template follows notify.TemplateTx.
func (tx *Tx) Template(ctx context.Context, portal, key string, version int) (notify.Template, error) {
	return template(tx.queryRow(ctx, `
		SELECT portal, key, version, state, texts, written_by, written_at, decided_by, decided_at FROM notify_template
		WHERE portal = $1 AND key = $2 AND version = $3`, portal, key, int64(version)))
}

// complete refuses a message without one of the values its sentence names: half a message is never sent.
func (tx *Tx) complete(key string, args map[string]string) error {
	if tx.values == nil {
		return nil
	}
	for _, name := range tx.values(key) {
		if _, ok := args[name]; !ok {
			return fmt.Errorf("%w: %s without {%s}", notify.ErrMessage, key, name)
		}
	}
	return nil
}

// forgetNotices removes what a person was told and what they chose.
func (tx *Tx) forgetNotices(ctx context.Context, user identity.ID) error {
	for _, statement := range []string{
		`DELETE FROM notify_notice WHERE user_id = $1`,
		`DELETE FROM notify_preference WHERE user_id = $1`,
		`DELETE FROM notify_consent WHERE user_id = $1`,
		`DELETE FROM notify_message WHERE user_id = $1 AND campaign_id > 0`,
	} {
		if _, err := tx.exec(ctx, statement, int64(user)); err != nil {
			return err
		}
	}
	return nil
}
