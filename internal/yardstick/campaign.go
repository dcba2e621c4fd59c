package yardstick

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"tereze/internal/house"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/store"
)

// readers is how many people a campaign goes to where nobody says otherwise.
const readers = 1_000_000

// openCampaign makes a house whose people all read the news, and a database into which as many messages are
// inserted the plain way: one connection, one statement prepared once, a transaction for each two thousand rows.
func openCampaign(ctx context.Context, cfg Config, dir string) ([]work, func() error, error) {
	number := cfg.People
	if number == 0 {
		number = readers
	}
	cfg.Say(fmt.Sprintf("campaign: making %d people", number))
	path := filepath.Join(dir, "tereze.db")
	h, err := openCrowded(ctx, path, max(1, number-1)) // the one who is copied is there as well
	if err != nil {
		return nil, nil, err
	}
	if err := subscribe(ctx, path); err != nil {
		return nil, nil, errors.Join(err, h.Close())
	}
	raw, err := openRawMessages(ctx, dir)
	if err != nil {
		return nil, nil, errors.Join(err, h.Close())
	}
	rate := func(began time.Time) float64 { return float64(number) / time.Since(began).Seconds() }
	return []work{{
		name: fmt.Sprintf("a letter to %d people", number), yardstick: "raw inserts of as many rows", unit: "letters/s", target: Target{Least: 1.0 / 3},
		ours: func(ctx context.Context, _ time.Duration) (float64, error) {
			began := time.Now()
			_, err := campaign(ctx, h, number)
			return rate(began), err
		},
		theirs: func(ctx context.Context, _ time.Duration) (float64, error) {
			began := time.Now()
			err := raw.write(ctx, number)
			return rate(began), err
		},
	}, {
		name: fmt.Sprintf("memory that a letter to %d people takes", number), unit: "MB", target: Target{Below: 64},
		ours: func(ctx context.Context, _ time.Duration) (float64, error) { return campaign(ctx, h, number) },
	}}, func() error { return errors.Join(raw.db.Close(), h.Close()) }, nil
}

// subscribe gives everybody a confirmed address and puts it on the news list.
func subscribe(ctx context.Context, path string) (err error) {
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(60000)")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for _, statement := range []string{
		`INSERT INTO account_contact (user_id, kind, value, confirmed_at) SELECT user_id, 'email', sign_in_name || '@example.kz', 1 FROM account_user WHERE portal = $1`,
		`INSERT INTO notify_consent (user_id, kind, channel, given, how, at) SELECT user_id, 'news', 'email', TRUE, 'tick', 1 FROM account_user WHERE portal = $1`,
	} {
		if _, err := db.ExecContext(ctx, statement, portal); err != nil {
			return fmt.Errorf("subscribe everybody: %w", err)
		}
	}
	return nil
}

// campaign sends one letter to everybody and tells by how much the memory of the program grew meanwhile, in MB.
func campaign(ctx context.Context, h *house.House, number int) (grown float64, err error) {
	author := identity.Actor{Portal: portal, User: 1, Roles: []identity.Role{identity.Operator}}
	second := identity.Actor{Portal: portal, User: 2, Roles: []identity.Role{identity.Operator}}
	c := notify.Campaign{Kind: notify.News, Channels: []notify.Channel{notify.Email}, Texts: map[string]notify.Text{}}
	for _, language := range []string{"kk", "ru", "en"} {
		c.Texts[language] = notify.Text{Subject: "Порталдағы жаңалықтар", Body: "Қызметтер тізімі толықты. Толығырақ порталда."}
	}
	if c, err = h.Notices.WriteCampaign(ctx, author, c); err != nil {
		return 0, err
	}
	runtime.GC()
	before := resident()
	if err := h.Notices.MoveCampaign(ctx, second, c.ID, "approve"); err != nil {
		return 0, err
	}
	for c.State != notify.CampaignSent {
		time.Sleep(20 * time.Millisecond)
		grown = max(grown, resident()-before)
		if c, err = h.Notices.OneCampaign(ctx, second, c.ID); err != nil {
			return 0, err
		}
	}
	if c.Counts.Sent != number {
		return 0, fmt.Errorf("the letter went to %d of %d people", c.Counts.Sent, number)
	}
	return grown, nil
}

// resident is what the program holds now, in MB: what the system counts, where it tells, else what Go does.
func resident() float64 {
	const mb = 1 << 20
	if text, err := os.ReadFile("/proc/self/statm"); err == nil {
		if fields := bytes.Fields(text); len(fields) > 1 {
			if pages, err := strconv.Atoi(string(fields[1])); err == nil {
				return float64(pages*os.Getpagesize()) / mb
			}
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.Sys-m.HeapReleased) / mb
}

// rawMessages inserts messages the plain way.
type rawMessages struct {
	db     *sql.DB
	letter int64
}

func openRawMessages(ctx context.Context, dir string) (*rawMessages, error) {
	path := filepath.Join(dir, "raw.db")
	empty, err := store.Open(ctx, store.Config{Database: path, Now: time.Now})
	if err != nil {
		return nil, err
	}
	if err := empty.Close(); err != nil {
		return nil, err
	}
	// The settings of the store's writer.
	q := url.Values{"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "cache_size(-64000)"}}
	db, err := sql.Open("sqlite", "file:"+path+"?"+q.Encode())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return &rawMessages{db: db}, nil
}

func (r *rawMessages) write(ctx context.Context, number int) error {
	ctx = context.WithoutCancel(ctx) // one that can end costs the driver a goroutine per statement
	r.letter++
	const together = 2000
	for from := 0; from < number; from += together {
		tx, err := r.db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		insert, err := tx.PrepareContext(ctx, `
			INSERT INTO notify_message (user_id, message_id, portal, channel, key, language, sealed, at, template, campaign_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`)
		for i := from; err == nil && i < min(from+together, number); i++ {
			_, err = insert.ExecContext(ctx, int64(i+1)<<22, r.letter, portal, "email", "campaign", "kk", "", int64(1), int64(0), r.letter)
		}
		if err != nil {
			return errors.Join(err, tx.Rollback())
		}
		if err := tx.Commit(); err != nil {
			return err
		}
	}
	return nil
}
