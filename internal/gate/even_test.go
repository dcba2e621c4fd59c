package gate_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"tereze/internal/gate"
)

// moments is an answer that remembers when its first byte left.
type moments struct {
	*httptest.ResponseRecorder
	first time.Time
}

func (m *moments) Write(b []byte) (int, error) {
	if m.first.IsZero() {
		m.first = time.Now()
	}
	return m.ResponseRecorder.Write(b)
}

// TestEvenAnswers: what an even page answers and what it refuses leave at whole beats, however long the work took.
func TestEvenAnswers(t *testing.T) {
	t.Parallel()
	refused := errors.New("refused")
	for _, c := range []struct {
		work, answer time.Duration
		err          error
	}{
		{0, 20 * time.Millisecond, nil},
		{19 * time.Millisecond, 20 * time.Millisecond, nil},
		{21 * time.Millisecond, 40 * time.Millisecond, nil},
		{3 * time.Millisecond, 20 * time.Millisecond, refused},
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			w := &moments{ResponseRecorder: httptest.NewRecorder()}
			err := gate.Even(func(w http.ResponseWriter, _ *http.Request, _ gate.Visit) error {
				time.Sleep(c.work)
				if c.err != nil {
					return c.err
				}
				_, err := w.Write([]byte("тек"))
				return err
			})(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil), gate.Visit{})
			if !errors.Is(err, c.err) || time.Since(began) != c.answer || c.err == nil && w.first.Sub(began) != c.answer {
				t.Errorf("work of %s: %v, first byte after %s, over after %s; want %s", c.work, err, w.first.Sub(began), time.Since(began), c.answer)
			}
		})
	}
}
