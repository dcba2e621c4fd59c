package design

import (
	"context"
	"reflect"
)

// Words are the fixed words of the components in one language: everything a
// component says by itself rather than at the wish of a page. They are given
// once, in [Page], and reach every component of that page.
type Words struct {
	SkipToContent string // "Skip to main content"
	Menu          string // button that opens the navigation on a phone
	Navigation    string // name of the navigation landmark
	Language      string // name of the language switch
	Account       string // name of the landmark with the person and Exit
	Breadcrumbs   string // name of the breadcrumb landmark
	Support       string // heading of the support contacts in the footer
	Agreement     string // heading of the agreement links in the footer

	Problem     string // title of the error summary: "There is a problem"
	ErrorPrefix string // said before a message at a field: "Error:"
	TitleError  string // put before the page title when a form was refused: "Error:"
	Warning     string // said before a warning text
	Important   string // title of a notification banner
	Success     string // title of a notification banner that tells good news
	Optional    string // put after the label of an optional field: "(optional)"

	Day, Month, Year string

	ShowPassword      string // text of the button: "Show"
	HidePassword      string // "Hide"
	ShowPasswordLabel string // for screen readers: "Show password"
	HidePasswordLabel string
	PasswordShown     string // announced: "Your password is visible"
	PasswordHidden    string

	ChooseFile    string // "Choose file"
	NoFile        string // "No file chosen"
	FilesChosen   string // "%{count} files chosen"; %{count} is replaced by the browser
	DropFile      string // "or drop file"
	DropEntered   string // announced: "Entered drop zone"
	DropLeft      string
	Pages         string // name of the pagination landmark
	PageNumber    string // said before a page number: "Page"
	Previous      string
	Next          string
	AddedBegins   string // said before text an amendment adds: "added:"
	AddedEnds     string // "end of added text"
	RemovedBegins string
	RemovedEnds   string
	Copy          string // button that copies a value
	Copied        string // announced after copying
	Print         string // button that prints the page
	Contents      string // title of tabs where they are a list of links
	Refresh       string // link that asks again for the state of long work
}

// Missing names the words that are empty; a test of the translations wants none.
func (w Words) Missing() []string {
	var missing []string
	v := reflect.ValueOf(w)
	for i := range v.NumField() {
		if v.Field(i).String() == "" {
			missing = append(missing, v.Type().Field(i).Name)
		}
	}
	return missing
}

type wordsKey struct{}

// WithWords gives w to every component rendered with the context. [Page] does
// it by itself; only a component rendered outside a page needs it.
func WithWords(ctx context.Context, w *Words) context.Context {
	return context.WithValue(ctx, wordsKey{}, w)
}

func words(ctx context.Context) *Words {
	if w, ok := ctx.Value(wordsKey{}).(*Words); ok {
		return w
	}
	return &Words{}
}
