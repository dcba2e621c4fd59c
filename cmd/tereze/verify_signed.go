package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"time"

	"tereze/internal/eds"
	"tereze/internal/eds/pki"
	"tereze/internal/evidence"
	"tereze/internal/signing"
)

// verifySigned checks, without a network, the electronic signature that a receipt has with it: over the very
// statement that the entry names, which says of the act what the entry says, by a certificate of a trusted
// authority that was valid when the act was recorded or, where that is proved, when it was stamped.
func verifySigned(ctx context.Context, r evidence.Receipt, roots string, out io.Writer) error {
	refuse := func(why string) error {
		fmt.Fprintf(out, "\n%-8s%-10s %s\n", evidence.Failed, "signer", why)
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
	trust, err := trusted(roots)
	if err != nil {
		return err
	}
	q := eds.Question{
		Document: r.Signed.Signature, Content: bytes.NewReader(r.Signed.Statement), Signers: 1, Purpose: pki.Signing, At: r.Entry.At, Revocation: eds.WhenGiven,
	}
	if st.Purpose == signing.SignIn {
		q.Purpose = pki.Authentication
	}
	result, err := (&eds.Own{Trust: trust, Now: time.Now, Rand: rand.Reader}).Verify(ctx, q)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\nThe electronic signature in it:\n")
	if err := printVerdict(out, result); err != nil {
		return err
	}
	if !result.Valid {
		return errTold
	}
	return nil
}
