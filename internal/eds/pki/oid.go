package pki

import (
	"encoding/asn1"
	"strconv"
	"strings"
)

// Object identifiers, dotted. Constants, so that a switch over asn1.ObjectIdentifier.String can name them.
const (
	// Digests.
	DigestMD5       = "1.2.840.113549.2.5"
	DigestSHA1      = "1.3.14.3.2.26"
	DigestSHA256    = "2.16.840.1.101.3.4.2.1"
	DigestSHA384    = "2.16.840.1.101.3.4.2.2"
	DigestSHA512    = "2.16.840.1.101.3.4.2.3"
	DigestGOST2004  = "1.2.398.3.10.1.3.1" // 34.311-95
	DigestGOST256   = "1.2.398.3.10.1.3.2" // 34.11-2015, 256 bits
	DigestGOST512   = "1.2.398.3.10.1.3.3" // 34.11-2015, 512 bits
	keyRSA          = "1.2.840.113549.1.1.1"
	keyEC           = "1.2.840.10045.2.1"
	keyGOST2004     = "1.2.398.3.10.1.1.1.1"
	keyGOST256      = "1.2.398.3.10.1.1.2.1"
	keyGOST512      = "1.2.398.3.10.1.1.2.2"
	curveGOST2004   = "1.2.398.3.10.1.1.1.1.1"
	curveGOST256    = "1.2.398.3.10.1.1.2.1.1"
	curveGOST512    = "1.2.398.3.10.1.1.2.2.1"
	digestParam2004 = "1.2.398.3.10.1.3.1.1.0"

	// Signatures.
	SignMD5RSA      = "1.2.840.113549.1.1.4"
	SignSHA1RSA     = "1.2.840.113549.1.1.5"
	SignRSAPSS      = "1.2.840.113549.1.1.10"
	SignSHA256RSA   = "1.2.840.113549.1.1.11"
	SignSHA384RSA   = "1.2.840.113549.1.1.12"
	SignSHA512RSA   = "1.2.840.113549.1.1.13"
	SignSHA1ECDSA   = "1.2.840.10045.4.1"
	SignSHA256ECDSA = "1.2.840.10045.4.3.2"
	SignSHA384ECDSA = "1.2.840.10045.4.3.3"
	SignSHA512ECDSA = "1.2.840.10045.4.3.4"
	SignGOST2004    = "1.2.398.3.10.1.1.1.2"
	SignGOST256     = "1.2.398.3.10.1.1.2.3.1"
	SignGOST512     = "1.2.398.3.10.1.1.2.3.2"

	// Extended key usages and extensions of X.509.
	UsageAny          = "2.5.29.37.0"
	UsageClientAuth   = "1.3.6.1.5.5.7.3.2"
	UsageEmail        = "1.3.6.1.5.5.7.3.4"
	UsageTimeStamping = "1.3.6.1.5.5.7.3.8"
	UsageOCSPSigning  = "1.3.6.1.5.5.7.3.9"
	extKeyUsage       = "2.5.29.37"

	// The National Certification Authority's policies.
	PolicyNCA       = "1.2.398.3.3.2"   // every holder, since 2022
	PolicyOrgAuth   = "1.2.398.3.3.2.2" // before 2022, as the next
	PolicyAuth      = "1.2.398.3.3.2.4"
	PolicyAuthority = "1.2.398.3.1.2"
)

// OID parses a dotted object identifier written in the program; one that is none is a mistake of ours.
func OID(dotted string) asn1.ObjectIdentifier {
	var oid asn1.ObjectIdentifier
	for part := range strings.SplitSeq(dotted, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			panic("pki: " + dotted + " is no object identifier")
		}
		oid = append(oid, n)
	}
	return oid
}
