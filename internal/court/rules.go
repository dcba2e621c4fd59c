// Package court is electronic dealings with the courts: filings and the service of documents.
//
// It owns the proof that a participant was notified and who else is told. So far it defines the rules that
// the agreements of a portal set on this. It never takes a fee and never checks a signature itself.
package court

import (
	"tereze/internal/clause"
)

// Rules lists every rule of this room that a clause may set.
func Rules() []clause.Definition {
	return []clause.Definition{
		clause.Define[ServiceOfDocuments](),
		clause.Define[Representatives](),
	}
}

// ServiceOfDocuments sets what proves that a participant was notified.
type ServiceOfDocuments struct {
	States []string `with:"states" oneof:"posted notified delivered opened" doc:"States that are recorded, in their order."`
	Ground string   `with:"ground" doc:"Provision of the law under which notice is given."`
}

func (ServiceOfDocuments) Rule() clause.Doc {
	return clause.Doc{
		Name:  "court.service_of_documents",
		About: "A document sent through the cabinet passes the named states, each with its time for each recipient, and together they prove due notice.",
	}
}

// Representatives sets who else is told of submissions.
type Representatives struct {
	Kinds []string `with:"kinds" oneof:"application complaint protest other" doc:"Kinds of submission that are notified."`
}

func (Representatives) Rule() clause.Doc {
	return clause.Doc{
		Name:  "court.representatives",
		About: "A user may name trusted representatives, who are notified of submissions of the named kinds.",
	}
}
