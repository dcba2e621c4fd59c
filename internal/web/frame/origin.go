package frame

import (
	"net"
	"net/http"
)

// Origin is how the addresses of the portals begin, for links in messages and codes to scan. It is
// what the operator configured: a Host header is the visitor's to write, and a link to somebody
// else's host would carry a one-time secret there. Only on this machine itself is the header asked.
func (f *Frame) Origin(r *http.Request) string {
	if f.Public != "" {
		return f.Public
	}
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return ""
	}
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
