package personal

import (
	"io"
	"net/http"
	"strconv"

	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/privacy"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

func copyURL(v gate.Visit) string { return dataURL(v) + "/copy" }

// Copy is GET /{portal}/cabinet/data/copy: the copies the person asked for and how far they are.
func (s *Personal) Copy(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showCopies(w, r, v, nil)
}

func (s *Personal) showCopies(w http.ResponseWriter, r *http.Request, v gate.Visit, refusal error) error {
	all, err := s.Privacy.MyCopies(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	_, errors := s.again(v, nil, refusal)
	out := view{Done: s.done(r, v), Errors: errors, Heading: design.Heading{Text: s.Say(v, "personal.copy.title"), Lead: s.Say(v, "personal.copy.lead")}}
	if len(all) == 0 || all[0].State == privacy.CopyEnded {
		out.Parts = append(out.Parts, part{Form: &form{Button: design.Button{Text: s.Say(v, "personal.copy.ask")}}})
	}
	if len(all) == 0 {
		out.Parts = append(out.Parts, part{Empty: &design.EmptyState{Title: s.Say(v, "personal.copy.none"), Text: s.Say(v, "personal.copy.none_text")}})
		return s.show(w, r, v, out, s.mineTrail(v), refusal)
	}
	if all[0].State == privacy.CopyAsked {
		out.Parts = append(out.Parts, part{Texts: []string{s.Say(v, "personal.copy.by_itself")}, Progress: &design.Progress{
			ID: "copy", Label: s.Say(v, "personal.copy.asked"), Done: all[0].Done, Total: all[0].Steps, RefreshURL: copyURL(v),
			Text: s.Say(v, "personal.copy.progress", "done", strconv.Itoa(all[0].Done), "steps", strconv.Itoa(all[0].Steps)),
		}})
	}
	t := &design.Table{ID: "copies", Caption: s.Say(v, "personal.copy.title"), Hidden: true}
	for _, column := range []string{"asked", "state", "size", "until", "act"} {
		t.Columns = append(t.Columns, design.Column{Text: s.Say(v, "personal."+column)})
	}
	for _, c := range all {
		t.Rows = append(t.Rows, s.copyRow(v, c))
	}
	out.Parts = append(out.Parts, part{Table: t})
	return s.show(w, r, v, out, s.mineTrail(v), refusal)
}

func (s *Personal) copyRow(v gate.Visit, c privacy.Copy) design.Row {
	tag, act := design.Tag{Text: s.Say(v, "personal.copy."+c.State), Colour: design.TagPlain}, design.Cell{Text: "—"}
	switch c.State {
	case privacy.CopyAsked:
		tag = design.Tag{Text: s.Say(v, "personal.copy.progress", "done", strconv.Itoa(c.Done), "steps", strconv.Itoa(c.Steps)), Colour: design.TagWait}
	case privacy.CopyReady:
		tag.Colour, act = design.TagGood, design.Cell{Text: s.Say(v, "personal.copy.fetch"), URL: copyURL(v) + "/" + s.Opaque.Of(c.ID)}
	}
	size := "—"
	if c.Size > 0 {
		size = s.Say(v, "standing.kilobytes", "n", strconv.FormatInt((c.Size+1023)/1024, 10))
	}
	until := s.instant(v, c.EndsAt)
	if until == "" {
		until = "—"
	}
	return design.Row{Cells: []design.Cell{{Text: s.Instant(v, c.AskedAt)}, {Tag: &tag}, {Text: size}, {Text: until}, act}}
}

// CopyPost is POST of the same address: it asks for a copy.
func (s *Personal) CopyPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	if _, err := s.Privacy.AskCopy(r.Context(), v.Actor, v.Actor.Language); fault.Is(err, fault.Conflict) {
		return s.showCopies(w, r, v, err)
	} else if err != nil {
		return err
	}
	return frame.SeeOther(w, r, copyURL(v)+"?done=copy")
}

// Fetch is GET /{portal}/cabinet/data/copy/{copy}: that it is the person who fetches is made sure of first.
func (s *Personal) Fetch(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.showFetch(w, r, v, nil)
}

func (s *Personal) showFetch(w http.ResponseWriter, r *http.Request, v gate.Visit, refusal error) error {
	id, err := s.id(r, "copy")
	if err != nil {
		return err
	}
	all, err := s.Privacy.MyCopies(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.ID != id || c.State != privacy.CopyReady {
			continue
		}
		f, errors := s.again(v, nil, refusal)
		out := view{Errors: errors, Heading: design.Heading{Text: s.Say(v, "personal.copy.fetch"), Lead: s.Say(v, "personal.copy.fetch_lead", "until", s.Instant(v, c.EndsAt))}}
		old := design.PasswordInput{Field: f.field("old", s.Say(v, "personal.copy.password"), s.Say(v, "personal.copy.password_hint"))}
		old.Optional = true
		out.Parts = []part{{Form: &form{
			Fields: []design.Component{old}, Button: design.Button{Text: s.Say(v, "personal.copy.download")},
			Cancel: design.Link{Text: s.Say(v, "personal.cancel"), URL: copyURL(v)},
		}}}
		return s.show(w, r, v, out, s.mineTrail(v, design.Link{Text: s.Say(v, "personal.copy.title"), URL: copyURL(v)}), refusal)
	}
	return absent()
}

// FetchPost is POST of the same address: it sends the file.
func (s *Personal) FetchPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	id, err := s.id(r, "copy")
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	if err := s.Accounts.Present(r.Context(), v.Actor, s.Token(r, v.Actor.Portal), r.PostFormValue("old")); frame.AsFaults(err) != nil {
		return s.showFetch(w, r, v, err)
	} else if err != nil {
		return err
	}
	begun := false
	err = s.Privacy.FetchCopy(r.Context(), v.Actor, id, func(c privacy.Copy) (io.Writer, error) {
		begun = true
		h := w.Header()
		h.Set("Content-Type", "application/zip")
		h.Set("Content-Disposition", `attachment; filename="`+v.Actor.Portal+`-my-data.zip"`)
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Length", strconv.FormatInt(c.Size, 10))
		return w, nil
	})
	if err != nil && begun {
		panic(http.ErrAbortHandler) // half a copy must not pass for the whole
	}
	return err
}
