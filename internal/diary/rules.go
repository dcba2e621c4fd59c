// Package diary is the school diary: what the staff of institutions enter and pupils and parents read.
//
// It owns classes, lessons and marks. So far it defines the rules that the agreements of a portal set on
// the information entered there. It never decides who belongs to an institution (party does).
package diary

import (
	"tereze/internal/clause"
)

// Rules lists every rule of this room that a clause may set.
func Rules() []clause.Definition {
	return []clause.Definition{
		clause.Define[DataEntry](),
	}
}

// DataEntry sets what information the system holds and who enters it.
type DataEntry struct {
	EnteredBy []string `with:"entered_by" oneof:"institution_staff institution_administrator" doc:"Who enters information."`
	Forms     []string `with:"forms" oneof:"statistics reports" doc:"Standard forms that are filled in the system."`
}

func (DataEntry) Rule() clause.Doc {
	return clause.Doc{
		Name:  "diary.data_entry",
		About: "Information is what the named staff enter, standard forms included.",
	}
}
