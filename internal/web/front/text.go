package front

import (
	"encoding/hex"
	"net/http"

	"tereze/internal/agreement"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// contents is the table of contents: each heading leads to the first clause under it.
func contents(sections []design.Section) []design.Link {
	var out []design.Link
	for _, section := range sections {
		if section.Heading != "" && len(section.Clauses) > 0 {
			out = append(out, design.Link{Text: section.Heading, URL: "#" + section.Clauses[0].Anchor})
		}
	}
	return out
}

// textView is the text of one edition, whichever page shows it.
type textView struct {
	Caption       string
	Title         string
	Tag           design.Tag
	Told          string // what has become of the edition, with instants
	Notice        string // what the reader must know first; may be empty
	NoticeLink    design.Link
	Links         []design.Link
	ContentsTitle string
	Contents      []design.Link
	Sections      []design.Section
	Digest        string
	DigestTitle   string
}

// text prepares an edition for reading.
func (s *Front) text(v gate.Visit, e agreement.Edition, all []agreement.Edition) textView {
	view := textView{
		Caption: s.numbered(v, e), Title: s.In(v, e.Content.Title), Tag: s.tag(v, stands(e, all, v.Now)), Told: s.told(v, e, all),
		ContentsTitle: s.Say(v, "front.text.contents"), Sections: s.Sections(v, e.Content, "", func(c agreement.Clause) string { return s.note(v, c) }),
		DigestTitle: s.Say(v, "front.text.digest"), Digest: hex.EncodeToString(e.Digest),
	}
	view.Contents = contents(view.Sections)
	if e.Number != all[0].Number {
		view.Links = append(view.Links, design.Link{Text: s.Say(v, "front.text.changes"), URL: changesURL(e)})
	}
	view.Links = append(view.Links, design.Link{Text: s.Say(v, "front.text.archive"), URL: documentURL(v, e.Document) + "/editions"})
	return view
}

// canonical tells machines where an edition's text has its lasting address (RFC 6596).
func canonical(w http.ResponseWriter, e agreement.Edition) {
	w.Header().Set("Link", "<"+frame.EditionURL(e.Portal, e.Document, e.Number)+`>; rel="canonical"`)
}

// inset sets its children apart from the running text.
func inset() design.Component { return design.InsetText{} }
