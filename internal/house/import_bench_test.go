package house_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tereze/internal/house"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/party"
	"tereze/internal/party/roll"
)

// BenchmarkImport takes a list of 100,000 people of one school in, as the page does, and decides every
// line; one line in fifty is somebody who is on the list already. It reports the time of both parts
// and the greatest memory of the process:
//
//	go test ./internal/house -run ^$ -bench Import -benchtime 1x -timeout 30m
func BenchmarkImport(b *testing.B) {
	data := listOf(party.MostLines)
	for b.Loop() {
		h := housetest.Open(b, house.Config{Database: filepath.Join(b.TempDir(), "import.db")})
		ctx, operator := context.Background(), h.User(b, "kundelik", "operator", identity.Operator)
		admin := h.User(b, "kundelik", "admin")
		ministry, err := h.Parties.Found(ctx, operator, 0, "ministry", "Министрлік")
		if err != nil {
			b.Fatal(err)
		}
		school, err := h.Parties.Found(ctx, operator, ministry.ID, "school", "Мектеп")
		if err != nil {
			b.Fatal(err)
		}
		if err := h.Parties.Appoint(ctx, operator, school.ID, "admin", "institution_asked"); err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		im, err := h.Parties.BeginImport(ctx, admin, "list.csv", func(each func(party.Line) error) error { return roll.Read(data, each) })
		if err != nil {
			b.Fatal(err)
		}
		taken := time.Since(began)
		for im.State != party.Ended {
			time.Sleep(100 * time.Millisecond) // the house goes on with it
			if im, _, err = h.Parties.Import(ctx, admin, im.ID, 0, 1, false); err != nil {
				b.Fatal(err)
			}
		}
		all := time.Since(began)
		if im.Created != party.MostLines*49/50 || im.Duplicate != party.MostLines/50 || im.Refused != 0 {
			b.Fatalf("%d created, %d duplicates, %d refused", im.Created, im.Duplicate, im.Refused)
		}
		b.ReportMetric(taken.Seconds(), "s-taken-in")
		b.ReportMetric(all.Seconds(), "s-all")
		b.ReportMetric(float64(len(data))/(1<<20), "MB-file")
		b.ReportMetric(peak(b), "MB-peak")
	}
}

// listOf makes a list; every fiftieth line repeats the one before it.
func listOf(lines int) []byte {
	surnames := strings.Fields("Ахметов Иванов Сейітов Қасымов Оспанов Әлиев Жұмабаев Нұрланов Петров Серіков")
	given := strings.Fields("Арман Әсел Аян Данияр Гүлнар Ерлан Жанар Мадина Нұржан Олжас")
	var out strings.Builder
	out.WriteString("surname;given;patronymic;birth_date;sex;role;class\n")
	for i := range lines {
		n := i
		if i%50 == 49 {
			n--
		}
		day := time.Date(2008, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n/100%3000)
		fmt.Fprintf(&out, "%s;%s;%s;%s;male;pupil;%dА\n", surnames[n%10], given[n/10%10], given[n/300000%10]+"ұлы", day.Format(time.DateOnly), n%11+1)
	}
	return []byte(out.String())
}

// peak is the greatest resident memory of this process so far, in MB.
func peak(b *testing.B) float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kb float64
	fmt.Sscan(rest, &kb)
	return kb / 1024
}
