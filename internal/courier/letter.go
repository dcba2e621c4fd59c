package courier

import (
	"html/template"
	"strings"
)

// newPage parses the second form of an e-mail: the same words, with links that can be clicked. No pictures, no
// styles from elsewhere: nothing in it tells anybody that it was opened.
func newPage() (*template.Template, error) {
	return template.New("letter").Parse(`<!DOCTYPE html>
<html lang="{{.Language}}">
<head><meta charset="utf-8"><title>{{.Title}}</title></head>
<body>
<p><strong>{{.Sender}}</strong></p>
<p>{{range .Text}}{{if .Link}}<a href="{{.Link}}">{{.Text}}</a>{{else}}{{.Text}}{{end}}{{end}}</p>
<hr>
<p><small>{{.Footer}}</small></p>
</body>
</html>
`)
}

type letterView struct {
	Language, Title, Sender, Footer string
	Text                            []piece
}

type piece struct{ Text, Link string }

func view(p Parcel) letterView {
	return letterView{Language: p.Letter.Language, Title: p.Subject, Sender: p.Sender, Footer: p.Footer, Text: pieces(p.Text)}
}

// pieces finds the addresses in a text: they begin with a scheme and end at a space.
func pieces(text string) (out []piece) {
	plain := ""
	for i, word := range strings.Split(text, " ") {
		if i > 0 {
			plain += " "
		}
		if !strings.HasPrefix(word, "https://") && !strings.HasPrefix(word, "http://") {
			plain += word
			continue
		}
		if plain != "" {
			out = append(out, piece{Text: plain})
		}
		out, plain = append(out, piece{Text: word, Link: word}), ""
	}
	if plain != "" {
		out = append(out, piece{Text: plain})
	}
	return out
}
