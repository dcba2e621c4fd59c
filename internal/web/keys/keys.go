// Package keys is the pages on which people show whose signature key they hold: to sign in, to make their
// registration full, and to sign what they have accepted.
//
// It decides nothing: signing verifies, account and agreement say what follows.
package keys

import (
	"context"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/signing"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Keys is the area's pages.
type Keys struct {
	*frame.Asking
	// SignedIn records what signing in accepts; Begin is where somebody begins who has signed in.
	SignedIn func(ctx context.Context, tx account.Tx, actor identity.Actor, seen []agreement.Seen, address string) error
	Begin    func(identity.Actor) string
	// Mine lists what a person has accepted, and Sign signs one acceptance.
	Mine func(ctx context.Context, actor identity.Actor) ([]agreement.Acceptance, error)
	Sign func(ctx context.Context, actor identity.Actor, x agreement.Acceptance, key account.Key, serve account.Serve) (identity.ID, error)
}

func home(v gate.Visit) string { return "/" + v.Actor.Portal }

// signView is a page that asks for a signature.
type signView struct {
	Title   string
	Lead    string
	Errors  []design.FieldError
	Facts   design.SummaryList
	Asked   *frame.AskedView // nil: there is nothing to sign
	Told    string
	Next    design.Link
	Ways    []design.Link // other names to act in
	Cite    design.Link
	Success *design.NotificationBanner
}

// browser is that of somebody who is signed in: the home is the user, the token the session's.
func (s *Keys) browser(v gate.Visit, token string) signing.Browser {
	return signing.Browser{Home: v.Actor.User, Token: token}
}
