package api

import (
	"context"
	"net/http"
	"strconv"

	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
)

func (a *API) receipt(w http.ResponseWriter, r *http.Request, _ gate.Visit, bound identity.Bound) error {
	entry, err := a.Opaque.ID(r.PathValue("entry"))
	if err != nil {
		return fault.New(fault.Absent, "gate.no_page")
	}
	var receipt evidence.Receipt
	err = a.View(r.Context(), func(view evidence.View) error {
		receipt, err = evidence.ReceiptOf(r.Context(), view, a.LogKey, bound.Actor().Home(), entry)
		return err
	})
	if err != nil {
		return err
	}
	return plain(w, "application/json", receipt.JSON())
}

func plain(w http.ResponseWriter, kind string, body []byte) error {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(body) // what is left to fail is the connection
	return nil
}

func (a *API) log(w http.ResponseWriter, r *http.Request, look func(context.Context, evidence.View) ([]byte, error)) error {
	var body []byte
	err := a.View(r.Context(), func(view evidence.View) error {
		var err error
		body, err = look(r.Context(), view)
		return err
	})
	if err != nil {
		return err
	}
	return plain(w, "text/plain; charset=utf-8", body)
}

func (a *API) key(w http.ResponseWriter, _ *http.Request, _ gate.Visit) error {
	return plain(w, "text/plain; charset=utf-8", []byte(a.LogKey+"\n"))
}

func (a *API) checkpoint(w http.ResponseWriter, r *http.Request, _ gate.Visit) error {
	return a.log(w, r, evidence.LatestCheckpoint)
}

// pair reads the two sizes of a path. Refusal: Invalid "evidence.out_of_range".
func pair(r *http.Request, first, second string) (x, y int64, err error) {
	x, errX := strconv.ParseInt(r.PathValue(first), 10, 64)
	y, errY := strconv.ParseInt(r.PathValue(second), 10, 64)
	if errX != nil || errY != nil {
		return 0, 0, fault.New(fault.Invalid, "evidence.out_of_range")
	}
	return x, y, nil
}

func (a *API) consistency(w http.ResponseWriter, r *http.Request, _ gate.Visit) error {
	earlier, later, err := pair(r, "earlier", "later")
	if err != nil {
		return err
	}
	return a.log(w, r, func(ctx context.Context, view evidence.View) ([]byte, error) {
		proof, err := evidence.Consistency(ctx, view, earlier, later)
		return evidence.FormatHashes(proof), err
	})
}

func (a *API) inclusion(w http.ResponseWriter, r *http.Request, _ gate.Visit) error {
	index, size, err := pair(r, "index", "size")
	if err != nil {
		return err
	}
	return a.log(w, r, func(ctx context.Context, view evidence.View) ([]byte, error) {
		proof, err := evidence.Inclusion(ctx, view, index, size)
		return evidence.FormatHashes(proof), err
	})
}

func (a *API) leaves(w http.ResponseWriter, r *http.Request, _ gate.Visit) error {
	from, to, err := pair(r, "from", "to")
	if err != nil {
		return err
	}
	return a.log(w, r, func(ctx context.Context, view evidence.View) ([]byte, error) {
		leaves, err := evidence.Leaves(ctx, view, from, to)
		return evidence.FormatHashes(leaves), err
	})
}
