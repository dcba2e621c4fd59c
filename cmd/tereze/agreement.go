package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"tereze/internal/agreement"
	"tereze/internal/agreement/reader"
	"tereze/internal/house"
)

const agreementHelp = `Usage: tereze agreement import FILE --pack P --language L
       tereze agreement diff A B

tereze agreement import -h and tereze agreement diff -h say more.
`

// agreementCommand is the commands about editions.
func agreementCommand(ctx context.Context, args []string, out, errs io.Writer) int {
	if len(args) > 0 {
		switch args[0] {
		case "import":
			return importText(ctx, args[1:], out, errs)
		case "diff":
			return diff(ctx, args[1:], out, errs)
		case "help", "-h", "-help", "--help":
			fmt.Fprint(out, agreementHelp)
			return 0
		}
		fmt.Fprintf(errs, "tereze agreement: no command %q\n", args[0])
	}
	fmt.Fprint(errs, agreementHelp)
	return 2
}

const importHelp = `Reads the official text of an agreement (plain text, HTML or Markdown, in UTF-8 or
Windows-1251), splits it into documents and numbered clauses, and says how they
stand to the newest published edition: missing, extra, changed.

Usage: tereze agreement import FILE --pack P --language L [--document D] [--json]
       tereze agreement import FILE --pack P --language L --apply --operator NAME

FILE may be - for the standard input. Without --document every document of the
text goes to the document of the pack whose numbers it shares.

--apply drafts an edition of each document whose text differs: changed texts of
that language are replaced, bindings stay with their numbers, extra clauses are
added as declaratory; missing ones stay. The draft waits in the console for the
other languages and for publication. It is drafted in the name of --operator, who
must hold that role on the portal.

The answer is 0 when the text was read, whatever was found in it, and 1 when it
cannot be read or no draft can be made.

Example: tereze agreement import ismet.kk.txt --pack ismet --language kk
`

// imported is one run of the import.
type imported struct {
	where             place
	pack, language    string
	document          string
	operator          string
	apply, asJSON     bool
	docs              []reader.Document
	editions          []agreement.Edition // the newest published, one of each document
	from              string              // where they were found
	known             map[string][]reader.KnownClause
	report            reader.Report
	format, encodings string
}

func importText(ctx context.Context, args []string, out, errs io.Writer) int {
	var in imported
	f := flag.NewFlagSet("agreement import", flag.ContinueOnError)
	f.StringVar(&in.pack, "pack", "", "portal the text belongs to (needed)")
	f.StringVar(&in.language, "language", "", "language of the text (needed)")
	f.StringVar(&in.document, "document", "", "compare with this document alone")
	f.BoolVar(&in.asJSON, "json", false, "the report as an object")
	f.BoolVar(&in.apply, "apply", false, "draft an edition of each document that differs")
	f.StringVar(&in.operator, "operator", "", "sign-in `name` of the operator who drafts; with --apply")
	in.where.packFlags(f)
	in.where.databaseFlags(f)
	files, status, done := parse(f, importHelp, args, out, errs)
	switch {
	case done:
		return status
	case len(files) != 1:
		return misuse(errs, f, "want one file, got %d", len(files))
	case in.pack == "" || in.language == "":
		return misuse(errs, f, "--pack and --language are needed")
	case in.apply && in.operator == "":
		return misuse(errs, f, "--apply needs --operator: an edition is drafted by somebody")
	}
	if err := in.read(files[0]); err != nil {
		return refuse(errs, f, err)
	}
	work := in.compare
	if in.apply {
		work = in.draft
	}
	// The report of --json is one object and nothing else: what was drafted goes beside it.
	told := out
	if in.asJSON {
		told = errs
	}
	if err := work(ctx, out, told); err != nil {
		return refuse(errs, f, err)
	}
	return 0
}

// read takes the text in before anything is opened: a text that cannot be read touches nothing.
func (in *imported) read(name string) error {
	data, err := contents(name, reader.MaxSize)
	if err != nil {
		return err
	}
	text, err := reader.Read(data)
	if err != nil {
		return err
	}
	in.format, in.encodings = string(text.Format), text.Encoding
	in.docs, err = reader.Split(text)
	return err
}

// contents reads a file, or the standard input for "-", and at most one byte above the limit: the
// reader of the text refuses what is too long.
func contents(name string, limit int64) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(io.LimitReader(os.Stdin, limit+1))
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	return data, errors.Join(err, file.Close())
}

// compare reports how the text stands to the editions there are.
func (in *imported) compare(ctx context.Context, out, _ io.Writer) error {
	shelf, err := in.where.shelf(ctx)
	if err != nil {
		return err
	}
	defer shelf.close()
	pack, err := shelf.pack(in.pack)
	if err != nil {
		return err
	}
	if in.editions, in.from, err = shelf.newest(ctx, pack); err != nil {
		return err
	}
	if err := in.match(pack.Portal.Languages); err != nil {
		return err
	}
	return in.print(out)
}

func (in *imported) match(languages []string) (err error) {
	if !slices.Contains(languages, in.language) {
		return fmt.Errorf("portal %s does not speak %q: it speaks %s", in.pack, in.language, strings.Join(languages, ", "))
	}
	in.known = map[string][]reader.KnownClause{}
	for _, e := range in.editions {
		list := []reader.KnownClause{}
		for _, c := range e.Content.Clauses {
			list = append(list, reader.KnownClause{Number: c.Number, Text: c.Text[in.language]})
		}
		in.known[e.Document] = list
	}
	in.report, err = reader.Match(in.docs, in.known, in.document)
	in.report.Pack = in.pack
	return err
}

func (in *imported) print(out io.Writer) error {
	if in.asJSON {
		return writeJSON(out, in.report)
	}
	fmt.Fprintf(out, "%s, %s; compared in %s with %s\n", in.format, in.encodings, in.language, in.from)
	for _, d := range in.report.Documents {
		source := in.docs[d.Source]
		fmt.Fprintf(out, "\n%s: %s\n", nameOf(in.edition(d.Document)), orNone(source.Title))
		fmt.Fprintf(out, "  matched %d of %d\n", len(d.Matched), len(in.known[d.Document]))
		for _, line := range []struct {
			what    string
			numbers []string
		}{{"missing", d.Missing}, {"extra", d.Extra}, {"changed", d.Changed}} {
			fmt.Fprintf(out, "  %s %d%s\n", line.what, len(line.numbers), listed(line.numbers))
		}
		for _, n := range d.Notes {
			fmt.Fprintf(out, "  note: %s\n", n)
		}
	}
	return nil
}

func listed(numbers []string) string {
	if len(numbers) == 0 {
		return ""
	}
	return ": " + strings.Join(numbers, ", ")
}

func (in *imported) edition(document string) agreement.Edition {
	i := slices.IndexFunc(in.editions, func(e agreement.Edition) bool { return e.Document == document })
	return in.editions[i]
}

// draft reports as compare does, and makes an edition of every document that differs: all of them
// or, where one is refused, none.
func (in *imported) draft(ctx context.Context, out, told io.Writer) (err error) {
	packs, err := in.where.packs()
	if err != nil {
		return err
	}
	if !in.where.there() {
		return in.where.errNoDatabase()
	}
	desk, err := house.OpenDesk(ctx, house.Config{Database: in.where.db(), Packs: packs, Only: []string{in.pack}, NoMigrate: true})
	if err != nil {
		return hint(err)
	}
	defer func() { err = errors.Join(err, desk.Close()) }()
	portal, _ := desk.Agreements.Portal(in.pack)
	in.from = "the database"
	for _, document := range portal.Documents {
		published := desk.Agreements.Published(in.pack, document)
		in.editions = append(in.editions, published[len(published)-1])
	}
	if err := in.match(portal.Languages); err != nil {
		return err
	}
	made, err := in.rewrite(ctx, desk)
	if err != nil {
		return err
	}
	if err := in.print(out); err != nil {
		return err
	}
	for _, d := range made {
		d.tell(told, desk.Agreements.Problems(d.edition))
	}
	if len(made) == 0 {
		fmt.Fprintln(told, "\nnothing differs: no edition is drafted")
	}
	return nil
}
