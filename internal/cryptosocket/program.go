// Package cryptosocket is a stand-in for CryptoSocket, the middleware through which pages use identity cards of
// Kyrgyzstan: it speaks the same protocol, with a reader in which software cards of a demonstration lie
// (authority.Cards).
//
// It owns the protocol's far side, the reader and the state of each card: three wrong PINs in a row lock it, and it
// stays locked. A card that is revoked, expired or foreign signs as any other: whoever receives a signature has to
// find that out. No key of a living person ever goes in.
package cryptosocket

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"tereze/internal/eds/authority"
)

// PIN opens every card of the demonstration. It is no secret.
const PIN = "2017"

// mostWrong is how many wrong PINs in a row lock a card.
const mostWrong = 3

// NoCard is the name of an empty reader.
const NoCard = "none"

// Program is one running stand-in. Cards and Now are needed.
type Program struct {
	Cards *authority.Cards
	Now   func() time.Time
	// File keeps how often the PIN of each card was wrong, so that a locked card stays locked; empty: not beyond
	// this program.
	File string
	// Key is the licence that pages have to show; empty: any.
	Key string

	mu     sync.Mutex
	card   string
	wrong  map[string]int
	signed int
}

// Insert puts a card into the reader, or takes it out (NoCard). It refuses a name that no card has.
func (p *Program) Insert(name string) error {
	if name != NoCard {
		if _, err := p.Cards.Key(name); err != nil {
			return err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.card = name
	return nil
}

// Signed is how many signatures were made.
func (p *Program) Signed() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.signed
}

// Locked reports whether three wrong PINs have locked a card.
func (p *Program) Locked(name string) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	err := p.load()
	return p.wrong[name] >= mostWrong, err
}

// load reads the state that was kept.
func (p *Program) load() error {
	if p.wrong != nil {
		return nil
	}
	p.wrong = map[string]int{}
	if p.File == "" {
		return nil
	}
	text, err := os.ReadFile(p.File)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = json.Unmarshal(text, &p.wrong)
	}
	if err != nil {
		p.wrong = nil
		return fmt.Errorf("state of the cards: %w", err)
	}
	return nil
}

// keep writes the state beside the old one and puts it in its place.
func (p *Program) keep() error {
	if p.File == "" {
		return nil
	}
	text, err := json.Marshal(p.wrong)
	if err != nil {
		return err
	}
	made, err := os.CreateTemp(filepath.Dir(p.File), ".cards-*")
	if err != nil {
		return err
	}
	_, err = made.Write(text)
	if err = errors.Join(err, made.Close()); err == nil {
		err = os.Rename(made.Name(), p.File)
	}
	if err != nil {
		return errors.Join(err, os.Remove(made.Name()))
	}
	return nil
}

// present gives the key of the card in the reader to whoever knows its PIN. The count is kept before the PIN is
// compared.
func (p *Program) present(pin string) (name string, key *authority.Issued, no *refusal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.card == "" || p.card == NoCard {
		return "", nil, &refusal{noCard, "no token was found"}
	}
	if err := p.load(); err != nil {
		return "", nil, &refusal{internalError, err.Error()}
	}
	if p.wrong[p.card] >= mostWrong {
		return "", nil, &refusal{cardLocked, "the card is locked"}
	}
	p.wrong[p.card]++
	if err := p.keep(); err != nil {
		return "", nil, &refusal{internalError, err.Error()}
	}
	if pin != PIN {
		if left := mostWrong - p.wrong[p.card]; left > 0 {
			return "", nil, &refusal{wrongPIN, fmt.Sprintf("wrong PIN, tries left: %d", left)}
		}
		return "", nil, &refusal{cardLocked, "wrong PIN, the card is locked"}
	}
	p.wrong[p.card] = 0
	if err := p.keep(); err != nil {
		return "", nil, &refusal{internalError, err.Error()}
	}
	key, err := p.Cards.Key(p.card)
	if err != nil {
		return "", nil, &refusal{internalError, err.Error()}
	}
	return p.card, key, nil
}
