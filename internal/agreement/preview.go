package agreement

import "time"

// WouldBeInForce is when an edition of a document would come into force if it were published at
// now: by the rule of the edition in force then, as Publish itself reckons it. It answers with now
// where the document has no edition in force, and says nothing of whether publishing is allowed.
func (a *Agreements) WouldBeInForce(portal, document string, now time.Time) time.Time {
	h := a.holding(portal)
	if h == nil {
		return now
	}
	current, _ := InForce(h.published[document], now)
	compiled := h.compiled[document][current.Number]
	if compiled == nil {
		return now
	}
	return inForceAt(compiled, now, h.portal.Zone)
}
