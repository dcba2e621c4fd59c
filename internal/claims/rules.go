// Package claims is what users ask of the operator: requests, claims and disputes, each with its term.
//
// It owns what is taken in, in which form and by when it must be answered: the requests of the support with
// their numbers, threads and terms, and the rules that the agreements set on them. It never judges
// content (content does), never moves money (billing does), and works on nobody's user account: for that
// the staff opens a case with account.
package claims

import (
	"fmt"

	"tereze/internal/clause"
)

// Rules lists every rule of this room that a clause may set.
func Rules() []clause.Definition {
	return []clause.Definition{
		clause.Define[PhoneSupport](),
		clause.Define[SupportDesk](),
		clause.Define[IntakeAddress](),
		clause.Define[QuestionKinds](),
		clause.Define[ClaimForm](),
		clause.Define[ClaimWindow](),
		clause.Define[Deadline](),
		clause.Define[DisputeDeadline](),
		clause.Define[PaymentFraud](),
	}
}

// PhoneSupport sets the telephone of the support.
type PhoneSupport struct {
	Phone string `with:"phone" doc:"Telephone number, as it is shown."`
}

func (PhoneSupport) Rule() clause.Doc {
	return clause.Doc{
		Name:  "claims.phone_support",
		About: "Advice and help are given by telephone, and a call is registered in the same queue as written requests.",
	}
}

// SupportDesk sets how the support serves institutions.
type SupportDesk struct {
	ByInstitution bool `with:"by_institution" doc:"Whether each request carries the institution of the user."`
	FaultsFirst   bool `with:"faults_first" doc:"Whether faults go before questions."`
}

func (SupportDesk) Rule() clause.Doc {
	return clause.Doc{
		Name:  "claims.support_desk",
		About: "The support advises the users of an institution and removes faults quickly.",
	}
}

// IntakeAddress sets where letters to the operator go.
type IntakeAddress struct {
	Address string   `with:"address" doc:"E-mail address of the intake."`
	Kinds   []string `with:"kinds" oneof:"appeal proposal claim official_request remark complaint request question letter" doc:"Kinds of request taken."`
}

func (IntakeAddress) Rule() clause.Doc {
	return clause.Doc{
		Name:  "claims.intake_address",
		About: "Requests of the named kinds are sent to one address and registered in one queue.",
	}
}

// QuestionKinds sets what a user may put to the support on the portal.
type QuestionKinds struct {
	Kinds []string `with:"kinds" oneof:"question proposal" doc:"Kinds of request."`
}

func (QuestionKinds) Rule() clause.Doc {
	return clause.Doc{
		Name:  "claims.question_kinds",
		About: "A user may put requests of the named kinds to the support by the means of the portal.",
	}
}

// ClaimForm sets what a claim on services must contain.
type ClaimForm struct {
	Fields   []string `with:"fields" oneof:"identity time grounds" doc:"Particulars without which a claim is not taken."`
	Channels []string `with:"channels" oneof:"email phone" doc:"Channels through which a claim is taken."`
	Email    string   `with:"email" doc:"E-mail address for claims."`
	Phone    string   `with:"phone" doc:"Telephone number for claims."`
}

func (ClaimForm) Rule() clause.Doc {
	return clause.Doc{
		Name:  "claims.claim_form",
		About: "A claim on the scope or the quality of services is taken through the named channels with the named particulars.",
	}
}

// ClaimWindow sets how long a claim can still be checked.
type ClaimWindow struct {
	Period clause.Period `with:"period" unit:"d bd" doc:"Time from the day the ground of the claim arose."`
}

func (ClaimWindow) Rule() clause.Doc {
	return clause.Doc{
		Name:  "claims.claim_window",
		About: "After the stated time from the day its ground arose, it may be impossible to check a claim, and it is marked as late.",
	}
}

// Deadline sets by when a claim on services is answered.
type Deadline struct {
	Reply       clause.Period `with:"reply" unit:"d bd" doc:"Time from receipt to the answer."`
	Extended    clause.Period `with:"extended" unit:"d bd" doc:"Time from receipt to the answer when the term is extended."`
	ExtendedFor []string      `with:"extended_for" oneof:"third_parties site_visit" doc:"Reasons that extend the term."`
}

func (Deadline) Rule() clause.Doc {
	return clause.Doc{
		Name:  "claims.deadline",
		About: "A claim on the scope or the quality of services is answered within the stated time of its receipt, or within the longer one for a recorded reason.",
	}
}

// Check refuses an extended term that would end before the ordinary one. Calendar and business days
// are not compared: which of the two ends first depends on the day of receipt.
func (d Deadline) Check() error {
	if d.Extended.Unit == d.Reply.Unit && d.Extended.Amount < d.Reply.Amount {
		return fmt.Errorf("the extended term of %s is shorter than the ordinary one of %s", d.Extended, d.Reply)
	}
	return nil
}

// DisputeDeadline sets by when a claim or appeal in a dispute is answered.
type DisputeDeadline struct {
	Reply clause.Period `with:"reply" unit:"d bd" doc:"Time from receipt to the answer."`
}

func (DisputeDeadline) Rule() clause.Doc {
	return clause.Doc{
		Name:  "claims.dispute_deadline",
		About: "Disputes are first settled by negotiation, and a claim or other appeal in a dispute is answered within the stated time of its receipt.",
	}
}

// PaymentFraud takes word of suspicious offers to pay someone else.
type PaymentFraud struct {
	ReportWithin clause.Period `with:"report_within" unit:"m h d" doc:"Time from the offer to the report; 0d is immediately."`
	Refundable   bool          `with:"refundable" doc:"Whether a payment made by such details can be claimed back from the operator."`
}

func (PaymentFraud) Rule() clause.Doc {
	return clause.Doc{
		Name:  "claims.payment_fraud",
		About: "A suspicious offer to pay by the details of a third party is reported within the stated time.",
	}
}
