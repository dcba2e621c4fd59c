package front

import (
	"net/http"
	"net/url"
	"slices"

	"tereze/internal/gate"
	"tereze/internal/web/frame"
)

// languageURL is where a language is chosen, to come back to a page.
func languageURL(v gate.Visit, code, back string) string {
	return home(v) + "/language/" + code + "?back=" + url.QueryEscape(back)
}

// Language remembers the language a person chose, in the browser and, for a user, in the account
// (egov UI-1), and goes back. Refusal: Absent for a language the portal does not speak.
func (s *Front) Language(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	code := r.PathValue("code")
	if !slices.Contains(s.Spoken(v.Actor.Portal), code) {
		return absent()
	}
	http.SetCookie(w, frame.LanguageCookie(code))
	if v.Actor.Known() && v.Actor.Language != code {
		if err := s.Accounts.SetLanguage(r.Context(), v.Actor, code); err != nil {
			return err
		}
	}
	return frame.SeeOther(w, r, frame.Local(v, r.URL.Query().Get("back"), home(v)))
}
