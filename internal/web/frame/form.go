package frame

import (
	"errors"
	"net/http"

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
