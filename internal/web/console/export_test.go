package console

import (
	"tereze/internal/agreement"
	"tereze/internal/gate"
)

// Again fills the form of a clause in and reads it back, as saving without a change does.
func (c *Console) Again(v gate.Visit, e agreement.Edition, cl agreement.Clause) (agreement.Clause, error) {
	form := c.clauseForm(e.Version, cl)
	out := form.clause(cl)
	return out, c.checkClause(v, e, out, form)
}
