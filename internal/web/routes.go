// Package web is the pages: one table of routes, a folder for each area, a file for each page.
//
// It owns what people see and type. It decides nothing: a page reads its form, calls the room
// whose act it is, and draws or redirects. Errors go back to the gate.
package web

import (
	"net/http"

	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/cabinet"
	"tereze/internal/web/console"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
	"tereze/internal/web/front"
	"tereze/internal/web/landing"
)

// Site is everything the pages need.
type Site struct {
	Gate    *gate.Gate
	Frame   *frame.Frame
	Assets  *design.Assets
	Front   *front.Front
	Cabinet *cabinet.Cabinet
	Console *console.Console
	Landing *landing.Landing
}

// Routes adds the pages to a mux: who may come, the pattern, the page.
func (s *Site) Routes(mux *http.ServeMux) {
	open := func(pattern string, p gate.Page) { mux.Handle(pattern, s.Gate.Open(s.Frame, p)) }
	known := func(pattern string, p gate.Page) { mux.Handle(pattern, s.Gate.Known(s.Frame, p)) }
	bound := func(pattern string, p gate.BoundPage) { mux.Handle(pattern, s.Gate.Bound(s.Frame, p)) }
	member := func(pattern string, p gate.BoundPage) { mux.Handle(pattern, s.Gate.Member(s.Frame, p)) }
	staff := func(role identity.Role, pattern string, p gate.Page) {
		mux.Handle(pattern, s.Gate.Staff(s.Frame, role, p))
	}
	mux.Handle("GET "+design.AssetPath, s.Assets)

	l := s.Landing
	open("GET /{$}", l.Home)
	open("GET /-/language/{code}", l.Language)
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
	open("GET /{portal}/register", f.Register)
	open("POST /{portal}/register", f.RegisterPost)
	open("GET /{portal}/sign-in", f.SignIn)
	open("POST /{portal}/sign-in", f.SignInPost)
	open("POST /{portal}/exit", f.Exit)
	open("GET /{portal}/signed-out", f.SignedOut)
	open("GET /{portal}/goodbye", f.Goodbye)
	open("GET /{portal}/language/{code}", f.Language)
	known("GET /{portal}/agreement/accept", f.Accept)
	known("POST /{portal}/agreement/accept", f.AcceptPost)

	c := s.Cabinet
	member("GET /{portal}/cabinet", c.Home)
	member("GET /{portal}/cabinet/profile", c.Profile)
	member("POST /{portal}/cabinet/profile", c.ProfilePost)
	known("GET /{portal}/cabinet/agreement", c.Agreement)
	known("GET /{portal}/cabinet/refusal/{document}/{number}", c.Refusal)
	known("POST /{portal}/cabinet/refusal/{document}/{number}", c.RefusalPost)
	member("GET /{portal}/cabinet/activity", c.Activity)
	member("GET /{portal}/cabinet/activity.csv", c.ActivityCSV)
	known("GET /{portal}/cabinet/receipts/{entry}", c.Receipt)
	known("GET /{portal}/cabinet/receipts/{entry}/receipt.json", c.ReceiptJSON)
	known("GET /{portal}/cabinet/receipts/{entry}/qr.png", c.ReceiptQR)

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
	staff(identity.Owner, "GET /{portal}/approvals", o.Approvals)
	staff(identity.Owner, "GET /{portal}/approvals/{document}/{number}", o.Approval)
	staff(identity.Owner, "POST /{portal}/approvals/{document}/{number}/approve", o.ApprovePost)
	staff(identity.Owner, "POST /{portal}/approvals/{document}/{number}/return", o.ReturnPost)
	staff(identity.Auditor, "GET /{portal}/log", o.Log)
	staff(identity.Auditor, "GET /{portal}/log.csv", o.LogCSV)
}
