package gate

import (
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"tereze/internal/clause"
	"tereze/internal/fault"
)

// address is the network address a request comes from. A header that claims another is believed
// only from a known proxy, and of that only what a known proxy added: anyone can write one
// (kundelik 6.8d).
func (g *Gate) address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		claimed, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil || !g.proxy(host) {
			break
		}
		host = claimed.Unmap().String()
	}
	return host
}

func (g *Gate) proxy(host string) bool {
	a, err := netip.ParseAddr(host)
	return err == nil && slices.ContainsFunc(g.Proxies, func(p netip.Prefix) bool { return p.Contains(a.Unmap()) })
}

// count turns away what is written faster than a person, or an office behind one address, sends it.
// Refusal: TooMany "gate.too_many".
func (g *Gate) count(v Visit) error {
	if g.Limits.PostsPerMinute > 0 && !g.posts.take(network(v.Address), v.Now, g.Limits.PostsPerMinute) {
		return fault.New(fault.TooMany, "gate.too_many")
	}
	return nil
}

// measure turns away requests over the measure of the portal's clause (ismet R10.3, kundelik 6.8b), by their number
// and by their size. Refusals: TooMany "gate.too_many"; Invalid "gate.too_large".
func (g *Gate) measure(w http.ResponseWriter, r *http.Request, v Visit) error {
	if !g.Limits.Agreed || v.Actor.Portal == "" {
		return nil
	}
	rule, cite, ok := clause.In[RequestLimit](g.Book(v.Actor.Portal, v.Now))
	if !ok {
		return nil
	}
	// An office behind one address is many users: whoever has signed in is counted by themself.
	who := v.Actor.Portal + "/at/" + network(v.Address)
	if v.Actor.Known() {
		who = v.Actor.Portal + "/by/" + strconv.FormatInt(int64(v.Actor.User), 36)
	}
	if !g.requests.take(who, v.Now, rule.PerMinute) {
		return fault.New(fault.TooMany, "gate.too_many").By(cite)
	}
	largest := int64(rule.MaxBodyMegabytes) << 20
	if r.ContentLength > largest {
		// A browser shows the answer only if it could send what it had begun. Protect bounds what is read.
		_, _ = io.Copy(io.Discard, r.Body)
		return fault.New(fault.Invalid, "gate.too_large").With("megabytes", strconv.Itoa(rule.MaxBodyMegabytes)).By(cite)
	}
	r.Body = http.MaxBytesReader(w, r.Body, largest) // a size that was not said beforehand
	return nil
}

// network is whom an address is counted as: an IPv6 customer has a whole /64 to send from.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || a.Unmap().Is4() {
		return address
	}
	p, err := a.Prefix(64)
	if err != nil {
		return address
	}
	return p.String()
}

// addresses counts requests of each address in the current minute.
type addresses struct {
	mu     sync.Mutex
	minute int64
	count  map[string]int
}

func (a *addresses) take(network string, now time.Time, most int) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if minute := now.Unix() / 60; minute != a.minute || a.count == nil {
		a.minute, a.count = minute, map[string]int{}
	}
	a.count[network]++
	return a.count[network] <= most
}
