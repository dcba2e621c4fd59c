// Package billing is the money of a portal: personal accounts, prices, orders and refunds.
//
// It owns what a service costs, what a user has paid and what is owed back. So far that is price lists, their changes
// and the notices these owe, and the rules that the agreements of a portal set on the rest. It never decides whether a
// claim is right (claims does) and never gives access by itself (catalogue does).
package billing

import (
	"tereze/internal/clause"
)

// Rules lists every rule of this room that a clause may set.
func Rules() []clause.Definition {
	return []clause.Definition{
		clause.Define[AccountAttributes](),
		clause.Define[AccountOpening](),
		clause.Define[OrderChoices](),
		clause.Define[PublicPrices](),
		clause.Define[TariffChanges](),
		clause.Define[PriceLock](),
		clause.Define[WriteOff](),
		clause.Define[TopUpMoment](),
		clause.Define[TopUpFees](),
		clause.Define[Prepayment](),
		clause.Define[Interest](),
		clause.Define[Receipts](),
		clause.Define[PaymentProof](),
		clause.Define[BalanceWatch](),
		clause.Define[AutoRenewal](),
		clause.Define[ServiceAcceptance](),
		clause.Define[CarryOver](),
		clause.Define[RefundTerms](),
		clause.Define[PaidServices](),
		clause.Define[PaidChoice](),
		clause.Define[CorePrice](),
	}
}

// AccountAttributes sets what a personal account carries.
type AccountAttributes struct {
	Attributes []string `with:"attributes" oneof:"number type region" doc:"Attributes of a personal account; the number is unique."`
}

func (AccountAttributes) Rule() clause.Doc {
	return clause.Doc{
		Name:  "billing.account_attributes",
		About: "A personal account counts the money received and written off and carries the named attributes.",
	}
}

// AccountOpening sets when a personal account is opened.
type AccountOpening struct {
	After   string `with:"after" oneof:"full_registration acceptance" doc:"Event after which an account is opened."`
	PerUser int    `with:"per_user" min:"1" max:"10" doc:"How many personal accounts a user may have."`
}

func (AccountOpening) Rule() clause.Doc {
	return clause.Doc{
		Name:  "billing.account_opening",
		About: "A user opens a personal account after the named event and pays for services from it alone.",
	}
}

// OrderChoices sets what a user chooses when ordering.
type OrderChoices struct {
	Choices []string `with:"choices" oneof:"plan quantity term" doc:"Properties the user chooses."`
}

func (OrderChoices) Rule() clause.Doc {
	return clause.Doc{
		Name:  "billing.order_choices",
		About: "A registered user chooses the named properties of a service when ordering it.",
	}
}

// PublicPrices has the prices shown.
type PublicPrices struct {
	Public bool `with:"public" doc:"Whether the list is open without signing in."`
}

func (PublicPrices) Rule() clause.Doc {
	return clause.Doc{
		Name:  "billing.public_prices",
		About: "The list of services and their tariffs is shown on the portal with the dates from which they hold.",
	}
}

// TariffChanges lets the operator change tariffs.
type TariffChanges struct {
	InForceAfter clause.Period `with:"in_force_after" unit:"d" doc:"Time from publication to force; 0d is the instant of publication."`
}

func (TariffChanges) Rule() clause.Doc {
	return clause.Doc{
		Name:  "billing.tariff_changes",
		About: "The operator may change tariffs at any time by publishing them.",
	}
}

// PriceLock keeps the price of a period that was bought.
type PriceLock struct {
	Notice  []string `with:"notice" oneof:"email sms" doc:"Channels by which subscribers are told."`
	Applies string   `with:"applies" oneof:"after_bought_period at_once" doc:"When the new tariff reaches a period that was bought before."`
}

func (PriceLock) Rule() clause.Doc {
	return clause.Doc{
		Name:  "billing.price_lock",
		About: "A change of tariff is told to subscribers with its date, and for a period already bought it applies only as stated.",
	}
}

// WriteOff sets how a service is paid for.
type WriteOff struct {
	From string `with:"from" oneof:"personal_account" doc:"Source of the payment."`
}

func (WriteOff) Rule() clause.Doc {
	return clause.Doc{
		Name:  "billing.write_off",
		About: "Payment is taken by writing it off from the named source.",
	}
}

// TopUpMoment sets when money counts as received.
type TopUpMoment struct {
	Moment string `with:"moment" oneof:"credited initiated" doc:"Moment of the top-up: crediting of the account of the operator, or the order of the payer."`
}

func (TopUpMoment) Rule() clause.Doc {
	return clause.Doc{
		Name:  "billing.top_up_moment",
		About: "The ways of topping up are published, and a payment counts from the named moment.",
	}
}

// TopUpFees sets who bears the cost of a transfer.
type TopUpFees struct {
	PaidBy string `with:"paid_by" oneof:"user operator" doc:"Party that bears the costs."`
}

func (TopUpFees) Rule() clause.Doc {
	return clause.Doc{
		Name:  "billing.top_up_fees",
		About: "The costs, fees and commissions of a transfer are borne by the named party, and the personal account is credited accordingly.",
	}
}

// Prepayment sets how much is paid before a service begins.
type Prepayment struct {
	Percent int `with:"percent" min:"0" max:"100" doc:"Part of the price that must be paid before the service, in per cent."`
	Credit  int `with:"credit" min:"0" max:"1000000000" doc:"How far below zero a balance may go, in minor units of the currency of the portal."`
}

func (Prepayment) Rule() clause.Doc {
	return clause.Doc{
		Name:  "billing.prepayment",
		About: "A service is given only when the stated part of its price has been paid from the balance.",
	}
}

// Interest sets what unused money earns.
type Interest struct {
	Percent int `with:"percent" min:"0" max:"100" doc:"Interest a year, in per cent."`
}

func (Interest) Rule() clause.Doc {
	return clause.Doc{
		Name:  "billing.interest",
		About: "Unused money on a personal account earns the stated interest.",
	}
}

// Receipts sets how long proofs of payment can be had.
type Receipts struct {
	KeptFor string `with:"kept_for" oneof:"service_term forever" doc:"Time for which they are kept."`
}

func (Receipts) Rule() clause.Doc {
	return clause.Doc{
		Name:  "billing.receipts",
		About: "A user pays in time and finds proofs of payment in the cabinet for the stated time.",
	}
}

// PaymentProof has a user show that a payment was made.
type PaymentProof struct{}

func (PaymentProof) Rule() clause.Doc {
	return clause.Doc{
		Name:  "billing.payment_proof",
		About: "A user keeps the proof of a payment and shows it when the operator asks, and it is matched with the top-up.",
	}
}

// BalanceWatch lets a user watch the balance.
type BalanceWatch struct {
	LowBalanceAlert bool `with:"low_balance_alert" doc:"Whether a user may ask to be warned of a low balance."`
}

func (BalanceWatch) Rule() clause.Doc {
	return clause.Doc{
		Name:  "billing.balance_watch",
		About: "A user watches the balance and the movements of the personal account in the cabinet.",
	}
}

// AutoRenewal sets the option of automatic write-off.
type AutoRenewal struct {
	At           string `with:"at" oneof:"period_end" doc:"Moment at which the next payment is taken."`
	Insufficient string `with:"insufficient" oneof:"suspend end" doc:"What happens to the service when the balance is not enough; no debt arises."`
}

func (AutoRenewal) Rule() clause.Doc {
	return clause.Doc{
		Name:  "billing.auto_renewal",
		About: "If the user chose automatic write-off when ordering, the next payment is taken at the stated moment.",
	}
}

// ServiceAcceptance counts a service as duly rendered.
type ServiceAcceptance struct {
	After clause.Period `with:"after" unit:"d bd" doc:"Time from the end of the service period; 0d is its end."`
}

func (ServiceAcceptance) Rule() clause.Doc {
	return clause.Doc{
		Name:  "billing.service_acceptance",
		About: "A service counts as rendered in full and duly when no justified claim is open at the stated time after its period.",
	}
}

// CarryOver sets what remains of an unused service.
type CarryOver struct {
	Percent int `with:"percent" min:"0" max:"100" doc:"Part that is carried over, in per cent."`
}

func (CarryOver) Rule() clause.Doc {
	return clause.Doc{
		Name:  "billing.carry_over",
		About: "Of a service left unused in its period the stated part passes to the next period, and the rest counts as rendered.",
	}
}

// RefundTerms sets what is returned when the contract ends.
type RefundTerms struct {
	CostOn        string `with:"cost_on" oneof:"user operator" doc:"Party that bears the cost of the transfer."`
	LapsedPeriods bool   `with:"lapsed_periods" doc:"Whether money paid for periods that passed unused is returned too."`
}

func (RefundTerms) Rule() clause.Doc {
	return clause.Doc{
		Name:  "billing.refund_terms",
		About: "When the contract ends, unused money is returned to the account it was paid from, where the payment system lets it.",
	}
}

// PaidServices divides services into free and paid ones.
type PaidServices struct {
	Agreement string `with:"agreement" doc:"Document with the terms of paid services, by its name in the portal."`
}

func (PaidServices) Rule() clause.Doc {
	return clause.Doc{
		Name:  "billing.paid_services",
		About: "Services are free or paid, and a paid one is given only under a separate agreement.",
	}
}

// PaidChoice leaves paid services to the choice of the user.
type PaidChoice struct {
	Bundling bool `with:"bundling" doc:"Whether taking part in the portal may depend on a paid service."`
}

func (PaidChoice) Rule() clause.Doc {
	return clause.Doc{
		Name:  "billing.paid_choice",
		About: "A paid service is given only at the request of the user.",
	}
}

// CorePrice sets the price of the core of the cabinet.
type CorePrice struct {
	Price int `with:"price" min:"0" max:"1000000000" doc:"Price in minor units of the currency of the portal."`
}

func (CorePrice) Rule() clause.Doc {
	return clause.Doc{
		Name:  "billing.core_price",
		About: "The cabinet with its main tools has the stated price and does not depend on paid purchases.",
	}
}
