package api

import (
	_ "embed"
	"net/http"

	"tereze/internal/gate"
)

// description is kept by hand; a test holds it against the routes.
//
//go:embed openapi.json
var description []byte

func (a *API) openAPI(w http.ResponseWriter, _ *http.Request, _ gate.Visit) error {
	return plain(w, "application/json", description)
}
