package main

import (
	"context"
	"crypto/tls"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"tereze/internal/cryptosocket"
	"tereze/internal/eds/authority"
	"tereze/internal/ncalayer"
)

const cryptosocketHelp = `Stands in for CryptoSocket, the middleware of identity cards of Kyrgyzstan, with cards of people who do
not exist. The portals of "tereze demo" take them; no other portal does.

Usage: tereze cryptosocket [--card NAME] [--state FILE] [--licence KEY] [--listen ADDRESS] [--cert FILE --key-file FILE]

The PIN of every card is %s. Three wrong ones in a row lock a card; with --state it stays locked when the program ends.
Cards: %s, or %s for an empty reader.

Pages of the portals talk to wss://127.0.0.1:6127/tumarcsp/, so nothing else may listen there. The browser has to take the
certificate, which is new at every start: open https://127.0.0.1:6127/ once and accept it, or start Chromium with the
flag that is printed, or name a certificate with --cert and --key-file that the browser trusts already.
`

func cryptosocketCommand(ctx context.Context, args []string, out, errs io.Writer) int {
	var listen, card, state, licence, cert, keyFile string
	f := flag.NewFlagSet("cryptosocket", flag.ContinueOnError)
	f.StringVar(&listen, "listen", "127.0.0.1:6127", "`address` that pages talk to")
	f.StringVar(&card, "card", "citizen", "`name` of the card in the reader")
	f.StringVar(&state, "state", "", "`file` that keeps which cards are locked")
	f.StringVar(&licence, "licence", "", "`key` that pages have to show (default: any)")
	f.StringVar(&cert, "cert", "", "`file` of a certificate for 127.0.0.1, in PEM")
	f.StringVar(&keyFile, "key-file", "", "`file` of its private key, in PEM")
	var names []string
	for _, h := range authority.CardHolders() {
		names = append(names, h.Name)
	}
	help := fmt.Sprintf(cryptosocketHelp, cryptosocket.PIN, strings.Join(names, ", "), cryptosocket.NoCard)
	rest, status, done := parse(f, help, args, out, errs)
	if done {
		return status
	}
	if len(rest) > 0 || (cert == "") != (keyFile == "") {
		return misuse(errs, f, "want no arguments, and --cert together with --key-file")
	}
	cards, err := authority.NewCards(time.Now)
	if err != nil {
		return refuse(errs, f, err)
	}
	p := &cryptosocket.Program{Cards: cards, Now: time.Now, File: state, Key: licence}
	if err := p.Insert(card); err != nil {
		return refuse(errs, f, err)
	}
	if err := readCards(ctx, p, listen, cert, keyFile, out, errs); err != nil {
		return refuse(errs, f, err)
	}
	return 0
}

func readCards(ctx context.Context, p *cryptosocket.Program, listen, cert, keyFile string, out, errs io.Writer) error {
	certificate, spki, err := ncalayer.SelfSigned(time.Now())
	if cert != "" {
		spki = ""
		certificate, err = tls.LoadX509KeyPair(cert, keyFile)
	}
	if err != nil {
		return err
	}
	sockets, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "CryptoSocket stand-in: wss://%s%s\n", sockets.Addr(), cryptosocket.Path)
	if spki != "" {
		fmt.Fprintf(out, "Let the browser take its certificate: open https://%s/ once, or start Chromium with\n  --ignore-certificate-errors-spki-list=%s\n", sockets.Addr(), spki)
	}
	log := slog.NewLogLogger(slog.NewTextHandler(errs, nil), slog.LevelWarn)
	secure := &http.Server{Handler: p, ErrorLog: log, ReadHeaderTimeout: 10 * time.Second, TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"http/1.1"}}}
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		_ = secure.Close()
		close(stopped)
	})
	err = secure.ServeTLS(sockets, "", "")
	if stop() || err != http.ErrServerClosed {
		return err
	}
	<-stopped
	return nil
}
