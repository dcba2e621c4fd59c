package frame

import (
	"slices"

	"tereze/internal/account"
	"tereze/internal/clause"
	"tereze/internal/gate"
)

// busy is the sign that stands on a page while its form is being answered, where the agreement promises
// one (court UI-1).
func (f *Frame) busy(v gate.Visit) string {
	entry, _, ok := clause.In[account.EntryPage](f.Agreements.Book(v.Actor.Portal, v.Now))
	if !ok || !slices.Contains(entry.Offers, "busy_notice") {
		return ""
	}
	return f.Say(v, "frame.busy")
}
