package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"tereze/internal/evidence"
)

// logLook is one look at a log over the network.
type logLook struct {
	url, key, state string
	recount         bool
	timeout         time.Duration
}

// maxAnswer is the largest answer read: a thousand leaves take 45 KiB.
const maxAnswer = 256 << 10

func (l logLook) run(ctx context.Context, out io.Writer) error {
	base, err := url.Parse(l.url)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return fmt.Errorf("%q is no address: want https://… or http://…", l.url)
	}
	if l.state == "" {
		if l.state, err = stateFile(base.Host); err != nil {
			return err
		}
	}
	seen, err := readState(l.state)
	if err != nil {
		return err
	}
	f := newFetcher(ctx, base, l.timeout)
	key, ground, err := l.trust(f, seen)
	if err != nil {
		return err
	}
	report, err := evidence.Audit(f, []string{key}, seen.signed)
	if err != nil {
		return err
	}
	tell(out, report)
	if !report.Good() {
		return errTold
	}
	if l.recount {
		if err := evidence.Recount(f, report.Now); err != nil {
			return fmt.Errorf("recount: %w", err)
		}
		fmt.Fprintf(out, "recounted: %d leaves lead to the signed root\n", report.Now.Size)
	}
	if err := writeState(l.state, logState{key, report.NowSigned}); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s\n  %s\nkept in %s\n", ground, key, l.state)
	return nil
}

// trust finds the key to hold the log to: the one given, the one of the last look, or, at the first
// look, the one the log shows.
func (l logLook) trust(f *fetcher, seen logState) (key, ground string, err error) {
	switch {
	case l.key != "":
		key, err = keyFrom(l.key)
		return key, "held to the key you gave:", err
	case seen.key != "":
		return seen.key, "held to the key of the first look:", nil
	case seen.signed != nil:
		return "", "", fmt.Errorf("%s names no key: give it with --key", l.state)
	}
	data, err := f.Fetch("key")
	if err != nil {
		return "", "", fmt.Errorf("key of the log: %w", err)
	}
	key = strings.TrimSpace(string(data))
	if _, err := note.NewVerifier(key); err != nil {
		return "", "", fmt.Errorf("what the log shows as its key is none: %w", err)
	}
	return key, "held to the key the log shows; compare it with a copy from elsewhere:", nil
}

func tell(out io.Writer, r evidence.Report) {
	course := string(r.Course)
	if !r.Good() {
		course = strings.ToUpper(course)
	}
	fmt.Fprintf(out, "%s: log %s, %d entries", course, r.Now.Origin, r.Now.Size)
	if r.Course != evidence.First {
		fmt.Fprintf(out, ", %d at the last look", r.Before.Size)
	}
	fmt.Fprintln(out)
	if r.Good() {
		return
	}
	if r.Why != "" {
		fmt.Fprintln(out, r.Why)
	}
	fmt.Fprintf(out, "\nThe last look, which stays as it is:\n%s\nThis look:\n%s", r.BeforeSigned, r.NowSigned)
}

// stateFile is where the last look at a host is kept.
func stateFile(host string) (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("%w: name a file with --state", err)
	}
	return filepath.Join(dir, "tereze", strings.ReplaceAll(host, ":", "_")+".checkpoint"), nil
}

// logState is what is kept of a look: the key, an empty line, the signed checkpoint. A file with the
// checkpoint alone is read too.
type logState struct {
	key    string
	signed []byte
}

func readState(name string) (logState, error) {
	if !exists(name) {
		return logState{}, nil
	}
	data, err := contents(name, maxAnswer)
	if err != nil {
		return logState{}, fmt.Errorf("state of the last look: %w", err)
	}
	first, rest, ok := strings.Cut(string(data), "\n\n")
	if _, err := note.NewVerifier(first); ok && err == nil {
		return logState{first, []byte(rest)}, nil
	}
	if strings.TrimSpace(string(data)) == "" {
		// Taking it for a first look would forget what the log has said.
		return logState{}, fmt.Errorf("state of the last look: %s is empty", name)
	}
	return logState{signed: data}, nil
}

// writeState replaces the file whole: half a checkpoint would look like a lie of the log.
func writeState(name string, s logState) error {
	dir := filepath.Dir(name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(dir, ".checkpoint-")
	if err != nil {
		return err
	}
	_, err = file.WriteString(s.key + "\n\n" + string(s.signed))
	if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
		err = os.Rename(file.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}

// fetcher asks a log over HTTP.
type fetcher struct {
	ctx    context.Context // of the command, which is over when its fetches are
	base   *url.URL
	client *http.Client
}

func newFetcher(ctx context.Context, base *url.URL, timeout time.Duration) *fetcher {
	return &fetcher{ctx: ctx, base: base, client: &http.Client{
		Timeout:   timeout,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}, Proxy: http.ProxyFromEnvironment},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if r.URL.Host != base.Host || r.URL.Scheme != base.Scheme && r.URL.Scheme != "https" || len(via) > 3 {
				return fmt.Errorf("it sends us on to %s: give that address if it is right", r.URL.Host)
			}
			return nil
		},
	}}
}

// Fetch brings what stands beneath /log/ at the address.
func (f *fetcher) Fetch(path string) ([]byte, error) {
	r, err := http.NewRequestWithContext(f.ctx, http.MethodGet, f.base.JoinPath("log", path).String(), nil)
	if err != nil {
		return nil, err
	}
	answer, err := f.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", r.URL, answer.Status)
	}
	data, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
	if err == nil && len(data) > maxAnswer {
		err = fmt.Errorf("%s answers with more than %d bytes", r.URL, maxAnswer)
	}
	return data, err
}
