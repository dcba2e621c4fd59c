// Package party is the organisations, the institutions and the people who act for them.
//
// It owns who belongs where and on whose behalf a user acts. So far it defines the rules that the
// agreements of a portal set on this: groups of users, institutions, representatives, and the grounds on
// which a membership ends. It never signs anyone in (account does) and holds no data of lessons or cases.
package party

import (
	"tereze/internal/clause"
)

// Rules lists every rule of this room that a clause may set.
func Rules() []clause.Definition {
	return []clause.Definition{
		clause.Define[ActingAs](),
		clause.Define[UserGroups](),
		clause.Define[InstitutionKinds](),
		clause.Define[InstitutionAdministrator](),
		clause.Define[AccessEnd](),
		clause.Define[StudyEndedBasis](),
		clause.Define[ExpelledBasis](),
		clause.Define[TransferredBasis](),
		clause.Define[ChildLeftBasis](),
		clause.Define[EmploymentBasis](),
		clause.Define[CivilServiceBasis](),
		clause.Define[GuardianRegistration](),
		clause.Define[LimitedCapacity](),
	}
}

// ActingAs sets for whom a user may act.
type ActingAs struct {
	OwnBehalf     bool `with:"own_behalf" doc:"Whether a user may act for themselves."`
	Organisations bool `with:"organisations" doc:"Whether a user with authority may act for an organisation."`

	Sign   []string `with:"sign,optional" oneof:"head signer employee" doc:"Roles that may accept and sign for the organisation; nobody when left out."`
	Invite []string `with:"invite,optional" oneof:"head signer employee" doc:"Roles that may invite members and end memberships; nobody when left out."`
	See    []string `with:"see,optional" oneof:"head signer employee" doc:"Roles that see all that was done for the organisation; the others see what they did."`
}

func (ActingAs) Rule() clause.Doc {
	return clause.Doc{
		Name:  "party.acting_as",
		About: "A user acts either for themselves or for a party they represent, and each act says for whom.",
	}
}

// UserGroups sets the groups of users of an institutional portal.
type UserGroups struct {
	Groups        []string `with:"groups" oneof:"ministry_staff local_executive_staff authority_staff school_staff pupil parent" doc:"Groups of users."`
	MinorsThrough string   `with:"minors_through" oneof:"guardian nobody" doc:"Who accepts the agreement for a minor."`
}

func (UserGroups) Rule() clause.Doc {
	return clause.Doc{
		Name:  "party.user_groups",
		About: "Every user belongs to one or more of the named groups, and a minor joins through the named person.",
	}
}

// InstitutionKinds sets the kinds of institution and their order.
type InstitutionKinds struct {
	Kinds []string `with:"kinds" oneof:"ministry region major_city district other_authority school" doc:"Kinds of institution."`
}

func (InstitutionKinds) Rule() clause.Doc {
	return clause.Doc{
		Name:  "party.institution_kinds",
		About: "Institutions are of the named kinds and form a tree in this order.",
	}
}

// InstitutionAdministrator gives each institution its own administrator.
type InstitutionAdministrator struct {
	Scope string `with:"scope" oneof:"institution portal" doc:"How far the rights of the administrator reach."`
}

func (InstitutionAdministrator) Rule() clause.Doc {
	return clause.Doc{
		Name:  "party.institution_administrator",
		About: "The administrator is a member of the staff of an institution who alone manages its cabinets and enters or edits its information.",
	}
}

// AccessEnd sets what ending the access of a member takes away.
type AccessEnd struct {
	By    string `with:"by" oneof:"institution_administrator operator" doc:"Who may end access."`
	Scope string `with:"scope" oneof:"institution portal" doc:"Reach of the rights that are lost."`
}

func (AccessEnd) Rule() clause.Doc {
	return clause.Doc{
		Name:  "party.access_end",
		About: "When access is ended on a recorded ground, only the rights in the stated reach are lost, and other memberships live on.",
	}
}

// StudyEndedBasis is the end of the term of study.
type StudyEndedBasis struct {
	Automatic bool `with:"automatic" doc:"Whether the membership ends by itself on the day of graduation."`
}

func (StudyEndedBasis) Rule() clause.Doc {
	return clause.Doc{
		Name:  "party.study_ended_basis",
		About: "The membership of a pupil may be ended because the term of study is over.",
	}
}

// ExpelledBasis is expulsion.
type ExpelledBasis struct{}

func (ExpelledBasis) Rule() clause.Doc {
	return clause.Doc{
		Name:  "party.expelled_basis",
		About: "The membership of a pupil may be ended because the pupil was expelled.",
	}
}

// TransferredBasis is a move to another institution.
type TransferredBasis struct {
	MovesRecord bool `with:"moves_record" doc:"Whether the record of the pupil moves to the new institution."`
}

func (TransferredBasis) Rule() clause.Doc {
	return clause.Doc{
		Name:  "party.transferred_basis",
		About: "The membership of a pupil may be ended because the pupil was transferred to another institution.",
	}
}

// ChildLeftBasis is the leaving of the child a parent is there for.
type ChildLeftBasis struct {
	Events []string `with:"events" oneof:"study_ended transferred" doc:"Events of the child that end the membership of the parent."`
}

func (ChildLeftBasis) Rule() clause.Doc {
	return clause.Doc{
		Name:  "party.child_left_basis",
		About: "The membership of a parent ends on one of the named events of the child.",
	}
}

// EmploymentBasis is the end or change of employment.
type EmploymentBasis struct {
	Events []string `with:"events" oneof:"ended changed" doc:"Events that count."`
}

func (EmploymentBasis) Rule() clause.Doc {
	return clause.Doc{
		Name:  "party.employment_basis",
		About: "The membership of staff may be ended because their employment ended or changed.",
	}
}

// CivilServiceBasis is the end or change of the terms of civil service.
type CivilServiceBasis struct {
	Events []string `with:"events" oneof:"ended changed" doc:"Events that count."`
}

func (CivilServiceBasis) Rule() clause.Doc {
	return clause.Doc{
		Name:  "party.civil_service_basis",
		About: "The membership of staff may be ended because the terms of their civil service ended or changed.",
	}
}

// GuardianRegistration has a person without capacity registered by another.
type GuardianRegistration struct {
	By []string `with:"by" oneof:"parent representative" doc:"Who may register such a person."`
}

func (GuardianRegistration) Rule() clause.Doc {
	return clause.Doc{
		Name:  "party.guardian_registration",
		About: "A person without legal capacity is registered by one of the named persons, who consents in their place.",
	}
}

// LimitedCapacity asks a person of limited capacity for the consent of the representative.
type LimitedCapacity struct {
	Consent     string `with:"consent" oneof:"written oral" doc:"Form of the consent."`
	AskGuardian bool   `with:"ask_guardian" doc:"Whether the representative is asked to confirm it."`
}

func (LimitedCapacity) Rule() clause.Doc {
	return clause.Doc{
		Name:  "party.limited_capacity",
		About: "A person of limited legal capacity confirms having the prior consent of the legal representative.",
	}
}
