package account

import (
	"slices"

	"tereze/internal/clause"
)

// Way is how a portal lets people in for the first time.
type Way string

// The ways. Which one a portal has follows from the rules of its agreement, never from its name.
const (
	ByCode       Way = "code"       // staged: form, activation code, password by a link (ismet 1.9)
	ByPhoneNo    Way = "phone"      // the phone is the login, the password comes to it (kg 2.5)
	BySteps      Way = "steps"      // ordered steps, own password (egov UI-2, court 3.2)
	ByInvitation Way = "invitation" // credentials handed out by an institution (kundelik 3.1)
	ByOwnName    Way = "own"        // sign-in name and password, where an agreement says nothing
)

// WayOf says which way in the rules in force set.
func WayOf(b *clause.Book) Way {
	if _, _, ok := clause.In[InvitedRegistration](b); ok {
		return ByInvitation
	}
	if _, _, ok := clause.In[ActivationCode](b); ok {
		return ByCode
	}
	if names, _, ok := clause.In[LoginNames](b); ok && slices.Equal(names.Names, []string{"phone"}) {
		return ByPhoneNo
	}
	if _, _, ok := clause.In[RegistrationSteps](b); ok {
		return BySteps
	}
	return ByOwnName
}
