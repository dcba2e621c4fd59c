package contacts

import (
	"context"
	"net/http"

	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// What the button of the section asks for.
const (
	subscribe   = "subscribe"
	unsubscribe = "unsubscribe"
)

// service lets a person subscribe to service messages (ismet 1.17.1).
type service struct {
	Title  string
	Text   string
	Cite   design.Link
	Always string // what comes all the same
	URL    string
	Button design.Button
}

func (s *Contacts) service(ctx context.Context, v gate.Visit) (*service, error) {
	sub, err := s.Accounts.MySubscription(ctx, v.Actor)
	if fault.Is(err, fault.Absent) {
		return nil, nil // nothing to subscribe to
	}
	if err != nil {
		return nil, err
	}
	x := &service{
		Title: s.Say(v, "contacts.service.title"), Text: s.Say(v, "contacts.service.off", "value", sub.To.Value), Cite: s.Cite(v, sub.Cite),
		Always: s.Say(v, "contacts.service.always"), URL: contactsURL(v) + "/service",
		Button: design.Button{Text: s.Say(v, "contacts.service.subscribe"), Look: design.Secondary, Name: "do", Value: subscribe},
	}
	if sub.On {
		x.Text = s.Say(v, "contacts.service.on", "value", sub.To.Value)
		x.Button.Text, x.Button.Value = s.Say(v, "contacts.service.unsubscribe"), unsubscribe
	}
	return x, nil
}

// ServicePost is POST /{portal}/cabinet/contacts/service: it begins or ends the subscription.
func (s *Contacts) ServicePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	do := r.PostFormValue("do")
	if do != subscribe && do != unsubscribe {
		return absent()
	}
	if err := s.Accounts.Subscribe(r.Context(), v.Actor, do == subscribe); err != nil {
		return err
	}
	return frame.SeeOther(w, r, contactsURL(v)+"?done="+do)
}
