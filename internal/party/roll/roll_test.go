package roll_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"tereze/internal/fault"
	"tereze/internal/party"
	"tereze/internal/party/roll"
)

func read(t testing.TB, data []byte) (lines []party.Line, err error) {
	t.Helper()
	err = roll.Read(data, func(l party.Line) error {
		lines = append(lines, l)
		return nil
	})
	return lines, err
}

// workbook makes a file as a spreadsheet does: rows of cells, dates as dates.
func workbook(t testing.TB, fill func(f *excelize.File, sheet string)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	sheet := f.GetSheetName(0)
	if err := f.SetSheetRow(sheet, "A1", &[]any{"Фамилия", "Имя", "Отчество", "Дата рождения", "Пол", "Роль", "Класс"}); err != nil {
		t.Fatal(err)
	}
	fill(f, sheet)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAWorkbookIsReadRowByRow(t *testing.T) {
	t.Parallel()
	data := workbook(t, func(f *excelize.File, sheet string) {
		_ = f.SetSheetRow(sheet, "A2", &[]any{"Ахметов", "Арман", "", time.Date(2012, 9, 1, 0, 0, 0, 0, time.UTC), "м", "ученик", "7А"})
		_ = f.SetSheetRow(sheet, "A3", &[]any{"Иванова", "Анна", "", "01.02.2011", "ж", "ученик", 8})
		_ = f.SetSheetRow(sheet, "A4", &[]any{"Формулова", "Анна", "", "01.02.2011", "ж", "ученик", ""})
		_ = f.SetCellFormula(sheet, "G4", `=HYPERLINK("http://example.org","7А")`)
		_ = f.SetSheetRow(sheet, "A6", &[]any{"Последняя", "Анна", "", "01.02.1980", "ж", "сотрудник"})
	})
	lines, err := read(t, data)
	if err != nil || len(lines) != 4 {
		t.Fatalf("%d lines, %v; want four", len(lines), err)
	}
	for i, want := range []struct {
		line        int
		born, class string
		reason      string
	}{{2, "2012-09-01", "7А", ""}, {3, "2011-02-01", "8", ""}, {4, "2011-02-01", "", "party.formula"}, {6, "1980-02-01", "", ""}} {
		if l := lines[i]; l.Line != want.line || l.Person.BirthDate != want.born || l.Reason == "" && l.Person.Class != want.class || l.Reason != want.reason {
			t.Errorf("line %d is %+v, want %+v", i, l, want)
		}
	}
}

func TestAFileThatIsNoListIsRefusedWhole(t *testing.T) {
	t.Parallel()
	whole := workbook(t, func(*excelize.File, string) {})
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"nothing":              {nil, "party.file_empty"},
		"blank lines":          {[]byte("\r\n\r\n"), "party.file_empty"},
		"UTF-16":               {[]byte("\xff\xfes\x00"), "party.file_encoding"},
		"bytes":                {[]byte("surname\x00given"), "party.file_binary"},
		"other headings":       {[]byte("a;b;c\n1;2;3\n"), "party.file_header"},
		"half a workbook":      {whole[:len(whole)/2], "party.file_broken"},
		"an archive of others": {[]byte("PK\x03\x04nothing"), "party.file_broken"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lines, err := read(t, c.data)
			if !fault.Is(err, fault.Invalid) || !strings.HasPrefix(err.Error(), c.want) || len(lines) != 0 {
				t.Errorf("%d lines, %v; want %s", len(lines), err, c.want)
			}
		})
	}
}

func TestLettersAreReadInEveryEncodingInUse(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]string{
		"UTF-8":                                 "surname;given;birth_date;sex;role\nӘлия;Ақан;2000-01-01;ә;staff\n",
		"UTF-8 with mark":                       "\ufeffsurname;given;birth_date;sex;role\nӘлия;Ақан;2000-01-01;ә;staff\n",
		"Windows-1251 as written in Kazakhstan": "surname;given;birth_date;sex;role\n\xa3\xeb\xe8\xff;\xc0\x9d\xe0\xed;2000-01-01;\xbc;staff\n",
		"commas and quotation marks":            "surname,given,birth_date,sex,role\n\"Әлия\",\"Ақан\",2000-01-01,ә,staff",
		"tabulators":                            "surname\tgiven\tbirth_date\tsex\trole\r\nӘлия\tАқан\t01.01.2000\tӘйел\tқызметкер\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lines, err := read(t, []byte(data))
			if err != nil || len(lines) != 1 {
				t.Fatalf("%d lines, %v", len(lines), err)
			}
			if p := lines[0].Person; p.Surname != "Әлия" || p.Given != "Ақан" || p.Sex != "female" || p.Role != party.Staff || p.BirthDate != "2000-01-01" || lines[0].Reason != "" {
				t.Errorf("%+v", lines[0])
			}
		})
	}
}

func TestAFileCutInALetterIsStillInItsEncoding(t *testing.T) {
	t.Parallel()
	data := "surname;given;birth_date;sex;role\nӘлия;Ақан;2000-01-01;ә;staff\nСейі"
	lines, err := read(t, []byte(data[:len(data)-1]))
	if err != nil || len(lines) != 2 || lines[0].Person.Surname != "Әлия" || lines[1].Reason != "party.line_encoding" {
		t.Errorf("%+v, %v", lines, err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("surname;given;birth_date;sex;role;class\nА;Б;2000-01-01;м;ученик;1\n"))
	f.Add([]byte("\ufeffsurname,given,birth_date,sex,role\n\"a\"\"b\",,,,\n\"open"))
	f.Add([]byte("surname\tgiven\tbirth_date\tsex\trole\n\xd0"))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, data []byte) {
		before := 0
		err := roll.Read(data, func(l party.Line) error {
			if l.Line <= before {
				t.Fatalf("line %d after %d", l.Line, before)
			}
			before = l.Line
			for _, cell := range []string{l.Person.Surname, l.Person.Given, l.Person.Class} {
				if l.Reason == "" && strings.HasPrefix(cell, "=") {
					t.Fatalf("a formula is handed on: %q", cell)
				}
			}
			return nil
		})
		if err != nil && !fault.Is(err, fault.Invalid) {
			t.Fatalf("an accident: %v", err)
		}
	})
}
