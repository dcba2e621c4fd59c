package yardstick

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"tereze/internal/account"
	"tereze/internal/gate"
	"tereze/internal/house"
)

// connections are browsers at once, each with its own person and one connection kept open.
const connections = 16

// openPage prepares the cabinet's first page as it is served, and a handler that writes the same
// answer out of memory. Both stand behind the same kind of server on a loopback listener and are
// asked by the same client.
func openPage(ctx context.Context, _ Config, dir string) ([]work, func() error, error) {
	h, err := openHouse(ctx, dir)
	if err != nil {
		return nil, nil, err
	}
	cookies, err := signedIn(ctx, h, connections)
	if err != nil {
		return nil, nil, errors.Join(err, h.Close())
	}
	house, err := listen(h.Handler)
	if err != nil {
		return nil, nil, errors.Join(err, h.Close())
	}
	servers := []*server{house}
	shut := func() error {
		var errs []error
		for _, s := range servers {
			errs = append(errs, s.Close())
		}
		return errors.Join(append(errs, h.Close())...)
	}
	var works []work
	for _, packing := range []string{"", "gzip"} {
		requests := make([][]byte, connections)
		for i, cookie := range cookies {
			requests[i] = request(cookie, packing)
		}
		answer, err := record(house.addr, requests[0], packing)
		if err != nil {
			return nil, nil, errors.Join(err, shut())
		}
		bare, err := listen(answer)
		if err != nil {
			return nil, nil, errors.Join(err, shut())
		}
		servers = append(servers, bare)
		name := fmt.Sprintf("signed-in cabinet page, %d bytes", len(answer.body))
		if packing != "" {
			name = fmt.Sprintf("same page, gzip, %d bytes", len(answer.body))
		}
		works = append(works, work{
			name: name, yardstick: "bare net/http, same bytes", unit: "requests/s", target: Target{Least: 0.30},
			ours:   func(ctx context.Context, d time.Duration) (float64, error) { return ask(ctx, house.addr, requests, d) },
			theirs: func(ctx context.Context, d time.Duration) (float64, error) { return ask(ctx, bare.addr, requests, d) },
		})
	}
	return works, shut, nil
}

// signedIn registers people, lets them accept and sign in, and gives their cookies.
func signedIn(ctx context.Context, h *house.House, n int) ([]string, error) {
	seen, how, err := offered(ctx, h)
	if err != nil {
		return nil, err
	}
	actors, err := people(ctx, h, n)
	if err != nil {
		return nil, err
	}
	cookies := make([]string, n)
	for i, actor := range actors {
		if _, err := h.Agreements.Accept(ctx, actor, how, seen, "127.0.0.1"); err != nil {
			return nil, err
		}
		in, err := h.Accounts.SignIn(ctx, account.SignIn{Portal: portal, SignInName: actor.Name, Password: password})
		if err != nil {
			return nil, err
		}
		c := gate.SessionCookie(portal, in.Token)
		cookies[i] = c.Name + "=" + c.Value
	}
	return cookies, nil
}

// request is what a browser sends.
func request(cookie, packing string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "GET /%s/cabinet HTTP/1.1\r\nHost: localhost\r\n", portal)
	b.WriteString("User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n")
	b.WriteString("Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\nAccept-Language: kk,ru;q=0.7,en;q=0.3\r\n")
	if packing != "" {
		fmt.Fprintf(&b, "Accept-Encoding: %s, deflate, br, zstd\r\n", packing)
	}
	fmt.Fprintf(&b, "Cookie: %s\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: navigate\r\n\r\n", cookie)
	return b.Bytes()
}

// answer writes what was received once: the least that could be done to answer so.
type answer struct {
	header http.Header
	body   []byte
}

// ServeHTTP writes the answer.
func (a answer) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	h := w.Header()
	for name, values := range a.header {
		h[name] = values
	}
	w.WriteHeader(http.StatusOK)
	w.Write(a.body)
}

// record asks once and keeps header and body, as they went over the wire. It refuses anything but
// the page: a sign-in page is fast, too.
func record(addr string, request []byte, packing string) (answer, error) {
	c, err := dial(addr)
	if err != nil {
		return answer{}, err
	}
	defer c.conn.Close()
	if _, err := c.conn.Write(request); err != nil {
		return answer{}, err
	}
	resp, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return answer{}, err
	}
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Encoding") != packing {
		return answer{}, fmt.Errorf("%s answers %s, packed %q, want the cabinet packed %q", portal, resp.Status, resp.Header.Get("Content-Encoding"), packing)
	}
	resp.Header.Del("Date") // the server writes its own on both sides
	return answer{resp.Header, body}, nil
}

// server is a listener with its address.
type server struct {
	http.Server
	addr string
}

// listen serves a handler on a loopback port with the limits of tereze serve.
func listen(handler http.Handler) (*server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &server{addr: l.Addr().String()}
	s.Handler = handler
	s.ReadHeaderTimeout, s.ReadTimeout, s.WriteTimeout, s.IdleTimeout = 10*time.Second, 30*time.Second, time.Minute, 2*time.Minute
	s.MaxHeaderBytes = 64 << 10
	go s.Serve(l) // ends with Close
	return s, nil
}
