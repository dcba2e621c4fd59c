package journey

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/serviceworker"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"tereze/internal/courier"
	"tereze/internal/courier/couriertest"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/store"
)

// maker is the server of a browser's maker, with the keys of one browser.
type maker struct {
	at    couriertest.Browser
	url   string
	taken chan []byte // what the courier brought, decrypted
}

// makerWith gives a maker, and the way to it as an operator configures one.
func makerWith(t *testing.T) (m maker, line courier.Line, key string) {
	t.Helper()
	m = maker{at: couriertest.NewBrowser(t), taken: make(chan []byte, 10)}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(io.LimitReader(r.Body, 5000))
		plain, err := m.at.Open(body)
		if err != nil {
			t.Errorf("a pop-up cannot be read: %v", err)
		}
		m.taken <- plain
		w.WriteHeader(http.StatusCreated)
	}))
	t.Cleanup(server.Close)
	m.url = server.URL
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range map[string][]byte{
		"key.pem":   pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}),
		"ca.pem":    pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}),
		"push.yaml": []byte("contact: admin@portal.example\nkey: key.pem\nnetworks: [127.0.0.0/8]\nauthority: ca.pem\n"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if line, key, err = courier.ReadPush(filepath.Join(dir, "push.yaml")); err != nil {
		t.Fatal(err)
	}
	return m, line, key
}

// popsUp is told of something in a browser: it is allowed, sent, shown, opened, and no longer wanted. A test's
// browser has no maker, so that its subscription is the test's; and what the courier brings to the address of that
// subscription the test hands on to the browser.
func (p *person) popsUp(m maker, someone identity.Actor) {
	p.t.Helper()
	p.asksForPopUps()
	p.allowsPopUps(m)
	p.picture("push-allowed-"+p.language, p.width)

	ctx := context.Background()
	l := p.place
	if err := l.Store.InTx(ctx, func(tx *store.Tx) error {
		return l.Accounts.TellNotice(ctx, tx, someone.User, notify.Notice{Kind: notify.Membership, Key: "message.case_answered"})
	}); err != nil {
		p.t.Fatal(err)
	}
	var came []byte
	select {
	case came = <-m.taken:
	case <-time.After(patience):
		p.t.Fatal("the courier brings nothing to the browser's maker")
	}
	var said struct{ Title, Body, Lang, URL, Tag string }
	if err := json.Unmarshal(came, &said); err != nil || said.Lang != p.language || said.Body != p.say("message.case_answered") || said.Tag == "" {
		p.t.Fatalf("the maker is brought %s, %v", came, err)
	}
	registration := p.worker()
	if got, want := p.delivered(registration, string(came)), said.Title+"|"+said.Body+"|"+p.language; got != want {
		p.t.Errorf("the browser shows %q, want %q", got, want)
	}
	opened := p.clicksPopUp()
	path, ours := strings.CutPrefix(opened, l.url)
	if !ours || path != said.URL {
		p.t.Fatalf("the pop-up of %s opens %s", said.URL, opened)
	}
	if left := p.shown(); len(left) != 0 {
		p.t.Errorf("after the click the browser still shows %q", left)
	}
	p.open(path)
	p.at("/cabinet/cases")

	// The same message with an address elsewhere: it opens the portal.
	said.URL = "https://elsewhere.example/" + p.portal
	elsewhere, err := json.Marshal(map[string]string{"title": said.Title, "body": said.Body, "lang": said.Lang, "url": said.URL, "tag": said.Tag})
	if err != nil {
		p.t.Fatal(err)
	}
	p.delivered(registration, string(elsewhere))
	if opened := p.clicksPopUp(); opened != l.url+"/"+p.portal+"/" {
		p.t.Errorf("a pop-up that names %s opens %s", said.URL, opened)
	}

	p.open("/" + p.portal + "/cabinet/push")
	p.pressSelected(`main form[action$="/remove"] button`)
	p.sees("push.done.removed")
	p.sees("push.none")
}

// allowsPopUps lets the browser show them, and gives the page a subscription with the maker.
func (p *person) allowsPopUps(m maker) {
	p.t.Helper()
	if _, err := chromedp.CallBrowser(p.ctx, cdpbrowser.SetPermission, cdpbrowser.SetPermissionParams{
		Permission: &cdpbrowser.PermissionDescriptor{Name: "notifications"}, Setting: cdpbrowser.PermissionSettingGranted,
		Origin: p.place.url, BrowserContextID: chromedp.FromContext(p.ctx).BrowserContextID,
	}); err != nil {
		p.t.Fatal(err)
	}
	ask[bool](p, fmt.Sprintf(`(PushManager.prototype.subscribe = async (asked) => {
		if (!asked.userVisibleOnly || asked.applicationServerKey.length !== 65) throw new Error("not as a maker wants it");
		const bytes = (s) => Uint8Array.from(atob(s.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0)).buffer;
		const keys = { p256dh: bytes(%s), auth: bytes(%s) };
		return { endpoint: %s, getKey: (name) => keys[name] };
	}, true)`, quoted(m.at.P256dh()), quoted(m.at.Auth()), quoted(m.url+"/one")))
	p.press("push.allow")
	p.sees("push.done.added")
}

// worker waits for the portal's service worker, and gives the number by which the browser knows it.
func (p *person) worker() serviceworker.RegistrationID {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	var id serviceworker.RegistrationID
	_, err := chromedp.Run(ctx, chromedp.WaitEvent(serviceworker.WorkerRegistrationUpdated, func(e serviceworker.EventWorkerRegistrationUpdated) bool {
		for _, r := range e.Registrations {
			if r.ScopeURL == p.place.url+"/"+p.portal+"/" && !r.IsDeleted {
				id = r.RegistrationID
			}
		}
		return id != ""
	}, func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, serviceworker.Enable, cdp.Empty{})
		return chromedp.Void{}, err
	}))
	if err != nil {
		p.t.Fatalf("no service worker of the portal: %v", err)
	}
	return id
}

// delivered gives the browser what its maker would until it shows one pop-up of the portal: a browser that is
// busy starting the worker may lose one, and a second of the same tag takes the place of the first. It gives the
// title, text and language that are shown.
func (p *person) delivered(to serviceworker.RegistrationID, data string) string {
	p.t.Helper()
	var got []string
	for end := time.Now().Add(patience); time.Now().Before(end); {
		if _, err := chromedp.Call(p.ctx, serviceworker.DeliverPushMessage, serviceworker.DeliverPushMessageParams{Origin: p.place.url, RegistrationID: to, Data: data}); err != nil {
			p.t.Fatal(err)
		}
		for again := time.Now().Add(patience / 5); time.Now().Before(again); time.Sleep(50 * time.Millisecond) {
			if got = p.shown(); len(got) == 1 {
				return got[0]
			}
		}
	}
	p.t.Fatalf("%d pop-ups are shown, want 1: %q", len(got), got)
	return ""
}

// shown gives the title, text and language of each pop-up of the portal that is shown.
func (p *person) shown() []string {
	p.t.Helper()
	return ask[[]string](p, fmt.Sprintf(`navigator.serviceWorker.getRegistration(%s).then((r) => r.getNotifications()).then((all) => all.map((n) => [n.title, n.body, n.lang].join("|")))`, quoted("/"+p.portal+"/")))
}

// clicksPopUp clicks the one that is shown, and gives the address that the worker opens. A browser without a screen
// shows pop-ups nowhere, so that the click is an event which a script makes; only a person's may open a window and be
// waited for, which is why both are written down here instead.
func (p *person) clicksPopUp() string {
	p.t.Helper()
	all, err := chromedp.Targets(p.ctx)
	if err != nil {
		p.t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(x *target.Info) bool {
		return x.Type == "service_worker" && strings.HasPrefix(x.URL, p.place.url)
	})
	if i < 0 {
		p.t.Fatal("the worker does not run")
	}
	within, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	ctx, leave := chromedp.NewContext(within, chromedp.WithTargetID(all[i].TargetID), chromedp.WithDetachOnCancel())
	defer leave()
	opened, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](`(async () => {
		const opened = [], waits = [];
		self.clients.openWindow = (url) => opened.push(url);
		const [notification] = await self.registration.getNotifications();
		const click = new NotificationEvent("notificationclick", { notification });
		click.waitUntil = (x) => waits.push(x);
		self.dispatchEvent(click);
		await Promise.all(waits);
		return waits.length === 1 ? opened : [];
	})()`, chromedp.EvalAwaitPromise))
	if err != nil || len(opened) != 1 {
		p.t.Fatalf("a click on the pop-up opens %v, %v", opened, err)
	}
	return opened[0]
}
