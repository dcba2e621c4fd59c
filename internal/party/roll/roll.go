// Package roll reads a list of people as schools keep them: a CSV file or an XLSX workbook, one
// person to a line, under a line of headings.
//
// It owns what such files look like: encodings, separators, the words of headings and values, the
// dates of spreadsheets. A line that cannot be read is handed on with the reason, and the next one is
// read. It decides nothing about the people and keeps nothing: party does.
package roll

import (
	"bytes"
	"strings"
	"time"

	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/party"
)

// MostBytes is the largest file that is read, as it comes and, for a workbook, as it unfolds.
const (
	MostBytes    = 24 << 20
	mostUnfolded = 400 << 20
	mostLine     = 4 << 10 // bytes of a line: nine cells
)

// columns are the columns of a list, in the order of the template.
const (
	surname = iota
	given
	patronymic
	birthDate
	sex
	role
	class
	own   // number of a pupil, which the institution gives
	child // numbers or sign-in names of the pupils somebody is a parent of
	columns
)

// headings are what a column may be called.
func headings() map[string]int {
	return map[string]int{
		"surname": surname, "фамилия": surname, "тегі": surname, "фамилиясы": surname, "last name": surname,
		"given": given, "given name": given, "first name": given, "name": given, "имя": given, "аты": given,
		"patronymic": patronymic, "отчество": patronymic, "әкесінің аты": patronymic, "атасынын аты": patronymic,
		"birth_date": birthDate, "birth date": birthDate, "date of birth": birthDate, "дата рождения": birthDate, "туған күні": birthDate, "туулган күнү": birthDate,
		"sex": sex, "пол": sex, "жынысы": sex,
		"role": role, "роль": role, "рөлі": role, "ролу": role,
		"class": class, "класс": class, "сынып": class, "сыныбы": class, "классы": class,
		"number": own, "№": own, "номер": own, "номері": own, "номери": own, "нөмірі": own, "номер ученика": own, "оқушының нөмірі": own, "окуучунун номери": own,
		"child": child, "children": child, "ребёнок": child, "ребенок": child, "дети": child, "баласы": child, "балалары": child, "балдары": child,
	}
}

func sexes() map[string]identity.Sex {
	return map[string]identity.Sex{
		"male": identity.Male, "m": identity.Male, "м": identity.Male, "муж": identity.Male, "мужской": identity.Male, "ер": identity.Male, "е": identity.Male, "эркек": identity.Male,
		"female": identity.Female, "f": identity.Female, "ж": identity.Female, "жен": identity.Female, "женский": identity.Female, "әйел": identity.Female, "ә": identity.Female, "аял": identity.Female,
	}
}

func roles() map[string]party.Role {
	return map[string]party.Role{
		"pupil": party.Pupil, "student": party.Pupil, "ученик": party.Pupil, "ученица": party.Pupil, "оқушы": party.Pupil, "окуучу": party.Pupil,
		"parent": party.Parent, "родитель": party.Parent, "ата-ана": party.Parent, "ата-эне": party.Parent,
		"staff": party.Staff, "teacher": party.Staff, "сотрудник": party.Staff, "учитель": party.Staff, "қызметкер": party.Staff, "мұғалім": party.Staff, "кызматкер": party.Staff, "мугалим": party.Staff,
	}
}

// Read reads a file and hands on its lines. Which kind of file it is, its first bytes tell, never its
// name. An error of each ends the reading and is returned.
//
// Refusals, of the whole file: Invalid "party.file_empty", "party.file_binary", "party.file_encoding",
// "party.file_header", "party.file_broken", each at the field "file".
func Read(data []byte, each func(party.Line) error) error {
	if len(bytes.TrimSpace(data)) == 0 {
		return refused("party.file_empty")
	}
	if bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		return readWorkbook(data, each)
	}
	return readText(data, each)
}

func refused(key string) *fault.Fault { return fault.New(fault.Invalid, key).At("file") }

// head finds which column stands where. Refusal: Invalid "party.file_header".
func head(cells []string) ([]int, error) {
	known, places := headings(), make([]int, columns)
	for i := range places {
		places[i] = -1
	}
	for i, cell := range cells {
		if column, ok := known[strings.ToLower(strings.Join(strings.Fields(cell), " "))]; ok && places[column] < 0 {
			places[column] = i
		}
	}
	for _, column := range []int{surname, given, birthDate, sex, role} {
		if places[column] < 0 {
			return nil, refused("party.file_header")
		}
	}
	return places, nil
}

// line makes a line of cells.
func line(number int, cells []string, places []int, serial func(string) string) party.Line {
	at := func(column int) string {
		if i := places[column]; i >= 0 && i < len(cells) {
			return strings.TrimSpace(cells[i])
		}
		return ""
	}
	l := party.Line{Line: number, Person: party.Person{
		Surname: at(surname), Given: at(given), Patronymic: at(patronymic), Class: at(class), BirthDate: day(serial(at(birthDate))),
		Sex: sexes()[strings.ToLower(at(sex))], Role: roles()[strings.ToLower(at(role))], Number: at(own),
		Children: strings.FieldsFunc(at(child), func(r rune) bool { return r == ',' || r == ' ' || r == '/' }),
	}}
	for column := range columns {
		if s := at(column); s != "" && strings.ContainsRune("=+-@|%", rune(s[0])) {
			return refuse(l, "party.formula")
		}
	}
	for i, cell := range cells {
		if i > places[class] && i > class && strings.TrimSpace(cell) != "" && beyond(places, i) {
			return refuse(l, "party.line_cells")
		}
	}
	if last := places[role]; len(cells) <= last {
		return refuse(l, "party.line_cells")
	}
	return l
}

// beyond reports whether a cell stands behind all columns that have a heading we know.
func beyond(places []int, i int) bool {
	for _, place := range places {
		if place >= i {
			return false
		}
	}
	return true
}

func refuse(l party.Line, key string) party.Line {
	l.Outcome, l.Reason = party.Refused, key
	return l
}

// day writes a date as the database does; what is none stays as it is and is refused later.
func day(s string) string {
	for _, form := range []string{time.DateOnly, "02.01.2006", "2.1.2006", "02/01/2006"} {
		if t, err := time.Parse(form, s); err == nil {
			return t.Format(time.DateOnly)
		}
	}
	return s
}

// empty reports whether a line holds nothing: spreadsheets leave such at the end.
func empty(cells []string) bool {
	for _, cell := range cells {
		if strings.TrimSpace(cell) != "" {
			return false
		}
	}
	return true
}
