// Package web is the pages: one table of routes, a folder for each area, a file for each page.
//
// It owns what people see and type. It decides nothing: a page reads its form, calls the room
// whose act it is, and draws or redirects. Errors go back to the gate.
package web

import (
	"net/http"
	"strings"

	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/cabinet"
	"tereze/internal/web/children"
	"tereze/internal/web/citizen"
	"tereze/internal/web/console"
	"tereze/internal/web/contacts"
	"tereze/internal/web/design"
	"tereze/internal/web/desk"
	"tereze/internal/web/frame"
	"tereze/internal/web/front"
	"tereze/internal/web/keys"
	"tereze/internal/web/landing"
	"tereze/internal/web/notices"
	"tereze/internal/web/obligations"
	"tereze/internal/web/organisations"
	"tereze/internal/web/pages"
	"tereze/internal/web/passkeys"
	"tereze/internal/web/password"
	"tereze/internal/web/personal"
	"tereze/internal/web/push"
	"tereze/internal/web/recovery"
	"tereze/internal/web/register"
	"tereze/internal/web/register/bycode"
	"tereze/internal/web/school"
	"tereze/internal/web/security"
	"tereze/internal/web/services"
	"tereze/internal/web/standing"
	"tereze/internal/web/status"
	"tereze/internal/web/support"
)

// Site is everything the pages need.
type Site struct {
	Gate     *gate.Gate
	Frame    *frame.Frame
	Assets   *design.Assets
	Front    *front.Front
	Register *register.Register
	Recovery *recovery.Recovery
	ByCode   *bycode.ByCode
	Cabinet  *cabinet.Cabinet
	Console  *console.Console
	Password *password.Password
	Security *security.Security
	Passkeys *passkeys.Passkeys
	Citizen  *citizen.Citizen
	Keys     *keys.Keys
	Contacts *contacts.Contacts
	Desk     *desk.Desk
	Standing *standing.Standing

	Organisations *organisations.Organisations

	Obligations *obligations.Obligations

	Push *push.Push

	Landing  *landing.Landing
	School   *school.School
	Children *children.Children
	Support  *support.Support
	Pages    *pages.Pages
	Services *services.Services
	Notices  *notices.Notices
	Status   *status.Status
	Personal *personal.Personal
}

// Routes adds the pages to a mux: who may come, the pattern, the page.
func (s *Site) Routes(mux *http.ServeMux) {
	open := func(pattern string, p gate.Page) { mux.Handle(pattern, s.Gate.Open(s.Frame, kindOf(pattern), p)) }
	known := func(pattern string, p gate.Page) { mux.Handle(pattern, s.Gate.Known(s.Frame, p)) }
	bound := func(pattern string, p gate.BoundPage) { mux.Handle(pattern, s.Gate.Bound(s.Frame, p)) }
	member := func(pattern string, p gate.BoundPage) {
		mux.Handle(pattern, s.Gate.Member(s.Frame, s.Gate.Service(serviceOf(pattern), p)))
	}
	staff := func(role identity.Role, pattern string, p gate.Page) {
		mux.Handle(pattern, s.Gate.Staff(s.Frame, role, p))
	}
	mux.Handle("GET "+design.AssetPath, s.Assets)

	l := s.Landing
	open("GET /{$}", l.Home)
	open("GET /-/language/{code}", l.Language)
	open("GET /-/outbox", l.Outbox)
	open("POST /-/clock", l.ClockPost)
	open("/", l.Absent)
	open("/{portal}/{rest...}", l.Absent) // in the frame and the language of the portal

	f := s.Front
	open("GET /{portal}", f.Home)
	open("GET /{portal}/agreement", f.Agreement)
	open("GET /{portal}/agreement/{document}", f.Document)
	open("GET /{portal}/agreement/{document}/editions", f.Editions)
	open("GET /{portal}/agreement/{document}/editions/{number}", f.Edition)
	open("GET /{portal}/agreement/{document}/editions/{number}/changes", f.Changes)
	open("GET /{portal}/agreement/{document}/on", f.OnDateForm)
	open("GET /{portal}/agreement/{document}/on/{date}", f.OnDate)
	bound("GET /{portal}/rules", f.Rules)
	open("GET /{portal}/links/password/{token}", s.ByCode.Password)
	open("POST /{portal}/links/password/{token}", s.ByCode.PasswordPost)
	open("GET /{portal}/help", f.Help)
	open("GET /{portal}/sign-in", f.SignIn)
	open("POST /{portal}/sign-in", f.SignInPost)
	open("POST /{portal}/exit", f.Exit)
	open("GET /{portal}/signed-out", f.SignedOut)
	open("GET /{portal}/goodbye", f.Goodbye)
	open("GET /{portal}/language/{code}", f.Language)
	known("GET /{portal}/agreement/accept", f.Accept)
	known("POST /{portal}/agreement/accept", f.AcceptPost)

	of := s.Services
	material := func(pattern string, p gate.Page) { mux.Handle(pattern, s.Gate.Material(s.Frame, p)) }
	material("GET /{portal}/services", of.List)
	material("GET /{portal}/services.csv", of.CSV)
	material("GET /{portal}/services/{service}", of.Service)

	now := s.Status
	open("GET /{portal}/status", now.Status)
	open("GET /{portal}/status.json", now.JSON)
	open("GET /{portal}/status.atom", now.Atom)
	open("GET /{portal}/status.ics", now.Calendar)
	open("GET /{portal}/status/{event}", now.Event)
	open("GET /{portal}/status/{event}/event.ics", now.EventCalendar)

	in := s.Register
	open("GET /{portal}/register", in.Begin)
	open("POST /{portal}/register", gate.Even(in.BeginPost))
	open("GET /{portal}/register/{step}", in.Step)
	open("POST /{portal}/register/{step}", gate.Even(in.StepPost))

	back := s.Recovery
	open("GET /{portal}/recover", back.Ask)
	open("POST /{portal}/recover", gate.Even(back.AskPost))
	open("GET /{portal}/recover/{step}", back.Step)
	open("POST /{portal}/recover/{step}", gate.Even(back.StepPost))
	open("GET /{portal}/links/recover/{token}", back.Link)
	open("POST /{portal}/links/recover/{token}", back.LinkPost)

	c := s.Cabinet
	member("GET /{portal}/cabinet", c.Home)
	member("GET /{portal}/cabinet/profile", c.Profile)
	member("POST /{portal}/cabinet/profile", c.ProfilePost)
	known("GET /{portal}/cabinet/agreement", c.Agreement)
	known("GET /{portal}/cabinet/refusal/{document}/{number}", c.Refusal)
	known("POST /{portal}/cabinet/refusal/{document}/{number}", c.RefusalPost)
	member("GET /{portal}/cabinet/activity", c.Activity)
	member("GET /{portal}/cabinet/activity.csv", c.ActivityCSV)
	member("GET /{portal}/cabinet/applications", c.Applications)
	member("GET /{portal}/cabinet/messages", c.Messages)
	known("GET /{portal}/cabinet/looks", c.Looks)
	known("GET /{portal}/cabinet/cases", c.Cases)
	known("GET /{portal}/cabinet/change", c.Change)
	known("POST /{portal}/cabinet/change", c.ChangePost)
	known("GET /{portal}/cabinet/receipts/{entry}", c.Receipt)
	known("GET /{portal}/cabinet/receipts/{entry}/receipt.json", c.ReceiptJSON)
	known("GET /{portal}/cabinet/receipts/{entry}/qr.png", c.ReceiptQR)

	p := s.Password
	due := func(pattern string, p gate.Page) { mux.Handle(pattern, s.Gate.Due(s.Frame, p)) }
	due("GET /{portal}/password", p.Due)
	due("POST /{portal}/password", p.DuePost)
	known("GET /{portal}/cabinet/password", p.Change)
	known("POST /{portal}/cabinet/password", p.ChangePost)

	sec := s.Security
	due("GET /{portal}/session", sec.Ping)
	known("GET /{portal}/cabinet/security", sec.Security)
	known("GET /{portal}/cabinet/security/sessions/{session}", sec.End)
	known("POST /{portal}/cabinet/security/sessions/{session}", sec.EndPost)
	known("GET /{portal}/cabinet/security/devices", sec.Devices)
	known("GET /{portal}/cabinet/security/devices/{device}", sec.Device)
	known("POST /{portal}/cabinet/security/devices/{device}", sec.DevicePost)
	known("GET /{portal}/cabinet/security/devices/{device}/revoke", sec.Revoke)
	known("POST /{portal}/cabinet/security/devices/{device}/revoke", sec.RevokePost)
	known("GET /{portal}/cabinet/security/everywhere", sec.Everywhere)
	known("POST /{portal}/cabinet/security/everywhere", sec.EverywherePost)

	cz := s.Citizen
	open("GET /{portal}/sign-in/ways", cz.Ways)
	open("GET /{portal}/sign-in/card", cz.Card)
	open("POST /{portal}/sign-in/card", cz.CardPost)
	open("POST /{portal}/sign-in/card/ask", cz.CardAsk)
	open("GET /{portal}/sign-in/esi", cz.ESIPage)
	open("POST /{portal}/sign-in/esi/ask", cz.ESIAsk)
	open("GET /{portal}/sign-in/esi/return", cz.ESIReturn)

	pk := s.Passkeys
	open("POST /{portal}/sign-in/passkey/ask", pk.AskPost)
	open("GET /{portal}/sign-in/passkey", pk.SignIn)
	open("POST /{portal}/sign-in/passkey", pk.SignInPost)
	open("GET /{portal}/sign-in/second", pk.After)
	open("POST /{portal}/sign-in/second", pk.AfterPost)
	k := s.Keys
	open("POST /{portal}/sign-in/key/ask", k.AskPost)
	open("GET /{portal}/sign-in/key", k.SignIn)
	open("POST /{portal}/sign-in/key", k.SignInPost)
	open("GET /{portal}/sign-in/key/statement.xml", k.SignInDocument)
	open("GET /{portal}/sign-in/key/phone", k.SignInPhone)
	open("POST /{portal}/sign-in/key/phone", k.SignInPhonePost)
	known("GET /{portal}/cabinet/full-registration", k.Full)
	known("POST /{portal}/cabinet/full-registration", k.FullPost)
	known("GET /{portal}/cabinet/full-registration/statement.xml", k.FullDocument)
	known("GET /{portal}/cabinet/full-registration/phone", k.FullPhone)
	known("POST /{portal}/cabinet/full-registration/phone", k.FullPhonePost)
	due("GET /{portal}/key", k.Due)
	due("POST /{portal}/key", k.DuePost)
	due("GET /{portal}/key/statement.xml", k.DueDocument)
	due("GET /{portal}/key/phone", k.DuePhone)
	due("POST /{portal}/key/phone", k.DuePhonePost)
	known("GET /{portal}/cabinet/full-registration/sole-trader", k.Trade)
	known("POST /{portal}/cabinet/full-registration/sole-trader", k.TradePost)
	known("GET /{portal}/cabinet/full-registration/sole-trader/sign", k.TradeSign)
	known("POST /{portal}/cabinet/full-registration/sole-trader/sign", k.TradeSignPost)
	known("GET /{portal}/cabinet/full-registration/sole-trader/sign/statement.xml", k.FullDocument)
	known("GET /{portal}/cabinet/full-registration/sole-trader/sign/phone", k.TradePhone)
	known("POST /{portal}/cabinet/full-registration/sole-trader/sign/phone", k.TradePhonePost)
	known("GET /{portal}/cabinet/agreement/{document}/sign", k.Acceptance)
	known("POST /{portal}/cabinet/agreement/{document}/sign", k.AcceptancePost)
	known("GET /{portal}/cabinet/agreement/{document}/sign/statement.xml", k.AcceptanceDocument)
	known("GET /{portal}/cabinet/agreement/{document}/sign/phone", k.AcceptancePhone)
	known("POST /{portal}/cabinet/agreement/{document}/sign/phone", k.AcceptancePhonePost)

	known("GET /{portal}/cabinet/passkeys", pk.List)
	known("GET /{portal}/cabinet/passkeys/add", pk.Add)
	known("POST /{portal}/cabinet/passkeys/add", pk.AddPost)
	known("GET /{portal}/cabinet/passkeys/add/device", pk.Device)
	known("POST /{portal}/cabinet/passkeys/add/device", pk.DevicePost)
	known("GET /{portal}/cabinet/passkeys/second", pk.Second)
	known("POST /{portal}/cabinet/passkeys/second", pk.SecondPost)
	known("GET /{portal}/cabinet/passkeys/{passkey}", pk.Rename)
	known("POST /{portal}/cabinet/passkeys/{passkey}", pk.RenamePost)
	known("GET /{portal}/cabinet/passkeys/{passkey}/remove", pk.Remove)
	known("POST /{portal}/cabinet/passkeys/{passkey}/remove", pk.RemovePost)

	due("GET /{portal}/cabinet/compromised", sec.Compromised)
	due("POST /{portal}/cabinet/compromised", sec.CompromisedPost)
	open("GET /{portal}/compromised", sec.Claim)
	open("POST /{portal}/compromised", gate.Even(sec.ClaimPost))
	open("GET /{portal}/compromised/received", sec.Received)

	st := s.Standing
	known("GET /{portal}/cabinet/numbers", st.Numbers)
	known("POST /{portal}/cabinet/numbers", st.NumbersPost)
	due("GET /{portal}/standing", st.Mine)
	due("GET /{portal}/standing/appeal/{sanction}", st.Appeal)
	due("POST /{portal}/standing/appeal/{sanction}", st.AppealPost)
	due("GET /{portal}/standing/checks/{check}", st.Answer)
	due("POST /{portal}/standing/checks/{check}", st.AnswerPost)

	pd := s.Personal
	open("GET /{portal}/cookies", pd.Cookies)
	open("POST /{portal}/cookies", pd.CookiesPost)
	known("GET /{portal}/cabinet/looks.csv", pd.MyLooksCSV)
	known("GET /{portal}/cabinet/data", pd.Mine)
	known("GET /{portal}/cabinet/data/consents", pd.Consents)
	known("GET /{portal}/cabinet/data/consents/{purpose}", pd.Consent)
	known("POST /{portal}/cabinet/data/consents/{purpose}", pd.ConsentPost)
	known("GET /{portal}/cabinet/data/disclosures", pd.MyDisclosures)
	known("GET /{portal}/cabinet/data/disclosures.csv", pd.MyDisclosuresCSV)
	known("GET /{portal}/cabinet/data/disclosures/{disclosure}", pd.Answer)
	known("POST /{portal}/cabinet/data/disclosures/{disclosure}", pd.AnswerPost)
	known("GET /{portal}/cabinet/data/copy", pd.Copy)
	known("POST /{portal}/cabinet/data/copy", pd.CopyPost)
	known("GET /{portal}/cabinet/data/copy/{copy}", pd.Fetch)
	known("POST /{portal}/cabinet/data/copy/{copy}", pd.FetchPost)
	staff(identity.Operator, "GET /{portal}/console/data", pd.Console)
	staff(identity.Operator, "GET /{portal}/console/data/looks", pd.Looks)
	staff(identity.Operator, "GET /{portal}/console/data/looks.csv", pd.LooksCSV)
	staff(identity.Operator, "GET /{portal}/console/people/{user}/disclose", pd.Disclose)
	staff(identity.Operator, "POST /{portal}/console/people/{user}/disclose", pd.DisclosePost)
	staff(identity.Operator, "GET /{portal}/console/data/disclosures", pd.Disclosures)
	staff(identity.Operator, "GET /{portal}/console/data/disclosures.csv", pd.DisclosuresCSV)
	staff(identity.Operator, "GET /{portal}/console/data/disclosures/{user}/{disclosure}", pd.Disclosure)
	staff(identity.Operator, "POST /{portal}/console/data/disclosures/{user}/{disclosure}", pd.DisclosurePost)
	staff(identity.Operator, "GET /{portal}/console/data/erasures", pd.Erasures)
	staff(identity.Operator, "GET /{portal}/console/data/erasures.csv", pd.ErasuresCSV)
	staff(identity.Operator, "GET /{portal}/console/data/erasures/{user}", pd.Erasure)
	staff(identity.Operator, "GET /{portal}/console/data/statistics/{measure}", pd.Statistics)
	staff(identity.Operator, "GET /{portal}/console/data/statistics/{measure}/table.csv", pd.StatisticsCSV)

	to := s.Contacts
	known("GET /{portal}/cabinet/contacts", to.Contacts)
	known("POST /{portal}/cabinet/contacts", to.ConfirmPost)
	known("GET /{portal}/cabinet/contacts/code", to.Code)
	known("POST /{portal}/cabinet/contacts/code", to.CodePost)
	known("POST /{portal}/cabinet/contacts/service", to.ServicePost)
	known("GET /{portal}/cabinet/contacts/{kind}", to.Change)
	known("POST /{portal}/cabinet/contacts/{kind}", to.ChangePost)

	nt := s.Notices
	known("GET /{portal}/cabinet/inbox", nt.Inbox)
	known("POST /{portal}/cabinet/inbox", nt.InboxPost)
	known("GET /{portal}/cabinet/inbox.csv", nt.CSV)
	known("GET /{portal}/cabinet/inbox/preferences", nt.Preferences)
	known("POST /{portal}/cabinet/inbox/preferences", nt.PreferencesPost)
	known("GET /{portal}/cabinet/inbox/letters", nt.Letters)
	known("POST /{portal}/cabinet/inbox/letters", nt.LettersPost)
	known("GET /{portal}/cabinet/inbox/{notice}", nt.Notice)
	known("POST /{portal}/cabinet/inbox/{notice}", nt.NoticePost)
	open("GET /{portal}/links/unsubscribe/{token}", nt.Leave)
	open("POST /{portal}/links/unsubscribe/{token}", nt.LeavePost)
	open("GET /{portal}/manifest.webmanifest", s.Push.Manifest)
	known("GET /{portal}/cabinet/push", s.Push.Page)
	known("POST /{portal}/cabinet/push", s.Push.AddPost)
	known("POST /{portal}/cabinet/push/{browser}/remove", s.Push.RemovePost)
	known("GET /{portal}/cabinet/push/open/{message}", s.Push.Open)

	og := s.Organisations
	known("GET /{portal}/cabinet/organisations", og.List) // who may not accept for an organisation changes back here
	known("POST /{portal}/cabinet/organisations", og.ListPost)
	known("GET /{portal}/cabinet/organisations.csv", og.ListCSV)
	open("GET /{portal}/links/organisation/{token}", og.Link)
	member("GET /{portal}/cabinet/organisations/invitation", og.Answer)
	member("POST /{portal}/cabinet/organisations/invitation", og.AnswerPost)
	member("GET /{portal}/cabinet/organisations/{organisation}", og.One)
	member("GET /{portal}/cabinet/organisations/{organisation}/members.csv", og.MembersCSV)
	member("GET /{portal}/cabinet/organisations/{organisation}/acts", og.Acts)
	member("GET /{portal}/cabinet/organisations/{organisation}/acts.csv", og.ActsCSV)
	member("GET /{portal}/cabinet/organisations/{organisation}/invite", og.Invite)
	member("POST /{portal}/cabinet/organisations/{organisation}/invite", og.InvitePost)
	member("GET /{portal}/cabinet/organisations/{organisation}/invitations/{invitation}", og.Invitation)
	member("POST /{portal}/cabinet/organisations/{organisation}/invitations/{invitation}", og.InvitationPost)
	member("GET /{portal}/cabinet/organisations/{organisation}/members/{user}/end", og.End)
	member("POST /{portal}/cabinet/organisations/{organisation}/members/{user}/end", og.EndPost)
	member("GET /{portal}/cabinet/organisations/{organisation}/leave", og.Leave)
	member("POST /{portal}/cabinet/organisations/{organisation}/leave", og.LeavePost)
	member("GET /{portal}/cabinet/representatives", og.Named)
	member("GET /{portal}/cabinet/representatives.csv", og.NamedCSV)
	member("GET /{portal}/cabinet/representatives/new", og.Name)
	member("POST /{portal}/cabinet/representatives/new", og.NamePost)
	member("GET /{portal}/cabinet/representatives/{representative}", og.Representative)
	member("POST /{portal}/cabinet/representatives/{representative}", og.RepresentativePost)
	member("GET /{portal}/cabinet/representatives/{representative}/paper", og.Paper)
	open("GET /{portal}/links/representative/{token}", og.Asked)
	open("POST /{portal}/links/representative/{token}", og.AskedPost)
	open("GET /{portal}/representative", og.Thanks)
	staff(identity.Operator, "GET /{portal}/console/people/{user}/organisations", og.Person)
	staff(identity.Operator, "POST /{portal}/console/people/{user}/organisations", og.PersonPost)

	help := s.Support
	open("GET /{portal}/support", help.Ask)
	open("POST /{portal}/support", help.AskPost)
	open("GET /{portal}/support/code", help.Code)
	open("POST /{portal}/support/code", help.CodePost)
	known("GET /{portal}/cabinet/requests", help.Mine)
	known("GET /{portal}/cabinet/requests/{request}", help.Request)
	known("POST /{portal}/cabinet/requests/{request}/reply", help.ReplyPost)
	known("GET /{portal}/cabinet/requests/{request}/close", help.Close)
	known("POST /{portal}/cabinet/requests/{request}/close", help.ClosePost)
	known("GET /{portal}/cabinet/requests/{request}/files/{file}", help.File)
	open("GET /{portal}/links/request/{token}", help.Request)
	open("POST /{portal}/links/request/{token}/reply", help.ReplyPost)
	open("GET /{portal}/links/request/{token}/close", help.Close)
	open("POST /{portal}/links/request/{token}/close", help.ClosePost)
	open("GET /{portal}/links/request/{token}/files/{file}", help.File)

	a := s.School // each page asks party whose institution it is
	member("GET /{portal}/school", a.Home)
	member("GET /{portal}/school/class", a.Class)
	member("GET /{portal}/school/cards", a.Cards)
	member("POST /{portal}/school/cards", a.CardsPost)
	member("GET /{portal}/school/people/new", a.NewPerson)
	member("POST /{portal}/school/people/new", a.NewPersonPost)
	member("GET /{portal}/school/people/{user}", a.Person)
	member("POST /{portal}/school/people/{user}/card", a.CardPost)
	member("POST /{portal}/school/people/{user}/child", a.ChildPost)
	member("GET /{portal}/school/people/{user}/correct", a.Correct)
	member("POST /{portal}/school/people/{user}/correct", a.CorrectPost)
	member("GET /{portal}/school/people/{user}/end/{role}", a.End)
	member("POST /{portal}/school/people/{user}/end/{role}", a.EndPost)
	member("GET /{portal}/school/corrections", a.Corrections)
	member("GET /{portal}/school/import", a.Imports)
	member("POST /{portal}/school/import", a.ImportPost)
	member("GET /{portal}/school/import/template.csv", a.Template)
	member("GET /{portal}/school/import/{import}", a.Import)
	member("GET /{portal}/school/import/{import}/report.csv", a.Report)
	member("GET /{portal}/school/people/{user}/reopen/{role}", a.Reopen)
	member("POST /{portal}/school/people/{user}/reopen/{role}", a.ReopenPost)
	member("GET /{portal}/school/people/{user}/term", a.Term)
	member("POST /{portal}/school/people/{user}/term", a.TermPost)
	member("GET /{portal}/school/term", a.Term)
	member("POST /{portal}/school/term", a.TermPost)
	member("GET /{portal}/school/people/{user}/reset", a.Reset)
	member("POST /{portal}/school/people/{user}/reset", a.ResetPost)
	member("GET /{portal}/school/people/{user}/delete", a.DeletePage)
	member("POST /{portal}/school/people/{user}/delete", a.DeletePagePost)
	member("GET /{portal}/school/people/{user}/activity", a.Activity)
	member("POST /{portal}/school/people/{user}/activity", a.ActivityPost)
	member("GET /{portal}/school/deletions", a.Deletions)
	member("GET /{portal}/school/arrivals", a.Arrivals)
	member("GET /{portal}/school/arrivals/{user}/{from}", a.Arrival)
	member("POST /{portal}/school/arrivals/{user}/{from}", a.ArrivalPost)
	member("POST /{portal}/school/arrivals/{user}/{from}/decline", a.DeclinePost)
	member("GET /{portal}/pages", s.Pages.Home)
	member("GET /{portal}/pages/{user}", s.Pages.See)
	member("GET /{portal}/cabinet/page", s.Pages.Settings)
	member("POST /{portal}/cabinet/page", s.Pages.SettingsPost)
	member("GET /{portal}/cabinet/page/delete", s.Pages.Delete)
	member("POST /{portal}/cabinet/page/delete", s.Pages.DeletePost)
	member("GET /{portal}/cabinet/institutions", s.Pages.Memberships)
	member("GET /{portal}/children/{child}/page", s.Pages.Settings)
	member("POST /{portal}/children/{child}/page", s.Pages.SettingsPost)
	member("GET /{portal}/children/{child}/page/delete", s.Pages.Delete)
	member("POST /{portal}/children/{child}/page/delete", s.Pages.DeletePost)
	member("GET /{portal}/children", s.Children.Home)
	member("GET /{portal}/children/{child}", s.Children.Child)
	member("POST /{portal}/children/{child}", s.Children.ChildPost)

	o := s.Console
	staff(identity.Operator, "GET /{portal}/console", o.Home)
	staff(identity.Operator, "GET /{portal}/console/editions", o.Editions)
	staff(identity.Operator, "POST /{portal}/console/editions/{document}/draft", o.DraftPost)
	staff(identity.Operator, "GET /{portal}/console/editions/{document}/withdraw", o.Withdraw)
	staff(identity.Operator, "POST /{portal}/console/editions/{document}/withdraw", o.WithdrawPost)
	staff(identity.Operator, "GET /{portal}/console/editions/{document}/{number}", o.Edition)
	staff(identity.Operator, "POST /{portal}/console/editions/{document}/{number}/submit", o.SubmitPost)
	staff(identity.Operator, "GET /{portal}/console/editions/{document}/{number}/publish", o.Publish)
	staff(identity.Operator, "POST /{portal}/console/editions/{document}/{number}/publish", o.PublishPost)
	staff(identity.Operator, "GET /{portal}/console/editions/{document}/{number}/discard", o.Discard)
	staff(identity.Operator, "POST /{portal}/console/editions/{document}/{number}/discard", o.DiscardPost)
	staff(identity.Operator, "GET /{portal}/console/editions/{document}/{number}/clauses-new", o.NewClause)
	staff(identity.Operator, "POST /{portal}/console/editions/{document}/{number}/clauses-new", o.NewClausePost)
	staff(identity.Operator, "GET /{portal}/console/editions/{document}/{number}/clauses/{clause}", o.Clause)
	staff(identity.Operator, "POST /{portal}/console/editions/{document}/{number}/clauses/{clause}", o.ClausePost)
	staff(identity.Operator, "GET /{portal}/console/editions/{document}/{number}/clauses/{clause}/remove", o.RemoveClause)
	staff(identity.Operator, "POST /{portal}/console/editions/{document}/{number}/clauses/{clause}/remove", o.RemoveClausePost)
	staff(identity.Operator, "GET /{portal}/console/people", o.People)
	staff(identity.Operator, "GET /{portal}/console/people/{user}", o.Person)
	staff(identity.Operator, "POST /{portal}/console/people/{user}", o.PersonPost)

	staff(identity.Operator, "GET /{portal}/console/staff", o.Staff)
	staff(identity.Operator, "GET /{portal}/console/staff.csv", o.StaffCSV)
	staff(identity.Operator, "GET /{portal}/console/staff-invite", o.StaffInvite)
	staff(identity.Operator, "POST /{portal}/console/staff-invite", o.StaffInvitePost)
	staff(identity.Operator, "GET /{portal}/console/staff-history", o.StaffHistory)
	staff(identity.Operator, "GET /{portal}/console/staff-history.csv", o.StaffHistoryCSV)
	staff(identity.Operator, "GET /{portal}/console/staff/{user}", o.StaffPerson)
	staff(identity.Operator, "GET /{portal}/console/staff/{user}/{act}/{role}", o.Power)
	staff(identity.Operator, "POST /{portal}/console/staff/{user}/{act}/{role}", o.PowerPost)
	staff(identity.Operator, "GET /{portal}/console/staff/{user}/grants/{grant}", o.Grant)
	staff(identity.Operator, "POST /{portal}/console/staff/{user}/grants/{grant}", o.GrantPost)
	staff(identity.Operator, "GET /{portal}/console/campaigns", o.Campaigns)
	staff(identity.Operator, "GET /{portal}/console/campaigns.csv", o.CampaignsCSV)
	staff(identity.Operator, "GET /{portal}/console/campaigns/new", o.NewCampaign)
	staff(identity.Operator, "POST /{portal}/console/campaigns/new", o.NewCampaignPost)
	staff(identity.Operator, "GET /{portal}/console/campaigns/{campaign}", o.Campaign)
	staff(identity.Operator, "GET /{portal}/console/campaigns/{campaign}/{do}", o.CampaignDo)
	staff(identity.Operator, "POST /{portal}/console/campaigns/{campaign}/{do}", o.CampaignDoPost)
	staff(identity.Operator, "GET /{portal}/console/templates", o.Templates)
	staff(identity.Operator, "GET /{portal}/console/templates/{key}", o.Template)
	staff(identity.Operator, "GET /{portal}/console/templates/{key}/new", o.NewTemplate)
	staff(identity.Operator, "POST /{portal}/console/templates/{key}/new", o.NewTemplatePost)
	staff(identity.Operator, "GET /{portal}/console/templates/{key}/{version}", o.TemplateVersion)
	staff(identity.Operator, "POST /{portal}/console/templates/{key}/{version}", o.TemplateVersionPost)
	staff(identity.Operator, "GET /{portal}/console/days", o.Days)
	staff(identity.Operator, "POST /{portal}/console/days", o.DaysPost)
	staff(identity.Operator, "GET /{portal}/console/announcements", o.Announcements)
	staff(identity.Operator, "GET /{portal}/console/announcements.csv", o.AnnouncementsCSV)
	staff(identity.Operator, "GET /{portal}/console/announcements/new", o.NewAnnouncement)
	staff(identity.Operator, "POST /{portal}/console/announcements/new", o.NewAnnouncementPost)
	staff(identity.Operator, "GET /{portal}/console/announcements/{announcement}", o.Announcement)
	staff(identity.Operator, "GET /{portal}/console/announcements/{announcement}/withdraw", o.Withdrawal)
	staff(identity.Operator, "POST /{portal}/console/announcements/{announcement}/withdraw", o.WithdrawalPost)
	staff(identity.Operator, "GET /{portal}/console/outbox", o.Outgoing)
	staff(identity.Operator, "GET /{portal}/console/outbox.csv", o.OutgoingCSV)
	staff(identity.Operator, "GET /{portal}/console/outbox/{home}/{message}", o.OutgoingOne)
	staff(identity.Operator, "POST /{portal}/console/outbox/{home}/{message}", o.OutgoingPost)
	staff(identity.Operator, "GET /{portal}/console/outbox/{home}/{message}/{act}", o.OutgoingAct)
	staff(identity.Operator, "POST /{portal}/console/outbox/{home}/{message}/{act}", o.OutgoingActPost)
	staff(identity.Operator, "GET /{portal}/console/operations", o.OperationsList)
	staff(identity.Operator, "GET /{portal}/console/operations.csv", o.OperationsCSV)
	staff(identity.Operator, "GET /{portal}/console/operations/new/{kind}", o.NewOperation)
	staff(identity.Operator, "POST /{portal}/console/operations/new/{kind}", o.NewOperationPost)
	staff(identity.Operator, "GET /{portal}/console/operations/{event}", o.Operation)
	staff(identity.Operator, "GET /{portal}/console/operations/{event}/{act}", o.OperationAct)
	staff(identity.Operator, "POST /{portal}/console/operations/{event}/{act}", o.OperationActPost)
	staff(identity.Operator, "GET /{portal}/console/programs", o.Programs)
	staff(identity.Operator, "POST /{portal}/console/programs", o.ProgramsPost)
	staff(identity.Operator, "GET /{portal}/console/programs/{program}", o.EndProgram)
	staff(identity.Operator, "POST /{portal}/console/programs/{program}", o.EndProgramPost)

	d := s.Desk
	staff(identity.Operator, "GET /{portal}/console/people/{user}/case", d.OpenCase)
	staff(identity.Operator, "POST /{portal}/console/people/{user}/case", d.OpenCasePost)
	staff(identity.Operator, "GET /{portal}/console/people/{user}/reset", d.Reset)
	staff(identity.Operator, "POST /{portal}/console/people/{user}/reset", d.ResetPost)
	staff(identity.Operator, "GET /{portal}/console/people/{user}/passkeys", d.Passkeys)
	staff(identity.Operator, "POST /{portal}/console/people/{user}/passkeys", d.PasskeysPost)
	staff(identity.Operator, "GET /{portal}/console/cases", d.Cases)
	staff(identity.Operator, "GET /{portal}/console/cases/{user}/{case}", d.Case)
	staff(identity.Operator, "POST /{portal}/console/cases/{user}/{case}", d.CasePost)
	staff(identity.Operator, "POST /{portal}/console/cases/{user}/{case}/answer", d.AnswerPost)
	staff(identity.Operator, "POST /{portal}/console/cases/{user}/{case}/correct", d.CorrectPost)
	staff(identity.Operator, "POST /{portal}/console/cases/{user}/{case}/unlock", d.UnlockPost)
	staff(identity.Operator, "POST /{portal}/console/cases/{user}/{case}/propose", d.ProposePost)
	staff(identity.Operator, "POST /{portal}/console/cases/{user}/{case}/approve", d.ApprovePost)
	staff(identity.Operator, "POST /{portal}/console/cases/{user}/{case}/reject", d.RejectPost)

	staff(identity.Operator, "GET /{portal}/console/requests", d.RequestQueue)
	staff(identity.Operator, "GET /{portal}/console/requests.csv", d.RequestsCSV)
	staff(identity.Operator, "GET /{portal}/console/requests/new", d.Call)
	staff(identity.Operator, "POST /{portal}/console/requests/new", d.CallPost)
	staff(identity.Operator, "GET /{portal}/console/requests/{home}/{request}", d.RequestCase)
	staff(identity.Operator, "POST /{portal}/console/requests/{home}/{request}", d.RequestCasePost)
	staff(identity.Operator, "POST /{portal}/console/requests/{home}/{request}/answer", d.RequestAnswerPost)
	staff(identity.Operator, "POST /{portal}/console/requests/{home}/{request}/note", d.RequestNotePost)
	staff(identity.Operator, "POST /{portal}/console/requests/{home}/{request}/take", d.RequestTakePost)
	staff(identity.Operator, "POST /{portal}/console/requests/{home}/{request}/sort", d.RequestSortPost)
	staff(identity.Operator, "POST /{portal}/console/requests/{home}/{request}/files/{file}", d.RequestFilePost)
	staff(identity.Operator, "GET /{portal}/console/people/{user}/sanction", st.Decide)
	staff(identity.Operator, "POST /{portal}/console/people/{user}/sanction", st.DecidePost)
	ob := s.Obligations
	known("GET /{portal}/cabinet/obligations", ob.Mine)
	staff(identity.Operator, "GET /{portal}/console/obligations", ob.Register)
	staff(identity.Operator, "GET /{portal}/console/obligations.csv", ob.RegisterCSV)
	staff(identity.Operator, "GET /{portal}/console/sanctions", st.Sanctions)
	staff(identity.Operator, "GET /{portal}/console/sanctions.csv", st.SanctionsCSV)
	staff(identity.Operator, "GET /{portal}/console/sanctions/number", st.Number)
	staff(identity.Operator, "POST /{portal}/console/sanctions/number", st.NumberPost)
	staff(identity.Operator, "GET /{portal}/console/sanctions/{user}/{sanction}", st.Sanction)
	staff(identity.Operator, "GET /{portal}/console/sanctions/{user}/{sanction}/{act}", st.Act)
	staff(identity.Operator, "POST /{portal}/console/sanctions/{user}/{sanction}/{act}", st.ActPost)
	known("GET /{portal}/console/people/{user}/standing", st.Person) // the owner too where the agreement says so: account answers
	known("GET /{portal}/console/people/{user}/check", st.Ask)
	known("POST /{portal}/console/people/{user}/check", st.AskPost)
	known("GET /{portal}/console/people/{user}/register", st.Register)
	known("POST /{portal}/console/people/{user}/register", st.RegisterPost)
	known("GET /{portal}/console/checks", st.Checks)
	known("GET /{portal}/console/checks.csv", st.ChecksCSV)
	known("GET /{portal}/console/checks/{user}/{check}", st.Check)
	known("POST /{portal}/console/checks/{user}/{check}", st.CheckPost)
	known("GET /{portal}/console/checks/{user}/{check}/papers/{paper}", st.Paper)

	staff(identity.Operator, "GET /{portal}/console/institutions", s.School.Institutions)
	staff(identity.Operator, "POST /{portal}/console/institutions", s.School.InstitutionPost)
	staff(identity.Operator, "GET /{portal}/console/institutions/{institution}", s.School.Institutions)
	staff(identity.Operator, "POST /{portal}/console/institutions/{institution}", s.School.InstitutionPost)
	staff(identity.Operator, "GET /{portal}/console/institutions/{institution}/recovery", s.School.Recovery)
	staff(identity.Operator, "POST /{portal}/console/institutions/{institution}/recovery", s.School.RecoveryPost)
	staff(identity.Operator, "GET /{portal}/console/recovery", s.School.Recovery)
	staff(identity.Operator, "POST /{portal}/console/recovery", s.School.RecoveryPost)
	staff(identity.Operator, "GET /{portal}/console/people/{user}/memberships", s.School.Memberships)
	staff(identity.Operator, "POST /{portal}/console/people/{user}/memberships", s.School.MembershipsPost)
	staff(identity.Operator, "GET /{portal}/console/institutions/{institution}/people/{user}/end/{role}", s.School.EndAt)
	staff(identity.Operator, "POST /{portal}/console/institutions/{institution}/people/{user}/end/{role}", s.School.EndAtPost)
	staff(identity.Operator, "GET /{portal}/console/institutions/{institution}/administrator", s.School.Administrator)
	staff(identity.Operator, "POST /{portal}/console/institutions/{institution}/administrator", s.School.AdministratorPost)
	staff(identity.Operator, "GET /{portal}/console/institutions/{institution}/member", s.School.Member)
	staff(identity.Operator, "POST /{portal}/console/institutions/{institution}/member", s.School.MemberPost)
	staff(identity.Owner, "GET /{portal}/approvals", o.Approvals)
	staff(identity.Owner, "GET /{portal}/approvals/{document}/{number}", o.Approval)
	staff(identity.Owner, "POST /{portal}/approvals/{document}/{number}/approve", o.ApprovePost)
	staff(identity.Owner, "POST /{portal}/approvals/{document}/{number}/return", o.ReturnPost)
	staff(identity.Auditor, "GET /{portal}/log", o.Log)
	staff(identity.Auditor, "GET /{portal}/log.csv", o.LogCSV)
}

// kindOf says what kind of page stands at a pattern, as the clause of a closed system names those that
// are open to everyone (kundelik 1.1); empty: none of them.
func kindOf(pattern string) string {
	path := pattern[strings.IndexByte(pattern, '/'):]
	first, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(path+"/", "/{portal}/"), "links/"), "/")
	switch first {
	case "", "sign-in", "exit", "signed-out", "goodbye", "language", "cookies":
		return "sign_in"
	case "agreement":
		return "agreement"
	case "register", "password":
		return "registration"
	case "status", "status.json", "status.atom", "status.ics":
		return gate.Status
	case "recover", "compromised", "help", "support", "request", "unsubscribe": // a letter is left where it is read, signed in or not
		return "support"
	}
	return ""
}

// serviceOf names the part of a portal that a page belongs to, by which a sanction closes it: the area,
// or the section of the cabinet.
func serviceOf(pattern string) string {
	_, path, _ := strings.Cut(pattern, "/{portal}/")
	path = strings.TrimPrefix(path, "cabinet/")
	name, _, _ := strings.Cut(path, "/")
	return name
}
