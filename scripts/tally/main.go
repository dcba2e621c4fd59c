// Command tally reads the record of `go test -json` and prints what plain `go test` would print: a line for each
// package and the output of failed tests. It ends with the tests that were skipped and the numbers of passed and
// failed tests, subtests counted. A package that fails without a failed test (it does not build, it panics)
// counts as one failure. The pipe that runs it keeps go test's exit status; tally fails only on a record it cannot read.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

// event is one line of the record, see `go doc test2json`.
type event struct {
	Action, Package, Test, Output, ImportPath string
}

// tally is what has been read so far.
type tally struct {
	out            io.Writer
	passed, failed int
	skipped        []string
	held           map[string]string // by package and test: output that is shown only if the test fails
	failedIn       map[string]bool   // packages with a failed test
}

func newTally(out io.Writer) *tally {
	return &tally{out: out, held: map[string]string{}, failedIn: map[string]bool{}}
}

func main() {
	t := newTally(os.Stdout)
	if err := t.read(os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "tally:", err)
		os.Exit(1)
	}
	t.close()
}

func (t *tally) read(record io.Reader) error {
	lines := bufio.NewReader(record) // a Scanner would stop at a long line
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			var e event
			if json.Unmarshal([]byte(line), &e) == nil && e.Action != "" {
				t.take(e)
			} else {
				fmt.Fprint(t.out, line) // the go command's own words, from before any test
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (t *tally) take(e event) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "output":
		t.output(key, e)
	case "build-output":
		fmt.Fprint(t.out, e.Output)
	case "pass":
		if e.Test != "" {
			t.passed++
			delete(t.held, key)
		}
	case "skip":
		if e.Test != "" {
			t.skipped = append(t.skipped, key+": "+reason(t.held[key]))
			delete(t.held, key)
		}
	case "fail":
		t.fail(key, e)
	}
}

func (t *tally) output(key string, e event) {
	switch {
	case strings.HasPrefix(e.Output, "=== "): // RUN, PAUSE, CONT, NAME
	case e.Test != "":
		t.held[key] += e.Output
	case e.Output != "PASS\n":
		fmt.Fprint(t.out, e.Output)
	}
}

func (t *tally) fail(key string, e event) {
	switch {
	case e.Test != "":
		t.failed++
		t.failedIn[e.Package] = true
		fmt.Fprint(t.out, t.held[key])
		delete(t.held, key)
	case !t.failedIn[e.Package]:
		t.failed++
		for k, output := range t.held { // a test that was running when the package died
			if strings.HasPrefix(k, e.Package+" ") {
				fmt.Fprint(t.out, output)
				delete(t.held, k)
			}
		}
	}
}

// reason is what a skipped test said, on one line.
func reason(output string) string {
	said, _, _ := strings.Cut(output, "--- SKIP")
	return strings.Join(strings.Fields(said), " ")
}

func (t *tally) close() {
	for _, s := range t.skipped {
		fmt.Fprintln(t.out, "skipped", s)
	}
	fmt.Fprintf(t.out, "%d passed, %d failed\n", t.passed, t.failed)
}
