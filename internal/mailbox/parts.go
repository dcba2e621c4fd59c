package mailbox

import (
	"errors"
	"io"
	"mime"
	"strings"

	"github.com/emersion/go-message"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"tereze/internal/claims"
)

// parts gathers what a message holds: its texts and its files.
type parts struct {
	mail   *Mail
	report bool   // the message is a mail server's report of another
	plain  string // the texts
	marked string // the texts in HTML
	count  int
}

// errEnough ends the reading: a message so deep, or of so many parts, is no person's letter, and what has been
// read of it is enough.
var errEnough = errors.New("too many parts")

// read takes a part and those within it.
func (p *parts) read(e *message.Entity, depth int) error {
	if p.count++; p.count > mostParts || depth > mostDepth {
		return errEnough
	}
	multi := e.MultipartReader()
	if multi == nil {
		return p.leaf(e)
	}
	defer multi.Close()
	for {
		part, err := multi.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil && (part == nil || !unknown(err)):
			return err
		}
		if err := p.read(part, depth+1); err != nil {
			return err
		}
	}
}

func (p *parts) leaf(e *message.Entity) error {
	kind, params, _ := e.Header.ContentType()
	disposition, how, _ := e.Header.ContentDisposition()
	name := how["filename"]
	if name == "" {
		name = params["name"]
	}
	kind = strings.ToLower(kind)
	if p.report && p.mail.reported(kind, e) {
		return nil
	}
	text := kind == "text/plain" || kind == "text/html" || kind == ""
	if text && name == "" && !strings.EqualFold(disposition, "attachment") {
		body, err := io.ReadAll(io.LimitReader(e.Body, mostText))
		s := strings.ToValidUTF8(string(body), "\uFFFD")
		if kind == "text/html" {
			p.marked += s + "\n"
		} else {
			p.plain += s + "\n"
		}
		return err
	}
	return p.file(e, name)
}

// file takes a file of a kind that is taken, and the name of any other.
func (p *parts) file(e *message.Entity, name string) error {
	if decoded, err := decoder().DecodeHeader(name); err == nil {
		name = decoded
	}
	if name = claims.Printable(name, claims.MaxSubject, false); name == "" {
		name = "file"
	}
	content, err := io.ReadAll(io.LimitReader(e.Body, claims.MostBytes+1))
	if err != nil {
		return err
	}
	_, known := claims.TypeOf(content)
	if !known || len(content) > claims.MostBytes || len(p.mail.Files) == claims.MostFiles {
		if len(p.mail.Left) < mostLeft {
			p.mail.Left = append(p.mail.Left, name)
		}
		return nil
	}
	p.mail.Files = append(p.mail.Files, claims.File{Name: name, Content: content})
	return nil
}

func decoder() *mime.WordDecoder { return &mime.WordDecoder{CharsetReader: message.CharsetReader} }

// plain is what somebody reads of HTML: its text, in lines.
func plain(marked string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(marked))
	hidden := 0
	for {
		switch z.Next() {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			if hidden == 0 {
				b.Write(z.Text())
			}
		case html.StartTagToken:
			switch tag(z) {
			case atom.Script, atom.Style, atom.Head, atom.Title:
				hidden++
			case atom.P, atom.Div, atom.Br, atom.Li, atom.Tr, atom.H1, atom.H2, atom.H3, atom.Blockquote:
				b.WriteByte('\n')
			}
		case html.SelfClosingTagToken:
			if tag(z) == atom.Br {
				b.WriteByte('\n')
			}
		case html.EndTagToken:
			switch tag(z) {
			case atom.Script, atom.Style, atom.Head, atom.Title:
				hidden = max(hidden-1, 0)
			}
		}
	}
}

func tag(z *html.Tokenizer) atom.Atom {
	name, _ := z.TagName()
	return atom.Lookup(name)
}

// unquoted leaves out the letter that is answered: the lines at the end that begin with ">", and the one
// above them that says who wrote them. What stands between quoted lines stays, for it answers them.
func unquoted(text string) string {
	lines := strings.Split(text, "\n")
	end := len(lines)
	for end > 0 && (strings.TrimSpace(lines[end-1]) == "" || strings.HasPrefix(lines[end-1], ">")) {
		end--
	}
	quoted := false
	for _, line := range lines[end:] {
		quoted = quoted || strings.HasPrefix(line, ">")
	}
	if !quoted || end == 0 {
		return text
	}
	if strings.HasSuffix(strings.TrimSpace(lines[end-1]), ":") {
		end--
	}
	if kept := strings.TrimSpace(strings.Join(lines[:end], "\n")); kept != "" {
		return kept
	}
	return text
}
