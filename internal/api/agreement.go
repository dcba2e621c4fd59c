package api

import (
	"net/http"
	"strconv"
	"time"

	"tereze/internal/agreement"
	"tereze/internal/fault"
	"tereze/internal/gate"
)

type portalJSON struct {
	Name      string          `json:"name"`
	Title     agreement.Words `json:"title"`
	Languages []string        `json:"languages"`
	Zone      string          `json:"zone"`
	Documents []string        `json:"documents"`
}

func (a *API) portals(w http.ResponseWriter, _ *http.Request, _ gate.Visit) error {
	out := []portalJSON{}
	for _, p := range a.Agreements.Portals() {
		out = append(out, portalJSON{p.Name, p.Title, p.Languages, p.Zone.String(), p.Documents})
	}
	return answer(w, http.StatusOK, map[string]any{"portals": out})
}

type editionJSON struct {
	Document  string          `json:"document"`
	Number    int             `json:"edition"`
	Title     agreement.Words `json:"title"`
	PostedAt  time.Time       `json:"posted_at"`
	InForceAt time.Time       `json:"in_force_at"`
	EndedAt   *time.Time      `json:"ended_at,omitempty"` // superseded or withdrawn
	InForce   bool            `json:"in_force"`
	Digest    []byte          `json:"digest"`
	Clauses   []clauseJSON    `json:"clauses,omitempty"`
}

type clauseJSON struct {
	Number  string          `json:"number"`
	Kind    string          `json:"kind"`
	Text    agreement.Words `json:"text"`
	Rules   []ruleJSON      `json:"rules,omitempty"`
	Repeats string          `json:"repeats,omitempty"`
}

type ruleJSON struct {
	Rule       string            `json:"rule"`
	Parameters map[string]string `json:"parameters,omitempty"`
}

func (a *API) documents(w http.ResponseWriter, _ *http.Request, v gate.Visit) error {
	p, _ := a.Agreements.Portal(v.Actor.Portal)
	out := []editionJSON{}
	for _, document := range p.Documents {
		for _, e := range a.Agreements.Published(p.Name, document) {
			out = append(out, a.editionOf(e, v.Now))
		}
	}
	return answer(w, http.StatusOK, map[string]any{"editions": out})
}

func (a *API) editionOf(e agreement.Edition, now time.Time) editionJSON {
	published := a.Agreements.Published(e.Portal, e.Document)
	current, offered := agreement.InForce(published, now)
	out := editionJSON{
		Document: e.Document, Number: e.Number, Title: e.Content.Title, PostedAt: e.PostedAt, InForceAt: e.InForceAt, Digest: e.Digest,
		InForce: offered && current.Number == e.Number,
	}
	if at, ok := agreement.Superseded(published, e.Number); ok {
		out.EndedAt = &at
	} else if !e.WithdrawnAt.IsZero() {
		out.EndedAt = &e.WithdrawnAt
	}
	return out
}

func (a *API) edition(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	number, err := strconv.Atoi(r.PathValue("number"))
	if err != nil {
		return fault.New(fault.Absent, "gate.no_page")
	}
	for _, e := range a.Agreements.Published(v.Actor.Portal, r.PathValue("document")) {
		if e.Number != number {
			continue
		}
		out := a.editionOf(e, v.Now)
		for _, c := range e.Content.Clauses {
			j := clauseJSON{Number: c.Number, Kind: string(c.Kind), Text: c.Text, Repeats: c.Repeats}
			for _, rule := range c.Rules {
				parameters := map[string]string{}
				for _, p := range rule.With {
					parameters[p.Name] = p.String()
				}
				j.Rules = append(j.Rules, ruleJSON{rule.Name, parameters})
			}
			out.Clauses = append(out.Clauses, j)
		}
		return answer(w, http.StatusOK, out)
	}
	return fault.New(fault.Absent, "gate.no_page")
}

type seenJSON struct {
	Document string `json:"document"`
	Edition  int    `json:"edition"`
}

func seenOf(in []seenJSON) (out []agreement.Seen) {
	for _, s := range in {
		out = append(out, agreement.Seen{Document: s.Document, Edition: s.Edition})
	}
	return out
}

type acceptRequest struct {
	How  string     `json:"how"`
	Seen []seenJSON `json:"seen"`
}

type acceptanceJSON struct {
	Document string    `json:"document"`
	Edition  int       `json:"edition"`
	How      string    `json:"how"`
	Language string    `json:"language"`
	At       time.Time `json:"at"`
	Clause   string    `json:"clause"`
	Receipt  string    `json:"receipt"` // address of the receipt
}

func (a *API) accept(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	var in acceptRequest
	if err := read(r, &in); err != nil {
		return err
	}
	accepted, err := a.Agreements.Accept(r.Context(), v.Actor, in.How, seenOf(in.Seen), v.Address)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, map[string]any{"acceptances": a.acceptancesOf(v, accepted)})
}

func (a *API) acceptancesOf(v gate.Visit, accepted []agreement.Acceptance) []acceptanceJSON {
	out := []acceptanceJSON{}
	for _, x := range accepted {
		out = append(out, acceptanceJSON{
			x.Document, x.Edition, x.How, x.Language, x.At, x.Cite.String(),
			"/api/v1/portals/" + v.Actor.Portal + "/receipts/" + a.Opaque.Of(x.Evidence),
		})
	}
	return out
}
