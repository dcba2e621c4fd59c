package gate

import (
	"net/http"

	"tereze/internal/clause"
	"tereze/internal/fault"
)

// permit turns programs away that the operator has not permitted, where the agreement keeps them out:
// acting by script needs a permission (ismet R10.5), another interface than the pages a separate
// agreement (R10.8). A key stands for both, and is asked for before anything else is done.
// Refusals: Forbidden "gate.no_program" and "gate.program_key".
func (g *Gate) permit(r *http.Request, face Face, v Visit) error {
	key, program := face.Key(r)
	if !program || v.Actor.Portal == "" {
		return nil
	}
	book := g.Book(v.Actor.Portal, v.Now)
	rule, cite, automated := clause.In[Automation](book)
	if automated && rule.Allowed == "never" {
		return fault.New(fault.Forbidden, "gate.no_program").By(cite)
	}
	if _, by, ok := clause.In[APIAccess](book); ok {
		cite = by
	} else if !automated {
		return nil
	}
	allowed, err := g.Permitted(r.Context(), v.Actor.Portal, key)
	if err != nil || allowed {
		return err
	}
	return fault.New(fault.Forbidden, "gate.program_key").By(cite)
}
