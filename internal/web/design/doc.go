// Package design draws the pages of every portal: the frame, the components,
// the style sheet, the script and the fonts.
//
// It owns how things look, how they are read out and how they print. It knows
// no portal by name, no rule and no sentence: all text comes in translated, and
// a portal's two colours come from its pack. It never decides what a person may
// see; it hands the bytes on to web.
//
// A component is a struct with a Render method, so a page is written with
// struct literals and the compiler checks it:
//
//	templ (v signInView) page() {
//		@design.Page{Lang: v.Lang, Title: v.Title, Portal: v.Portal, Words: v.Words,
//			Languages: v.Languages, Footer: v.Footer, Back: v.Back, Refused: len(v.Errors) > 0} {
//			@design.ErrorSummary{Errors: v.Errors}
//			@design.Heading{Text: v.Title}
//			<form method="post" novalidate>
//				@design.TextInput{Field: v.Phone, Value: v.PhoneValue, Type: "tel", Autocomplete: "tel"}
//				@design.PasswordInput{Field: v.Password}
//				@design.Button{Text: v.SignIn}
//			</form>
//			@design.Details{Summary: v.Forgotten} {
//				<p class="govuk-body">{ v.ForgottenText }</p>
//			}
//		}
//	}
//
// Frame: [Page] with [Portal], [Language], [Person], [NavItem], [Footer],
// [AmendmentBanner], [Hero]; fixed words in [Words].
//
// Forms: [ErrorSummary], [TextInput], [PasswordInput], [Textarea],
// [Checkboxes], [Radios], [Select], [DateInput], [FileUpload], [Button],
// [ButtonLink], [ButtonGroup], [StartButton], [PrintButton]. All but buttons
// embed [Field]; a refusal is put into Field.Error and into the summary under
// the field's id, which is its Name unless ID is set. [Signing] asks for an
// electronic signature, with NCALayer or as a file; [PhoneSigning] with a phone,
// [CardSigning] with an identity card.
//
// Messages: [Announcement], [InsetText], [WarningText], [NotificationBanner], [Panel],
// [EmptyState], [Tag], [Idle].
//
// Content: [Heading], [Cards], [Figures], [SummaryList], [Table], [Details],
// [Tabs], [Pagination], [TaskList], [Progress], [Timeline], [Agreement],
// [DiffText], [Citation], [Receipt].
//
// Plain text uses the classes of GOV.UK Frontend (govuk-body, govuk-heading-m,
// govuk-list); our own begin with tz-. Nothing may use an inline style or
// script: the Content-Security-Policy forbids both.
//
// [Assets] serves the files under [AssetPath]; [Asset] names one. They are
// built from src by src/build.sh and committed, so building the program needs
// no Node.
package design

//go:generate go tool templ generate -path .
