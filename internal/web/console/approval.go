package console

import (
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"tereze/internal/agreement"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// approvalView is one edition before its owner: what it changes, when it would come into force,
// and the two answers.
type approvalView struct {
	Errors  []design.FieldError
	Heading design.Heading
	Facts   design.SummaryList
	Note    string // why there is nothing to answer
	Changes changesView
	Decide  *decideView
}

// decideView is the two answers.
type decideView struct {
	Version      int
	ApproveTitle string
	ApproveText  string
	ApproveURL   string // empty: this owner may not, see Barred
	Approve      design.Button
	Barred       string
	ReturnTitle  string
	ReturnURL    string
	Reason       design.Textarea
	Return       design.Button
}

// maxReason is the longest reason for giving an edition back, in characters. It is kept as a
// detail of evidence, which holds four thousand bytes.
const maxReason = 1000

// Approval answers GET /{portal}/approvals/{document}/{number}.
func (c *Console) Approval(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return c.showApproval(w, r, v, "", nil)
}

// ApprovePost answers POST /{portal}/approvals/{document}/{number}/approve.
func (c *Console) ApprovePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	e, err := c.edition(r, v)
	if err != nil {
		return err
	}
	version, err := believed(r)
	if err == nil {
		_, err = c.Agreements.Approve(r.Context(), v.Actor, e.Document, e.Number, version)
	}
	if frame.AsFaults(err) != nil {
		return c.showApproval(w, r, v, "", err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, approvalsURL(v)+"?done=approved")
}

// ReturnPost answers POST /{portal}/approvals/{document}/{number}/return.
func (c *Console) ReturnPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	e, err := c.edition(r, v)
	if err != nil {
		return err
	}
	version, err := believed(r)
	reason := norm.NFC.String(strings.Join(strings.Fields(r.PostFormValue("reason")), " "))
	if err == nil {
		err = checkReason(reason)
	}
	if err == nil {
		_, err = c.Agreements.Return(r.Context(), v.Actor, e.Document, e.Number, version, reason)
	}
	if frame.AsFaults(err) != nil {
		return c.showApproval(w, r, v, reason, err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, approvalsURL(v)+"?done=returned")
}

// checkReason refuses what evidence could not hold. Line ends have become spaces by then.
func checkReason(reason string) error {
	wrong := checkTexts(agreement.Words{"": reason}, []string{""})
	if len([]rune(reason)) > maxReason {
		wrong = fault.Faults{fault.New(fault.Invalid, "form.long").With("max", strconv.Itoa(maxReason))}
	}
	if len(wrong) == 0 {
		return nil
	}
	return wrong[0].At("reason")
}

func (c *Console) showApproval(w http.ResponseWriter, r *http.Request, v gate.Visit, reason string, refusal error) error {
	e, err := c.edition(r, v)
	if err != nil {
		return err
	}
	if e.State == agreement.Draft && refusal == nil {
		return absent() // what an operator is still writing is nobody else's yet
	}
	names, err := c.names(r.Context(), v, e.DraftedBy, e.ApprovedBy, e.PublishedBy)
	if err != nil {
		return err
	}
	facts := c.facts(v, e, names)
	_, cite := c.Agreements.ApprovalBy(e.Portal, e.Document, v.Now)
	if open(e) {
		facts.Rows = append(facts.Rows, design.SummaryRow{Key: c.Say(v, "console.fact.if_published_now"), Value: c.wouldBe(v, e)})
		if link := c.Cite(v, cite); link.URL != "" {
			facts.Rows = append(facts.Rows, design.SummaryRow{Key: c.Say(v, "console.fact.by_clause"), Body: design.Citation(link)})
		}
	}
	_, at, _ := c.Errors(v, refusal)
	view := approvalView{
		Errors:  c.summary(v, refusal),
		Heading: design.Heading{Caption: c.In(v, e.Content.Title), Text: c.numbered(v, e)},
		Facts:   facts,
		Changes: c.changes(v, e),
	}
	if e.State == agreement.Submitted {
		view.Decide = c.decide(v, e, reason, at["reason"])
	} else {
		view.Note = c.Say(v, "console.approval.decided")
	}
	page := c.Page(r, v, view.Heading.Text+" – "+view.Heading.Caption)
	page.Trail = []design.Link{{Text: c.Say(v, "console.approvals.title"), URL: approvalsURL(v)}}
	page.Refused = refusal != nil
	status := http.StatusOK
	if refusal != nil {
		status = refused(refusal)
	}
	return c.Write(w, r, status, page, view.page())
}

// decide prepares the answers. Whoever drafted an edition cannot consent to it.
func (c *Console) decide(v gate.Visit, e agreement.Edition, reason, wrong string) *decideView {
	view := &decideView{
		Version:      e.Version,
		ApproveTitle: c.Say(v, "console.approval.approve_title"),
		ApproveText:  c.Say(v, "console.approval.approve_text"),
		ApproveURL:   approvalURL(v, e) + "/approve",
		Approve:      design.Button{Text: c.Say(v, "console.approval.approve")},
		ReturnTitle:  c.Say(v, "console.approval.return_title"),
		ReturnURL:    approvalURL(v, e) + "/return",
		Reason: design.Textarea{
			Field: design.Field{Name: "reason", Label: c.Say(v, "console.approval.reason"), Hint: c.Say(v, "console.approval.reason_hint"), Error: wrong},
			Value: reason, MaxLength: maxReason,
		},
		Return: design.Button{Text: c.Say(v, "console.approval.return"), Look: design.Secondary},
	}
	if e.DraftedBy == v.Actor.User {
		view.ApproveURL, view.Barred = "", c.Say(v, "agreement.second_person")
	}
	return view
}
