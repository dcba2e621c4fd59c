package pkcs12

import (
	"bytes"
	"crypto/cipher"
	"crypto/des"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"io"
	"slices"
	"unicode/utf16"

	"tereze/internal/eds/pki"
)

// rounds of derivation in stores made here: the authority's.
const rounds = 1024

// Make writes a store that the authority's software and everything else opens: keys and certificates
// under triple DES, MAC by SHA-1, all in DER. It protects no better than those of the authority do, and
// is for keys of tests and demonstrations. Salts are read from rand.
func Make(rand io.Reader, entry Entry, others []*pki.Certificate, passphrase string) ([]byte, error) {
	if entry.Certificate == nil || !entry.Certificate.Matches(entry.Key) {
		return nil, pki.Refuse(pki.NoCertificate, errors.New("the certificate is not the key's"))
	}
	m := &maker{rand: rand, passphrase: passphrase}
	keys := m.sequence(m.keyBag(entry))
	bags := [][]byte{m.certificateBag(entry.Certificate, m.attributes(entry))}
	for _, c := range others {
		bags = append(bags, m.certificateBag(c, nil))
	}
	safe := m.sequence(m.info(oidData, m.marshal(keys)), m.encryptedInfo(m.sequence(bags...)))
	salt := m.salt()
	key := m.derive(salt, forMAC, sha1.Size)
	h := hmac.New(sha1.New, key)
	h.Write(safe)
	mac := macData{Salt: salt, Rounds: rounds}
	mac.Digest.Algorithm = pkix.AlgorithmIdentifier{Algorithm: pki.OID(pki.DigestSHA1), Parameters: asn1.NullRawValue}
	mac.Digest.Value = h.Sum(nil)
	out := m.sequence(m.marshal(3), m.info(oidData, m.marshal(safe)), m.marshal(mac))
	return out, m.err
}

// maker keeps the first error, so that the structure can be written as it looks.
type maker struct {
	rand       io.Reader
	passphrase string
	err        error
}

func (m *maker) keep(err error) {
	if m.err == nil {
		m.err = err
	}
}

func (m *maker) marshal(v any) []byte {
	der, err := asn1.Marshal(v)
	m.keep(err)
	return der
}

func (m *maker) wrap(class, tag int, parts ...[]byte) []byte {
	return m.marshal(asn1.RawValue{Class: class, Tag: tag, IsCompound: true, Bytes: slices.Concat(parts...)})
}

func (m *maker) sequence(parts ...[]byte) []byte {
	return m.wrap(asn1.ClassUniversal, asn1.TagSequence, parts...)
}

func (m *maker) explicit(parts ...[]byte) []byte {
	return m.wrap(asn1.ClassContextSpecific, 0, parts...)
}

func (m *maker) info(kind string, content []byte) []byte {
	return m.sequence(m.marshal(pki.OID(kind)), m.explicit(content))
}

func (m *maker) salt() []byte {
	salt := make([]byte, 20)
	_, err := io.ReadFull(m.rand, salt)
	m.keep(err)
	return salt
}

func (m *maker) derive(salt []byte, id byte, size int) []byte {
	key, err := newPassword(m.passphrase).derive(sha1.New, salt, rounds, id, size)
	m.keep(err)
	return key
}

// encrypt returns algorithm identifier and ciphertext.
func (m *maker) encrypt(plain []byte) (algorithm, data []byte) {
	salt := m.salt()
	parameters := m.marshal(pbeParameters{Salt: salt, Rounds: rounds})
	algorithm = m.sequence(m.marshal(pki.OID(oid3DES)), parameters)
	block, err := des.NewTripleDESCipher(m.derive(salt, forKey, 24))
	if err != nil {
		m.keep(err)
		return nil, nil
	}
	pad := block.BlockSize() - len(plain)%block.BlockSize()
	data = append(slices.Clone(plain), bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(block, m.derive(salt, forIV, 8)).CryptBlocks(data, data)
	return algorithm, data
}

func (m *maker) keyBag(entry Entry) []byte {
	der, err := entry.Key.PKCS8()
	m.keep(err)
	algorithm, data := m.encrypt(der)
	return m.sequence(m.marshal(pki.OID(oidShroudedKey)), m.explicit(m.sequence(algorithm, m.marshal(data))), m.attributes(entry))
}

func (m *maker) certificateBag(c *pki.Certificate, attributes []byte) []byte {
	bag := m.sequence(m.marshal(pki.OID(oidX509)), m.explicit(m.marshal(c.Raw)))
	return m.sequence(m.marshal(pki.OID(oidCertBag)), m.explicit(bag), attributes)
}

func (m *maker) encryptedInfo(contents []byte) []byte {
	algorithm, data := m.encrypt(contents)
	octets := m.marshal(asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, Bytes: data})
	return m.info(oidEncrypted, m.sequence(m.marshal(0), m.sequence(m.marshal(pki.OID(oidData)), algorithm, octets)))
}

// attributes are friendlyName and localKeyID, which other software pairs key and certificate by.
func (m *maker) attributes(entry Entry) []byte {
	set := func(parts ...[]byte) []byte { return m.wrap(asn1.ClassUniversal, asn1.TagSet, parts...) }
	id := sha1.Sum(entry.Certificate.Raw)
	local := m.sequence(m.marshal(pki.OID(oidLocalKeyID)), set(m.marshal(id[:])))
	if entry.Name == "" {
		return set(local)
	}
	var name []byte
	for _, u := range utf16.Encode([]rune(entry.Name)) {
		name = append(name, byte(u>>8), byte(u))
	}
	bmp := m.marshal(asn1.RawValue{Tag: asn1.TagBMPString, Bytes: name})
	friendly := m.sequence(m.marshal(pki.OID(oidFriendlyName)), set(bmp))
	list := [][]byte{local, friendly}
	slices.SortFunc(list, bytes.Compare) // as DER orders a SET OF
	return set(list...)
}
