package console

import (
	"net/http"
	"strconv"
	"time"

	"tereze/internal/evidence"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/frame"
)

// csvBatch is how many entries are read at a time; each batch is a look of its own, so that a long
// export keeps no transaction open.
const csvBatch = 1000

// LogCSV answers GET /{portal}/log.csv with the entries of the same filter, newest first.
func (c *Console) LogCSV(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	f, refusal := c.logFilter(v, r.URL.Query())
	if refusal != nil {
		return refusal
	}
	f.Limit = csvBatch
	var out *frame.CSV
	for first := true; ; first = false {
		var entries []evidence.Entry
		var leaves map[identity.ID]evidence.Leaf
		err := c.View(r.Context(), func(tx EvidenceTx) (err error) {
			entries, leaves, err = pageOf(r.Context(), tx, f)
			return err
		})
		if err != nil && first {
			return err
		}
		if err != nil {
			// Half a list must not pass for the whole: the connection is cut, and the browser says so.
			panic(http.ErrAbortHandler)
		}
		if first {
			out = frame.AttachCSV(w, v.Actor.Portal+"-evidence-"+v.Now.In(c.Portal(v).Zone).Format(dayForm)+".csv", "number", "at", "act", "actor", "subject", "document", "edition", "clause", "entry", "commitment")
		}
		for _, e := range entries {
			out.Row(csvRow(e, leaves)...)
		}
		if !out.Flush() || len(entries) < csvBatch {
			return nil
		}
		f.Before = evidence.MarkOf(entries[len(entries)-1])
	}
}

// csvRow is an entry as the page shows it, for programs: instants in UTC, names as recorded. The
// commitment says what it is, and so never begins with the + that base64 may have.
func csvRow(e evidence.Entry, leaves map[identity.ID]evidence.Leaf) []string {
	number, commitment, edition := "", "", ""
	if leaf, ok := leaves[e.ID]; ok {
		number, commitment = strconv.FormatInt(leaf.Number, 10), "sha256:"+leaf.Commitment.String()
	}
	if !e.Citation.Zero() {
		edition = strconv.Itoa(e.Citation.Edition)
	}
	return []string{
		number, e.At.UTC().Format(time.RFC3339Nano), e.Act, actor(e.Actor), e.Subject,
		e.Citation.Document, edition, e.Citation.Clause, strconv.FormatInt(int64(e.ID), 10), commitment,
	}
}
