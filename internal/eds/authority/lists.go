package authority

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"time"

	"tereze/internal/eds/pki"
)

// Causes of a revocation (RFC 5280 §5.3.1) that demonstrations need.
const (
	Unspecified   = 0
	KeyCompromise = 1
	OnHold        = 6
	lifted        = 8
)

// How long lists hold.
const (
	listHolds  = 7 * 24 * time.Hour
	deltaHolds = 24 * time.Hour
)

type revoked struct {
	at    time.Time
	cause int
}

// Revoke revokes a certificate from now on, or suspends it when the cause is OnHold.
func (a *Authority) Revoke(c *pki.Certificate, cause int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.revoked[string(c.SerialNumber.Bytes())] = revoked{a.clock().UTC().Truncate(time.Second), cause}
}

// Lift ends a suspension. A revocation stays.
func (a *Authority) Lift(c *pki.Certificate) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if serial := string(c.SerialNumber.Bytes()); a.revoked[serial].cause == OnHold {
		delete(a.revoked, serial)
	}
}

type listEntry struct {
	Serial     *big.Int
	At         time.Time
	Extensions []pkix.Extension `asn1:"optional"`
}

type tbsList struct {
	Version    int
	Algorithm  pkix.AlgorithmIdentifier
	Issuer     asn1.RawValue
	This, Next time.Time
	Revoked    []listEntry      `asn1:"optional"`
	Extensions []pkix.Extension `asn1:"explicit,tag:0"`
}

// CRL makes a complete list, which the deltas after it start from.
func (a *Authority) CRL() ([]byte, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.number++
	a.base, a.baseNo = maps.Clone(a.revoked), a.number
	return a.list(a.revoked, listHolds, nil)
}

// Delta makes a list of what has changed since the last complete one, which there has to be.
func (a *Authority) Delta() ([]byte, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.baseNo == 0 {
		return nil, fmt.Errorf("a delta without a complete list")
	}
	a.number++
	changed := map[string]revoked{}
	for serial, r := range a.revoked {
		if a.base[serial] != r {
			changed[serial] = r
		}
	}
	for serial, r := range a.base {
		if _, still := a.revoked[serial]; !still {
			changed[serial] = revoked{r.at, lifted}
		}
	}
	base := extension("2.5.29.27", true, a.baseNo)
	return a.list(changed, deltaHolds, &base)
}

// list is called with the lock held.
func (a *Authority) list(entries map[string]revoked, holds time.Duration, base *pkix.Extension) ([]byte, error) {
	now := a.clock().UTC().Truncate(time.Second)
	tbs := tbsList{
		Version: 1, Algorithm: algorithmOf(a.key), Issuer: raw(a.Issuing.RawSubject), This: now, Next: now.Add(holds),
		Extensions: []pkix.Extension{
			extension("2.5.29.20", false, a.number),
			extension("2.5.29.35", false, struct {
				ID []byte `asn1:"tag:0"`
			}{a.Issuing.SubjectKeyId}),
		},
	}
	if base != nil {
		tbs.Extensions = append(tbs.Extensions, *base)
	}
	for _, serial := range slices.Sorted(maps.Keys(entries)) {
		e := listEntry{Serial: new(big.Int).SetBytes([]byte(serial)), At: entries[serial].at}
		if cause := entries[serial].cause; cause != Unspecified {
			e.Extensions = []pkix.Extension{extension("2.5.29.21", false, asn1.Enumerated(cause))}
		}
		tbs.Revoked = append(tbs.Revoked, e)
	}
	return a.signed(a.key, tbs, fmt.Sprintf("list %d %d", a.number, now.Unix()))
}
