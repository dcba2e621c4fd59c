package design

import (
	"context"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"
)

// With -preview DIR the sample pages are also written to DIR, to be looked at.
var previewDir = flag.String("preview", "", "write the sample pages to this folder")

// sample says everything twice: a page that fits in Kazakh fits in English.
type sample struct{ lang string }

func (s sample) say(kk, en string) string {
	if s.lang == "kk" {
		return kk
	}
	return en
}

func (s sample) words() *Words {
	return &Words{
		SkipToContent: s.say("Негізгі мазмұнға өту", "Skip to main content"),
		Menu:          s.say("Мәзір", "Menu"),
		Navigation:    s.say("Қызметтер", "Services"),
		Language:      s.say("Тіл", "Language"),
		Account:       s.say("Жеке шот", "Your account"),
		Breadcrumbs:   s.say("Жол", "Breadcrumbs"),
		Support:       s.say("Қолдау қызметі", "Support"),
		Agreement:     s.say("Келісім", "Agreement"),
		Problem:       s.say("Қате бар", "There is a problem"),
		ErrorPrefix:   s.say("Қате:", "Error:"),
		TitleError:    s.say("Қате:", "Error:"),
		Warning:       s.say("Ескерту", "Warning"),
		Important:     s.say("Маңызды", "Important"),
		Success:       s.say("Орындалды", "Success"),
		Optional:      s.say("(міндетті емес)", "(optional)"),
		Day:           s.say("Күн", "Day"), Month: s.say("Ай", "Month"), Year: s.say("Жыл", "Year"),
		ShowPassword: s.say("Көрсету", "Show"), HidePassword: s.say("Жасыру", "Hide"),
		ShowPasswordLabel: s.say("Құпиясөзді көрсету", "Show password"),
		HidePasswordLabel: s.say("Құпиясөзді жасыру", "Hide password"),
		PasswordShown:     s.say("Құпиясөз көрініп тұр", "Your password is visible"),
		PasswordHidden:    s.say("Құпиясөз жасырылған", "Your password is hidden"),
		ChooseFile:        s.say("Файл таңдау", "Choose file"),
		NoFile:            s.say("Файл таңдалмаған", "No file chosen"),
		FilesChosen:       s.say("%{count} файл таңдалды", "%{count} files chosen"),
		DropFile:          s.say("немесе осында тастаңыз", "or drop file"),
		DropEntered:       s.say("Тастау аймағы", "Entered drop zone"),
		DropLeft:          s.say("Аймақтан шықты", "Left drop zone"),
		Pages:             s.say("Беттер", "Pages"), PageNumber: s.say("Бет", "Page"),
		Previous: s.say("Алдыңғы", "Previous"), Next: s.say("Келесі", "Next"),
		AddedBegins: s.say("қосылды:", "added:"), AddedEnds: s.say("қосылған мәтін соңы", "end of added text"),
		RemovedBegins: s.say("алынды:", "removed:"), RemovedEnds: s.say("алынған мәтін соңы", "end of removed text"),
		Copy: s.say("Көшіру", "Copy"), Copied: s.say("Көшірілді", "Copied"),
		Print: s.say("Басып шығару", "Print"), Contents: s.say("Мазмұны", "Contents"),
		Refresh: s.say("Жаңарту", "Refresh"),
	}
}

func (s sample) page(title string) Page {
	return Page{
		Lang: s.lang, Title: title, Words: s.words(),
		Portal: Portal{
			Key: "sample", Home: "/sample", BrandCSS: "/-/assets/brand-sample.css",
			Name:    s.say("Мемлекеттік және әлеуметтік қызметтер порталы", "Public and social services portal"),
			Tagline: s.say("Қазақстан Республикасы", "Republic of Kazakhstan"),
		},
		Languages: []Language{
			{Code: "kk", Name: "Қазақша", Short: "Қаз", URL: "/sample?lang=kk", Current: s.lang == "kk"},
			{Code: "ru", Name: "Русский", Short: "Рус", URL: "/sample?lang=ru"},
			{Code: "en", Name: "English", Short: "Eng", URL: "/sample?lang=en", Current: s.lang == "en"},
		},
		Person: &Person{
			Name: s.say("Әйгерім Нұрғалиқызы Қожахметова", "Aigerim Kozhakhmetova"), OnBehalf: s.say("«Өрлеу» ЖШС", "Orleu LLP"),
			URL: "/sample/cabinet", Exit: "/sample/sign-out", ExitText: s.say("Шығу", "Exit"),
		},
		Navigation: []NavItem{
			{Text: s.say("Кабинет", "Cabinet"), URL: "/a", Current: true},
			{Text: s.say("Қызметтер", "Services"), URL: "/b"},
			{Text: s.say("Өтініштер", "Applications"), URL: "/c"},
			{Text: s.say("Келісім", "Agreement"), URL: "/d"},
			{Text: s.say("Міндеттемелер", "Obligations"), URL: "/e"},
		},
		Footer: Footer{
			Operator:   s.say("«Ұлттық ақпараттық технологиялар» АҚ, Астана қаласы, Мәңгілік Ел даңғылы, 55", "National Information Technologies JSC, 55 Mangilik El Avenue, Astana"),
			Contacts:   []Contact{{s.say("Телефон", "Telephone"), "1414", "tel:1414"}, {s.say("Пошта", "Email"), "support@portal.example", "mailto:support@portal.example"}},
			Agreements: []Link{{s.say("Пайдаланушы келісімі", "User agreement"), "/agreement"}, {s.say("Порталды пайдалану қағидалары", "Rules of the portal"), "/rules"}},
			Edition:    s.say("3-редакция, 2027 жылғы 1 наурыздан бері қолданыста", "Edition 3, in force since 1 March 2027"),
			Links:      []Link{{s.say("Жеке деректер", "Personal data"), "/privacy"}, {s.say("Қолжетімділік", "Accessibility"), "/accessibility"}, {s.say("Портал күйі", "Status"), "/status"}},
		},
	}
}

func (s sample) citation(number string) Link {
	return Link{s.say(number+"-тармақ", "clause "+number), "/agreement#clause-" + number}
}

// all draws its parts one after another.
func all(parts ...Component) Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for _, p := range parts {
			if err := p.Render(ctx, w); err != nil {
				return err
			}
		}
		return nil
	})
}

func text(s string) Component {
	return templ.Raw(`<p class="govuk-body">` + html.EscapeString(s) + `</p>`)
}
func head(s string) Component {
	return templ.Raw(`<h2 class="govuk-heading-m">` + html.EscapeString(s) + `</h2>`)
}

// render draws p around body, and writes it for looking at when asked.
func render(t *testing.T, name string, p Page, body Component) *html.Node {
	t.Helper()
	var b strings.Builder
	if err := p.Render(withChildren(t.Context(), body), &b); err != nil {
		t.Fatal(err)
	}
	if *previewDir != "" {
		if err := os.WriteFile(filepath.Join(*previewDir, name+"-"+p.Lang+".html"), []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	doc, err := html.Parse(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// form is a question page that came back with errors.
func (s sample) form() Component {
	f := func(name, kk, en string) Field { return Field{Name: name, Label: s.say(kk, en)} }
	phone := f("phone", "Телефон нөмірі", "Telephone number")
	phone.Hint = s.say("Оған растау коды жіберіледі", "We will send a confirmation code to it")
	phone.Error = s.say("Нөмір он саннан тұруы керек", "The number must have ten digits")
	born := f("born", "Туған күні", "Date of birth")
	born.Hint, born.Error = s.say("Мысалы, 27 3 1990", "For example, 27 3 1990"), s.say("Туған жыл өткен шақта болуы керек", "The year of birth must be in the past")
	file := f("file", "Шарттың көшірмесі", "Copy of the contract")
	file.Hint = s.say("PDF немесе JPG, 10 МБ дейін", "PDF or JPG, up to 10 MB")
	agree := f("consent", "Келісімдер", "Consents")
	agree.Hint = s.say("Белгі қоймасаңыз да порталды пайдалана аласыз", "You can use the portal without ticking anything")
	how := f("how", "Код қалай жіберілсін?", "How should we send the code?")
	how.Error = s.say("Тәсілді таңдаңыз", "Choose a way")
	about := f("about", "Хабарлама", "Message")
	about.Optional = true
	return all(
		ErrorSummary{Errors: []FieldError{
			{Field: "phone", Text: phone.Error}, {Field: "born", Text: born.Error, Cite: s.citation("2.4")}, {Field: "how", Text: how.Error},
		}},
		Heading{Caption: s.say("Тіркелу", "Registration"), Text: s.say("Сіз туралы мәліметтер", "Your details"), Lead: s.say("Бұл мәліметтер келісім жасасу үшін қажет.", "We need these to conclude the agreement with you.")},
		templ.Raw(`<form method="post" novalidate>`),
		TextInput{Field: f("name", "Тегі, аты, әкесінің аты", "Full name"), Value: s.say("Қожахметова Әйгерім", "Aigerim Kozhakhmetova"), Autocomplete: "name"},
		TextInput{Field: phone, Type: "tel", Prefix: "+7", Value: "701 22", Autocomplete: "tel-national", Width: Chars20},
		TextInput{Field: f("sum", "Сома", "Amount"), InputMode: "decimal", Suffix: "₸", Width: Digits10},
		PasswordInput{Field: f("password", "Құпиясөз", "Password"), New: true},
		DateInput{Field: born, Day: "27", Month: "3", Year: "2190", YearWrong: true, Birthday: true},
		Radios{Field: how, Choices: []Choice{{Value: "sms", Label: "SMS"}, {Value: "mail", Label: s.say("Электрондық пошта", "Email"), Hint: s.say("Бірнеше минут кетуі мүмкін", "It may take a few minutes")}}},
		Radios{Field: f("who", "Кім ретінде?", "In what capacity?"), Inline: true, Choices: []Choice{{Value: "p", Label: s.say("Жеке тұлға", "Individual")}, {Value: "o", Label: s.say("Ұйым", "Organisation")}}},
		Checkboxes{Field: agree, Choices: []Choice{{Value: "news", Label: s.say("Жаңалықтар алғым келеді", "I want to receive news")}, {Value: "adverts", Label: s.say("Жарнама алғым келеді", "I want to receive adverts"), Hint: s.say("Кез келген уақытта бас тартуға болады", "You can withdraw at any time")}}},
		Checkboxes{Field: f("days", "Күндер", "Days"), Small: true, Choices: []Choice{{Value: "1", Label: s.say("Дүйсенбі", "Monday")}, {Value: "2", Label: s.say("Сейсенбі", "Tuesday"), Checked: true}}},
		Select{Field: f("region", "Өңір", "Region"), Choices: []Choice{{Value: "", Label: s.say("Таңдаңыз", "Choose")}, {Value: "71", Label: s.say("Астана қаласы", "Astana"), Checked: true}, {Value: "75", Label: s.say("Алматы қаласы", "Almaty")}}},
		Textarea{Field: about, Rows: 4},
		FileUpload{Field: file, Accept: ".pdf,.jpg"},
		templ.Raw(`<div class="govuk-button-group">`),
		Button{Text: s.say("Жалғастыру", "Continue")}, Button{Text: s.say("Сақтап қою", "Save for later"), Look: Secondary}, Button{Text: s.say("Бас тарту", "Refuse"), Look: Warning},
		templ.Raw(`</div></form>`),
		templ.Raw(`<form method="post" enctype="multipart/form-data">`), s.signing(), templ.Raw(`</form>`),
		templ.Raw(`<form method="post">`), s.phone(), templ.Raw(`</form>`),
	)
}

// signing is a signature to be given; its states are shown by the script alone.
func (s sample) signing() Component {
	states := map[string]SignState{}
	for _, name := range SignStates() {
		states[name] = SignState{Title: s.say("Күй", "State") + " " + name, Text: s.say("Не істеу керек", "What to do"), Busy: name == "waiting"}
	}
	states["not_running"] = SignState{Title: s.say("NCALayer табылмады", "NCALayer was not found"), Steps: []string{s.say("Іске қосыңыз", "Start it")}, Link: Link{s.say("Жүктеп алу", "Download"), "/ncalayer"}}
	return Signing{
		ID: "signing", Name: "signature", Format: SignCMS, Encapsulate: true, Locale: "kk", Wait: 300, States: states,
		Documents: []SignDocument{{Base64: "MTEK", Name: s.say("Өтініш", "Application"), File: "/application.xml"}},
		Start:     s.say("NCALayer арқылы қол қою", "Sign with NCALayer"), Stop: s.say("Күтуді тоқтату", "Stop waiting"), Plain: s.say("JavaScript өшірулі", "JavaScript is off"),
		Here: s.say("Осы компьютерде", "On this computer"), Elsewhere: s.say("Телефонмен", "With a phone"), OtherSaid: s.say("Қосымша керек.", "You need the app."),
		Other:  Link{s.say("Телефонмен қол қою", "Sign with a phone"), "/phone"},
		Upload: FileUpload{Field: Field{Name: "signature_file", Label: s.say("Қолтаңба файлы", "Signature file"), Error: s.say("Файлды таңдаңыз", "Choose a file")}, Accept: ".cms"},
		About:  s.say("Қолтаңба файлын жіберу", "Send a signature file"), Hint: s.say("Құжатқа қол қойыңыз", "Sign the document"), Send: s.say("Жіберу", "Send"),
	}
}

func (s sample) phone() Component {
	return PhoneSigning{
		State: PhoneRefused, Said: s.say("Қолтаңба қабылданбады.", "The signature was not taken."),
		Steps: []string{s.say("Кодты сканерлеңіз", "Scan the code"), s.say("Қол қойыңыз", "Sign")},
		QR:    "/qr.png", QRAlt: s.say("QR коды", "QR code"), Same: s.say("Бұл бет телефонда ашылған ба?", "Is this page open on the phone?"), Open: Link{s.say("Қосымшаны ашу", "Open the app"), "https://m.egov.kz/mobileSign/"},
		Number: "123 456", Compare: s.say("Телефондағы нөмір:", "The number on the phone:"), Expires: s.say("18:57 дейін", "Until 18:57"),
		Label: s.say("Телефондағы қолтаңба", "Signature on the phone"), Waiting: s.say("Күтілуде", "Waiting"), Check: Link{s.say("Тексеру", "Check"), "/phone"},
		Text: "mobileSign:https://portal.example/mgovSign/1", TextSaid: s.say("Кодтың мәтіні", "What the code says"), StandIn: Link{s.say("Телефонның орнындағы бағдарлама", "Stand-in for the phone"), "http://127.0.0.1:13581/"},
	}
}

// cabinet is what a signed-in person sees, and a dashboard.
func (s sample) cabinet() Component {
	return all(
		NotificationBanner{Success: true, Heading: s.say("Келісім қабылданды", "You accepted the agreement"), Text: s.say("Түбіртек төменде.", "The receipt is below."), More: Link{s.say("Түбіртекті жүктеу", "Download the receipt"), "/r"}},
		NotificationBanner{ID: "second", Heading: s.say("Порталда 29 қарашада жұмыс жүреді", "The portal is under maintenance on 29 November")},
		Heading{Text: s.say("Жеке кабинет", "Your cabinet")},
		Figures{Label: s.say("Міндеттемелер", "Obligations"), Figures: []Figure{
			{Value: "12", Label: s.say("Ашық", "Open"), URL: "/o"}, {Value: "148", Label: s.say("Орындалған", "Met"), URL: "/m"}, {Value: "1", Label: s.say("Бұзылған", "Breached"), URL: "/x", Bad: true}, {Value: "99,3 %", Label: s.say("Мерзімінде", "On time")},
		}},
		s.register(),
		Pagination{Previous: "/p1", Next: "/p3", Pages: []PageLink{{Number: "1", URL: "/p1"}, {Number: "2", URL: "/p2", Current: true}, {Number: "3", URL: "/p3"}, {Ellipsis: true}, {Number: "18", URL: "/p18"}}},
		SummaryList{Title: s.say("Байланыс", "Contacts"), Act: Link{s.say("Өшіру", "Delete"), "/d"}, Rows: []SummaryRow{
			{Key: s.say("Телефон", "Telephone"), Value: "+7 701 222 33 44", Change: Link{s.say("Өзгерту", "Change"), "/t"}, About: s.say("телефон", "telephone")},
			{Key: s.say("Электрондық пошта", "Email"), Value: "aigerim.kozhakhmetova@example.kz", Change: Link{s.say("Өзгерту", "Change"), "/e"}, About: s.say("пошта", "email")},
			{Key: s.say("Күйі", "State"), Body: Tag{Text: s.say("Белсенді", "Active"), Colour: TagGood}},
		}},
		SummaryList{Rows: []SummaryRow{{Key: s.say("Тариф", "Tariff"), Value: s.say("Негізгі", "Basic")}, {Key: s.say("Баланс", "Balance"), Value: "12 400 ₸"}}},
		head(s.say("Өтініш", "Application")),
		TaskList{Tasks: []Task{
			{Title: s.say("Ұйым туралы мәліметтер", "About the organisation"), URL: "/1", Status: s.say("Аяқталды", "Completed"), Done: true},
			{Title: s.say("Құжаттар", "Documents"), URL: "/2", Hint: s.say("Үш файл керек", "Three files are needed"), Status: s.say("Басталмаған", "Not started"), Colour: TagBrand},
			{Title: s.say("Қол қою", "Signature"), Status: s.say("Әзірге болмайды", "Cannot start yet")},
		}},
		head(s.say("Соңғы әрекеттер", "Latest activity")),
		Timeline{Label: s.say("Әрекеттер", "Activity"), Events: []Event{
			{When: s.say("2027 ж. 1 наурыз", "1 March 2027"), At: "2027-03-01T00:00:00+05:00", Title: s.say("4-редакция күшіне енеді", "Edition 4 comes into force"), Moment: Ahead, Cite: s.citation("9.2")},
			{When: s.say("Бүгін, 14:05", "Today, 14:05"), At: "2026-11-22T14:05:00+05:00", Title: s.say("Келісім қабылданды", "Agreement accepted"), URL: "/acc", Tag: &Tag{Text: s.say("Дәлел бар", "Evidence"), Colour: TagBrand}, Text: s.say("ЭЦҚ арқылы қол қойылды.", "Signed with an electronic signature."), By: s.say("Ә. Қожахметова", "A. Kozhakhmetova"), Moment: Current},
			{When: s.say("2026 ж. 20 қараша, 09:12", "20 November 2026, 09:12"), At: "2026-11-20T09:12:00+05:00", Title: s.say("Тіркелу аяқталды", "Registration completed"), Cite: s.citation("2.2")},
		}},
		Receipt{ID: "receipt", Title: s.say("Қабылдау түбіртегі", "Receipt of acceptance"), QR: "/qr.png", QRAlt: s.say("Тексеру коды", "Code for checking"), Note: s.say("Түбіртекті порталсыз да тексеруге болады.", "The receipt can be verified without the portal."), Rows: []ReceiptRow{
			{Key: s.say("Нөмірі", "Number"), Value: "2026-000418-7", Copy: true},
			{Key: s.say("Құжат", "Document"), Value: s.say("Пайдаланушы келісімі, 3-редакция", "User agreement, edition 3")},
			{Key: "SHA-256", Value: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", Mono: true, Copy: true},
		}},
		PrintButton{},
		EmptyState{Title: s.say("Әзірге талап жоқ", "No claims yet"), Text: s.say("Портал міндетін орындамаса, талап қойыңыз.", "If the portal does not keep its word, make a claim."), Act: Link{s.say("Талап қою", "Make a claim"), "/claim"}},
	)
}

func (s sample) register() Table {
	row := func(name, clause, due, sum string, c TagColour, state string) Row {
		return Row{Cells: []Cell{{Text: name, URL: "/o/1"}, {Text: clause}, {Text: due}, {Text: sum}, {Tag: &Tag{Text: state, Colour: c}}}}
	}
	return Table{
		ID: "register", Caption: s.say("Міндеттемелер тізілімі", "Register of obligations"),
		Columns: []Column{{Text: s.say("Міндеттеме", "Obligation")}, {Text: s.say("Тармақ", "Clause"), SortURL: "?sort=clause"}, {Text: s.say("Мерзімі", "Due"), SortURL: "?sort=-due", Sorted: Ascending}, {Text: s.say("Сома, ₸", "Amount, ₸"), Numeric: true}, {Text: s.say("Күйі", "State")}},
		Rows: []Row{
			row(s.say("Талапқа жауап беру", "Answer a claim"), "8.2", "24.11.2026", "—", TagWait, s.say("Қаралуда", "Under review")),
			row(s.say("Артық төлемді қайтару", "Return an overpayment"), "6.11", "27.11.2026", "4 500", TagBrand, s.say("Ашық", "Open")),
			row(s.say("Деректерді жою", "Erase data"), "10.4", "12.11.2026", "—", TagBad, s.say("Бұзылған", "Breached")),
			row(s.say("Хабарлама жіберу", "Send a notice"), "9.1", "02.11.2026", "—", TagGood, s.say("Орындалды", "Met")),
			{Strong: true, Cells: []Cell{{Text: s.say("Барлығы", "Total")}, {}, {}, {Text: "4 500"}, {}}},
		},
	}
}

// agreement is a page to read.
func (s sample) agreement() Component {
	long := s.say("Әкімші Пайдаланушыға тіркелу кезінде көрсетілген телефон нөміріне алты саннан тұратын растау кодын жібереді. Код он минут бойы жарамды.", "The Administrator sends the User a confirmation code of six digits to the telephone number stated at registration. The code is valid for ten minutes.")
	return all(
		Heading{Caption: s.say("3-редакция", "Edition 3"), Text: s.say("Пайдаланушы келісімі", "User agreement"), Lead: s.say("Жағалаудағы сан — тармақ нөмірі; оған сілтеме жасауға болады.", "The number in the margin is that of the clause; you can link to it.")},
		InsetText{Text: s.say("Бұл мәтін 2027 жылғы 1 наурыздан бері қолданыста.", "This text has been in force since 1 March 2027.")},
		WarningText{Text: s.say("Қабылдамасаңыз, тіркелу жойылады.", "If you do not accept, your registration is deleted."), Cite: s.citation("2.1")},
		Agreement{Sections: []Section{
			{Heading: s.say("1. Жалпы ережелер", "1. General"), Clauses: []Clause{
				{Anchor: "clause-1.1", Number: "1.1", Paragraphs: []string{long, long}},
				{Anchor: "clause-1.10", Number: "1.10", Paragraphs: []string{long}, Note: s.say("Портал бұл тармақты өзі орындайды: код 10 минутқа жарамды, 5 әрекет.", "The portal carries this clause out: the code is valid for 10 minutes, 5 attempts."), Same: Link{s.say("Алдыңғы редакциялар", "Former editions"), "/h"}},
			}},
			{Heading: s.say("2. Өзгерістер", "2. Amendments"), Clauses: []Clause{
				{Anchor: "clause-2.1", Number: "2.1", Diff: []Span{{Text: s.say("Код ", "The code is valid for ")}, {Text: s.say("он ", "ten "), Change: Removed}, {Text: s.say("он бес ", "fifteen "), Change: Added}, {Text: s.say("минут бойы жарамды.", "minutes.")}}},
			}},
		}},
		Details{Summary: s.say("Тармақтар қалай оқылады?", "How are clauses read?"), Text: s.say("Әр тармақтың нөмірі бар.", "Each clause has a number.")},
		Tabs{ID: "tabs", Tabs: []Tab{{Label: s.say("Қысқаша", "Summary"), Body: text(long)}, {Label: s.say("Толық", "In full"), Body: text(long)}, {Label: s.say("Тарихы", "History"), Body: text(long)}}},
		Progress{ID: "check", Label: s.say("Қолтаңба тексерілуде", "Checking the signature"), Text: s.say("100 беттің 40-ы", "40 of 100 pages"), Done: 40, Total: 100, RefreshURL: "/agreement"},
		Panel{Title: s.say("Өтініш қабылданды", "Application received"), Text: s.say("Нөміріңіз", "Your number"), Value: "HDJ 2123F"},
		templ.Raw(`<p class="govuk-body">`), Citation(s.citation("2.2")), templ.Raw(`</p>`),
		ButtonLink{Text: s.say("Қол қою", "Sign"), URL: "/sign"}, StartButton{Text: s.say("Бастау", "Start now"), URL: "/start"},
	)
}

func (s sample) home() Component {
	return all(
		head(s.say("Танымал қызметтер", "Popular services")),
		Cards{Level: 3, Cards: []Card{
			{Title: s.say("Тұрғылықты жерді тіркеу", "Register a place of residence"), URL: "/1", Text: s.say("Бір жұмыс күні ішінде.", "Within one working day."), Note: s.say("Тегін", "Free of charge")},
			{Title: s.say("Кәсіпкерлікті бастау", "Start a business"), URL: "/2", Text: s.say("Хабарлама беру және салық режимін таңдау.", "Give notice and choose a tax regime."), Tag: &Tag{Text: s.say("Жаңа", "New"), Colour: TagBrand}},
			{Title: s.say("Балабақша кезегі", "Kindergarten queue"), URL: "/3", Text: s.say("Кезекке тұру және орнын көру.", "Join the queue and see your place.")},
			{Title: s.say("Сот ісі", "Court case"), URL: "/4", Text: s.say("Өтініш беру, құжат алу.", "File an application, receive documents.")},
		}},
	)
}

// pages are all the samples; together they show every component.
func pages(t *testing.T, lang string) []*html.Node {
	t.Helper()
	s := sample{lang}
	form := s.page(s.say("Сіз туралы мәліметтер", "Your details"))
	form.Refused, form.Person, form.Navigation = true, nil, nil
	form.Signs = true
	form.SignIn = Link{s.say("Кіру", "Sign in"), "/sign-in"}
	form.Back = Link{s.say("Артқа", "Back"), "/back"}
	cabinet := s.page(s.say("Жеке кабинет", "Your cabinet"))
	cabinet.Bare = true
	cabinet.Banner = AmendmentBanner{Label: s.say("Келісімге өзгеріс", "Amendment of the agreement"), Text: s.say("Келісім 2027 жылғы 1 наурызда өзгереді. Келіспесеңіз, сол күнге дейін бас тарта аласыз.", "The agreement changes on 1 March 2027. If you do not agree you can refuse until that day."), Read: Link{s.say("Не өзгереді", "See what changes"), "/diff"}, Cite: s.citation("9.2")}
	agreement := s.page(s.say("Пайдаланушы келісімі", "User agreement"))
	agreement.Trail = []Link{{s.say("Басты бет", "Home"), "/"}, {s.say("Келісім", "Agreement"), "/agreement"}, {Text: s.say("3-редакция", "Edition 3")}}
	home := s.page(s.say("Басты бет", "Home"))
	home.Bare, home.Person = true, nil
	home.SignIn = form.SignIn
	home.Hero = Hero{Title: s.say("Барлық мемлекеттік қызмет бір терезеде", "Every public service through one window"), Lead: s.say("Портал не уәде етсе, соны орындайды: әр әрекеттің жанында оған рұқсат беретін тармақ тұр.", "The portal does what it promises: beside every act stands the clause that allows it."), Start: Link{s.say("Тіркелу", "Register"), "/register"}, Other: Link{s.say("Келісімді оқу", "Read the agreement"), "/agreement"}}
	return []*html.Node{
		render(t, "form", form, s.form()),
		render(t, "cabinet", cabinet, s.cabinet()),
		render(t, "agreement", agreement, s.agreement()),
		render(t, "home", home, s.home()),
	}
}

func withChildren(ctx context.Context, body Component) context.Context {
	return templ.WithChildren(ctx, body)
}
