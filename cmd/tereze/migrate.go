package main

import (
	"context"
	"flag"
	"fmt"
	"io"

	"tereze/internal/store"
)

const migrateHelp = `Brings the tables of the database up to date. It is safe while the program runs,
this version or the one before; serve does the same when it starts.

Usage: tereze migrate [--database DATABASE]

Example: tereze migrate --database postgres://tereze@db/tereze
`

// migrate brings the database's tables up to date.
func migrate(ctx context.Context, args []string, out, errs io.Writer) int {
	var where place
	f := flag.NewFlagSet("migrate", flag.ContinueOnError)
	where.databaseFlags(f)
	rest, status, done := parse(f, migrateHelp, args, out, errs)
	if done {
		return status
	}
	if len(rest) > 0 {
		return misuse(errs, f, "unexpected %q", rest[0])
	}
	if err := where.prepare(); err != nil {
		return refuse(errs, f, err)
	}
	applied, err := store.Migrate(ctx, store.Config{Database: where.db()})
	for _, m := range applied {
		fmt.Fprintln(out, "applied", m)
	}
	if err != nil {
		return refuse(errs, f, err)
	}
	if len(applied) == 0 {
		fmt.Fprintln(out, "up to date")
	}
	return 0
}
