package house_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/claims"
	"tereze/internal/covers"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/party"
	"tereze/internal/store"
)

// upload sends a form with files, as a browser does.
func upload(t testing.TB, h *housetest.House, b *housetest.Browser, path string, files map[string][]byte, fields ...string) *housetest.Page {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i+1 < len(fields); i += 2 {
		if err := form.WriteField(fields[i], fields[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range files {
		part, err := form.CreateFormFile("files", name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodPost, h.URL+path, &body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	return b.Do(req)
}

// ask opens a request on the page of the portal, as a user or with the code that a visitor is sent.
func ask(t testing.TB, h *housetest.House, b *housetest.Browser, portal, kind, subject string) *housetest.Page {
	t.Helper()
	page := upload(t, h, b, "/"+portal+"/support", nil, "kind", kind, "subject", subject, "text", "The second line\nsays more.").Want(http.StatusOK)
	if !page.Has(".govuk-notification-banner--success") {
		t.Fatalf("asking leads to %s: %s", page.Path, page.Text("main"))
	}
	return page
}

// numberOn finds the number of a request on a page.
func numberOn(t testing.TB, p *housetest.Page) string {
	t.Helper()
	found := claims.Numbered(p.Text("main"))
	if len(found) == 0 {
		t.Fatalf("%s shows no number: %s", p.Path, p.Text("main"))
	}
	return found[0]
}

// atRequest opens a request by its number, for a reason.
func atRequest(t testing.TB, b *housetest.Browser, portal, number string) (page *housetest.Page, address string) {
	t.Helper()
	address = b.Get("/" + portal + "/console/requests?number=" + number).Want(http.StatusOK).Path
	return b.Post(address, "reason", "support").Want(http.StatusOK), address
}

// act sends one of the forms of an opened request.
func act(b *housetest.Browser, page *housetest.Page, address, form string, fields ...string) *housetest.Page {
	return b.Post(address+"/"+form, append([]string{
		"reason", "support", "version", page.Attr(`form[action$="/note"] input[name="version"]`, "value"),
	}, fields...)...)
}

// TestAUserAsksTheSupportAndIsAnswered: the number is there at once, the thread goes both ways, what the staff
// notes for itself stays with the staff, and the person sees who looked and why.
func TestAUserAsksTheSupportAndIsAnswered(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "4.4.3")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		person := h.User(t, "ismet", "asel")
		reachable(t, h, person, account.ByEmail, "asel@example.kz")
		h.User(t, "ismet", "operator1", identity.Operator)
		b, desk := atDesk(t, h, "ismet", "asel"), atDesk(t, h, "ismet", "operator1")
		b.Post("/ismet/cabinet/contacts/service", "do", "subscribe").Want(http.StatusOK)

		form := b.Get("/ismet/support").Want(http.StatusOK)
		for _, kind := range []string{"question", "proposal"} {
			if !form.Has(`input[name="kind"][value="` + kind + `"]`) {
				t.Errorf("the form offers no %s", kind)
			}
		}
		if !b.Get("/ismet").Has(`footer a[href="/ismet/support"]`) {
			t.Error("the foot of a page does not lead to the support")
		}
		picture := append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 100)...)
		asked := upload(t, h, b, "/ismet/support", map[string][]byte{"what I see.exe": picture},
			"kind", "question", "subject", "Where is my invoice?", "text", "I paid\nyesterday.").Want(http.StatusOK)
		number := numberOn(t, asked)
		proposed := ask(t, h, b, "ismet", "proposal", "Show invoices on the first page")
		for _, page := range []*housetest.Page{asked, proposed} {
			if !strings.Contains(page.Text("main"), "clause 4.4.3") {
				t.Errorf("the request does not say by which clause it was taken: %s", page.Text("main"))
			}
		}
		mine := strings.TrimSuffix(asked.Path, "?done=taken")
		if sent := lettersTo(t, h, "ismet", "asel@example.kz"); len(sent) != 2 || sent[1].Args["number"] != number || sent[1].Key != "message.request_taken" {
			t.Errorf("sent at once: %+v", sent)
		}

		queue := desk.Get("/ismet/console/requests").Want(http.StatusOK)
		if text := queue.Text("main"); !strings.Contains(text, number) || strings.Contains(text, "invoice") {
			t.Errorf("the queue says: %s", text)
		}
		head := desk.Get("/ismet/console/requests?number=" + strings.ToLower(strings.ReplaceAll(number, "-", ""))).Want(http.StatusOK)
		if strings.Contains(head.Text("main"), "invoice") || strings.Contains(head.Text("main"), "Тест Адамы") {
			t.Errorf("without a reason an operator reads: %s", head.Text("main"))
		}
		page, address := atRequest(t, desk, "ismet", number)
		for _, want := range []string{"Where is my invoice?", "yesterday.", "Тест Адамы", "what I see.exe"} {
			if !strings.Contains(page.Text("main"), want) {
				t.Errorf("an operator does not read %q", want)
			}
		}
		if !page.Has(`a[href="` + personAddress(h, person) + `/case"]`) {
			t.Error("no case about the user account can be opened from the request")
		}
		file := page.Attr(`form[action*="/files/"]`, "action")
		if got := desk.Post(file, "reason", "support"); got.Status != http.StatusOK || got.Body != string(picture) || got.Header.Get("Content-Type") != "image/png" ||
			!strings.HasPrefix(got.Header.Get("Content-Disposition"), "attachment") {
			t.Errorf("the file: %d, %v", got.Status, got.Header)
		}
		desk.Post(file, "reason", "").Want(http.StatusUnprocessableEntity)
		if looks := b.Get("/ismet/cabinet/looks").Want(http.StatusOK); len(looks.All("tbody tr")) != 2 {
			t.Errorf("the person sees %d looks, want that at the request and that at the file", len(looks.All("tbody tr")))
		}

		act(desk, page, address, "take").Want(http.StatusOK)
		page, _ = atRequest(t, desk, "ismet", number)
		act(desk, page, address, "note", "text", "Ask the bank first").Want(http.StatusOK)
		page, _ = atRequest(t, desk, "ismet", number)
		act(desk, page, address, "answer", "text", "Which day was it?", "ask", "yes").Want(http.StatusOK)
		seen := b.Get(mine).Want(http.StatusOK)
		if text := seen.Text("main"); !strings.Contains(text, "Which day was it?") || strings.Contains(text, "bank") || !strings.Contains(text, "Waiting") {
			t.Errorf("the person reads: %s", text)
		}
		if sent := lettersTo(t, h, "ismet", "asel@example.kz"); len(sent) != 3 || sent[0].Key != "message.request_answered" {
			t.Errorf("sent with the answer: %+v", sent)
		}
		b.Post(mine+"/reply", "text", "On Monday").Want(http.StatusOK)
		page, _ = atRequest(t, desk, "ismet", number)
		if text := page.Text("main"); !strings.Contains(text, "On Monday") || !strings.Contains(text, "In work") || !strings.Contains(text, "Ask the bank first") {
			t.Errorf("after the reply: %s", text)
		}
		act(desk, page, address, "answer", "text", "Here it is").Want(http.StatusOK)
		b.Get(mine + "/close").Want(http.StatusOK)
		b.Post(mine + "/close").Want(http.StatusOK)
		if closed := b.Get(mine); !strings.Contains(closed.Text("main"), "Closed") || closed.Has(`a[href$="/close"]`) {
			t.Errorf("after closing: %s", closed.Text("main"))
		}
		b.Post(mine+"/reply", "text", "and this?").Want(http.StatusConflict)
		b.Post(mine+"/reply", "do", "reopen", "text", "It is still missing").Want(http.StatusOK)
		if again := desk.Get("/ismet/console/requests?state=reopened"); !strings.Contains(again.Text("main"), number) {
			t.Errorf("reopened: %s", again.Text("main"))
		}
		if list := desk.Get("/ismet/console/requests.csv"); !strings.Contains(list.Body, number+";Question or advice;Reopened;On the portal;") {
			t.Errorf("the table: %q", list.Body)
		}
		if list := b.Get("/ismet/cabinet/requests"); !list.Has(`a[href="` + mine + `"]`) {
			t.Error("the person's own list lacks the request")
		}
		stranger := atDesk(t, h, "ismet", h.User(t, "ismet", "bek").Name)
		stranger.Get(mine).Want(http.StatusNotFound)
	})
}

// TestACallStandsInTheQueueOfThePages: where a clause names a telephone of the support, the staff writes a
// call down and tells the number at once; where none does, it cannot.
func TestACallStandsInTheQueueOfThePages(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "egov", "3.2.1")
	covers.Clause(t, "ismet", "4.1.4")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		for portal, phone := range map[string]string{"egov": "1414", "ismet": "8 800 080 0807"} {
			person := h.User(t, portal, "asel")
			reachable(t, h, person, account.ByPhone, "+77011234567")
			h.User(t, portal, "operator1", identity.Operator)
			desk, b := atDesk(t, h, portal, "operator1"), atDesk(t, h, portal, "asel")
			ask(t, h, b, portal, "question", "Asked on the page")

			form := desk.Get("/" + portal + "/console/requests/new").Want(http.StatusOK)
			if text := form.Text("main"); !strings.Contains(text, phone) || !strings.Contains(text, "clause") {
				t.Errorf("%s: the form of a call says: %s", portal, text)
			}
			if page := h.Browser(t).Get("/" + portal + "/support"); !strings.Contains(page.Text("main"), phone) {
				t.Errorf("%s: the page does not name the telephone", portal)
			}
			taken := desk.Post("/"+portal+"/console/requests/new", "kind", "fault", "subject", "The page is blank", "text", "Since the morning",
				"name", "Bek", "contact", "8 701 765 43 21").Want(http.StatusOK)
			number := numberOn(t, taken)
			queue := desk.Get("/" + portal + "/console/requests").Want(http.StatusOK)
			if rows := queue.All("tbody tr"); len(rows) != 2 || !strings.Contains(queue.Text("tbody"), number) {
				t.Errorf("%s: the queue holds %d requests, want that of the page and that of the telephone", portal, len(rows))
			}
			if sent := lettersTo(t, h, portal, "+77017654321"); len(sent) != 1 || sent[0].Channel != notify.SMS || sent[0].Args["number"] != number {
				t.Errorf("%s: sent to the caller: %+v", portal, sent)
			}
			// A caller who is a user finds the request in the cabinet, and is told that it was made.
			taken = desk.Post("/"+portal+"/console/requests/new", "kind", "question", "subject", "How do I sign?", "text", "By telephone", "user", "asel").Want(http.StatusOK)
			if list := b.Get("/" + portal + "/cabinet/requests"); !strings.Contains(list.Text("main"), numberOn(t, taken)) {
				t.Errorf("%s: the caller does not see the request", portal)
			}
			desk.Post("/"+portal+"/console/requests/new", "kind", "question", "subject", "x", "text", "x", "user", "nobody").Want(http.StatusUnprocessableEntity)
			desk.Post("/"+portal+"/console/requests/new", "kind", "question", "subject", "x", "text", "x", "contact", "not a contact").Want(http.StatusUnprocessableEntity)
		}
		h.User(t, "court", "operator1", identity.Operator)
		desk := atDesk(t, h, "court", "operator1")
		desk.Post("/court/console/requests/new", "kind", "remark", "subject", "x", "text", "x").Want(http.StatusConflict)
		if desk.Get("/court/console/requests").Has(`a[href$="/requests/new"]`) {
			t.Error("court offers to take calls, though no clause names a telephone")
		}
	})
}

// TestTheSupportOfAnInstitution: a request carries the institution of the user, and faults go before questions.
func TestTheSupportOfAnInstitution(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "1.18")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		person := h.User(t, "kundelik", "asel")
		h.User(t, "kundelik", "operator1", identity.Operator)
		school := h.Store.NewID()
		err := h.Store.InTx(context.Background(), func(tx *store.Tx) error {
			if err := tx.AddInstitution(context.Background(), party.Institution{ID: school, Portal: "kundelik", Kind: "school", Name: "School 12", CreatedAt: h.Clock.Now()}); err != nil {
				return err
			}
			return tx.AddMembership(context.Background(), party.Membership{User: person.User, Institution: school, Role: party.Staff, BeganAt: h.Clock.Now()})
		})
		if err != nil {
			t.Fatal(err)
		}
		b, desk := atDesk(t, h, "kundelik", "asel"), atDesk(t, h, "kundelik", "operator1")
		first := numberOn(t, ask(t, h, b, "kundelik", "question", "A question"))
		h.Clock.Move(time.Hour)
		fault := numberOn(t, ask(t, h, b, "kundelik", "fault", "The journal is down"))
		queue := desk.Get("/kundelik/console/requests").Text("tbody")
		if at, before := strings.Index(queue, fault), strings.Index(queue, first); at < 0 || before < 0 || at > before {
			t.Errorf("the fault does not go before the question: %s", queue)
		}
		if page, _ := atRequest(t, desk, "kundelik", fault); !strings.Contains(page.Text("main"), "School 12") {
			t.Errorf("the request does not carry the institution: %s", page.Text("main"))
		}
		page, address := atRequest(t, desk, "kundelik", first)
		act(desk, page, address, "sort", "kind", "fault").Want(http.StatusOK)
		if queue := desk.Get("/kundelik/console/requests").Text("tbody"); strings.Index(queue, first) > strings.Index(queue, fault) {
			t.Errorf("a question that turned out a fault, and is older, does not go first: %s", queue)
		}
	})
}

// TestAClaimHasATerm: what kind a request is decides by when it is answered; one that has run out is found.
func TestAClaimHasATerm(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	h.User(t, "ismet", "asel")
	h.User(t, "ismet", "operator1", identity.Operator)
	b, desk := atDesk(t, h, "ismet", "asel"), atDesk(t, h, "ismet", "operator1")
	number := numberOn(t, ask(t, h, b, "ismet", "question", "It was slow"))
	if head := desk.Get("/ismet/console/requests?number=" + number); !strings.Contains(head.Text(".govuk-summary-list"), "—") {
		t.Errorf("a question has a term: %s", head.Text("main"))
	}
	page, address := atRequest(t, desk, "ismet", number)
	sorted := act(desk, page, address, "sort", "kind", "claim").Want(http.StatusOK)
	zone, err := time.LoadLocation("Asia/Almaty")
	if err != nil {
		t.Fatal(err)
	}
	last := h.Clock.Now().In(zone).AddDate(0, 0, 15)
	if text := sorted.Text("main"); !strings.Contains(text, last.Format("2 January 2006")) || !strings.Contains(text, "clause 5.7") {
		t.Errorf("a claim, to be answered by %s: %s", last.Format("2 January 2006"), text)
	}
	if late := desk.Get("/ismet/console/requests?late=yes"); strings.Contains(late.Text("main"), number) {
		t.Error("a claim is late on its first day")
	}
	h.Clock.Move(17 * 24 * time.Hour)
	if late := desk.Get("/ismet/console/requests?late=yes"); !strings.Contains(late.Text("main"), number) {
		t.Error("a claim is not late after its term")
	}
}

// TestAVisitorAsksWithAConfirmedContact: also where the portal is closed, for the clause leaves the support
// open. Nothing is taken before the code came back; the answer is behind a link that only the contact gets.
func TestAVisitorAsksWithAConfirmedContact(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		h.User(t, "kundelik", "operator1", identity.Operator)
		desk, b := atDesk(t, h, "kundelik", "operator1"), h.Browser(t)
		b.Get("/kundelik/language/en")
		b.Get("/kundelik/support/code").Want(http.StatusOK)
		fields := []string{"kind", "question", "subject", "I cannot get in", "text", "I have no card", "name", "Bek"}
		b.Post("/kundelik/support", append(fields, "value", "not a contact")...).Want(http.StatusUnprocessableEntity)
		b.Post("/kundelik/support", append(fields, "value", "bek@example.kz\r\nBcc: all@example.kz")...).Want(http.StatusUnprocessableEntity)
		if page := b.Post("/kundelik/support", append(fields, "value", "bek@example.kz")...).Want(http.StatusOK); page.Path != "/kundelik/support/code" {
			t.Fatalf("asking leads to %s", page.Path)
		}
		if queue := desk.Get("/kundelik/console/requests"); queue.Has("tbody tr") {
			t.Error("a request is there before the contact was confirmed")
		}
		code := lettersTo(t, h, "kundelik", "bek@example.kz")[0].Args["code"]
		wrong := "000000"
		if code == wrong {
			wrong = "000001"
		}
		b.Post("/kundelik/support/code", "code", wrong).Want(http.StatusUnprocessableEntity)
		answers := together(4, func(int) int { return b.Post("/kundelik/support/code", "code", code).Status })
		if answers[http.StatusInternalServerError] > 0 {
			t.Errorf("four codes at once: %v", answers)
		}
		if rows := desk.Get("/kundelik/console/requests").All("tbody tr"); len(rows) != 1 {
			t.Fatalf("a code brought four times made %d requests", len(rows))
		}
		told := lettersTo(t, h, "kundelik", "bek@example.kz")[0]
		page, address := atRequest(t, desk, "kundelik", told.Args["number"])
		act(desk, page, address, "answer", "text", "Your school prints a new one").Want(http.StatusOK)
		_, link, _ := strings.Cut(lettersTo(t, h, "kundelik", "bek@example.kz")[0].Args["link"], "localhost:8080")
		anywhere := h.Browser(t)
		anywhere.Get("/kundelik/language/en")
		for range 2 { // a mail scanner first
			if page := anywhere.Get(link).Want(http.StatusOK); !strings.Contains(page.Text("main"), "Your school prints a new one") {
				t.Errorf("behind the link: %s", page.Text("main"))
			}
		}
		anywhere.Post(link+"/reply", "text", "It did not").Want(http.StatusOK)
		if page, _ := atRequest(t, desk, "kundelik", told.Args["number"]); !strings.Contains(page.Text("main"), "It did not") {
			t.Errorf("after the reply: %s", page.Text("main"))
		}
		anywhere.Get(strings.Replace(link, "/kundelik/", "/egov/", 1)).Want(http.StatusNotFound)
		anywhere.Get(link[:len(link)-4] + "AAAA").Want(http.StatusNotFound)
		h.Clock.Move(31 * 24 * time.Hour)
		anywhere.Get(link).Want(http.StatusNotFound)
	})
}

// TestOfTwoAnswersAtOnceOneIsSent: the other operator is told, and their text comes back.
func TestOfTwoAnswersAtOnceOneIsSent(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		h.User(t, "egov", "asel")
		h.User(t, "egov", "operator1", identity.Operator)
		h.User(t, "egov", "operator2", identity.Operator)
		b := atDesk(t, h, "egov", "asel")
		desks := []*housetest.Browser{atDesk(t, h, "egov", "operator1"), atDesk(t, h, "egov", "operator2")}
		number := numberOn(t, ask(t, h, b, "egov", "question", "Which form?"))
		page, address := atRequest(t, desks[0], "egov", number)
		answers := together(2, func(i int) int { return act(desks[i], page, address, "answer", "text", "This one").Status })
		if answers[http.StatusOK] != 1 || answers[http.StatusConflict] != 1 {
			t.Errorf("two answers at once: %v", answers)
		}
		if again := act(desks[1], page, address, "answer", "text", "Typed in vain"); again.Status != http.StatusConflict || !strings.Contains(again.Text("textarea"), "Typed in vain") {
			t.Errorf("the refused answer does not come back as it was typed: %d", again.Status)
		}
		if n := acts(t, h, "egov", "claims.answer"); n != 1 {
			t.Errorf("%d answers are recorded", n)
		}
		own := h.User(t, "egov", "operator3", identity.Operator)
		staff := atDesk(t, h, "egov", own.Name)
		mine := numberOn(t, ask(t, h, staff, "egov", "question", "My own"))
		page, address = atRequest(t, staff, "egov", mine)
		if page.Has(`form[action$="/answer"]`) {
			t.Error("an operator may answer their own request")
		}
		staff.Post(address+"/answer", "reason", "support", "version", "1", "text", "Yes").Want(http.StatusForbidden)
	})
}

// TestRequestsThatCannotBeTaken come back as they were typed, with what is wrong.
func TestRequestsThatCannotBeTaken(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	h.User(t, "ismet", "asel")
	b := atDesk(t, h, "ismet", "asel")
	fields := func(kind, subject, text string) []string {
		return []string{"kind", kind, "subject", subject, "text", text}
	}
	program := []byte("MZ\x90\x00\x03\x00\x00\x00")
	for _, c := range []struct {
		name   string
		files  map[string][]byte
		fields []string
	}{
		{"nothing", nil, fields("", "", "")},
		{"a kind no clause names", nil, fields("remark", "s", "t")},
		{"a subject of two lines", nil, fields("question", "a\r\nBcc: b", "t")},
		{"a text that is too long", nil, fields("question", "s", strings.Repeat("a", claims.MaxText+1))},
		{"bad UTF-8", nil, fields("question", "s", "\xff\xfe")},
		{"a zero-width space", nil, fields("question", "s\u200b", "t")},
		{"a program that is called a picture", map[string][]byte{"a.png": program}, fields("question", "s", "t")},
		{"a file that is too large", map[string][]byte{"a.txt": bytes.Repeat([]byte("a"), claims.MostBytes+1)}, fields("question", "s", "t")},
	} {
		t.Run(c.name, func(t *testing.T) {
			page := upload(t, h, b, "/ismet/support", c.files, c.fields...)
			if page.Status != http.StatusUnprocessableEntity || !page.Has(".govuk-error-summary") {
				t.Errorf("answered %d: %s", page.Status, page.Text("main"))
			}
		})
	}
	many := map[string][]byte{}
	for _, name := range []string{"1", "2", "3", "4", "5", "6"} {
		many[name] = []byte("text")
	}
	upload(t, h, b, "/ismet/support", many, fields("question", "s", "t")...).Want(http.StatusUnprocessableEntity)
	large := map[string][]byte{}
	for _, name := range []string{"1", "2", "3", "4", "5"} {
		large[name] = bytes.Repeat([]byte("a"), claims.MostBytes+1<<19)
	}
	upload(t, h, b, "/ismet/support", large, fields("question", "s", "t")...).Want(http.StatusUnprocessableEntity)
	if list := b.Get("/ismet/cabinet/requests"); list.Has("tbody tr") {
		t.Error("something was taken all the same")
	}
	h.Browser(t).Get("/kg/support").Want(http.StatusNotFound) // none of its clauses provides for it
	if h.Browser(t).Get("/kg").Has(`a[href="/kg/support"]`) {
		t.Error("kg leads to a support that no clause provides")
	}
}

// TestTheQueueGoesOnBehindItsLastRequest: page after page, none twice and none left out, faults first.
func TestTheQueueGoesOnBehindItsLastRequest(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		operator := h.User(t, "kundelik", "operator1", identity.Operator)
		for i := range 60 {
			kind := "question"
			if i%4 == 0 {
				kind = "fault"
			}
			_, err := h.Requests.Ask(context.Background(), h.User(t, "kundelik", "asel"+strings.Repeat("a", i)), claims.Ask{Kind: kind, Subject: "s", Text: "t", Language: "kk"})
			if err != nil {
				t.Fatal(err)
			}
		}
		desk := atDesk(t, h, "kundelik", operator.Name)
		seen := map[string]bool{}
		rows := 0
		for path, pages := "/kundelik/console/requests", 0; path != ""; pages++ {
			page := desk.Get(path).Want(http.StatusOK)
			rows += len(page.All("tbody tr"))
			for _, n := range page.All("tbody th a") {
				for _, a := range n.Attr {
					if a.Key == "href" {
						seen[a.Val] = true
					}
				}
			}
			path = page.Attr(`a[rel="next"]`, "href")
			if pages > 3 {
				t.Fatal("the pages do not end")
			}
		}
		if len(seen) != 60 || rows != 60 {
			t.Errorf("the pages show %d requests in %d rows, want 60", len(seen), rows)
		}
	})
}

// TestWhoeverIsDeletedLeavesNoRequestsBehind, nor what was attached to them.
func TestWhoeverIsDeletedLeavesNoRequestsBehind(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		person, other := h.User(t, "ismet", "asel"), h.User(t, "ismet", "bek")
		h.User(t, "ismet", "operator1", identity.Operator)
		desk := atDesk(t, h, "ismet", "operator1")
		files := map[string][]byte{"a.txt": []byte("what I see")}
		upload(t, h, atDesk(t, h, "ismet", "asel"), "/ismet/support", files, "kind", "question", "subject", "s", "text", "t").Want(http.StatusOK)
		kept := numberOn(t, ask(t, h, atDesk(t, h, "ismet", "bek"), "ismet", "question", "Stays"))
		err := h.Store.InTx(context.Background(), func(tx *store.Tx) error {
			return tx.DeleteUser(context.Background(), person.User, h.Clock.Now())
		})
		if err != nil {
			t.Fatal(err)
		}
		if rows := desk.Get("/ismet/console/requests").All("tbody tr"); len(rows) != 1 {
			t.Errorf("%d requests are left, want that of %s", len(rows), other.Name)
		}
		atRequest(t, desk, "ismet", kept)
	})
}
