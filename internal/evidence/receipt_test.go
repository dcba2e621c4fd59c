package evidence

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"tereze/internal/fault"
	"tereze/internal/identity"
)

// testReceipt is the receipt of entry 3 of 11 with its text, and the key it verifies with.
func testReceipt(t testing.TB) (Receipt, string) {
	t.Helper()
	f, _, key := testLog(t, 11)
	r, err := ReceiptOf(t.Context(), f.view(), key, 7, 3, "edition_digest")
	if err != nil {
		t.Fatal(err)
	}
	return r, key
}

func TestTheReceiptFormNeverChanges(t *testing.T) {
	t.Parallel()
	r, key := testReceipt(t)
	golden(t, "receipt.json", r.JSON())
	golden(t, "log.key", []byte(key+"\n"))
}

func TestEveryEntryOfEverySmallLogHasAReceiptThatVerifies(t *testing.T) {
	t.Parallel()
	for size := 1; size <= 40; size++ {
		f, _, key := testLog(t, size)
		for id := 1; id <= size; id++ {
			r, err := ReceiptOf(t.Context(), f.view(), key, 7, identity.ID(id))
			if err != nil {
				t.Fatal(err)
			}
			v, err := Verify(r.JSON(), []string{key})
			if err != nil || !v.Good() {
				t.Fatalf("entry %d of %d: %v, %+v", id, size, err, v.Checks)
			}
			if v.Checkpoint.Size != int64(size) || v.Receipt.Entry.ID != identity.ID(id) {
				t.Fatalf("entry %d of %d: the verdict is about %+v", id, size, v.Checkpoint)
			}
		}
	}
}

func TestAReceiptIsThereOnceTheEntryIsNumbered(t *testing.T) {
	t.Parallel()
	f, s, key := testLog(t, 2)
	record(t, f, 3, 3)
	_, err := ReceiptOf(t.Context(), f.view(), key, 7, 3)
	if got, ok := errors.AsType[*fault.Fault](err); !ok || got.Kind != fault.Unavailable || got.Key != "evidence.not_yet" {
		t.Errorf("before: got %v, want Unavailable evidence.not_yet", err)
	}
	step(t, s)
	if _, err := ReceiptOf(t.Context(), f.view(), key, 7, 3); err != nil {
		t.Errorf("after: %v", err)
	}
	for name, c := range map[string]struct{ home, id identity.ID }{
		"somebody else's": {8, 3}, "no such entry": {7, 4},
	} {
		if _, err := ReceiptOf(t.Context(), f.view(), key, c.home, c.id); !fault.Is(err, fault.Absent) {
			t.Errorf("%s: got %v, want Absent", name, err)
		}
	}
	row := f.state.entries[2]
	row.Entry.Detail = map[string]string{"how": "eds"}
	f.state.entries[2] = row
	if _, err := ReceiptOf(t.Context(), f.view(), key, 7, 2); !errors.Is(err, ErrReceipt) {
		t.Errorf("altered row: got %v, want ErrReceipt", err)
	}
	if _, err := ReceiptOf(t.Context(), f.view(), key, 7, 3, "how"); err == nil {
		t.Error("a detail that is no digest went for one of a text")
	}
}

// Whatever is changed in a receipt, one check fails and the ones before it pass.
func TestAnAlteredReceiptIsRefused(t *testing.T) {
	t.Parallel()
	genuine, key := testReceipt(t)
	otherSigner, otherKey := testKey(t, testOrigin, "other")
	_, thirdKey := testKey(t, "elsewhere.example/log", "third")
	forged, err := signCheckpoint(Checkpoint{testOrigin, 1, genuine.Proof[0]}, otherSigner)
	if err != nil {
		t.Fatal(err)
	}
	type tampering struct {
		alter func(*Receipt)
		check string
	}
	cases := map[string]tampering{
		"salt":                        {func(r *Receipt) { r.Salt[31] ^= 1 }, "inclusion"},
		"index":                       {func(r *Receipt) { r.Index++ }, "inclusion"},
		"index beyond the log":        {func(r *Receipt) { r.Index = 11 }, "inclusion"},
		"proof hash":                  {func(r *Receipt) { r.Proof[1][0] ^= 1 }, "inclusion"},
		"proof too short":             {func(r *Receipt) { r.Proof = r.Proof[1:] }, "inclusion"},
		"proof too long":              {func(r *Receipt) { r.Proof = append(r.Proof, r.Proof[0]) }, "inclusion"},
		"proof in another order":      {func(r *Receipt) { r.Proof[0], r.Proof[1] = r.Proof[1], r.Proof[0] }, "inclusion"},
		"no proof":                    {func(r *Receipt) { r.Proof = nil }, "inclusion"},
		"size in the checkpoint":      {replace("\n11\n", "\n12\n"), "signature"},
		"origin in the checkpoint":    {replace("tereze.example", "tereza.example"), "signature"},
		"no signature":                {func(r *Receipt) { r.Checkpoint = strings.Split(r.Checkpoint, "—")[0] }, "signature"},
		"no checkpoint":               {func(r *Receipt) { r.Checkpoint = "" }, "signature"},
		"a checkpoint by another key": {func(r *Receipt) { r.Checkpoint = string(forged) }, "signature"},
		"spare bits of the signature": {spareBits, "signature"},
		"name of the log":             {func(r *Receipt) { r.LogName += "2" }, "log"},
		"an untrusted key":            {func(r *Receipt) { r.LogKey = otherKey }, "key"},
		"a trusted key of another":    {func(r *Receipt) { r.LogKey = thirdKey }, "log"},
		"no key":                      {func(r *Receipt) { r.LogKey = "" }, "key"},
		"digest of a text":            {func(r *Receipt) { r.Texts = map[string]string{"edition_digest": strings.Repeat("0", 64)} }, "texts"},
		"name of a text":              {func(r *Receipt) { r.Texts = map[string]string{"edition": r.Texts["edition_digest"]} }, "texts"},
		"a text that is no digest":    {func(r *Receipt) { r.Texts = map[string]string{"how": "button"} }, "texts"},
	}
	for name, change := range entryChanges() {
		cases["entry: "+name] = tampering{func(r *Receipt) {
			r.Entry = testEntry(3)
			change(&r.Entry)
			r.Texts = nil
		}, "inclusion"}
	}
	cases["entry: not one that can be recorded"] = tampering{func(r *Receipt) { r.Entry.Act = "Accept" }, "entry"}
	for name, c := range cases {
		r, err := ParseReceipt(genuine.JSON()) // a copy
		if err != nil {
			t.Fatal(err)
		}
		c.alter(&r)
		v, err := Verify(r.JSON(), []string{key, thirdKey})
		if !errors.Is(err, ErrReceipt) || v.Good() {
			t.Errorf("%s: got %v, want refusal", name, err)
			continue
		}
		if got := failed(v); got != c.check {
			t.Errorf("%s: check %q failed, want %q", name, got, c.check)
		}
	}
	if v, err := Verify(genuine.JSON(), []string{key, thirdKey}); err != nil || !v.Good() {
		t.Errorf("the receipt the cases start from: %v", err)
	}
}

func replace(old, new string) func(*Receipt) {
	return func(r *Receipt) { r.Checkpoint = strings.Replace(r.Checkpoint, old, new, 1) }
}

// spareBits spells the signature with other bits in the last letter, which stand for nothing.
func spareBits(r *Receipt) {
	i := strings.LastIndexByte(r.Checkpoint, '=') - 1
	b := []byte(r.Checkpoint)
	b[i]++
	r.Checkpoint = string(b)
}

// failed is the one check that failed, with everything before passed and after skipped.
func failed(v Verdict) string {
	name := ""
	for _, c := range v.Checks {
		switch {
		case c.Outcome == Failed && name == "":
			name = c.Name
		case c.Outcome == Failed, c.Outcome == Passed && name != "", c.Outcome == Skipped && name == "":
			return fmt.Sprintf("wrong order %+v", v.Checks)
		}
	}
	return name
}

// No single byte of a receipt can be changed, taken away or doubled without refusal, save white
// space between values.
func TestNoByteOfAReceiptCanBeChanged(t *testing.T) {
	t.Parallel()
	genuine, key := testReceipt(t)
	data := genuine.JSON()
	for i := range data {
		for _, with := range []string{"", string(data[i]) + string(data[i]), "0", "A", "\"", "\\", " ", "\x00", string(data[i] ^ 1), string(data[i] ^ 0x20)} {
			changed := string(data[:i]) + with + string(data[i+1:])
			v, err := Verify([]byte(changed), []string{key})
			if err != nil {
				continue
			}
			// It verified: then it must say the same as the genuine one.
			if !bytes.Equal(v.Receipt.JSON(), data) {
				t.Errorf("byte %d, %q for %q: verified and says something else", i, with, data[i])
			}
		}
	}
}

func TestReceiptsThatAreNotOfTheFormAreRefused(t *testing.T) {
	t.Parallel()
	genuine, key := testReceipt(t)
	data := string(genuine.JSON())
	for name, text := range map[string]string{
		"nothing":                         "",
		"a list":                          "[]",
		"a string":                        `"tereze-receipt/1"`,
		"another version":                 strings.Replace(data, "receipt/1", "receipt/2", 1),
		"another version of the entry":    strings.Replace(data, "entry/1", "entry/2", 1),
		"an unknown field":                strings.Replace(data, `"index"`, `"more": 1, "index"`, 1),
		"an unknown field in the entry":   strings.Replace(data, `"act"`, `"more":"","act"`, 1),
		"an unknown field in a citation":  strings.Replace(data, `"clause"`, `"more":"","clause"`, 1),
		"an unknown field in the log":     strings.Replace(data, `"name"`, `"more":"","name"`, 1),
		"a field in capitals":             strings.Replace(data, `"index"`, `"Index"`, 1),
		"a field twice":                   strings.Replace(data, `"index"`, `"index": 2, "index"`, 1),
		"a field twice in the entry":      strings.Replace(data, `"act":`, `"act":"agreement.accept","act":`, 1),
		"a detail twice":                  strings.Replace(data, `"how":`, `"how":"eds","how":`, 1),
		"a field twice, once escaped":     strings.Replace(data, `"index"`, `"inde\u0078": 2, "index"`, 1),
		"a field away":                    strings.Replace(data, `"index": 2,`, "", 1),
		"an index with a fraction":        strings.Replace(data, `"index": 2`, `"index": 2.0`, 1),
		"an index with an exponent":       strings.Replace(data, `"index": 2`, `"index": 2e0`, 1),
		"an index below nought":           strings.Replace(data, `"index": 2`, `"index": -2`, 1),
		"an index of minus nought":        strings.Replace(data, `"index": 2`, `"index": -0`, 1),
		"an index in quotes":              strings.Replace(data, `"index": 2`, `"index": "2"`, 1),
		"an index no JSON number holds":   strings.Replace(data, `"index": 2`, `"index": 9007199254740992`, 1),
		"an index without end":            strings.Replace(data, `"index": 2`, `"index": `+strings.Repeat("9", 400), 1),
		"an id with a leading nought":     strings.Replace(data, `"id":"3"`, `"id":"03"`, 1),
		"an id that is a number":          strings.Replace(data, `"id":"3"`, `"id":3`, 1),
		"a salt with a line end":          strings.Replace(data, `"salt": "`, `"salt": "\n`, 1),
		"a salt that is short":            strings.Replace(data, `"salt": "`, `"salt": "AAAA", "x": "`, 1),
		"a proof that is null":            strings.Replace(data, `"proof": [`, `"proof": null, "x": [`, 1),
		"a proof of numbers":              strings.Replace(data, `"proof": [`, `"proof": [1,`, 1),
		"a proof without end":             strings.Replace(data, `"proof": [`, `"proof": [`+strings.Repeat(`"`+genuine.Proof[0].String()+`",`, 60), 1),
		"more after the end":              data + "{}",
		"not UTF-8":                       strings.Replace(data, "button", "butt\xffn", 1),
		"deep nesting":                    strings.Replace(data, `"index"`, `"more": `+strings.Repeat("[", 5000)+strings.Repeat("]", 5000)+`, "index"`, 1),
		"more than a megabyte":            data + strings.Repeat(" ", MaxReceipt),
		"texts that are null":             strings.Replace(data, `"texts": {`, `"texts": null, "x": {`, 1),
		"a text that is a number":         strings.Replace(data, `"texts": {`, `"texts": {"a":1,`, 1),
		"an edition no integer can hold":  strings.Replace(data, `"edition":3`, `"edition":99999999999999999999`, 1),
		"an instant before the year 1970": strings.Replace(data, `"at":`, `"at":-`, 1),
	} {
		if text == data {
			t.Errorf("%s: the case changes nothing", name)
		}
		v, err := Verify([]byte(text), []string{key})
		if !errors.Is(err, ErrReceipt) || failed(v) != "form" {
			t.Errorf("%s: got %v, check %q, want the form refused", name, err, failed(v))
		}
	}
}

func TestVerifyNeedsAKeyThatIsTrusted(t *testing.T) {
	t.Parallel()
	r, key := testReceipt(t)
	for name, keys := range map[string][]string{
		"none":           nil,
		"one unreadable": {key, "tereze.example/log+00000000+AAAA"},
	} {
		if v, err := Verify(r.JSON(), keys); err == nil || errors.Is(err, ErrReceipt) || v.Good() {
			t.Errorf("%s: got %v, want an error that is not about the receipt", name, err)
		}
	}
	if _, err := Verify(r.JSON(), []string{" " + key + "\n"}); err != nil {
		t.Errorf("a key read from a file with a line end: %v", err)
	}
}

func TestATextIsHeldAgainstItsDigest(t *testing.T) {
	t.Parallel()
	r, _ := testReceipt(t)
	if !r.HasText("edition_digest", []byte("test")) {
		t.Error("the text was not known again")
	}
	if r.HasText("edition_digest", []byte("Test")) || r.HasText("other", []byte("test")) {
		t.Error("another text, or another name, went for it")
	}
}

func TestQRCarriesAddressAndCommitment(t *testing.T) {
	t.Parallel()
	got := QR("https://tereze.example/r/abc", Commitment{0xfb, 0xff})
	want := "https://tereze.example/r/abc#-_8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func FuzzVerify(f *testing.F) {
	genuine, key := testReceipt(f)
	f.Add(genuine.JSON())
	f.Add([]byte(`{"format":"tereze-receipt/1"}`))
	f.Add([]byte(`{"format":"tereze-receipt/1","entry":{},"salt":"","index":0,"proof":[],"checkpoint":"","log":{}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if r, err := ParseReceipt(data); err == nil {
			again, err := ParseReceipt(r.JSON())
			if err != nil || !bytes.Equal(again.JSON(), r.JSON()) {
				t.Fatalf("does not read back: %v", err)
			}
		}
		v, err := Verify(data, []string{key})
		if (err == nil) != v.Good() {
			t.Fatalf("error %v, verdict %+v", err, v.Checks)
		}
		if err == nil && !bytes.Equal(v.Receipt.Entry.Canonical(), genuine.Entry.Canonical()) {
			t.Fatalf("verified another entry: %s", data)
		}
	})
}
