// Package content is what users publish and what is done about it.
//
// It owns the materials of users, the sections they stand in, what a moderator may do to them and what is kept
// of them when they are gone; and the rules that agreements set on all this. No program judges a material: it
// stands for everybody from the moment it is published. This room never punishes a user (account does), and who
// has looked at an archive copy account tells its author.
package content

import (
	"tereze/internal/clause"
)

// Rules lists every rule of this room that a clause may set.
func Rules() []clause.Definition {
	return []clause.Definition{
		clause.Define[Formats](),
		clause.Define[Complainants](),
		clause.Define[UploadScan](),
		clause.Define[AdvertSlots](),
		clause.Define[Moderation](),
		clause.Define[ModerationTrigger](),
		clause.Define[AutomaticFilter](),
		clause.Define[BreachMeasures](),
		clause.Define[Takedown](),
		clause.Define[ArchiveCopies](),
		clause.Define[MessageQuota](),
	}
}

// Formats sets the forms content may have.
type Formats struct {
	Formats []string `with:"formats" oneof:"text graphic audiovisual" doc:"Forms of content."`
}

func (Formats) Rule() clause.Doc {
	return clause.Doc{
		Name:  "content.formats",
		About: "Content is information in one of the named forms.",
	}
}

// Complainants sets who may complain about content.
type Complainants struct {
	From         string `with:"from" oneof:"anyone users" doc:"Who may complain."`
	IdentifiedBy string `with:"identified_by" oneof:"email sign_in" doc:"How someone who is not signed in is known."`
}

func (Complainants) Rule() clause.Doc {
	return clause.Doc{
		Name:  "content.complainants",
		About: "A complaint about content is taken from the named persons.",
	}
}

// UploadScan keeps malicious software out.
type UploadScan struct{}

func (UploadScan) Rule() clause.Doc {
	return clause.Doc{
		Name:  "content.upload_scan",
		About: "Malicious software must not be placed on the portal: each uploaded file is checked before anyone can get it.",
	}
}

// AdvertSlots sets who may place adverts and what they learn.
type AdvertSlots struct {
	By           []string `with:"by" oneof:"operator partners third_parties" doc:"Parties whose adverts may be placed."`
	PersonalData bool     `with:"personal_data" doc:"Whether personal data of users may be passed to those parties."`
}

func (AdvertSlots) Rule() clause.Doc {
	return clause.Doc{
		Name:  "content.advert_slots",
		About: "Adverts and similar materials of the named parties stand in marked places.",
	}
}

// Moderation sets what a moderator may do with any material.
type Moderation struct {
	Actions        []string `with:"actions" oneof:"delete move edit suspend" doc:"Actions of a moderator."`
	ReasonOptional bool     `with:"reason_optional" doc:"Whether an action may be taken without giving a reason."`
	NoticeOptional bool     `with:"notice_optional" doc:"Whether an action may be taken without warning."`
}

func (Moderation) Rule() clause.Doc {
	return clause.Doc{
		Name:  "content.moderation",
		About: "The operator may, but need not, look through materials and take the named actions, each of which is logged.",
	}
}

// ModerationTrigger sets what moderation begins with.
type ModerationTrigger struct {
	Trigger string `with:"trigger" oneof:"complaint publication" doc:"Event with which moderation begins."`
}

func (ModerationTrigger) Rule() clause.Doc {
	return clause.Doc{
		Name:  "content.moderation_trigger",
		About: "Materials appear at once and are moderated only after the named event.",
	}
}

// AutomaticFilter sets whether a program may judge materials.
type AutomaticFilter struct {
	Allowed bool `with:"allowed" doc:"Whether an automatic filter may be switched on."`
}

func (AutomaticFilter) Rule() clause.Doc {
	return clause.Doc{
		Name:  "content.automatic_filter",
		About: "Whether the portal may hide or alter what users publish by automatic means.",
	}
}

// BreachMeasures sets what is done on word of a breach.
type BreachMeasures struct {
	Actions        []string `with:"actions" oneof:"edit delete suspend" doc:"Actions on content."`
	Access         []string `with:"access" oneof:"limit end" doc:"Actions on access to all or any sections."`
	ReasonOptional bool     `with:"reason_optional" doc:"Whether this may be done without giving a reason."`
	NoticeOptional bool     `with:"notice_optional" doc:"Whether this may be done without warning."`
}

func (BreachMeasures) Rule() clause.Doc {
	return clause.Doc{
		Name:  "content.breach_measures",
		About: "On word of a breach the operator may take the named actions on content and limit or end access to sections.",
	}
}

// Takedown lets infringing information be blocked.
type Takedown struct {
	DemandRequired bool `with:"demand_required" doc:"Whether a demand of the right holder is needed first."`
}

func (Takedown) Rule() clause.Doc {
	return clause.Doc{
		Name:  "content.takedown",
		About: "The operator may block information that breaks the rights of others.",
	}
}

// ArchiveCopies sets what remains of content its author deleted.
type ArchiveCopies struct {
	KeepFor clause.Period `with:"keep_for,optional" unit:"d mo" doc:"How long the copy is kept; without limit when left out."`
}

func (ArchiveCopies) Rule() clause.Doc {
	return clause.Doc{
		Name:  "content.archive_copies",
		About: "Content deleted by its author disappears at once, and a copy for the staff alone may be kept.",
	}
}

// MessageQuota keeps users from flooding others.
type MessageQuota struct {
	PerDay int `with:"per_day" min:"1" max:"100000" doc:"Messages a user may send in one day."`
}

func (MessageQuota) Rule() clause.Doc {
	return clause.Doc{
		Name:  "content.message_quota",
		About: "A user may send others only the stated number of messages in a day.",
	}
}
