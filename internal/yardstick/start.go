package yardstick

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// openStart prepares to start the program as an operator does: on a folder that is not there yet,
// and on the one the first start left.
func openStart(_ context.Context, cfg Config, dir string) ([]work, func() error, error) {
	n := 0
	fresh := func() string { n++; return filepath.Join(dir, strconv.Itoa(n)) }
	old := filepath.Join(dir, "old")
	began := func(data func() string) func(context.Context, time.Duration) (float64, error) {
		return func(ctx context.Context, _ time.Duration) (float64, error) {
			took, _, err := start(ctx, cfg.Program, data())
			return float64(took.Microseconds()) / 1000, err
		}
	}
	works := []work{
		{name: "start to first page, five portals, new data", unit: "ms", target: Target{Below: 300}, ours: began(fresh)},
		{name: "same, existing data", unit: "ms", target: Target{Below: 300}, ours: began(func() string { return old })},
	}
	if runtime.GOOS == "linux" { // who else has /proc
		keep := func(of func(memory) float64) func(context.Context, time.Duration) (float64, error) {
			return func(ctx context.Context, _ time.Duration) (float64, error) {
				_, m, err := start(ctx, cfg.Program, fresh())
				return of(m), err
			}
		}
		works = append(works,
			work{name: "resident memory after it", unit: "MB", target: Target{Below: 100}, ours: keep(func(m memory) float64 { return m.resident })},
			work{name: "same, at its highest", unit: "MB", target: Target{Below: 100}, ours: keep(func(m memory) float64 { return m.highest })},
		)
	}
	return works, func() error { return nil }, nil
}

// memory is what a process holds, in megabytes of 1024 × 1024 bytes.
type memory struct{ resident, highest float64 }

// firstPage is asked for at the start: a portal's own first page.
const firstPage = "egov"

// start runs the program on a data folder until its first page has come, and stops it again. The
// time is from before the process exists to the last byte of the page.
func start(ctx context.Context, program, data string) (took time.Duration, m memory, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, program, "serve", "--listen", "127.0.0.1:0", "--data", data)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 20 * time.Second
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, memory{}, err
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, memory{}, err
	}
	defer func() {
		cmd.Process.Signal(os.Interrupt)
		if ended := cmd.Wait(); ended != nil && err == nil {
			err = fmt.Errorf("the program: %w: %s", ended, said.String())
		}
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	_, address, found := strings.Cut(strings.TrimSpace(line), " at ")
	if err != nil || !found {
		return 0, memory{}, fmt.Errorf("the program did not say where it listens: %q %w", line, err)
	}
	if err := page(ctx, address+firstPage); err != nil {
		return 0, memory{}, err
	}
	took = time.Since(began)
	if runtime.GOOS == "linux" {
		m, err = memoryOf(cmd.Process.Pid)
	}
	return took, m, err
}

// page asks for a page; the program has said that it listens, so the first answer has to be it.
func page(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, resp.Status)
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

var errNoStatus = errors.New("no resident memory in /proc")

func memoryOf(pid int) (m memory, err error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return memory{}, err
	}
	for line := range strings.Lines(string(b)) {
		name, rest, _ := strings.Cut(line, ":")
		kilobytes, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
		switch name {
		case "VmRSS":
			m.resident, err = strconv.ParseFloat(kilobytes, 64)
		case "VmHWM":
			m.highest, err = strconv.ParseFloat(kilobytes, 64)
		}
		if err != nil {
			return memory{}, err
		}
	}
	if m.resident == 0 || m.highest == 0 {
		return memory{}, errNoStatus
	}
	return memory{m.resident / 1024, m.highest / 1024}, nil
}
