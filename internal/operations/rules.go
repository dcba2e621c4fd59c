// Package operations is the running of a portal: maintenance, incidents and force majeure.
//
// It owns what users are told of the state of the portal and what that does to terms: the announcements of the
// operator, planned works, stops, incidents, force majeure, and the notices owed of them. It never restarts anything
// and watches no machine: house tells it how the components were found, and the gate closes what is to be closed.
package operations

import (
	"tereze/internal/clause"
)

// Rules lists every rule of this room that a clause may set.
func Rules() []clause.Definition {
	return []clause.Definition{
		clause.Define[ComponentHealth](),
		clause.Define[AvailableHours](),
		clause.Define[Maintenance](),
		clause.Define[EmergencyStop](),
		clause.Define[IncidentNotice](),
		clause.Define[Restoration](),
		clause.Define[ForceMajeureNotice](),
		clause.Define[ForceMajeureShift](),
		clause.Define[ForceMajeureEnd](),
	}
}

// ComponentHealth has the state of the portal watched.
type ComponentHealth struct{}

func (ComponentHealth) Rule() clause.Doc {
	return clause.Doc{
		Name:  "operations.component_health",
		About: "The operator keeps the portal and its components working, and their state and incidents are shown.",
	}
}

// AvailableHours sets at what hours the portal is open.
type AvailableHours struct {
	HoursADay int `with:"hours_a_day" min:"1" max:"24" doc:"Hours in a day."`
	DaysAWeek int `with:"days_a_week" min:"1" max:"7" doc:"Days in a week."`
}

func (AvailableHours) Rule() clause.Doc {
	return clause.Doc{
		Name:  "operations.available_hours",
		About: "The portal can be used during the stated hours, save for announced maintenance.",
	}
}

// Maintenance sets how works are announced.
type Maintenance struct {
	Notice       clause.Period `with:"notice" unit:"h d" doc:"Time that lies between the announcement and the works, the days of both not counted; 0d is any time before."`
	LimitingOnly bool          `with:"limiting_only" doc:"Whether only works that limit services must be announced."`
	Channels     []string      `with:"channels" oneof:"sms email push site" doc:"Channels of the announcement."`
}

func (Maintenance) Rule() clause.Doc {
	return clause.Doc{
		Name:  "operations.maintenance",
		About: "Works on the portal are announced to users the stated time before they begin.",
	}
}

// EmergencyStop lets services stop when others fail.
type EmergencyStop struct {
	Cause        string `with:"cause" oneof:"external" doc:"Cause of the stop."`
	Compensation int    `with:"compensation" min:"0" max:"100" doc:"Part of the price returned for the time of the stop, in per cent."`
}

func (EmergencyStop) Rule() clause.Doc {
	return clause.Doc{
		Name:  "operations.emergency_stop",
		About: "Services may be stopped when networks or third parties fail, for the named cause.",
	}
}

// IncidentNotice sets how soon users learn of a fault.
type IncidentNotice struct {
	Within clause.Period `with:"within" unit:"m h d" doc:"Time from detection to notice; 0m is at once."`
}

func (IncidentNotice) Rule() clause.Doc {
	return clause.Doc{
		Name:  "operations.incident_notice",
		About: "Service without breaks is not promised, but users are told of each fault within the stated time and it is mended in reasonable time.",
	}
}

// Restoration sets how soon the portal works again.
type Restoration struct {
	Promise string        `with:"promise" oneof:"promptly short_time reasonable_time" doc:"What the agreement promises."`
	Target  clause.Period `with:"target,optional" unit:"m h d" doc:"Time after which a restoration counts as late; none is promised when left out."`
}

func (Restoration) Rule() clause.Doc {
	return clause.Doc{
		Name:  "operations.restoration",
		About: "The operator restores the work of the portal with the stated promptness, and the time it took is recorded.",
	}
}

// ForceMajeureNotice sets by when users are told of force majeure.
type ForceMajeureNotice struct {
	Within   clause.Period `with:"within" unit:"d bd" doc:"Time from the beginning of the event to the notice."`
	Channels []string      `with:"channels" oneof:"sms email push site" doc:"Channels of the notice, any of which is enough."`
}

func (ForceMajeureNotice) Rule() clause.Doc {
	return clause.Doc{
		Name:  "operations.force_majeure_notice",
		About: "If it is technically possible, users are told of force majeure within the stated time of its beginning.",
	}
}

// ForceMajeureShift moves terms that force majeure interrupted.
type ForceMajeureShift struct {
	Percent int `with:"percent" min:"0" max:"100" doc:"Part of the overlap by which a term is extended, in per cent."`
}

func (ForceMajeureShift) Rule() clause.Doc {
	return clause.Doc{
		Name:  "operations.force_majeure_shift",
		About: "Terms are extended in proportion to the time force majeure lasted.",
	}
}

// ForceMajeureEnd sets when force majeure ends the contract.
type ForceMajeureEnd struct {
	After        clause.Period `with:"after" unit:"d mo" doc:"Time from the beginning of the event."`
	RefundUnused bool          `with:"refund_unused" doc:"Whether money paid for services not used is returned."`
}

func (ForceMajeureEnd) Rule() clause.Doc {
	return clause.Doc{
		Name:  "operations.force_majeure_end",
		About: "The contract counts as ended when force majeure lasts longer than the stated time, without damages.",
	}
}
