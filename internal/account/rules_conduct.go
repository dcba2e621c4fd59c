package account

import (
	"fmt"
	"slices"

	"tereze/internal/clause"
)

// conductRules are the rules on what a user does, what becomes of the data given and what a breach leads to.
func conductRules() []clause.Definition {
	return []clause.Definition{
		clause.Define[Attribution](),
		clause.Define[AttributionDispute](),
		clause.Define[ConfirmedEmail](),
		clause.Define[Cabinet](),
		clause.Define[OperatorPowers](),
		clause.Define[DataCheck](),
		clause.Define[FailedCheck](),
		clause.Define[Sanctions](),
		clause.Define[SanctionGrounds](),
		clause.Define[ImmediateMeasures](),
		clause.Define[ContractTermination](),
		clause.Define[AccessRemoval](),
		clause.Define[PageDeletion](),
		clause.Define[DataUpkeep](),
		clause.Define[DataChanges](),
	}
}

// Attribution says whose an act is.
type Attribution struct {
	Until string `with:"until" oneof:"compromise_report never" doc:"Event after which acts are marked as disputed."`
}

func (Attribution) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.attribution",
		About: "Every act done in the cabinet counts as the own act of the user, up to the named event.",
	}
}

// AttributionDispute lets a user prove that an act was not theirs.
type AttributionDispute struct {
	Evidence bool `with:"evidence" doc:"Whether a dispute is taken only with evidence."`
}

func (AttributionDispute) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.attribution_dispute",
		About: "Acts done under a login and a password are those of the user unless the contrary is proved.",
	}
}

// ConfirmedEmail sets which address gets the notices of a user.
type ConfirmedEmail struct {
	ConfirmChanges bool `with:"confirm_changes" doc:"Whether a changed address must be confirmed before it is used."`
}

func (ConfirmedEmail) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.confirmed_email",
		About: "Notices go to the e-mail address given at registration or changed later, once it is confirmed.",
	}
}

// Cabinet sets what the personal cabinet shows.
type Cabinet struct {
	Sections []string `with:"sections" oneof:"actions balance statistics orders payments profile applications messages" doc:"Sections of the cabinet."`
	Export   bool     `with:"export" doc:"Whether the contents of each section can be downloaded."`
}

func (Cabinet) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.cabinet",
		About: "The personal cabinet shows the user everything in the named sections.",
	}
}

// OperatorPowers sets what the staff of the operator may do.
type OperatorPowers struct {
	Powers []string `with:"powers" oneof:"create_users delete_users change_powers publish exchange content maintenance operation" doc:"Powers of the staff."`
}

func (OperatorPowers) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.operator_powers",
		About: "The operator keeps the portal and its staff have the named powers and no others.",
	}
}

// DataCheck lets the data of a user be verified.
type DataCheck struct {
	By        []string `with:"by" oneof:"owner operator" doc:"Parties that may check."`
	Registers bool     `with:"registers" doc:"Whether other bodies and their registers may be asked."`
	Documents bool     `with:"documents" doc:"Whether the user may be asked for documents."`
}

func (DataCheck) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.data_check",
		About: "The named parties may check the data of a user at any time.",
	}
}

// FailedCheck sets what follows when data do not stand a check.
type FailedCheck struct {
	Effects        []string      `with:"effects" oneof:"block delete refuse" doc:"Measures that may follow."`
	Notice         clause.Period `with:"notice" unit:"d bd" doc:"Warning that must pass before the measure; 0d is none."`
	MissingIsFalse bool          `with:"missing_is_false" doc:"Whether data that were asked for and not given count as false."`
}

func (FailedCheck) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.failed_check",
		About: "If data do not match, the person cannot be identified or the documents are not given, the stated measures may follow after the stated warning.",
	}
}

// Sanctions sets the measures against a user who breaks the agreement.
type Sanctions struct {
	Actions      []string      `with:"actions" oneof:"refuse block delete restrict limit_information" doc:"Measures that may be taken."`
	Notice       clause.Period `with:"notice" unit:"d bd" doc:"Warning that must pass before a measure that needs one; 0d is none."`
	NoticeBefore []string      `with:"notice_before,optional" oneof:"refuse block delete restrict limit_information" doc:"Measures that need the warning; none when left out."`
	BlockFor     clause.Period `with:"block_for,optional" unit:"d mo" doc:"Longest time a block may last; without limit when left out."`
}

func (Sanctions) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.sanctions",
		About: "On a breach the operator may take the named measures, after the stated warning where one is due, and each is recorded with its reason.",
	}
}

// Check refuses a warning without a measure that needs it, and a warned measure that may not be taken.
func (s Sanctions) Check() error {
	if s.Notice.Amount > 0 && len(s.NoticeBefore) == 0 {
		return fmt.Errorf("a warning of %s needs notice_before, the measures it goes before", s.Notice)
	}
	for _, action := range s.NoticeBefore {
		if !slices.Contains(s.Actions, action) {
			return fmt.Errorf("notice_before names %q, which is not among the actions", action)
		}
	}
	return nil
}

// SanctionGrounds ties measures to the parts of the agreement that were broken.
type SanctionGrounds struct {
	Sections []string `with:"sections" doc:"Numbers of the sections."`
}

func (SanctionGrounds) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.sanction_grounds",
		About: "Measures are taken against those who break the named sections, and each measure names the section.",
	}
}

// ImmediateMeasures lets a breach be stopped at once.
type ImmediateMeasures struct {
	Actions         []string `with:"actions" oneof:"block restrict" doc:"Measures that are taken at once."`
	WarnInstitution bool     `with:"warn_institution" doc:"Whether the institution of the user must be warned first."`
}

func (ImmediateMeasures) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.immediate_measures",
		About: "Measures against a breach are taken immediately.",
	}
}

// ContractTermination sets how the operator ends the contract for a harmful breach.
type ContractTermination struct {
	Notice  clause.Period `with:"notice" unit:"d bd" doc:"Time between the message and the day the contract ends."`
	Channel string        `with:"channel" oneof:"email sms" doc:"Channel of the message."`
}

func (ContractTermination) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.contract_termination",
		About: "The operator may end the contract alone for a breach that causes or threatens harm, having told the user beforehand.",
	}
}

// AccessRemoval sets how far access is ended for those involved in a breach.
type AccessRemoval struct {
	Scope []string `with:"scope" oneof:"service portal" doc:"What may be closed: single services, or the portal as a whole."`
}

func (AccessRemoval) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.access_removal",
		About: "A user directly involved in a breach may lose access to services in whole or in part.",
	}
}

// PageDeletion sets who deletes the record of a user.
type PageDeletion struct {
	By      string   `with:"by" oneof:"institution_administrator operator user" doc:"Who carries the deletion out."`
	Grounds []string `with:"grounds" oneof:"request agreed" doc:"Grounds: the own request of the user, or grounds agreed in advance."`
}

func (PageDeletion) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.page_deletion",
		About: "The record of a user is deleted by the named person on one of the named grounds.",
	}
}

// DataUpkeep keeps the data of users current.
type DataUpkeep struct {
	RemindEvery clause.Period `with:"remind_every" unit:"mo" doc:"Time from the last confirmation of the data to the reminder."`
}

func (DataUpkeep) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.data_upkeep",
		About: "A user keeps the given data true and current and is reminded to look them through.",
	}
}

// DataChanges has a user report changed data.
type DataChanges struct {
	ReportWithin clause.Period `with:"report_within" unit:"d bd" doc:"Time from the change to the report; 0d is immediately."`
}

func (DataChanges) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.data_changes",
		About: "A user gives true and full data and reports a change of them within the stated time.",
	}
}
