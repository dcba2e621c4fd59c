package gate

import (
	"context"
	"net/http"
	"time"
)

// beat is the time between two moments at which an even page may answer: far more than its work takes, so that
// all answers leave at the first one, and less than a person notices.
const beat = 20 * time.Millisecond

// Even answers at whole beats after the page was asked, and so hides how long its work took: for doors that must
// not tell by the clock whether somebody is there. It comes on top of doing the same work for nobody, which
// alone leaves the few microseconds that a row found takes longer than none.
func Even(page Page) Page {
	return func(w http.ResponseWriter, r *http.Request, v Visit) error {
		held := &heldAnswer{ResponseWriter: w, ctx: r.Context(), asked: time.Now()}
		err := page(held, r, v)
		held.wait()
		return err
	}
}

// heldAnswer waits for the next beat before the first byte.
type heldAnswer struct {
	http.ResponseWriter
	ctx   context.Context // of the one request it answers
	asked time.Time
	ready bool
}

func (h *heldAnswer) wait() {
	if h.ready {
		return
	}
	h.ready = true
	next := time.NewTimer(beat - time.Since(h.asked)%beat)
	defer next.Stop()
	select {
	case <-next.C:
	case <-h.ctx.Done():
	}
}

func (h *heldAnswer) WriteHeader(status int) {
	h.wait()
	h.ResponseWriter.WriteHeader(status)
}

func (h *heldAnswer) Write(b []byte) (int, error) {
	h.wait()
	return h.ResponseWriter.Write(b)
}

// Unwrap follows http.ResponseController.
func (h *heldAnswer) Unwrap() http.ResponseWriter { return h.ResponseWriter }
