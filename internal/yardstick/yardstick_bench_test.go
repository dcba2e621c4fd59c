package yardstick

import (
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// The rows of the table as Go benchmarks: one iteration is one turn of the work and one of its
// yardstick. They are for profiles (-cpuprofile) and for comparing two versions; the table itself
// comes from "tereze bench".

func BenchmarkPage(b *testing.B)   { benchmark(b, "page", "") }
func BenchmarkAct(b *testing.B)    { benchmark(b, "act", "") }
func BenchmarkSignIn(b *testing.B) { benchmark(b, "sign-in", "") }
func BenchmarkClause(b *testing.B) { benchmark(b, "clause", "") }
func BenchmarkStart(b *testing.B)  { benchmark(b, "start", build(b)) }

// build makes the program as an operator would.
func build(b *testing.B) string {
	b.Helper()
	program := filepath.Join(b.TempDir(), "tereze")
	if out, err := exec.Command("go", "build", "-o", program, "tereze/cmd/tereze").CombinedOutput(); err != nil {
		b.Fatalf("build the program: %v\n%s", err, out)
	}
	return program
}

func benchmark(b *testing.B, name, program string) {
	const slice = 500 * time.Millisecond
	for _, s := range stages() {
		if s.name != name {
			continue
		}
		works, shut, err := s.open(b.Context(), Config{Program: program}, b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		for _, w := range works {
			b.Run(w.name, func(b *testing.B) {
				var ours, theirs []float64
				for b.Loop() {
					turn, err := w.turn(b.Context(), max(slice, w.slice))
					if err != nil {
						b.Fatal(err)
					}
					ours = append(ours, turn.ours)
					if w.theirs != nil {
						theirs = append(theirs, turn.theirs)
					}
				}
				row := newRow(w, ours, theirs)
				b.ReportMetric(0, "ns/op") // how long a turn lasts says nothing
				b.ReportMetric(row.Ours.Median, w.unit)
				if row.Ratio != nil {
					b.ReportMetric(row.Ratio.Median, "ratio")
				}
			})
		}
		if err := shut(); err != nil {
			b.Fatal(err)
		}
	}
}
