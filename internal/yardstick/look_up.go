package yardstick

import (
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"tereze/internal/account"
	"tereze/internal/house"
	"tereze/internal/identity"
	"tereze/internal/store"
)

// few and many are how many people the two databases of the look-up hold.
const (
	few  = 10_000
	many = 10_000_000
)

// openLookUp makes two databases of the house's own tables, one with few people and one with
// many, and asks in both what a sign-in asks: first the bare look-up (name, person, roles, password),
// then all of a sign-in but the cost of its hash. The statements are the same; only the number of people
// differs.
func openLookUp(ctx context.Context, cfg Config, dir string) ([]work, func() error, error) {
	number, engine, databases := cfg.People, "SQLite", []string{filepath.Join(dir, "few.db"), filepath.Join(dir, "many.db")}
	if number == 0 {
		number = many
	}
	drop := func() error { return nil }
	if cfg.Postgres != "" {
		var err error
		engine = "PostgreSQL"
		if databases, drop, err = makeDatabases(ctx, cfg.Postgres, "few", "many"); err != nil {
			return nil, nil, err
		}
	}
	small, err := openCrowded(ctx, databases[0], few)
	if err != nil {
		return nil, nil, errors.Join(err, drop())
	}
	cfg.Say(fmt.Sprintf("look-up: making %d people", number))
	large, err := openCrowded(ctx, databases[1], number)
	if err != nil {
		return nil, nil, errors.Join(err, small.Close(), drop())
	}
	cores := runtime.GOMAXPROCS(0)
	return []work{{
		name: fmt.Sprintf("sign-in look-up among %d people, %s", number, engine), yardstick: fmt.Sprintf("the same among %d", few), unit: "look-ups/s",
		target: Target{Least: 1 / 1.5},
		ours: func(ctx context.Context, d time.Duration) (float64, error) {
			return crowd(ctx, cores, d, seeker(large.Store, number))
		},
		theirs: func(ctx context.Context, d time.Duration) (float64, error) {
			return crowd(ctx, cores, d, seeker(small.Store, few))
		},
	}, {
		name: fmt.Sprintf("sign-in without its hash among %d people, %s", number, engine), yardstick: fmt.Sprintf("the same among %d", few), unit: "sign-ins/s",
		target: Target{Least: 1 / 1.5},
		ours: func(ctx context.Context, d time.Duration) (float64, error) {
			return crowd(ctx, perCore*cores, d, stranger(large, number))
		},
		theirs: func(ctx context.Context, d time.Duration) (float64, error) {
			return crowd(ctx, perCore*cores, d, stranger(small, few))
		},
	}}, func() error { return errors.Join(large.Close(), small.Close(), drop()) }, nil
}

// makeDatabases makes databases of a PostgreSQL server and says how to drop them again.
func makeDatabases(ctx context.Context, server string, names ...string) (databases []string, drop func() error, err error) {
	address, err := url.Parse(server)
	if err != nil {
		return nil, nil, fmt.Errorf("address of the server: %w", err)
	}
	db, err := sql.Open("pgx", server)
	if err != nil {
		return nil, nil, err
	}
	var made []string
	drop = func() (err error) {
		for _, name := range made {
			_, dropped := db.ExecContext(context.WithoutCancel(ctx), "DROP DATABASE "+name)
			err = errors.Join(err, dropped)
		}
		return errors.Join(err, db.Close())
	}
	for _, name := range names {
		name = fmt.Sprintf("tereze_bench_%d_%s", os.Getpid(), name)
		if _, err := db.ExecContext(ctx, "CREATE DATABASE "+name); err != nil {
			return nil, nil, errors.Join(fmt.Errorf("make %s: %w", name, err), drop())
		}
		made = append(made, name)
		own := *address
		own.Path = "/" + name
		databases = append(databases, own.String())
	}
	return databases, drop, nil
}

// seeker finds somebody, never the same person twice in a row, as signing in does.
func seeker(s *store.Store, people int) func(context.Context, int) error {
	return func(ctx context.Context, _ int) error {
		name := nameOf(rand.IntN(people))
		return s.InView(ctx, func(tx *store.Tx) error {
			u, err := tx.UserNamed(ctx, portal, name)
			if err != nil {
				return fmt.Errorf("look up %s: %w", name, err)
			}
			if u.SignInName != name {
				return fmt.Errorf("looked up %s, found %s", name, u.SignInName)
			}
			_, err = tx.StoredPassword(ctx, u.ID)
			return err
		})
	}
}

// stranger signs somebody in, in a browser that was not here before.
func stranger(h *house.House, people int) func(context.Context, int) error {
	return func(ctx context.Context, _ int) error {
		_, err := h.Accounts.SignIn(ctx, account.SignIn{
			Portal: portal, SignInName: nameOf(rand.IntN(people)), Password: password, Address: "127.0.0.1", Agent: "tereze bench", Language: "kk",
		})
		return err
	}
}

// nameOf is the sign-in name of the person with a number, as the statement of crowded writes it.
func nameOf(i int) string { return fmt.Sprintf("p%08d", i) }

// openCrowded opens a house in which so many people can sign in. One person registers; the others are
// made of this one's rows by the engine itself.
func openCrowded(ctx context.Context, database string, number int) (*house.House, error) {
	keys, err := house.NewKeys("tereze-bench")
	if err != nil {
		return nil, err
	}
	h, err := openHouseOn(ctx, database, keys)
	if err != nil {
		return nil, err
	}
	one, err := people(ctx, h, 1)
	if err = errors.Join(err, h.Close()); err != nil {
		return nil, err
	}
	if err := multiply(ctx, database, one[0].User, number); err != nil {
		return nil, fmt.Errorf("make %d people: %w", number, err)
	}
	return openHouseOn(ctx, database, keys)
}

// cheap is the hash of the password at hardly any cost: what is measured is the database.
func cheap() string {
	salt := make([]byte, 16)
	key := argon2.IDKey([]byte(norm.NFC.String(password)), salt, 1, 8, 1, 32)
	encode := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=8,t=1,p=1$%s$%s", argon2.Version, encode(salt), encode(key))
}

// multiply copies a person's rows so many times. Who comes first by name does not by id: they are as
// far apart in the tables as people are who come as they please. Rows are written in the order of
// each table's key, which fills its pages better than years of arrivals would.
func multiply(ctx context.Context, database string, first identity.ID, people int) (err error) {
	driver, after := "pgx", []string{"VACUUM ANALYZE", "CHECKPOINT"}
	file, lite := database, !strings.Contains(database, "://")
	if lite {
		driver, after = "sqlite", []string{"PRAGMA journal_mode(WAL)"}
		database = "file:" + database + "?_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)&_pragma=cache_size(-256000)"
	}
	db, err := sql.Open(driver, database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, "UPDATE account_password SET hash = $1 WHERE user_id = $2", cheap(), int64(first)); err != nil {
		return err
	}
	for _, table := range []string{"account_name", "account_user", "account_password", "account_role"} {
		if err := multiplyTable(ctx, db, table, first, people); err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
	}
	for _, statement := range after {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	if !lite {
		return nil
	}
	return flush(file)
}

// flush waits until a file is on the disk: what is still being written would be measured too.
func flush(path string) (err error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// stride is prime: i*stride mod n passes through all numbers below n, where n is no multiple of it.
const stride = 7_368_787

func multiplyTable(ctx context.Context, db *sql.DB, table string, first identity.ID, people int) error {
	columns, err := columnsOf(ctx, db, table)
	if err != nil {
		return err
	}
	// In account_name the number runs by name and the id is scattered, elsewhere the other way round:
	// each by the inverse of the other, so that a name leads to the row that bears it.
	id, number := "n.i", fmt.Sprintf("(n.i * %d) %% %d", stride, people)
	if table == "account_name" {
		id, number = fmt.Sprintf("(n.i * %d) %% %d", inverse(stride, people), people), "n.i"
	}
	values := make([]string, len(columns))
	for i, c := range columns {
		switch c {
		case "user_id":
			values[i] = fmt.Sprintf("%d + 1 + %s", first, id)
		case "sign_in_name", "sign_in_fold", "name_fold":
			values[i] = fmt.Sprintf("'p' || substr(CAST(100000000 + %s AS TEXT), 2)", number)
		default:
			values[i] = "x." + c
		}
	}
	_, err = db.ExecContext(ctx, fmt.Sprintf(`
		WITH RECURSIVE n(i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %d)
		INSERT INTO %s (%s) SELECT %s FROM n, (SELECT * FROM %s WHERE user_id = %d) x`,
		people, table, strings.Join(columns, ", "), strings.Join(values, ", "), table, first))
	return err
}

func columnsOf(ctx context.Context, db *sql.DB, table string) ([]string, error) {
	rows, err := db.QueryContext(ctx, "SELECT * FROM "+table+" WHERE 1 = 0")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names, err := rows.Columns()
	return names, errors.Join(err, rows.Err())
}

// inverse is the x with a*x = 1 modulo n, by Euclid.
func inverse(a, n int) int {
	t, next, r, rest := 0, 1, n, a%n
	for rest != 0 {
		q := r / rest
		t, next = next, t-q*next
		r, rest = rest, r-q*rest
	}
	return (t + n) % n
}
