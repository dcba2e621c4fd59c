package frame

import (
	"errors"
	"net/http"
	"net/url"

	"tereze/internal/fault"
)

// FormStatus is the status a form is shown again with, by the first of its refusals.
func FormStatus(err error) int {
	x, ok := errors.AsType[*fault.Fault](err)
	if !ok {
		return http.StatusUnprocessableEntity
	}
	switch x.Kind {
	case fault.Conflict:
		return http.StatusConflict
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.TooMany:
		return http.StatusTooManyRequests
	}
	return http.StatusUnprocessableEntity
}

// Carried is what a sign-in form wants on the page after it: where to go on, and what was shown. A
// later page reads it with url.ParseQuery; the secrets of the form are not in it.
func Carried(r *http.Request) string {
	kept := url.Values{}
	for _, name := range []string{"next", "seen"} {
		for _, value := range r.PostForm[name] {
			if len(kept[name]) < 20 && len(value) < 2000 {
				kept.Add(name, value)
			}
		}
	}
	return kept.Encode()
}
