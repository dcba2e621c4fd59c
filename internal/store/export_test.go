package store

import (
	"context"
	"io/fs"
)

// The unexported parts that the suites of package store_test stand in for the room files with.

func (tx *Tx) Exec(ctx context.Context, text string, args ...any) (int64, error) {
	return tx.exec(ctx, text, args...)
}

func (tx *Tx) One(ctx context.Context, text string, args ...any) error {
	return tx.one(ctx, text, args...)
}

func (tx *Tx) Query(ctx context.Context, text string, args ...any) (*rows, error) {
	return tx.query(ctx, text, args...)
}

func (tx *Tx) Row(ctx context.Context, text string, args ...any) *row {
	return tx.queryRow(ctx, text, args...)
}

func (tx *Tx) ForUpdate() string { return tx.forUpdate() }

func (tx *Tx) Script(ctx context.Context, text string) error { return tx.script(ctx, text) }

func (tx *Tx) Dialect() string { return tx.dialect.name }

var IsUnique = isUnique

// OpenWith opens a store with other migrations.
func OpenWith(ctx context.Context, cfg Config, migrations fs.FS) (*Store, error) {
	return open(ctx, cfg, migrations)
}

// Pragma sets one on the writer of an SQLite store, between acts.
func (s *Store) Pragma(ctx context.Context, text string) error {
	return s.engine.(*sqliteEngine).writer.conn.script(ctx, "PRAGMA "+text)
}

// MaxWaiting is how many acts may wait.
const MaxWaiting = maxWaiting

// Waiting counts the acts that wait for the writer of an SQLite store.
func Waiting(s *Store) int { return len(s.engine.(*sqliteEngine).writer.queue) }

// Commits counts the transactions that the writer of an SQLite store has begun.
func Commits(s *Store) int64 { return s.engine.(*sqliteEngine).writer.groups.Load() }

// Node is the node number of a store's ids.
func Node(s *Store) int64 {
	s.ids.mu.Lock()
	defer s.ids.mu.Unlock()
	return s.ids.node
}

// RenewNode renews the lease now.
func RenewNode(ctx context.Context, s *Store) error { return s.renewNode(ctx) }

// UseUpLease goes on to the last millisecond of the lease.
func UseUpLease(s *Store) {
	s.ids.mu.Lock()
	defer s.ids.mu.Unlock()
	s.ids.last = s.ids.limit
}

// HoldingColumns gives what is listed of each table of a person: the columns the statements name, and why
// a table gives no copy or outlasts the person.
func HoldingColumns() (columns map[string][]string, withheld, kept map[string]string, twice []string) {
	columns, withheld, kept = map[string][]string{}, map[string]string{}, map[string]string{}
	for _, h := range holdings() {
		if _, there := columns[h.table]; there {
			twice = append(twice, h.table)
		}
		columns[h.table] = append(append(append([]string{}, h.columns...), h.row...), h.sealed, h.file)
		if h.section == "" {
			withheld[h.table] = h.withheld
		}
		if h.kept != "" {
			kept[h.table] = h.kept
		}
	}
	return columns, withheld, kept, twice
}

// CopyColumns gives which columns of which tables the person reads in a copy.
func CopyColumns() map[string][]string {
	out := map[string][]string{}
	for _, h := range holdings() {
		if h.section != "" {
			out[h.table] = h.columns
		}
	}
	return out
}
