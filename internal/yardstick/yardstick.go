// Package yardstick measures the program beside what it is held against, on the machine it runs on.
//
// It owns what is measured, beside what, and how the figures are reduced. It measures the code that
// serves people, on a house of its own in a folder of its own, and never a database in use. What
// must be fast and how fast is the table in docs/performance.md; a figure on a shared machine says
// little, so every work is a ratio to a yardstick measured in turns with it.
package yardstick

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"
)

// Config says how long and where to measure. Zero does for all but Program.
type Config struct {
	// Rounds is how often every work and its yardstick take turns; zero: 5.
	Rounds int
	// Slice is how long one turn lasts; zero: a second.
	Slice time.Duration
	// Dir is an existing folder for the databases; it should lie on the disk that will serve.
	// Empty: the machine's folder of temporary files.
	Dir string
	// Program is the built program, whose start is measured; empty: the start is left out.
	Program string
	// Only names the works to measure; nil: all but those that take long to prepare.
	Only []string
	// People is how many there are among whom one is looked up, or to whom a letter goes; zero: ten million, and
	// one million.
	People int
	// Postgres is the address of a server on which that look-up makes and drops two databases;
	// empty: it is on SQLite.
	Postgres string
	// Say is told what is being measured; nil: nobody is.
	Say func(string)
}

// Report is what was measured and on what.
type Report struct {
	Cores  int    `json:"cores"`
	Go     string `json:"go"`
	System string `json:"system"`
	Rounds int    `json:"rounds"`
	Slice  string `json:"slice"`
	Rows   []Row  `json:"rows"`
}

// work is one thing measured. theirs is nil where there is no yardstick: then the figure itself is
// held against the target.
type work struct {
	name, yardstick, unit string
	target                Target
	ours, theirs          func(ctx context.Context, slice time.Duration) (float64, error)
	slice                 time.Duration // the shortest turn that says something; zero: any
}

// stage is a group of works that stand on one preparation.
type stage struct {
	name string
	long bool // takes minutes and gigabytes to prepare: measured only where it is named
	open func(ctx context.Context, cfg Config, dir string) (works []work, shut func() error, err error)
}

// stages are all works in the order of the table.
func stages() []stage {
	return []stage{
		{name: "page", open: openPage}, {name: "act", open: openAct}, {name: "sign-in", open: openSignIn},
		{name: "look-up", open: openLookUp, long: true}, {name: "clause", open: openClause}, {name: "signature", open: openSignature},
		{name: "start", open: openStart}, {name: "campaign", open: openCampaign, long: true},
	}
}

// Names lists what can be measured.
func Names() (names []string) {
	for _, s := range stages() {
		names = append(names, s.name)
	}
	return names
}

// Run measures. It answers with an error where something could not be measured, never for a target
// that was missed: that is in the report.
func Run(ctx context.Context, cfg Config) (Report, error) {
	if cfg.Rounds == 0 {
		cfg.Rounds = 5
	}
	if cfg.Slice == 0 {
		cfg.Slice = time.Second
	}
	if cfg.Say == nil {
		cfg.Say = func(string) {}
	}
	report := Report{
		Cores: runtime.GOMAXPROCS(0), Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH,
		Rounds: cfg.Rounds, Slice: cfg.Slice.String(),
	}
	for _, s := range stages() {
		if cfg.Only != nil && !slices.Contains(cfg.Only, s.name) || cfg.Only == nil && s.long || s.name == "start" && cfg.Program == "" {
			continue
		}
		rows, err := s.run(ctx, cfg)
		if err != nil {
			return Report{}, fmt.Errorf("measure %s: %w", s.name, err)
		}
		report.Rows = append(report.Rows, rows...)
	}
	return report, nil
}

func (s stage) run(ctx context.Context, cfg Config) (rows []Row, err error) {
	cfg.Say(s.name)
	dir, err := os.MkdirTemp(cfg.Dir, "tereze-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	works, shut, err := s.open(ctx, cfg, dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, shut()) }()
	for _, w := range works {
		row, err := w.measure(ctx, cfg)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", w.name, err)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// measure lets the work and its yardstick take turns. A turn of each goes before that does not
// count: caches fill, files grow to their size.
func (w work) measure(ctx context.Context, cfg Config) (Row, error) {
	slice := max(cfg.Slice, w.slice)
	var ours, theirs []float64
	for range cfg.Rounds + 1 {
		p, err := w.round(ctx, slice)
		if err != nil {
			return Row{}, err
		}
		ours, theirs = append(ours, p.ours), append(theirs, p.theirs)
	}
	if w.theirs == nil {
		return newRow(w, ours[1:], nil), nil
	}
	return newRow(w, ours[1:], theirs[1:]), nil
}

// pair is the figures of one round; theirs is 0 where there is no yardstick.
type pair struct{ ours, theirs float64 }

// round gives each of the two a slice, in halves and in the order ours, theirs, theirs, ours: a
// machine that grows slower or faster meanwhile favours neither.
func (w work) round(ctx context.Context, slice time.Duration) (p pair, err error) {
	if w.theirs == nil {
		p.ours, err = w.ours(ctx, slice)
		return p, err
	}
	for i, mine := range []bool{true, false, false, true} {
		turn, sum := w.theirs, &p.theirs
		if mine {
			turn, sum = w.ours, &p.ours
		}
		rate, err := turn(ctx, slice/2)
		if err != nil {
			return pair{}, fmt.Errorf("turn %d: %w", i+1, err)
		}
		*sum += rate / 2
	}
	return p, nil
}
