package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"tereze/internal/account"
	"tereze/internal/house"
	"tereze/internal/identity"
)

const operatorHelp = `Adds a person who works for a portal: an operator, an owner or an auditor.

Usage: tereze operator add --portal P --name N --shown "Full Name" --role R --password-file F

The password is the first line of the file; - reads it from the standard input. It
is never taken from the command line, which other users of the machine can see.

Example: tereze operator add --portal egov --name a.serik --shown "Asel Serik" \
             --role operator --password-file asel.txt
`

// maxPasswordFile is more than any password has.
const maxPasswordFile = 4 << 10

// operator adds people who work for a portal.
func operator(ctx context.Context, args []string, out, errs io.Writer) int {
	if len(args) == 0 || args[0] != "add" {
		if len(args) > 0 && slices.Contains([]string{"help", "-h", "-help", "--help"}, args[0]) {
			fmt.Fprint(out, operatorHelp)
			return 0
		}
		fmt.Fprint(errs, operatorHelp)
		return 2
	}
	var where place
	var who account.Registration
	f := flag.NewFlagSet("operator add", flag.ContinueOnError)
	f.StringVar(&who.Portal, "portal", "", "portal the person works for (needed)")
	f.StringVar(&who.SignInName, "name", "", "sign-in name (needed)")
	f.StringVar(&who.Shown, "shown", "", "the name the person goes by (needed)")
	role := f.String("role", "", "operator, owner or auditor (needed)")
	file := f.String("password-file", "", "`file` whose first line is the password; - for the standard input (needed)")
	f.StringVar(&who.Language, "language", "", "language of the pages (default: the first of the portal)")
	where.packFlags(f)
	where.databaseFlags(f)
	rest, status, done := parse(f, operatorHelp, args[1:], out, errs)
	switch {
	case done:
		return status
	case len(rest) > 0:
		return misuse(errs, f, "unexpected %q", rest[0])
	case who.Portal == "" || who.SignInName == "" || who.Shown == "" || *role == "" || *file == "":
		return misuse(errs, f, "--portal, --name, --shown, --role and --password-file are needed")
	case !slices.Contains([]string{"operator", "owner", "auditor"}, *role):
		return misuse(errs, f, "--role: want operator, owner or auditor, got %q", *role)
	}
	who.Roles = []identity.Role{identity.Role(*role)}
	var err error
	if who.Password, err = firstLine(*file); err != nil {
		return refuse(errs, f, err)
	}
	who.Again = who.Password
	if err := addOperator(ctx, &where, who); err != nil {
		return refuse(errs, f, err)
	}
	fmt.Fprintf(out, "%s may sign in to %s as %s (%s)\n", who.Shown, who.Portal, who.SignInName, *role)
	return 0
}

// firstLine reads a password.
func firstLine(name string) (string, error) {
	data, err := contents(name, maxPasswordFile)
	if err != nil {
		return "", fmt.Errorf("password: %w", err)
	}
	line, _, _ := strings.Cut(string(data), "\n")
	line = strings.TrimSuffix(line, "\r")
	if line == "" {
		return "", errors.New("password: the first line of the file is empty")
	}
	return line, nil
}

func addOperator(ctx context.Context, where *place, who account.Registration) (err error) {
	packs, err := where.packs()
	if err != nil {
		return err
	}
	if _, _, err := where.load([]string{who.Portal}); err != nil {
		return err // no such pack: before a database is made for it
	}
	if err := where.prepare(); err != nil {
		return err
	}
	desk, err := house.OpenDesk(ctx, house.Config{Database: where.db(), Packs: packs, Only: []string{who.Portal}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, desk.Close()) }()
	portal, _ := desk.Agreements.Portal(who.Portal)
	if who.Language == "" {
		who.Language = portal.Languages[0]
	}
	if !slices.Contains(portal.Languages, who.Language) {
		return fmt.Errorf("portal %s does not speak %q: it speaks %s", who.Portal, who.Language, strings.Join(portal.Languages, ", "))
	}
	_, err = desk.Accounts.Register(ctx, who)
	return err
}
