package main

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"tereze/internal/eds/authority"
	"tereze/internal/ncalayer"
)

const ncalayerHelp = `Stands in for NCALayer, the signing program, with keys of people who do not exist. The
portals of "tereze demo" take them; no other portal does.

Usage: tereze ncalayer [--key NAME] [--listen ADDRESS] [--page ADDRESS] [--cert FILE --key-file FILE]

Pages of the portals talk to wss://127.0.0.1:13579/, so nothing else may listen there: end the
real NCALayer first. The browser has to take the certificate, which is new at every start: open
https://127.0.0.1:13579/ once and accept it, or start Chromium with the flag that is printed, or
name a certificate with --cert and --key-file that the browser trusts already.

On the page a person chooses whose key signs, and whether the next request is cancelled, fails or
is answered slowly.
`

// ncalayerConfig is what the stand-in is told.
type ncalayerConfig struct{ listen, page, key, cert, keyFile string }

func ncalayerCommand(ctx context.Context, args []string, out, errs io.Writer) int {
	var c ncalayerConfig
	f := flag.NewFlagSet("ncalayer", flag.ContinueOnError)
	f.StringVar(&c.listen, "listen", "127.0.0.1:13579", "`address` that pages talk to")
	f.StringVar(&c.page, "page", "127.0.0.1:13580", "`address` of the page on which the key is chosen")
	f.StringVar(&c.key, "key", "individual", "`name` of whose key signs first")
	f.StringVar(&c.cert, "cert", "", "`file` of a certificate for 127.0.0.1, in PEM")
	f.StringVar(&c.keyFile, "key-file", "", "`file` of its private key, in PEM")
	rest, status, done := parse(f, ncalayerHelp, args, out, errs)
	if done {
		return status
	}
	if len(rest) > 0 || (c.cert == "") != (c.keyFile == "") {
		return misuse(errs, f, "want no arguments, and --cert together with --key-file")
	}
	if err := c.run(ctx, out, errs); err != nil {
		return refuse(errs, f, err)
	}
	return 0
}

func (c ncalayerConfig) run(ctx context.Context, out, errs io.Writer) error {
	town, err := authority.NewTown(time.Now)
	if err != nil {
		return err
	}
	p := &ncalayer.Program{Town: town, Now: time.Now, Slow: 25 * time.Second}
	if err := p.Choose(c.key); err != nil {
		return err
	}
	page, err := p.Page()
	if err != nil {
		return err
	}
	certificate, spki, err := c.certificate()
	if err != nil {
		return err
	}
	sockets, err := net.Listen("tcp", c.listen)
	if err != nil {
		return err
	}
	pages, err := net.Listen("tcp", c.page)
	if err != nil {
		return errors.Join(err, sockets.Close())
	}
	fmt.Fprintf(out, "NCALayer stand-in: wss://%s/, choose the key at http://%s/\n", sockets.Addr(), pages.Addr())
	if spki != "" {
		fmt.Fprintf(out, "Let the browser take its certificate: open https://%s/ once, or start Chromium with\n  --ignore-certificate-errors-spki-list=%s\n", sockets.Addr(), spki)
	}
	log := slog.NewLogLogger(slog.NewTextHandler(errs, nil), slog.LevelWarn)
	secure := &http.Server{Handler: p, ErrorLog: log, ReadHeaderTimeout: 10 * time.Second, TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"http/1.1"}}}
	plain := &http.Server{Handler: page, ErrorLog: log, ReadHeaderTimeout: 10 * time.Second}
	return together(ctx, func() error { return secure.ServeTLS(sockets, "", "") }, func() error { return plain.Serve(pages) },
		func() error { return errors.Join(secure.Close(), plain.Close()) })
}

func (c ncalayerConfig) certificate() (tls.Certificate, string, error) {
	if c.cert == "" {
		return ncalayer.SelfSigned(time.Now())
	}
	certificate, err := tls.LoadX509KeyPair(c.cert, c.keyFile)
	return certificate, "", err
}

// together runs two servers until one ends or the context does, and then closes both.
func together(ctx context.Context, one, other, end func() error) error {
	ended := make(chan error, 2)
	go func() { ended <- one() }()
	go func() { ended <- other() }()
	var err error
	running := 2
	select {
	case err = <-ended:
		running--
	case <-ctx.Done():
	}
	if closing := end(); err == nil {
		err = closing
	}
	for range running {
		<-ended
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
