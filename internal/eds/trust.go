package eds

import (
	"bytes"
	"embed"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"tereze/internal/eds/pki"
)

//go:embed trust
var production embed.FS

// Caps of a folder of certificates. A country has a dozen authorities.
const (
	maxTrustFiles = 200
	maxTrustFile  = 1 << 20
)

// TrustStore is whose certificates are believed: roots, which end a chain, and authorities known
// under them, which are offered where a signed document does not enclose its chain. It is not
// changed after it was made.
type TrustStore struct {
	roots       []*pki.Certificate
	authorities []*pki.Certificate
	offered     []*pki.Certificate // of people and services, for signatures that do not enclose theirs
	issued      map[issue]bool     // pairs of the store whose signature was verified when it was made
}

// issue is a certificate and its issuer, by fingerprint.
type issue struct{ child, issuer string }

// Production is the store of Kazakhstan's authorities that ships with the program. No test authority
// is in it.
func Production() (*TrustStore, error) {
	folder, err := fs.Sub(production, "trust")
	if err != nil {
		return nil, err
	}
	return LoadTrust(folder)
}

// LoadTrust reads a folder with a manifest (MANIFEST.json, a list "certs" of file, sha256 and role).
// It refuses a certificate that the manifest does not name, that has another hash, or whose role is
// neither root nor ca: who can write to the folder cannot thereby make an authority. What the
// manifest names beyond the folder's files is no fault.
func LoadTrust(folder fs.FS) (*TrustStore, error) {
	listed, err := readManifest(folder)
	if err != nil {
		return nil, err
	}
	files, err := certificateFiles(folder)
	if err != nil {
		return nil, err
	}
	store := &TrustStore{}
	for name, certificates := range files {
		if len(certificates) != 1 {
			return nil, fmt.Errorf("trust store: %s holds %d certificates, want one", name, len(certificates))
		}
		c := certificates[0]
		entry, named := listed[name]
		switch {
		case !named:
			return nil, fmt.Errorf("trust store: the manifest does not name %s", name)
		case entry.SHA256 != c.Fingerprint():
			return nil, fmt.Errorf("trust store: %s has the hash %s, the manifest says %s", name, c.Fingerprint(), entry.SHA256)
		case entry.Role == "root":
			store.roots = append(store.roots, c)
		case entry.Role == "ca":
			store.authorities = append(store.authorities, c)
		default:
			return nil, fmt.Errorf("trust store: %s is a %q, want root or ca", name, entry.Role)
		}
	}
	if len(store.roots) == 0 {
		return nil, errors.New("trust store: no root")
	}
	return store.remember(), nil
}

type manifestEntry struct {
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
	Role   string `json:"role"`
}

// readManifest gives the entries by the name of the file, whatever folder the manifest saw it in.
func readManifest(folder fs.FS) (map[string]manifestEntry, error) {
	data, err := readSmall(folder, "MANIFEST.json")
	if err != nil {
		return nil, fmt.Errorf("trust store: %w", err)
	}
	var manifest struct {
		Certs []manifestEntry `json:"certs"`
	}
	if err := json.Unmarshal(data, &manifest); err != nil {
		return nil, fmt.Errorf("trust store: MANIFEST.json: %w", err)
	}
	listed := map[string]manifestEntry{}
	for _, e := range manifest.Certs {
		if e.File == "" {
			continue
		}
		name := path.Base(e.File)
		if _, twice := listed[name]; twice {
			return nil, fmt.Errorf("trust store: the manifest names %s twice", name)
		}
		listed[name] = e
	}
	return listed, nil
}

// HasManifest reports whether the folder states what is in it.
func HasManifest(folder fs.FS) bool {
	_, err := fs.Stat(folder, "MANIFEST.json")
	return err == nil
}

// FolderTrust reads a folder whose every certificate of an authority is trusted because the person
// who names the folder says so. An authority issued by another of the folder, or of base, stands under
// it; any other ends a chain, self-signed or not: of some old authorities the root is lost.
// Certificates that are no authority's are believed in nothing: they are offered where a signature or a
// time-stamp does not enclose its own.
func FolderTrust(folder fs.FS, base *TrustStore) (*TrustStore, error) {
	files, err := certificateFiles(folder)
	if err != nil {
		return nil, err
	}
	var found, offered []*pki.Certificate
	for _, certificates := range files {
		for _, c := range certificates {
			if c.IsCA {
				found = append(found, c)
			} else {
				offered = append(offered, c)
			}
		}
	}
	if len(found) == 0 {
		return nil, errors.New("trust store: the folder holds no certificate of an authority")
	}
	store := base.With(found...)
	store.offered = append(store.offered, offered...)
	return store, nil
}

// With is a store that also trusts these authorities: one issued by another of them or of the store
// stands under it, any other ends a chain.
func (t *TrustStore) With(authorities ...*pki.Certificate) *TrustStore {
	more := &TrustStore{roots: slices.Clone(t.roots), authorities: slices.Clone(t.authorities), offered: slices.Clone(t.offered)}
	known := slices.Concat(t.roots, t.authorities, authorities)
	for _, c := range authorities {
		under := slices.ContainsFunc(known, func(issuer *pki.Certificate) bool {
			return !issuer.Equal(c) && c.CheckIssuedBy(issuer) == nil
		})
		if under {
			more.authorities = append(more.authorities, c)
		} else {
			more.roots = append(more.roots, c)
		}
	}
	return more.remember()
}

// remember verifies once what the store's authorities issued to each other, so that a signature on
// a document costs no second look at them.
func (t *TrustStore) remember() *TrustStore {
	t.issued = map[issue]bool{}
	all := slices.Concat(t.roots, t.authorities)
	for _, child := range t.authorities {
		for _, issuer := range all {
			if child.CheckIssuedBy(issuer) == nil {
				t.issued[issue{child.Fingerprint(), issuer.Fingerprint()}] = true
			}
		}
	}
	return t
}

// Roots are the certificates that end a chain.
func (t *TrustStore) Roots() []*pki.Certificate { return slices.Clone(t.roots) }

// Authorities are the certificates that may stand under them.
func (t *TrustStore) Authorities() []*pki.Certificate { return slices.Clone(t.authorities) }

// certificateFiles reads the certificates of a folder by the names files of them bear.
func certificateFiles(folder fs.FS) (map[string][]*pki.Certificate, error) {
	entries, err := fs.ReadDir(folder, ".")
	if err != nil {
		return nil, fmt.Errorf("trust store: %w", err)
	}
	files := map[string][]*pki.Certificate{}
	for _, e := range entries {
		switch strings.ToLower(path.Ext(e.Name())) {
		case ".cer", ".crt", ".pem", ".der":
		default:
			continue
		}
		if len(files) == maxTrustFiles {
			return nil, fmt.Errorf("trust store: more than %d files", maxTrustFiles)
		}
		data, err := readSmall(folder, e.Name())
		if err != nil {
			return nil, fmt.Errorf("trust store: %w", err)
		}
		if files[e.Name()], err = certificatesIn(data); err != nil {
			return nil, fmt.Errorf("trust store: %s: %w", e.Name(), err)
		}
	}
	return files, nil
}

// certificatesIn reads one certificate in any form, or those of a file in PEM, which may hold keys and
// other things beside them.
func certificatesIn(data []byte) (found []*pki.Certificate, err error) {
	said := (bytes.Count(data, []byte("CERTIFICATE-----")) + 1) / 2 // where each begins and where it ends
	if said == 0 && !bytes.Contains(data, []byte("-----BEGIN ")) {
		c, err := pki.ParsePEMOrDER(data)
		if err != nil {
			return nil, err
		}
		return []*pki.Certificate{c}, nil
	}
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if !pki.CertificateLabel(block.Type) {
			continue
		}
		c, err := pki.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		found = append(found, c)
	}
	if len(found) != said {
		return nil, pki.Refuse(pki.Malformed, fmt.Errorf("%d of %d certificates in PEM", len(found), said))
	}
	return found, nil
}

func readSmall(folder fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(folder, name)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxTrustFile {
		return nil, fmt.Errorf("%s is larger than %d octets", name, maxTrustFile)
	}
	return fs.ReadFile(folder, name)
}
