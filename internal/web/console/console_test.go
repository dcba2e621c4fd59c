package console_test

import (
	"context"
	"encoding/csv"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"tereze/internal/agreement"
	"tereze/internal/evidence"
	"tereze/internal/gate"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/store"
	"tereze/internal/web/console"
)

// staff opens a browser in which somebody with a role has signed in, to English pages.
func staff(t *testing.T, h *housetest.House, portal, name string, roles ...identity.Role) *housetest.Browser {
	t.Helper()
	h.User(t, portal, name, roles...)
	b := h.Browser(t)
	b.SignIn(portal, name)
	b.Get("/" + portal + "/language/en").Want(http.StatusOK)
	return b
}

func TestAnAmendmentGoesFromDraftThroughTheOwnerToItsInstant(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	operator := staff(t, h, "egov", "operator1", identity.Operator)
	owner := staff(t, h, "egov", "owner1", identity.Owner)
	const edition = "/egov/console/editions/agreement/2"

	operator.Post("/egov/console/editions/agreement/draft").Want(http.StatusOK)
	page := operator.Get(edition).Want(http.StatusOK)
	if page.Has(`form[action$="/submit"]`) {
		t.Error("a draft that changes nothing can be submitted")
	}
	operator.Get(edition + "/publish").Want(http.StatusForbidden)

	clause := edition + "/clauses/1.2.10"
	page = operator.Get(clause).Want(http.StatusOK)
	fields := append(page.Hidden(), "do", "save", "kind", "mechanism", "text-kk", "Жаңа мәтін", "text-ru", "Новый текст", "text-en", "New text",
		"p-0-about", "events", "p-0-about", "updates")
	page = operator.Post(clause, append(fields, "p-0-max_characters", "many")...).Want(http.StatusUnprocessableEntity)
	if got := page.Attr("#p-0-max_characters", "value"); got != "many" {
		t.Errorf("the form comes back with %q in the wrong field, want what was entered", got)
	}
	if !page.Has("#p-0-max_characters-error") || !page.Has(`.govuk-error-summary a[href="#p-0-max_characters"]`) {
		t.Error("the refusal is not at its field and in the summary")
	}
	page = operator.Post(clause, append(fields, "p-0-max_characters", "200")...).Want(http.StatusOK)
	if got := page.Text(`#change-1\.2\.10`); !strings.Contains(got, "160") || !strings.Contains(got, "200") || !strings.Contains(got, "New text") {
		t.Errorf("the edition's page says of the changed clause: %s", got)
	}
	operator.Post(clause, append(fields, "p-0-max_characters", "210")...).Want(http.StatusConflict)

	operator.Post(edition+"/submit", page.Hidden()...).Want(http.StatusOK)
	operator.Get(clause).Want(http.StatusConflict)
	const approval = "/egov/approvals/agreement/2"
	if !owner.Get("/egov/approvals").Has(`a[href="` + approval + `"]`) {
		t.Fatal("the owner does not see what waits")
	}
	page = owner.Get(approval).Want(http.StatusOK)
	version := []string{"version", page.Attr(`input[name="version"]`, "value")}
	owner.Post(approval+"/return", append(version, "reason", " ")...).Want(http.StatusUnprocessableEntity)
	owner.Post(approval+"/return", append(version, "reason", "Too long.\r\nShorten it.")...).Want(http.StatusOK)
	page = operator.Get(edition).Want(http.StatusOK)
	if got := page.Text(".govuk-inset-text"); !strings.Contains(got, "Too long. Shorten it.") {
		t.Errorf("the operator reads %q, want the owner's reason", got)
	}

	operator.Post(edition+"/submit", page.Hidden()...).Want(http.StatusOK)
	page = owner.Get(approval).Want(http.StatusOK)
	owner.Post(approval+"/approve", "version", page.Attr(`input[name="version"]`, "value")).Want(http.StatusOK)

	page = operator.Get(edition + "/publish").Want(http.StatusOK)
	told := page.Text(".govuk-summary-list")
	operator.Post(edition+"/publish", page.Hidden()...).Want(http.StatusOK)
	published := h.Agreements.Published("egov", "agreement")
	e := published[len(published)-1]
	if want := h.Frame.Instant(visit("egov"), e.InForceAt); e.Number != 2 || !strings.Contains(told, want) {
		t.Errorf("before publication it was said: %s; edition %d takes force on %s", told, e.Number, want)
	}
	if !operator.Get("/egov/console").Has(`a[href="` + edition + `"]`) {
		t.Error("the console does not name the announced edition")
	}
}

func visit(portal string) gate.Visit {
	return gate.Visit{Actor: identity.Actor{Portal: portal, Language: "en"}}
}

func TestWhoDraftedAnEditionIsNotAskedToApproveIt(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	both := staff(t, h, "egov", "both", identity.Operator, identity.Owner)
	both.Post("/egov/console/editions/agreement/draft").Want(http.StatusOK)
	const edition = "/egov/console/editions/agreement/2"
	page := both.Get(edition + "/clauses-new").Want(http.StatusOK)
	page = both.Post(edition+"/clauses-new", append(page.Hidden(), "number", "9.9", "after", "1.1", "text-kk", "а", "text-ru", "б", "text-en", "c")...).Want(http.StatusOK)
	both.Post(edition+"/submit", page.Hidden()...).Want(http.StatusOK)
	page = both.Get("/egov/approvals/agreement/2").Want(http.StatusOK)
	if page.Has(`form[action$="/approve"]`) {
		t.Error("the drafter is offered to approve")
	}
	both.Post("/egov/approvals/agreement/2/approve", "version", page.Attr(`input[name="version"]`, "value")).Want(http.StatusForbidden)
}

func TestClausesComeAndGoWithTheHeadingOfTheirSection(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	operator := staff(t, h, "ismet", "operator1", identity.Operator)
	operator.Post("/ismet/console/editions/offer/draft").Want(http.StatusOK)
	const edition = "/ismet/console/editions/offer/2"
	first, _ := h.Agreements.Published("ismet", "offer")[0].Content.Clause("1.1")
	if first.Heading == nil {
		t.Fatal("clause 1.1 of the offer begins no section: choose another")
	}
	page := operator.Get(edition + "/clauses/1.1/remove").Want(http.StatusOK)
	operator.Post(edition+"/clauses/1.1/remove", page.Hidden()...).Want(http.StatusOK)
	operator.Get(edition + "/clauses/1.1").Want(http.StatusNotFound)
	page = operator.Get(edition + "/clauses-new").Want(http.StatusOK)
	operator.Post(edition+"/clauses-new", append(page.Hidden(), "number", "1.2", "after", "", "text-en", "twice")...).Want(http.StatusUnprocessableEntity)
	operator.Post(edition+"/clauses-new", append(page.Hidden(), "number", "а 1", "after", "", "text-en", "no number")...).Want(http.StatusUnprocessableEntity)
	page = operator.Post(edition+"/clauses-new", append(page.Hidden(), "number", "1.99", "after", "1.2", "text-en", "Only in English")...).Want(http.StatusOK)
	if got := page.Text("main"); !strings.Contains(got, first.Heading["en"]) {
		t.Error("the heading of the section went with its first clause")
	}
	if !page.Has(`#problems ~ ul a[href$="/clauses/1.99"]`) || page.Has(`a[href$="/publish"]`) {
		t.Error("a clause without a text in Kazakh does not keep the draft from publication")
	}
	page = operator.Get(edition + "/discard").Want(http.StatusOK)
	operator.Post(edition+"/discard", page.Hidden()...).Want(http.StatusOK)
	operator.Get(edition).Want(http.StatusNotFound)
}

func TestARuleIsTakenUpBeforeItsClauseIsSaved(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	operator := staff(t, h, "kg", "operator1", identity.Operator)
	operator.Post("/kg/console/editions/agreement/draft").Want(http.StatusOK)
	content := h.Agreements.Published("kg", "agreement")[0].Content
	number := ""
	for _, cl := range content.Clauses {
		if cl.Kind == "declaratory" {
			number = cl.Number
			break
		}
	}
	clause := "/kg/console/editions/agreement/2/clauses/" + number
	page := operator.Get(clause).Want(http.StatusOK)
	fields := append(page.Hidden(), "text-ky", "Текст", "text-ru", "Текст", "text-en", "Text")
	page = operator.Post(clause, append(fields, "kind", "mechanism", "do", "save")...).Want(http.StatusUnprocessableEntity)
	if !page.Has(`select[name="add"]`) {
		t.Fatal("no rule can be added to a mechanism clause without one")
	}
	page = operator.Post(clause, append(fields, "kind", "mechanism", "do", "add", "add", "agreement.amendment")...).Want(http.StatusOK)
	if got := page.Attr(`input[name="rule"]`, "value"); got != "agreement.amendment" {
		t.Fatalf("the form asks for the parameters of %q", got)
	}
	fields = append(page.Hidden(), "text-ky", "Текст", "text-ru", "Текст", "text-en", "Text", "kind", "mechanism", "do", "save")
	page = operator.Post(clause, append(fields, "p-0-in_force_after", "3mo", "p-0-approval", "owner")...).Want(http.StatusUnprocessableEntity)
	if !page.Has("#p-0-in_force_after-error") {
		t.Error("a period in the wrong unit is not refused at its field")
	}
	operator.Post(clause, append(fields, "p-0-in_force_after", "3d", "p-0-approval", "owner")...).Want(http.StatusOK)
}

func TestSavingAClauseWithoutAChangeChangesNothing(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	c := &console.Console{Frame: h.Frame, Accounts: h.Accounts}
	for _, p := range h.Agreements.Portals() {
		for _, document := range p.Documents {
			for _, e := range h.Agreements.Published(p.Name, document) {
				for _, cl := range e.Content.Clauses {
					got, err := c.Again(visit(p.Name), e, cl)
					if err != nil {
						t.Errorf("%s/%s clause %s: %v", p.Name, document, cl.Number, err)
					}
					if want := digest(t, cl); digest(t, got) != want {
						t.Errorf("%s/%s clause %s comes back as %+v, want %+v", p.Name, document, cl.Number, got, cl)
					}
				}
			}
		}
	}
}

func digest(t *testing.T, cl agreement.Clause) string {
	t.Helper()
	sum, err := agreement.Content{Clauses: []agreement.Clause{cl}}.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return string(sum)
}

func TestLookingAtAPersonNeedsAReasonAndLeavesEvidence(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	person := h.User(t, "egov", "somebody")
	stranger := h.User(t, "kg", "stranger")
	operator := staff(t, h, "egov", "operator1", identity.Operator)
	address := "/egov/console/people/" + h.Opaque.Of(person.User)
	if !operator.Get("/egov/console/people?find=" + "%D1%82%D0%B5%D1%81").Has(`a[href="` + address + `"]`) {
		t.Error("a person is not found by the beginning of the name")
	}
	if page := operator.Get(address).Want(http.StatusOK); strings.Contains(page.Text("main"), "somebody") {
		t.Error("data are shown before a reason is given")
	}
	operator.Post(address).Want(http.StatusUnprocessableEntity)
	if page := operator.Post(address, "reason", "support").Want(http.StatusOK); !strings.Contains(page.Text(".govuk-summary-list"), "somebody") {
		t.Error("data are not shown for a reason")
	}
	operator.Get("/egov/console/people/" + h.Opaque.Of(stranger.User)).Want(http.StatusNotFound)
	operator.Post("/egov/console/people/"+h.Opaque.Of(stranger.User), "reason", "support").Want(http.StatusNotFound)
	operator.Get("/egov/console/people/" + strconv.FormatInt(int64(person.User), 10)).Want(http.StatusNotFound)
	if looks := entriesOf(t, h, "account.look"); len(looks) != 1 || looks[0].Home != person.User || looks[0].Detail["reason"] != "support" {
		t.Errorf("looks on record: %+v, want the one", looks)
	}
}

func entriesOf(t *testing.T, h *housetest.House, act string) (entries []evidence.Entry) {
	t.Helper()
	err := h.Store.InView(t.Context(), func(tx *store.Tx) (err error) {
		entries, err = tx.EvidenceLog(context.Background(), evidence.Filter{Portal: "egov", Act: act, Limit: 100})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func TestTheLogShowsEveryEntryOnceAndNoNames(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	auditor := staff(t, h, "court", "auditor1", identity.Auditor)
	recorder := evidence.Recorder{NewID: h.Store.NewID, Now: h.Clock.Now}
	const many = 120
	err := h.Store.InTx(t.Context(), func(tx *store.Tx) error {
		at := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
		for range many { // all at one instant: only their ids set them apart
			if _, err := recorder.Record(context.Background(), tx, evidence.Entry{Portal: "court", At: at, Actor: "operator:+77010000000", Act: "test.act", Subject: "=1+1"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for next := "/court/log?act=test.act&from=2026-11-22&to=2026-11-22"; next != ""; {
		page := auditor.Get(next).Want(http.StatusOK)
		rows += len(page.All("tbody tr"))
		next = page.Attr(`a[rel="next"]`, "href")
		if strings.Contains(page.Body, "77010000000") {
			t.Fatal("a sign-in name is shown")
		}
	}
	if rows != many {
		t.Errorf("the pages of the log hold %d entries, want %d", rows, many)
	}
	auditor.Get("/court/log?from=yesterday").Want(http.StatusUnprocessableEntity)
	page := auditor.Get("/court/log.csv?act=test.act").Want(http.StatusOK)
	text, marked := strings.CutPrefix(page.Body, "\ufeff")
	if !marked {
		t.Error("the file does not say that it is UTF-8")
	}
	reader := csv.NewReader(strings.NewReader(text))
	reader.Comma = ';'
	lines, err := reader.ReadAll()
	if err != nil || len(lines) != many+1 {
		t.Fatalf("the file has %d lines (%v), want %d", len(lines), err, many+1)
	}
	if got, want := lines[1][3:5], []string{"operator", "'=1+1"}; !reflect.DeepEqual(got, want) {
		t.Errorf("actor and subject are %q, want %q", got, want)
	}
}

func TestOnlyTheRoleOfAPageReachesIt(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	operator := staff(t, h, "egov", "operator1", identity.Operator)
	owner := staff(t, h, "egov", "owner1", identity.Owner)
	auditor := staff(t, h, "egov", "auditor1", identity.Auditor)
	for _, path := range []string{"/egov/console", "/egov/console/editions", "/egov/console/people"} {
		operator.Get(path).Want(http.StatusOK)
		owner.Get(path).Want(http.StatusForbidden)
	}
	operator.Get("/egov/approvals").Want(http.StatusForbidden)
	operator.Get("/egov/log.csv").Want(http.StatusForbidden)
	auditor.Get("/egov/log").Want(http.StatusOK)
	auditor.Get("/egov/console").Want(http.StatusForbidden)
}

func TestADocumentIsWithdrawnOnlyWhereItsAgreementSaysSo(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	egov := staff(t, h, "egov", "operator1", identity.Operator)
	egov.Get("/egov/console/editions/agreement/withdraw").Want(http.StatusForbidden)
	ismet := staff(t, h, "ismet", "operator1", identity.Operator)
	if !ismet.Get("/ismet/console/editions").Has(`a[href="/ismet/console/editions/offer/withdraw"]`) {
		t.Fatal("withdrawal is not offered")
	}
	ismet.Get("/ismet/console/editions/offer/withdraw").Want(http.StatusOK)
	page := ismet.Post("/ismet/console/editions/offer/withdraw").Want(http.StatusOK)
	if page.Has(`a[href="/ismet/console/editions/offer/withdraw"]`) || page.Has(`form[action="/ismet/console/editions/offer/draft"]`) {
		t.Error("a withdrawn document can be withdrawn again, or amended")
	}
}
