package evidence

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"tereze/internal/fault"
)

// server answers the paths of a log from a fake, as web does.
type server struct{ f *fake }

func (s server) Fetch(path string) ([]byte, error) {
	v, ctx := s.f.view(), context.Background()
	if path == CheckpointPath {
		return LatestCheckpoint(ctx, v)
	}
	what, rest, _ := strings.Cut(path, "/")
	var a, b int64
	if _, err := fmt.Sscanf(rest, "%d/%d", &a, &b); err != nil {
		return nil, err
	}
	switch what {
	case "consistency":
		h, err := Consistency(ctx, v, a, b)
		return FormatHashes(h), err
	case "inclusion":
		h, err := Inclusion(ctx, v, a, b)
		return FormatHashes(h), err
	case "leaves":
		h, err := Leaves(ctx, v, a, b)
		return FormatHashes(h), err
	}
	return nil, errors.New("no such path")
}

// altered serves something else on one path.
type altered struct {
	Fetcher
	path string
	data []byte
	err  error
}

func (a altered) Fetch(path string) ([]byte, error) {
	if strings.HasPrefix(path, a.path) {
		return a.data, a.err
	}
	return a.Fetcher.Fetch(path)
}

func TestAnAuditSeesEveryLogGrow(t *testing.T) {
	t.Parallel()
	f, s, key := testLog(t, 0)
	s.Batch = 1
	signed := map[int64][]byte{}
	for size := int64(0); size <= 33; size++ {
		if size > 0 {
			record(t, f, int(size), int(size))
			mustStep(t, s)
		}
		signed[size] = f.state.last()
		for earlier := int64(0); earlier <= size; earlier++ {
			r, err := Audit(server{f}, []string{key}, signed[earlier])
			want := Grew
			if earlier == size {
				want = Unchanged
			}
			if err != nil || r.Course != want || !r.Good() {
				t.Fatalf("from %d to %d: got %q, %v, want %q", earlier, size, r.Course, err, want)
			}
		}
	}
	r, err := Audit(server{f}, []string{key}, nil)
	if err != nil || r.Course != First || r.Now.Size != 33 {
		t.Errorf("first look: got %+v, %v", r, err)
	}
}

func TestAnAuditSeesALogThatBrokeItsWord(t *testing.T) {
	t.Parallel()
	f, s, key := testLog(t, 9)
	seen := f.state.last()
	sign := func(c Checkpoint) []byte {
		signed, err := signCheckpoint(c, s.Signer)
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	// Another history under the same key: entry 4 was never there.
	fork, forker, _ := testLog(t, 3)
	record(t, fork, 5, 30)
	step(t, forker)
	small, _, _ := testLog(t, 5)
	for name, c := range map[string]struct {
		f    Fetcher
		seen []byte
		want Course
	}{
		"another history, longer":            {server{fork}, seen, Forked},
		"another history, as long":           {altered{server{f}, CheckpointPath, sign(Checkpoint{testOrigin, 9, tlog.Hash{1}}), nil}, seen, Forked},
		"a shorter log":                      {server{small}, seen, Shrank},
		"no leaves any more":                 {altered{server{f}, CheckpointPath, sign(Checkpoint{testOrigin, 0, emptyRoot()}), nil}, seen, Shrank},
		"a proof of something else":          {altered{grown10(t), "consistency", FormatHashes([]tlog.Hash{{1}, {2}}), nil}, seen, Forked},
		"no proof":                           {altered{grown10(t), "consistency", nil, nil}, seen, Forked},
		"an empty tree with a root, earlier": {server{f}, sign(Checkpoint{testOrigin, 0, tlog.Hash{1}}), Forked},
	} {
		r, err := Audit(c.f, []string{key}, c.seen)
		if err != nil || r.Course != c.want || r.Good() {
			t.Errorf("%s: got %q, %v, want %q", name, r.Course, err, c.want)
		}
		if string(r.BeforeSigned) != string(c.seen) || len(r.NowSigned) == 0 {
			t.Errorf("%s: the report does not carry both signed notes", name)
		}
	}
}

func grown10(t *testing.T) Fetcher {
	f, _, _ := testLog(t, 10)
	return server{f}
}

func TestAnAuditSaysNothingWhereItCannotTell(t *testing.T) {
	t.Parallel()
	f, _, key := testLog(t, 9)
	seen := f.state.last()
	_, otherKey := testKey(t, testOrigin, "other")
	elsewhere, elsewhereKey := testKey(t, "elsewhere.example", "elsewhere")
	foreign, err := signCheckpoint(Checkpoint{"elsewhere.example", 9, tlog.Hash{}}, elsewhere)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		f    Fetcher
		keys []string
		seen []byte
	}{
		"no key":                           {server{f}, nil, seen},
		"another key":                      {server{f}, []string{otherKey}, seen},
		"no answer":                        {altered{server{f}, "", nil, errFake}, []string{key}, seen},
		"no proof fetched":                 {altered{grown10(t), "consistency", nil, errFake}, []string{key}, seen},
		"a proof that is not one":          {altered{grown10(t), "consistency", []byte("<html>"), nil}, []string{key}, seen},
		"a proof without end":              {altered{grown10(t), "consistency", FormatHashes(make([]tlog.Hash, 200)), nil}, []string{key}, seen},
		"last seen was another log":        {server{f}, []string{key, elsewhereKey}, foreign},
		"last seen was never signed":       {server{f}, []string{key}, []byte("x")},
		"a page in place of a checkpoint":  {altered{server{f}, CheckpointPath, []byte("<html></html>\n"), nil}, []string{key}, seen},
		"a checkpoint larger than any are": {altered{server{f}, CheckpointPath, make([]byte, maxCheckpoint+1), nil}, []string{key}, seen},
	} {
		if r, err := Audit(c.f, c.keys, c.seen); err == nil {
			t.Errorf("%s: got %q, want an error", name, r.Course)
		}
	}
}

func TestRecountFindsALeafThatWasChanged(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 2, 7, 64, 100, 999, 1000, 1001, 2500} {
		f, _, key := testLog(t, size)
		c := mustOpen(t, f, key)
		if err := Recount(server{f}, c); err != nil {
			t.Errorf("size %d: %v", size, err)
		}
		if size == 0 {
			continue
		}
		f.state.leaves[size/2].Commitment[0] ^= 1
		if err := Recount(server{f}, c); !errors.Is(err, errRecount) {
			t.Errorf("size %d, altered: got %v, want %v", size, err, errRecount)
		}
		if err := Recount(altered{server{f}, "leaves", nil, nil}, c); err == nil {
			t.Errorf("size %d: no leaves went for all", size)
		}
	}
}

func TestWhatTheLogDoesNotHaveIsRefused(t *testing.T) {
	t.Parallel()
	f, _, _ := testLog(t, 9)
	ctx, v := t.Context(), f.view()
	for name, run := range map[string]func() error{
		"consistency to a size not reached": func() error { _, err := Consistency(ctx, v, 5, 10); return err },
		"consistency backwards":             func() error { _, err := Consistency(ctx, v, 6, 5); return err },
		"consistency from below nought":     func() error { _, err := Consistency(ctx, v, -1, 5); return err },
		"inclusion in a size not reached":   func() error { _, err := Inclusion(ctx, v, 5, 10); return err },
		"inclusion of the leaf after":       func() error { _, err := Inclusion(ctx, v, 9, 9); return err },
		"inclusion of a leaf below nought":  func() error { _, err := Inclusion(ctx, v, -1, 9); return err },
		"leaves beyond the end":             func() error { _, err := Leaves(ctx, v, 5, 10); return err },
		"leaves backwards":                  func() error { _, err := Leaves(ctx, v, 6, 5); return err },
		"leaves from below nought":          func() error { _, err := Leaves(ctx, v, -1, 5); return err },
		"too many leaves":                   func() error { _, err := Leaves(ctx, v, 0, MaxLeaves+1); return err },
	} {
		if err := run(); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v, want Invalid", name, err)
		}
	}
	for name, run := range map[string]func() error{
		"a checkpoint": func() error { _, err := LatestCheckpoint(ctx, newFake().view()); return err },
		"consistency":  func() error { _, err := Consistency(ctx, newFake().view(), 0, 0); return err },
	} {
		if err := run(); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s before the first step: got %v, want Unavailable", name, err)
		}
	}
}

func TestInclusionProofsVerifyForEveryLeafAndSize(t *testing.T) {
	t.Parallel()
	f, _, _ := testLog(t, 70)
	for size := int64(1); size <= 70; size++ {
		var leaves []Commitment
		for _, l := range f.state.leaves[:size] {
			leaves = append(leaves, l.Commitment)
		}
		root := rfc6962(leaves)
		for index := range size {
			p, err := Inclusion(t.Context(), f.view(), index, size)
			if err != nil {
				t.Fatal(err)
			}
			c := leaves[index]
			if err := tlog.CheckRecord(p, size, root, index, tlog.RecordHash(c[:])); err != nil {
				t.Fatalf("leaf %d of %d: %v", index, size, err)
			}
		}
	}
}

func TestCheckpointsNotInTheOneFormAreRefused(t *testing.T) {
	t.Parallel()
	root := emptyRoot().String()
	for name, text := range map[string]string{
		"nothing":               "",
		"no origin":             "\n0\n" + root + "\n",
		"no line end":           "o\n0\n" + root,
		"an extension line":     "o\n0\n" + root + "\nmore\n",
		"a leading nought":      "o\n00\n" + root + "\n",
		"a sign":                "o\n+1\n" + root + "\n",
		"below nought":          "o\n-1\n" + root + "\n",
		"a size beyond reason":  "o\n9007199254740992\n" + root + "\n",
		"a root that is short":  "o\n0\nAAAA\n",
		"a root with spare bit": "o\n0\n" + root[:42] + string(root[42]+1) + "=\n",
		"a line end of DOS":     "o\r\n0\r\n" + root + "\r\n",
	} {
		if c, err := ParseCheckpoint(text); !errors.Is(err, ErrCheckpoint) {
			t.Errorf("%s: got %+v, want ErrCheckpoint", name, c)
		}
	}
	if c, err := ParseCheckpoint("o\n0\n" + root + "\n"); err != nil || c.Text() != "o\n0\n"+root+"\n" {
		t.Errorf("the text the cases start from: %v", err)
	}
}

func TestACheckpointIsSignedByTheKeyOfItsOrigin(t *testing.T) {
	t.Parallel()
	signer, key := testKey(t, "elsewhere.example", "first")
	witness, _ := testKey(t, "witness.example", "witness")
	known, err := Verifiers([]string{key})
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := signCheckpoint(Checkpoint{testOrigin, 0, emptyRoot()}, signer)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenCheckpoint(stranger, known); !errors.Is(err, ErrCheckpoint) {
		t.Errorf("signed for another log: got %v, want ErrCheckpoint", err)
	}
	text := Checkpoint{"elsewhere.example", 0, emptyRoot()}.Text()
	both, err := note.Sign(&note.Note{Text: text}, witness, signer)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenCheckpoint(both, known); err != nil {
		t.Errorf("with the signature of a witness besides: %v", err)
	}
}

func FuzzOpenCheckpoint(f *testing.F) {
	l, s, key := testLog(f, 11)
	known, err := Verifiers([]string{key})
	if err != nil {
		f.Fatal(err)
	}
	genuine := l.state.last()
	f.Add(genuine)
	f.Add([]byte("o\n0\n" + emptyRoot().String() + "\n"))
	f.Add([]byte(s.Signer.Name() + "\n\n— x AAAA\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if c, err := ParseCheckpoint(string(data)); err == nil && c.Text() != string(data) {
			t.Fatalf("two texts for %+v", c)
		}
		c, err := OpenCheckpoint(data, known)
		if err == nil && !strings.HasPrefix(string(genuine), c.Text()) {
			t.Fatalf("opened a checkpoint nobody signed: %q", data)
		}
	})
}

func FuzzParseHashes(f *testing.F) {
	f.Add(FormatHashes([]tlog.Hash{{1}, {2}}))
	f.Add([]byte("\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := ParseHashes[tlog.Hash](data, 10)
		if err == nil && (string(FormatHashes(h)) != string(data) || len(h) > 10) {
			t.Fatalf("%q does not read back", data)
		}
		// A proof is untrusted: checking it must not panic whatever the sizes.
		if err == nil && len(data) > 8 {
			_ = tlog.CheckTree(h, maxWhole, tlog.Hash{}, int64(data[0])+1, tlog.Hash{})
			_ = tlog.CheckRecord(h, maxWhole, tlog.Hash{}, int64(data[0]), tlog.Hash{})
		}
	})
}
