package pki

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"slices"
	"strings"
	"unicode"
)

// Kind says what sort of holder a certificate names.
type Kind string

const (
	UnknownHolder     Kind = ""
	Individual        Kind = "individual"
	LegalEntityPerson Kind = "legal_entity_person" // a natural person who acts for a legal entity
	InformationSystem Kind = "information_system"
	Authority         Kind = "authority"
	Service           Kind = "service" // answers OCSP requests or stamps time
)

// Role is what the holder may do for the organisation, or in the authority.
type Role string

const (
	FirstHead          Role = "first_head" // full right to sign
	Signatory          Role = "signatory"
	FinancialSignatory Role = "financial_signatory"
	PersonnelOfficer   Role = "personnel_officer"
	Employee           Role = "employee"
	TreasuryClient     Role = "treasury_client"
	NCAAdministrator   Role = "nca_administrator"
	NCAManager         Role = "nca_manager"
	NCAOperator        Role = "nca_operator"
)

// Identified says how the authority made sure who the holder is; "" when the certificate does not tell.
type Identified string

const (
	AtServiceCentre Identified = "service_centre"
	Remotely        Identified = "remote"
	ByDigitalID     Identified = "digital_id"
	ByAIPlatform    Identified = "ai_platform"
)

// Holder is the holder as the authority's profile writes it. Numbers are 12 digits or "": neither the
// check digit nor the date in them is looked at, since the authority's own test certificates fail both.
type Holder struct {
	Name         string // the common name: surname and first name, or a system's name
	Surname      string
	GivenName    string // the common name without the surname
	Patronymic   string // the profile keeps it in the attribute givenName
	IIN          string
	BIN          string
	Organisation string
	Email        string
	System       string // object identifier of an information system
	Country      string // two letters
	Kind         Kind
	Roles        []Role // none twice, in the order of the certificate
	Identified   Identified
	// Ambiguous is set when the certificate names two different IINs or BINs. Both numbers are
	// then empty: nobody may be taken for somebody.
	Ambiguous bool
}

// Holder reads the holder out of the subject, the extended key usages and the policies.
func (c *Certificate) Holder() Holder {
	h := Holder{}
	given := h.readSubject(c.Subject.Names)
	h.splitName(given)
	if h.Email == "" && len(c.EmailAddresses) > 0 {
		h.Email = c.EmailAddresses[0]
	}
	h.readUsages(c)
	if h.Kind == UnknownHolder {
		h.Kind = h.guessKind()
	}
	return h
}

// readSubject fills in the attributes and returns givenName, whose meaning depends on the others.
func (h *Holder) readSubject(names []pkix.AttributeTypeAndValue) (given string) {
	unit := ""
	for _, a := range names {
		value, ok := a.Value.(string)
		if !ok {
			continue
		}
		value = Shown(strings.TrimSpace(value))
		switch a.Type.String() {
		case "2.5.4.3":
			h.Name = value
		case "2.5.4.4":
			h.Surname = value
		case "2.5.4.42":
			given = value
		case "2.5.4.5": // serialNumber; a few old certificates carry the BIN here
			h.readNumber("IIN", &h.IIN, value)
			h.readNumber("BIN", &h.BIN, value)
			h.readNumber("PNOKZ-", &h.IIN, value) // ETSI EN 319 412-1 §5.1.3
		case "2.5.4.97": // organizationIdentifier, as European profiles have it (§5.1.4 there)
			h.readNumber("BIN", &h.BIN, value)
			h.readNumber("NTRKZ-", &h.BIN, value)
		case "2.5.4.11": // organisational unit: of a person it cannot say who they are, but it can contradict
			h.readNumber("BIN", &h.BIN, value)
			h.readNumber("IIN", &unit, value)
		case "2.5.4.6":
			h.Country = value
		case "2.5.4.10":
			h.Organisation = value
		case "1.2.840.113549.1.9.1":
			h.Email = value
		case "0.9.2342.19200300.100.1.1":
			h.System = value
		}
	}
	if h.Ambiguous = h.Ambiguous || unit != "" && unit != h.IIN; h.Ambiguous {
		h.IIN, h.BIN = "", ""
	}
	return given
}

// Shown is a string of outside data as it may be shown to people: what would move the cursor, begin a line or turn
// the direction of what follows is replaced, so that a name cannot pass for what the program says about it.
func Shown(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// readNumber takes the twelve digits behind the prefix; any other value says nothing.
func (h *Holder) readNumber(prefix string, into *string, value string) {
	digits, ok := strings.CutPrefix(value, prefix)
	if !ok || len(digits) != 12 || strings.Trim(digits, "0123456789") != "" {
		return
	}
	if *into != "" && *into != digits {
		h.Ambiguous = true
	}
	*into = digits
}

// splitName finds the first name: the profile has it only inside the common name.
func (h *Holder) splitName(given string) {
	rest, ok := strings.CutPrefix(h.Name, h.Surname+" ")
	if h.Surname == "" || !ok {
		h.Patronymic = given
		return
	}
	h.GivenName = strings.TrimSpace(rest)
	if given == h.GivenName { // an issuer who uses the attribute for what its name says
		return
	}
	h.Patronymic = given
	if first, ok := strings.CutSuffix(h.GivenName, " "+given); ok && given != "" {
		h.GivenName = first
	}
}

func (h *Holder) readUsages(c *Certificate) {
	for _, oid := range c.Usages() {
		usage := oid.String()
		kind, role, identified := usageMeaning(usage)
		if usage == UsageOCSPSigning || usage == UsageTimeStamping {
			kind = Service
		}
		// The more special kind wins: an information system of a legal entity carries the usage of the entity too.
		if kind != UnknownHolder && h.Kind != InformationSystem && h.Kind != Service {
			h.Kind = kind
		}
		if role != "" && !slices.Contains(h.Roles, role) {
			h.Roles = append(h.Roles, role)
		}
		if identified != "" {
			h.Identified = identified
		}
	}
	if c.IsCA {
		h.Kind = Authority
	}
}

// usageMeaning reads the usages of the National Certification Authority, of BTS Digital's (…3.17.3)
// and of the state bodies' authority (…3.2.3).
func usageMeaning(usage string) (Kind, Role, Identified) {
	if strings.HasPrefix(usage, "1.2.398.3.3.4.1.2.6") {
		return InformationSystem, "", ""
	}
	switch usage {
	case "1.2.398.3.3.4.1.1", "1.2.398.3.17.3.1":
		return Individual, "", ""
	case "1.2.398.3.3.4.1.1.1":
		return InformationSystem, "", ""
	case "1.2.398.3.3.4.1.2", "1.2.398.3.17.3.2":
		return LegalEntityPerson, "", ""
	case "1.2.398.3.3.4.1.2.1", "1.2.398.3.17.3.3":
		return LegalEntityPerson, FirstHead, ""
	case "1.2.398.3.3.4.1.2.2", "1.2.398.3.17.3.4":
		return LegalEntityPerson, Signatory, ""
	case "1.2.398.3.3.4.1.2.3", "1.2.398.3.17.3.5":
		return LegalEntityPerson, FinancialSignatory, ""
	case "1.2.398.3.3.4.1.2.4", "1.2.398.3.17.3.6":
		return LegalEntityPerson, PersonnelOfficer, ""
	case "1.2.398.3.3.4.1.2.5", "1.2.398.3.17.3.7", "1.2.398.3.2.3.1", "1.2.398.3.2.3.2", "1.2.398.3.2.3.3", "1.2.398.3.2.3.4":
		return LegalEntityPerson, Employee, ""
	case "1.2.398.5.19.1.2.2.1":
		return UnknownHolder, TreasuryClient, ""
	case "1.2.398.3.3.4.2.1":
		return UnknownHolder, NCAAdministrator, ""
	case "1.2.398.3.3.4.2.2":
		return UnknownHolder, NCAManager, ""
	case "1.2.398.3.3.4.2.3":
		return UnknownHolder, NCAOperator, ""
	case "1.2.398.3.3.4.3.1":
		return UnknownHolder, "", AtServiceCentre
	case "1.2.398.3.3.4.3.2":
		return UnknownHolder, "", Remotely
	case "1.2.398.3.3.4.3.2.1":
		return UnknownHolder, "", ByDigitalID
	case "1.2.398.3.3.4.3.2.2":
		return UnknownHolder, "", ByAIPlatform
	}
	return UnknownHolder, "", ""
}

// guessKind decides by numbers and names where no usage does, as in some certificates of before 2015.
func (h *Holder) guessKind() Kind {
	switch {
	case h.BIN != "" && h.IIN != "":
		return LegalEntityPerson
	case h.BIN != "" && h.Surname != "":
		return LegalEntityPerson
	case h.BIN != "" && h.System != "":
		return InformationSystem
	case h.IIN != "" && h.BIN == "":
		return Individual
	}
	return UnknownHolder
}

// Usages are the extended key usages in the order of the certificate; nil when it has none.
func (c *Certificate) Usages() []asn1.ObjectIdentifier {
	for _, e := range c.Extensions {
		if e.Id.String() != extKeyUsage {
			continue
		}
		var usages []asn1.ObjectIdentifier
		if rest, err := asn1.Unmarshal(e.Value, &usages); err != nil || len(rest) > 0 {
			return nil
		}
		return usages
	}
	return nil
}

// HasUsage reports whether the certificate carries the extended key usage.
func (c *Certificate) HasUsage(dotted string) bool {
	return slices.ContainsFunc(c.Usages(), func(oid asn1.ObjectIdentifier) bool { return oid.String() == dotted })
}
