package cabinet

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"tereze/internal/account"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// profileForm is what a person wants to be known of them. Version is that of the data they saw.
type profileForm struct {
	account.Profile
	Language string
	Version  int
}

func formOf(u account.User) profileForm {
	return profileForm{account.Profile{Shown: u.Shown, About: u.About}, u.Language, u.Version}
}

func readProfile(r *http.Request) (profileForm, error) {
	if err := frame.ReadForm(r); err != nil {
		return profileForm{}, err
	}
	f := profileForm{Language: r.PostFormValue("language")}
	f.Shown, f.About = r.PostFormValue("shown"), r.PostFormValue("about")
	var err error
	if f.Version, err = strconv.Atoi(r.PostFormValue("version")); err != nil {
		return profileForm{}, fault.New(fault.Invalid, "form.encoding").Wrap(err)
	}
	return f, nil
}

type profileView struct {
	Title    string
	Saved    *design.NotificationBanner
	Fresh    []freshView
	Errors   []design.FieldError
	Recorded design.SummaryList // what is kept now, where somebody changed it meanwhile
	SignIn   string
	Name     design.TextInput
	Contacts design.Link
	About    design.Textarea
	Language design.Radios
	Version  string
	Save     string
	Leave    design.Link
}

// Profile shows a person what the portal knows of them, to be changed.
func (s *Cabinet) Profile(w http.ResponseWriter, r *http.Request, v gate.Visit, _ identity.Bound) error {
	if err := signedIn(v); err != nil {
		return err
	}
	u, err := s.Accounts.Me(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	view := s.profile(v, formOf(u), nil)
	if r.URL.Query().Get("saved") != "" {
		view.Saved = &design.NotificationBanner{Heading: s.Say(v, "cabinet.profile.saved"), Success: true}
	}
	if view.Fresh, err = s.fresh(r, v); err != nil {
		return err
	}
	return s.Write(w, r, http.StatusOK, s.page(r, v, view.Title), view.page())
}

// ProfilePost saves it. Where somebody, in another window or the operator, changed the data
// meanwhile, both are shown and nothing is lost.
func (s *Cabinet) ProfilePost(w http.ResponseWriter, r *http.Request, v gate.Visit, bound identity.Bound) error {
	if err := signedIn(v); err != nil {
		return err
	}
	f, err := readProfile(r)
	if err != nil {
		return err
	}
	kept, err := s.Accounts.Me(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	err = s.save(r.Context(), v, bound, f, formOf(kept))
	if err == nil {
		http.SetCookie(w, frame.LanguageCookie(f.Language))
		return frame.SeeOther(w, r, profileURL(v)+"?saved=1")
	}
	if frame.AsFaults(err) == nil {
		return err
	}
	var recorded design.SummaryList
	if fault.Is(err, fault.Conflict) {
		kept, again := s.Accounts.Me(r.Context(), v.Actor)
		if again != nil {
			return again
		}
		recorded = s.recorded(v, f, formOf(kept))
		f.Version = kept.Version
	}
	view := s.profile(v, f, err)
	view.Recorded = recorded
	page := s.page(r, v, view.Title)
	page.Refused = true
	return s.Write(w, r, refused(err), page, view.page())
}

// save changes what is different from the data as they are. The language is an act of its own:
// the switch on every page is the same act.
func (s *Cabinet) save(ctx context.Context, v gate.Visit, bound identity.Bound, f, kept profileForm) error {
	if !slices.Contains(s.Portal(v).Languages, f.Language) {
		return fault.New(fault.Invalid, "cabinet.profile.no_language").At("language")
	}
	if f.Profile != kept.Profile {
		if err := s.Accounts.SaveProfile(ctx, bound, f.Version, f.Profile); err != nil {
			return err
		}
	}
	if f.Language != kept.Language {
		return s.Accounts.SetLanguage(ctx, v.Actor, f.Language)
	}
	return nil
}

// recorded lists what is kept where it differs from what was entered.
func (s *Cabinet) recorded(v gate.Visit, f, kept profileForm) design.SummaryList {
	list := design.SummaryList{Title: s.Say(v, "cabinet.profile.recorded")}
	for _, x := range []struct{ key, entered, stored string }{
		{"cabinet.profile.shown", f.Shown, kept.Shown},
		{"cabinet.profile.about", f.About, kept.About},
	} {
		if x.entered == x.stored {
			continue
		}
		if x.stored == "" {
			x.stored = s.Say(v, "cabinet.profile.nothing")
		}
		list.Rows = append(list.Rows, design.SummaryRow{Key: s.Say(v, x.key), Value: x.stored})
	}
	return list
}

func (s *Cabinet) profile(v gate.Visit, f profileForm, err error) profileView {
	summary, at, _ := s.Errors(v, err)
	field := func(name, key string) design.Field {
		return design.Field{Name: name, Label: s.Say(v, key), Error: at[name]}
	}
	optional := func(name, key string) design.Field {
		x := field(name, key)
		x.Optional = true
		return x
	}
	languages := design.Radios{Field: field("language", "cabinet.profile.language")}
	languages.Hint = s.Say(v, "cabinet.profile.language_hint")
	for _, code := range s.Portal(v).Languages {
		languages.Choices = append(languages.Choices, design.Choice{Value: code, Label: s.spoken(code), Checked: code == f.Language})
	}
	about := design.Textarea{Field: optional("about", "cabinet.profile.about"), Value: f.About}
	about.Hint = s.Say(v, "cabinet.profile.about_hint")
	return profileView{
		Title: s.Say(v, "cabinet.profile.title"), Errors: summary,
		SignIn:   s.Say(v, "cabinet.profile.sign_in_name", "name", v.Actor.Name),
		Name:     design.TextInput{Field: field("shown", "cabinet.profile.shown"), Value: f.Shown, Autocomplete: "name"},
		Contacts: design.Link{Text: s.Say(v, "cabinet.profile.contacts"), URL: home(v) + "/contacts"},
		About:    about,
		Language: languages, Version: strconv.Itoa(f.Version), Save: s.Say(v, "cabinet.profile.save"),
		Leave: design.Link{Text: s.Say(v, "cabinet.profile.back"), URL: home(v)},
	}
}
