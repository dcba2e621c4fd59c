package account

import (
	"slices"

	"tereze/internal/clause"
	"tereze/internal/identity"
)

// loginFold is the form under which a sign-in name is looked for as somebody typed it. Where the
// agreement takes phone numbers (kg 2.5, ismet R7), a number is the same however it is written.
func (a *Accounts) loginFold(portal, typed string) string {
	names, _, ok := clause.In[LoginNames](a.Book(portal, a.Now()))
	if ok && slices.Contains(names.Names, "phone") {
		if phone, err := identity.ParsePhone(typed, a.Country(portal)); err == nil {
			return Fold(string(phone))
		}
	}
	return Fold(typed)
}
