package evidence

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"tereze/internal/fault"
	"tereze/internal/identity"
)

const (
	receiptFormat = "tereze-receipt/1"
	// signedFormat has a signature with it; all else is as in receiptFormat.
	signedFormat = "tereze-receipt/2"
	// provenFormat has beside the signature what it rests on that its certificate was not revoked.
	provenFormat = "tereze-receipt/3"
	// MaxReceipt is the size in bytes above which a receipt is not read. What this room writes
	// stays far below: an entry of at most 64 KiB and 53 hashes.
	MaxReceipt = 1 << 20
	// maxProof is the depth of the largest tree.
	maxProof = 53
)

// Receipt is all that is needed to check, offline, that an entry stands in the log. The log's key
// in it says which key to ask for; it is never what the receipt is checked with.
type Receipt struct {
	Entry      Entry
	Salt       Salt
	Index      int64
	Proof      []tlog.Hash
	Checkpoint string // the signed note
	LogName    string
	LogKey     string // verifier key in note form
	// Texts says which values of the entry's detail are digests of texts handed over with the
	// receipt: name of the detail to lower-case hex SHA-256, the same as stands in the detail.
	Texts map[string]string
	// Signed is the electronic signature that the entry's digests "statement" and "signature" are of; nil
	// where nothing was signed, or it is not kept any more.
	Signed *Signed
}

// Signed is what a person signed and the signature, byte for byte. That the bytes are those of the entry is
// checked here; whose signature it is, package eds finds out.
type Signed struct {
	Statement, Signature []byte
	// Revocation is what authorities said of the certificates, in the form of package eds, under the entry's
	// digest "revocation"; nil where the entry has none.
	Revocation []byte
}

// ReceiptOf makes the receipt of an entry against the newest checkpoint. texts names the details
// that are digests of texts handed over with it. Absent, when there is no such entry of that home
// or it was erased; Unavailable (evidence.not_yet) while it waits for its number. An entry whose
// row no longer matches the log gets no receipt but an accident.
func ReceiptOf(ctx context.Context, v View, logKey string, home, entry identity.ID, texts ...string) (Receipt, error) {
	verifier, err := note.NewVerifier(logKey)
	if err != nil {
		return Receipt{}, fmt.Errorf("key of the log: %w", err)
	}
	row, err := v.EvidenceEntry(ctx, home, entry)
	if err != nil {
		return Receipt{}, err
	}
	index, err := v.EvidenceIndex(ctx, entry)
	if fault.Is(err, fault.Absent) {
		return Receipt{}, notYet()
	}
	if err != nil {
		return Receipt{}, err
	}
	head, err := v.EvidenceHead(ctx) // after the index: the log only grows, so this covers it
	if err != nil {
		return Receipt{}, err
	}
	proof, err := tlog.ProveRecord(head.Size, index, reader(ctx, v))
	if err != nil {
		return Receipt{}, fmt.Errorf("prove leaf %d of %d: %w", index, head.Size, err)
	}
	r := Receipt{
		Entry: row.Entry, Salt: row.Salt, Index: index, Proof: proof,
		Checkpoint: string(head.Note), LogName: verifier.Name(), LogKey: logKey,
	}
	for _, name := range texts {
		if r.Texts == nil {
			r.Texts = map[string]string{}
		}
		r.Texts[name] = row.Entry.Detail[name]
	}
	// The portal gives out nothing that would not verify: an altered row is found here.
	if _, err := Verify(r.JSON(), []string{logKey}); err != nil {
		return Receipt{}, fmt.Errorf("entry %d does not match the log: %w", entry, err)
	}
	return r, nil
}

// Commitment is what the receipt's entry and salt give; it is the leaf only if the receipt verifies.
func (r Receipt) Commitment() Commitment { return Commit(r.Salt, r.Entry) }

// HasText reports whether content is the text of which the receipt names the digest.
func (r Receipt) HasText(name string, content []byte) bool {
	sum := sha256.Sum256(content)
	return r.Texts[name] == hex.EncodeToString(sum[:])
}

// JSON writes the receipt as a file for the person to keep, one field to a line.
func (r Receipt) JSON() []byte {
	format := receiptFormat
	switch {
	case r.Signed != nil && r.Signed.Revocation != nil:
		format = provenFormat
	case r.Signed != nil:
		format = signedFormat
	}
	b := appendString([]byte("{\n  \"format\": "), format)
	b = append(append(b, ",\n  \"entry\": "...), r.Entry.Canonical()...)
	b = appendString(append(b, ",\n  \"salt\": "...), base64.StdEncoding.EncodeToString(r.Salt[:]))
	b = strconv.AppendInt(append(b, ",\n  \"index\": "...), r.Index, 10)
	b = append(b, ",\n  \"proof\": ["...)
	for i, h := range r.Proof {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(append(b, "\n    "...), h.String())
	}
	b = appendString(append(b, "],\n  \"checkpoint\": "...), r.Checkpoint)
	b = appendString(append(b, ",\n  \"log\": {\"name\": "...), r.LogName)
	b = appendString(append(b, ", \"key\": "...), r.LogKey)
	b = append(b, '}')
	if len(r.Texts) > 0 {
		b = appendDetail(append(b, ",\n  \"texts\": "...), r.Texts)
	}
	if r.Signed != nil {
		b = appendString(append(b, ",\n  \"signed\": {\"statement\": "...), base64.StdEncoding.EncodeToString(r.Signed.Statement))
		b = appendString(append(b, ",\n    \"signature\": "...), base64.StdEncoding.EncodeToString(r.Signed.Signature))
		if r.Signed.Revocation != nil {
			b = appendString(append(b, ",\n    \"revocation\": "...), base64.StdEncoding.EncodeToString(r.Signed.Revocation))
		}
		b = append(b, '}')
	}
	return append(b, "\n}\n"...)
}

// ErrReceipt is told of a file that is no receipt, or one that proves nothing.
var ErrReceipt = errors.New("receipt refused")

// ParseReceipt reads a receipt without checking what it claims. It refuses with ErrReceipt another
// version, fields missing, unknown or twice, any spelling of numbers and bytes but one, and files
// above MaxReceipt.
func ParseReceipt(data []byte) (Receipt, error) {
	if len(data) > MaxReceipt {
		return Receipt{}, fmt.Errorf("%w: larger than %d bytes", ErrReceipt, MaxReceipt)
	}
	f, err := readObject(data)
	if err != nil {
		return Receipt{}, fmt.Errorf("%w: %w", ErrReceipt, err)
	}
	format := f.text("format")
	if format != receiptFormat && format != signedFormat && format != provenFormat {
		return Receipt{}, fmt.Errorf("%w: format %.100q, none of %q, %q and %q", ErrReceipt, format, receiptFormat, signedFormat, provenFormat)
	}
	r := Receipt{
		Entry:      readEntry(f.object("entry")),
		Salt:       f.bytes32("salt"),
		Index:      f.whole("index"),
		Proof:      readProof(f),
		Checkpoint: f.text("checkpoint"),
	}
	log := f.object("log")
	r.LogName, r.LogKey = log.text("name"), log.text("key")
	log.end()
	if f.has("texts") {
		r.Texts = f.object("texts").texts()
	}
	if format != receiptFormat { // there it is a field too many
		signed := f.object("signed")
		r.Signed = &Signed{Statement: signed.octets("statement"), Signature: signed.octets("signature")}
		if format == provenFormat {
			r.Signed.Revocation = signed.octets("revocation")
		}
		signed.end()
	}
	f.end()
	if err := f.err(); err != nil {
		return Receipt{}, fmt.Errorf("%w: %w", ErrReceipt, err)
	}
	return r, nil
}

func readProof(f *fields) []tlog.Hash {
	list := f.list("proof")
	if len(list) > maxProof {
		f.fail("proof", "too long")
		return nil
	}
	proof := make([]tlog.Hash, 0, len(list))
	for _, v := range list {
		s, _ := v.(string)
		h, err := bytes32(s)
		if err != nil {
			f.fail("proof", err.Error())
		}
		proof = append(proof, h)
	}
	return proof
}

// Outcome of one check.
type Outcome string

// The outcomes. After a check has failed the later ones mean nothing and are skipped.
const (
	Passed  Outcome = "passed"
	Failed  Outcome = "failed"
	Skipped Outcome = "skipped"
)

// Check is one thing verified; Name is also the last part of its message key.
type Check struct {
	Name    string
	Outcome Outcome
	Why     string // for a failed check, in English
}

// Verdict is what verification found, in the order in which it was done.
type Verdict struct {
	Receipt    Receipt // zero unless the form is right
	Checkpoint Checkpoint
	Checks     []Check
}

// Good reports whether every check has passed.
func (v Verdict) Good() bool {
	return len(v.Checks) > 0 && !slices.ContainsFunc(v.Checks, func(c Check) bool { return c.Outcome != Passed })
}

// Verify checks a receipt offline against the verifier keys the reader trusts ("name+hash+key").
// The error is nil exactly when the verdict is good; it is ErrReceipt for a receipt that fails, and
// another for keys that cannot be read or an empty list of them.
func Verify(receipt []byte, verifierKeys []string) (Verdict, error) {
	var v Verdict
	known, err := Verifiers(verifierKeys)
	if err != nil {
		return v, err
	}
	for _, check := range []struct {
		name string
		run  func() error
	}{
		{"form", func() (err error) { v.Receipt, err = ParseReceipt(receipt); return err }},
		{"entry", func() error { return v.Receipt.Entry.Check() }},
		{"key", func() error { return v.checkKey(verifierKeys) }},
		{"signature", func() (err error) {
			v.Checkpoint, err = OpenCheckpoint([]byte(v.Receipt.Checkpoint), known)
			return err
		}},
		{"log", func() error { return v.checkLog() }},
		{"inclusion", func() error { return v.checkInclusion() }},
		{"texts", func() error { return v.Receipt.checkTexts() }},
		{"signed", func() error { return v.Receipt.checkSigned() }},
	} {
		if check.name == "signed" && v.Receipt.Signed == nil {
			continue
		}
		if err != nil {
			v.Checks = append(v.Checks, Check{Name: check.name, Outcome: Skipped})
			continue
		}
		if err = check.run(); err != nil {
			v.Checks = append(v.Checks, Check{Name: check.name, Outcome: Failed, Why: err.Error()})
			continue
		}
		v.Checks = append(v.Checks, Check{Name: check.name, Outcome: Passed})
	}
	if err != nil && !errors.Is(err, ErrReceipt) {
		err = fmt.Errorf("%w: %w", ErrReceipt, err)
	}
	return v, err
}

func (v Verdict) checkKey(trusted []string) error {
	for _, k := range trusted {
		if strings.TrimSpace(k) == v.Receipt.LogKey {
			return nil
		}
	}
	return errors.New("the key it names is not one you trust")
}

// checkLog holds the checkpoint to the key the receipt names: another trusted key may have made a
// good signature for another log.
func (v Verdict) checkLog() error {
	only, err := Verifiers([]string{v.Receipt.LogKey})
	if err != nil {
		return err
	}
	if _, err := OpenCheckpoint([]byte(v.Receipt.Checkpoint), only); err != nil {
		return err
	}
	if v.Receipt.LogName != v.Checkpoint.Origin {
		return errors.New("the log it names is not the one that signed")
	}
	return nil
}

func (v Verdict) checkInclusion() error {
	r, c := v.Receipt, v.Checkpoint
	if r.Index >= c.Size {
		return fmt.Errorf("leaf %d is not in a log of %d", r.Index, c.Size)
	}
	leaf := r.Commitment()
	if err := tlog.CheckRecord(r.Proof, c.Size, c.Root, r.Index, tlog.RecordHash(leaf[:])); err != nil {
		return fmt.Errorf("entry, salt and proof do not lead to the signed root: %w", err)
	}
	return nil
}

// checkTexts ties each digest to the entry: one that stood in the receipt alone would prove nothing.
func (r Receipt) checkTexts() error {
	for _, name := range slices.Sorted(maps.Keys(r.Texts)) {
		digest := r.Texts[name]
		b, err := hex.DecodeString(digest)
		if err != nil || len(b) != sha256.Size || hex.EncodeToString(b) != digest {
			return fmt.Errorf("text %.100q has no SHA-256 digest in lower-case hex", name)
		}
		if r.Entry.Detail[name] != digest {
			return fmt.Errorf("digest of text %.100q is not the one in the entry", name)
		}
	}
	return nil
}

// checkSigned ties what was signed, the signature, and what is known of revocation to the entry. What the
// entry has a digest of may not be left out.
func (r Receipt) checkSigned() error {
	for _, part := range []struct {
		name    string
		content []byte
	}{{"statement", r.Signed.Statement}, {"signature", r.Signed.Signature}, {"revocation", r.Signed.Revocation}} {
		digest, named := r.Entry.Detail[part.name]
		if part.name == "revocation" && !named && part.content == nil {
			continue
		}
		sum := sha256.Sum256(part.content)
		if len(part.content) == 0 || digest != hex.EncodeToString(sum[:]) {
			return fmt.Errorf("the %s is not the one whose digest stands in the entry", part.name)
		}
	}
	return nil
}

// QR is the short text for the QR code of a printed receipt: the address of the receipt with the
// commitment as fragment, base64url. A fragment is not sent to the server, so that whoever opens
// the address can hold the page against the paper. The address must have no fragment of its own.
func QR(address string, c Commitment) string {
	return address + "#" + base64.RawURLEncoding.EncodeToString(c[:])
}
