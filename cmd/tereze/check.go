package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"tereze/internal/agreement"
	"tereze/internal/clause"
	"tereze/internal/house"
)

const checkHelp = `Compiles packs and says what is wrong with them, one problem to a line:
file:line: clause N: reason.

Usage: tereze check [PACK...] [--portals DIR]

Without a name all packs are checked. The answer is 0 when every pack may run,
1 when one may not, 2 when the command line is not understood.

Example: tereze check ismet
         tereze check --portals ./our-portals town
`

// check compiles packs and prints every problem with its place.
func check(_ context.Context, args []string, out, errs io.Writer) int {
	var where place
	f := flag.NewFlagSet("check", flag.ContinueOnError)
	where.packFlags(f)
	names, status, done := parse(f, checkHelp, args, out, errs)
	if done {
		return status
	}
	packs, problems, err := where.load(names)
	if err != nil {
		return refuse(errs, f, err)
	}
	for _, p := range problems {
		fmt.Fprintln(errs, p.Error())
	}
	for _, p := range packs {
		fmt.Fprintln(out, summary(p))
	}
	if len(problems) > 0 {
		return 1
	}
	return 0
}

// load compiles the named packs, all when none is named. Packs with a problem are left out; the
// problems name files as they lie on disk, in the order of file and line.
func (p *place) load(names []string) (packs []agreement.Pack, problems []clause.Problem, err error) {
	fsys, err := p.packs()
	if err != nil {
		return nil, nil, err
	}
	all, err := agreement.Packs(fsys)
	if err != nil {
		return nil, nil, err
	}
	if len(names) == 0 {
		names = all
	}
	for _, name := range names {
		if !slices.Contains(all, name) {
			return nil, nil, fmt.Errorf("there is no pack %q: there are %s", name, strings.Join(all, ", "))
		}
		pack, wrong := house.LoadPack(fsys, name)
		if len(wrong) == 0 {
			packs = append(packs, pack.Pack)
			continue
		}
		slices.SortStableFunc(wrong, compareProblems)
		for _, w := range slices.Compact(wrong) {
			w.File = p.file(w.File)
			problems = append(problems, w)
		}
	}
	return packs, problems, nil
}

// compareProblems puts what is said of a folder last: it often follows from what is wrong in a file.
func compareProblems(a, b clause.Problem) int {
	if x, y := path.Ext(a.File) == "", path.Ext(b.File) == ""; x != y {
		return map[bool]int{true: 1, false: -1}[x]
	}
	if c := strings.Compare(a.File, b.File); c != 0 {
		return c
	}
	if a.Line != b.Line {
		return a.Line - b.Line
	}
	return strings.Compare(a.Reason, b.Reason)
}

// summary is the line of a pack that may run.
func summary(p agreement.Pack) string {
	kinds, clauses := map[clause.Kind]int{}, 0
	for _, e := range newestOf(p) {
		for _, c := range e.Content.Clauses {
			kinds[c.Kind]++
			clauses++
		}
	}
	return fmt.Sprintf("%s: ok: %s, %s (%d mechanism, %d content-rule, %d declaratory) in %s; %d pending",
		p.Portal.Name, counted(len(p.Portal.Documents), "document"), counted(clauses, "clause"),
		kinds[clause.Mechanism], kinds[clause.ContentRule], kinds[clause.Declaratory], strings.Join(p.Portal.Languages, ", "), len(p.Pending))
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// newestOf gives the newest edition of each document of a pack, in the order of the documents.
func newestOf(p agreement.Pack) (out []agreement.Edition) {
	for _, document := range p.Portal.Documents {
		var newest agreement.Edition
		for _, e := range p.Editions {
			if e.Document == document && e.Number > newest.Number {
				newest = e
			}
		}
		if newest.Number > 0 {
			out = append(out, newest)
		}
	}
	return out
}
