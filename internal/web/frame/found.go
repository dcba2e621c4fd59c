package frame

import (
	"errors"

	"tereze/internal/eds"
	"tereze/internal/gate"
	"tereze/internal/web/design"
)

// Found is what was found of a signature that was not taken: each check and its outcome. It is empty where no
// signature was looked at.
func (f *Frame) Found(v gate.Visit, refused error) (list design.SummaryList) {
	why, ok := errors.AsType[*eds.Refused](refused)
	if !ok {
		return list
	}
	list.Title = f.Say(v, "sign.found")
	for _, c := range why.Checks {
		said := f.Say(v, "sign.outcome."+string(c.Outcome))
		if c.Outcome == eds.Failed && c.Reason != "" {
			said += ". " + f.Say(v, "eds.reason."+string(c.Reason))
		}
		list.Rows = append(list.Rows, design.SummaryRow{Key: f.Say(v, "sign.check."+string(c.Name)), Value: said})
	}
	return list
}
