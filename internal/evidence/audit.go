package evidence

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Fetcher brings what the log serves. It limits what it reads and how long; paths are those below.
type Fetcher interface {
	Fetch(path string) ([]byte, error)
}

// CheckpointPath is where a log serves its newest checkpoint, beneath its address.
const CheckpointPath = "checkpoint"

// ConsistencyPath is where a log serves the proof that one tree begins with another.
func ConsistencyPath(earlier, later int64) string { return pathOf("consistency", earlier, later) }

// InclusionPath is where a log serves the proof that a leaf stands in a tree.
func InclusionPath(index, size int64) string { return pathOf("inclusion", index, size) }

// LeavesPath is where a log serves its leaves, from the first number up to but not including the
// second.
func LeavesPath(from, to int64) string { return pathOf("leaves", from, to) }

func pathOf(what string, a, b int64) string {
	return what + "/" + strconv.FormatInt(a, 10) + "/" + strconv.FormatInt(b, 10)
}

// Course is how a log went on since it was last looked at.
type Course string

// The courses of a log. Forked and Shrank mean that the log has said two things that cannot both be
// true; the two signed notes in the report show it to anybody. Shrank may also come of an old copy
// served by a cache.
const (
	First     Course = "first" // not looked at before
	Unchanged Course = "unchanged"
	Grew      Course = "grew"
	Forked    Course = "forked"
	Shrank    Course = "shrank"
)

// Report is what an audit found.
type Report struct {
	Course       Course
	Before, Now  Checkpoint // Before is zero on the first look
	BeforeSigned []byte
	NowSigned    []byte // keep this as what was last seen, unless Forked or Shrank
	Why          string // of a fork, in English
}

// Good reports whether the log kept its word.
func (r Report) Good() bool { return r.Course != Forked && r.Course != Shrank }

// Audit fetches the newest checkpoint and holds it against the last one seen, nil on the first
// look. Anything that is not signed by a key in verifierKeys is an error and no report: it says nothing
// about the log.
func Audit(f Fetcher, verifierKeys []string, seen []byte) (Report, error) {
	known, err := Verifiers(verifierKeys)
	if err != nil {
		return Report{}, err
	}
	r, err := look(f, known, seen)
	if err != nil || r.Course != "" {
		return r, err
	}
	switch before, now := r.Before, r.Now; {
	case now.Size < before.Size:
		r.Course = Shrank
	case now.Size == before.Size && now.Root == before.Root:
		r.Course = Unchanged
	case now.Size == before.Size:
		r.Course, r.Why = Forked, "two roots for one size"
	case before.Size == 0: // every tree begins with the empty one
		r.Course = Grew
	default:
		r.Course, r.Why, err = course(f, before, now)
	}
	return r, err
}

// look opens both checkpoints; the course is left open unless it is the first look.
func look(f Fetcher, known note.Verifiers, seen []byte) (Report, error) {
	r := Report{BeforeSigned: seen}
	var err error
	if r.NowSigned, err = f.Fetch(CheckpointPath); err != nil {
		return Report{}, fmt.Errorf("fetch checkpoint: %w", err)
	}
	if r.Now, err = OpenCheckpoint(r.NowSigned, known); err != nil {
		return Report{}, err
	}
	if seen == nil {
		r.Course = First
		return r, nil
	}
	if r.Before, err = OpenCheckpoint(seen, known); err != nil {
		return Report{}, fmt.Errorf("last seen: %w", err)
	}
	if r.Before.Origin != r.Now.Origin {
		return Report{}, fmt.Errorf("last seen is of log %.100q, this is %.100q", r.Before.Origin, r.Now.Origin)
	}
	if r.Before.Size == 0 && r.Before.Root != emptyRoot() {
		r.Course, r.Why = Forked, "an empty tree with a root of its own"
	}
	return r, nil
}

func course(f Fetcher, before, now Checkpoint) (Course, string, error) {
	data, err := f.Fetch(ConsistencyPath(before.Size, now.Size))
	if err != nil {
		return "", "", fmt.Errorf("fetch consistency proof: %w", err)
	}
	proof, err := ParseHashes[tlog.Hash](data, 2*maxProof)
	if err != nil {
		return "", "", fmt.Errorf("consistency proof: %w", err)
	}
	if err := tlog.CheckTree(proof, now.Size, now.Root, before.Size, before.Root); err != nil {
		return Forked, "the log cannot show that it contains what it contained", nil
	}
	return Grew, "", nil
}

// emptyRoot is the root of a log without leaves (RFC 6962 §2.1).
func emptyRoot() tlog.Hash { return sha256.Sum256(nil) }

// errRecount is told of leaves that do not lead to the signed root.
var errRecount = errors.New("leaves do not lead to the signed root")

// Recount fetches every leaf and computes the root of a checkpoint anew: the whole log, not a
// proof of it. Memory stays flat; a log of n leaves takes n/MaxLeaves fetches.
func Recount(f Fetcher, c Checkpoint) error {
	var edge []tlog.Hash // roots of the full subtrees, the largest first
	for from := int64(0); from < c.Size; {
		to := min(from+MaxLeaves, c.Size)
		data, err := f.Fetch(LeavesPath(from, to))
		if err != nil {
			return fmt.Errorf("fetch leaves: %w", err)
		}
		leaves, err := ParseHashes[Commitment](data, MaxLeaves)
		if err != nil {
			return fmt.Errorf("leaves from %d: %w", from, err)
		}
		if int64(len(leaves)) != to-from {
			return fmt.Errorf("leaves from %d: %d of %d", from, len(leaves), to-from)
		}
		for i, leaf := range leaves {
			h := tlog.RecordHash(leaf[:])
			for n := from + int64(i); n&1 == 1; n >>= 1 {
				h = tlog.NodeHash(edge[len(edge)-1], h)
				edge = edge[:len(edge)-1]
			}
			edge = append(edge, h)
		}
		from = to
	}
	root := emptyRoot()
	for i := len(edge) - 1; i >= 0; i-- {
		if i == len(edge)-1 {
			root = edge[i]
			continue
		}
		root = tlog.NodeHash(edge[i], root)
	}
	if root != c.Root {
		return errRecount
	}
	return nil
}
