package main

import (
	"net/netip"
	"slices"
	"testing"
)

func TestProxiesAreAddressesOrNetworks(t *testing.T) {
	t.Parallel()
	var c serveConfig
	for _, s := range []string{"127.0.0.1", "10.0.0.0/8", "::1"} {
		if err := c.proxy(s); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
	want := []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	if !slices.Equal(c.proxies, want) {
		t.Errorf("got %v, want %v", c.proxies, want)
	}
	for _, s := range []string{"", "proxy.example", "10.0.0.0/40", "10.0.0.0-10.0.0.9"} {
		if err := c.proxy(s); err == nil {
			t.Errorf("%q was taken", s)
		}
	}
}

func TestServingOthersNeedsAPublicAddress(t *testing.T) {
	t.Parallel()
	proxy := []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	for _, c := range []struct {
		name string
		c    serveConfig
		ok   bool
	}{
		{"this machine alone", serveConfig{listen: "localhost:8080"}, true},
		{"its own address", serveConfig{listen: "127.0.0.1:8080"}, true},
		{"everybody, unnamed", serveConfig{listen: ":8080"}, false},
		{"a network, unnamed", serveConfig{listen: "10.1.2.3:80"}, false},
		{"behind a proxy, unnamed", serveConfig{listen: "localhost:8080", proxies: proxy}, false},
		{"behind a proxy", serveConfig{listen: "localhost:8080", proxies: proxy, public: "https://portal.example"}, true},
		{"an address with a path", serveConfig{listen: ":8080", public: "https://portal.example/egov"}, false},
		{"an address of no web", serveConfig{listen: ":8080", public: "ftp://portal.example"}, false},
		{"no address", serveConfig{listen: ":8080", public: "portal.example"}, false},
	} {
		if err := c.c.reachable(); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
