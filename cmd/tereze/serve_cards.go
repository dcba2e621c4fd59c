package main

import (
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"tereze/internal/eds"
	"tereze/internal/esi"
	"tereze/internal/house"
	"tereze/internal/idcard"
)

// citizens is what serve is told of identity cards of Kyrgyzstan and of its identification system. Both are off by
// default: no certificate of the state's authority is public, and who signs in by ЕСИ is registered there.
type citizens struct {
	cards   string // folder of authorities and lists
	profile string
	licence string // file
	issuer  string
	client  string
}

func (c *citizens) flags(f *flag.FlagSet) {
	f.StringVar(&c.cards, "id-card-trust", "", "folder of the certificates of the authorities that issue identity cards (*.cer, *.crt, *.pem) and of their lists of revoked cards (*.crl, read anew at each sign-in); without it no card is taken")
	f.StringVar(&c.profile, "id-card-number", "2.5.4.5", "attribute of a card's certificate that holds the personal number, as OID or OID=PREFIX")
	f.StringVar(&c.licence, "id-card-licence", "", "file whose first line is the licence of CryptoSocket for the portals' address, which pages show it")
	f.StringVar(&c.issuer, "esi", "", "address of the single identification system (ЕСИ), such as https://esia.tunduk.kg; without it nobody signs in by it; the secret of the client is the first line of esi-secret.txt in the data folder")
	f.StringVar(&c.client, "esi-client", "", "name under which the operator is registered with it")
}

// into reads the files that were named. The clock is the portals' own.
func (c *citizens) into(cfg *house.Config, data string, now func() time.Time) (err error) {
	if c.cards != "" {
		if cfg.Cards, err = c.open(now); err != nil {
			return fmt.Errorf("identity cards: %w", err)
		}
	}
	if c.issuer == "" {
		if c.client != "" {
			return errors.New("-esi-client without -esi")
		}
		return nil
	}
	secret, err := firstLine(filepath.Join(data, "esi-secret.txt"))
	if err != nil {
		return fmt.Errorf("identification system: %w", err)
	}
	cfg.ESI, err = esi.New(esi.Config{Issuer: c.issuer, ClientID: c.client, ClientSecret: secret, Now: now})
	return err
}

func (c *citizens) open(now func() time.Time) (*idcard.Cards, error) {
	profile, err := idcard.ParseProfile(c.profile)
	if err != nil {
		return nil, err
	}
	folder := os.DirFS(c.cards)
	// The state's own store of Kazakhstan is not under it: whose cards are believed the folder alone says.
	trust, err := eds.FolderTrust(folder, &eds.TrustStore{})
	if err != nil {
		return nil, err
	}
	cards := &idcard.Cards{
		Verifier: &eds.Own{Trust: trust, Now: now, Rand: rand.Reader}, Profile: profile, Lists: idcard.FolderLists(folder), Plugin: idcard.Plugin,
	}
	if c.licence != "" {
		cards.Key, err = firstLine(c.licence)
	}
	return cards, err
}
