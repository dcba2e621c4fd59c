package gate

import (
	"tereze/internal/clause"
)

// Rules lists every rule of this room that a clause may set.
func Rules() []clause.Definition {
	return []clause.Definition{
		clause.Define[ClosedSystem](),
		clause.Define[SessionRequired](),
		clause.Define[ClosedUntilAcceptance](),
		clause.Define[IdleSession](),
		clause.Define[RequestLimit](),
		clause.Define[Lockout](),
		clause.Define[Automation](),
		clause.Define[APIAccess](),
		clause.Define[MassReading](),
		clause.Define[ForgedHeaders](),
	}
}

// ClosedSystem keeps the portal from those who are not its members.
type ClosedSystem struct {
	OpenPages []string `with:"open_pages" oneof:"agreement sign_in registration support" doc:"Pages open to everyone."`
}

func (ClosedSystem) Rule() clause.Doc {
	return clause.Doc{
		Name:  "gate.closed_system",
		About: "The portal is a closed system: someone who is not signed in sees only the named pages.",
	}
}

// SessionRequired ties every page to a sign-in.
type SessionRequired struct{}

func (SessionRequired) Rule() clause.Doc {
	return clause.Doc{
		Name:  "gate.session_required",
		About: "Access is given only after a successful sign-in, and each page asks for it.",
	}
}

// ClosedUntilAcceptance keeps materials from those who have not accepted.
type ClosedUntilAcceptance struct{}

func (ClosedUntilAcceptance) Rule() clause.Doc {
	return clause.Doc{
		Name:  "gate.closed_until_acceptance",
		About: "Materials are opened to a user by accepting the agreement and stay closed before that.",
	}
}

// IdleSession ends a connection that was left unattended.
type IdleSession struct {
	After clause.Period `with:"after" unit:"m h" doc:"Time without any act after which the session ends."`
}

func (IdleSession) Rule() clause.Doc {
	return clause.Doc{
		Name:  "gate.idle_session",
		About: "A signed-in connection must not be left unattended and is ended when nothing was done in it for the stated time.",
	}
}

// RequestLimit keeps the work of the portal from being disturbed.
type RequestLimit struct {
	PerMinute        int `with:"per_minute" min:"1" max:"100000" doc:"Requests taken in a minute from one user or one address."`
	MaxBodyMegabytes int `with:"max_body_megabytes" min:"1" max:"1024" doc:"Largest request taken, in megabytes."`
}

func (RequestLimit) Rule() clause.Doc {
	return clause.Doc{
		Name:  "gate.request_limit",
		About: "Nobody may disturb the work of the portal: requests over the stated measure are turned away.",
	}
}

// Lockout stops the guessing of passwords.
type Lockout struct {
	Attempts  int           `with:"attempts" min:"1" max:"100" doc:"Failed attempts for one name or one address."`
	LockedFor clause.Period `with:"locked_for" unit:"m h d" doc:"Time for which further attempts are turned away."`
}

func (Lockout) Rule() clause.Doc {
	return clause.Doc{
		Name:  "gate.lockout",
		About: "Nobody may try to get hold of the means of access of others or break the sign-in: after the stated number of failures further attempts are turned away for a time.",
	}
}

// Automation sets when programs may use the portal.
type Automation struct {
	Allowed string `with:"allowed" oneof:"never with_permission" doc:"Whether the operator may permit it."`
}

func (Automation) Rule() clause.Doc {
	return clause.Doc{
		Name:  "gate.automation",
		About: "Programs that collect data or act on the portal by themselves are allowed only as stated.",
	}
}

// APIAccess sets when the portal is reached otherwise than by its pages.
type APIAccess struct {
	Ground string `with:"ground" oneof:"separate_agreement" doc:"Ground on which a key is given."`
}

func (APIAccess) Rule() clause.Doc {
	return clause.Doc{
		Name:  "gate.api_access",
		About: "The resources of the portal are reached by the interface it offers, and otherwise only on the stated ground.",
	}
}

// MassReading keeps data of users from being gathered.
type MassReading struct {
	PerHour    int `with:"per_hour" min:"1" max:"100000" doc:"Records of other users that one user may open in an hour."`
	ExportRows int `with:"export_rows" min:"0" max:"100000" doc:"Rows of other users that one export may hold."`
}

func (MassReading) Rule() clause.Doc {
	return clause.Doc{
		Name:  "gate.mass_reading",
		About: "Data of other users must not be gathered: reading and exporting them is limited to the stated measure.",
	}
}

// ForgedHeaders keeps senders from hiding where they are.
type ForgedHeaders struct{}

func (ForgedHeaders) Rule() clause.Doc {
	return clause.Doc{
		Name:  "gate.forged_headers",
		About: "Nobody may forge the headers of packets or messages: a header that names the origin is believed only from a known proxy.",
	}
}
