package frame

import "tereze/internal/web/design"

// fixedWords are the words of the components in one language.
func (f *Frame) fixedWords(language string) *design.Words {
	say := func(key string) string { return f.Words.Say(language, "design."+key) }
	return &design.Words{
		SkipToContent:     say("skip_to_content"),
		Menu:              say("menu"),
		Navigation:        say("navigation"),
		Language:          say("language"),
		Account:           say("account"),
		Breadcrumbs:       say("breadcrumbs"),
		Support:           say("support"),
		Agreement:         say("agreement"),
		Problem:           say("problem"),
		ErrorPrefix:       say("error_prefix"),
		TitleError:        say("title_error"),
		Warning:           say("warning"),
		Important:         say("important"),
		Success:           say("success"),
		Optional:          say("optional"),
		Day:               say("day"),
		Month:             say("month"),
		Year:              say("year"),
		ShowPassword:      say("show_password"),
		HidePassword:      say("hide_password"),
		ShowPasswordLabel: say("show_password_label"),
		HidePasswordLabel: say("hide_password_label"),
		PasswordShown:     say("password_shown"),
		PasswordHidden:    say("password_hidden"),
		ChooseFile:        say("choose_file"),
		NoFile:            say("no_file"),
		FilesChosen:       say("files_chosen"),
		DropFile:          say("drop_file"),
		DropEntered:       say("drop_entered"),
		DropLeft:          say("drop_left"),
		Pages:             say("pages"),
		PageNumber:        say("page_number"),
		Previous:          say("previous"),
		Next:              say("next"),
		AddedBegins:       say("added_begins"),
		AddedEnds:         say("added_ends"),
		RemovedBegins:     say("removed_begins"),
		RemovedEnds:       say("removed_ends"),
		Copy:              say("copy"),
		Copied:            say("copied"),
		Print:             say("print"),
		Contents:          say("contents"),
		Refresh:           say("refresh"),
	}
}
