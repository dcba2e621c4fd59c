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
