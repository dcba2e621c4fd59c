package signing

import (
	"bytes"
	"context"
	"crypto/subtle"
	"errors"
	"slices"
	"strconv"
	"strings"

	"tereze/internal/eds"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Ticket is what a phone's address carries: which request, and its secret. It opens the request for
// reading and answering, never the browser's part of it.
func (r Request) Ticket() string {
	return strconv.FormatInt(int64(r.Home), 36) + "." + strconv.FormatInt(int64(r.ID), 36) + "." + r.Content.Secret
}

// ForPhone gives the request of a ticket. Refusal: Absent "signing.ended" for one that is not ours, of
// another portal, that was answered, has served, or has run out.
func (s *Signings) ForPhone(ctx context.Context, portal, ticket string) (Request, error) {
	r, err := s.ticket(ctx, portal, ticket)
	if err == nil && r.State != Open {
		return Request{}, ended()
	}
	return r, err
}

// ForAnswer is ForPhone for a phone that brings an answer: one that has brought it before may do so again.
func (s *Signings) ForAnswer(ctx context.Context, portal, ticket string) (Request, error) {
	return s.ticket(ctx, portal, ticket)
}

func (s *Signings) ticket(ctx context.Context, portal, ticket string) (r Request, err error) {
	parts := strings.Split(ticket, ".")
	if len(parts) != 3 || len(ticket) > 100 {
		return Request{}, ended()
	}
	home, errHome := strconv.ParseInt(parts[0], 36, 64)
	id, errID := strconv.ParseInt(parts[1], 36, 64)
	if errHome != nil || errID != nil {
		return Request{}, ended()
	}
	err = s.InView(ctx, func(tx Tx) error {
		r, err = tx.Signing(ctx, identity.ID(home), identity.ID(id))
		return err
	})
	switch {
	case fault.Is(err, fault.Absent):
		return Request{}, ended()
	case err != nil:
		return Request{}, err
	case r.Portal != portal || subtle.ConstantTimeCompare([]byte(r.Content.Secret), []byte(parts[2])) != 1 || !s.live(r):
		return Request{}, ended()
	}
	return r, nil
}

// Fetched notes that a phone has what is to be signed, so that the page can tell.
func (s *Signings) Fetched(ctx context.Context, r Request) error {
	if r.Content.Fetched {
		return nil
	}
	r.Version++
	r.Content.Fetched = true
	err := s.InTx(ctx, func(tx Tx) error { return tx.SaveSigning(ctx, r) })
	if fault.Is(err, fault.Conflict) {
		return nil // somebody was quicker, and what they did tells more
	}
	return err
}

// CheckBearer refuses a phone that does not show what API 1 gave it. Refusal: Forbidden "signing.ended".
func (r Request) CheckBearer(authorization string) error {
	if r.Content.Bearer == "" {
		return nil
	}
	token, ok := strings.CutPrefix(authorization, "Bearer ")
	if !ok || subtle.ConstantTimeCompare([]byte(token), []byte(r.Content.Bearer)) != 1 {
		return fault.New(fault.Forbidden, "signing.ended")
	}
	return nil
}

// Answer takes what a phone brings, if Check does. The request is then Answered and waits for the browser
// that asked; why an answer is refused is shown there too. The same answer once more changes nothing: the
// phone has not heard that the first had come. Refusals: those of Check, with who signed where that is what
// is refused, and Conflict "eds.reason.nonce_used" when another phone was first.
func (s *Signings) Answer(ctx context.Context, r Request, answer [][]byte) (Signed, error) {
	if r.State == Answered {
		if slices.EqualFunc(answer, r.Content.Answer, bytes.Equal) {
			return Signed{}, nil
		}
		return Signed{}, usedUp()
	}
	if answer == nil {
		answer = [][]byte{}
	}
	signed, refusal := s.Check(ctx, r, answer)
	x, known := errors.AsType[*fault.Fault](refusal)
	if refusal != nil && (!known || x.Kind == fault.Absent || x.Kind == fault.TooMany || x.Kind == fault.Unavailable) {
		return Signed{}, refusal
	}
	r.Version++
	if known {
		r.Content.Refused = x.Key
	} else {
		r.State, r.Content.Answer, r.Content.Refused = Answered, answer, ""
	}
	err := s.InTx(ctx, func(tx Tx) error { return tx.SaveSigning(ctx, r) })
	if fault.Is(err, fault.Conflict) {
		return Signed{}, usedUp()
	}
	if err != nil {
		return Signed{}, err
	}
	return signed, refusal
}

func usedUp() error { return fault.New(fault.Conflict, "eds.reason.nonce_used").At(FormField) }

// Method is how the app is told to sign.
func (r Request) Method() string {
	switch {
	case r.Content.Format == eds.XML:
		return "XML"
	case r.Content.Detached:
		return "CMS_SIGN_ONLY"
	}
	return "CMS_WITH_DATA"
}
