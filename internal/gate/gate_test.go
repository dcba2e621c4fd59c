package gate_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
)

// face answers with the key of the refusal.
type face struct{}

func (face) Refused(w http.ResponseWriter, _ *http.Request, _ gate.Visit, status int, faults fault.Faults) {
	http.Error(w, faults[0].Key, status)
}

func (face) Token(*http.Request, string) string            { return "" }
func (face) Key(*http.Request) (string, bool)              { return "", false }
func (face) Language(*http.Request, identity.Actor) string { return "kk" }

// TestPanicOfAPage: a page that panics is an accident like another: logged with its stack, answered
// by the face, and nothing of the cause is told.
func TestPanicOfAPage(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	g := &gate.Gate{Now: time.Now, Log: slog.New(slog.NewTextHandler(&log, nil))}
	page := func(http.ResponseWriter, *http.Request, gate.Visit) error { panic("a secret of ours") }
	w := httptest.NewRecorder()
	g.Protect(g.Open(face{}, "", page), nil).ServeHTTP(w, httptest.NewRequestWithContext(context.Background(), http.MethodGet, "/", nil))
	if w.Code != http.StatusInternalServerError || strings.TrimSpace(w.Body.String()) != "accident" {
		t.Errorf("answered %d %q", w.Code, w.Body)
	}
	if !strings.Contains(log.String(), "a secret of ours") || !strings.Contains(log.String(), "gate_test.go") {
		t.Errorf("logged %s", log.String())
	}
}
