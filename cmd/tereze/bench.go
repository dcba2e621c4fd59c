package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"tereze/internal/yardstick"
)

const benchHelp = `Usage: tereze bench [--rounds N] [--only WORKS] [--people N] [--postgres ADDRESS] [--json]

Measures this machine: each work in turns with a yardstick, on databases of its own in a temporary
folder. A missed target is shown, and is no failure of the command.
`

// benchRequest is what bench is told.
type benchRequest struct {
	yardstick.Config
	json bool
}

// bench measures this machine against the yardsticks of docs/performance.md.
func bench(ctx context.Context, args []string, out, errs io.Writer) int {
	var r benchRequest
	var only string
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.IntVar(&r.Rounds, "rounds", 5, "how often a work and its yardstick take turns, 1 to 100")
	f.DurationVar(&r.Slice, "slice", time.Second, "how long a turn lasts, 10ms to 1m")
	f.StringVar(&r.Dir, "dir", "", "`folder` for the databases, on the disk that is to serve (default: that of temporary files)")
	f.StringVar(&only, "only", "", "`works` to measure, with commas: "+strings.Join(yardstick.Names(), ", "))
	f.IntVar(&r.People, "people", 0, "among how `many` people look-up finds one, and to how many campaign sends a letter, 1 to 99999999 (default: ten million, one million); both are measured only when named in --only")
	f.StringVar(&r.Postgres, "postgres", "", "`address` of a PostgreSQL server on which look-up makes and drops two databases (default: SQLite)")
	f.BoolVar(&r.json, "json", false, "write JSON instead of a table")
	rest, status, done := parse(f, benchHelp, args, out, errs)
	if done {
		return status
	}
	if only != "" {
		r.Only = strings.Split(only, ",")
	}
	unknown := slices.IndexFunc(r.Only, func(name string) bool { return !slices.Contains(yardstick.Names(), name) })
	switch {
	case len(rest) > 0:
		return misuse(errs, f, "unexpected %q", rest[0])
	case r.Rounds < 1 || r.Rounds > 100:
		return misuse(errs, f, "--rounds %d: want 1 to 100", r.Rounds)
	case r.Slice < 10*time.Millisecond || r.Slice > time.Minute:
		return misuse(errs, f, "--slice %s: want 10ms to 1m", r.Slice)
	case r.People < 0 || r.People > 99_999_999:
		return misuse(errs, f, "--people %d: want 1 to 99999999", r.People)
	case unknown >= 0:
		return misuse(errs, f, "--only %q: want some of %s", r.Only[unknown], strings.Join(yardstick.Names(), ", "))
	}
	if err := r.run(ctx, out, errs); err != nil {
		return refuse(errs, f, err)
	}
	return 0
}

func (r benchRequest) run(ctx context.Context, out, errs io.Writer) (err error) {
	if r.Program, err = os.Executable(); err != nil {
		return fmt.Errorf("find the program whose start is measured: %w", err)
	}
	if !r.json {
		r.Say = func(what string) { fmt.Fprintf(errs, "measuring: %s\n", what) }
	}
	report, err := yardstick.Run(ctx, r.Config)
	if err != nil {
		return err
	}
	if !r.json {
		return report.Write(out)
	}
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	return enc.Encode(report)
}
