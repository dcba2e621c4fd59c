package account

import (
	"slices"

	"tereze/internal/clause"
)

// Rules lists every rule of this room that a clause may set: those of registration in this file,
// of signing in and of the life of a record in the files beside it.
func Rules() []clause.Definition {
	return slices.Concat(registrationRules(), credentialRules(), conductRules())
}

// registrationRules are the rules on becoming a user.
func registrationRules() []clause.Definition {
	return []clause.Definition{
		clause.Define[Languages](),
		clause.Define[Kinds](),
		clause.Define[RegistrationSteps](),
		clause.Define[RegistrationStatus](),
		clause.Define[RequiredData](),
		clause.Define[RegistrationRefusal](),
		clause.Define[PotentialUser](),
		clause.Define[MembershipState](),
		clause.Define[Completion](),
		clause.Define[Eligibility](),
		clause.Define[Identifiers](),
		clause.Define[Certificate](),
		clause.Define[SignedForm](),
		clause.Define[FullRegistration](),
		clause.Define[Capacity](),
		clause.Define[DataConfirmation](),
		clause.Define[ActivationCode](),
		clause.Define[IssuedCredentials](),
		clause.Define[InvitedRegistration](),
		clause.Define[EntryPage](),
	}
}

// Languages sets the languages of the pages, the documents and the notices.
type Languages struct {
	Offered []string `with:"offered" oneof:"kk ky ru en" doc:"Languages offered, the first one being shown to a visitor who has not chosen."`
}

func (Languages) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.languages",
		About: "The portal, its agreement and its notices are offered in the named languages, and the choice of a user is remembered.",
	}
}

// Kinds sets which kinds of user the portal knows.
type Kinds struct {
	Kinds []string `with:"kinds" oneof:"individual sole_trader legal_entity ministry education_department education_division school_staff pupil parent" doc:"Kinds of user that may exist on the portal."`
}

func (Kinds) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.kinds",
		About: "The portal has users of the named kinds, each with its own set of rights, and none of them is active without an acceptance of the edition in force.",
	}
}

// RegistrationSteps sets the order of registration.
type RegistrationSteps struct {
	Steps []string `with:"steps" oneof:"type agreement details form phone binding" doc:"Steps in their order: choice of the type, acceptance of the agreement, personal details, signed form, confirmation of the phone, binding of the person to the record."`
	Price int      `with:"price,optional" min:"0" max:"1000000000" doc:"Price of registration in minor units of the currency of the portal; free when left out."`
}

func (RegistrationSteps) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.registration_steps",
		About: "Registration is made in the named steps, in this order, and no step can be passed over.",
	}
}

// RegistrationStatus sets what a type of registration gives.
type RegistrationStatus struct {
	Status string `with:"status" oneof:"permanent temporary" doc:"Status the registration gives."`
	Scope  string `with:"scope" oneof:"unlimited limited" doc:"Which services the status opens."`
}

func (RegistrationStatus) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.registration_status",
		About: "A person registered this way becomes a user of the stated status, with the stated reach of services.",
	}
}

// RequiredData sets what the registration form asks for.
type RequiredData struct {
	Required         []string `with:"required,optional" oneof:"surname name patronymic email mobile phone passport_number personal_number" doc:"Answers without which registration is refused; when left out, every answer the form marks as required."`
	Optional         []string `with:"optional,optional" oneof:"surname name patronymic email mobile phone passport_number personal_number" doc:"Answers a person may leave empty."`
	MatchCertificate bool     `with:"match_certificate,optional" doc:"Whether the answers must agree with the certificate of the signature key."`
}

func (RequiredData) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.required_data",
		About: "Registration and other forms are taken only when every required answer is given and well formed.",
	}
}

// RegistrationRefusal sets for what a registration may be declined.
type RegistrationRefusal struct {
	Grounds []string `with:"grounds" oneof:"false suspected_false incomplete" doc:"Grounds on which a registration may be refused."`
}

func (RegistrationRefusal) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.registration_refusal",
		About: "The operator may refuse a registration on one of the named grounds, and the ground is told to the person.",
	}
}

// PotentialUser is the state of a person who means to join but is not bound yet.
type PotentialUser struct {
	Until []string `with:"until" oneof:"acceptance full_registration" doc:"Acts after which a person is no longer only a potential user."`
}

func (PotentialUser) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.potential_user",
		About: "A person who has not yet done all of the named acts is a potential user: free to read and to go on with registration, and to do nothing else.",
	}
}

// MembershipState sets the event that makes a potential user a user.
type MembershipState struct {
	UserFrom string `with:"user_from" oneof:"acceptance full_registration" doc:"Event that turns a potential user into a user."`
}

func (MembershipState) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.membership_state",
		About: "From the named event a person is a user with all the duties of one.",
	}
}

// Completion closes the services to a registration that was not finished.
type Completion struct{}

func (Completion) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.completion",
		About: "Services stay closed until the registration is finished, and open as soon as it is.",
	}
}

// Eligibility sets what a user must hold to stay one.
type Eligibility struct {
	Conditions []string `with:"conditions" oneof:"registration signature_key" doc:"Conditions that must hold at every sign-in."`
}

func (Eligibility) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.eligibility",
		About: "The portal deals only with those who meet all of the named conditions.",
	}
}

// Identifiers sets the state numbers by which persons and organisations are known.
type Identifiers struct {
	Individual  string `with:"individual" oneof:"iin pin" doc:"Number of a natural person."`
	LegalEntity string `with:"legal_entity" oneof:"bin inn" doc:"Number of an organisation."`
	Digits      int    `with:"digits" min:"8" max:"20" doc:"Count of digits in the number."`
}

func (Identifiers) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.identifiers",
		About: "To get services a person or an organisation gives its state identification number, which is checked and belongs to one user only.",
	}
}

// Certificate demands a signature key before registration begins.
type Certificate struct {
	Issuer string `with:"issuer" oneof:"national_ca" doc:"Certification authority whose keys are taken."`
}

func (Certificate) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.certificate",
		About: "A person must hold a valid signature key of the named issuer before registering, and it must carry the identification number given in the form.",
	}
}

// SignedForm has the registration form signed.
type SignedForm struct {
	Prefilled bool `with:"prefilled" doc:"Whether the form is filled in from the certificate, so that those answers cannot be changed."`
}

func (SignedForm) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.signed_form",
		About: "A person completes the registration form with their own signature key and signs it.",
	}
}

// FullRegistration sets the second stage of a registration in two stages.
type FullRegistration struct {
	By      string   `with:"by" oneof:"signature_key" doc:"Act that binds the data of the party."`
	Parties []string `with:"parties" oneof:"individual sole_trader legal_entity" doc:"Parties whose data may be bound."`
	Price   int      `with:"price" min:"0" max:"1000000000" doc:"Price in minor units of the currency of the portal."`
}

func (FullRegistration) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.full_registration",
		About: "No service is given before full registration, in which the data of a party are bound to the user by an act of that party.",
	}
}

// Capacity makes acceptance a statement of legal capacity.
type Capacity struct{}

func (Capacity) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.capacity",
		About: "By accepting a person confirms being of legal capacity, and the statement is kept with the acceptance.",
	}
}

// DataConfirmation has a person check data that others entered.
type DataConfirmation struct {
	Fields       []string `with:"fields" oneof:"surname name patronymic birth_date sex" doc:"Data shown for checking."`
	CorrectionBy []string `with:"correction_by" oneof:"institution_administrator support" doc:"Who takes a request for correction."`
	SupportEmail string   `with:"support_email" doc:"Address of the support that takes such requests."`
}

func (DataConfirmation) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.data_confirmation",
		About: "At registration a person checks the named data and, if they are wrong, asks for a correction; every other answer is voluntary.",
	}
}

// ActivationCode is the code that proves a phone number.
type ActivationCode struct {
	Digits   int           `with:"digits" min:"4" max:"10" doc:"Count of digits in the code."`
	ValidFor clause.Period `with:"valid_for" unit:"m h" doc:"Time within which the code is taken."`
	Attempts int           `with:"attempts" min:"1" max:"10" doc:"Wrong entries after which the code is void."`
	Resends  int           `with:"resends" min:"0" max:"10" doc:"How many times a new code may be asked for in one registration."`
}

func (ActivationCode) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.activation_code",
		About: "A phone number is confirmed by a code of digits sent to it by SMS, which is entered within its time and a limited number of attempts.",
	}
}

// IssuedCredentials sets how a first user name and password are made.
type IssuedCredentials struct {
	PasswordLength int  `with:"password_length" min:"8" max:"64" doc:"Count of characters in a temporary password."`
	Printable      bool `with:"printable" doc:"Whether a list for a whole class may be printed to be handed out."`
}

func (IssuedCredentials) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.issued_credentials",
		About: "The portal itself makes the user name and the temporary password with which a user registers and signs in for the first time.",
	}
}

// InvitedRegistration limits registration to those who were given credentials.
type InvitedRegistration struct {
	HandedOutBy string `with:"handed_out_by" oneof:"institution_administrator operator" doc:"Who hands out the credentials."`
}

func (InvitedRegistration) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.invited_registration",
		About: "A user registers only with the temporary user name and password handed out by the named person.",
	}
}

// EntryPage sets what stands on the page before sign-in.
type EntryPage struct {
	Offers []string `with:"offers" oneof:"previous_version busy_notice help registration" doc:"Controls and notices of the page."`
}

func (EntryPage) Rule() clause.Doc {
	return clause.Doc{
		Name:  "account.entry_page",
		About: "The entry page offers the named controls and the agreement stands above the control that accepts it.",
	}
}
