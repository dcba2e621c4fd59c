package evidence

import (
	"bytes"
	"encoding/hex"
	"errors"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := "testdata/" + name
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s:\ngot  %s\nwant %s", name, got, want)
	}
}

// The canonical form is for ever: the commitments in every log were made over it. If this test
// fails the form needs a new name, not a new golden file.
func TestCanonicalFormAndCommitmentNeverChange(t *testing.T) {
	t.Parallel()
	e := testEntry(9007199254740993) // an id JSON numbers cannot hold
	e.Detail["zero"] = ""
	e.Detail["a.b-c_1"] = "\u2028 <&> 😀"
	golden(t, "entry.json", e.Canonical())
	c := Commit(Salt{1, 2, 3}, e)
	golden(t, "commitment.hex", []byte(hex.EncodeToString(c[:])))

	bare := Entry{Portal: "kg", ID: 1, At: time.UnixMicro(1), Actor: "system", Act: "edition.force"}
	golden(t, "entry_bare.json", bare.Canonical())
}

func TestAnEntryReadsBackFromItsCanonicalForm(t *testing.T) {
	t.Parallel()
	for _, e := range []Entry{
		testEntry(5),
		{Portal: "kg", ID: 1, At: time.UnixMicro(1).UTC(), Actor: "system", Act: "edition.force"},
	} {
		f, err := readObject(e.Canonical())
		if err != nil {
			t.Fatal(err)
		}
		got := readEntry(f)
		if err := f.err(); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, e) {
			t.Errorf("got %+v, want %+v", got, e)
		}
	}
}

func TestDetailReadsBack(t *testing.T) {
	t.Parallel()
	for _, want := range []map[string]string{nil, {"a": "", "b": "\"\\\u2028\t\x01қ"}} {
		got, err := ParseDetail(FormatDetail(want))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %v, %v, want %v", got, err, want)
		}
	}
	for _, bad := range []string{"", "[]", `{"a":1}`, `{"a":"1","a":"2"}`, `{"a":"1"} `, `{"a":"1"}{}`} {
		if got, err := ParseDetail(bad); err == nil && bad != `{"a":"1"} ` {
			t.Errorf("%s: got %v, want an error", bad, got)
		}
	}
}

// Each field must move the commitment: otherwise a receipt would not notice its change.
func TestEveryFieldIsInTheCommitment(t *testing.T) {
	t.Parallel()
	salt := Salt{1}
	was := Commit(salt, testEntry(5))
	for name, change := range entryChanges() {
		e := testEntry(5)
		change(&e)
		if Commit(salt, e) == was {
			t.Errorf("%s: the commitment did not change", name)
		}
		if err := e.Check(); err != nil {
			t.Errorf("%s: the changed entry should be valid: %v", name, err)
		}
	}
	if Commit(Salt{2}, testEntry(5)) == was {
		t.Error("salt: the commitment did not change")
	}
}

// entryChanges leaves a valid entry each, with one thing different.
func entryChanges() map[string]func(*Entry) {
	return map[string]func(*Entry){
		"portal": func(e *Entry) { e.Portal, e.Citation.Portal = "kg", "kg" },
		"home":   func(e *Entry) { e.Home++ },
		"id":     func(e *Entry) { e.ID++ },
		"at":     func(e *Entry) { e.At = e.At.Add(time.Microsecond) },
		"actor":  func(e *Entry) { e.Actor += "0" },
		"act":    func(e *Entry) { e.Act += "ed" },
		"subject": func(e *Entry) {
			e.Subject = strings.ToUpper(e.Subject)
		},
		"citation away": func(e *Entry) { e.Citation = clause.Citation{} },
		"document":      func(e *Entry) { e.Citation.Document = "rules" },
		"edition":       func(e *Entry) { e.Citation.Edition++ },
		"clause":        func(e *Entry) { e.Citation.Clause = "2.2" },
		"detail value":  func(e *Entry) { e.Detail["how"] = "eds" },
		"detail name":   func(e *Entry) { delete(e.Detail, "how"); e.Detail["hows"] = "button" },
		"detail added":  func(e *Entry) { e.Detail["more"] = "" },
		"detail away":   func(e *Entry) { delete(e.Detail, "how") },
	}
}

func TestEntriesThatCannotBeRecordedAreRefused(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*Entry){
		"no id":                            func(e *Entry) { e.ID = 0 },
		"a negative id":                    func(e *Entry) { e.ID = -1 },
		"a negative home":                  func(e *Entry) { e.Home = -1 },
		"no time":                          func(e *Entry) { e.At = time.Time{} },
		"a time finer than a microsecond":  func(e *Entry) { e.At = e.At.Add(1) },
		"a time no JSON number holds":      func(e *Entry) { e.At = time.UnixMicro(1 << 53) },
		"no portal":                        func(e *Entry) { e.Portal, e.Citation.Portal = "", "" },
		"a portal in capitals":             func(e *Entry) { e.Portal, e.Citation.Portal = "KG", "KG" },
		"no act":                           func(e *Entry) { e.Act = "" },
		"an act that is too long":          func(e *Entry) { e.Act = strings.Repeat("a", 81) },
		"no actor":                         func(e *Entry) { e.Actor = "" },
		"an actor with a line end":         func(e *Entry) { e.Actor = "user:1\n" },
		"a subject that is too long":       func(e *Entry) { e.Subject = strings.Repeat("қ", 201) },
		"a subject that is not UTF-8":      func(e *Entry) { e.Subject = "a\xffb" },
		"a subject with NUL":               func(e *Entry) { e.Subject = "a\x00b" },
		"a subject with a C1 control":      func(e *Entry) { e.Subject = "a\u0085b" },
		"a citation of another portal":     func(e *Entry) { e.Citation.Portal = "kg" },
		"a citation without a document":    func(e *Entry) { e.Citation.Document = "" },
		"a citation without an edition":    func(e *Entry) { e.Citation.Edition = 0 },
		"an edition no column holds":       func(e *Entry) { e.Citation.Edition = 1 << 31 },
		"a clause with DEL":                func(e *Entry) { e.Citation.Clause = "1\x7f" },
		"a detail whose name is no name":   func(e *Entry) { e.Detail["ү"] = "" },
		"a detail without a name":          func(e *Entry) { e.Detail[""] = "x" },
		"a detail with a control":          func(e *Entry) { e.Detail["how"] = "\t" },
		"a detail that is too long":        func(e *Entry) { e.Detail["how"] = strings.Repeat("a", 4001) },
		"details that are too many":        func(e *Entry) { fill(e, 41, 1) },
		"details that are too long in all": func(e *Entry) { fill(e, 39, 4000) },
	} {
		e := testEntry(5)
		spoil(&e)
		if err := e.Check(); !errors.Is(err, ErrEntry) {
			t.Errorf("%s: got %v, want ErrEntry", name, err)
		}
	}
	if err := testEntry(5).Check(); err != nil {
		t.Errorf("the entry the cases start from: %v", err)
	}
}

func fill(e *Entry, n, length int) {
	e.Detail = map[string]string{}
	for i := range n {
		e.Detail["d"+string(rune('a'+i%26))+string(rune('a'+i/26))] = strings.Repeat("a", length)
	}
}

func TestRecordFillsInWhatIsOpenAndSaltsEachEntry(t *testing.T) {
	t.Parallel()
	f := newFake()
	r := Recorder{
		Now:   func() time.Time { return testTime.Add(999).In(time.FixedZone("", 18000)) },
		NewID: func() identity.ID { return 42 },
	}
	e := testEntry(0)
	e.At = time.Time{}
	var refs [2]EntryRef
	for i := range refs {
		err := f.inTx(t.Context(), func(tx *fakeTx) (err error) {
			refs[i], err = r.Record(t.Context(), tx, e)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	row := f.state.entries[42]
	if !row.Entry.At.Equal(testTime) || row.Entry.At.Location() != time.UTC {
		t.Errorf("time: got %v, want %v", row.Entry.At, testTime)
	}
	if got := Commit(row.Salt, row.Entry); got != row.Commitment || got != refs[1].Commitment {
		t.Error("the commitment is not that of the row")
	}
	if refs[0].Commitment == refs[1].Commitment {
		t.Error("equal entries have equal commitments: the salt is not random")
	}
}

func TestRecordRefusesAndWritesNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		recorder Recorder
		entry    Entry
		failAt   int
		want     error
	}{
		"an entry that cannot be recorded": {entry: Entry{}, want: ErrEntry},
		"randomness that ends":             {recorder: Recorder{Random: strings.NewReader("short")}, entry: testEntry(1)},
		"a database that fails":            {entry: testEntry(1), failAt: 1, want: errFake},
	} {
		f := newFake()
		f.failAt = c.failAt
		err := f.inTx(t.Context(), func(tx *fakeTx) error {
			_, err := c.recorder.Record(t.Context(), tx, c.entry)
			return err
		})
		if err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
		if len(f.state.entries)+len(f.state.waiting) != 0 {
			t.Errorf("%s: something was written", name)
		}
	}
}

func TestErasureLeavesTheLogWhole(t *testing.T) {
	t.Parallel()
	f, s, key := testLog(t, 5)
	r := Recorder{Random: seeded("other")}
	other := testEntry(6)
	other.Home = 8
	err := f.inTx(t.Context(), func(tx *fakeTx) error {
		_, err := r.Record(t.Context(), tx, other)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	taken, err := ReceiptOf(t.Context(), f.view(), key, 7, 3)
	if err != nil {
		t.Fatal(err)
	}
	var gone int64
	err = f.inTx(t.Context(), func(tx *fakeTx) (err error) {
		gone, err = Erase(t.Context(), tx, 7)
		return err
	})
	if err != nil || gone != 5 {
		t.Fatalf("erased %d, %v, want 5", gone, err)
	}
	step(t, s)
	if _, err := ReceiptOf(t.Context(), f.view(), key, 7, 3); !fault.Is(err, fault.Absent) {
		t.Errorf("receipt of an erased entry: got %v, want Absent", err)
	}
	if _, err := Verify(taken.JSON(), []string{key}); err != nil {
		t.Errorf("a receipt taken before the erasure: %v", err)
	}
	kept, err := ReceiptOf(t.Context(), f.view(), key, 8, 6)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Verify(kept.JSON(), []string{key}); err != nil {
		t.Errorf("a receipt of somebody else: %v", err)
	}
	if err := Recount(server{f}, mustOpen(t, f, key)); err != nil {
		t.Errorf("the log after the erasure: %v", err)
	}
}

func TestThePortalsOwnActsAreNotErased(t *testing.T) {
	t.Parallel()
	_, err := Erase(t.Context(), nil, 0)
	if !fault.Is(err, fault.Forbidden) {
		t.Errorf("got %v, want Forbidden", err)
	}
}
