package yardstick

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"text/tabwriter"
)

// Target is what a figure is held against: the ratio to the yardstick, or the figure itself where
// there is none.
type Target struct {
	Least float64 `json:"least,omitempty"` // at least; zero: no such bound
	Below float64 `json:"below,omitempty"` // less than; zero: no such bound
	None  bool    `json:"none,omitempty"`  // exactly nothing
}

func (t Target) met(v float64) bool {
	return v >= t.Least && (t.Below == 0 || v < t.Below) && (!t.None || v == 0)
}

func (t Target) String() string {
	switch {
	case t.None:
		return "0"
	case t.Below > 0:
		return "< " + figure(t.Below)
	}
	return "≥ " + strconv.FormatFloat(t.Least, 'f', 2, 64)
}

// Spread is the figures of all rounds: the middle one, the lowest, the highest.
type Spread struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
}

func spread(figures []float64) Spread {
	s := slices.Sorted(slices.Values(figures))
	middle := (s[(len(s)-1)/2] + s[len(s)/2]) / 2
	return Spread{Median: middle, Min: s[0], Max: s[len(s)-1]}
}

func (s Spread) write(format func(float64) string) string {
	return fmt.Sprintf("%s [%s–%s]", format(s.Median), format(s.Min), format(s.Max))
}

// Row is one line of the table. Ratio is of one round's pair, so that what slows the machine for a
// while slows both.
type Row struct {
	Work      string  `json:"work"`
	Yardstick string  `json:"yardstick,omitempty"`
	Unit      string  `json:"unit"`
	Ours      Spread  `json:"ours"`
	Theirs    *Spread `json:"theirs,omitempty"`
	Ratio     *Spread `json:"ratio,omitempty"`
	Target    Target  `json:"target"`
	Met       bool    `json:"met"`
}

func newRow(w work, ours, theirs []float64) Row {
	r := Row{Work: w.name, Yardstick: w.yardstick, Unit: w.unit, Target: w.target, Ours: spread(ours)}
	r.Met = w.target.met(r.Ours.Median)
	if theirs == nil {
		return r
	}
	ratios := make([]float64, len(ours))
	for i := range ours {
		ratios[i] = ours[i] / theirs[i]
	}
	other, ratio := spread(theirs), spread(ratios)
	r.Theirs, r.Ratio = &other, &ratio
	r.Met = w.target.met(ratio.Median)
	return r
}

// figure writes a number with as many digits as it is worth.
func figure(v float64) string {
	switch {
	case v == 0:
		return "0"
	case v < 10:
		return strconv.FormatFloat(v, 'f', 2, 64)
	case v < 100:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 0, 64)
}

func hundredths(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }

// Write prints the table for people.
func (r Report) Write(out io.Writer) error {
	fmt.Fprintf(out, "%d cores, %s, %s; %d rounds of %s in turns, median [lowest–highest]\n\n", r.Cores, r.Go, r.System, r.Rounds, r.Slice)
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "WORK\tYARDSTICK\tUNIT\tOURS\tTHEIRS\tRATIO\tTARGET\tMET")
	for _, row := range r.Rows {
		yardstick, theirs, ratio := "–", "–", "–"
		if row.Theirs != nil {
			yardstick, theirs, ratio = row.Yardstick, figure(row.Theirs.Median), row.Ratio.write(hundredths)
		}
		ours := figure(row.Ours.Median)
		if row.Ratio == nil {
			ours = row.Ours.write(figure)
		}
		met := "yes"
		if !row.Met {
			met = "NO"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", row.Work, yardstick, row.Unit, ours, theirs, ratio, row.Target, met)
	}
	return t.Flush()
}
