// Package privacy is personal data: on what ground they are held, who sees them and when they go.
//
// It owns consents and their withdrawal, disclosures, copies of what is held on a person, erasure and
// statistics without names. It never stores the data themselves (each room keeps its own); what tables
// hold something of a person, store lists.
package privacy

import (
	"tereze/internal/clause"
)

// Rules lists every rule of this room that a clause may set.
func Rules() []clause.Definition {
	return []clause.Definition{
		clause.Define[PolicyDocument](),
		clause.Define[ConsentAct](),
		clause.Define[ConsentPurposes](),
		clause.Define[InformationPurpose](),
		clause.Define[ConsentActions](),
		clause.Define[ConsentMoment](),
		clause.Define[Transfers](),
		clause.Define[Processors](),
		clause.Define[AdvertChannels](),
		clause.Define[DisclosureGrounds](),
		clause.Define[OfficialDisclosure](),
		clause.Define[NeedToKnow](),
		clause.Define[StaffAccess](),
		clause.Define[StatisticsUse](),
		clause.Define[AnonymisedStatistics](),
		clause.Define[Protection](),
		clause.Define[Safeguards](),
		clause.Define[Retention](),
		clause.Define[CallRecording](),
		clause.Define[PageVisibility](),
		clause.Define[CookieChoice](),
	}
}

// PolicyDocument names the text that sets the principles of processing.
type PolicyDocument struct {
	Document          string `with:"document" doc:"The policy, by its name in the portal."`
	RepresentedMinors bool   `with:"represented_minors" doc:"Whether it covers the data of minors whom the user represents."`
}

func (PolicyDocument) Rule() clause.Doc {
	return clause.Doc{
		Name:  "privacy.policy_document",
		About: "Personal data are kept and processed by the privacy policy, a document kept in editions and linked from the cabinet.",
	}
}

// ConsentAct sets by what act consent to processing is given.
type ConsentAct struct {
	How string `with:"how" oneof:"signature tick button" doc:"Act that gives consent."`
}

func (ConsentAct) Rule() clause.Doc {
	return clause.Doc{
		Name:  "privacy.consent_act",
		About: "Consent to the processing of personal data is given by the named act and can be seen in the cabinet.",
	}
}

// ConsentPurposes sets what personal data are processed for.
type ConsentPurposes struct {
	Purposes []string `with:"purposes" oneof:"service quality access adverts statistics" doc:"Purposes of processing."`
}

func (ConsentPurposes) Rule() clause.Doc {
	return clause.Doc{
		Name:  "privacy.consent_purposes",
		About: "Personal data are processed for the named purposes only.",
	}
}

// InformationPurpose adds letters to the purposes of processing.
type InformationPurpose struct {
	Kinds []string `with:"kinds" oneof:"information adverts" doc:"Kinds of letter."`
}

func (InformationPurpose) Rule() clause.Doc {
	return clause.Doc{
		Name:  "privacy.information_purpose",
		About: "Personal data are processed also to send the named kinds of letter.",
	}
}

// ConsentActions sets what may be done with personal data.
type ConsentActions struct {
	Actions []string `with:"actions" oneof:"collect systematise accumulate store process use disseminate destroy other" doc:"Actions that are covered; other stands for further actions the purposes need."`
}

func (ConsentActions) Rule() clause.Doc {
	return clause.Doc{
		Name:  "privacy.consent_actions",
		About: "Consent covers the named actions with personal data.",
	}
}

// ConsentMoment sets when consent was given.
type ConsentMoment struct {
	At string `with:"at" oneof:"code_entry acceptance" doc:"Moment of consent."`
}

func (ConsentMoment) Rule() clause.Doc {
	return clause.Doc{
		Name:  "privacy.consent_moment",
		About: "Consent counts as given at the named moment, and the record of that moment proves it.",
	}
}

// Transfers sets how far personal data may travel.
type Transfers struct {
	CrossBorder bool `with:"cross_border" doc:"Whether data may be sent abroad."`
	StateBodies bool `with:"state_bodies" doc:"Whether data may be passed to state bodies."`
	Publication bool `with:"publication" doc:"Whether data may be spread to the public."`
}

func (Transfers) Rule() clause.Doc {
	return clause.Doc{
		Name:  "privacy.transfers",
		About: "Consent covers or does not cover the following transfers of personal data.",
	}
}

// Processors sets who processes personal data.
type Processors struct {
	ThirdParties bool `with:"third_parties" doc:"Whether a third party may process data for the operator; each one is listed."`
}

func (Processors) Rule() clause.Doc {
	return clause.Doc{
		Name:  "privacy.processors",
		About: "Personal data are processed by the operator and, where stated, by others, for the purposes of the agreement only.",
	}
}

// AdvertChannels sets over which channels consent to adverts reaches.
type AdvertChannels struct {
	Channels []string `with:"channels" oneof:"sms email push" doc:"Channels of adverts."`
}

func (AdvertChannels) Rule() clause.Doc {
	return clause.Doc{
		Name:  "privacy.advert_channels",
		About: "Consent to processing covers offers and adverts by the named channels.",
	}
}

// DisclosureGrounds sets when personal data may be disclosed.
type DisclosureGrounds struct {
	Grounds []string `with:"grounds" oneof:"consent law" doc:"Grounds of disclosure."`
}

func (DisclosureGrounds) Rule() clause.Doc {
	return clause.Doc{
		Name:  "privacy.disclosure_grounds",
		About: "Personal data are confidential and are disclosed only on one of the named grounds, and each disclosure is logged with its ground.",
	}
}

// OfficialDisclosure sets which authorities are answered.
type OfficialDisclosure struct {
	To []string `with:"to" oneof:"court law_enforcement" doc:"Authorities that are answered."`
}

func (OfficialDisclosure) Rule() clause.Doc {
	return clause.Doc{
		Name:  "privacy.official_disclosure",
		About: "Data are disclosed on demand of the named authorities, and each demand is kept as a case.",
	}
}

// NeedToKnow sets to whom data are open, and on what ground without separate consent.
type NeedToKnow struct {
	Recipients []string `with:"recipients" oneof:"employees partners contractors agents" doc:"Recipients who may need the data."`
	Ground     string   `with:"ground" oneof:"contract consent" doc:"Legal ground of processing."`
}

func (NeedToKnow) Rule() clause.Doc {
	return clause.Doc{
		Name:  "privacy.need_to_know",
		About: "Personal data are open only to the named recipients who need them, on the named ground.",
	}
}

// StaffAccess sets for what reasons staff may open the record of a user.
type StaffAccess struct {
	Reasons []string `with:"reasons" oneof:"operation support rule_enforcement" doc:"Reasons that are taken."`
}

func (StaffAccess) Rule() clause.Doc {
	return clause.Doc{
		Name:  "privacy.staff_access",
		About: "Staff open the record of a user only for one of the named reasons, and the user sees who did.",
	}
}

// StatisticsUse sets what statistics on users serve.
type StatisticsUse struct {
	Uses []string `with:"uses" oneof:"advert_targeting" doc:"Ends the statistics serve."`
}

func (StatisticsUse) Rule() clause.Doc {
	return clause.Doc{
		Name:  "privacy.statistics_use",
		About: "Aggregate statistics on the use of the portal may serve the named ends.",
	}
}

// AnonymisedStatistics sets in what form data leave for statistics.
type AnonymisedStatistics struct {
	MinGroup int `with:"min_group" min:"2" max:"1000" doc:"Fewest persons a published group may have."`
}

func (AnonymisedStatistics) Rule() clause.Doc {
	return clause.Doc{
		Name:  "privacy.anonymised_statistics",
		About: "Third parties get data for statistics only without names and in groups that hide each person.",
	}
}

// Protection sets against what personal data are guarded.
type Protection struct {
	Against []string `with:"against" oneof:"access change disclosure destruction" doc:"Acts against which data are guarded."`
}

func (Protection) Rule() clause.Doc {
	return clause.Doc{
		Name:  "privacy.protection",
		About: "The operator guards personal data against the named unlawful acts.",
	}
}

// Safeguards keeps an account of the means of protection.
type Safeguards struct{}

func (Safeguards) Rule() clause.Doc {
	return clause.Doc{
		Name:  "privacy.safeguards",
		About: "The operator uses various means to protect data, keeps a list of them and records each breach.",
	}
}

// Retention sets how long personal data are kept.
type Retention struct {
	AfterDeletion clause.Period `with:"after_deletion" unit:"d mo" doc:"Time from deletion to erasure."`
}

func (Retention) Rule() clause.Doc {
	return clause.Doc{
		Name:  "privacy.retention",
		About: "Personal data are processed from their entry until the stated time after the record of the user was deleted, and then erased.",
	}
}

// CallRecording sets what recorded calls serve.
type CallRecording struct {
	Uses []string `with:"uses" oneof:"quality proof" doc:"Ends the recordings serve."`
}

func (CallRecording) Rule() clause.Doc {
	return clause.Doc{
		Name:  "privacy.call_recording",
		About: "Calls may be recorded for the named ends, and a recording is kept with the request it belongs to.",
	}
}

// PageVisibility sets who sees the page of a user.
type PageVisibility struct {
	To string `with:"to" oneof:"members everyone" doc:"Who sees the page, within its own settings."`
}

func (PageVisibility) Rule() clause.Doc {
	return clause.Doc{
		Name:  "privacy.page_visibility",
		About: "Data placed on a page can be seen by the named persons, and the user is told so.",
	}
}

// CookieChoice sets how cookies of third parties are refused.
type CookieChoice struct {
	Refusal string `with:"refusal" oneof:"device_settings portal_settings" doc:"Means of refusal."`
}

func (CookieChoice) Rule() clause.Doc {
	return clause.Doc{
		Name:  "privacy.cookie_choice",
		About: "Third parties may set cookies, which a user may refuse by the named means.",
	}
}
