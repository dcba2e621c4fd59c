package pkcs12

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"hash"
	"unicode/utf16"

	"tereze/internal/eds/pki"
)

const (
	oid3DES      = "1.2.840.113549.1.12.1.3" // pbeWithSHAAnd3-KeyTripleDES-CBC
	oid2Key3DES  = "1.2.840.113549.1.12.1.4"
	oidRC2128    = "1.2.840.113549.1.12.1.5"
	oidRC240     = "1.2.840.113549.1.12.1.6"
	oidPBES2     = "1.2.840.113549.1.5.13"
	oidPBKDF2    = "1.2.840.113549.1.5.12"
	oidPBMAC1    = "1.2.840.113549.1.5.14"
	oidDESCBC3   = "1.2.840.113549.3.7"
	oidAES128CBC = "2.16.840.1.101.3.4.1.2"
	oidAES192CBC = "2.16.840.1.101.3.4.1.22"
	oidAES256CBC = "2.16.840.1.101.3.4.1.42"
	oidHMACSHA1  = "1.2.840.113549.2.7"
	oidHMAC224   = "1.2.840.113549.2.8"
	oidHMAC256   = "1.2.840.113549.2.9"
	oidSHA224    = "2.16.840.1.101.3.4.2.4"
	oidHMAC384   = "1.2.840.113549.2.10"
	oidHMAC512   = "1.2.840.113549.2.11"
)

// purpose of a derived key: the diversifier of RFC 7292, appendix B.3.
const (
	forKey byte = 1
	forIV  byte = 2
	forMAC byte = 3
)

// password in the two forms that the standards want, and how many rounds may still be spent on it.
type password struct {
	text   []byte // UTF-8, for PBES2
	wide   []byte // UTF-16 with a final zero, for PKCS#12's own derivation
	budget int
}

func newPassword(s string) *password {
	p := &password{text: []byte(s), budget: maxRounds}
	for _, u := range append(utf16.Encode([]rune(s)), 0) {
		p.wide = append(p.wide, byte(u>>8), byte(u))
	}
	return p
}

// spend refuses a store that would keep a processor busy: the count is the sender's.
func (p *password) spend(rounds int) error {
	if rounds < 1 {
		return pki.Refuse(pki.Malformed, errors.New("no rounds of derivation"))
	}
	if p.budget -= rounds; p.budget < 0 || rounds > maxRounds {
		return pki.Refuse(pki.TooLarge, fmt.Errorf("%d rounds of derivation", rounds))
	}
	return nil
}

// derive is the derivation of RFC 7292, appendix B.2.
func (p *password) derive(digest func() hash.Hash, salt []byte, rounds int, id byte, size int) ([]byte, error) {
	if err := p.spend(rounds); err != nil {
		return nil, err
	}
	h := digest()
	v := h.BlockSize()
	diversifier := bytes.Repeat([]byte{id}, v)
	input := append(filled(salt, v), filled(p.wide, v)...)
	var out []byte
	for {
		h.Reset()
		h.Write(diversifier)
		h.Write(input)
		a := h.Sum(nil)
		for range rounds - 1 {
			h.Reset()
			h.Write(a)
			a = h.Sum(a[:0])
		}
		if out = append(out, a...); len(out) >= size {
			return out[:size], nil
		}
		b := filled(a, v)[:v]
		for block := range len(input) / v {
			addOne(input[block*v:(block+1)*v], b)
		}
	}
}

// filled repeats s to a whole number of blocks.
func filled(s []byte, v int) []byte {
	if len(s) == 0 {
		return nil
	}
	n := (len(s) + v - 1) / v * v
	return bytes.Repeat(s, n/len(s)+1)[:n]
}

// addOne sets a = a + b + 1, big-endian, of one length.
func addOne(a, b []byte) {
	carry := 1
	for i := len(a) - 1; i >= 0; i-- {
		sum := int(a[i]) + int(b[i]) + carry
		a[i], carry = byte(sum), sum>>8
	}
}

// digestOf names the hashes of MACs and of HMAC alike.
func digestOf(oid string) (func() hash.Hash, error) {
	switch oid {
	case pki.DigestSHA1, oidHMACSHA1:
		return sha1.New, nil
	case oidSHA224, oidHMAC224:
		return sha256.New224, nil
	case pki.DigestSHA256, oidHMAC256:
		return sha256.New, nil
	case pki.DigestSHA384, oidHMAC384:
		return sha512.New384, nil
	case pki.DigestSHA512, oidHMAC512:
		return sha512.New, nil
	}
	return nil, pki.Refuse(pki.Unsupported, fmt.Errorf("digest %s in a key store", oid))
}

// decrypt undoes the password-based encryption that an algorithm identifier names.
func (p *password) decrypt(algorithm pkix.AlgorithmIdentifier, data []byte) ([]byte, error) {
	block, iv, err := p.cipher(algorithm)
	if err != nil {
		return nil, err
	}
	size := block.BlockSize()
	if len(data) == 0 || len(data)%size != 0 || len(iv) != size {
		return nil, pki.Refuse(pki.Malformed, errors.New("encrypted part of a key store"))
	}
	out := make([]byte, len(data))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(out, data)
	pad := int(out[len(out)-1])
	if pad == 0 || pad > size || !bytes.Equal(out[len(out)-pad:], bytes.Repeat([]byte{byte(pad)}, pad)) {
		return nil, pki.Refuse(pki.WrongPassword, errors.New("padding"))
	}
	return out[:len(out)-pad], nil
}

type pbeParameters struct {
	Salt   []byte
	Rounds int
}

func (p *password) cipher(algorithm pkix.AlgorithmIdentifier) (block cipher.Block, iv []byte, err error) {
	oid := algorithm.Algorithm.String()
	if oid == oidPBES2 {
		return p.modern(algorithm.Parameters.FullBytes)
	}
	sizes := map[string]int{oid3DES: 24, oid2Key3DES: 16, oidRC2128: 16, oidRC240: 5}
	size, known := sizes[oid]
	if !known {
		return nil, nil, pki.Refuse(pki.Unsupported, fmt.Errorf("encryption %s of a key store", oid))
	}
	var parameters pbeParameters
	if err := unmarshal(algorithm.Parameters.FullBytes, &parameters); err != nil {
		return nil, nil, err
	}
	key, err := p.derive(sha1.New, parameters.Salt, parameters.Rounds, forKey, size)
	if err != nil {
		return nil, nil, err
	}
	if iv, err = p.derive(sha1.New, parameters.Salt, parameters.Rounds, forIV, 8); err != nil {
		return nil, nil, err
	}
	switch oid {
	case oid3DES:
		block, err = des.NewTripleDESCipher(key)
	case oid2Key3DES:
		block, err = des.NewTripleDESCipher(append(key, key[:8]...))
	default:
		block = newRC2(key)
	}
	return block, iv, err
}

type pbkdf2Parameters struct {
	Salt   []byte
	Rounds int
	Length int                      `asn1:"optional"`
	PRF    pkix.AlgorithmIdentifier `asn1:"optional"`
}

// stretch runs PBKDF2 as its algorithm identifier says (RFC 8018, appendix A.2). A size of 0 is taken
// from the parameters.
func (p *password) stretch(algorithm pkix.AlgorithmIdentifier, size int) ([]byte, error) {
	if algorithm.Algorithm.String() != oidPBKDF2 {
		return nil, pki.Refuse(pki.Unsupported, fmt.Errorf("key derivation %s", algorithm.Algorithm))
	}
	var parameters pbkdf2Parameters
	if err := unmarshal(algorithm.Parameters.FullBytes, &parameters); err != nil {
		return nil, err
	}
	if size == 0 {
		size = parameters.Length
	}
	if size < 1 || size > 64 || parameters.Length != 0 && parameters.Length != size {
		return nil, pki.Refuse(pki.Malformed, errors.New("length of a derived key"))
	}
	if err := p.spend(parameters.Rounds); err != nil {
		return nil, err
	}
	prf := oidHMACSHA1
	if len(parameters.PRF.Algorithm) > 0 {
		prf = parameters.PRF.Algorithm.String()
	}
	digest, err := digestOf(prf)
	if err != nil {
		return nil, err
	}
	return pbkdf2.Key(digest, string(p.text), parameters.Salt, parameters.Rounds, size)
}

func (p *password) modern(der []byte) (cipher.Block, []byte, error) {
	var parameters struct{ Derivation, Encryption pkix.AlgorithmIdentifier }
	if err := unmarshal(der, &parameters); err != nil {
		return nil, nil, err
	}
	oid := parameters.Encryption.Algorithm.String()
	size, known := map[string]int{oidAES128CBC: 16, oidAES192CBC: 24, oidAES256CBC: 32, oidDESCBC3: 24}[oid]
	if !known {
		return nil, nil, pki.Refuse(pki.Unsupported, fmt.Errorf("encryption %s of a key store", oid))
	}
	var iv []byte
	if err := unmarshal(parameters.Encryption.Parameters.FullBytes, &iv); err != nil {
		return nil, nil, err
	}
	key, err := p.stretch(parameters.Derivation, size)
	if err != nil {
		return nil, nil, err
	}
	newBlock := aes.NewCipher
	if oid == oidDESCBC3 {
		newBlock = des.NewTripleDESCipher
	}
	block, err := newBlock(key)
	return block, iv, err
}

func unmarshal(der []byte, into any) error {
	if rest, err := asn1.Unmarshal(der, into); err != nil || len(rest) > 0 {
		return pki.Refuse(pki.Malformed, errors.New("not a key store"))
	}
	return nil
}
