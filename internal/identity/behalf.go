package identity

import (
	"maps"
	"strconv"
)

// Behalf is the organisation an actor acts for, and by which right; the zero value: for themselves. Party
// makes it of a membership.
type Behalf struct {
	Organisation ID
	Name         string // of the organisation
	Kind         string // of the organisation, as the rules on kinds of user name them
	Role         string // what the actor is in it
	Signs        bool   // whether the role lets them accept and sign for it
}

// Own reports whether the actor acts for nobody but themselves.
func (b Behalf) Own() bool { return b.Organisation == 0 }

// In adds to the detail of an entry of evidence for whom the act was done (ismet 1.6).
func (b Behalf) In(detail map[string]string) map[string]string {
	if b.Own() {
		return detail
	}
	said := maps.Clone(detail)
	if said == nil {
		said = map[string]string{}
	}
	said["behalf"], said["behalf_name"], said["behalf_role"] = strconv.FormatInt(int64(b.Organisation), 10), b.Name, b.Role
	return said
}
