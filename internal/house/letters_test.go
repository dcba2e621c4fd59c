package house_test

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"tereze/internal/account"
	"tereze/internal/claims"
	"tereze/internal/covers"
	"tereze/internal/fault"
	"tereze/internal/house"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/mailbox"
)

// post takes a letter in as a mail server pipes it.
func post(t testing.TB, h *housetest.House, portal, from, subject, text string, headers ...string) (claims.Outcome, claims.Request) {
	t.Helper()
	headers = append(headers, "From: "+from, "Subject: "+subject, "Date: "+time.Now().String())
	outcome, q, err := postAs(h, portal, strings.Join(headers, "\n")+"\n\n"+text+"\n")
	if err != nil {
		t.Fatal(err)
	}
	return outcome, q
}

func postAs(h *housetest.House, portal, message string) (claims.Outcome, claims.Request, error) {
	l, err := mailbox.Read(strings.NewReader(strings.ReplaceAll(message, "\n", "\r\n")))
	if err != nil {
		return "", claims.Request{}, err
	}
	return h.TakeMail(context.Background(), portal, "en", l)
}

// TestLettersStandInTheQueueOfThePages: letters to the address that the clause names, from anybody, are
// registered in the queue of the pages, with a number that goes back at once.
func TestLettersStandInTheQueueOfThePages(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "3.8")
	covers.Clause(t, "court", "5.3")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		for portal, offered := range map[string]struct {
			address, kind, first string
			kinds                []string
		}{
			"kundelik": {"team@kundelik.kz", "letter", "question", []string{"complaint", "request", "question", "letter"}},
			"court":    {"office@sud.kz", "remark", "remark", []string{"remark", "proposal"}},
		} {
			h.User(t, portal, "asel")
			h.User(t, portal, "operator1", identity.Operator)
			b, desk := atDesk(t, h, portal, "asel"), atDesk(t, h, portal, "operator1")
			form := b.Get("/" + portal + "/support").Want(http.StatusOK)
			if !form.Has(`a[href="mailto:` + offered.address + `"]`) {
				t.Errorf("%s: the page does not name %s", portal, offered.address)
			}
			for _, kind := range offered.kinds {
				if !form.Has(`input[name="kind"][value="` + kind + `"]`) {
					t.Errorf("%s: the form offers no %s", portal, kind)
				}
			}
			ask(t, h, b, portal, offered.first, "On the page")
			outcome, q := post(t, h, portal, `"Bek" <bek@example.kz>`, "Hello", "The timetable is wrong", "To: "+offered.address)
			number := h.Requests.Number(q)
			if outcome != claims.LetterOpened || q.Kind != offered.kind || q.Via != claims.ByEmail {
				t.Errorf("%s: %s, %+v", portal, outcome, q)
			}
			sent := lettersTo(t, h, portal, "bek@example.kz")
			if len(sent) != 1 || sent[0].Args["number"] != number {
				t.Fatalf("%s: sent back: %+v", portal, sent)
			}
			queue := desk.Get("/" + portal + "/console/requests")
			if rows := queue.All("tbody tr"); len(rows) != 2 || !strings.Contains(queue.Text("tbody"), number) {
				t.Errorf("%s: the queue holds %d requests, want the letter beside that of the page", portal, len(rows))
			}
			page, address := atRequest(t, desk, portal, number)
			if text := page.Text("main"); !strings.Contains(text, "The timetable is wrong") || !strings.Contains(text, "bek@example.kz (not confirmed)") {
				t.Errorf("%s: the request says: %s", portal, text)
			}
			act(desk, page, address, "answer", "text", "Which class?", "ask", "yes").Want(http.StatusOK)
			outcome, _ = post(t, h, portal, "BEK@example.kz", "Re: ["+strings.ToLower(number)+"] your request", "Class 7A\n\nThe support wrote:\n> Which class?")
			page, _ = atRequest(t, desk, portal, number)
			if text := page.Text("main"); outcome != claims.LetterAdded || !strings.Contains(text, "Class 7A") || strings.Contains(text, "not confirmed") {
				t.Errorf("%s: after the reply (%s): %s", portal, outcome, text)
			}
			post(t, h, portal, "bek@example.kz", "no number", "but in the address", "To: office+"+number+"@example.kz")
			if page, _ = atRequest(t, desk, portal, number); !strings.Contains(page.Text("main"), "but in the address") {
				t.Errorf("%s: a number in the address was not found", portal)
			}
		}
		for _, portal := range []string{"egov", "kg"} { // no clause of theirs names an address
			if _, _, err := postAs(h, portal, "From: a@example.kz\n\nx\n"); !fault.Is(err, fault.Conflict) {
				t.Errorf("%s takes a letter: %v", portal, err)
			}
		}
	})
}

// TestASenderProvesNothing: a letter from elsewhere with the number of a request is kept for the staff alone; one
// without a number never touches the requests of the user whose address it bears.
func TestASenderProvesNothing(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		person := h.User(t, "kundelik", "asel")
		reachable(t, h, person, account.ByEmail, "asel@example.kz")
		h.User(t, "kundelik", "operator1", identity.Operator)
		b, desk := atDesk(t, h, "kundelik", "asel"), atDesk(t, h, "kundelik", "operator1")
		asked := ask(t, h, b, "kundelik", "question", "The address of my child")
		number := numberOn(t, asked)
		before := len(lettersTo(t, h, "kundelik", "asel@example.kz"))

		outcome, _ := post(t, h, "kundelik", "thief@example.kz", "Re: "+number, "Send me all of it")
		if outcome != claims.LetterUnverified {
			t.Errorf("a letter from elsewhere: %s", outcome)
		}
		if sent := lettersTo(t, h, "kundelik", "thief@example.kz"); len(sent) != 0 {
			t.Errorf("an answer went elsewhere: %+v", sent)
		}
		if page := b.Get(asked.Path); strings.Contains(page.Text("main"), "Send me") || strings.Contains(page.Text("main"), "thief") {
			t.Errorf("the person reads a stranger's letter: %s", page.Text("main"))
		}
		page, address := atRequest(t, desk, "kundelik", number)
		if text := page.Text("main"); !strings.Contains(text, "Send me all of it") || !strings.Contains(text, "Sender not verified") || !strings.Contains(text, "thief@example.kz") {
			t.Errorf("the staff reads: %s", text)
		}
		if cells := desk.Get("/kundelik/console/requests").Text("tbody td:last-child"); cells != "1" {
			t.Errorf("the queue counts %s unverified letters", cells)
		}
		act(desk, page, address, "note", "text", "Not the mother").Want(http.StatusOK)
		if cells := desk.Get("/kundelik/console/requests").Text("tbody td:last-child"); cells != "0" {
			t.Errorf("after it was looked at the queue counts %s", cells)
		}
		if outcome, _ := post(t, h, "kundelik", "asel@example.kz", number, "It is mine"); outcome != claims.LetterAdded {
			t.Errorf("a letter from the confirmed contact: %s", outcome)
		}
		// In another's name, without the number: a request of nobody, which tells the owner of the address.
		outcome, q := post(t, h, "kundelik", "asel@example.kz", "New", "I am Asel, delete my page")
		if outcome != claims.LetterOpened || q.Known() {
			t.Errorf("a letter in a user's name: %s, %+v", outcome, q)
		}
		if len(b.Get("/kundelik/cabinet/requests").All("tbody tr")) != 1 {
			t.Error("a letter in a user's name stands among the user's requests")
		}
		if sent := lettersTo(t, h, "kundelik", "asel@example.kz"); len(sent) != before+1 {
			t.Errorf("%d messages to the address, want the one about the new request", len(sent)-before)
		}
		for _, forged := range []string{"0000-0000-00000", number[:12] + "00", "ZZZZ-ZZZZ-ZZZZZ", h.Requests.Numbers.Of("court", q.ID)} {
			if outcome, _ := post(t, h, "kundelik", "asel@example.kz", "Re: "+forged, "x"); outcome != claims.LetterOpened {
				t.Errorf("a letter with the number %s: %s", forged, outcome)
			}
		}
	})
}

// TestNobodyAnswersAMachine, or two of them would write to each other for ever; and what comes twice is
// taken once, also at one instant.
func TestNobodyAnswersAMachine(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		h.User(t, "kundelik", "operator1", identity.Operator)
		if outcome, _ := post(t, h, "kundelik", "robot@example.kz", "Out of office", "Back on Monday", "Auto-Submitted: auto-replied"); outcome != claims.LetterOpened {
			t.Errorf("a program's letter: %s", outcome)
		}
		if sent := lettersTo(t, h, "kundelik", "robot@example.kz"); len(sent) != 0 {
			t.Errorf("a program was answered: %+v", sent)
		}
		if outcome, q := post(t, h, "kundelik", "MAILER-DAEMON@example.kz", "Returned", "No such user", "Return-Path: <>"); outcome != claims.LetterDropped || q.ID != 0 {
			t.Errorf("a returned letter: %s", outcome)
		}
		_, q := post(t, h, "kundelik", "bek@example.kz", "Hello", "x")
		if outcome, _ := post(t, h, "kundelik", "bek@example.kz", "Auto: "+h.Requests.Number(q), "I am away", "Auto-Submitted: auto-replied"); outcome != claims.LetterUnverified {
			t.Errorf("a program's letter about a request: %s", outcome)
		}
		for range 30 { // a program that does not say that it is one
			post(t, h, "kundelik", "loop@example.kz", "Re: Re:", "Thank you for your message")
		}
		if sent := lettersTo(t, h, "kundelik", "loop@example.kz"); len(sent) != 10 {
			t.Errorf("an address got %d messages in an hour, want 10", len(sent))
		}
		var opened atomic.Int32
		atOnce(8, func(int) {
			outcome, _, err := postAs(h, "kundelik", "From: c@example.kz\nSubject: twice\nMessage-ID: <same@example.kz>\n\nx\n")
			switch {
			case err != nil:
				t.Error(err)
			case outcome == claims.LetterOpened:
				opened.Add(1)
			case outcome != claims.LetterKnown:
				t.Errorf("the same letter: %s", outcome)
			}
		})
		if opened.Load() != 1 {
			t.Errorf("one letter made %d requests", opened.Load())
		}
		if _, _, err := postAs(h, "kundelik", "Subject: nobody\nMessage-ID: <n@example.kz>\n\nx\n"); !fault.Is(err, fault.Invalid) {
			t.Errorf("a letter from nobody: %v", err)
		}
		if outcome, q := post(t, h, "kundelik", "d@example.kz", "", ""); outcome != claims.LetterOpened || q.Subject != "—" {
			t.Errorf("a letter that says nothing: %s, %q", outcome, q.Subject)
		}
	})
}

// TestAMailboxIsReadWhileTheHouseIsOpen: what arrives stands in the queue, and a letter whose move was lost is
// not taken twice.
func TestAMailboxIsReadWhileTheHouseIsOpen(t *testing.T) {
	t.Parallel()
	user := imapmemserver.NewUser("team", "secret")
	if err := user.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	mem := imapmemserver.New()
	mem.AddUser(user)
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return mem.NewSession(), nil, nil
		},
		Caps:         imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapIMAP4rev2: {}},
		InsecureAuth: true,
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	box := mailbox.Box{Address: l.Addr().String(), User: "team", Password: "secret", Folder: "INBOX", Plain: true}
	h := housetest.Open(t, house.Config{
		Database: t.TempDir() + "/tereze.db", Mailboxes: []house.Mailbox{{Portal: "kundelik", Box: box, Every: 20 * time.Millisecond}},
	})
	letter := "From: bek@example.kz\r\nSubject: By post\r\nMessage-ID: <post@example.kz>\r\n\r\nHello\r\n"
	deliver := func() {
		r := strings.NewReader(letter)
		if _, err := user.Append("INBOX", literal{r}, &imap.AppendOptions{Time: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	moved := func(want uint32) {
		t.Helper()
		housetest.Until(t, "the mailbox is read", func() bool {
			status, err := user.Status(mailbox.Taken, &imap.StatusOptions{NumMessages: true})
			return err == nil && *status.NumMessages == want
		})
	}
	deliver()
	moved(1)
	deliver() // as if the program had been killed after the act and before the move
	moved(2)
	if sent := lettersTo(t, h, "kundelik", "bek@example.kz"); len(sent) != 1 {
		t.Errorf("a letter that was found again was answered %d times", len(sent))
	}
}

type literal struct{ *strings.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }
