package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"tereze/internal/eds"
	"tereze/internal/eds/pki"
	"tereze/internal/words"
)

const edsHelp = `Usage: tereze eds verify FILE [--content FILE] [--at TIME] [--roots DIR] [--crl FILE…] [--ocsp FILE…] [--json]
       tereze eds show CERT

tereze eds verify -h and tereze eds show -h say more.
`

// edsCommand is the commands about electronic signatures.
func edsCommand(ctx context.Context, args []string, out, errs io.Writer) int {
	if len(args) > 0 {
		switch args[0] {
		case "verify":
			return edsVerify(ctx, args[1:], out, errs)
		case "show":
			return edsShow(args[1:], out, errs)
		case "help", "-h", "-help", "--help":
			fmt.Fprint(out, edsHelp)
			return 0
		}
		fmt.Fprintf(errs, "tereze eds: no command %q\n", args[0])
	}
	fmt.Fprint(errs, edsHelp)
	return 2
}

const edsVerifyHelp = `Verifies an electronic signature without a network: a signed message (CMS, CAdES-T) in DER,
BER, PEM or base64, signed XML, or a time-stamp token or the authority's answer that holds it.

Usage: tereze eds verify FILE [--content FILE] [--at TIME] [--roots DIR] [--crl FILE…] [--ocsp FILE…] [--json]

--content is the document of a detached signature or of a time-stamp. Given for an attached
signature, it has to be the document that is enclosed.

--at is the moment asked about (2026-06-01T00:00:00Z, or 2026-06-01 for its beginning in UTC).
Certificates have to be valid then, or at the moment of a verified time-stamp if that is
earlier. Without --at the moment is now.

--roots is a folder of certificates of authorities (.cer, .crt, .pem, .der) that are trusted beside
those of Kazakhstan's National Certification Authority that ship with the program. An authority
whose issuer is not among them is trusted by itself. Certificates of people and services in the folder are not trusted; they are
used where a signature or a time-stamp does not enclose its own. With a MANIFEST.json in the folder a file
that it does not name with the same SHA-256 is refused.

Revocation is checked with what --crl (complete and delta lists) and --ocsp (answers of the
authority) bring; then the signer's certificate has to be found good in it. Without either
nobody is asked, the answer says "unchecked", and a valid signature may still be of a
certificate that was revoked. A portal never accepts such a signature.

The answer is 0 only when every signature is valid, 1 when one is not or cannot be read.

Example: tereze eds verify contract.cms --content contract.pdf --crl nca_gost_2022.crl
`

// edsQuestion is the command line of one verification.
type edsQuestion struct {
	content, at, roots string
	crls, ocsps        files
	asJSON             bool
}

// files collects the values of a flag that is given several times.
type files []string

func (f *files) String() string     { return strings.Join(*f, " ") }
func (f *files) Set(s string) error { *f = append(*f, s); return nil }

func edsVerify(ctx context.Context, args []string, out, errs io.Writer) int {
	var in edsQuestion
	f := flag.NewFlagSet("eds verify", flag.ContinueOnError)
	f.StringVar(&in.content, "content", "", "`file` that was signed, where the signature does not enclose it")
	f.StringVar(&in.at, "at", "", "`moment` asked about (default: now)")
	f.StringVar(&in.roots, "roots", "", "`folder` of certificates of authorities that are trusted too")
	f.Var(&in.crls, "crl", "`files` of lists of revoked certificates")
	f.Var(&in.ocsps, "ocsp", "`files` of OCSP answers")
	f.BoolVar(&in.asJSON, "json", false, "answer in JSON")
	rest, status, done := parse(f, edsVerifyHelp, spread(args, "crl", "ocsp"), out, errs)
	if done {
		return status
	}
	if len(rest) != 1 {
		return misuse(errs, f, "want one file")
	}
	r, err := in.ask(ctx, rest[0])
	if err != nil {
		return refuse(errs, f, err)
	}
	if in.asJSON {
		err = writeVerdict(out, r)
	} else {
		err = printVerdict(out, r)
	}
	if err != nil {
		return refuse(errs, f, err)
	}
	if !r.Valid {
		return 1
	}
	return 0
}

// spread lets one flag take several files: "--crl a b" becomes "--crl a --crl b". A file that stands
// last behind such a row is the one to verify, if no other is named.
func spread(args []string, names ...string) (out []string) {
	lone, row, loneRow := 0, "", 0
	for i := 0; i < len(args); i++ {
		name, _, joined := strings.Cut(strings.TrimLeft(args[i], "-"), "=")
		switch {
		case strings.HasPrefix(args[i], "-") && args[i] != "-":
			row = ""
			out = append(out, args[i])
			takesValue := !joined && name != "json" && name != "recount" && name != "h" && name != "help"
			if takesValue && i+1 < len(args) {
				i++
				out = append(out, args[i])
			}
			if slices.Contains(names, name) {
				row = name
			}
		case row != "":
			out = append(out, "--"+row, args[i])
			loneRow = len(out) - 2
		default:
			out, lone = append(out, args[i]), lone+1
		}
	}
	if lone == 0 && loneRow > 0 {
		out = slices.Delete(out, loneRow, loneRow+1)
	}
	return out
}

// maxSigned is more than a signed document may have; the verifier has the exact limit.
const maxSigned = 100 << 20

func (in *edsQuestion) ask(ctx context.Context, name string) (*eds.Result, error) {
	q := eds.Question{Revocation: eds.WhenGiven}
	var err error
	if q.Document, err = contents(name, maxSigned); err != nil {
		return nil, err
	}
	if in.content != "" {
		file, err := os.Open(in.content)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		q.Content = file
	}
	if q.At, err = moment(in.at); err != nil {
		return nil, err
	}
	if q.Evidence.CRLs, err = readAll(in.crls, pki.MaxCRL); err != nil {
		return nil, err
	}
	if q.Evidence.OCSP, err = readAll(in.ocsps, maxTrustedAnswer); err != nil {
		return nil, err
	}
	trust, err := trusted(in.roots)
	if err != nil {
		return nil, err
	}
	return (&eds.Own{Trust: trust, Now: time.Now, Rand: rand.Reader}).Verify(ctx, q)
}

// maxTrustedAnswer is more than an OCSP answer has.
const maxTrustedAnswer = 1 << 20

func readAll(names []string, limit int64) (all [][]byte, err error) {
	for _, name := range names {
		data, err := contents(name, limit)
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

// moment reads a time as people write one for a program.
func moment(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	for _, form := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(form, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("--at %q is no time: write 2026-06-01T00:00:00Z or 2026-06-01", s)
}

// trusted is the store that ships, with a folder of the person's own.
func trusted(folder string) (*eds.TrustStore, error) {
	store, err := eds.Production()
	if err != nil || folder == "" {
		return store, err
	}
	if info, err := os.Stat(folder); err != nil {
		return nil, fmt.Errorf("trust store: %w", err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("trust store: %s is no folder", folder)
	}
	own := os.DirFS(folder)
	if !eds.HasManifest(own) {
		return eds.FolderTrust(own, store)
	}
	listed, err := eds.LoadTrust(own)
	if err != nil {
		return nil, err
	}
	return store.With(append(listed.Roots(), listed.Authorities()...)...), nil
}

// verdict is the answer as other programs read it.
type verdict struct {
	Valid   bool            `json:"valid"`
	Reason  pki.Reason      `json:"reason"`
	Message string          `json:"message"`
	Form    eds.Form        `json:"form"`
	Checks  []verdictCheck  `json:"checks"`
	Signers []verdictSigner `json:"signers"`
}

type verdictSigner struct {
	Valid         bool           `json:"valid"`
	Reason        pki.Reason     `json:"reason"`
	Name          string         `json:"name"`
	IIN           string         `json:"iin"`
	BIN           string         `json:"bin"`
	Organisation  string         `json:"organisation"`
	Role          string         `json:"role"`
	Algorithm     string         `json:"algorithm"`
	SignedAt      *time.Time     `json:"signed_at"`
	TimestampedAt *time.Time     `json:"timestamped_at"`
	JudgedAt      *time.Time     `json:"judged_at"`
	Chain         []verdictLink  `json:"chain"`
	Revocation    string         `json:"revocation"`
	RevokedAt     *time.Time     `json:"revoked_at,omitempty"`
	Checks        []verdictCheck `json:"checks"`
}

type verdictLink struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

type verdictCheck struct {
	Name    eds.CheckName `json:"name"`
	Outcome eds.Outcome   `json:"outcome"`
	Reason  pki.Reason    `json:"reason,omitempty"`
	Detail  string        `json:"detail,omitempty"`
}

func writeVerdict(out io.Writer, r *eds.Result) error {
	message, err := verdictSentence(r)
	if err != nil {
		return err
	}
	v := verdict{Valid: r.Valid, Reason: r.Reason, Message: message, Form: r.Form, Checks: verdictChecks(r.Checks), Signers: []verdictSigner{}}
	for _, s := range r.Signers {
		one := verdictSigner{
			Valid: s.Valid, Reason: s.Reason, Name: s.Holder.Name, IIN: s.Holder.IIN, BIN: s.Holder.BIN, Organisation: s.Holder.Organisation,
			Role: s.Role(), Algorithm: s.Algorithm, SignedAt: known(s.SignedAt), TimestampedAt: known(s.TimestampedAt), JudgedAt: known(s.JudgedAt),
			Chain: []verdictLink{}, Revocation: s.Revocation.State, RevokedAt: known(s.Revocation.RevokedAt), Checks: verdictChecks(s.Checks),
		}
		for _, c := range s.Chain {
			one.Chain = append(one.Chain, verdictLink{Name: c.Subject.CommonName, SHA256: c.Fingerprint()})
		}
		v.Signers = append(v.Signers, one)
	}
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

func verdictChecks(checks []eds.Check) []verdictCheck {
	out := []verdictCheck{}
	for _, c := range checks {
		out = append(out, verdictCheck(c))
	}
	return out
}

func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// verdictSentence is what people are told, in English.
func verdictSentence(r *eds.Result) (string, error) {
	book, err := words.Load()
	if err != nil {
		return "", err
	}
	return book.Say("en", r.Key()), nil
}

func printVerdict(out io.Writer, r *eds.Result) error {
	err := printResult(out, r)
	if err == nil && r.Valid && slices.ContainsFunc(r.Signers, func(s eds.Signer) bool { return s.Revocation.State == "unchecked" }) {
		fmt.Fprintln(out, "Nobody was asked whether a certificate had been revoked: give --crl or --ocsp.")
	}
	return err
}

func printResult(out io.Writer, r *eds.Result) error {
	message, err := verdictSentence(r)
	if err != nil {
		return err
	}
	printChecks(out, r.Checks)
	for i, s := range r.Signers {
		fmt.Fprintf(out, "\nSigner %d of %d\n", i+1, len(r.Signers))
		printHolder(out, s.Holder)
		field(out, "role", s.Role())
		field(out, "algorithm", s.Algorithm)
		field(out, "signed", stamp(s.SignedAt))
		field(out, "time-stamp", stamp(s.TimestampedAt))
		field(out, "judged at", stamp(s.JudgedAt))
		for _, c := range s.Chain[min(1, len(s.Chain)):] {
			field(out, "issued by", c.Subject.CommonName)
		}
		field(out, "revocation", s.Revocation.State)
		printChecks(out, s.Checks)
	}
	fmt.Fprintf(out, "\n%s\n", message)
	if !r.Valid {
		fmt.Fprintf(out, "Reason: %s\n", r.Reason)
	}
	return nil
}

func printChecks(out io.Writer, checks []eds.Check) {
	for _, c := range checks {
		line := fmt.Sprintf("%-9s %-11s %s", c.Outcome, c.Name, pki.Shown(c.Detail))
		fmt.Fprintln(out, strings.TrimRight(line, " "))
	}
}

func printHolder(out io.Writer, h pki.Holder) {
	field(out, "name", h.Name)
	field(out, "patronymic", h.Patronymic)
	field(out, "iin", h.IIN)
	field(out, "organisation", h.Organisation)
	field(out, "bin", h.BIN)
}

// field prints what is known, and nothing for what is not. The value may be outside data.
func field(out io.Writer, name, value string) {
	if value != "" {
		fmt.Fprintf(out, "  %-13s %s\n", name, pki.Shown(value))
	}
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
