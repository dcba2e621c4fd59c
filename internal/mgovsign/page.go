package mgovsign

import (
	"embed"
	"errors"
	"html/template"
	"net/http"
	"time"

	"tereze/internal/eds/authority"
)

//go:embed page.html
var files embed.FS

// Phone is the app on a page: a person puts in what a code says, reads what is asked, chooses whose key
// signs, and signs. It is for the demonstration's own machine: it asks nobody who they are.
type Phone struct {
	Town   *authority.Town
	Client func(code string) *http.Client // with which the code's portal is reached
	Now    func() time.Time
}

// maxCode is the longest form that is read, in octets.
const maxCode = 16 << 10

// phoneView is what the page shows.
type phoneView struct {
	Code, Key, Said string
	Seen            *Seen
	Keys            []authority.Inhabitant
}

// Page is the phone's page. GET takes the code in the parameter "code" and asks nobody anything.
func (p *Phone) Page() (http.Handler, error) {
	page, err := template.ParseFS(files, "page.html")
	if err != nil {
		return nil, err
	}
	show := func(w http.ResponseWriter, status int, v phoneView) {
		v.Keys = authority.Inhabitants()
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; form-action 'self'; frame-ancestors 'none'")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(status)
		_ = page.Execute(w, v) // what fails is the connection
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		show(w, http.StatusOK, phoneView{Code: r.URL.Query().Get("code"), Key: "individual"})
	})
	mux.HandleFunc("POST /{$}", func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxCode)
		v := phoneView{Code: r.PostFormValue("code"), Key: r.PostFormValue("key")}
		if err := p.press(r, &v); err != nil {
			v.Said = err.Error()
			show(w, http.StatusUnprocessableEntity, v)
			return
		}
		show(w, http.StatusOK, v)
	})
	return http.NewCrossOriginProtection().Handler(mux), nil
}

// press reads the code, and signs if that was pressed.
func (p *Phone) press(r *http.Request, v *phoneView) error {
	key, err := p.Town.Key(v.Key)
	if err != nil {
		return err
	}
	app := App{Client: p.Client(v.Code), Key: key, Stamp: p.Town.Stamper(), Now: p.Now, Language: "kk"}
	err = app.Sign(r.Context(), v.Code, func(s Seen) bool {
		v.Seen = &s
		return r.PostFormValue("do") == "sign"
	})
	switch {
	case errors.Is(err, ErrDeclined):
		return nil
	case err != nil:
		return err
	}
	v.Said = "Signed. Go back to the portal's page."
	return nil
}
