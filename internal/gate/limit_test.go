package gate

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestAddress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		proxies   []string
		remote    string
		forwarded []string
		want      string
	}{
		{"without a proxy nobody's claim is believed", nil, "192.0.2.7:4000", []string{"198.51.100.1"}, "192.0.2.7"},
		{"nor that of a stranger beside the proxy", []string{"10.0.0.0/8"}, "192.0.2.7:4000", []string{"198.51.100.1"}, "192.0.2.7"},
		{"the proxy says where a request comes from", []string{"10.0.0.0/8"}, "10.1.1.1:4000", []string{"198.51.100.1"}, "198.51.100.1"},
		{"what the other end claimed before the proxy is not believed", []string{"10.0.0.0/8"}, "10.1.1.1:4000", []string{"203.0.113.9, 198.51.100.1"}, "198.51.100.1"},
		{"nor in a header of its own", []string{"10.0.0.0/8"}, "10.1.1.1:4000", []string{"203.0.113.9", "198.51.100.1"}, "198.51.100.1"},
		{"two proxies in a row", []string{"10.0.0.0/8", "::1/128"}, "[::1]:4000", []string{"198.51.100.1, 10.2.2.2"}, "198.51.100.1"},
		{"what is no address ends the chain", []string{"10.0.0.0/8"}, "10.1.1.1:4000", []string{"198.51.100.1, unknown"}, "10.1.1.1"},
		{"a proxy that says nothing", []string{"10.0.0.0/8"}, "10.1.1.1:4000", nil, "10.1.1.1"},
		{"an IPv4 address in the form of IPv6", []string{"127.0.0.1/32"}, "[::ffff:127.0.0.1]:4000", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
	} {
		g := &Gate{}
		for _, p := range c.proxies {
			g.Proxies = append(g.Proxies, netip.MustParsePrefix(p))
		}
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr, r.Header["X-Forwarded-For"] = c.remote, c.forwarded
		if got := g.address(r); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"198.51.100.1":        "198.51.100.1",
		"::ffff:198.51.100.1": "::ffff:198.51.100.1",
		"2001:db8:1:2:3::4":   "2001:db8:1:2::/64",
		"@":                   "@",
	} {
		if got := network(address); got != want {
			t.Errorf("%s counts as %s, want %s", address, got, want)
		}
	}
}
