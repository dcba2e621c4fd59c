package frame

import (
	"net/http"
	"net/url"

	"tereze/internal/agreement"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/web/design"
)

// Refused follows gate.Face. Somebody who only has to sign in, or to accept the agreement first, is
// led there and back; everybody else reads what is the matter, by which clause, and what to do.
func (f *Frame) Refused(w http.ResponseWriter, r *http.Request, v gate.Visit, status int, faults fault.Faults) {
	if shown, err := f.ended(w, r, v, faults[0]); shown {
		if err != nil {
			http.Error(w, http.StatusText(status), status)
		}
		return
	}
	if to := f.way(r, v, faults[0]); to != "" {
		http.Redirect(w, r, to, http.StatusSeeOther)
		return
	}
	if v.Actor.Language == "" {
		v.Actor.Language = f.Language(r, v.Actor)
	}
	x := faults[0]
	view := refusedView{
		Title:   f.Say(v, titleKey(status)),
		Message: f.Message(v, x),
		Cite:    f.Cite(v, x.Cite),
		Next:    f.Say(v, "refused.next"),
		Home:    design.Link{Text: f.Say(v, "refused.home"), URL: "/" + v.Actor.Portal},
	}
	if x.Kind == fault.Closed {
		view.Title, view.Next = f.Say(v, "refused.closed"), f.Say(v, "refused.closed_next")
		view.Home = design.Link{Text: f.Say(v, "frame.status"), URL: "/" + v.Actor.Portal + "/status"}
	}
	page := f.Page(r, v, view.Title)
	if err := f.Write(w, r, status, page, view.page()); err != nil {
		// The page itself cannot be drawn: all that is left is the status.
		http.Error(w, http.StatusText(status), status)
	}
}

// way is where a refusal leads instead of being shown, empty where it is shown.
func (f *Frame) way(r *http.Request, v gate.Visit, x *fault.Fault) string {
	if v.Actor.Portal == "" {
		return ""
	}
	home := "/" + v.Actor.Portal
	next := ""
	if r.Method == http.MethodGet {
		next = "next=" + url.QueryEscape(r.URL.RequestURI())
	}
	switch {
	case x.Key == "account.register_first":
		return home + "/register"
	case x.Key == "account.shut_out":
		return home + "/standing"
	case x.Key == "account.key_due":
		return home + "/key?" + next
	case x.Key == "account.password_due":
		return home + "/password?" + next
	case x.Kind == fault.Unauthenticated && x.Key == "account.sign_in_first":
		return home + "/sign-in?" + next
	case x.Key == "agreement.not_accepted" && x.Args["by"] == agreement.BySignIn:
		return home + "/sign-in?again=1&" + next
	case x.Key == "agreement.not_accepted":
		return home + "/agreement/accept?" + next
	}
	return ""
}

func titleKey(status int) string {
	switch status {
	case http.StatusNotFound:
		return "refused.absent"
	case http.StatusForbidden, http.StatusUnauthorized:
		return "refused.forbidden"
	case http.StatusConflict:
		return "refused.conflict"
	case http.StatusTooManyRequests:
		return "refused.too_many"
	case http.StatusServiceUnavailable:
		return "refused.unavailable"
	case http.StatusUnprocessableEntity:
		return "refused.invalid"
	}
	return "refused.accident"
}

// refusedView is the page of a refusal.
type refusedView struct {
	Title   string
	Message string
	Cite    design.Link
	Next    string
	Home    design.Link
}
