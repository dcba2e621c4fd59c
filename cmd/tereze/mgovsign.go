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
	"net/url"
	"time"

	"tereze/internal/eds/authority"
	"tereze/internal/mgovsign"
)

const mgovsignHelp = `Stands in for eGov Mobile: signs what a QR code of a portal asks for, with the key of somebody
who does not exist. The portals of "tereze demo" take it; no other portal does.

Usage: tereze mgovsign [--page ADDRESS]
       tereze mgovsign TEXT [--key NAME] [--yes]

Without TEXT it runs a page on which a code is put in and signed; "tereze demo --mgovsign" runs it
beside the portals, and their pages lead to it.

TEXT is what the QR code says (mobileSign:https://…), or the link for the same phone; the page
shows both. What is to be signed is shown first, and signed with --yes.
`

// phonePage is where the stand-in's page is unless it is said otherwise.
const phonePage = "127.0.0.1:13581"

func mgovsignCommand(ctx context.Context, args []string, out, errs io.Writer) int {
	var key, language, page string
	var yes bool
	f := flag.NewFlagSet("mgovsign", flag.ContinueOnError)
	f.StringVar(&key, "key", "individual", "`name` of whose key signs: individual, other, head, employee, revoked, expired, rsa, auth, foreign")
	f.StringVar(&language, "language", "kk", "`language` of the phone")
	f.BoolVar(&yes, "yes", false, "sign; otherwise only show what is asked")
	f.StringVar(&page, "page", phonePage, "`address` of the page on which a code is put in")
	rest, status, done := parse(f, mgovsignHelp, args, out, errs)
	if done {
		return status
	}
	if len(rest) > 1 {
		return misuse(errs, f, "want the text of one code")
	}
	if len(rest) == 0 {
		if err := servePhone(ctx, page, out, errs); err != nil {
			return refuse(errs, f, err)
		}
		return 0
	}
	town, err := authority.NewTown(time.Now)
	if err != nil {
		return refuse(errs, f, err)
	}
	issued, err := town.Key(key)
	if err != nil {
		return refuse(errs, f, err)
	}
	app := mgovsign.App{Client: phoneClient(rest[0]), Key: issued, Stamp: town.Stamper(), Now: time.Now, Language: language}
	err = app.Sign(ctx, rest[0], func(s mgovsign.Seen) bool {
		fmt.Fprintf(out, "%s\n%s\nuntil %s\n", s.From, s.Description, s.Expires)
		for i, name := range s.Documents {
			fmt.Fprintf(out, "%d. %s\n", i+1, name)
		}
		return yes
	})
	if err != nil {
		return refuse(errs, f, err)
	}
	fmt.Fprintln(out, "signed")
	return 0
}

// servePhone runs the stand-in's page until the context ends.
func servePhone(ctx context.Context, address string, out, errs io.Writer) error {
	town, err := authority.NewTown(time.Now)
	if err != nil {
		return err
	}
	page, err := (&mgovsign.Phone{Town: town, Client: phoneClient, Now: time.Now}).Page()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "eGov Mobile stand-in: http://%s/\n", listener.Addr())
	server := &http.Server{Handler: page, ErrorLog: slog.NewLogLogger(slog.NewTextHandler(errs, nil), slog.LevelWarn), ReadHeaderTimeout: 10 * time.Second}
	end := context.AfterFunc(ctx, func() { _ = server.Close() }) // Serve tells of it
	defer end()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// phoneClient takes any certificate of this very machine, where demonstrations run, and no other.
func phoneClient(text string) *http.Client {
	client := &http.Client{Timeout: time.Minute}
	address, err := mgovsign.Link(text)
	if err != nil {
		return client
	}
	if u, err := url.Parse(address); err == nil && (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1") {
		client.Transport = &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // this machine only
	}
	return client
}
