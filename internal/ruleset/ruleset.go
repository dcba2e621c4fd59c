// Package ruleset lists the rules of every room: what a clause of a pack may be bound to.
//
// It is the one place that knows all rooms that define rules; house and the tools that read packs
// compile with it.
package ruleset

import (
	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/billing"
	"tereze/internal/catalogue"
	"tereze/internal/claims"
	"tereze/internal/clause"
	"tereze/internal/content"
	"tereze/internal/court"
	"tereze/internal/diary"
	"tereze/internal/eds"
	"tereze/internal/gate"
	"tereze/internal/notify"
	"tereze/internal/operations"
	"tereze/internal/party"
	"tereze/internal/privacy"
)

// All collects them.
func All() *clause.Catalogue {
	return clause.NewCatalogue(
		account.Rules(), agreement.Rules(), billing.Rules(), catalogue.Rules(), claims.Rules(), content.Rules(), court.Rules(),
		diary.Rules(), eds.Rules(), gate.Rules(), notify.Rules(), operations.Rules(), party.Rules(), privacy.Rules(),
	)
}
