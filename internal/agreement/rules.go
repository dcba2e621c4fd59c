package agreement

import (
	"tereze/internal/clause"
)

// Rules lists every rule of this room that a clause may set.
func Rules() []clause.Definition {
	return []clause.Definition{
		clause.Define[Amendment](),
		clause.Define[AcceptanceRule](),
		clause.Define[Renewal](),
		clause.Define[RefusalRule](),
		clause.Define[Withdrawal](),
		clause.Define[Publication](),
		clause.Define[Documents](),
		clause.Define[Registry](),
		clause.Define[Contract](),
		clause.Define[Term](),
		clause.Define[Conditions](),
	}
}

// Amendment sets when an amended edition replaces the one before it and who must approve it first.
type Amendment struct {
	InForceAfter clause.Period `with:"in_force_after" unit:"d" doc:"Time from posting to force: 0d is the instant of posting, Nd is 00:00 of the day after N full days in the zone of the portal."`
	Approval     string        `with:"approval" oneof:"none owner" doc:"Who must approve an amended edition before it is posted."`
}

func (Amendment) Rule() clause.Doc {
	return clause.Doc{
		Name:        "agreement.amendment",
		About:       "The operator may change this document; an amended edition needs the named approval and comes into force after the stated time from its posting.",
		PerDocument: true,
	}
}

// AcceptanceRule sets which act of a person makes a first acceptance of a document.
type AcceptanceRule struct {
	How []string `with:"how" oneof:"access tick button code consent" doc:"Acts that count as acceptance: reaching the portal, ticking the box, pressing the button, entering the code, expressing consent."`
}

func (AcceptanceRule) Rule() clause.Doc {
	return clause.Doc{
		Name:        "agreement.acceptance",
		About:       "A person accepts this document for the first time by one of the named acts, and the act is kept with the acceptance.",
		PerDocument: true,
	}
}

// Renewal sets which act accepts an edition that replaced one accepted before.
type Renewal struct {
	By string `with:"by" oneof:"access sign_in continued_use button consent" doc:"Act that counts as acceptance of an amended edition."`
}

func (Renewal) Rule() clause.Doc {
	return clause.Doc{
		Name:        "agreement.renewal",
		About:       "A person who accepted an earlier edition accepts an amended one by the named act.",
		PerDocument: true,
	}
}

// RefusalRule sets what declining an agreement or its amendment leads to; it holds for the whole portal, since one cannot stay under half of an agreement.
type RefusalRule struct {
	Effect          string `with:"effect" oneof:"delete close" doc:"Whether the record of the user is deleted or only closed."`
	DeleteMaterials bool   `with:"delete_materials,optional" doc:"Whether the materials the person placed on the portal are deleted as well."`
}

func (RefusalRule) Rule() clause.Doc {
	return clause.Doc{
		Name:  "agreement.refusal",
		About: "A person who does not agree with the terms or with their amendment leaves the portal, with the stated effect.",
	}
}

// Withdrawal sets who may take a document out of force.
type Withdrawal struct {
	By string `with:"by" oneof:"operator owner" doc:"Party that may withdraw the document."`
}

func (Withdrawal) Rule() clause.Doc {
	return clause.Doc{
		Name:        "agreement.withdrawal",
		About:       "This document is in force from its publication until the named party withdraws it; a withdrawn document can no longer be accepted.",
		PerDocument: true,
	}
}

// Publication sets what counts as notice of an edition.
type Publication struct {
	Archive bool `with:"archive" doc:"Whether every earlier edition stays open to everyone."`
}

func (Publication) Rule() clause.Doc {
	return clause.Doc{
		Name:        "agreement.publication",
		About:       "Publishing an edition on the site of the portal is due notice of it.",
		PerDocument: true,
	}
}

// Documents lists what a person must have accepted before being a user.
type Documents struct {
	Required []string `with:"required" doc:"Documents that must be accepted, by their names in the portal."`
}

func (Documents) Rule() clause.Doc {
	return clause.Doc{
		Name:  "agreement.documents",
		About: "Only a person who has accepted every one of the named documents is a user of the portal.",
	}
}

// Registry lists the further texts an agreement leans on.
type Registry struct {
	Documents []string `with:"documents" doc:"Documents that must be reachable from the agreement, by their names in the portal."`
}

func (Registry) Rule() clause.Doc {
	return clause.Doc{
		Name:  "agreement.registry",
		About: "Every further document the agreement refers to is kept in editions and can be read from the agreement.",
	}
}

// Contract makes the acceptance of a public offer a contract on record.
type Contract struct{}

func (Contract) Rule() clause.Doc {
	return clause.Doc{
		Name:        "agreement.contract",
		About:       "Anyone may read the offer without signing in, and accepting it concludes a contract that is kept on record.",
		PerDocument: true,
	}
}

// Term sets how long an accepted document binds.
type Term struct{}

func (Term) Rule() clause.Doc {
	return clause.Doc{
		Name:        "agreement.term",
		About:       "This document binds a person from acceptance until it is withdrawn or changed.",
		PerDocument: true,
	}
}

// Conditions makes completing the registration form a statement on its conditions.
type Conditions struct{}

func (Conditions) Rule() clause.Doc {
	return clause.Doc{
		Name:        "agreement.conditions",
		About:       "By registering a person confirms agreement with this document and fitness for every condition of the registration form, and registration is refused until the conditions are met.",
		PerDocument: true,
	}
}
