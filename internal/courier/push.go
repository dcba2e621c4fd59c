package courier

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"syscall"
	"time"

	"github.com/SherClockHolmes/webpush-go"

	"tereze/internal/notify"
)

// WebPush gives pop-up messages to the makers of browsers (RFC 8030), encrypted so that only the browser can read
// them (RFC 8291), under a key by which a maker knows who sends (RFC 8292).
type WebPush struct {
	name    string
	subject string // "mailto:" or "https:": whom a maker asks about trouble
	public  string // base64url
	private string
	client  *http.Client
}

// How long a maker keeps a message for a browser that is off, and the longest text of one.
const (
	pushKept = 24 * time.Hour
	pushText = 3000 // bytes: a record has 4096
)

var errInside = errors.New("the address is inside a network of the operator's own")

// NewWebPush prepares the way to the makers. Whoever subscribes names the address, so connections to private networks
// and to this machine are refused, but for those of inside. roots are the authorities of the makers' certificates;
// nil: the machine's.
func NewWebPush(name, subject, public, private string, inside []netip.Prefix, roots *x509.CertPool) *WebPush {
	dialer := &net.Dialer{Timeout: patience, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		ip := at.Addr().Unmap()
		for _, network := range inside {
			if network.Contains(ip) {
				return nil
			}
		}
		if !ip.IsGlobalUnicast() || ip.IsPrivate() {
			return fmt.Errorf("%w: %s", errInside, ip)
		}
		return nil
	}}
	transport := &http.Transport{
		DialContext: dialer.DialContext, TLSHandshakeTimeout: patience, MaxIdleConnsPerHost: hands, IdleConnTimeout: time.Minute,
		TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
	}
	return &WebPush{name: name, subject: subject, public: public, private: private, client: &http.Client{
		Timeout: patience, Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Name is as in the configuration.
func (w *WebPush) Name() string { return w.name }

// popUp is what the service worker shows.
type popUp struct {
	Title    string `json:"title"`
	Body     string `json:"body"`
	Language string `json:"lang"`
	URL      string `json:"url"`
	Tag      string `json:"tag"` // a second copy takes the place of the first
}

// Carry gives one message to the maker of a browser.
func (w *WebPush) Carry(ctx context.Context, p Parcel) notify.Outcome {
	body, err := json.Marshal(popUp{Title: p.Subject, Body: p.Short, Language: p.Letter.Language, URL: p.Link, Tag: number(p)})
	if err != nil || len(body) > pushText {
		return notify.Outcome{State: notify.Permanent, Reason: notify.ReasonUnwritten}
	}
	res, err := webpush.SendNotificationWithContext(ctx, body,
		&webpush.Subscription{Endpoint: p.Browser.Endpoint, Keys: webpush.Keys{Auth: p.Browser.Auth, P256dh: p.Browser.P256dh}},
		&webpush.Options{
			HTTPClient: w.client, Subscriber: w.subject, VAPIDPublicKey: w.public, VAPIDPrivateKey: w.private,
			TTL: int(pushKept.Seconds()), Topic: topic(p), Urgency: webpush.UrgencyNormal, RecordSize: 4096,
		})
	if err != nil {
		if errors.Is(err, errInside) {
			return notify.Outcome{State: notify.Permanent, Reason: notify.ReasonAddress}
		}
		return notify.Outcome{State: notify.Temporary, Reason: notify.ReasonUnreachable} // this maker, not all of them
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, longestAnswer)) // so that the connection can be used again
	return pushOutcome(res.StatusCode)
}

// topic replaces an undelivered copy of the same message (RFC 8030, 5.4): at most 32 characters of base64url.
func topic(p Parcel) string {
	s := number(p)
	b := bytes.ReplaceAll([]byte(s), []byte("."), []byte("-"))
	return string(b[:min(len(b), 32)])
}

// pushOutcome reads a maker's answer.
func pushOutcome(status int) notify.Outcome {
	out := notify.Outcome{State: notify.Technical, Code: strconv.Itoa(status), Reason: notify.ReasonMistaken}
	switch {
	case status == http.StatusCreated, status == http.StatusOK, status == http.StatusAccepted:
		return notify.Outcome{State: notify.Accepted, Code: out.Code}
	case status == http.StatusNotFound, status == http.StatusGone:
		out.State, out.Reason = notify.Permanent, notify.ReasonAddress
	case status == http.StatusRequestEntityTooLarge:
		out.State, out.Reason = notify.Permanent, notify.ReasonRefused
	case status == http.StatusTooManyRequests:
		out.State, out.Reason = notify.Temporary, notify.ReasonBusy // this maker, not all of them
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusBadRequest:
		out.State, out.Reason = notify.Permanent, notify.ReasonRefused // keys of another portal: it is this browser's, not everybody's
	case status >= 500:
		out.State, out.Reason = notify.Temporary, notify.ReasonBusy
	}
	return out
}
