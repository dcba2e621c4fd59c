package house

import (
	"tereze/internal/clause"
	"tereze/internal/ruleset"
)

// Rules collects the rules of every room.
func Rules() *clause.Catalogue { return ruleset.All() }
