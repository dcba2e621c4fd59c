package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"

	"github.com/jackc/pgx/v5"
)

// backup runs pg_dump, which reads one snapshot. Custom format: compressed, restored by pg_restore.
func (e *postgresEngine) backup(ctx context.Context, path string) error {
	return runPostgresTool(ctx, e.config, "pg_dump", "--format=custom", "--no-owner", "--file="+path)
}

// restorePostgres plays an archive into an empty database, all of it or nothing.
func restorePostgres(ctx context.Context, from, to string) error {
	config, err := pgx.ParseConfig(to)
	if err != nil {
		return fmt.Errorf("the address of the database: %s", err)
	}
	name := databaseName(to)
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return fmt.Errorf("database %s: %w", name, refusal(ctx, err))
	}
	var tables int64
	err = conn.QueryRow(ctx, "SELECT COUNT(*) FROM ("+postgresDialect.tableNames+") t").Scan(&tables)
	if err := errors.Join(refusal(ctx, err), conn.Close(ctx)); err != nil {
		return fmt.Errorf("database %s: %w", name, err)
	}
	if tables > 0 {
		return fmt.Errorf("database %s: it holds tables: %w", name, ErrExists)
	}
	list, err := exec.CommandContext(ctx, "pg_restore", "--list", from).Output()
	if errors.Is(err, exec.ErrNotFound) {
		return missingTool("pg_restore")
	}
	if err != nil || !bytes.Contains(list, []byte(" store_migration ")) {
		return fmt.Errorf("backup %s: %w", from, ErrNotOurs)
	}
	err = runPostgresTool(ctx, config, "pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", from)
	if err != nil {
		return fmt.Errorf("database %s: %w", name, err)
	}
	return nil
}

// runPostgresTool hands the password over in the environment, where other users of the machine do
// not see it, as they would on the command line.
func runPostgresTool(ctx context.Context, config *pgx.ConnConfig, tool string, args ...string) error {
	address, err := url.Parse(config.ConnString())
	if err != nil {
		return errors.New("the address of the database cannot be read")
	}
	address.User = url.User(config.User)
	query := address.Query()
	query.Del("password")
	address.RawQuery = query.Encode()
	cmd := exec.CommandContext(ctx, tool, append([]string{"--no-password", "--dbname=" + address.String()}, args...)...)
	cmd.Env = append(os.Environ(), "PGPASSWORD="+config.Password)
	var said bytes.Buffer
	cmd.Stderr = &said
	err = cmd.Run()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return missingTool(tool)
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return fmt.Errorf("%s: %w: %s", tool, err, strings.TrimSpace(said.String()))
	}
	return nil
}

func missingTool(tool string) error {
	return fmt.Errorf("%s is not installed: it comes with the client programs of PostgreSQL (Debian: postgresql-client)", tool)
}
