// Package revocation asks certification authorities over HTTP whether certificates were revoked.
//
// It owns how that is done without harm: whom it connects to, how long it waits, how much it reads, and which
// lists it need not fetch again. It believes no answer; package eds verifies them. The addresses come out of
// certificates, so what lies in the operator's own network is out of reach unless the operator opens it.
package revocation

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"sync"
	"syscall"
	"time"

	"tereze/internal/eds"
)

// Limits of one question. A list of a whole country is some megabytes.
const (
	timeout   = 10 * time.Second
	maxAnswer = 64 << 10
	maxList   = 32 << 20
	maxKept   = 16        // lists
	keepList  = time.Hour // however long it says that it holds
)

// Asker asks. Its methods may be called from many goroutines.
type Asker struct {
	client *http.Client
	now    func() time.Time
	inside []netip.Prefix

	mu    sync.Mutex
	lists map[string]*list
}

type list struct {
	mu    sync.Mutex // who waits for it does not fetch it too
	data  []byte
	until time.Time
}

// New makes an asker that reaches public addresses at ports 80 and 443, and the networks of the
// operator's own that are given, such as those of a proxy to the authority, at any port.
func New(now func() time.Time, inside ...netip.Prefix) *Asker {
	a := &Asker{now: now, inside: inside, lists: map[string]*list{}}
	dialer := &net.Dialer{Timeout: timeout, Control: a.control}
	a.client = &http.Client{
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: dialer.DialContext, MaxResponseHeaderBytes: 16 << 10, MaxConnsPerHost: 8,
			TLSHandshakeTimeout: timeout, IdleConnTimeout: time.Minute,
		},
	}
	return a
}

var errInside = errors.New("the address lies in a network that is not open to questions about revocation")

// control looks at the address that a name has led to, at the last moment before it is connected to.
func (a *Asker) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := to.Addr().Unmap().WithZone("")
	if slices.ContainsFunc(a.inside, func(p netip.Prefix) bool { return p.Contains(ip) }) {
		return nil
	}
	if !public(ip) || to.Port() != 80 && to.Port() != 443 {
		return errInside
	}
	return nil
}

// reserved are networks that netip does not know for what they are (RFC 6890).
var reserved = [...]string{"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16"}

func public(ip netip.Addr) bool {
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return false
	}
	return !slices.ContainsFunc(reserved[:], func(s string) bool { return netip.MustParsePrefix(s).Contains(ip) })
}

// Fetch follows eds.Fetch. Lists are kept as long as they hold, an hour at most; answers of responders never:
// each repeats the nonce of its question.
func (a *Asker) Fetch(ctx context.Context, r eds.Request) ([]byte, error) {
	u, err := url.Parse(r.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return nil, fmt.Errorf("%.200q is no address of an authority", r.URL)
	}
	if r.Kind == eds.AskOCSP {
		return a.do(ctx, http.MethodPost, r.URL, r.Body, maxAnswer)
	}
	l := a.listAt(r.URL)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.data != nil && a.now().Before(l.until) {
		return l.data, nil
	}
	data, err := a.do(ctx, http.MethodGet, r.URL, nil, maxList)
	if err != nil {
		return nil, err
	}
	l.data, l.until = data, a.until(data)
	return data, nil
}

// listAt is the place of a list. When there are too many, all are forgotten.
func (a *Asker) listAt(address string) *list {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.lists[address] == nil {
		if len(a.lists) >= maxKept {
			clear(a.lists)
		}
		a.lists[address] = &list{}
	}
	return a.lists[address]
}

// until is when a list has to be fetched again; at once, where it cannot be read or has run out.
func (a *Asker) until(data []byte) time.Time {
	if block, _ := pem.Decode(data); block != nil {
		data = block.Bytes
	}
	crl, err := x509.ParseRevocationList(data)
	if err != nil {
		return time.Time{}
	}
	if at := a.now().Add(keepList); at.Before(crl.NextUpdate) {
		return at
	}
	return crl.NextUpdate
}

func (a *Asker) do(ctx context.Context, method, address string, body []byte, most int64) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/ocsp-request")
		r.Header.Set("Accept", "application/ocsp-response")
	}
	resp, err := a.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", address, resp.Status)
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("%s answers more than %d octets", address, most)
	}
	return data, err
}
