package api

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
)

// problem is a refusal as RFC 9457 writes it, with our key and citation beside the sentence.
type problem struct {
	Type   string         `json:"type"`
	Title  string         `json:"title"`
	Status int            `json:"status"`
	Faults []problemFault `json:"faults"`
}

type problemFault struct {
	Key     string `json:"key"`
	Message string `json:"message"`
	Field   string `json:"field,omitempty"`
	Clause  string `json:"clause,omitempty"`
	By      string `json:"by,omitempty"` // how the agreement is to be accepted
}

// Refused follows gate.Face.
func (a *API) Refused(w http.ResponseWriter, _ *http.Request, v gate.Visit, status int, faults fault.Faults) {
	p := problem{Type: "about:blank", Title: http.StatusText(status), Status: status}
	for _, x := range faults {
		args := []string{}
		for name, value := range x.Args {
			args = append(args, name, value)
		}
		p.Faults = append(p.Faults, problemFault{
			Key: x.Key, Message: a.Words.Say(v.Actor.Language, x.Key, args...), Field: x.Field, Clause: x.Cite.String(), By: x.Args["by"],
		})
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer") // RFC 9110 §15.5.2
	}
	w.WriteHeader(status)
	// A status is sent: what is left to fail is the connection, and nobody reads of that.
	_ = json.NewEncoder(w).Encode(p)
}

// Token follows gate.Face: programs carry it in the header, so no browser sends it unasked.
func (a *API) Token(r *http.Request, _ string) string {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return ""
	}
	return token
}

// KeyHeader carries the key of a program, where a portal's agreement asks for a permission.
const KeyHeader = "Tereze-Program"

// Key follows gate.Face: whoever speaks JSON is a program, but the app on a phone, which answers where
// the person at the portal's page has asked it to.
func (a *API) Key(r *http.Request) (string, bool) {
	return r.Header.Get(KeyHeader), strings.HasPrefix(r.URL.Path, "/api/")
}

// Language follows gate.Face: the account's, else what the program asks for, else English.
func (a *API) Language(r *http.Request, actor identity.Actor) string {
	if actor.Language != "" {
		return actor.Language
	}
	spoken := []string{"kk", "ky", "ru", "en"}
	if p, ok := a.Agreements.Portal(actor.Portal); ok {
		spoken = p.Languages
	}
	for _, wish := range strings.Split(r.Header.Get("Accept-Language"), ",") {
		code, _, _ := strings.Cut(strings.TrimSpace(wish), ";")
		if code = strings.ToLower(strings.SplitN(code, "-", 2)[0]); slices.Contains(spoken, code) {
			return code
		}
	}
	return "en"
}

// Admit follows gate.Channel: whoever acts, acts under an agreement, and that may be about the pages
// only. Reading what everybody may read is no act, and leaving is open by every way.
func (a *API) Admit(r *http.Request, v gate.Visit) error {
	if v.Actor.Portal == "" || r.Method == http.MethodDelete || !v.Actor.Known() && r.Method != http.MethodPost {
		return nil
	}
	return a.Channel(r.Context(), v.Actor)
}

func answer(w http.ResponseWriter, status int, body any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n')) // as in Refused
	return nil
}

// maxJSON is the longest request; the largest we take is a sign-in.
const maxJSON = 64 << 10

// read takes one JSON object with known fields only. Refusal: Invalid "api.body".
func read(r *http.Request, into any) error {
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); strings.TrimSpace(kind) != "application/json" {
		return fault.New(fault.Invalid, "api.body")
	}
	d := json.NewDecoder(io.LimitReader(r.Body, maxJSON))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fault.New(fault.Invalid, "api.body").Wrap(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fault.New(fault.Invalid, "api.body")
	}
	return nil
}
