package gate

import (
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"tereze/internal/fault"
)

// address is the network address of the other end. A header that claims another is not believed:
// anyone can write one (kundelik 6.8d).
func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// limit turns away forms that come faster than a person, or an office behind one address, sends them.
// Refusal: TooMany "gate.too_many".
func (g *Gate) limit(r *http.Request, v Visit) error {
	if r.Method != http.MethodPost || g.Limits.PostsPerMinute == 0 {
		return nil
	}
	if !g.posts.take(network(v.Address), v.Now, g.Limits.PostsPerMinute) {
		return fault.New(fault.TooMany, "gate.too_many")
	}
	return nil
}

// network is whom an address is counted as: an IPv6 customer has a whole /64 to send from.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || a.Is4() {
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
