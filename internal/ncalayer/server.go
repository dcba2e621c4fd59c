package ncalayer

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/coder/websocket"
)

// greeting is what the program sends before anything is asked.
const greeting = `{"result":{"version":"1.4"}}`

// maxRequest is the longest request that is read, in octets.
const maxRequest = 64 << 20

// patience is how long a connection may be idle.
const patience = 10 * time.Minute

// ServeHTTP speaks the protocol: it greets, then answers one request after another. Pages of any origin may
// come, as to the real program.
func (p *Program) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if _, refuse := p.take(Refuse); refuse {
		http.Error(w, "refused", http.StatusForbidden)
		return
	}
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true}) // any origin
	if err != nil {
		return // Accept has answered
	}
	defer conn.CloseNow()
	conn.SetReadLimit(maxRequest)
	if _, silent := p.take(Silent); !silent {
		if err := conn.Write(r.Context(), websocket.MessageText, []byte(greeting)); err != nil {
			return
		}
	}
	for p.serve(r.Context(), conn) {
	}
}

// serve answers one request; more is false when the connection has ended.
func (p *Program) serve(ctx context.Context, conn *websocket.Conn) (more bool) {
	ctx, done := context.WithTimeout(ctx, patience)
	defer done()
	kind, text, err := conn.Read(ctx)
	if err != nil || kind != websocket.MessageText {
		return false
	}
	reply, ok := p.answer(ctx, text)
	if !ok {
		_ = conn.Close(websocket.StatusNormalClosure, "") // the page has left, or hears it
		return false
	}
	return conn.Write(ctx, websocket.MessageText, reply) == nil
}

// answer gives the reply to a request; ok is false where the program closes the connection instead.
func (p *Program) answer(ctx context.Context, text []byte) (reply []byte, ok bool) {
	var q request
	if err := json.Unmarshal(text, &q); err != nil {
		return encode(answer{Code: "GENERAL_ERROR", Message: "The request could not be read.", Details: err.Error()}), true
	}
	switch {
	case q.Module == "kz.gov.pki.ncalayerservices.accessory" && (q.Method == "showSettings" || q.Method == "showBundleManager"):
		return encode(cancelled()), true
	case q.Module != "kz.gov.pki.knca.basics" || q.Method != "sign":
		return nil, false
	}
	conduct, _ := p.take(Cancel, Fail, Slow, OldForm, Close, Garbled)
	switch conduct {
	case Close:
		return nil, false
	case Garbled:
		return []byte("<html>"), true
	case Slow:
		select {
		case <-ctx.Done():
			return nil, false
		case <-time.After(p.Slow):
		}
	}
	return encode(p.sign(q.Args, conduct)), true
}

func encode(a answer) []byte {
	b, err := json.Marshal(a)
	if err != nil {
		return []byte(`{"success":false,"code":"COMMON_JSON_WRAPPING_EXCEPTION"}`)
	}
	return b
}
