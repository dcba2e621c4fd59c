package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tereze/internal/agreement"
	"tereze/internal/fault"
	"tereze/internal/house"
	"tereze/internal/words"
	"tereze/portals"
)

// parse reads flags wherever they stand among the arguments: people write the file first and the
// flags after it. done means that the command has nothing left to do, and status is its answer.
func parse(f *flag.FlagSet, help string, args []string, out, errs io.Writer) (rest []string, status int, done bool) {
	f.SetOutput(io.Discard)
	f.Usage = func() {}
	for {
		err := f.Parse(args)
		if errors.Is(err, flag.ErrHelp) {
			fmt.Fprintf(out, "%s\nFlags:\n", help)
			f.SetOutput(out)
			f.PrintDefaults()
			return nil, 0, true
		}
		if err != nil {
			return nil, misuse(errs, f, "%v", err), true
		}
		left := f.Args()
		ended := len(args) > len(left) && args[len(args)-len(left)-1] == "--"
		if ended || len(left) == 0 {
			return append(rest, left...), 0, false
		}
		rest, args = append(rest, left[0]), left[1:]
	}
}

// misuse answers a command line that is not understood.
func misuse(errs io.Writer, f *flag.FlagSet, format string, args ...any) int {
	fmt.Fprintf(errs, "tereze %s: %s\nMore: tereze %s -h\n", f.Name(), fmt.Sprintf(format, args...), f.Name())
	return 2
}

// refuse answers a command that was understood and cannot be done.
func refuse(errs io.Writer, f *flag.FlagSet, err error) int {
	fmt.Fprintf(errs, "tereze %s: %s\n", f.Name(), sentence(err))
	return 1
}

// sentence is the English sentence of a refusal with the field and the clause it names; an accident
// speaks for itself, to a person who runs the program.
func sentence(err error) string {
	if many, ok := errors.AsType[fault.Faults](err); ok {
		all := make([]string, len(many))
		for i, f := range many {
			all[i] = sentence(f)
		}
		return strings.Join(all, "\n  ")
	}
	f, ok := errors.AsType[*fault.Fault](err)
	if !ok {
		return err.Error()
	}
	book, loading := words.Load()
	if loading != nil || !book.Has("en", f.Key) {
		return err.Error()
	}
	var args []string
	for name, value := range f.Args {
		args = append(args, name, value)
	}
	s := book.Say("en", f.Key, args...)
	if f.Field != "" {
		s = f.Field + ": " + s
	}
	if !f.Cite.Zero() {
		s += " (" + f.Cite.String() + ")"
	}
	return s
}

// place is where an installation keeps what it needs.
type place struct {
	database string // SQLite file or postgres:// address
	data     string // folder of the keys and, by default, of the database
	portals  string // folder of packs
}

func (p *place) packFlags(f *flag.FlagSet) {
	f.StringVar(&p.portals, "portals", "", "`folder` of packs that add to or replace the five that ship")
}

func (p *place) databaseFlags(f *flag.FlagSet) {
	f.StringVar(&p.data, "data", "tereze-data", "`folder` of the keys and of the SQLite database")
	f.StringVar(&p.database, "database", "", "SQLite file, or postgres://… (default: tereze.db in the data folder)")
}

// packs is the packs to work with. It refuses a folder that holds none: a misspelt path would
// otherwise pass for "nothing to add".
func (p *place) packs() (fs.FS, error) {
	if p.portals == "" {
		return portals.FS, nil
	}
	own := os.DirFS(p.portals)
	names, err := agreement.Packs(own)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(p.portals); err != nil {
		return nil, fmt.Errorf("folder of packs: %w", err)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s holds no pack: a pack is a folder with a portal.yaml", p.portals)
	}
	return house.Overlay(own), nil
}

// file is the path of a pack's file as a person finds it.
func (p *place) file(name string) string {
	if p.portals != "" {
		own := filepath.Join(p.portals, filepath.FromSlash(name))
		pack, _, _ := strings.Cut(name, "/")
		if _, err := os.Stat(filepath.Join(p.portals, pack, "portal.yaml")); err == nil {
			return own
		}
	}
	return "portals/" + name
}

func (p *place) db() string {
	if p.database == "" {
		return filepath.Join(p.data, "tereze.db")
	}
	return p.database
}

func (p *place) server() bool {
	return strings.HasPrefix(p.db(), "postgres://") || strings.HasPrefix(p.db(), "postgresql://")
}

// there reports whether there is a database: looking at one must not make it.
func (p *place) there() bool {
	if p.server() {
		return true
	}
	_, err := os.Stat(p.db())
	return err == nil
}

// prepare makes the folder of a database that is about to be made.
func (p *place) prepare() error {
	if p.server() {
		return nil
	}
	return os.MkdirAll(filepath.Dir(p.db()), 0o700)
}

// errNoDatabase is told to a command that works on a database and finds none.
func (p *place) errNoDatabase() error {
	return fmt.Errorf("there is no database %s: name it with --database, or its folder with --data", p.db())
}
