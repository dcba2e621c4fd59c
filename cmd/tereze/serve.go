package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tereze/internal/calendar"
	"tereze/internal/gate"
	"tereze/internal/house"
	"tereze/internal/mailbox"
	"tereze/internal/ncanode"
	"tereze/internal/revocation"
)

// serveConfig is what serve and demo are told. A zero field means the default said in its flag.
type serveConfig struct {
	listen   string
	database string
	data     string // folder of the keys and, by default, of the database
	portals  string // folder of packs that add to or replace those that ship
	origin   string // names the log for ever
	public   string // how people reach the portals, for links in messages: https://portal.example
	clock    time.Duration
	proxies  []netip.Prefix
	boxes    []house.Mailbox
	ncanode  string         // address of a gateway that verifies signatures in our place
	inside   []netip.Prefix // networks of the operator's own that questions about revocation may go to
	citizens citizens
	messages messages
	demo     bool

	phoneStandIn string // address of the page of the stand-in for eGov Mobile; empty: none runs
}

// opened adds a network of the operator's own to those where an authority may be asked.
func (c *serveConfig) opened(s string) error {
	network, err := netip.ParsePrefix(s)
	if err != nil {
		return errors.New("want a network, such as 10.1.2.0/24")
	}
	c.inside = append(c.inside, network)
	return nil
}

// proxy adds the address or network of a server before this one.
func (c *serveConfig) proxy(s string) error {
	if a, err := netip.ParseAddr(s); err == nil {
		c.proxies = append(c.proxies, netip.PrefixFrom(a, a.BitLen()))
		return nil
	}
	network, err := netip.ParsePrefix(s)
	if err != nil {
		return errors.New("want an address or a network, such as 127.0.0.1 or 10.0.0.0/8")
	}
	c.proxies = append(c.proxies, network)
	return nil
}

// mailbox adds a mailbox of a portal. Its password is the first line of a file in the data folder, which is
// known only when all flags have been read.
func (c *serveConfig) mailbox(s string) error {
	portal, address, ok := strings.Cut(s, "=")
	if !ok {
		return errors.New("want PORTAL=imaps://USER@HOST/FOLDER")
	}
	box, err := mailbox.ParseBox(address)
	if err != nil {
		return err
	}
	c.boxes = append(c.boxes, house.Mailbox{Portal: portal, Box: box})
	return nil
}

// passwords reads those of the mailboxes.
func (c *serveConfig) passwords() error {
	for i := range c.boxes {
		var err error
		if c.boxes[i].Box.Password, err = firstLine(filepath.Join(c.data, "mailbox-"+c.boxes[i].Portal+".txt")); err != nil {
			return fmt.Errorf("mailbox of %s: %w", c.boxes[i].Portal, err)
		}
	}
	return nil
}

// reachable refuses to serve others without knowing how they reach the portals: the links in messages
// carry one-time secrets, and the Host header of a request is anybody's to write.
func (c *serveConfig) reachable() error {
	if c.public != "" {
		u, err := url.Parse(c.public)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.TrimSuffix(c.public, "/") != u.Scheme+"://"+u.Host {
			return fmt.Errorf("-public %q: want the beginning of an address, such as https://portal.example", c.public)
		}
		c.public = strings.TrimSuffix(c.public, "/")
		return nil
	}
	host, _, err := net.SplitHostPort(c.listen)
	if err != nil {
		return fmt.Errorf("-listen: %w", err)
	}
	ip, _ := netip.ParseAddr(host)
	if len(c.proxies) > 0 || host != "localhost" && !ip.IsLoopback() {
		return errors.New("say with -public how people reach the portals, such as -public https://portal.example")
	}
	return nil
}

// postsPerMinute is what one address may send: an office of thirty people at work, or one guessing.
const postsPerMinute = 120

// serve runs the portals until it is told to stop.
func serve(ctx context.Context, args []string, out, errs io.Writer) int {
	var c serveConfig
	f := flag.NewFlagSet("serve", flag.ContinueOnError)
	f.SetOutput(errs)
	f.StringVar(&c.listen, "listen", "localhost:8080", "address to listen on; put a server with a certificate before it")
	f.StringVar(&c.data, "data", "tereze-data", "folder of the keys and of the SQLite database")
	f.StringVar(&c.database, "database", "", "SQLite file, or postgres://… (default: tereze.db in the data folder)")
	f.StringVar(&c.portals, "portals", "", "folder of packs that add to or replace the five that ship")
	f.StringVar(&c.origin, "origin", "tereze", "name of the transparency log, given once, when the keys are made")
	f.Func("proxy", "address or network of the server before this one, whose X-Forwarded-For is believed; may be given several times", c.proxy)
	f.Func("mailbox", "mailbox of a portal's support, as kundelik=imaps://team%40example.kz@imap.example.kz/INBOX; its password is the first line of mailbox-PORTAL.txt in the data folder; may be given several times", c.mailbox)
	f.StringVar(&c.public, "public", "", "how people reach the portals, such as https://portal.example; needed with -proxy, and to listen beyond this machine")
	f.StringVar(&c.ncanode, "ncanode", "", "address of an NCANode server that verifies electronic signatures in the place of the program's own verifier, such as http://127.0.0.1:14579")
	c.citizens.flags(f)
	c.messages.flags(f)
	f.Func("revocation-network", "network of your own in which certification authorities may be asked about revocation, such as that of a proxy to them; may be given several times", c.opened)
	f.DurationVar(&c.clock, "clock", 0, "offset of the clock, for trials only")
	if err := f.Parse(args); err != nil {
		return 2
	}
	if f.NArg() > 0 {
		fmt.Fprintf(errs, "tereze serve: unexpected %q\n", f.Arg(0))
		return 2
	}
	if err := c.reachable(); err != nil {
		fmt.Fprintln(errs, "tereze serve:", err)
		return 2
	}
	if err := c.passwords(); err != nil {
		fmt.Fprintln(errs, "tereze serve:", err)
		return 2
	}
	if err := run(ctx, c, out, errs); err != nil {
		fmt.Fprintln(errs, "tereze serve:", err)
		return 1
	}
	return 0
}

// demo runs everything with sample people and a clock that can be moved, on a database that goes
// when it ends.
func demo(ctx context.Context, args []string, out, errs io.Writer) int {
	c := serveConfig{demo: true, origin: "tereze-demo"}
	f := flag.NewFlagSet("demo", flag.ContinueOnError)
	f.SetOutput(errs)
	f.StringVar(&c.listen, "listen", "localhost:8080", "address to listen on")
	signs := f.Bool("ncalayer", false, "run the stand-in for the signing program NCALayer as well")
	phone := f.Bool("mgovsign", false, "run the stand-in for the phone app eGov Mobile as well; pages that show a code to scan lead to it")
	f.StringVar(&c.data, "data", "", "folder to keep the demo in (default: a temporary one, removed at the end)")
	f.StringVar(&c.database, "database", "", "SQLite file, or postgres://… (default: in the data folder)")
	f.StringVar(&c.portals, "portals", "", "folder of packs that add to or replace the five that ship")
	if err := f.Parse(args); err != nil {
		return 2
	}
	if c.data == "" {
		dir, err := os.MkdirTemp("", "tereze-demo-")
		if err != nil {
			fmt.Fprintln(errs, "tereze demo:", err)
			return 1
		}
		defer os.RemoveAll(dir)
		c.data = dir
	}
	if err := demoWith(ctx, c, *signs, *phone, out, errs); err != nil {
		fmt.Fprintln(errs, "tereze demo:", err)
		return 1
	}
	return 0
}

// demoWith runs the portals, and beside them the stand-ins that are asked for.
func demoWith(ctx context.Context, c serveConfig, ncalayer, phone bool, out, errs io.Writer) error {
	var beside []func(ctx context.Context) error
	if ncalayer {
		stand := ncalayerConfig{listen: "127.0.0.1:13579", page: "127.0.0.1:13580", key: "individual"}
		beside = append(beside, func(ctx context.Context) error { return stand.run(ctx, out, errs) })
	}
	if phone {
		c.phoneStandIn = "http://" + phonePage + "/"
		beside = append(beside, func(ctx context.Context) error { return servePhone(ctx, phonePage, out, errs) })
	}
	if len(beside) == 0 {
		fmt.Fprintln(out, "To sign with test keys, run beside it: tereze ncalayer (or start the demo with --ncalayer); for a phone: tereze mgovsign (or --mgovsign)")
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, len(beside))
	for _, stand := range beside {
		go func() {
			defer stop()
			ended <- stand(ctx)
		}()
	}
	err := run(ctx, c, out, errs)
	stop()
	for range beside {
		err = errors.Join(err, <-ended)
	}
	return err
}

func run(ctx context.Context, c serveConfig, out, errs io.Writer) error {
	log := slog.New(slog.NewTextHandler(errs, &slog.HandlerOptions{Level: slog.LevelInfo}))
	h, err := openHouse(ctx, c, log)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.listen)
	if err != nil {
		return errors.Join(err, h.Close())
	}
	server := &http.Server{
		Handler: h.Handler, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10,
	}
	fmt.Fprintf(out, "Tereze: %d portals at http://%s/\n", len(h.Agreements.Portals()), listener.Addr())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err = <-ended:
	case <-ctx.Done():
		// Requests under way are answered; their acts are committed or refused.
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
		defer cancel()
		err = server.Shutdown(stopping)
	}
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return errors.Join(err, h.Close())
}

func openHouse(ctx context.Context, c serveConfig, log *slog.Logger) (*house.House, error) {
	if err := os.MkdirAll(c.data, 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	keys, err := house.OpenKeys(filepath.Join(c.data, "keys"), c.origin)
	if err != nil {
		return nil, err
	}
	if c.database == "" {
		c.database = filepath.Join(c.data, "tereze.db")
	}
	clock := &calendar.Clock{}
	clock.Move(c.clock)
	cfg := house.Config{
		Database: c.database, Keys: keys, Clock: clock, Log: log, Demo: c.demo, Public: c.public, Limits: gate.Limits{PostsPerMinute: postsPerMinute, Agreed: true}, Proxies: c.proxies,
		Mailboxes: c.boxes, PhoneStandIn: c.phoneStandIn,
	}
	if !c.demo {
		if err := c.messages.into(&cfg); err != nil {
			return nil, err
		}
		cfg.Authorities = revocation.New(clock.Now, c.inside...).Fetch
	}
	if c.ncanode != "" {
		if cfg.Verifier, err = ncanode.New(c.ncanode, clock.Now); err != nil {
			return nil, err
		}
	}
	if err := c.citizens.into(&cfg, c.data, clock.Now); err != nil {
		return nil, err
	}
	if c.portals != "" {
		cfg.Packs = house.Overlay(os.DirFS(c.portals))
	}
	return house.Open(ctx, cfg)
}
