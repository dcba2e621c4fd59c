package store_test

import (
	"crypto/rand"
	"sync"
	"testing"
	"time"

	"tereze/internal/evidence"
	"tereze/internal/identity"
	"tereze/internal/store"
	"tereze/internal/store/storetest"
)

// An act is Record in a transaction of its own, many at once. "step" numbers entries recorded before;
// in "record and step" a sequencer runs beside the acts and all must be numbered at the end.
func BenchmarkEvidence(b *testing.B) {
	for name, database := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			s := storetest.Open(b, store.Config{Database: database(b)})
			signer, key := evidenceKey(b)
			q := evidenceSequencer(b, s, signer, key)
			stepEvidence(b, q)
			b.Run("record", func(b *testing.B) {
				b.SetParallelism(32)
				b.RunParallel(func(p *testing.PB) {
					for i := 0; p.Next(); i++ {
						recordEvidence(b, s, evidenceEntry(identity.ID(i%1000), time.Duration(i), "bench.act"))
					}
				})
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "acts/s")
			})
			stepEvidence(b, q)
			b.Run("step", func(b *testing.B) {
				err := s.InTx(b.Context(), func(tx *store.Tx) error {
					for i := range b.N {
						if err := tx.AddEvidence(b.Context(), benchmarkRow(b, tx.NewID(), i)); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
				b.ResetTimer()
				if n := stepEvidence(b, q); n != b.N {
					b.Fatalf("numbered %d of %d", n, b.N)
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "leaves/s")
			})
			b.Run("record and step", func(b *testing.B) {
				stop := make(chan struct{})
				var stepping sync.WaitGroup
				stepping.Go(func() {
					for {
						select {
						case <-stop:
							return
						case <-time.After(10 * time.Millisecond):
							stepEvidence(b, q)
						}
					}
				})
				b.SetParallelism(32)
				b.RunParallel(func(p *testing.PB) {
					for i := 0; p.Next(); i++ {
						recordEvidence(b, s, evidenceEntry(identity.ID(i%1000), time.Duration(i), "bench.act"))
					}
				})
				close(stop)
				stepping.Wait()
				stepEvidence(b, q)
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "acts/s")
			})
		})
	}
}

func benchmarkRow(b *testing.B, id identity.ID, i int) evidence.Row {
	e := evidenceEntry(identity.ID(i%1000), time.Duration(i), "bench.act")
	e.ID = id
	row := evidence.Row{Entry: e}
	if _, err := rand.Read(row.Salt[:]); err != nil {
		b.Fatal(err)
	}
	row.Commitment = evidence.Commit(row.Salt, e)
	return row
}
