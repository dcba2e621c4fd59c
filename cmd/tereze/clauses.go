package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"tereze/internal/agreement"
	"tereze/internal/clause"
	"tereze/internal/covers"
	"tereze/internal/house"
)

const clausesHelp = `Lists every clause of the packs: its kind, the rule that it sets with the
parameters, where the program reads that rule, which tests prove the clause.

Usage: tereze clauses [PACK...] [--json] [--portals DIR]
       tereze clauses --rules

A clause marked pending is proved by no test yet. Of each document the newest
edition of the pack is listed. --rules writes the description of all rules
instead (docs/rules.md), with the clauses that use them.

Example: tereze clauses ismet
         tereze clauses --json | jq '.[] | select(.kind == "mechanism")'
`

// clauseRow is one clause as --json gives it.
type clauseRow struct {
	Portal     string         `json:"portal"`
	Document   string         `json:"document"`
	Clause     string         `json:"clause"`
	Kind       clause.Kind    `json:"kind"`
	Rule       string         `json:"rule"` // of a clause that repeats another: that one's
	Parameters map[string]any `json:"parameters"`
	Also       []ruleRow      `json:"also"`
	Repeats    string         `json:"repeats"`
	Categories []string       `json:"categories"`
	EnforcedIn []string       `json:"enforced_in"`
	Tests      []string       `json:"tests"`
	Pending    bool           `json:"pending"`

	written []agreement.Rule // in the order of the pack, for people
}

// ruleRow is a further rule of a clause.
type ruleRow struct {
	Rule       string         `json:"rule"`
	Parameters map[string]any `json:"parameters"`
}

// clauses prints the clauses of packs.
func clauses(_ context.Context, args []string, out, errs io.Writer) int {
	var where place
	f := flag.NewFlagSet("clauses", flag.ContinueOnError)
	asJSON := f.Bool("json", false, "an array of objects instead of a table")
	asRules := f.Bool("rules", false, "the rules and who uses them, in Markdown")
	where.packFlags(f)
	names, status, done := parse(f, clausesHelp, args, out, errs)
	if done {
		return status
	}
	if *asJSON && *asRules {
		return misuse(errs, f, "--json and --rules exclude each other")
	}
	packs, problems, err := where.load(names)
	if err != nil {
		return refuse(errs, f, err)
	}
	if len(problems) > 0 {
		return refuse(errs, f, fmt.Errorf("%w (tereze check lists all that is wrong)", problems[0]))
	}
	if *asRules {
		writeRules(out, house.Rules(), packs)
		return 0
	}
	table, err := covers.Written()
	if err != nil {
		return refuse(errs, f, err)
	}
	rows := []clauseRow{}
	for _, p := range packs {
		rows = append(rows, rowsOf(p, house.Rules(), table)...)
	}
	if *asJSON {
		err = writeJSON(out, rows)
	} else {
		err = writeTable(out, rows)
	}
	if err != nil {
		return refuse(errs, f, err)
	}
	return 0
}

func writeJSON(out io.Writer, v any) error {
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// rowsOf lists the clauses of one pack.
func rowsOf(p agreement.Pack, catalogue *clause.Catalogue, table covers.Table) (rows []clauseRow) {
	types := map[string]string{}
	for _, d := range catalogue.All() {
		for _, parameter := range d.Parameters {
			types[d.Name+" "+parameter.Name] = parameter.Type
		}
	}
	newest := newestOf(p)
	accepted := acceptedOf(p, catalogue)
	for _, e := range newest {
		if !slices.Contains(accepted, e.Document) {
			continue // a policy to read is no agreement, and binds nobody
		}
		for _, c := range e.Content.Clauses {
			row := clauseRow{
				Portal: p.Portal.Name, Document: e.Document, Clause: c.Number, Kind: c.Kind, Repeats: c.Repeats,
				Parameters: map[string]any{}, Also: []ruleRow{}, EnforcedIn: []string{},
				Categories: append([]string{}, c.Categories...), Tests: append([]string{}, table.Clauses[p.Portal.Name][c.Number]...),
				written: rulesOf(newest, e.Document, c),
			}
			for i, r := range row.written {
				if i == 0 {
					row.Rule, row.Parameters = r.Name, parameters(r, types)
				} else {
					row.Also = append(row.Also, ruleRow{r.Name, parameters(r, types)})
				}
				row.EnforcedIn = append(row.EnforcedIn, table.Rules[r.Name]...)
			}
			slices.Sort(row.EnforcedIn)
			row.EnforcedIn = slices.Compact(row.EnforcedIn)
			row.Pending = slices.ContainsFunc(p.Pending, func(x agreement.Pending) bool { return x.Document == e.Document && x.Clause == c.Number })
			rows = append(rows, row)
		}
	}
	return rows
}

// acceptedOf names the documents that people have to accept, when all editions of the pack are in force.
func acceptedOf(p agreement.Pack, catalogue *clause.Catalogue) []string {
	library := agreement.NewLibrary(catalogue)
	if problems := library.Put(p.Portal, p.Editions); len(problems) > 0 {
		return p.Portal.Documents // one that does not bind has been reported by then
	}
	var last time.Time
	for _, e := range p.Editions {
		if e.InForceAt.After(last) {
			last = e.InForceAt
		}
	}
	return library.Required(p.Portal.Name, last)
}

// rulesOf are the rules a clause sets, or those of the clause it repeats.
func rulesOf(editions []agreement.Edition, document string, c agreement.Clause) []agreement.Rule {
	if c.Repeats == "" {
		return c.Rules
	}
	if of, number, ok := strings.Cut(c.Repeats, "/"); ok {
		document, c.Repeats = of, number
	}
	for _, e := range editions {
		if original, ok := e.Content.Clause(c.Repeats); ok && e.Document == document {
			return original.Rules
		}
	}
	return nil
}

// parameters gives numbers and yes-or-no as such, the rest as written.
func parameters(r agreement.Rule, types map[string]string) map[string]any {
	out := map[string]any{}
	for _, p := range r.With {
		out[p.Name] = p.Value
		if p.List != nil {
			out[p.Name] = p.List
			continue
		}
		switch types[r.Name+" "+p.Name] {
		case "number":
			if n, err := strconv.Atoi(p.Value); err == nil {
				out[p.Name] = n
			}
		case "yes or no":
			out[p.Name] = p.Value == "true"
		}
	}
	return out
}

// writeTable prints rows for people: what does not fit one line of a clause goes to the next.
func writeTable(out io.Writer, rows []clauseRow) error {
	var table bytes.Buffer
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "PORTAL\tDOCUMENT\tCLAUSE\tKIND\tPENDING\tRULE\tPARAMETERS\tENFORCED IN\tTESTS")
	for _, r := range rows {
		first := []string{r.Portal, r.Document, r.Clause, string(r.Kind), ""}
		if r.Pending {
			first[4] = "pending"
		}
		var rules, with []string
		for _, rule := range r.written {
			for i, line := range spelt(rule.With) {
				rules, with = append(rules, at([]string{rule.Name}, i)), append(with, line)
			}
		}
		if r.Repeats != "" {
			rules, with = append(rules, ""), append(with, "as clause "+r.Repeats)
		}
		if len(r.Categories) > 0 {
			rules, with = append(rules, ""), append(with, "reported as: "+strings.Join(r.Categories, ", "))
		}
		for i := range max(1, len(rules), len(r.EnforcedIn), len(r.Tests)) {
			cells := append(slices.Clone(first), at(rules, i), at(with, i), at(r.EnforcedIn, i), at(r.Tests, i))
			fmt.Fprintln(w, strings.Join(cells, "\t"))
			first = make([]string, len(first))
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	// A row without tests would end in spaces as wide as the widest test.
	for line := range strings.Lines(table.String()) {
		if _, err := fmt.Fprintln(out, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return writeCounts(out, rows)
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}

// lineWidth is how many characters of parameters stand on one line.
const lineWidth = 60

// spelt writes parameters as a pack does, over several lines where they are long.
func spelt(with []agreement.Parameter) []string {
	lines := []string{""}
	for i, p := range with {
		for k, word := range strings.Fields(p.Name + ": " + p.String()) {
			last := &lines[len(lines)-1]
			switch {
			case *last == "":
			case len(*last)+len(word) >= lineWidth:
				lines = append(lines, "")
				last = &lines[len(lines)-1]
			default:
				if k == 0 && i > 0 {
					*last += ","
				}
				*last += " "
			}
			*last += word
		}
	}
	return lines
}

// writeCounts prints the sums, by portal and of all.
func writeCounts(out io.Writer, rows []clauseRow) error {
	var names []string
	counts := map[string]map[string]int{}
	add := func(portal, what string) {
		if counts[portal] == nil {
			counts[portal] = map[string]int{}
			names = append(names, portal)
		}
		counts[portal][what]++
	}
	for _, r := range rows {
		for _, portal := range []string{r.Portal, "all"} {
			add(portal, "clauses")
			add(portal, string(r.Kind))
			if len(r.Tests) > 0 {
				add(portal, "proved")
			}
			if r.Pending {
				add(portal, "pending")
			}
		}
	}
	names = slices.DeleteFunc(names, func(n string) bool { return n == "all" })
	if len(names) != 1 {
		names = append(names, "all") // the sum stands last, wherever the first row put it
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	columns := []string{"clauses", string(clause.Mechanism), string(clause.ContentRule), string(clause.Declaratory), "proved", "pending"}
	fmt.Fprintf(w, "\n\t%s\t\n", strings.Join(columns, "\t"))
	for _, name := range names {
		fmt.Fprintf(w, "%s\t", name)
		for _, c := range columns {
			fmt.Fprintf(w, "%d\t", counts[name][c])
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}
