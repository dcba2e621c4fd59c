package notify

import "strings"

// Kind is what a notice is about: by it a person chooses channels, and knows what cannot be switched off.
type Kind string

// The kinds of notice. Each is a service message: none needs a consent.
const (
	Security     Kind = "security"     // of the user account
	Sanction     Kind = "sanction"     // of the operator against the user
	Amendment    Kind = "amendment"    // of the agreement
	Service      Kind = "service"      // what the user asked for: requests, cases
	Membership   Kind = "membership"   // of organisations and institutions
	Announcement Kind = "announcement" // of the operator to all
)

// The kinds of letter that need a consent.
const (
	News    Kind = "news"
	Advert  Kind = "advert"
	Partner Kind = "partner" // a partner's letter, sent by the operator
)

// Kinds lists the kinds of notice in the order in which a person chooses their channels.
func Kinds() []Kind {
	return []Kind{Security, Sanction, Amendment, Service, Membership, Announcement}
}

// Letters lists the kinds of letter that need a consent.
func Letters() []Kind { return []Kind{News, Advert, Partner} }

// Always reports whether notices of a kind cannot be switched off: who is told too late of a stranger in their
// account, of a sanction or of an amendment loses a right.
func (k Kind) Always() bool { return k == Security || k == Sanction || k == Amendment }

// KindOf is the kind of a message to somebody with a user account, by its key.
func KindOf(key string) Kind {
	name := strings.TrimPrefix(key, "message.")
	switch {
	case strings.HasPrefix(name, "sanction"), name == "check", name == "check_ended", name == "page_deleted":
		return Sanction
	case strings.HasPrefix(name, "amendment"):
		return Amendment
	case strings.HasPrefix(name, "event_"):
		return Announcement
	case strings.HasPrefix(name, "request_"), strings.HasPrefix(name, "material_"):
		return Service
	case strings.HasPrefix(name, "membership_"), strings.HasPrefix(name, "head_"), strings.HasPrefix(name, "organisation_"),
		strings.HasPrefix(name, "member_"), strings.HasPrefix(name, "invitation_"):
		return Membership
	}
	return Security
}
