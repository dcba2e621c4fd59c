package main

import (
	"fmt"
	"io"
	"strings"

	"tereze/internal/agreement"
	"tereze/internal/clause"
)

//go:generate go test -run ^TestTheRulesOnPaperAreFresh$ -count=1 . -update

const rulesPreface = `# Rules

What a portal does because a clause of its agreement says so is called a *rule*. An edition of an
agreement binds a clause to a rule and gives the rule its values; the portal acts on those values from the
instant the edition comes into force, and cites the clause whenever it does. To change what the portal
does, publish an edition with another value.

This page lists every rule there is, by the part of the program that enforces it: what the portal does
by it, what may be set, and which clauses of the packs set it to what. It is generated from the program
and the packs (` + "`go generate ./cmd/tereze`" + `); ` + "`tereze check`" + ` refuses a pack that sets anything else.

How values are written:

| kind | written | means |
|---|---|---|
| period | ` + "`10m` `72h` `15d` `10bd` `3mo`" + ` | minutes, hours, days, business days, months; the day of the event is not counted |
| whole number | ` + "`6`" + ` | within the bounds named |
| yes or no | ` + "`true` `false`" + ` | |
| word | ` + "`button`" + ` | one of the words named; any, where none is named |
| list | ` + "`[sms, email]`" + ` | one or more words, each once |

A parameter may be left out only where the list says "optional".
`

// roomTitles name the parts of the program for somebody who reads rules, not code.
func roomTitles() map[string]string {
	return map[string]string{
		"account":    "Registration, credentials, sign-in, sanctions, departure",
		"agreement":  "Agreements, editions, acceptance, refusal",
		"billing":    "Money: personal accounts, tariffs, orders, refunds",
		"catalogue":  "Services and those who provide them",
		"claims":     "Support, claims, disputes",
		"content":    "What users publish, and complaints about it",
		"court":      "Filing with a court, service of documents",
		"diary":      "Schools",
		"eds":        "Electronic digital signatures",
		"gate":       "What every page keeps to",
		"notify":     "Notices and mailings",
		"operations": "Maintenance, incidents, force majeure",
		"party":      "Organisations and acting on behalf",
		"privacy":    "Personal data",
	}
}

// use is one clause that sets a rule.
type use struct {
	portal, clause string
	again          []string // clauses that repeat it
	rule           agreement.Rule
}

// writeRules writes every rule with the clauses of the packs that use it.
func writeRules(out io.Writer, catalogue *clause.Catalogue, packs []agreement.Pack) {
	uses := usesOf(packs)
	fmt.Fprint(out, rulesPreface)
	titles := roomTitles()
	room := ""
	fmt.Fprintln(out, "\nParts:")
	fmt.Fprintln(out)
	for _, d := range catalogue.All() {
		if d.Room != room {
			room = d.Room
			fmt.Fprintf(out, "- [%s](#%s): %s\n", room, room, titles[room])
		}
	}
	room = ""
	for _, d := range catalogue.All() {
		if d.Room != room {
			room = d.Room
			fmt.Fprintf(out, "\n## %s\n\n%s.\n", room, titles[room])
		}
		writeRule(out, d, uses[d.Name])
	}
}

func writeRule(out io.Writer, d clause.Definition, uses []use) {
	fmt.Fprintf(out, "\n### %s\n\n%s", d.Name, d.About)
	if d.PerDocument {
		fmt.Fprint(out, " Each document of a portal sets it for itself.")
	}
	fmt.Fprintln(out)
	if len(d.Parameters) > 0 {
		fmt.Fprint(out, "\n| parameter | value | meaning |\n|---|---|---|\n")
		for _, p := range d.Parameters {
			fmt.Fprintf(out, "| `%s` | %s | %s |\n", p.Name, cell(admitted(p)), cell(p.About))
		}
	}
	if len(uses) == 0 {
		fmt.Fprint(out, "\nNo clause of the packs uses it.\n")
		return
	}
	if len(d.Parameters) == 0 {
		fmt.Fprint(out, "\nIt has nothing to set. Clauses:")
		for i, u := range uses {
			fmt.Fprintf(out, "%s %s %s", map[bool]string{true: ";"}[i > 0], u.portal, u.clause)
			if len(u.again) > 0 {
				fmt.Fprintf(out, " (said again in %s)", strings.Join(u.again, ", "))
			}
		}
		fmt.Fprintln(out, ".")
		return
	}
	fmt.Fprint(out, "\n| portal | clause | sets |\n|---|---|---|\n")
	for _, u := range uses {
		clauses := u.clause
		if len(u.again) > 0 {
			clauses += ", said again in " + strings.Join(u.again, ", ")
		}
		fmt.Fprintf(out, "| %s | %s | %s |\n", u.portal, cell(clauses), cell(inWords(d, u.rule)))
	}
}

func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

// admitted says what a parameter may be set to.
func admitted(p clause.Parameter) string {
	var s string
	switch p.Type {
	case "period":
		s = "period"
		for i, u := range p.Units {
			s += map[bool]string{true: " in ", false: " or "}[i == 0] + unitName(clause.Unit(u))
		}
	case "number":
		s = "whole number"
		switch {
		case p.Min != "" && p.Max != "":
			s += " from " + p.Min + " to " + p.Max
		case p.Min != "":
			s += ", at least " + p.Min
		case p.Max != "":
			s += ", at most " + p.Max
		}
	case "word", "words":
		s = map[string]string{"word": "word", "words": "list"}[p.Type]
		if len(p.OneOf) > 0 {
			s += " of `" + strings.Join(p.OneOf, "` `") + "`"
			if p.Type == "word" {
				s = "one" + strings.TrimPrefix(s, "word")
			}
		}
	default:
		s = p.Type
	}
	if p.Optional {
		s += "; optional"
	}
	return s
}

func unitName(u clause.Unit) string {
	switch u {
	case clause.Minutes:
		return "minutes"
	case clause.Hours:
		return "hours"
	case clause.Days:
		return "days"
	case clause.BusinessDays:
		return "business days"
	case clause.Months:
		return "months"
	}
	return string(u)
}

// inWords spells the values a clause gives, periods in full.
func inWords(d clause.Definition, r agreement.Rule) string {
	var all []string
	for _, with := range r.With {
		s := with.Value
		if with.List != nil {
			s = strings.Join(with.List, ", ")
		}
		for _, p := range d.Parameters {
			if p.Name != with.Name {
				continue
			}
			if period, err := clause.ParsePeriod(s); p.Type == "period" && err == nil {
				name := unitName(period.Unit)
				if period.Amount == 1 {
					name = strings.TrimSuffix(name, "s")
				}
				s = fmt.Sprintf("%d %s", period.Amount, name)
			} else if p.Type == "yes or no" {
				s = map[string]string{"true": "yes", "false": "no"}[s]
			}
		}
		all = append(all, "`"+with.Name+"` "+s)
	}
	return strings.Join(all, "; ")
}

// usesOf finds the clauses that set each rule, in the order of the packs.
func usesOf(packs []agreement.Pack) map[string][]use {
	out := map[string][]use{}
	for _, p := range packs {
		editions := newestOf(p)
		again := map[string][]string{} // document/clause → clauses that repeat it
		for _, e := range editions {
			for _, c := range e.Content.Clauses {
				if c.Repeats == "" {
					continue
				}
				of := c.Repeats
				if !strings.Contains(of, "/") {
					of = e.Document + "/" + of
				}
				again[of] = append(again[of], cited(p, e.Document, c.Number))
			}
		}
		for _, e := range editions {
			for _, c := range e.Content.Clauses {
				for _, r := range c.Rules {
					out[r.Name] = append(out[r.Name], use{p.Portal.Name, cited(p, e.Document, c.Number), again[e.Document+"/"+c.Number], r})
				}
			}
		}
	}
	return out
}

// cited names a clause within its portal: the document only where there are several.
func cited(p agreement.Pack, document, number string) string {
	if len(p.Portal.Documents) == 1 {
		return number
	}
	return document + " " + number
}
