package store

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"tereze/internal/identity"
	"tereze/internal/notify"
)

const campaignColumns = `campaign_id, portal, kind, state, segment, channels, letters, texts, written_by, written_at, decided_by, decided_at, ended_at,
	people, cursor_id, seen, sent, unwilling, unreachable, bad, version`

// AddCampaign follows notify.CampaignTx.
func (tx *Tx) AddCampaign(ctx context.Context, c notify.Campaign) error {
	parts, err := campaignParts(c)
	if err != nil {
		return err
	}
	return tx.one(ctx, `
		INSERT INTO notify_campaign (campaign_id, portal, kind, state, segment, channels, letters, texts, written_by, written_at, decided_by, decided_at, ended_at,
			people, cursor_id, seen, sent, unwilling, unreachable, bad, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, $11)`,
		int64(c.ID), c.Portal, string(c.Kind), c.State, parts[0], parts[1], parts[2], parts[3], int64(c.WrittenBy), micros(c.WrittenAt), int64(c.Version))
}

// campaignParts are segment, channels, letters and texts as they are kept.
func campaignParts(c notify.Campaign) (out [4]string, err error) {
	for i, part := range []any{c.Segment, c.Channels, c.Letters, c.Texts} {
		b, err := json.Marshal(part)
		if err != nil {
			return out, err
		}
		out[i] = string(b)
	}
	return out, nil
}

// SaveCampaign follows notify.CampaignTx.
func (tx *Tx) SaveCampaign(ctx context.Context, c notify.Campaign) error {
	return tx.one(ctx, `
		UPDATE notify_campaign SET state = $1, decided_by = $2, decided_at = $3, ended_at = $4, people = $5, cursor_id = $6, seen = $7, sent = $8,
			unwilling = $9, unreachable = $10, bad = $11, version = $12 WHERE campaign_id = $13 AND version = $12 - 1`,
		c.State, int64(c.DecidedBy), micros(c.DecidedAt), micros(c.EndedAt), int64(c.People), int64(c.Cursor), int64(c.Counts.Seen), int64(c.Counts.Sent),
		int64(c.Counts.Unwilling), int64(c.Counts.Unreachable), int64(c.Counts.Bad), int64(c.Version), int64(c.ID))
}

func campaign(s scanner) (notify.Campaign, error) {
	var c notify.Campaign
	var id, writtenBy, writtenAt, decidedBy, decidedAt, ended, cursor int64
	var kind string
	var parts [4]string
	err := s.Scan(&id, &c.Portal, &kind, &c.State, &parts[0], &parts[1], &parts[2], &parts[3], &writtenBy, &writtenAt, &decidedBy, &decidedAt, &ended,
		&c.People, &cursor, &c.Counts.Seen, &c.Counts.Sent, &c.Counts.Unwilling, &c.Counts.Unreachable, &c.Counts.Bad, &c.Version)
	if err != nil {
		return c, err
	}
	for i, into := range []any{&c.Segment, &c.Channels, &c.Letters, &c.Texts} {
		if err := json.Unmarshal([]byte(parts[i]), into); err != nil {
			return c, err
		}
	}
	c.ID, c.Kind, c.WrittenBy, c.DecidedBy, c.Cursor = identity.ID(id), notify.Kind(kind), identity.ID(writtenBy), identity.ID(decidedBy), identity.ID(cursor)
	c.WrittenAt, c.DecidedAt, c.EndedAt = instant(writtenAt), instant(decidedAt), instant(ended)
	return c, nil
}

// Campaign follows notify.CampaignTx.
func (tx *Tx) Campaign(ctx context.Context, id identity.ID) (notify.Campaign, error) {
	return campaign(tx.queryRow(ctx, `SELECT `+campaignColumns+` FROM notify_campaign WHERE campaign_id = $1`+tx.forUpdate(), int64(id)))
}

// Campaigns follows notify.CampaignTx.
func (tx *Tx) Campaigns(ctx context.Context, portal string, before identity.ID, limit int) ([]notify.Campaign, error) {
	return list(ctx, tx, campaign, `SELECT `+campaignColumns+` FROM notify_campaign WHERE portal = $1 AND (campaign_id < $2 OR $2 = 0) ORDER BY campaign_id DESC LIMIT $3`,
		portal, int64(before), int64(limit))
}

// CampaignsIn follows notify.CampaignTx.
func (tx *Tx) CampaignsIn(ctx context.Context, state string, limit int) ([]notify.Campaign, error) {
	return list(ctx, tx, campaign, `SELECT `+campaignColumns+` FROM notify_campaign WHERE state = $1 ORDER BY campaign_id LIMIT $2`, state, int64(limit))
}

// among is the part of a statement that chooses the people of a segment, and its arguments, from $1 on.
type among struct {
	where string
	args  []any
}

// next takes an argument and gives its place.
func (a *among) next(value any) string {
	a.args = append(a.args, value)
	return "$" + strconv.Itoa(len(a.args))
}

func segment(c notify.Campaign) *among {
	a := &among{}
	a.where = "u.portal = " + a.next(c.Portal) + " AND u.state = 'active'"
	s := c.Segment
	if s.Language != "" {
		a.where += " AND u.language = " + a.next(s.Language)
	}
	if s.Role != "" {
		a.where += " AND EXISTS (SELECT 1 FROM account_role r WHERE r.user_id = u.user_id AND r.role = " + a.next(string(s.Role)) + ")"
	}
	if s.Institution != "" {
		a.where += " AND " + belongsTo(a.next(s.Institution))
	}
	if !s.Since.IsZero() {
		a.where += " AND u.created_at >= " + a.next(micros(s.Since))
	}
	if !s.Until.IsZero() {
		a.where += " AND u.created_at < " + a.next(micros(s.Until))
	}
	return a
}

// joined adds for a channel the contact c and the consent or choice w of a person, and gives the conditions under
// which a person is willing, reachable, and at an address to which anything can be sent.
func (a *among) joined(c notify.Campaign, channel notify.Channel, paid []notify.Channel) (joins, willing, reachable, good string) {
	kind := map[notify.Channel]string{notify.Email: "email", notify.SMS: "phone"}[channel]
	joins = " LEFT JOIN account_contact c ON c.user_id = u.user_id AND c.kind = " + a.next(kind)
	reachable, good = "c.user_id IS NOT NULL AND c.failed_at <= c.confirmed_at", "c.value LIKE '%_@_%' AND c.value NOT LIKE '% %'"
	switch channel {
	case notify.SMS:
		good = "c.value LIKE '+_______%' AND c.value NOT LIKE '% %'"
	case notify.Push:
		reachable, good = "EXISTS (SELECT 1 FROM notify_browser b WHERE b.user_id = u.user_id)", "TRUE"
	case notify.Site: // the cabinet is there
		reachable, good = "TRUE", "TRUE"
	}
	if channel == notify.Site {
		return joins, "TRUE", reachable, good
	}
	if c.Kind != notify.Announcement {
		joins += " LEFT JOIN notify_consent w ON w.user_id = u.user_id AND w.kind = " + a.next(string(c.Kind)) + " AND w.channel = " + a.next(string(channel))
		return joins, "COALESCE(w.given, FALSE)", reachable, good
	}
	joins += " LEFT JOIN notify_preference w ON w.user_id = u.user_id AND w.kind = " + a.next(string(c.Kind)) + " AND w.channel = " + a.next(string(channel))
	unchosen := "TRUE"
	switch {
	case slices.Contains(paid, channel):
		unchosen = "FALSE"
	case channel == notify.SMS:
		unchosen = "NOT EXISTS (SELECT 1 FROM account_contact e WHERE e.user_id = u.user_id AND e.kind = 'email')"
	}
	return joins, "COALESCE(w.wanted, " + unchosen + ")", reachable, good
}

// CampaignReach follows notify.CampaignTx.
func (tx *Tx) CampaignReach(ctx context.Context, c notify.Campaign, paid []notify.Channel) (counts notify.Counts, err error) {
	for _, channel := range c.Channels {
		one, err := tx.channelReach(ctx, c, channel, paid, 0, 0)
		if err != nil {
			return counts, err
		}
		seen := one.Seen
		counts = counts.Add(one)
		counts.Seen = seen
	}
	return counts, nil
}

// channelReach counts the people above from, up to the id to, or all where that is 0.
func (tx *Tx) channelReach(ctx context.Context, c notify.Campaign, channel notify.Channel, paid []notify.Channel, from, to identity.ID) (n notify.Counts, err error) {
	a := segment(c)
	joins, willing, reachable, good := a.joined(c, channel, paid)
	where := a.where
	if to != 0 {
		where += " AND u.user_id > " + a.next(int64(from)) + " AND u.user_id <= " + a.next(int64(to))
	}
	sum := func(condition string) string {
		return "COALESCE(SUM(CASE WHEN " + condition + " THEN 1 ELSE 0 END), 0)"
	}
	err = tx.queryRow(ctx, `SELECT COUNT(*), `+strings.Join([]string{
		sum(willing + " AND " + reachable + " AND " + good), sum("NOT " + willing), sum(willing + " AND NOT (" + reachable + ")"), sum(willing + " AND " + reachable + " AND NOT (" + good + ")"),
	}, ", ")+` FROM account_user u`+joins+` WHERE `+where, a.args...).Scan(&n.Seen, &n.Sent, &n.Unwilling, &n.Unreachable, &n.Bad)
	return n, err
}

// CampaignBatch follows notify.CampaignTx. The people are chosen and their messages written inside the database;
// the program holds none of them.
func (tx *Tx) CampaignBatch(ctx context.Context, c notify.Campaign, paid []notify.Channel, limit int, at time.Time) (last identity.ID, counts notify.Counts, err error) {
	a := segment(c)
	var greatest int64
	err = tx.queryRow(ctx, `SELECT COALESCE(MAX(user_id), 0), COUNT(*) FROM (SELECT u.user_id FROM account_user u WHERE `+a.where+
		` AND u.user_id > `+a.next(int64(c.Cursor))+` ORDER BY u.user_id LIMIT `+a.next(int64(limit))+`) AS batch`, a.args...).Scan(&greatest, &counts.Seen)
	if err != nil || greatest == 0 {
		return 0, notify.Counts{}, err
	}
	last = identity.ID(greatest)
	for _, channel := range c.Channels {
		n, err := tx.channelReach(ctx, c, channel, paid, c.Cursor, last)
		if err != nil {
			return 0, counts, err
		}
		n.Seen = 0
		counts = counts.Add(n)
		if err := tx.campaignMessages(ctx, c, channel, paid, last, at); err != nil {
			return 0, counts, err
		}
	}
	return last, counts, nil
}

// campaignMessages writes a message of one channel to everybody above the cursor up to an id who is willing and
// can be reached: by Push to each of their browsers. All messages of a channel have one id, which with the person's is
// the key: nobody gets two.
func (tx *Tx) campaignMessages(ctx context.Context, c notify.Campaign, channel notify.Channel, paid []notify.Channel, to identity.ID, at time.Time) error {
	a := segment(c)
	joins, willing, reachable, good := a.joined(c, channel, paid)
	where := a.where + " AND u.user_id > " + a.next(int64(c.Cursor)) + " AND u.user_id <= " + a.next(int64(to)) + " AND " + willing + " AND " + reachable + " AND " + good
	letter, once := "", "''"
	if channel == notify.Push {
		var join string
		join, letter, once = a.browsers(c, to)
		joins += join
	} else {
		letter = cast(a.next(int64(c.Letters[notify.LetterTo(channel, 1)])), "BIGINT")
	}
	id, when := a.next(int64(c.ID)), a.next(micros(at))
	key := a.next(notify.CampaignKey)
	if channel == notify.Site {
		_, err := tx.exec(ctx, `
			INSERT INTO notify_notice (user_id, notice_id, portal, kind, key, template, campaign_id, sealed, document, edition, clause, at, read_at, archived_at)
			SELECT u.user_id, `+letter+`, u.portal, `+cast(a.next(string(c.Kind)), "TEXT")+`, `+cast(key, "TEXT")+`, 0, `+cast(id, "BIGINT")+
			`, '', '', 0, '', `+cast(when, "BIGINT")+`, 0, 0 FROM account_user u`+joins+` WHERE `+where+` ON CONFLICT (user_id, notice_id) DO NOTHING`, a.args...)
		return err
	}
	_, err := tx.exec(ctx, `
		INSERT INTO notify_message (user_id, message_id, portal, channel, key, language, sealed, at, state, bulk, once, due_at, since_at, changed_at, wiped, template, campaign_id)
		SELECT u.user_id, `+letter+`, u.portal, `+cast(a.next(string(channel)), "TEXT")+`, `+cast(key, "TEXT")+`, u.language, '', `+cast(when, "BIGINT")+`,
			'created', TRUE, `+once+`, `+cast(when, "BIGINT")+`, `+cast(when, "BIGINT")+`, `+cast(when, "BIGINT")+`, TRUE, 0, `+cast(id, "BIGINT")+` FROM account_user u`+joins+` WHERE `+where+` ON CONFLICT DO NOTHING`, a.args...)
	return err
}

// browsers joins as b the browsers of the people above the cursor up to an id, and gives the id of the message to each
// and the name by which it is written once and finds its browser.
func (a *among) browsers(c notify.Campaign, to identity.ID) (join, letter, once string) {
	letter = "CASE b.nth"
	nth := 1
	for ; c.Letters[notify.LetterTo(notify.Push, nth)] != 0; nth++ {
		letter += " WHEN " + strconv.Itoa(nth) + " THEN " + cast(a.next(int64(c.Letters[notify.LetterTo(notify.Push, nth)])), "BIGINT")
	}
	join = ` JOIN (SELECT user_id, browser_id, ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY browser_id) AS nth FROM notify_browser WHERE user_id > ` +
		a.next(int64(c.Cursor)) + ` AND user_id <= ` + a.next(int64(to)) + `) b ON b.user_id = u.user_id AND b.nth < ` + strconv.Itoa(nth)
	return join, letter + " END", cast(a.next(c.ToBrowsers()), "TEXT") + " || CAST(b.browser_id AS TEXT)"
}

// cast says the type of an argument that stands where PostgreSQL cannot tell it from the column.
func cast(place, kind string) string { return "CAST(" + place + " AS " + kind + ")" }
