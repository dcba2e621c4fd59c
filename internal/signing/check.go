package signing

import (
	"bytes"
	"context"
	"slices"

	"tereze/internal/clause"
	"tereze/internal/eds"
	"tereze/internal/eds/pki"
	"tereze/internal/fault"
)

// FormField is the field of a page at which refusals of an answer stand.
const FormField = "signature_file"

// Signed is an answer that holds: who signed what was asked. Hand it to Use before anything follows from it.
type Signed struct {
	Request    Request
	Signatures [][]byte // one for each document of the request, as they came
	Revocation [][]byte // one for each signature: see Pair
	Holder     pki.Holder
	Signer     eds.Signer // of the statement
}

// Check says whether an answer is good: one signature for each document, each by one signer and valid, over
// the very bytes that were asked, all by the same certificate, of a person with an IIN, and of the one who
// was asked. A nil answer stands for what a phone has brought.
//
// Refusals, at FormField: Invalid "eds.reason.…" with the reason why the signature is not valid;
// Invalid "signing.form" for a signature in another form; Invalid "signing.nobody" for a certificate
// of no person; Forbidden "signing.other_person", "signing.other_organisation", by the clause on
// one's own key; Forbidden "signing.several_keys"; TooMany "signing.tries"; Absent "signing.ended";
// Conflict "signing.not_answered"; Invalid "form.signature_length"; Unavailable "signing.unverified" when
// nobody could say.
func (s *Signings) Check(ctx context.Context, r Request, answer [][]byte) (Signed, error) {
	if !s.live(r) {
		return Signed{}, ended()
	}
	if answer == nil {
		if answer = r.Content.Answer; answer == nil {
			return Signed{}, fault.New(fault.Conflict, "signing.not_answered").At(FormField)
		}
	}
	if len(answer) != len(r.Content.Documents) {
		return Signed{}, refused(pki.NoSigner)
	}
	if slices.ContainsFunc(answer, func(signature []byte) bool { return len(signature) > maxAnswer }) {
		return Signed{}, fault.New(fault.Invalid, "form.signature_length").At(FormField)
	}
	if err := s.count(ctx, r); err != nil {
		return Signed{}, err
	}
	signed := Signed{Request: r, Signatures: answer}
	var last *eds.Result
	for i, d := range r.Content.Documents {
		result, err := s.one(ctx, r, d, answer[i])
		if err != nil {
			return Signed{}, err
		}
		last = result
		signer := result.Signers[0]
		proofs, err := eds.EncodeProofs(signer.Proofs)
		if err != nil {
			return Signed{}, err
		}
		signed.Revocation = append(signed.Revocation, proofs)
		if i == 0 {
			signed.Signer, signed.Holder = signer, signer.Holder
		} else if !signer.Certificate.Equal(signed.Signer.Certificate) {
			return Signed{}, fault.New(fault.Forbidden, "signing.several_keys").At(FormField)
		}
	}
	if f := s.whose(r, signed.Holder); f != nil {
		return signed, f.Wrap(last.Further(further(), eds.CheckOwner, ""))
	}
	return signed, nil
}

// maxAnswer is the longest signature over one document, in octets: that of a statement has to fit into a receipt.
const maxAnswer = 256 << 10

// further are the checks that are made here, beyond those of the signature.
func further() []eds.CheckName { return []eds.CheckName{eds.CheckAsked, eds.CheckOwner} }

func refused(reason pki.Reason) error {
	return unproven(reason)
}

func unproven(reason pki.Reason) *fault.Fault {
	return fault.New(fault.Invalid, (&eds.Result{Reason: reason}).Key()).At(FormField)
}

// count bears many tries of a person, and not the many of a program that keeps us verifying.
func (s *Signings) count(ctx context.Context, r Request) error {
	var ok bool
	err := s.InTx(ctx, func(tx Tx) (err error) {
		ok, err = tx.TrySigning(ctx, r.Home, r.ID, maxTries)
		return err
	})
	if err == nil && !ok {
		return fault.New(fault.TooMany, "signing.tries").At(FormField)
	}
	return err
}

// one verifies the signature of one document. What is refused comes with every check as its cause (eds.Refused).
func (s *Signings) one(ctx context.Context, r Request, d Document, signature []byte) (*eds.Result, error) {
	q := eds.Question{Document: signature, Signers: 1, Purpose: pki.Signing}
	if r.Purpose == SignIn {
		q.Purpose = pki.Authentication
	}
	if r.Content.Format == eds.CMS && !bytes.HasPrefix(bytes.TrimSpace(signature), []byte("<")) {
		q.Content = bytes.NewReader(d.Content)
	}
	result, err := s.Verifier.Verify(ctx, q)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, err
	case err != nil: // a gateway that does not answer is no fault of the signature
		return nil, fault.New(fault.Unavailable, "signing.unverified").Wrap(err)
	case result.Form != r.Content.Format:
		return nil, fault.New(fault.Invalid, "signing.form").At(FormField).Wrap(result.Further(further(), "", ""))
	case !result.Valid:
		return nil, unproven(result.Reason).Wrap(result.Further(further(), "", ""))
	case len(result.Signers) != 1 || result.Signers[0].Certificate == nil:
		return nil, unproven(pki.NoSigner).Wrap(result.Further(further(), "", ""))
	case q.Content == nil && !bytes.Equal(result.Content, d.Content), result.Content != nil && !bytes.Equal(result.Content, d.Content):
		return nil, unproven(pki.WrongDocument).Wrap(result.Further(further(), eds.CheckAsked, pki.WrongDocument))
	}
	return result, nil
}

// whose refuses the key of somebody else than the one who was asked.
func (s *Signings) whose(r Request, h pki.Holder) *fault.Fault {
	person := h.Kind == pki.Individual || h.Kind == pki.LegalEntityPerson
	_, cite, _ := clause.In[eds.OwnKey](s.Book(r.Portal, s.Now()))
	switch {
	case h.Ambiguous || !person || h.IIN == "":
		return fault.New(fault.Invalid, "signing.nobody").At(FormField)
	case r.Content.IIN != "" && r.Content.IIN != h.IIN:
		return fault.New(fault.Forbidden, "signing.other_person").By(cite).At(FormField)
	case r.Content.BIN != "" && r.Content.BIN != h.BIN:
		return fault.New(fault.Forbidden, "signing.other_organisation").By(cite).At(FormField)
	}
	return nil
}
