// Package pkcs12 opens and makes key stores (PKCS#12, RFC 7292) as Kazakhstan's National Certification
// Authority hands them out: an outer DER around an inner BER of indefinite lengths, keys under triple
// DES, certificates under RC2 of 40 bits, and GOST keys that no library parses. It opens modern stores
// too (PBES2 with AES, PBMAC1).
//
// It owns the container. Keys and certificates inside are package pki's. Size, nesting and the rounds
// of key derivation are capped.
package pkcs12

import (
	"crypto/hmac"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf16"

	"tereze/internal/eds/pki"
)

// Caps on stores.
const (
	// MaxStore is the largest store opened, in bytes; the authority's have two to six thousand.
	MaxStore  = 1 << 20
	maxRounds = 2_000_000 // of key derivation in the whole store; the authority uses 1,024 each
	maxBags   = 100
)

const (
	oidData          = "1.2.840.113549.1.7.1"
	oidEncrypted     = "1.2.840.113549.1.7.6"
	oidX509          = "1.2.840.113549.1.9.22.1"
	oidFriendlyName  = "1.2.840.113549.1.9.20"
	oidLocalKeyID    = "1.2.840.113549.1.9.21"
	oidKeyBag        = "1.2.840.113549.1.12.10.1.1"
	oidShroudedKey   = "1.2.840.113549.1.12.10.1.2"
	oidCertBag       = "1.2.840.113549.1.12.10.1.3"
	oidCRLBag        = "1.2.840.113549.1.12.10.1.4"
	oidSecretBag     = "1.2.840.113549.1.12.10.1.5"
	oidSafeContents  = "1.2.840.113549.1.12.10.1.6"
	maxSafesInSafes  = 4
	maxFriendlyBytes = 1024
)

// Entry is a key of a store with its certificate.
type Entry struct {
	Name        string // friendly name, "" when there is none
	Key         pki.Key
	Certificate *pki.Certificate
}

// Store is an opened store. It has at least one entry.
type Store struct {
	Entries []Entry
	Others  []*pki.Certificate // the certificates of no key, such as the chain
}

type container struct {
	Version int
	Safe    contentInfo
	MAC     macData `asn1:"optional"`
}

type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue `asn1:"explicit,tag:0,optional"`
}

type macData struct {
	Digest struct {
		Algorithm pkix.AlgorithmIdentifier
		Value     []byte
	}
	Salt   []byte
	Rounds int `asn1:"optional,default:1"`
}

type safeBag struct {
	Type       asn1.ObjectIdentifier
	Value      asn1.RawValue `asn1:"explicit,tag:0"`
	Attributes []struct {
		Type   asn1.ObjectIdentifier
		Values asn1.RawValue
	} `asn1:"set,optional"`
}

// opener collects what the bags hold.
type opener struct {
	password     *password
	keys         []Entry
	certificates []*pki.Certificate
	bags         int
}

// Open checks the store's MAC with the password and returns what is inside. A password that does not
// open it is refused with WrongPassword, a store without a key with NoKey, a key without its
// certificate with NoCertificate.
func Open(data []byte, passphrase string) (*Store, error) {
	if len(data) > MaxStore {
		return nil, pki.Refuse(pki.TooLarge, fmt.Errorf("a key store of %d bytes", len(data)))
	}
	der, err := toDER(data)
	if err != nil {
		return nil, err
	}
	var outer container
	if err := unmarshal(der, &outer); err != nil {
		return nil, err
	}
	if outer.Version != 3 || outer.Safe.Type.String() != oidData {
		return nil, pki.Refuse(pki.Unsupported, errors.New("a key store that is not protected by a password"))
	}
	safe, err := octets(outer.Safe.Content)
	if err != nil {
		return nil, err
	}
	o := &opener{password: newPassword(passphrase)}
	if err := o.checkMAC(outer.MAC, safe, passphrase); err != nil {
		return nil, err
	}
	if err := o.readSafe(safe); err != nil {
		return nil, err
	}
	return o.store()
}

// octets is the OCTET STRING inside an explicit tag, whose contents encoding/asn1 leaves as they are.
func octets(explicit asn1.RawValue) ([]byte, error) {
	var inner asn1.RawValue
	if err := unmarshal(explicit.Bytes, &inner); err != nil {
		return nil, err
	}
	if inner.Class != asn1.ClassUniversal || inner.Tag != asn1.TagOctetString {
		return nil, pki.Refuse(pki.Malformed, errors.New("contents of a key store"))
	}
	return joined(inner.IsCompound, inner.Bytes, 0)
}

// checkMAC verifies the MAC. For an empty password there are two habits of writing it.
func (o *opener) checkMAC(m macData, content []byte, passphrase string) error {
	if len(m.Digest.Algorithm.Algorithm) == 0 {
		return pki.Refuse(pki.Unsupported, errors.New("a key store without a MAC"))
	}
	err := o.password.checkMAC(m, content)
	if passphrase == "" && pki.ReasonOf(err) == pki.WrongPassword {
		o.password.wide = nil
		err = o.password.checkMAC(m, content)
	}
	return err
}

func (p *password) checkMAC(m macData, content []byte) error {
	oid := m.Digest.Algorithm.Algorithm.String()
	var key []byte
	var err error
	if oid == oidPBMAC1 {
		var parameters struct{ Derivation, Scheme pkix.AlgorithmIdentifier }
		if err := unmarshal(m.Digest.Algorithm.Parameters.FullBytes, &parameters); err != nil {
			return err
		}
		oid = parameters.Scheme.Algorithm.String()
		key, err = p.stretch(parameters.Derivation, 0)
	} else {
		digest, unknown := digestOf(oid)
		if unknown != nil {
			return unknown
		}
		key, err = p.derive(digest, m.Salt, m.Rounds, forMAC, digest().Size())
	}
	if err != nil {
		return err
	}
	digest, err := digestOf(oid)
	if err != nil {
		return err
	}
	h := hmac.New(digest, key)
	h.Write(content)
	if !hmac.Equal(h.Sum(nil), m.Digest.Value) {
		return pki.Refuse(pki.WrongPassword, errors.New("the MAC of the key store"))
	}
	return nil
}

// readSafe reads AuthenticatedSafe: parts in the clear and parts encrypted.
func (o *opener) readSafe(ber []byte) error {
	der, err := toDER(ber)
	if err != nil {
		return err
	}
	var parts []contentInfo
	if err := unmarshal(der, &parts); err != nil {
		return err
	}
	for _, part := range parts {
		var contents []byte
		switch part.Type.String() {
		case oidData:
			contents, err = octets(part.Content)
		case oidEncrypted:
			contents, err = o.encrypted(part.Content.Bytes)
		default:
			err = pki.Refuse(pki.Unsupported, fmt.Errorf("part %s of a key store", part.Type))
		}
		if err == nil {
			err = o.readBags(contents, 0)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (o *opener) encrypted(der []byte) ([]byte, error) {
	var data struct {
		Version int
		Info    struct {
			Type      asn1.ObjectIdentifier
			Algorithm pkix.AlgorithmIdentifier
			Content   asn1.RawValue `asn1:"tag:0,optional"`
		}
		Attributes asn1.RawValue `asn1:"tag:1,optional"`
	}
	if err := unmarshal(der, &data); err != nil {
		return nil, err
	}
	secret, err := joined(data.Info.Content.IsCompound, data.Info.Content.Bytes, 0)
	if err != nil {
		return nil, err
	}
	return o.password.decrypt(data.Info.Algorithm, secret)
}

// readBags reads SafeContents. Bags of lists and secrets are passed over: they are no keys.
func (o *opener) readBags(ber []byte, depth int) error {
	der, err := toDER(ber)
	if err != nil {
		return err
	}
	var bags []safeBag
	if err := unmarshal(der, &bags); err != nil {
		return err
	}
	if o.bags += len(bags); o.bags > maxBags || depth > maxSafesInSafes {
		return pki.Refuse(pki.TooLarge, errors.New("a key store of too many bags"))
	}
	for _, bag := range bags {
		switch bag.Type.String() {
		case oidKeyBag:
			err = o.addKey(bag, bag.Value.Bytes)
		case oidShroudedKey:
			err = o.addShrouded(bag)
		case oidCertBag:
			err = o.addCertificate(bag.Value.Bytes)
		case oidSafeContents:
			err = o.readBags(bag.Value.Bytes, depth+1)
		case oidCRLBag, oidSecretBag:
		default:
			err = pki.Refuse(pki.Unsupported, fmt.Errorf("bag %s of a key store", bag.Type))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (o *opener) addShrouded(bag safeBag) error {
	var shrouded struct {
		Algorithm pkix.AlgorithmIdentifier
		Data      asn1.RawValue
	}
	if err := unmarshal(bag.Value.Bytes, &shrouded); err != nil {
		return err
	}
	secret, err := joined(shrouded.Data.IsCompound, shrouded.Data.Bytes, 0)
	if err != nil {
		return err
	}
	der, err := o.password.decrypt(shrouded.Algorithm, secret)
	if err != nil {
		return err
	}
	return o.addKey(bag, der)
}

func (o *opener) addKey(bag safeBag, der []byte) error {
	key, err := pki.ParsePKCS8(der)
	if err != nil {
		return err
	}
	o.keys = append(o.keys, Entry{Name: bag.friendlyName(), Key: key})
	return nil
}

func (o *opener) addCertificate(der []byte) error {
	var bag struct {
		Type  asn1.ObjectIdentifier
		Value asn1.RawValue `asn1:"explicit,tag:0"`
	}
	if err := unmarshal(der, &bag); err != nil {
		return err
	}
	if bag.Type.String() != oidX509 {
		return pki.Refuse(pki.Unsupported, fmt.Errorf("certificate of type %s", bag.Type))
	}
	content, err := octets(bag.Value)
	if err != nil {
		return err
	}
	c, err := pki.ParseCertificate(content)
	if err != nil {
		return err
	}
	o.certificates = append(o.certificates, c)
	return nil
}

// friendlyName reads a BMPString; a malformed one is no name, which costs nobody anything.
func (b safeBag) friendlyName() string {
	for _, a := range b.Attributes {
		if a.Type.String() != oidFriendlyName {
			continue
		}
		var value asn1.RawValue
		if rest, err := asn1.Unmarshal(a.Values.Bytes, &value); err != nil || len(rest) > 0 ||
			value.Tag != asn1.TagBMPString || len(value.Bytes)%2 != 0 || len(value.Bytes) > maxFriendlyBytes {
			return ""
		}
		units := make([]uint16, len(value.Bytes)/2)
		for i := range units {
			units[i] = binary.BigEndian.Uint16(value.Bytes[2*i:])
		}
		return string(utf16.Decode(units))
	}
	return ""
}

// store finds each key's certificate by the public key, not by localKeyID, which anybody can write.
func (o *opener) store() (*Store, error) {
	if len(o.keys) == 0 {
		return nil, pki.Refuse(pki.NoKey, errors.New("the key store holds certificates alone"))
	}
	s := &Store{Entries: o.keys}
	for _, c := range o.certificates {
		mine := false
		for i := range s.Entries {
			e := &s.Entries[i]
			if e.Certificate == nil && c.Matches(e.Key) {
				e.Certificate, mine = c, true
				break
			}
		}
		if !mine {
			s.Others = append(s.Others, c)
		}
	}
	for _, e := range s.Entries {
		if e.Certificate == nil {
			return nil, pki.Refuse(pki.NoCertificate, errors.New("a key without its certificate"))
		}
	}
	return s, nil
}
