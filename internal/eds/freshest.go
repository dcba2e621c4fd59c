package eds

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"slices"
	"strings"

	"tereze/internal/eds/pki"
)

// deltaURLs are the addresses of delta lists that a certificate names (freshestCRL, RFC 5280,
// 4.2.1.15), a form that the standard library leaves unread. One that cannot be read names none: the
// complete list is asked for in any case.
func deltaURLs(c *pki.Certificate) (urls []string) {
	i := slices.IndexFunc(c.Extensions, func(e pkix.Extension) bool { return e.Id.String() == "2.5.29.46" })
	if i < 0 {
		return nil
	}
	var points []struct {
		Point struct {
			Full []asn1.RawValue `asn1:"optional,tag:0"`
		} `asn1:"optional,tag:0"`
		Reasons asn1.BitString  `asn1:"optional,tag:1"`
		Issuer  []asn1.RawValue `asn1:"optional,tag:2"`
	}
	if rest, err := asn1.Unmarshal(c.Extensions[i].Value, &points); err != nil || len(rest) > 0 {
		return nil
	}
	for _, p := range points {
		for _, name := range p.Point.Full {
			if name.Class == asn1.ClassContextSpecific && name.Tag == 6 && strings.HasPrefix(string(name.Bytes), "http") {
				urls = append(urls, string(name.Bytes))
			}
		}
	}
	return urls
}
