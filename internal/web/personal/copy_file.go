package personal

import (
	"archive/zip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"tereze/internal/privacy"
	"tereze/internal/web/design"
)

// copyPage is one page of a copy as a person reads it.
type copyPage struct {
	Language string
	Title    string
	Lead     string
	Links    []design.Link
	Tables   []copyTable
	None     string
	Back     design.Link
}

type copyTable struct {
	Caption string
	Head    []string
	Rows    [][]string
}

// WriteCopy writes the archive of a copy: for each section a file for programs (data/…json) and a page for people
// in their language (pages/…html), the files that belong to them as they were, and a first page. It
// holds one section in memory at a time.
func (s *Personal) WriteCopy(_ context.Context, c privacy.Copy, read func(section string) ([]privacy.Held, error), step func(done int) error, out io.Writer) error {
	archive := zip.NewWriter(out)
	begin := func(name string) (io.Writer, error) {
		return archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: c.AskedAt})
	}
	first := copyPage{Language: c.Language, Title: s.Words.Say(c.Language, "personal.title"), Lead: s.Words.Say(c.Language, "personal.file.lead", "at", s.Instant(reader(c), c.AskedAt))}
	for i, section := range s.Privacy.Sections {
		held, err := read(section)
		if err != nil {
			return err
		}
		if err := s.writeSection(begin, c, section, held); err != nil {
			return fmt.Errorf("write %s of a copy: %w", section, err)
		}
		title, rows := s.Words.Say(c.Language, "personal.section."+section), 0
		for _, table := range held {
			rows += len(table.Rows)
		}
		first.Links = append(first.Links, design.Link{Text: title + " (" + strconv.Itoa(rows) + ")", URL: "pages/" + section + ".html"})
		if err := archive.Flush(); err != nil {
			return err
		}
		if err := step(i + 1); err != nil {
			return err
		}
	}
	w, err := begin("index.html")
	if err != nil {
		return err
	}
	if err := first.document().Render(context.Background(), w); err != nil {
		return err
	}
	return archive.Close()
}

func (s *Personal) writeSection(begin func(name string) (io.Writer, error), c privacy.Copy, section string, held []privacy.Held) error {
	page := copyPage{Language: c.Language, Title: s.Words.Say(c.Language, "personal.section."+section), Back: design.Link{Text: s.Words.Say(c.Language, "personal.title"), URL: "../index.html"}}
	if len(held) == 0 {
		page.None = s.Words.Say(c.Language, "personal.file.none")
	}
	data := map[string][]map[string]string{}
	for _, table := range held {
		for i, row := range table.Rows {
			if row.File != nil {
				name := "files/" + table.Table + "-" + strconv.Itoa(i+1)
				w, err := begin(name)
				if err != nil {
					return err
				}
				if _, err := w.Write(row.File); err != nil {
					return err
				}
				table.Rows[i].Fields = append(row.Fields, privacy.Field{Name: "file", Value: name})
			}
			record := map[string]string{}
			for _, f := range table.Rows[i].Fields {
				record[f.Name] = f.Value
			}
			data[table.Table] = append(data[table.Table], record)
		}
		page.Tables = append(page.Tables, s.copyTable(reader(c), table))
	}
	w, err := begin("data/" + section + ".json")
	if err != nil {
		return err
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(map[string]any{"portal": c.Portal, "section": section, "asked_at": c.AskedAt.UTC().Format(time.RFC3339), "tables": data}); err != nil {
		return err
	}
	if w, err = begin("pages/" + section + ".html"); err != nil {
		return err
	}
	return page.document().Render(context.Background(), w)
}
