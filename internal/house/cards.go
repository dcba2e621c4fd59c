package house

import (
	"crypto/rand"
	"sync"

	"tereze/internal/eds"
	"tereze/internal/eds/authority"
	"tereze/internal/idcard"
)

// identityCards is whose identity cards are believed: the operator's, or in a demo its own.
func (h *House) identityCards(cfg Config) *idcard.Cards {
	if cfg.Cards != nil || !cfg.Demo {
		return cfg.Cards
	}
	open := sync.OnceValues(func() (*authority.Cards, error) { return authority.NewCards(h.Clock.Now) })
	verifier := &townVerifier{open: sync.OnceValues(func() (*eds.Own, error) {
		cards, err := open()
		if err != nil {
			return nil, err
		}
		trust, err := cards.Trust()
		if err != nil {
			return nil, err
		}
		return &eds.Own{Trust: trust, Now: h.Clock.Now, Rand: rand.Reader}, nil
	})}
	lists := func() ([][]byte, error) {
		cards, err := open()
		if err != nil {
			return nil, err
		}
		return cards.Lists()
	}
	return &idcard.Cards{Verifier: verifier, Profile: idcard.DefaultProfile(), Lists: lists, Plugin: idcard.Plugin}
}
