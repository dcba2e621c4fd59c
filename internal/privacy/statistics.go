package privacy

import (
	"context"
	"slices"
	"time"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Count is a number of a kind: how often, and by how many persons.
type Count struct {
	Kind    string
	Count   int64
	Persons int64
}

// StatisticsTx is what statistics read of the database. None of them counts whoever took back the consent to it.
type StatisticsTx interface {
	// CountUsers counts those who registered in a time, as one kind.
	CountUsers(ctx context.Context, portal string, from, to time.Time) ([]Count, error)
	// CountSignIns counts sign-ins, as one kind.
	CountSignIns(ctx context.Context, portal string, from, to time.Time) ([]Count, error)
	// CountRequests counts requests to the support by kind.
	CountRequests(ctx context.Context, portal string, from, to time.Time) ([]Count, error)
	// CountMembers counts memberships that began in a time, by the kind of institution.
	CountMembers(ctx context.Context, portal string, from, to time.Time) ([]Count, error)
}

// Measures names the tables of statistics, in order.
func Measures() []string { return []string{"users", "sign_ins", "requests", "members"} }

// Statistics is one table: months down, kinds across, the last of each the total. Least is the fewest persons a
// number is published for.
type Statistics struct {
	Measure string
	Months  []time.Time // first instants, in the zone of the portal
	Kinds   []string
	Cells   [][]Cell // a row for each month and one for the total; a column for each kind and one for the total
	Least   int
	Cite    clause.Citation
}

// months is how far statistics look back, the current month not counted: it is not over.
const months = 12

// StatisticsOf makes one table for the staff of a portal to give away, without names (kundelik 4.14).
// Refusals: Forbidden, also "privacy.no_statistics" where no clause provides for it; Absent "privacy.no_measure".
func (p *Privacy) StatisticsOf(ctx context.Context, actor identity.Actor, measure string) (Statistics, error) {
	s := Statistics{Measure: measure}
	if err := asOperator(actor); err != nil {
		return s, err
	}
	rule, cite, ok := clause.In[AnonymisedStatistics](p.Book(actor.Portal, p.Now()))
	if !ok {
		return s, fault.New(fault.Forbidden, "privacy.no_statistics")
	}
	if !slices.Contains(Measures(), measure) {
		return s, fault.New(fault.Absent, "privacy.no_measure")
	}
	s.Least, s.Cite = rule.MinGroup, cite
	zone := p.Zone(actor.Portal)
	year, month, _ := p.Now().In(zone).Date()
	var counted [][]Count
	for i := -months; i < 0; i++ {
		s.Months = append(s.Months, time.Date(year, month+time.Month(i), 1, 0, 0, 0, 0, zone))
	}
	err := p.InView(ctx, func(tx Tx) error {
		counted = nil
		count := map[string]func(context.Context, string, time.Time, time.Time) ([]Count, error){
			"users": tx.CountUsers, "sign_ins": tx.CountSignIns, "requests": tx.CountRequests, "members": tx.CountMembers,
		}[measure]
		for _, from := range s.Months {
			counts, err := count(ctx, actor.Portal, from, from.AddDate(0, 1, 0))
			if err != nil {
				return err
			}
			counted = append(counted, counts)
		}
		return nil
	})
	if err != nil {
		return s, err
	}
	s.tabulate(counted)
	Suppress(s.Cells, int64(s.Least))
	return s, nil
}

// tabulate lays the counts out with their totals. The same persons may be behind several cells of a line, so
// behind its total there are taken to be no more than behind the largest of them.
func (s *Statistics) tabulate(counted [][]Count) {
	for _, counts := range counted {
		for _, c := range counts {
			if !slices.Contains(s.Kinds, c.Kind) {
				s.Kinds = append(s.Kinds, c.Kind)
			}
		}
	}
	slices.Sort(s.Kinds)
	s.Cells = make([][]Cell, len(s.Months)+1)
	for r := range s.Cells {
		s.Cells[r] = make([]Cell, len(s.Kinds)+1)
	}
	for r, counts := range counted {
		for _, x := range counts {
			c := slices.Index(s.Kinds, x.Kind)
			for _, cell := range []*Cell{&s.Cells[r][c], &s.Cells[r][len(s.Kinds)], &s.Cells[len(s.Months)][c], &s.Cells[len(s.Months)][len(s.Kinds)]} {
				cell.Count += x.Count
				cell.Persons = max(cell.Persons, x.Persons)
			}
		}
	}
}

// Publishes reports whether a clause in force provides for statistics without names.
func Publishes(b *clause.Book) bool {
	_, _, ok := clause.In[AnonymisedStatistics](b)
	return ok
}
