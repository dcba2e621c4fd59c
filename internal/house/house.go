// Package house builds the rooms, introduces them to each other, and runs what runs by itself.
//
// It is what the program and the end-to-end tests have in common: a test that opens a house has
// the very portals a citizen would see, on a database of its own. It decides nothing.
package house

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/billing"
	"tereze/internal/calendar"
	"tereze/internal/catalogue"
	"tereze/internal/claims"
	"tereze/internal/clause"
	"tereze/internal/content"
	"tereze/internal/courier"
	"tereze/internal/eds"
	"tereze/internal/esi"
	"tereze/internal/evidence"
	"tereze/internal/gate"
	"tereze/internal/idcard"
	"tereze/internal/identity"
	"tereze/internal/keeper"
	"tereze/internal/notify"
	"tereze/internal/obligation"
	"tereze/internal/operations"
	"tereze/internal/party"
	"tereze/internal/privacy"
	"tereze/internal/signing"
	"tereze/internal/store"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
	"tereze/internal/words"
	"tereze/portals"
)

// Config is how a house is run. Database and Keys are needed; zero does for the rest.
type Config struct {
	// Database is the path of an SQLite file, or a postgres:// address.
	Database string
	// Keys are the secrets of this installation.
	Keys Keys
	// Packs is the folder of packs; nil: the five that ship with the program.
	Packs fs.FS
	// Only names the portals to run; nil: all packs.
	Only []string
	// Clock is the one source of time; nil: the machine's.
	Clock *calendar.Clock
	// Log takes accidents and what an operator should know; nil: slog's default.
	Log *slog.Logger
	// Limits at the gate; zero: none, as a test or a benchmark wants it.
	Limits gate.Limits
	// Proxies are the networks of the servers before this one, whose X-Forwarded-For is believed.
	Proxies []netip.Prefix
	// Accounts' limits; zero: account.DefaultLimits.
	Accounts account.Limits
	// Registers are the registers of other bodies that data can be checked against, by name.
	Registers map[string]account.Register
	// Public is how the portals' addresses begin, "https://portal.example"; empty on this machine only.
	Public string
	// Demo shows that nothing here is real and gives the clock a page.
	Demo bool
	// PhoneStandIn is the address of the page of a demo's stand-in for eGov Mobile; empty: there is none.
	PhoneStandIn string
	// BusyTimeout is how long an act waits for another process's lock; zero: the store's own.
	BusyTimeout time.Duration
	// Hasher hashes passwords; nil: at the cost of RFC 9106 for a server.
	Hasher *account.Hasher
	// Mailboxes are read for letters to the support.
	Mailboxes []Mailbox
	// Verifier says whether signatures are good; nil: our own, on the authorities that ship.
	Verifier eds.Verifier
	// Authorities asks certification authorities about revocation, for our own verifier; nil: nobody can be
	// asked, and no signature is taken. A demo asks its own.
	Authorities eds.Fetch
	// Cards says whose identity cards are believed (kg 2.1b); nil: a demo believes its own, others none.
	Cards *idcard.Cards
	// ESI is the state's identification system; nil: nobody signs in by it.
	ESI *esi.Provider
	// Lines are the ways by which messages leave; nil: none do, and a demo writes them down as sent. A channel without
	// a line keeps its messages until they are too old to be sent.
	Lines map[notify.Channel]courier.Line
	// PushKey is the public key under which browsers are sent pop-ups; empty: no page offers them.
	PushKey string
	// NoMigrate refuses a database that is behind instead of migrating it.
	NoMigrate bool
	// Watch is told each statement the database runs; nil: nobody is. See store.Config.
	Watch func(ctx context.Context, text string, args []any)
}

// House is the running program but for its listener.
type House struct {
	Store       *store.Store
	Clock       *calendar.Clock
	Agreements  *agreement.Agreements
	Accounts    *account.Accounts
	Privacy     *privacy.Privacy
	Parties     *party.Parties
	Requests    *claims.Requests
	Materials   *content.Materials
	Operations  *operations.Operations
	Notices     *notify.Notices
	Catalogue   *catalogue.Catalogue
	Tariffs     *billing.Tariffs
	Obligations *obligation.Obligations
	Calendars   *operations.Calendars
	Keeper      *keeper.Keeper
	Signings    *signing.Signings
	Frame       *frame.Frame
	Gate        *gate.Gate
	Sequencer   *evidence.Sequencer
	LogKey      string // verifier key of the log
	Opaque      identity.Opaque
	Handler     http.Handler
	Samples     []Sample // of a demo

	cards *idcard.Cards
	esi   *esi.Provider
	words *words.Book

	Outbox *notify.Outbox

	pushKey string
	marks   notify.Marks

	Organisations   *party.Organisations
	Representatives *party.Representatives

	log  *slog.Logger
	stop context.CancelFunc
	done sync.WaitGroup
}

// Open builds a house: database, packs, rooms, routes. Close it.
func Open(ctx context.Context, cfg Config) (*House, error) {
	h := &House{Clock: cfg.Clock, log: cfg.Log}
	if h.Clock == nil {
		h.Clock = &calendar.Clock{}
	}
	if h.log == nil {
		h.log = slog.Default()
	}
	if cfg.Packs == nil {
		cfg.Packs = portals.FS
	}
	if cfg.Accounts == (account.Limits{}) {
		cfg.Accounts = account.DefaultLimits()
	}
	packs, err := loadPacks(cfg)
	if err != nil {
		return nil, err
	}
	h.Catalogue = catalogue.New(servicesOf(packs))
	if h.words, err = words.Load(); err != nil {
		return nil, err
	}
	h.Store, err = store.Open(ctx, store.Config{Database: cfg.Database, Seal: cfg.Keys.Seal, Now: h.Clock.Now, BusyTimeout: cfg.BusyTimeout, NoMigrate: cfg.NoMigrate, Values: h.valuesOf, Watch: cfg.Watch})
	if err != nil {
		return nil, err
	}
	if err := h.furnish(ctx, cfg, packs); err != nil {
		return nil, errors.Join(err, h.Store.Close())
	}
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	h.stop = stop
	h.done.Go(func() { // what began before there were obligations
		for _, owe := range []func(context.Context) error{h.Privacy.OweErasures, h.Accounts.OweSanctions, h.Agreements.OweForce} {
			if err := owe(background); err != nil {
				h.complain(background, "owe what began before", err)
			}
		}
	})
	for _, c := range h.chores() {
		h.done.Go(func() { h.doing(background, c) })
	}
	for _, m := range cfg.Mailboxes {
		h.done.Go(func() { h.letters(background, m) })
	}
	h.carry(background, cfg)
	return h, nil
}

// Close stops what runs by itself and closes the database.
func (h *House) Close() error {
	h.stop()
	h.done.Wait()
	return h.Store.Close()
}

// Pack is all that the folder of one portal holds.
type Pack struct {
	agreement.Pack
	Services []catalogue.Service
	Sections []content.Section // of materials; none: it has no materials
	Prices   billing.List      // number 0: there are none
}

// loadPacks reads the packs with everything they hold.
func loadPacks(cfg Config) (packs []Pack, err error) {
	names := cfg.Only
	if names == nil {
		if names, err = agreement.Packs(cfg.Packs); err != nil {
			return nil, err
		}
	}
	if len(names) == 0 {
		return nil, errors.New("no packs: a folder of packs holds one folder with a portal.yaml for each portal")
	}
	for _, name := range names {
		pack, problems := LoadPack(cfg.Packs, name)
		if len(problems) > 0 {
			return nil, fmt.Errorf("pack %s is refused: %w (and %d more; see tereze check)", name, problems[0], len(problems)-1)
		}
		packs = append(packs, pack)
	}
	return packs, nil
}

// LoadPack reads and compiles one pack with everything its folder holds. With any problem it must not be run.
func LoadPack(fsys fs.FS, name string) (Pack, []clause.Problem) {
	pack, problems := agreement.LoadPack(fsys, name, Rules())
	out := Pack{Pack: pack}
	if pack.Portal.Name == "" {
		return out, problems // without the portal's languages nothing more can be read
	}
	var wrong []clause.Problem
	out.Services, wrong = catalogue.Load(fsys, name, pack.Portal.Languages)
	problems = append(problems, wrong...)
	out.Sections, wrong = content.Load(fsys, name, pack.Portal.Languages)
	problems = append(problems, wrong...)
	out.Prices, wrong = billing.Load(fsys, name, pack.Portal.Languages, pack.Portal.Zone)
	return out, append(problems, wrong...)
}

func servicesOf(packs []Pack) map[string][]catalogue.Service {
	out := map[string][]catalogue.Service{}
	for _, p := range packs {
		out[p.Portal.Name] = p.Services
	}
	return out
}

func sectionsOf(packs []Pack) map[string][]content.Section {
	out := map[string][]content.Section{}
	for _, p := range packs {
		out[p.Portal.Name] = p.Sections
	}
	return out
}

// found brings what the packs hold into the database, where it is not there yet.
func (h *House) found(ctx context.Context, packs []Pack) error {
	var prices []billing.List
	for _, pack := range packs {
		if err := h.Agreements.Found(ctx, pack.Pack); err != nil {
			return err
		}
		if pack.Prices.Number != 0 {
			prices = append(prices, pack.Prices)
		}
	}
	return h.Tariffs.Found(ctx, prices)
}

// furnish builds the rooms from the floor up.
func (h *House) furnish(ctx context.Context, cfg Config, packs []Pack) error {
	var err error
	hasher := cfg.Hasher
	if hasher == nil {
		if hasher, err = account.NewHasher(); err != nil {
			return err
		}
	}
	if h.Opaque, err = identity.NewOpaque(cfg.Keys.Opaque); err != nil {
		return err
	}
	signer, err := note.NewSigner(cfg.Keys.LogSigner)
	if err != nil {
		return fmt.Errorf("key of the log: %w", err)
	}
	h.LogKey = cfg.Keys.LogVerifier
	known, err := evidence.Verifiers([]string{h.LogKey})
	if err != nil {
		return err
	}
	h.Sequencer = &evidence.Sequencer{
		InTx: func(ctx context.Context, fn func(evidence.SequenceTx) error) error {
			return h.Store.InTx(ctx, func(tx *store.Tx) error { return fn(tx) })
		},
		Signer: signer, Known: known, Now: h.Clock.Now,
	}
	recorder := evidence.Recorder{Random: rand.Reader, Now: h.Clock.Now, NewID: h.Store.NewID}
	h.rooms(cfg, recorder, hasher)
	h.Materials.Of = sectionsOf(packs)
	verifier, err := h.verifier(cfg)
	if err != nil {
		return err
	}
	h.Signings = h.signings(verifier)
	if err := h.found(ctx, packs); err != nil {
		return err
	}
	if err := h.refreshCalendars(ctx); err != nil {
		return err
	}
	brands := []design.Brand{{Portal: "tereze", Colour: "#1d3557", Accent: "#e0a526"}}
	for _, p := range h.Agreements.Portals() {
		brands = append(brands, design.Brand{Portal: p.Name, Colour: p.Colour, Accent: p.Accent})
	}
	assets, err := design.NewAssets(brands)
	if err != nil {
		return err
	}
	h.Frame = frame.New(frame.Frame{Agreements: h.Agreements, Words: h.words, Assets: assets, Opaque: h.Opaque, IdleAfter: h.Accounts.IdleAfter, Asked: h.Requests.Takes, Services: h.Catalogue.Any, Materials: h.Materials.Any, Priced: h.Tariffs.Any, Happening: h.Operations.Signs, ServiceTitle: h.Catalogue.Title, Public: cfg.Public, Demo: cfg.Demo, PhoneStandIn: cfg.PhoneStandIn})
	if err := h.door(cfg); err != nil {
		return err
	}
	if cfg.Demo {
		if h.Samples, err = h.people(ctx); err != nil {
			return err
		}
	}
	if err := h.unknownPortal(cfg.Mailboxes); err != nil {
		return err
	}
	h.cards, h.esi = h.identityCards(cfg), cfg.ESI
	if err := h.Operations.Refresh(ctx); err != nil {
		return err
	}
	h.Operations.Watched(operations.Database, true)
	h.Handler = h.routes(assets, cfg.Demo)
	// Before the first sequencing there is no checkpoint to show; the empty one is made at once.
	_, err = h.Sequencer.Step(ctx)
	return err
}

// rooms introduces the domain rooms to the store and to each other.
func (h *House) rooms(cfg Config, recorder evidence.Recorder, hasher *account.Hasher) {
	library := agreement.NewLibrary(Rules())
	record := func(ctx context.Context, tx evidence.Tx, e evidence.Entry) (evidence.EntryRef, error) {
		e, err := h.Accounts.MarkDisputed(ctx, tx, e)
		if err != nil {
			return evidence.EntryRef{}, err
		}
		if err := h.Organisations.Authorise(ctx, tx.(*store.Tx), e); err != nil {
			return evidence.EntryRef{}, err
		}
		return recorder.Record(ctx, tx, e)
	}
	h.Calendars = h.newCalendars(recorder.Record, library)
	h.Obligations = h.obligations(record, library)
	h.Tariffs = h.newTariffs(recorder.Record, library)
	h.Keeper = h.keeper()
	h.Accounts = &account.Accounts{
		InTx: func(ctx context.Context, act func(account.Tx) error) error {
			return h.Store.InTx(ctx, func(tx *store.Tx) error { return act(tx) })
		},
		InView: func(ctx context.Context, look func(account.Tx) error) error {
			return h.Store.InView(ctx, func(tx *store.Tx) error { return look(tx) })
		},
		Now: h.Clock.Now, NewID: h.Store.NewID, Record: record, Hasher: hasher, Limits: cfg.Accounts,
		Book: func(portal string, at time.Time) *clause.Book { return library.Book(portal, at) },
		Zone: func(portal string) *time.Location {
			p, _ := library.Portal(portal)
			return p.Zone
		},
		Country: func(portal string) string {
			p, _ := library.Portal(portal)
			return strings.ToUpper(p.Calendar)
		},
	}
	h.Accounts.Owed = h.Obligations
	h.Accounts.Days = h.Calendars.Table
	h.Accounts.Registers = cfg.Registers
	h.Accounts.Services = h.services
	h.Accounts.Lockout = func(portal string, at time.Time) (account.Lock, bool) {
		rule, cite, ok := clause.In[gate.Lockout](library.Book(portal, at))
		if !ok {
			return account.Lock{}, false
		}
		return account.Lock{Failures: rule.Attempts, Rest: account.Length(rule.LockedFor), Cite: cite}, true
	}
	h.Accounts.Idle = func(portal string, at time.Time) (time.Duration, clause.Citation, bool) {
		rule, cite, ok := clause.In[gate.IdleSession](library.Book(portal, at))
		if !ok {
			return 0, clause.Citation{}, false
		}
		return account.Length(rule.After), cite, true
	}
	h.Accounts.Reading = func(portal string, at time.Time) (account.Reading, bool) {
		rule, cite, ok := clause.In[gate.MassReading](library.Book(portal, at))
		if !ok {
			return account.Reading{}, false
		}
		return account.Reading{PerHour: rule.PerHour, Rows: rule.ExportRows, Cite: cite}, true
	}
	h.Accounts.Retention = func(portal string, at time.Time) (clause.Period, clause.Citation, bool) {
		rule, cite, ok := clause.In[privacy.Retention](library.Book(portal, at))
		if !ok {
			return clause.Period{}, clause.Citation{}, false
		}
		return rule.AfterDeletion, cite, true
	}
	h.Accounts.LookReasons = func(portal string, at time.Time) ([]string, clause.Citation, bool) {
		return lookReasons(library.Book(portal, at))
	}
	h.Privacy = h.privacies(recorder.Record, library)
	h.Notices = h.notices(recorder.Record, library)
	h.Accounts.Notify, h.Accounts.Confirmed = h.notice, h.confirmed
	h.Parties = h.parties(record)
	h.Organisations, h.Representatives = h.organisations(cfg, record), h.representatives(cfg, record)
	h.Accounts.Joins = h.joins
	h.Accounts.Behalf = h.behalf
	h.Requests = h.requests(cfg, record)
	h.Materials = h.materials(record)
	h.Operations = h.operations(cfg, recorder.Record, library)
	h.Outbox, h.pushKey = h.outboxActs(recorder.Record), cfg.PushKey
	h.marks = marks(cfg)
	h.Accounts.RecoveryOpen, h.Accounts.RecoveryStopped = h.Parties.RecoveryOpen, h.recoveryStopped
	h.Agreements = &agreement.Agreements{
		Library: library,
		InTx: func(ctx context.Context, act func(agreement.Tx) error) error {
			return h.Store.InTx(ctx, func(tx *store.Tx) error { return act(tx) })
		},
		InView: func(ctx context.Context, look func(agreement.Tx) error) error {
			return h.Store.InView(ctx, func(tx *store.Tx) error { return look(tx) })
		},
		Now: h.Clock.Now, NewID: h.Store.NewID, Record: record,
		ActingAs: h.Organisations.Taken, Ended: h.Operations.ContractEnded,
		Depart: func(ctx context.Context, tx agreement.Tx, actor identity.Actor, effect string, materials bool) error {
			return h.Accounts.Depart(ctx, tx.(*store.Tx), actor.Portal, actor.User, effect, materials)
		},
		Owed: h.Obligations,
	}
}

func (h *House) door(cfg Config) error {
	key := sha256.Sum256(append([]byte("visitors\x00"), cfg.Keys.Opaque...))
	visitors, err := identity.NewOpaque(key[:])
	if err != nil {
		return err
	}
	h.Gate = &gate.Gate{
		Actor: h.Accounts.Actor,
		Bind: func(ctx context.Context, actor identity.Actor, address string) (identity.Bound, bool, error) {
			bound, fresh, err := h.Agreements.Bind(ctx, actor, address)
			return bound, len(fresh) > 0, err
		},
		OpenTo: h.Accounts.OpenTo, Shut: h.Operations.Shut,
		Portal: func(name string) bool {
			_, ok := h.Agreements.Portal(name)
			return ok
		},
		Permitted:  h.Accounts.Permitted,
		NewVisitor: h.Store.NewID, Visitors: visitors, Now: h.Clock.Now, Log: h.log, Limits: cfg.Limits, Book: h.Agreements.Book, Proxies: cfg.Proxies,
	}
	return nil
}
