package account

import (
	"tereze/internal/clause"
)

// credentialRules are the rules on signing in and on the means of access.
func credentialRules() []clause.Definition {
	return []clause.Definition{
		clause.Define[FirstPassword](),
		clause.Define[OwnPassword](),
		clause.Define[LoginNames](),
		clause.Define[Factors](),
		clause.Define[SignInMethods](),
		clause.Define[PasswordSignIn](),
		clause.Define[CardSignIn](),
		clause.Define[RecoveryRoutes](),
		clause.Define[RecoverySwitch](),
		clause.Define[PasswordDelivery](),
		clause.Define[PasswordAge](),
		clause.Define[PasswordHistory](),
		clause.Define[PasswordChange](),
		clause.Define[Secrecy](),
		clause.Define[CredentialWarning](),
		clause.Define[LossReport](),
		clause.Define[CompromiseDuty](),
		clause.Define[Exit](),
		clause.Define[DeviceRegistry](),
	}
}

// FirstPassword has a temporary password replaced.
type FirstPassword struct{}

func (FirstPassword) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.first_password",
		About: "A temporary password only opens the page on which it is replaced by the own password of the user.",
	}
}

// OwnPassword lets a person choose the password at registration.
type OwnPassword struct {
	MinLength int `with:"min_length" min:"8" max:"64" doc:"Fewest characters the password may have."`
}

func (OwnPassword) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.own_password",
		About: "A user sets an own password at registration.",
	}
}

// LoginNames sets by what name a user signs in.
type LoginNames struct {
	Names      []string `with:"names" oneof:"email phone username iin bin" doc:"Identifiers taken at sign-in."`
	Changeable bool     `with:"changeable" doc:"Whether the user may change the identifier and the password in the cabinet."`
	Recovery   []string `with:"recovery,optional" oneof:"sms email" doc:"Ways of regaining a lost identifier or password."`
}

func (LoginNames) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.login_names",
		About: "A user signs in under one of the named identifiers, each of which belongs to one user only.",
	}
}

// Factors sets what is enough to sign in.
type Factors struct {
	Required []string `with:"required" oneof:"password code signature_key pin" doc:"Proofs asked of everyone."`
}

func (Factors) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.factors",
		About: "The named proofs are necessary and sufficient to sign in; a further one is asked only of a user who chose it.",
	}
}

// SignInMethods sets the ways of access between which a person chooses.
type SignInMethods struct {
	Methods []string `with:"methods" oneof:"password id_card signature_key" doc:"Methods offered."`
}

func (SignInMethods) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.sign_in_methods",
		About: "Access is given by any one of the named methods.",
	}
}

// PasswordSignIn is the method of access by a login and a password.
type PasswordSignIn struct{}

func (PasswordSignIn) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.password_sign_in",
		About: "A person who registers gets a login and a password and signs in with them.",
	}
}

// CardSignIn is the method of access by an identity card.
type CardSignIn struct {
	Model  int    `with:"model" min:"2000" max:"2100" doc:"Year of the oldest card model taken."`
	Secret string `with:"secret" oneof:"pin" doc:"Secret asked together with the card."`
}

func (CardSignIn) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.card_sign_in",
		About: "A person signs in with an identity card of the named model and the personal code issued with it.",
	}
}

// RecoveryRoutes sets how a lost password is replaced.
type RecoveryRoutes struct {
	Routes   []string      `with:"routes" oneof:"email sms self institution_administrator support signature_key" doc:"Routes offered."`
	Secret   string        `with:"secret" oneof:"temporary_password link code signature" doc:"What opens the way to a new password; a temporary password must be replaced at the next sign-in."`
	ValidFor clause.Period `with:"valid_for" unit:"m h" doc:"Time within which the secret works."`
}

func (RecoveryRoutes) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.recovery_routes",
		About: "A user who lost the password regains access by one of the named routes, with a secret that works once and for a limited time.",
	}
}

// RecoverySwitch lets the automated recovery be closed.
type RecoverySwitch struct {
	Per string `with:"per" oneof:"institution portal" doc:"For whom it may be stopped: one institution or everyone at once."`
}

func (RecoverySwitch) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.recovery_switch",
		About: "The automated recovery of passwords may be limited or stopped, for a time or for good.",
	}
}

// PasswordDelivery sets how a newly made password reaches the user.
type PasswordDelivery struct {
	Channel  string        `with:"channel" oneof:"email sms" doc:"Channel by which the password is sent."`
	ValidFor clause.Period `with:"valid_for" unit:"m h" doc:"Time within which the password works."`
}

func (PasswordDelivery) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.password_delivery",
		About: "A newly made password is sent to the confirmed address of the user, works once and must be replaced at sign-in.",
	}
}

// PasswordAge sets how long a password may be used.
type PasswordAge struct {
	Max          clause.Period `with:"max" unit:"d mo" doc:"Longest time from one change to the next."`
	RemindBefore clause.Period `with:"remind_before" unit:"d" doc:"How long before its end the user is reminded."`
}

func (PasswordAge) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.password_age",
		About: "A user changes the password at least once in the stated time, and a sign-in with an older one leads to its change.",
	}
}

// PasswordHistory keeps old passwords from coming back.
type PasswordHistory struct {
	Last int `with:"last" min:"1" max:"24" doc:"How many last passwords, the present one included, may not be used."`
}

func (PasswordHistory) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.password_history",
		About: "A user may not take any of the stated number of last passwords again.",
	}
}

// PasswordChange has a user replace a password that is no longer secret.
type PasswordChange struct {
	Events []string `with:"events" oneof:"loss disclosure" doc:"Events after which the change is due."`
}

func (PasswordChange) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.password_change",
		About: "A user whose password was lost or became known changes it in time.",
	}
}

// Secrecy keeps passwords and other data entrusted for access from everyone else.
type Secrecy struct {
	ExceptByLaw bool `with:"except_by_law" doc:"Whether the law may demand an exception, which is then recorded."`
}

func (Secrecy) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.secrecy",
		About: "Data entrusted for access are stored so that neither staff nor outsiders can read them.",
	}
}

// CredentialWarning tells a user not to share the means of access.
type CredentialWarning struct {
	ShowOtherSessions bool `with:"show_other_sessions" doc:"Whether a user is shown that someone is signed in elsewhere under the same name."`
}

func (CredentialWarning) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.credential_warning",
		About: "The user name, the password and other means of access must not be told to anyone, and the portal says so where they are used.",
	}
}

// LossReport takes word of lost means of access.
type LossReport struct {
	Reasons []string `with:"reasons" oneof:"loss compromise unauthorised_change term_changed" doc:"Events a user can report."`
}

func (LossReport) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.loss_report",
		About: "A user tells the support in time of any of the named events with the means of access.",
	}
}

// CompromiseDuty takes word of a sign-in that the user did not make.
type CompromiseDuty struct {
	ReportWithin clause.Period `with:"report_within" unit:"m h d" doc:"Time from learning of it to the report; 0d is immediately."`
	Effects      []string      `with:"effects" oneof:"end_sessions lock ticket" doc:"What the report does: ends all sessions, locks the record, opens a request to the support."`
}

func (CompromiseDuty) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.compromise_duty",
		About: "A user who learns of access without consent, or suspects that the password is known, reports it within the stated time, and the portal acts at once.",
	}
}

// Exit ends a session by the own act of the user.
type Exit struct{}

func (Exit) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.exit",
		About: "Every page has an exit control, with which the user ends the session on the server.",
	}
}

// DeviceRegistry keeps the devices on which the app of the portal runs.
type DeviceRegistry struct{}

func (DeviceRegistry) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.device_registry",
		About: "A user sees the devices and apps that have access in their name and may revoke any of them.",
	}
}
