package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"tereze/internal/evidence"
	"tereze/internal/store"
)

// logKey is the key pair of a log.
type logKey struct {
	signer note.Signer
	public string
}

func newLogKey(t *testing.T) logKey {
	t.Helper()
	private, public, err := note.GenerateKey(rand.Reader, "tereze.example/log")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	return logKey{signer, public}
}

// servedLog is a log on a database of its own, as the portals serve one.
type servedLog struct {
	key   logKey
	store *store.Store
}

func newLog(t *testing.T, key logKey, entries ...string) *servedLog {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{Database: filepath.Join(t.TempDir(), "log.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	l := &servedLog{key, s}
	l.add(t, entries...)
	return l
}

// add records entries and numbers them.
func (l *servedLog) add(t *testing.T, entries ...string) {
	t.Helper()
	recorder := evidence.Recorder{Random: rand.Reader, Now: time.Now, NewID: l.store.NewID}
	known, err := evidence.Verifiers([]string{l.key.public})
	if err != nil {
		t.Fatal(err)
	}
	for _, act := range entries {
		err := l.store.InTx(t.Context(), func(tx *store.Tx) error {
			_, err := recorder.Record(t.Context(), tx, evidence.Entry{
				Portal: "town", Home: 7, ID: l.store.NewID(), At: time.Now().UTC().Truncate(time.Microsecond), Actor: "user:7", Act: act,
			})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	sequencer := &evidence.Sequencer{
		InTx: func(ctx context.Context, fn func(evidence.SequenceTx) error) error {
			return l.store.InTx(ctx, func(tx *store.Tx) error { return fn(tx) })
		},
		Signer: l.key.signer, Known: known, Now: time.Now,
	}
	if _, err := sequencer.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (l *servedLog) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	part := strings.Split(strings.TrimPrefix(r.URL.Path, "/log/"), "/")
	number := func(i int) int64 {
		n, _ := strconv.ParseInt(part[i], 10, 64)
		return n
	}
	var body []byte
	err := l.store.InView(r.Context(), func(tx *store.Tx) (err error) {
		switch part[0] {
		case "key":
			body = []byte(l.key.public + "\n")
		case "checkpoint":
			body, err = evidence.LatestCheckpoint(r.Context(), tx)
		case "consistency":
			proof, wrong := evidence.Consistency(r.Context(), tx, number(1), number(2))
			body, err = evidence.FormatHashes(proof), wrong
		case "leaves":
			leaves, wrong := evidence.Leaves(r.Context(), tx, number(1), number(2))
			body, err = evidence.FormatHashes(leaves), wrong
		default:
			err = fmt.Errorf("no page %s", r.URL.Path)
		}
		return err
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	_, _ = w.Write(body)
}

// address serves whatever log is put in its place.
type address struct {
	*httptest.Server
	log atomic.Pointer[http.Handler]
}

func serveLog(t *testing.T, first http.Handler) *address {
	t.Helper()
	a := &address{}
	a.put(first)
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*a.log.Load()).ServeHTTP(w, r) }))
	t.Cleanup(a.Close)
	return a
}

func (a *address) put(h http.Handler) { a.log.Store(&h) }

// runCommand runs the program and gives what it answered and printed.
func runCommand(t *testing.T, args ...string) (status int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	status = tereze(t.Context(), args, &o, &e)
	return status, o.String(), e.String()
}

func TestALogIsHeldToWhatItSaid(t *testing.T) {
	t.Parallel()
	key := newLogKey(t)
	honest := newLog(t, key, "a", "b", "c")
	at := serveLog(t, honest)
	state := filepath.Join(t.TempDir(), "kept", "look.checkpoint")
	look := func(status int, first string, more ...string) {
		t.Helper()
		got, out, errs := runCommand(t, append([]string{"verify", "--log", at.URL, "--state", state}, more...)...)
		if got != status || !strings.HasPrefix(out, first) {
			t.Fatalf("got %d %q %q, want %d and %q", got, out, errs, status, first)
		}
	}
	kept := func() string {
		t.Helper()
		b, err := os.ReadFile(state)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	look(0, "first: log tereze.example/log, 3 entries\n", "--recount")
	if !strings.HasPrefix(kept(), key.public+"\n\ntereze.example/log\n3\n") {
		t.Errorf("kept %q", kept())
	}
	look(0, "unchanged: log tereze.example/log, 3 entries, 3 at the last look\n")
	honest.add(t, "d", "e")
	look(0, "grew: log tereze.example/log, 5 entries, 3 at the last look\n", "--recount")
	before := kept()

	at.put(newLog(t, key, "a", "b", "c", "d", "e")) // the same acts under other salts
	look(1, "FORKED: ")
	at.put(newLog(t, key, "x", "y", "z", "a", "b", "c", "d"))
	look(1, "FORKED: ")
	at.put(newLog(t, key, "a"))
	look(1, "SHRANK: log tereze.example/log, 1 entries, 5 at the last look\n")
	_, out, _ := runCommand(t, "verify", "--log", at.URL, "--state", state)
	if !strings.Contains(out, strings.SplitN(before, "\n\n", 2)[1]) {
		t.Errorf("the last look is not shown as evidence: %q", out)
	}

	at.put(newLog(t, newLogKey(t), "a", "b", "c", "d", "e", "f")) // another key under the same name
	if status, _, errs := runCommand(t, "verify", "--log", at.URL, "--state", state); status != 1 || !strings.Contains(errs, "not a checkpoint of this log") {
		t.Errorf("another key: got %d %q", status, errs)
	}
	if kept() != before {
		t.Errorf("what was kept has changed to %q", kept())
	}
	at.put(honest)
	look(0, "unchanged: ", "--key", key.public)
}

func TestALogThatAnswersBadly(t *testing.T) {
	t.Parallel()
	key := newLogKey(t)
	honest := newLog(t, key, "a", "b")
	for _, test := range []struct {
		name string
		log  http.HandlerFunc
		want string
	}{
		{"an endless answer", func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 64<<10)); err != nil {
					return
				}
			}
		}, "answers with more than"},
		{"no answer in time", func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-time.After(10 * time.Second):
			}
		}, "Client.Timeout"},
		{"an error", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusBadGateway) }, "answers 502"},
		{"a way to another host", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://elsewhere.example/log/checkpoint", http.StatusFound)
		}, "it sends us on to elsewhere.example"},
		{"a page that is no checkpoint", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }, "not a checkpoint of this log"},
		{"leaves that are not those of the root", func(w http.ResponseWriter, r *http.Request) {
			if strings.Contains(r.URL.Path, "/leaves/") {
				_, _ = w.Write(evidence.FormatHashes([]evidence.Commitment{{1}, {2}}))
				return
			}
			honest.ServeHTTP(w, r)
		}, "recount: leaves do not lead to the signed root"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			state := filepath.Join(t.TempDir(), "look")
			at := serveLog(t, test.log)
			status, _, errs := runCommand(t, "verify", "--log", at.URL, "--key", key.public, "--state", state, "--recount", "--timeout", "2s")
			if status != 1 || !strings.Contains(errs, test.want) {
				t.Errorf("got %d %q, want 1 and %q", status, errs, test.want)
			}
			if exists(state) {
				t.Error("a look that failed is kept")
			}
		})
	}
}
