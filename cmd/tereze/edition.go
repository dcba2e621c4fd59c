package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"

	"tereze/internal/agreement"
	"tereze/internal/fault"
	"tereze/internal/house"
	"tereze/internal/store"
)

// shelf finds editions for reading: in the database where there is one, else in the packs. It
// writes neither a table nor an edition.
type shelf struct {
	where place
	store *store.Store // nil without a database
}

func (p *place) shelf(ctx context.Context) (*shelf, error) {
	s := &shelf{where: *p}
	if !p.there() {
		if p.database != "" {
			return nil, p.errNoDatabase()
		}
		return s, nil
	}
	var err error
	s.store, err = store.Open(ctx, store.Config{Database: p.db(), NoMigrate: true})
	return s, hint(err)
}

// hint says what helps against a refusal of the database.
func hint(err error) error {
	if errors.Is(err, store.ErrBehind) {
		return fmt.Errorf("%w: run tereze migrate", err)
	}
	return err
}

func (s *shelf) close() error {
	if s.store == nil {
		return nil
	}
	return s.store.Close()
}

// pack compiles one pack; a problem in it is the refusal.
func (s *shelf) pack(name string) (agreement.Pack, error) {
	packs, problems, err := s.where.load([]string{name})
	if err != nil {
		return agreement.Pack{}, err
	}
	if len(problems) > 0 {
		return agreement.Pack{}, fmt.Errorf("%w (tereze check %s lists all that is wrong)", problems[0], name)
	}
	return packs[0], nil
}

// newest gives the newest published edition of every document of a pack, and says where it was found.
func (s *shelf) newest(ctx context.Context, pack agreement.Pack) (editions []agreement.Edition, from string, err error) {
	editions, from = newestOf(pack), "the pack"
	if s.store == nil {
		return editions, from, nil
	}
	err = s.store.InView(ctx, func(tx *store.Tx) error {
		all, err := tx.Editions(ctx, pack.Portal.Name)
		for _, e := range all {
			for i := range editions {
				if e.State == agreement.Published && e.Document == editions[i].Document && e.Number >= editions[i].Number {
					editions[i], from = e, "the database"
				}
			}
		}
		return err
	})
	return editions, from, err
}

var (
	errReference = errors.New("want an edition as PACK/DOCUMENT@N, such as ismet/offer@1, or the path of an edition-N.yaml")
	errNoEdition = errors.New("there is no such edition, neither published nor drafted")
)

// edition finds the edition a person names, and the languages of its portal.
func (s *shelf) edition(ctx context.Context, ref string) (agreement.Edition, []string, error) {
	if filepath.Ext(ref) == ".yaml" {
		return s.fromFile(ref)
	}
	parts := regexp.MustCompile(`^([a-z][a-z0-9-]*)/([a-z][a-z0-9-]*)@([1-9][0-9]{0,5})$`).FindStringSubmatch(ref)
	if parts == nil {
		return agreement.Edition{}, nil, fmt.Errorf("%q: %w", ref, errReference)
	}
	number, err := strconv.Atoi(parts[3])
	if err != nil {
		return agreement.Edition{}, nil, fmt.Errorf("%q: %w", ref, errReference)
	}
	pack, err := s.pack(parts[1])
	if err != nil {
		return agreement.Edition{}, nil, err
	}
	if s.store != nil {
		var e agreement.Edition
		err := s.store.InView(ctx, func(tx *store.Tx) (err error) {
			e, err = tx.Edition(ctx, parts[1], parts[2], number)
			return err
		})
		if !fault.Is(err, fault.Absent) {
			return e, pack.Portal.Languages, err
		}
	}
	e, err := find(pack, parts[2], number)
	if err != nil {
		err = fmt.Errorf("%s: %w", ref, err)
	}
	return e, pack.Portal.Languages, err
}

func find(pack agreement.Pack, document string, number int) (agreement.Edition, error) {
	for _, e := range pack.Editions {
		if e.Document == document && e.Number == number {
			return e, nil
		}
	}
	return agreement.Edition{}, errNoEdition
}

// fromFile reads the edition of a pack by the path of its file: FOLDER/PACK/DOCUMENT/edition-N.yaml.
func (s *shelf) fromFile(name string) (agreement.Edition, []string, error) {
	abs, err := filepath.Abs(name)
	if err != nil {
		return agreement.Edition{}, nil, err
	}
	if _, err := os.Stat(abs); err != nil {
		return agreement.Edition{}, nil, err
	}
	base := regexp.MustCompile(`^edition-([1-9][0-9]{0,5})\.yaml$`).FindStringSubmatch(filepath.Base(abs))
	document := filepath.Dir(abs)
	folder := filepath.Dir(document)
	if base == nil {
		return agreement.Edition{}, nil, fmt.Errorf("%s: %w", name, errReference)
	}
	number, err := strconv.Atoi(base[1])
	if err != nil {
		return agreement.Edition{}, nil, fmt.Errorf("%s: %w", name, errReference)
	}
	pack, problems := agreement.LoadPack(os.DirFS(filepath.Dir(folder)), filepath.Base(folder), house.Rules())
	if len(problems) > 0 {
		return agreement.Edition{}, nil, fmt.Errorf("%w (tereze check lists all that is wrong)", problems[0])
	}
	e, err := find(pack, filepath.Base(document), number)
	if err != nil {
		err = fmt.Errorf("%s: %w", name, err)
	}
	return e, pack.Portal.Languages, err
}
