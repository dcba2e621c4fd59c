package frame

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/web/design"
)

// endedView is a form that came after its session had ended: what was typed, to be sent again.
type endedView struct {
	Heading design.Heading
	Cite    design.Link
	SignIn  design.Link // opens beside this page
	Again   string      // what to do after that
	Action  string
	Fields  [][2]string
	Button  design.Button
}

// mostKept is how many fields of a form are carried over, and longestKept how many bytes of them in all.
const (
	mostKept    = 200
	longestKept = 64 << 10
)

// ended keeps what was typed when a form comes after the session has ended (court 6.2): where the browser
// runs no script that warns, this page carries the fields, and sends them again once the person has
// signed in beside it. Nobody's secrets are carried; a file has to be chosen again.
func (f *Frame) ended(w http.ResponseWriter, r *http.Request, v gate.Visit, x *fault.Fault) (shown bool, err error) {
	if v.Ended == nil || r.Method != http.MethodPost || x.Key != "account.sign_in_first" || r.ParseForm() != nil {
		return false, nil
	}
	fields := kept(r.PostForm)
	if len(fields) == 0 {
		return false, nil
	}
	view := endedView{
		Heading: design.Heading{Text: f.Say(v, "frame.ended.title"), Lead: f.Message(v, v.Ended)}, Cite: f.Cite(v, v.Ended.Cite),
		SignIn: design.Link{Text: f.Say(v, "frame.idle.sign_in"), URL: "/" + v.Actor.Portal + "/sign-in"},
		Again:  f.Say(v, "frame.ended.again"), Action: r.URL.RequestURI(), Fields: fields,
		Button: design.Button{Text: f.Say(v, "frame.ended.button")},
	}
	return true, f.Write(w, r, http.StatusUnauthorized, f.Page(r, v, view.Heading.Text), view.page())
}

// kept are the fields of a form that may be carried over, in the order of their names; none where there
// are too many.
func kept(form url.Values) (out [][2]string) {
	size := 0
	for name, values := range form {
		if secret(name) {
			continue
		}
		for _, value := range values {
			out = append(out, [2]string{name, value})
			size += len(name) + len(value)
		}
	}
	if len(out) > mostKept || size > longestKept {
		return nil
	}
	slices.SortStableFunc(out, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	return out
}

// secret are the names under which forms take what opens access.
func secret(name string) bool {
	return slices.ContainsFunc([]string{"password", "again", "current", "code", "secret", "pin"}, func(part string) bool { return strings.Contains(name, part) })
}
