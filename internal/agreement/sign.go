package agreement

import (
	"context"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"time"

	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// SignWithin records that a person signed an acceptance of theirs electronically. signature is what evidence
// says of the signature, which was verified and is kept beside the entry by whoever calls; what was signed
// states the acceptance (Acceptance.Stated).
//
// Refusals: Absent "gate.no_page" for an acceptance that is not there; Conflict "agreement.signed" for one that
// is signed already.
func (a *Agreements) SignWithin(ctx context.Context, tx Tx, actor identity.Actor, x Acceptance, entry identity.ID, at time.Time, signature map[string]string) error {
	all, err := tx.AcceptancesOf(ctx, actor.Portal, actor.Home())
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(y Acceptance) bool { return y.Evidence == x.Evidence && string(y.Digest) == string(x.Digest) }) {
		return fault.New(fault.Absent, "gate.no_page")
	}
	signed, err := tx.EvidenceActs(ctx, actor.Home(), "agreement.sign", 0, mostSigned)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(signed, func(e evidence.Entry) bool { return e.Subject == x.subject() }) {
		return fault.New(fault.Conflict, "agreement.signed").By(x.Cite)
	}
	detail := map[string]string{
		"document": x.Document, "edition": strconv.Itoa(x.Edition), "digest": hex.EncodeToString(x.Digest),
		"acceptance": strconv.FormatInt(int64(x.Evidence), 10),
	}
	maps.Copy(detail, signature)
	_, err = a.Record(ctx, tx, evidence.Entry{
		Portal: x.Portal, Home: x.Home, ID: entry, At: at, Actor: actorName(actor), Act: "agreement.sign",
		Subject: x.subject(), Citation: x.Cite, Detail: detail,
	})
	return err
}

// mostSigned is more acceptances than anybody signs on a portal.
const mostSigned = 1000

func (x Acceptance) subject() string { return x.Document + "@" + strconv.Itoa(x.Edition) }

// Stated is what a signature of the acceptance states of it: which text, by its digest, and when and how it
// was accepted.
func (x Acceptance) Stated() map[string]string {
	return map[string]string{
		"document": x.Document, "edition": strconv.Itoa(x.Edition), "digest": hex.EncodeToString(x.Digest),
		"how": x.How, "accepted_at": x.At.UTC().Format(time.RFC3339Nano), "acceptance": strconv.FormatInt(int64(x.Evidence), 10),
	}
}
