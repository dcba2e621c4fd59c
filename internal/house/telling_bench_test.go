package house_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tereze/internal/agreement"
	"tereze/internal/house"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/obligation"
)

// BenchmarkTelling tells 100,000 users of an amendment, as the house does by itself: a notice in each cabinet and a
// message to each address. It is held against inserting the same messages raw into a table of the same shape, as many in
// a transaction and kept as safely. Changes of tariffs are told by the same code:
//
//	go test ./internal/house -run ^$ -bench Telling -benchtime 1x -timeout 30m
func BenchmarkTelling(b *testing.B) {
	const people = 100_000
	for b.Loop() {
		dir := b.TempDir()
		h := housetest.Open(b, house.Config{Database: filepath.Join(dir, "telling.db"), Only: []string{"egov"}})
		operator := h.User(b, "egov", "operator", identity.Operator)
		crowd(b, h, "egov", people)
		began := time.Now()
		e := publish(b, h, operator, "agreement", nil)
		for told := false; !told; {
			_, err := h.Keeper.Step(context.Background())
			if err != nil {
				b.Fatal(err)
			}
			for _, o := range owed(b, h, "egov") {
				told = told || o.Kind == agreement.DutyNotice && o.Subject == "agreement@"+number(e) && o.State == obligation.Met
			}
		}
		ours := time.Since(began)
		raw := rawMessages(b, dir, people, 200)
		b.ReportMetric(people/ours.Seconds(), "told/s")
		b.ReportMetric(people/raw.Seconds(), "raw/s")
		b.ReportMetric(ours.Seconds()/raw.Seconds(), "times-raw")
	}
}

// rawMessages inserts the messages of a database into another one of its shape, some in a transaction, by one prepared
// statement, and says how long that takes.
func rawMessages(b *testing.B, dir string, want, inOne int) time.Duration {
	b.Helper()
	from, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "telling.db")+"?mode=ro")
	must(b, err)
	defer from.Close()
	to, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "raw.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=cache_size(-64000)")
	must(b, err)
	defer to.Close()
	schema, err := from.Query(`SELECT sql FROM sqlite_master WHERE tbl_name = 'notify_message' AND sql IS NOT NULL ORDER BY type DESC`)
	must(b, err)
	for schema.Next() {
		var text string
		must(b, schema.Scan(&text))
		_, err := to.Exec(text)
		must(b, err)
	}
	must(b, schema.Err())
	rows, err := from.Query(`SELECT * FROM notify_message WHERE key = 'message.amendment' ORDER BY message_id`)
	must(b, err)
	columns, err := rows.Columns()
	must(b, err)
	var all [][]any
	for rows.Next() {
		row, at := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			at[i] = &row[i]
		}
		must(b, rows.Scan(at...))
		all = append(all, row)
	}
	must(b, rows.Err())
	if len(all) != want {
		b.Fatalf("%d messages, want %d", len(all), want)
	}
	insert := fmt.Sprintf("INSERT INTO notify_message (%s) VALUES (?%s)", strings.Join(columns, ", "), strings.Repeat(", ?", len(columns)-1))
	began := time.Now()
	for len(all) > 0 {
		tx, err := to.Begin()
		must(b, err)
		statement, err := tx.Prepare(insert)
		must(b, err)
		for _, row := range all[:min(inOne, len(all))] {
			_, err := statement.Exec(row...)
			must(b, err)
		}
		must(b, tx.Commit())
		all = all[min(inOne, len(all)):]
	}
	return time.Since(began)
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
