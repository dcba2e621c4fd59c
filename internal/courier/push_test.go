package courier_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"tereze/internal/courier"
	"tereze/internal/courier/couriertest"
	"tereze/internal/notify"
	"tereze/internal/store"
)

// maker is a maker's server and a browser of theirs.
type maker struct {
	url string
	at  couriertest.Browser

	mu     sync.Mutex
	shown  []map[string]string
	header []http.Header
	wrong  error
}

func newMaker(t *testing.T) *maker {
	t.Helper()
	m := &maker{at: couriertest.NewBrowser(t)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/gone":
			w.WriteHeader(http.StatusGone)
			return
		case "/busy":
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		case "/elsewhere":
			http.Redirect(w, r, "/here", http.StatusTemporaryRedirect)
			return
		}
		body, _ := io.ReadAll(r.Body)
		plain, err := m.at.Open(body)
		m.mu.Lock()
		defer m.mu.Unlock()
		var shown map[string]string
		if err == nil {
			err = json.Unmarshal(plain, &shown)
		}
		if err != nil {
			m.wrong = err
		}
		m.shown, m.header = append(m.shown, shown), append(m.header, r.Header)
		w.WriteHeader(http.StatusCreated)
	}))
	t.Cleanup(server.Close)
	m.url = server.URL
	return m
}

// browser has somebody want pop-ups at a path of the maker's, and gives the message to them.
func (m *maker) browser(d *desk, path string) notify.Message {
	d.t.Helper()
	b := notify.Browser{ID: d.NewID(), User: d.NewID(), Portal: "egov", Endpoint: m.url + path, P256dh: m.at.P256dh(), Auth: m.at.Auth(), At: d.clock.Now()}
	if err := d.InTx(d.t.Context(), func(tx *store.Tx) error { return tx.AddBrowser(d.t.Context(), b) }); err != nil {
		d.t.Fatal(err)
	}
	return d.write(notify.Message{Home: b.User, Channel: notify.Push, To: fmt.Sprint(int64(b.ID))})
}

func (d *desk) browsers(m notify.Message) int {
	d.t.Helper()
	var n int
	if err := d.InView(d.t.Context(), func(tx *store.Tx) error {
		all, err := tx.Browsers(d.t.Context(), m.Home)
		n = len(all)
		return err
	}); err != nil {
		d.t.Fatal(err)
	}
	return n
}

// pushLine is the way as an operator configures it, with a key of OpenSSL's making.
func pushLine(t *testing.T, networks string) (courier.Line, string) {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.Command("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-out", filepath.Join(dir, "key.pem")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	writeFiles(t, dir, map[string]string{"push.yaml": "contact: admin@portal.example\nkey: key.pem\n" + networks})
	line, public, err := courier.ReadPush(filepath.Join(dir, "push.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return line, public
}

// TestPush: what the browser's maker takes opens at the other end; a browser that is gone is forgotten.
func TestPush(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *desk) {
		m := newMaker(t)
		line, public := pushLine(t, "networks: [127.0.0.0/8]\n")
		here, gone, busy, moved := m.browser(d, "/here"), m.browser(d, "/gone"), m.browser(d, "/busy"), m.browser(d, "/elsewhere")
		nobody := d.write(notify.Message{Channel: notify.Push, To: "12"})
		d.run(d.courier(line))
		d.until(here, notify.Accepted)
		d.until(gone, notify.Permanent)
		d.until(nobody, notify.Permanent)
		d.tried(busy, moved)
		if d.browsers(here) != 1 || d.browsers(gone) != 0 || d.browsers(busy) != 1 {
			t.Errorf("browsers kept: %d, gone %d, busy %d", d.browsers(here), d.browsers(gone), d.browsers(busy))
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.wrong != nil || len(m.shown) != 1 || m.shown[0]["title"] != "Портал: хабарлама" || m.shown[0]["lang"] != "kk" || m.shown[0]["url"] != "/egov/cabinet" || m.shown[0]["tag"] == "" {
			t.Fatalf("shown %v, %v", m.shown, m.wrong)
		}
		h := m.header[0]
		if h.Get("Content-Encoding") != "aes128gcm" || h.Get("TTL") == "" || h.Get("Topic") == "" || !strings.HasPrefix(h.Get("Authorization"), "vapid t=") || !strings.Contains(h.Get("Authorization"), "k="+public) {
			t.Errorf("headers %v", h)
		}
	})
}

// TestPushStaysOutside: an address that somebody wrote down is not a way into the operator's own network.
func TestPushStaysOutside(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *desk) {
		m := newMaker(t)
		line, _ := pushLine(t, "")
		inside := m.browser(d, "/here")
		d.run(d.courier(line))
		d.until(inside, notify.Permanent)
		m.mu.Lock()
		defer m.mu.Unlock()
		if len(m.shown) != 0 {
			t.Error("a machine inside was written to")
		}
	})
}

// TestGateway asks a gateway over TLS, which refuses, throttles, talks too much, and says nothing that can be understood.
func TestGateway(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *desk) {
		var mu sync.Mutex
		seen := map[string][]map[string]string{}
		server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var asked map[string]string
			if json.NewDecoder(r.Body).Decode(&asked) != nil || r.Header.Get("Authorization") != "Bearer opensesame" || r.Header.Get("Idempotency-Key") != asked["reference"] {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			mu.Lock()
			seen[asked["to"]] = append(seen[asked["to"]], asked)
			mu.Unlock()
			switch asked["to"] {
			case "+1":
				w.WriteHeader(http.StatusUnprocessableEntity)
			case "+2":
				w.WriteHeader(http.StatusTooManyRequests)
			case "+3":
				fmt.Fprint(w, strings.Repeat(" ", 1<<20), `{"id": "x"}`)
			case "+4":
				fmt.Fprint(w, "ok")
			default:
				fmt.Fprint(w, `{"id": 77}`)
			}
		}))
		defer server.Close()
		dir := t.TempDir()
		writeFiles(t, dir, map[string]string{
			"ca.pem": pemOf(server), "token": "opensesame\n",
			"sms.yaml": "providers:\n  - name: gate\n    kind: http\n    url: " + server.URL + "/send\n    authority: ca.pem\n    token: token\n    from: Tereze\n",
		})
		line, err := courier.ReadSMS(filepath.Join(dir, "sms.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		to := func(n string) notify.Message { return d.write(notify.Message{Channel: notify.SMS, To: n}) }
		wrong, much, odd, good := to("+1"), to("+3"), to("+4"), to("+77011234567")
		stop := d.run(d.courier(line))
		d.until(good, notify.Accepted)
		d.until(wrong, notify.Permanent)
		d.tried(much, odd)
		slow := to("+2")
		d.tried(slow)
		stop()
		for m, want := range map[*notify.Message]string{&much: notify.ReasonNoAnswer, &odd: notify.ReasonNoAnswer, &slow: notify.ReasonThrottled} {
			if s, _ := d.read(*m); s.State != notify.Created || s.Reason != want {
				t.Errorf("%s: %s, %s, want it tried again for %s", m.To, s.State, s.Reason, want)
			}
		}
		if s, _ := d.read(good); s.Parts != 1 || seen["+77011234567"][0]["from"] != "Tereze" || seen["+77011234567"][0]["text"] != "Код: " {
			t.Errorf("%d parts, asked %v", s.Parts, seen["+77011234567"])
		}
	})
}
