package store_test

import (
	"testing"
	"time"

	"tereze/internal/evidence"
	"tereze/internal/identity"
	"tereze/internal/store"
	"tereze/internal/store/storetest"
)

func TestTheLeavesOfManyEntriesAreFoundAtOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		signer, key := evidenceKey(t)
		q := evidenceSequencer(t, s, signer, key)
		stepEvidence(t, q)
		var entries []evidence.Entry
		for i := range 23 { // more than one statement holds
			entries = append(entries, evidenceEntry(7, time.Duration(i)*time.Second, "agreement.accept"))
		}
		recordEvidence(t, s, entries...)
		stepEvidence(t, q)
		late := recordEvidence(t, s, evidenceEntry(7, time.Hour, "account.leave"))
		var ids []identity.ID
		for _, e := range append(entries, late...) {
			ids = append(ids, e.ID)
		}
		found, err := inView(t, s, func(tx *store.Tx) (map[identity.ID]evidence.Leaf, error) {
			return tx.EvidenceLeavesOf(t.Context(), ids)
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := found[late[0].ID]; ok || len(found) != len(entries) {
			t.Errorf("found %d leaves, one of them of an entry that waits: %t; want %d", len(found), ok, len(entries))
		}
		for i, e := range entries {
			row, err := inView(t, s, func(tx *store.Tx) (evidence.Row, error) { return tx.EvidenceEntry(t.Context(), e.Home, e.ID) })
			if err != nil {
				t.Fatal(err)
			}
			if leaf := found[e.ID]; leaf.Number != int64(i) || leaf.Commitment != evidence.Commit(row.Salt, row.Entry) {
				t.Errorf("entry %d: got leaf %d with another commitment than its own", i, leaf.Number)
			}
		}
	})
}
