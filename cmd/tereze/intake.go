package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"tereze/internal/claims"
	"tereze/internal/house"
)

const intakeHelp = `Takes an e-mail message into the queue of a portal's support.

Usage: tereze intake PORTAL < message.eml

A mail server pipes each message for the support's address to this command. The
same message given twice is taken once, so a mail server may try again after any
failure. Exit status: 0 taken, 1 refused or not available now (try again), 2 misuse.

Example, for Postfix, in /etc/aliases: team: "|tereze intake kundelik --data /var/lib/tereze"
`

// intake takes one message from the standard input.
func intake(ctx context.Context, args []string, out, errs io.Writer) int {
	var where place
	f := flag.NewFlagSet("intake", flag.ContinueOnError)
	public := f.String("public", "", "how people reach the portals, such as https://portal.example, for links in answers")
	where.packFlags(f)
	where.databaseFlags(f)
	rest, status, done := parse(f, intakeHelp, args, out, errs)
	switch {
	case done:
		return status
	case len(rest) != 1:
		return misuse(errs, f, "name one portal")
	}
	outcome, number, err := takeIn(ctx, &where, rest[0], *public, os.Stdin)
	if err != nil {
		return refuse(errs, f, err)
	}
	switch outcome {
	case claims.LetterKnown:
		fmt.Fprintln(out, "this message has been taken in before")
	case claims.LetterDropped:
		fmt.Fprintln(out, "a report about the delivery of mail: no request")
	case claims.LetterReport:
		fmt.Fprintln(out, "a report about a message of the portal: written down with the message")
	default:
		fmt.Fprintf(out, "request %s: %s\n", number, outcome)
	}
	return 0
}

func takeIn(ctx context.Context, where *place, portal, public string, message io.Reader) (outcome claims.Outcome, number string, err error) {
	packs, err := where.packs()
	if err != nil {
		return "", "", err
	}
	if _, _, err := where.load([]string{portal}); err != nil {
		return "", "", err
	}
	if !where.there() {
		return "", "", where.errNoDatabase()
	}
	folder := filepath.Join(where.data, "keys")
	if _, err := os.Stat(folder); err != nil {
		return "", "", fmt.Errorf("keys of the installation: %w", err) // never made here: serve makes them
	}
	keys, err := house.OpenKeys(folder, "")
	if err != nil {
		return "", "", err
	}
	desk, err := house.OpenDesk(ctx, house.Config{Database: where.db(), Packs: packs, Only: []string{portal}, Keys: keys, Public: public})
	if err != nil {
		return "", "", err
	}
	defer func() { err = errors.Join(err, desk.Close()) }()
	return desk.Intake(ctx, portal, message)
}
