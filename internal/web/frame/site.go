package frame

import (
	"net"
	"net/http"
	"net/url"
	"strings"

	"tereze/internal/account"
	"tereze/internal/gate"
)

// PasskeySite is where passkeys of the visit's portal are made and used. It follows from the configured
// address, or on this machine from "localhost": browsers bind passkeys to a domain, not to a number,
// and only where nobody can listen. ok is false where the portal is reached in another way.
func (f *Frame) PasskeySite(r *http.Request, v gate.Visit) (site account.Site, ok bool) {
	u, err := url.Parse(strings.ToLower(f.Origin(r)))
	if err != nil || u.Host == "" {
		return account.Site{}, false
	}
	host, authority := u.Hostname(), u.Host
	if net.ParseIP(host) != nil || u.Scheme != "https" && host != "localhost" {
		return account.Site{}, false
	}
	if u.Scheme == "https" {
		authority = strings.TrimSuffix(authority, ":443") // browsers leave it out
	}
	return account.Site{Host: host, Origin: u.Scheme + "://" + authority, Name: f.In(v, f.Portal(v).Title)}, true
}
