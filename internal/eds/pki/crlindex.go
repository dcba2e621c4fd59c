package pki

import (
	"bytes"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"sort"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// maxSerial is the longest serial number in bytes: RFC 5280 §4.1.2.2 says 20, some software adds a zero.
const maxSerial = 21

// index finds entries by serial number: spans into the list's own bytes, sorted by serial.
type index struct {
	raw []byte
	at  []span
}

// span is an entry's place, and that of its serial number inside.
type span struct{ from, to, serial, end uint32 }

type crlEntry struct {
	revoked time.Time
	cause   int
}

// indexEntries checks every entry once, so that a look-up cannot meet one that is malformed.
func indexEntries(revoked cryptobyte.String) (index, error) {
	x := index{raw: revoked}
	rest := revoked
	for !rest.Empty() {
		var body, element cryptobyte.String
		from := len(revoked) - len(rest)
		if !rest.ReadASN1(&body, cbasn1.SEQUENCE) {
			return index{}, errCRL("entry")
		}
		to := len(revoked) - len(rest)
		start := to - len(body)
		inner := body
		if !inner.ReadASN1Element(&element, cbasn1.INTEGER) {
			return index{}, errCRL("serial number")
		}
		var serial cryptobyte.String
		if whole := element; !whole.ReadASN1(&serial, cbasn1.INTEGER) || !minimal(serial) {
			return index{}, errCRL("serial number")
		}
		end := start + len(element)
		if _, err := parseEntry(inner); err != nil {
			return index{}, err
		}
		x.at = append(x.at, span{uint32(from), uint32(to), uint32(end - len(serial)), uint32(end)})
	}
	slices.SortFunc(x.at, func(a, b span) int { return bytes.Compare(x.raw[a.serial:a.end], x.raw[b.serial:b.end]) })
	for i := 1; i < len(x.at); i++ {
		if a, b := x.at[i-1], x.at[i]; bytes.Equal(x.raw[a.serial:a.end], x.raw[b.serial:b.end]) {
			return index{}, errCRL("a serial number twice")
		}
	}
	return x, nil
}

// minimal reports whether a serial number is written as DER wants it. Another form of the same number
// would not be found, and a revoked certificate pass.
func minimal(serial []byte) bool {
	switch {
	case len(serial) == 0, len(serial) > maxSerial:
		return false
	case len(serial) == 1:
		return true
	}
	high := serial[1] & 0x80
	return !(serial[0] == 0 && high == 0 || serial[0] == 0xff && high != 0)
}

// parseEntry reads what follows the serial number.
func parseEntry(in cryptobyte.String) (crlEntry, error) {
	var e crlEntry
	if !readTime(&in, &e.revoked) {
		return e, errCRL("date of revocation")
	}
	if in.Empty() {
		return e, nil
	}
	return e, eachExtension(in, func(oid string, critical bool, value cryptobyte.String) error {
		switch {
		case oid == "2.5.29.21":
			if !value.ReadASN1Enum(&e.cause) || !value.Empty() {
				return errCRL("reason")
			}
		case oid == "2.5.29.29":
			return Refuse(Unsupported, errors.New("a list of several authorities"))
		case critical:
			return Refuse(Unsupported, fmt.Errorf("critical extension %s of an entry", oid))
		}
		return nil
	})
}

// find looks an entry up. The comparison is of DER, which for positive integers is unique.
func (x index) find(serial *big.Int) (crlEntry, bool) {
	wanted := serial.Bytes()
	if len(wanted) == 0 || wanted[0]&0x80 != 0 {
		wanted = append([]byte{0}, wanted...)
	}
	i, found := sort.Find(len(x.at), func(i int) int {
		return bytes.Compare(wanted, x.raw[x.at[i].serial:x.at[i].end])
	})
	if !found {
		return crlEntry{}, false
	}
	e, err := parseEntry(cryptobyte.String(x.raw[x.at[i].end:x.at[i].to]))
	return e, err == nil // indexEntries has parsed it before
}

// scope is the extension issuingDistributionPoint: for which certificates a list speaks.
type scope struct {
	raw       []byte
	userOnly  bool
	caOnly    bool
	addresses []string // nil: not limited
}

func (s *scope) parse(value cryptobyte.String) error {
	s.raw = bytes.Clone(value)
	var p struct {
		Point struct {
			Full []asn1.RawValue `asn1:"tag:0,optional"`
			Name asn1.RawValue   `asn1:"tag:1,optional"`
		} `asn1:"tag:0,optional"`
		UserOnly      bool           `asn1:"tag:1,optional"`
		CAOnly        bool           `asn1:"tag:2,optional"`
		Reasons       asn1.BitString `asn1:"tag:3,optional"`
		Indirect      bool           `asn1:"tag:4,optional"`
		AttributeOnly bool           `asn1:"tag:5,optional"`
	}
	if rest, err := asn1.Unmarshal(value, &p); err != nil || len(rest) > 0 {
		return errCRL("distribution point")
	}
	if p.Reasons.BitLength > 0 || p.Indirect || p.AttributeOnly || len(p.Point.Name.FullBytes) > 0 {
		return Refuse(Unsupported, errors.New("a list for some reasons only, of several authorities, or of attribute certificates"))
	}
	s.userOnly, s.caOnly = p.UserOnly, p.CAOnly
	for _, name := range p.Point.Full {
		if name.Class == asn1.ClassContextSpecific && name.Tag == 6 {
			s.addresses = append(s.addresses, string(name.Bytes))
		}
	}
	if len(p.Point.Full) > 0 && s.addresses == nil {
		return Refuse(Unsupported, errors.New("a distribution point without an address"))
	}
	return nil
}

// covers refuses a list that does not speak about c.
func (s *scope) covers(c *Certificate) error {
	if s.userOnly && c.IsCA || s.caOnly && !c.IsCA {
		return Refuse(OtherAnswer, errors.New("the list is about other kinds of certificates"))
	}
	if s.addresses == nil || len(c.CRLDistributionPoints) == 0 {
		return nil
	}
	for _, address := range s.addresses {
		if slices.Contains(c.CRLDistributionPoints, address) {
			return nil
		}
	}
	return Refuse(OtherAnswer, errors.New("the list belongs to other certificates of the authority"))
}

func readTime(in *cryptobyte.String, out *time.Time) bool {
	if in.PeekASN1Tag(cbasn1.UTCTime) {
		return in.ReadASN1UTCTime(out)
	}
	return in.ReadASN1GeneralizedTime(out)
}

func parseAlgorithm(der []byte) (pkix.AlgorithmIdentifier, error) {
	var a pkix.AlgorithmIdentifier
	if rest, err := asn1.Unmarshal(der, &a); err != nil || len(rest) > 0 {
		return a, Refuse(Malformed, errors.New("algorithm identifier"))
	}
	return a, nil
}

func dottedOID(der cryptobyte.String) (string, bool) {
	var oid asn1.ObjectIdentifier
	ok := der.ReadASN1ObjectIdentifier(&oid) && der.Empty()
	return oid.String(), ok
}
