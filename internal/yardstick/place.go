package yardstick

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/house"
	"tereze/internal/identity"
)

// portal is where people come from in these measurements: one document, accepted with a button.
const portal = "kundelik"

const password = "құпия сөз 2026"

// openHouse opens the whole house on an empty SQLite database, with what runs by itself running.
func openHouse(ctx context.Context, dir string) (*house.House, error) {
	keys, err := house.NewKeys("tereze-bench")
	if err != nil {
		return nil, err
	}
	return openHouseOn(ctx, filepath.Join(dir, "tereze.db"), keys)
}

func openHouseOn(ctx context.Context, database string, keys house.Keys) (*house.House, error) {
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	return house.Open(ctx, house.Config{Database: database, Keys: keys, Log: log})
}

// people registers n people who accept nothing yet.
func people(ctx context.Context, h *house.House, n int) ([]identity.Actor, error) {
	all := make([]identity.Actor, n)
	for i := range all {
		u, err := h.Accounts.Register(ctx, account.Registration{
			Portal: portal, SignInName: fmt.Sprintf("aigul%d", i), Shown: "Айгүл Сатыбалдықызы", Password: password, Again: password, Language: "kk",
		})
		if err != nil {
			return nil, err
		}
		all[i] = identity.Actor{Portal: portal, User: u.ID, Name: u.SignInName, Shown: u.Shown, Language: u.Language, Roles: u.Roles}
	}
	return all, nil
}

// offered is what somebody new has to accept, and how.
func offered(ctx context.Context, h *house.House) (seen []agreement.Seen, how string, err error) {
	standings, err := h.Agreements.Standings(ctx, identity.Actor{Portal: portal}, h.Clock.Now())
	for _, s := range standings {
		seen, how = append(seen, agreement.Seen{Document: s.Document, Edition: s.InForce.Number}), s.By
	}
	return seen, how, err
}

// crowd calls do from n goroutines until the slice is over and says how many calls ended in a
// second. Calls under way at the end are awaited and counted with the time they took. The first
// error ends it.
func crowd(ctx context.Context, n int, slice time.Duration, do func(ctx context.Context, who int) error) (float64, error) {
	var done atomic.Int64
	var once sync.Once
	var failed error
	var all sync.WaitGroup
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	began := time.Now()
	for who := range n {
		all.Go(func() {
			for time.Since(began) < slice && ctx.Err() == nil {
				if err := do(ctx, who); err != nil {
					once.Do(func() { failed = err; stop() })
					return
				}
				done.Add(1)
			}
		})
	}
	all.Wait()
	if failed == nil {
		failed = context.Cause(ctx)
	}
	return float64(done.Load()) / time.Since(began).Seconds(), failed
}
