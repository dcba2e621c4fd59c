// Package passkeys is the pages on which people add, use and remove passkeys.
//
// It owns what these pages say and the only script that speaks with a device. It decides nothing:
// whether a passkey is taken, and for what, account answers by the agreement.
package passkeys

import (
	"context"
	"net/http"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// Passkeys draws the pages of this area. All fields are needed.
type Passkeys struct {
	*frame.Frame
	Accounts *account.Accounts
	// SignedIn records what signing in accepts, in the transaction that begins the session.
	SignedIn func(ctx context.Context, tx account.Tx, actor identity.Actor, seen []agreement.Seen, address string) error
	// Begin is where somebody begins who signs in.
	Begin func(actor identity.Actor) string
}

func home(v gate.Visit) string { return "/" + v.Actor.Portal }

func listURL(v gate.Visit) string { return home(v) + "/cabinet/passkeys" }

func absent() error { return fault.New(fault.Absent, "gate.no_page") }

// page is the frame of a page in the cabinet.
func (s *Passkeys) page(r *http.Request, v gate.Visit, title string) design.Page {
	page := s.Page(r, v, title)
	page.Trail = []design.Link{
		{Text: s.Say(v, "frame.nav.home"), URL: home(v)},
		{Text: s.Say(v, "frame.nav.cabinet"), URL: home(v) + "/cabinet"},
		{Text: s.Say(v, "security.title"), URL: home(v) + "/cabinet/security"},
	}
	if r.URL.Path != listURL(v) {
		page.Trail = append(page.Trail, design.Link{Text: s.Say(v, "passkeys.title"), URL: listURL(v)})
	}
	return page
}

// id reads which passkey an address names.
func (s *Passkeys) id(r *http.Request) (identity.ID, error) {
	id, err := s.Opaque.ID(r.PathValue("passkey"))
	if err != nil {
		return 0, absent()
	}
	return id, nil
}

// elsewhere refuses where the portal is reached by an address that passkeys cannot be bound to.
func elsewhere() error { return fault.New(fault.Conflict, "passkeys.elsewhere") }
