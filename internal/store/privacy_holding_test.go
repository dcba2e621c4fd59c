package store_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"tereze/internal/identity"
	"tereze/internal/store"
	"tereze/internal/store/storetest"
	"tereze/internal/words"
)

// TestEveryTableOfAPersonIsListed reads the migrations: a table with the key of a person is either erased with
// them or listed with the reason why not, and either given in the copy of what is held or with the
// reason why not (kundelik 4.12). A new table that nobody thought of fails here.
func TestEveryTableOfAPersonIsListed(t *testing.T) {
	t.Parallel()
	tables, _ := readSchema(t, "migrations/*.sql")
	listed, withheld, kept, twice := store.HoldingColumns()
	for _, name := range twice {
		t.Errorf("%s is listed twice", name)
	}
	found := 0
	for name, table := range tables {
		if !slices.Contains(table.columns, "user_id") {
			continue
		}
		found++
		columns, there := listed[name]
		if !there {
			t.Errorf("%s has rows of a person and is not among the holdings: list it as given, or with the reason why not; and as kept, with the reason, if it outlasts them", name)
		}
		for _, column := range columns {
			if column != "" && !slices.Contains(table.columns, column) {
				t.Errorf("%s has no column %s", name, column)
			}
		}
	}
	for name := range listed {
		if tables[name] == nil {
			t.Errorf("%s is listed, and no migration makes it", name)
		}
	}
	for name, reason := range withheld {
		if len(reason) < 10 {
			t.Errorf("no copy of %s is given, and no reason", name)
		}
	}
	if found < 40 || len(kept) == 0 {
		t.Fatalf("found %d tables of a person and %d kept: the migrations were not read", found, len(kept))
	}
}

// TestACopySpeaksWords: each table and column that a person is given a copy of has a name people understand.
func TestACopySpeaksWords(t *testing.T) {
	t.Parallel()
	book, err := words.Load()
	if err != nil {
		t.Fatal(err)
	}
	for table, columns := range store.CopyColumns() {
		if !book.Has("kk", "personal.table."+table) {
			t.Errorf("no word for %s", table)
		}
		for _, column := range columns {
			if !book.Has("kk", "personal.field."+column) {
				t.Errorf("no word for %s of %s", column, table)
			}
		}
	}
}

// TestEveryListedTableIsReadAndErased asks both engines: the statements made of the list run.
func TestEveryListedTableIsReadAndErased(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		for _, section := range store.Sections() {
			err := s.InView(ctx, func(tx *store.Tx) error {
				_, err := tx.Holding(ctx, identity.ID(7), section, time.Now())
				return err
			})
			if err != nil {
				t.Errorf("%s: %v", section, err)
			}
		}
		err := s.InTx(ctx, func(tx *store.Tx) error {
			_, _, err := tx.EraseHoldings(ctx, identity.ID(7))
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}
