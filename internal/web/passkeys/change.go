package passkeys

import (
	"net/http"

	"tereze/internal/account"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// mine finds the passkey an address names.
func (s *Passkeys) mine(r *http.Request, v gate.Visit) (account.MyPasskey, error) {
	id, err := s.id(r)
	if err != nil {
		return account.MyPasskey{}, err
	}
	return s.Accounts.MyPasskey(r.Context(), v.Actor, id)
}

// Rename is GET /{portal}/cabinet/passkeys/{passkey}.
func (s *Passkeys) Rename(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	p, err := s.mine(r, v)
	if err != nil {
		return err
	}
	return s.showRename(w, r, v, p.Name, nil)
}

// RenamePost is POST of the same address.
func (s *Passkeys) RenamePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	p, err := s.mine(r, v)
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	name := r.PostFormValue("name")
	if err := s.Accounts.RenamePasskey(r.Context(), v.Actor, p.ID, name); err != nil {
		return s.showRename(w, r, v, name, err)
	}
	return frame.SeeOther(w, r, listURL(v)+"?done=renamed")
}

func (s *Passkeys) showRename(w http.ResponseWriter, r *http.Request, v gate.Visit, name string, refusal error) error {
	return s.showForm(w, r, v, formView{
		Heading: design.Heading{Text: s.Say(v, "passkeys.rename.title")},
		Name:    s.name(v, name), Button: design.Button{Text: s.Say(v, "passkeys.rename.button")},
	}, refusal)
}

// Remove is GET /{portal}/cabinet/passkeys/{passkey}/remove.
func (s *Passkeys) Remove(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	p, err := s.mine(r, v)
	if err != nil {
		return err
	}
	return s.showRemove(w, r, v, p, nil)
}

// RemovePost is POST of the same address.
func (s *Passkeys) RemovePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	p, err := s.mine(r, v)
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	if err := s.Accounts.RemovePasskey(r.Context(), v.Actor, p.ID, r.PostFormValue("old")); err != nil {
		return s.showRemove(w, r, v, p, err)
	}
	return frame.SeeOther(w, r, listURL(v)+"?done=removed")
}

func (s *Passkeys) showRemove(w http.ResponseWriter, r *http.Request, v gate.Visit, p account.MyPasskey, refusal error) error {
	view := formView{
		Heading: design.Heading{Caption: p.Name, Text: s.Say(v, "passkeys.remove.title"), Lead: s.Say(v, "passkeys.remove.lead")},
		Old:     s.old(v), Button: design.Button{Text: s.Say(v, "passkeys.remove.button"), Look: design.Warning},
	}
	keys, second, err := s.Accounts.MyPasskeys(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	if second && len(keys) == 1 {
		view.Inset = s.Say(v, "passkeys.remove.last")
	}
	return s.showForm(w, r, v, view, refusal)
}

// Second is GET /{portal}/cabinet/passkeys/second: to be asked for a passkey after the password, or
// not any more.
func (s *Passkeys) Second(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showSecond(w, r, v, nil)
}

// SecondPost is POST of the same address; "choice" is what the page offered.
func (s *Passkeys) SecondPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	choice := r.PostFormValue("choice")
	if choice != "on" && choice != "off" {
		return absent() // no page of ours sends anything else
	}
	if err := s.Accounts.ChooseSecond(r.Context(), v.Actor, choice == "on", r.PostFormValue("old")); err != nil {
		return s.showSecond(w, r, v, err)
	}
	return frame.SeeOther(w, r, listURL(v)+"?done=second_"+choice)
}

func (s *Passkeys) showSecond(w http.ResponseWriter, r *http.Request, v gate.Visit, refusal error) error {
	_, second, err := s.Accounts.MyPasskeys(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	view := formView{
		Heading: design.Heading{Text: s.Say(v, "passkeys.second.turn_on"), Lead: s.Say(v, "passkeys.second.on_lead")},
		Inset:   s.Say(v, "passkeys.second.advice"), Old: s.old(v),
		Button: design.Button{Text: s.Say(v, "passkeys.second.turn_on"), Name: "choice", Value: "on"},
	}
	if second {
		view.Heading = design.Heading{Text: s.Say(v, "passkeys.second.turn_off"), Lead: s.Say(v, "passkeys.second.off_lead")}
		view.Inset, view.Button = "", design.Button{Text: s.Say(v, "passkeys.second.turn_off"), Name: "choice", Value: "off", Look: design.Warning}
	}
	return s.showForm(w, r, v, view, refusal)
}
