//go:build unix

package yardstick

import (
	"context"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// The rows of the table as Go benchmarks: one iteration is one turn of the work and one of its
// yardstick. They are for profiles (-cpuprofile) and for comparing two versions; the table itself
// comes from "tereze bench".

func BenchmarkPage(b *testing.B)      { benchmark(b, "page", "") }
func BenchmarkAct(b *testing.B)       { benchmark(b, "act", "") }
func BenchmarkSignIn(b *testing.B)    { benchmark(b, "sign-in", "") }
func BenchmarkClause(b *testing.B)    { benchmark(b, "clause", "") }
func BenchmarkSignature(b *testing.B) { benchmark(b, "signature", "") }
func BenchmarkStart(b *testing.B)     { benchmark(b, "start", build(b)) }

// build makes the program as an operator would.
func build(b *testing.B) string {
	b.Helper()
	program := filepath.Join(b.TempDir(), "tereze")
	if out, err := exec.Command("go", "build", "-o", program, "tereze/cmd/tereze").CombinedOutput(); err != nil {
		b.Fatalf("build the program: %v\n%s", err, out)
	}
	return program
}

// processor is the time the threads of this process have run.
func processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func benchmark(b *testing.B, name, program string) {
	for _, s := range stages() {
		if s.name != name {
			continue
		}
		works, shut, err := s.open(b.Context(), Config{Program: program}, b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		for _, w := range works {
			b.Run(w.name, w.benchmark)
		}
		if err := shut(); err != nil {
			b.Fatal(err)
		}
	}
}

func (w work) benchmark(b *testing.B) {
	var ours, theirs, cpuOurs, cpuTheirs []float64
	for b.Loop() {
		rate, cpu := w.turn(b, w.ours)
		ours, cpuOurs = append(ours, rate), append(cpuOurs, cpu)
		if w.theirs != nil {
			rate, cpu = w.turn(b, w.theirs)
			theirs, cpuTheirs = append(theirs, rate), append(cpuTheirs, cpu)
		}
	}
	row := newRow(w, ours, theirs)
	b.ReportMetric(0, "ns/op") // how long a turn lasts says nothing
	b.ReportMetric(row.Ours.Median, w.unit)
	if row.Ratio != nil {
		cpu := newRow(w, cpuTheirs, cpuOurs)
		b.ReportMetric(row.Ratio.Median, "ratio")
		b.ReportMetric(cpu.Theirs.Median, "cpu-µs")
		b.ReportMetric(cpu.Ratio.Median, "cpu-ratio")
	}
}

// turn gives the rate of one turn and the processor time of one operation in it, in microseconds.
func (w work) turn(b *testing.B, do func(context.Context, time.Duration) (float64, error)) (rate, cpu float64) {
	b.Helper()
	before, began := processor(b), time.Now()
	rate, err := do(b.Context(), max(500*time.Millisecond, w.slice))
	if err != nil {
		b.Fatal(err)
	}
	return rate, (processor(b) - before).Seconds() * 1e6 / (rate * time.Since(began).Seconds())
}
