package api

import (
	"context"
	"net/http"

	"tereze/internal/account"
	"tereze/internal/gate"
	"tereze/internal/identity"
)

type signInRequest struct {
	Name     string     `json:"name"`
	Password string     `json:"password"`
	Seen     []seenJSON `json:"seen,omitempty"` // editions shown, where signing in accepts them
}

func (a *API) signIn(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	var in signInRequest
	if err := read(r, &in); err != nil {
		return err
	}
	session, err := a.Accounts.SignIn(r.Context(), account.SignIn{
		Portal: v.Actor.Portal, SignInName: in.Name, Password: in.Password, Address: v.Address, Agent: r.UserAgent(), Program: "api/" + r.UserAgent(),
		Within: func(ctx context.Context, tx account.Tx, actor identity.Actor) error {
			return a.SignedIn(ctx, tx, actor, seenOf(in.Seen), v.Address)
		},
	})
	if err != nil {
		return err
	}
	return answer(w, http.StatusCreated, map[string]string{"token": session.Token})
}

func (a *API) exit(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if err := a.Accounts.Exit(r.Context(), a.Token(r, v.Actor.Portal)); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (a *API) me(w http.ResponseWriter, r *http.Request, _ gate.Visit, bound identity.Bound) error {
	u, err := a.Accounts.Me(r.Context(), bound.Actor())
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, map[string]any{
		"name": u.SignInName, "shown": u.Shown, "language": u.Language, "email": u.Email, "phone": u.Phone, "about": u.About,
		"created_at": u.CreatedAt, "roles": u.Roles,
	})
}

func (a *API) acceptances(w http.ResponseWriter, r *http.Request, v gate.Visit, bound identity.Bound) error {
	standings, err := a.Agreements.Standings(r.Context(), bound.Actor(), v.Now)
	if err != nil {
		return err
	}
	out := []acceptanceJSON{}
	for _, s := range standings {
		out = append(out, a.acceptancesOf(v, s.Accepted)...)
	}
	return answer(w, http.StatusOK, map[string]any{"acceptances": out})
}
