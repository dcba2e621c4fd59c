// Package idcard reads who signed with an identity card of Kyrgyzstan.
//
// It owns the profile of the card's certificate, by a rule that the operator sets since no certificate is public,
// and the folder of whom to trust: the authorities of the state and their lists of what they revoked. Whether a
// signature is good package eds finds out. It speaks with no card and keeps nothing.
package idcard

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"tereze/internal/eds"
	"tereze/internal/eds/pki"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// FormField is the field of a page at which refusals of a signature stand.
const FormField = "card"

// maxAnswer is the longest signature that is read, in octets: a certificate or three and a line of text.
const maxAnswer = 128 << 10

// Profile is the rule by which a certificate names its holder: the attribute of the subject that holds the
// personal number, and what stands before the number in it.
type Profile struct {
	Attribute string // object identifier
	Prefix    string
}

// DefaultProfile is the personal number alone in serialNumber (2.5.4.5).
func DefaultProfile() Profile { return Profile{Attribute: "2.5.4.5"} }

// ParseProfile reads OID or OID=PREFIX.
func ParseProfile(s string) (Profile, error) {
	oid, prefix, _ := strings.Cut(s, "=")
	for part := range strings.SplitSeq(oid, ".") {
		if part == "" || strings.Trim(part, "0123456789") != "" {
			return Profile{}, fmt.Errorf("%q: want an object identifier, or OID=PREFIX", s)
		}
	}
	return Profile{Attribute: oid, Prefix: prefix}, nil
}

// Cards says whose card signed. Verifier and Profile are needed.
type Cards struct {
	Verifier eds.Verifier
	Profile  Profile
	// Lists gives the lists of revoked certificates that are at hand; nil: the verifier asks by itself.
	Lists func() ([][]byte, error)
	// Key is the licence of the middleware for the portal's address, as its maker sells it; may be empty.
	Key string
	// Plugin is by which name the middleware finds these cards.
	Plugin string
}

// Plugin is the name under which the middleware knows citizens' cards of Kyrgyzstan.
const Plugin = "citiz-kg"

// Prove says whose card signed the statement. The signature is a PKCS#7 message that encloses what it signs, in
// DER, PEM or base64. Cards issued before the year oldest are of an older model.
//
// Refusals, at FormField: Invalid "eds.reason.…" with the reason why the signature is not valid, Invalid
// "idcard.nobody" for a certificate that names no citizen, Forbidden "idcard.model". An error that is none of these
// means that nobody could say.
func (c *Cards) Prove(ctx context.Context, statement string, signature []byte, oldest int) (identity.Citizen, error) {
	nobody := identity.Citizen{}
	if len(signature) > maxAnswer {
		return nobody, refused(pki.TooLarge)
	}
	q := eds.Question{Document: signature, Signers: 1, Purpose: pki.Authentication, Archive: true} // Archive: 34.310-2004 is what cards have
	if c.Lists != nil {
		lists, err := c.Lists()
		if err != nil {
			return nobody, fmt.Errorf("lists of revoked cards: %w", err)
		}
		q.Evidence.CRLs = lists
	}
	result, err := c.Verifier.Verify(ctx, q)
	switch {
	case err != nil:
		return nobody, err
	case !result.Valid:
		return nobody, refused(result.Reason).Wrap(result.Further(further(), "", ""))
	case result.Form != eds.CMS || len(result.Signers) != 1 || result.Signers[0].Certificate == nil:
		return nobody, refused(pki.NoSigner).Wrap(result.Further(further(), "", ""))
	case !bytes.Equal(result.Content, []byte(statement)):
		return nobody, refused(pki.WrongDocument).Wrap(result.Further(further(), eds.CheckAsked, pki.WrongDocument))
	}
	card := result.Signers[0].Certificate
	if card.NotBefore.Year() < oldest {
		return nobody, fault.New(fault.Forbidden, "idcard.model").With("year", fmt.Sprint(oldest)).At(FormField)
	}
	return c.Profile.citizen(card)
}

// further is the check that is made here, beyond those of the signature.
func further() []eds.CheckName { return []eds.CheckName{eds.CheckAsked} }

func refused(reason pki.Reason) *fault.Fault {
	return fault.New(fault.Invalid, (&eds.Result{Reason: reason}).Key()).At(FormField)
}

// citizen reads the holder. A certificate that names two numbers, or is of another country, names nobody.
func (p Profile) citizen(card *pki.Certificate) (identity.Citizen, error) {
	nobody := fault.New(fault.Invalid, "idcard.nobody").At(FormField)
	var c identity.Citizen
	var common, country string
	for _, a := range card.Subject.Names {
		value, ok := a.Value.(string)
		if !ok {
			continue
		}
		value = strings.TrimSpace(value)
		switch a.Type.String() {
		case p.Attribute:
			number, ok := strings.CutPrefix(value, p.Prefix)
			if !ok || c.Number != "" && c.Number != number {
				return identity.Citizen{}, nobody
			}
			c.Number = number
		case "2.5.4.3":
			common = value
		case "2.5.4.4":
			c.Surname = value
		case "2.5.4.6":
			country = value
		case "2.5.4.42":
			c.Given = value
		}
	}
	if _, err := identity.ParsePIN(c.Number); err != nil || country != "KG" {
		return identity.Citizen{}, nobody
	}
	// The common name is surname, first name and, where there is one, patronymic.
	if rest, ok := strings.CutPrefix(common, strings.TrimSpace(c.Surname+" "+c.Given)+" "); ok {
		c.Patronymic = strings.TrimSpace(rest)
	}
	return c, nil
}

// Caps of a folder of lists. A card authority has a few.
const (
	maxLists = 20
	maxList  = 32 << 20
)

// FolderLists gives the lists of revoked certificates of a folder (*.crl), complete and delta, read anew at each
// question: the operator replaces them while the portal runs.
func FolderLists(folder fs.FS) func() ([][]byte, error) {
	return func() (lists [][]byte, err error) {
		entries, err := fs.ReadDir(folder, ".")
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if strings.ToLower(path.Ext(e.Name())) != ".crl" {
				continue
			}
			if len(lists) == maxLists {
				return nil, fmt.Errorf("more than %d lists", maxLists)
			}
			info, err := e.Info()
			if err != nil {
				return nil, err
			}
			if info.Size() > maxList {
				return nil, errors.New(e.Name() + " is too long")
			}
			list, err := fs.ReadFile(folder, e.Name())
			if err != nil {
				return nil, err
			}
			lists = append(lists, list)
		}
		return lists, nil
	}
}
