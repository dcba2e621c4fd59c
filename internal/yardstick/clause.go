package yardstick

import (
	"context"
	"errors"
	"runtime"
	"time"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/clause"
	"tereze/internal/house"
	"tereze/portals"
)

// checked is the portal whose password rule is asked for.
const checked = "court"

var errNoRule = errors.New("no clause of " + checked + " sets the length of a password")

// openClause prepares the library of all portals that ship, as every request asks it. It opens no
// house: what runs by itself there allocates, and the count here is of the whole process.
func openClause(context.Context, Config, string) ([]work, func() error, error) {
	library, err := Library()
	if err != nil {
		return nil, nil, err
	}
	var allocations float64
	return []work{{
		name: "clause check on a request", unit: "ns", target: Target{Below: 200},
		ours: func(_ context.Context, d time.Duration) (ns float64, err error) {
			ns, allocations, err = checkFor(library, d)
			return ns, err
		},
	}, {
		name: "same, allocations", unit: "per check", target: Target{None: true},
		ours: func(context.Context, time.Duration) (float64, error) { return allocations, nil },
	}}, func() error { return nil }, nil
}

// Library loads the packs that ship and compiles them, with no database.
func Library() (*agreement.Library, error) {
	library := agreement.NewLibrary(house.Rules())
	names, err := agreement.Packs(portals.FS)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		pack, problems := agreement.LoadPack(portals.FS, name, house.Rules())
		if len(problems) > 0 {
			return nil, problems[0]
		}
		if problems := library.Put(pack.Portal, pack.Editions); len(problems) > 0 {
			return nil, problems[0]
		}
	}
	return library, nil
}

// Check is what a request does before it acts: the book of the portal at this instant, the rule,
// the clause that sets it.
func Check(library *agreement.Library, now time.Time) (clause.Citation, bool) {
	rule, cite, ok := clause.In[account.OwnPassword](library.Book(checked, now))
	return cite, ok && rule.MinLength > 0
}

// checkFor checks on one core for a slice: nanoseconds and allocations of one check.
func checkFor(library *agreement.Library, slice time.Duration) (ns, allocations float64, err error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // nothing else runs, so nothing else allocates
	now := time.Now()
	if cite, ok := Check(library, now); !ok || cite.Zero() {
		return 0, 0, errNoRule
	}
	const batch = 1000
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	n, began := 0, time.Now()
	for time.Since(began) < slice {
		for range batch {
			if _, ok := Check(library, now); !ok {
				return 0, 0, errNoRule
			}
		}
		n += batch
	}
	ns = float64(time.Since(began).Nanoseconds()) / float64(n)
	runtime.ReadMemStats(&after)
	// Whole ones, as testing.AllocsPerRun counts: the runtime's own few do not belong to a check.
	return ns, float64((after.Mallocs - before.Mallocs) / uint64(n)), nil
}
