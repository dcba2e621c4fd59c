package main

import (
	"context"
	"crypto/tls"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"tereze/internal/eds/authority"
	"tereze/internal/mgovsign"
)

const mgovsignHelp = `Stands in for eGov Mobile: signs what a QR code of a portal asks for, with the key of somebody
who does not exist. The portals of "tereze demo" take it; no other portal does.

Usage: tereze mgovsign TEXT [--key NAME] [--yes]

TEXT is what the QR code says (mobileSign:https://…), or the link for the same phone; the page
shows both. What is to be signed is shown first, and signed with --yes.
`

func mgovsignCommand(ctx context.Context, args []string, out, errs io.Writer) int {
	var key, language string
	var yes bool
	f := flag.NewFlagSet("mgovsign", flag.ContinueOnError)
	f.StringVar(&key, "key", "individual", "`name` of whose key signs: individual, other, head, employee, revoked, expired, rsa, auth, foreign")
	f.StringVar(&language, "language", "kk", "`language` of the phone")
	f.BoolVar(&yes, "yes", false, "sign; otherwise only show what is asked")
	rest, status, done := parse(f, mgovsignHelp, args, out, errs)
	if done {
		return status
	}
	if len(rest) != 1 {
		return misuse(errs, f, "want the text of one code")
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
