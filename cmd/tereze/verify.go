package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"tereze/internal/evidence"
)

const verifyHelp = `Checks a receipt without a network, or that a log only grew since it was last
looked at.

Usage: tereze verify RECEIPT [--key KEY] [--roots DIR] [--crl FILE…]
       tereze verify --log URL [--key KEY] [--state FILE] [--recount]

KEY is the verifier key of the log (name+hash+key), or a file that holds it. Without
one a receipt is checked with the key it names itself: that shows it to be whole, and
whose it is only once you have compared the key with the one the portal publishes
(at /log/key, and wherever else you trust). A log without a key is held to the one
it showed at the first look.

Where something was signed electronically, the receipt has the signature with it, and
it is verified as of the moment the act was recorded, or of its time-stamp. --roots is a
folder of certificates of authorities that are trusted beside Kazakhstan's National
Certification Authority. What the authority answered when the portal asked whether
the certificate was revoked is in the receipt too, and is verified: who answered, about
which certificate, to which question, and that it held at that moment. A long list is
in it by its digest alone; give the list with --crl. Receipts of before version 3 have
nothing of that with them, and the answer says "unchecked".

--log keeps the last checkpoint in the state file and says first, unchanged, grew,
FORKED or SHRANK. The last two mean that the log has said two things that cannot both
be true; then the state stays and both signed checkpoints are printed: show them to
anybody. --recount fetches every leaf and computes the root anew.

The answer is 0 only when everything is in order.

Example: tereze verify receipt.json --key log.pub
         tereze verify --log https://portal.example
`

// verify checks a receipt or a log.
func verify(ctx context.Context, args []string, out, errs io.Writer) int {
	var look logLook
	f := flag.NewFlagSet("verify", flag.ContinueOnError)
	f.StringVar(&look.url, "log", "", "`address` of the portals whose log is looked at")
	f.StringVar(&look.key, "key", "", "verifier `key` of the log, or a file that holds it")
	f.StringVar(&look.state, "state", "", "`file` of the last look (default: tereze/HOST.checkpoint in your folder of settings)")
	f.BoolVar(&look.recount, "recount", false, "fetch every leaf and compute the root anew")
	f.DurationVar(&look.timeout, "timeout", 30*time.Second, "how long one answer of the log may take")
	var with beside
	f.StringVar(&with.roots, "roots", "", "`folder` of certificates of authorities that are trusted too")
	f.Var(&with.crls, "crl", "`files` of lists of revoked certificates that the receipt names")
	files, status, done := parse(f, verifyHelp, spread(args, "crl"), out, errs)
	if done {
		return status
	}
	var err error
	switch {
	case look.url != "" && len(files) > 0:
		return misuse(errs, f, "want a receipt or --log, not both")
	case look.url != "":
		err = look.run(ctx, out)
	case len(files) != 1:
		return misuse(errs, f, "want one receipt, or --log")
	case look.state != "" || look.recount:
		return misuse(errs, f, "--state and --recount belong to --log")
	default:
		err = verifyReceipt(ctx, files[0], look.key, with, out)
	}
	if errors.Is(err, errTold) {
		return 1
	}
	if err != nil {
		return refuse(errs, f, err)
	}
	return 0
}

// errTold is the refusal that the lines already printed explain.
var errTold = errors.New("not in order")

// keyFrom takes a verifier key, or reads it from a file.
func keyFrom(s string) (string, error) {
	if _, err := note.NewVerifier(strings.TrimSpace(s)); err == nil {
		return strings.TrimSpace(s), nil
	}
	data, err := contents(s, maxPasswordFile)
	if err != nil {
		return "", fmt.Errorf("--key is neither a verifier key nor a file: %w", err)
	}
	key := strings.TrimSpace(string(data))
	if _, err := note.NewVerifier(key); err != nil {
		return "", fmt.Errorf("%s holds no verifier key (name+hash+key): %w", s, err)
	}
	return key, nil
}

// verifyReceipt prints every check of a receipt and what a good one shows.
func verifyReceipt(ctx context.Context, name, given string, with beside, out io.Writer) error {
	data, err := contents(name, evidence.MaxReceipt)
	if err != nil {
		return err
	}
	key := ""
	if given != "" {
		if key, err = keyFrom(given); err != nil {
			return err
		}
	} else {
		r, err := evidence.ParseReceipt(data)
		if err != nil {
			return err
		}
		key = r.LogKey
	}
	verdict, err := evidence.Verify(data, []string{key})
	if len(verdict.Checks) == 0 {
		return err // the key cannot be read
	}
	for _, c := range verdict.Checks {
		fmt.Fprintf(out, "%-8s%-10s %s\n", c.Outcome, c.Name, meaning(c.Name))
		if c.Why != "" {
			fmt.Fprintf(out, "        %-10s %s\n", "", c.Why)
		}
	}
	if !verdict.Good() {
		fmt.Fprintf(out, "\nThis receipt proves nothing.\n")
		return errTold
	}
	printEntry(out, verdict)
	if verdict.Receipt.Signed != nil {
		if err := verifySigned(ctx, verdict.Receipt, with, out); err != nil {
			return err
		}
	}
	if given == "" {
		fmt.Fprintf(out, `
All of this rests on the key that the receipt names itself:
  %s
Compare it with the key the portal publishes at its address /log/key, or with a copy
you have from elsewhere, and give it with --key. Until then the receipt is whole, but
anybody could have made it.
`, key)
		return nil
	}
	fmt.Fprintf(out, "\nSigned with the key you trust:\n  %s\n", key)
	return nil
}

// meaning says what a check found out if it passed.
func meaning(check string) string {
	switch check {
	case "form":
		return "the file is a receipt, written in the one way receipts are"
	case "entry":
		return "the entry is complete"
	case "key":
		return "the receipt names the key it is checked with"
	case "signature":
		return "the log's checkpoint bears the signature of that key"
	case "log":
		return "the checkpoint is of the log the receipt names"
	case "inclusion":
		return "the entry stands in the log at the number named"
	case "texts":
		return "the texts it speaks of are those of the entry"
	case "signed":
		return "what was signed, the signature, and what is with it are those of the entry"
	}
	return ""
}

func printEntry(out io.Writer, v evidence.Verdict) {
	e := v.Receipt.Entry
	fmt.Fprintf(out, "\nThis receipt is good. It shows that on the portal %s\n", e.Portal)
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(out, "  %-10s %s\n", name, value)
		}
	}
	line("at", e.At.UTC().Format(time.RFC3339Nano))
	line("act", e.Act)
	line("actor", e.Actor)
	line("subject", e.Subject)
	line("clause", e.Citation.String())
	for _, name := range slices.Sorted(maps.Keys(e.Detail)) {
		line(name, e.Detail[name])
	}
	line("log", fmt.Sprintf("%s, entry %d of %d", v.Checkpoint.Origin, v.Receipt.Index, v.Checkpoint.Size))
}

// exists reports whether a file is there.
func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}
