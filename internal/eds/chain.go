package eds

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"tereze/internal/eds/pki"
)

// Caps of the search for a chain. Kazakhstan's are two authorities long.
const (
	maxChain = 6  // certificates, the signer's and the root's among them
	maxTries = 24 // signatures verified in one search: who encloses many certificates asks for more
)

// search looks for a chain from a certificate to a root of the store.
type search struct {
	store    *TrustStore
	enclosed []*pki.Certificate
	at       time.Time
	tries    int
	refusal  error // the last reason a path went no further
}

// Chain is the certificates from c to a root of the store, both included. Issuers are matched by name, key
// identifier and signature: two roots of Kazakhstan share one name. Each certificate has to be valid at
// the instant and each issuer an authority that may sign certificates, within its path length (RFC
// 5280, 6.1). enclosed are certificates to build with; they are believed in nothing else.
func (t *TrustStore) Chain(c *pki.Certificate, enclosed []*pki.Certificate, at time.Time) ([]*pki.Certificate, error) {
	s := &search{store: t, enclosed: enclosed, at: at}
	if err := c.CheckValidAt(at); err != nil {
		// The issuer decides first: who a stranger's certificate expired for is no help to anybody.
		if s.path([]*pki.Certificate{c}) == nil {
			return nil, s.why()
		}
		return nil, err
	}
	if chain := s.path([]*pki.Certificate{c}); chain != nil {
		return chain, nil
	}
	return nil, s.why()
}

func (s *search) why() error {
	if s.refusal != nil {
		return s.refusal
	}
	return pki.Refuse(pki.UnknownIssuer, errors.New("no trusted authority issued it"))
}

// path goes on from the last certificate of a chain.
func (s *search) path(chain []*pki.Certificate) []*pki.Certificate {
	last := chain[len(chain)-1]
	for _, list := range [][]*pki.Certificate{s.store.roots, s.store.authorities, s.enclosed} {
		for _, issuer := range list {
			if !last.IssuerLooksLike(issuer) || slices.ContainsFunc(chain, issuer.Equal) {
				continue
			}
			if err := s.step(chain, issuer); err != nil {
				s.refusal = err
				continue
			}
			next := append(slices.Clone(chain), issuer)
			if s.store.ends(issuer) {
				return next
			}
			if found := s.path(next); found != nil {
				return found
			}
		}
	}
	return nil
}

// step refuses an issuer that the chain cannot go on with.
func (s *search) step(chain []*pki.Certificate, issuer *pki.Certificate) error {
	if len(chain) == maxChain-1 {
		return pki.Refuse(pki.UnknownIssuer, fmt.Errorf("a chain of more than %d certificates", maxChain))
	}
	if err := issuer.CheckValidAt(s.at); err != nil {
		return fmt.Errorf("issuer %s: %w", issuer.Subject.CommonName, err)
	}
	if err := checkPathLength(chain, issuer); err != nil {
		return err
	}
	last := chain[len(chain)-1]
	if s.store.issued[issue{last.Fingerprint(), issuer.Fingerprint()}] {
		return nil
	}
	if s.tries++; s.tries > maxTries {
		return pki.Refuse(pki.TooLarge, errors.New("too many certificates that could be the issuer"))
	}
	err := last.CheckIssuedBy(issuer)
	if pki.ReasonOf(err) == pki.BadSignature { // it bears the name of an authority that never issued it
		return pki.Refuse(pki.UnknownIssuer, fmt.Errorf("%s did not sign it: %w", issuer.Subject.CommonName, err))
	}
	return err
}

// checkPathLength holds an issuer to how many authorities may follow below it, those of its own name
// not counted (RFC 5280, 4.2.1.9).
func checkPathLength(chain []*pki.Certificate, issuer *pki.Certificate) error {
	limit := issuer.MaxPathLen
	if limit < 0 || limit == 0 && !issuer.MaxPathLenZero {
		return nil
	}
	below := 0
	for _, c := range chain[1:] {
		if !c.SelfIssued() {
			below++
		}
	}
	if below > limit {
		return pki.Refuse(pki.NotAnAuthority, fmt.Errorf("%s allows %d authorities below it, here are %d", issuer.Subject.CommonName, limit, below))
	}
	return nil
}

func (t *TrustStore) ends(c *pki.Certificate) bool { return slices.ContainsFunc(t.roots, c.Equal) }

// Knows reports whether the certificate is one of the store itself.
func (t *TrustStore) Knows(c *pki.Certificate) bool {
	return t.ends(c) || slices.ContainsFunc(t.authorities, c.Equal)
}
