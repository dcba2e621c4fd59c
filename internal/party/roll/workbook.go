package roll

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"tereze/internal/party"
)

// readWorkbook reads the first sheet of an XLSX workbook, row after row: a sheet that is long is
// unfolded into a file and never stands in memory whole. No formula is ever worked out, and a row
// that holds one is refused: what it last showed may be somebody else's.
func readWorkbook(data []byte, each func(party.Line) error) error {
	formulas, err := formulaRows(data)
	if err != nil {
		return refused("party.file_broken").Wrap(err)
	}
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: mostUnfolded, UnzipXMLSizeLimit: 4 << 20,
	})
	if err != nil {
		return refused("party.file_broken").Wrap(err)
	}
	err = readSheet(book, formulas, each)
	return errors.Join(err, book.Close())
}

func readSheet(book *excelize.File, formulas map[int]bool, each func(party.Line) error) error {
	rows, err := book.Rows(book.GetSheetName(0))
	if err != nil {
		return refused("party.file_broken").Wrap(err)
	}
	defer rows.Close()
	properties, err := book.GetWorkbookProps()
	if err != nil {
		return refused("party.file_broken").Wrap(err)
	}
	since1904 := properties.Date1904 != nil && *properties.Date1904
	var places []int
	for number := 1; rows.Next(); number++ {
		cells, err := rows.Columns()
		if err != nil {
			return refused("party.file_broken").Wrap(err)
		}
		if empty(cells) && !formulas[number] {
			continue
		}
		if places == nil {
			if places, err = head(cells); err != nil {
				return err
			}
			continue
		}
		for len(cells) < columns { // a workbook leaves out empty cells at the end
			cells = append(cells, "")
		}
		l := line(number, cells, places, func(s string) string { return serialDay(s, since1904) })
		if formulas[number] {
			l = refuse(l, "party.formula")
		}
		if err := each(l); err != nil {
			return err
		}
	}
	if err := rows.Error(); err != nil {
		return refused("party.file_broken").Wrap(err)
	}
	if places == nil {
		return refused("party.file_header")
	}
	return nil
}

// serialDay turns the number by which a spreadsheet keeps a date into the date.
func serialDay(s string, since1904 bool) string {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || n < 1 || n > 100_000 {
		return s
	}
	t, err := excelize.ExcelDateToTime(n, since1904)
	if err != nil {
		return s
	}
	return t.Format(time.DateOnly)
}

// formulaRows finds the rows of the first sheet that hold a formula. It reads the sheet as it is
// stored: the reader of rows gives only what a formula last showed.
func formulaRows(data []byte) (map[int]bool, error) {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	name, err := firstSheet(archive)
	if err != nil {
		return nil, err
	}
	f, err := archive.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, row := map[int]bool{}, 0
	sheet := xml.NewDecoder(io.LimitReader(f, mostUnfolded))
	for {
		token, err := sheet.RawToken()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		start, ok := token.(xml.StartElement)
		switch {
		case !ok:
		case start.Name.Local == "row":
			row++
			for _, a := range start.Attr {
				if n, err := strconv.Atoi(a.Value); a.Name.Local == "r" && err == nil {
					row = n
				}
			}
		case start.Name.Local == "f":
			rows[row] = true
		}
	}
}

// firstSheet names the part of the archive that holds the first sheet of the workbook.
func firstSheet(archive *zip.Reader) (string, error) {
	var book struct {
		Sheets []struct {
			ID string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
		} `xml:"sheets>sheet"`
	}
	var links struct {
		Links []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	if err := part(archive, "xl/workbook.xml", &book); err != nil {
		return "", err
	}
	if err := part(archive, "xl/_rels/workbook.xml.rels", &links); err != nil {
		return "", err
	}
	for _, link := range links.Links {
		if len(book.Sheets) > 0 && link.ID == book.Sheets[0].ID {
			if target, absolute := strings.CutPrefix(link.Target, "/"); absolute {
				return target, nil
			}
			return path.Join("xl", link.Target), nil
		}
	}
	return "", errors.New("a workbook without a sheet")
}

// part reads a small part of a workbook.
func part(archive *zip.Reader, name string, into any) error {
	f, err := archive.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return xml.NewDecoder(io.LimitReader(f, 1<<20)).Decode(into)
}
