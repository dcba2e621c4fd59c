// Command tereze runs single-window portals of digital services from their own user agreements.
//
// It reads configuration, builds the house, starts and stops; each subcommand has its file.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// command is one subcommand. It answers with the exit status: 0 done, 1 refused, 2 not understood.
type command struct {
	name  string
	about string
	run   func(ctx context.Context, args []string, out, errs io.Writer) int
}

func commands() []command {
	return []command{
		{"demo", "everything at once: five portals, sample people, a clock you can move", demo},
		{"serve", "run the portals", serve},
		{"check", "compile packs and say what is wrong with them", check},
		{"clauses", "list every clause with its rule, where it is enforced and what proves it", clauses},
		{"agreement", "import a text into an edition; compare two editions", agreementCommand},
		{"verify", "check a receipt offline, or that a log only grew", verify},
		{"eds", "verify an electronic signature, show a certificate", edsCommand},
		{"ncalayer", "stand in for the signing program NCALayer, with test keys", ncalayerCommand},
		{"cryptosocket", "stand in for the middleware of identity cards, with test cards", cryptosocketCommand},
		{"mgovsign", "stand in for the app eGov Mobile: sign what a QR code asks for, with a test key", mgovsignCommand},
		{"migrate", "bring the database's tables up to date", migrate},
		{"backup", "copy the database while it is in use", backup},
		{"restore", "put a copy in the place of a database that is not there", restore},
		{"calendar", "count a period in days, business days, months or hours", calendarCommand},
		{"operator", "add an operator, an owner or an auditor", operator},
		{"intake", "take an e-mail message into the queue of a portal's support", intake},
		{"bench", "measure this machine against the yardsticks", bench},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(tereze(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// tereze is the program but for the process around it.
func tereze(ctx context.Context, args []string, out, errs io.Writer) int {
	if len(args) > 0 {
		for _, c := range commands() {
			if c.name == args[0] {
				return c.run(ctx, args[1:], out, errs)
			}
		}
		if args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
			usage(out)
			return 0
		}
		fmt.Fprintf(errs, "tereze: no command %q\n\n", args[0])
	}
	usage(errs)
	return 2
}

func usage(w io.Writer) {
	fmt.Fprint(w, "Tereze runs portals of digital services from their own user agreements.\n\nUsage: tereze COMMAND [flags]; tereze COMMAND -h says more.\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-10s %s\n", c.name, c.about)
	}
}
