package ncalayer

import (
	"embed"
	"html/template"
	"net/http"

	"tereze/internal/eds/authority"
)

//go:embed page.html
var files embed.FS

// view is what the page shows.
type view struct {
	Key      string
	Next     Conduct
	Keys     []authority.Inhabitant
	Conducts [][2]string
}

// Page is where a person chooses the key and how the next request ends. It is for the demonstration's own
// machine: it asks nobody who they are.
func (p *Program) Page() (http.Handler, error) {
	page, err := template.ParseFS(files, "page.html")
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		key, next := p.state()
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; form-action 'self'; frame-ancestors 'none'")
		w.Header().Set("Cache-Control", "no-store")
		_ = page.Execute(w, view{key, next, authority.Inhabitants(), Conducts()}) // what fails is the connection
	})
	mux.HandleFunc("POST /{$}", func(w http.ResponseWriter, r *http.Request) {
		if err := p.Choose(r.FormValue("key")); err != nil {
			http.Error(w, err.Error(), http.StatusUnprocessableEntity)
			return
		}
		p.Next(Conduct(r.FormValue("next")))
		http.Redirect(w, r, "/", http.StatusSeeOther)
	})
	return http.NewCrossOriginProtection().Handler(mux), nil
}
