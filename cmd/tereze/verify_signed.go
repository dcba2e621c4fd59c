package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"slices"
	"time"

	"tereze/internal/eds"
	"tereze/internal/eds/pki"
	"tereze/internal/evidence"
	"tereze/internal/signing"
)

// apart is how far the clocks of a portal and an authority may be from each other.
const apart = 2 * time.Minute

// verifySigned checks, without a network, the electronic signature that a receipt has with it: over the very
// statement that the entry names, which says of the act what the entry says, by a certificate of a trusted
// authority that was valid then (when the act was recorded or, where that is proved, when it was stamped), and
// had not been revoked, as far as the receipt has with it what the authority said of that.
func verifySigned(ctx context.Context, r evidence.Receipt, with beside, out io.Writer) error {
	refuse := func(why string) error {
		fmt.Fprintf(out, "\n%-8s%-10s %s\n", evidence.Failed, "signer", pki.Shown(why))
		return errTold
	}
	st, err := signing.ReadStatement(r.Signed.Statement)
	if err != nil {
		return refuse(err.Error())
	}
	if st.Portal != r.Entry.Portal {
		return refuse("the statement is of another portal than the entry")
	}
	for _, name := range []string{"document", "edition", "digest", "acceptance"} {
		if value, stands := st.Fields[name]; stands && value != r.Entry.Detail[name] {
			return refuse("the statement says otherwise than the entry: " + name)
		}
	}
	trust, err := trusted(with.roots)
	if err != nil {
		return err
	}
	q := eds.Question{
		Document: r.Signed.Signature, Content: bytes.NewReader(r.Signed.Statement), Signers: 1, Purpose: pki.Signing, At: r.Entry.At, Revocation: eds.WhenGiven,
	}
	proofs, missing, err := with.proofs(r.Signed.Revocation)
	if err != nil {
		return refuse(err.Error())
	}
	for _, p := range slices.Concat(proofs, missing) {
		if p.At.After(r.Entry.At.Add(apart)) {
			return refuse("what is said to have been relied on is of " + stamp(p.At) + ", after the act")
		}
	}
	q.Evidence.Proofs = proofs
	if st.Purpose == signing.SignIn {
		q.Purpose = pki.Authentication
	}
	result, err := (&eds.Own{Trust: trust, Now: time.Now, Rand: rand.Reader}).Verify(ctx, q)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\nThe electronic signature in it:\n")
	if err := printResult(out, result); err != nil {
		return err
	}
	printProofs(out, proofs, missing)
	if !result.Valid {
		return errTold
	}
	return nil
}

// beside is what a reader brings to a receipt.
type beside struct {
	roots string // folder of certificates of authorities; empty for none
	crls  files
}

// proofs reads what the receipt has of revocation. missing are lists that it names and nobody brought.
func (b beside) proofs(kept []byte) (proofs, missing []eds.Proof, err error) {
	if kept == nil {
		return nil, nil, nil
	}
	if proofs, err = eds.ReadProofs(kept); err != nil {
		return nil, nil, err
	}
	lists, err := readAll(b.crls, pki.MaxCRL)
	if err != nil {
		return nil, nil, err
	}
	proofs, missing = eds.Fill(proofs, lists)
	return proofs, missing, nil
}

// printProofs says what is known of revocation by the receipt alone.
func printProofs(out io.Writer, proofs, missing []eds.Proof) {
	for _, p := range proofs {
		fmt.Fprintf(out, "Relied on: %s of %s, in the receipt or given.\n", proofName(p), stamp(p.At))
	}
	for _, p := range missing {
		fmt.Fprintf(out, "Not looked at: %s of %s, SHA-256 %s, %s. Give it with --crl.\n", proofName(p), stamp(p.At), p.SHA256, pki.Shown(p.URL))
	}
	if len(proofs) == 0 && len(missing) == 0 {
		fmt.Fprintln(out, "The receipt has nothing with it about revocation: only the portal knows what it asked.")
	}
}

func proofName(p eds.Proof) string {
	switch p.Kind {
	case eds.AskOCSP:
		return "the authority's answer"
	case eds.AskDelta:
		return "the authority's delta list " + pki.Shown(p.Number)
	}
	return "the authority's list " + pki.Shown(p.Number)
}
