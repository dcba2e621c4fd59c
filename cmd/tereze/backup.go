package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"tereze/internal/store"
)

const backupHelp = `Copies the database to a new file while it is in use. The copy is of one instant:
an SQLite file, or for PostgreSQL an archive of pg_dump, which must be installed.
The keys are not in it: keep a copy of the folder of keys apart from the database.

Usage: tereze backup FILE [--database DATABASE]

Example: tereze backup /backup/tereze-2026-11-22.db
`

// backup copies the database while it is in use.
func backup(ctx context.Context, args []string, out, errs io.Writer) int {
	var where place
	f := flag.NewFlagSet("backup", flag.ContinueOnError)
	where.databaseFlags(f)
	files, status, done := parse(f, backupHelp, args, out, errs)
	switch {
	case done:
		return status
	case len(files) != 1:
		return misuse(errs, f, "want one file to write, got %d", len(files))
	case !where.there():
		return refuse(errs, f, where.errNoDatabase())
	}
	s, err := store.Open(ctx, store.Config{Database: where.db(), NoMigrate: true})
	if err != nil {
		return refuse(errs, f, hint(err))
	}
	if err := errors.Join(s.Backup(ctx, files[0]), s.Close()); err != nil {
		return refuse(errs, f, err)
	}
	info, err := os.Stat(files[0])
	if err != nil {
		return refuse(errs, f, err)
	}
	fmt.Fprintf(out, "%s: %d bytes\nKeep a copy of %s as well: the keys are not in the database.\n", files[0], info.Size(), filepath.Join(where.data, "keys"))
	return 0
}

const restoreHelp = `Makes the database from a backup. It never writes over one: an SQLite file must not
be there yet, a PostgreSQL database must be empty. Put the folder of keys back too.

Usage: tereze restore FILE [--database DATABASE]

Example: tereze restore /backup/tereze-2026-11-22.db --data /srv/tereze
`

// restore makes a database from a backup.
func restore(ctx context.Context, args []string, out, errs io.Writer) int {
	var where place
	f := flag.NewFlagSet("restore", flag.ContinueOnError)
	where.databaseFlags(f)
	files, status, done := parse(f, restoreHelp, args, out, errs)
	if done {
		return status
	}
	if len(files) != 1 {
		return misuse(errs, f, "want one backup to read, got %d", len(files))
	}
	if err := where.prepare(); err != nil {
		return refuse(errs, f, err)
	}
	if err := store.Restore(ctx, files[0], where.db()); err != nil {
		return refuse(errs, f, err)
	}
	fmt.Fprintf(out, "restored from %s\n", files[0])
	if keys := filepath.Join(where.data, "keys"); !folder(keys) {
		fmt.Fprintf(out, "Put the keys back into %s before the portals run: new ones would begin another log.\n", keys)
	}
	return 0
}

func folder(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}
