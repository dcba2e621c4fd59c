// Package catalogue is the services of a portal and those who provide them.
//
// It owns what is listed, in which channel, under which terms and for whom it is open. So far it defines
// the rules that the agreements of a portal set on this. It never takes money (billing does) and never
// decides who a person is (account does).
package catalogue

import (
	"tereze/internal/clause"
)

// Rules lists every rule of this room that a clause may set.
func Rules() []clause.Definition {
	return []clause.Definition{
		clause.Define[SingleWindow](),
		clause.Define[Components](),
		clause.Define[Modules](),
		clause.Define[ServiceKinds](),
		clause.Define[Providers](),
		clause.Define[ServiceSubjects](),
		clause.Define[AccessChannels](),
		clause.Define[MobileTerms](),
		clause.Define[Instructions](),
		clause.Define[PartnerListing](),
		clause.Define[PartnerContract](),
		clause.Define[LifeCycle](),
		clause.Define[ServiceList](),
		clause.Define[EntitlementConditions](),
		clause.Define[SuspensionReasons](),
		clause.Define[EditorialChanges](),
		clause.Define[ServiceTerms](),
		clause.Define[AgeLimits](),
		clause.Define[ServicesByRole](),
		clause.Define[ServiceInformation](),
	}
}

// SingleWindow puts every service behind one entrance.
type SingleWindow struct {
	Customers []string `with:"customers,optional" oneof:"individual sole_trader legal_entity" doc:"Kinds of customer the services are offered to; everyone the portal registers when left out."`
}

func (SingleWindow) Rule() clause.Doc {
	return clause.Doc{
		Name:  "catalogue.single_window",
		About: "The portal is a single window: one catalogue and one sign-in stand before all of its services and information.",
	}
}

// Components divides the portal into specialised parts.
type Components struct{}

func (Components) Rule() clause.Doc {
	return clause.Doc{
		Name:  "catalogue.components",
		About: "Each component of the portal is listed with its owner, services, instructions and state.",
	}
}

// Modules sets the parts of which the portal consists.
type Modules struct {
	Modules []string `with:"modules" oneof:"documents network" doc:"Modules of the portal."`
}

func (Modules) Rule() clause.Doc {
	return clause.Doc{
		Name:  "catalogue.modules",
		About: "The portal joins the named modules in one system.",
	}
}

// ServiceKinds sets what kinds of service there are and for whom.
type ServiceKinds struct {
	Kinds    []string `with:"kinds" oneof:"informational interactive transactional" doc:"Kinds of service."`
	Audience []string `with:"audience" oneof:"individual sole_trader legal_entity" doc:"For whom services are given."`
}

func (ServiceKinds) Rule() clause.Doc {
	return clause.Doc{
		Name:  "catalogue.service_kinds",
		About: "A service is of one of the named kinds and is marked with those it is for.",
	}
}

// Providers sets what kinds of body give services.
type Providers struct {
	Kinds []string `with:"kinds" oneof:"central_body foreign_mission local_executive individual legal_entity" doc:"Kinds of provider."`
}

func (Providers) Rule() clause.Doc {
	return clause.Doc{
		Name:  "catalogue.providers",
		About: "Every service belongs to a provider of one of the named kinds, listed with its territory.",
	}
}

// ServiceSubjects admits providers that are no state bodies.
type ServiceSubjects struct {
	Kinds []string `with:"kinds" oneof:"individual sole_trader legal_entity" doc:"Kinds of person that may give services."`
}

func (ServiceSubjects) Rule() clause.Doc {
	return clause.Doc{
		Name:  "catalogue.service_subjects",
		About: "Persons of the named kinds may give electronic services through the portal and are listed as their subjects.",
	}
}

// AccessChannels sets by what ways the portal is reached.
type AccessChannels struct {
	Channels []string `with:"channels" oneof:"web mobile" doc:"Channels open under the agreement."`
}

func (AccessChannels) Rule() clause.Doc {
	return clause.Doc{
		Name:  "catalogue.access_channels",
		About: "The portal is reached through the named channels, which share the same services and sessions.",
	}
}

// MobileTerms puts the mobile app under terms of its own.
type MobileTerms struct {
	Document string `with:"document" doc:"Document with the terms of the mobile app, by its name in the portal."`
}

func (MobileTerms) Rule() clause.Doc {
	return clause.Doc{
		Name:  "catalogue.mobile_terms",
		About: "The mobile app is used under a document of its own, which is accepted separately.",
	}
}

// Instructions sets where the instructions of a component stand.
type Instructions struct {
	Place string `with:"place" oneof:"cabinet public" doc:"Where the instructions are kept."`
}

func (Instructions) Rule() clause.Doc {
	return clause.Doc{
		Name:  "catalogue.instructions",
		About: "Components are used by the instructions kept for each of them, in editions and in every language of the portal.",
	}
}

// PartnerListing sets what may be listed as a digital service.
type PartnerListing struct {
	Kinds []string `with:"kinds" oneof:"partner_software online_service" doc:"Kinds of digital service."`
}

func (PartnerListing) Rule() clause.Doc {
	return clause.Doc{
		Name:  "catalogue.partner_listing",
		About: "A digital service is of one of the named kinds and is listed by the partner it belongs to.",
	}
}

// PartnerContract lets only partners under contract list services.
type PartnerContract struct{}

func (PartnerContract) Rule() clause.Doc {
	return clause.Doc{
		Name:  "catalogue.partner_contract",
		About: "A partner may list services only while its partner contract is in force.",
	}
}

// LifeCycle sets the states of a service in use.
type LifeCycle struct {
	States []string `with:"states" oneof:"requested active suspended ended" doc:"States of a subscription, in their order."`
}

func (LifeCycle) Rule() clause.Doc {
	return clause.Doc{
		Name:  "catalogue.life_cycle",
		About: "A user asks for services and manages them in the cabinet through the named states.",
	}
}

// ServiceList sets what list of services is shown.
type ServiceList struct {
	Public bool `with:"public" doc:"Whether the list is open without signing in."`
}

func (ServiceList) Rule() clause.Doc {
	return clause.Doc{
		Name:  "catalogue.service_list",
		About: "Services are access to the digital services of a list kept on the portal, and each access is checked.",
	}
}

// EntitlementConditions sets when a user gets a service.
type EntitlementConditions struct {
	Conditions []string `with:"conditions" oneof:"full_registration payment" doc:"Conditions of access."`
}

func (EntitlementConditions) Rule() clause.Doc {
	return clause.Doc{
		Name:  "catalogue.entitlement_conditions",
		About: "The operator lets a user use a service when all of the named conditions are met.",
	}
}

// SuspensionReasons lets services be suspended.
type SuspensionReasons struct {
	Reasons []string `with:"reasons" oneof:"technical other" doc:"Reasons for suspension."`
}

func (SuspensionReasons) Rule() clause.Doc {
	return clause.Doc{
		Name:  "catalogue.suspension_reasons",
		About: "The operator may suspend a service for one of the named reasons, and the reason and the time are shown to its users.",
	}
}

// EditorialChanges lets the operator change the portal itself.
type EditorialChanges struct {
	NoticeOptional bool `with:"notice_optional" doc:"Whether this may be done without notice."`
}

func (EditorialChanges) Rule() clause.Doc {
	return clause.Doc{
		Name:  "catalogue.editorial_changes",
		About: "The operator may change the design, the content, the list of services and the software of the portal at any time, and each change is logged.",
	}
}

// ServiceTerms sets how the terms of a single service are accepted.
type ServiceTerms struct {
	AcceptedAt string `with:"accepted_at" oneof:"first_use order" doc:"Act that accepts the terms."`
}

func (ServiceTerms) Rule() clause.Doc {
	return clause.Doc{
		Name:  "catalogue.service_terms",
		About: "The terms of a service are accepted by the named act.",
	}
}

// AgeLimits lets services and materials be kept from the young.
type AgeLimits struct {
	AppliesTo []string `with:"applies_to" oneof:"service material" doc:"What an age limit may be set for."`
}

func (AgeLimits) Rule() clause.Doc {
	return clause.Doc{
		Name:  "catalogue.age_limits",
		About: "An age limit may be set for the named things, and it is checked by the date of birth.",
	}
}

// ServicesByRole offers each user the services of their role.
type ServicesByRole struct{}

func (ServicesByRole) Rule() clause.Doc {
	return clause.Doc{
		Name:  "catalogue.services_by_role",
		About: "A user uses the services that the agreement opens to their role, and sees no others.",
	}
}

// ServiceInformation has the portal describe the services it gives.
type ServiceInformation struct {
	Online bool `with:"online" doc:"Whether the services described can be asked for on the portal."`
}

func (ServiceInformation) Rule() clause.Doc {
	return clause.Doc{
		Name:  "catalogue.service_information",
		About: "The portal gives access to information on state services and to the services themselves.",
	}
}
