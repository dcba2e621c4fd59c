package mailbox_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"

	"tereze/internal/claims"
	"tereze/internal/mailbox"
)

// crlf writes a message as it is sent.
func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

func read(t testing.TB, message string) mailbox.Mail {
	t.Helper()
	l, err := mailbox.Read(strings.NewReader(crlf(message)))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

const head = "From: \"Асель С.\" <asel@example.kz>\nTo: team@kundelik.kz\nSubject: Where is my mark\nMessage-ID: <1@example.kz>\nMIME-Version: 1.0\n"

func TestALetterIsRead(t *testing.T) {
	t.Parallel()
	old, err := charmap.Windows1251.NewEncoder().String("Здравствуйте")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, message, text, subject string
	}{
		{"plain", head + "Content-Type: text/plain; charset=utf-8\n\nSälem\n", "Sälem", "Where is my mark"},
		{"an old alphabet", head + "Content-Type: text/plain; charset=windows-1251\n\n" + old + "\n", "Здравствуйте", "Where is my mark"},
		{"an alphabet nobody knows", head + "Content-Type: text/plain; charset=x-martian\n\nabc\n", "abc", "Where is my mark"},
		{"the wrong alphabet", head + "Content-Type: text/plain; charset=utf-8\n\nabc\xff\xfe\n", "abc", "Where is my mark"},
		{"base64", head + "Content-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString([]byte("Салем")) + "\n", "Салем", "Where is my mark"},
		{"nothing", head + "\n", "", "Where is my mark"},
		{"HTML alone", head + "Content-Type: text/html\n\n<style>p{}</style><p>One<p>Two<script>alert(1)</script>&lt;b&gt;\n", "One\nTwo<b>", "Where is my mark"},
		{"an encoded subject", "From: a@example.kz\nSubject: =?utf-8?B?" + base64.StdEncoding.EncodeToString([]byte("Баға")) + "?=\n\nx\n", "x", "Баға"},
		{"a line break hidden in the subject", "From: a@example.kz\nSubject: =?utf-8?Q?a=0D=0ABcc:_all@example.kz?=\n\nx\n", "x", "a Bcc: all@example.kz"},
		{"the answered letter below", head + "\nYes, please.\n\nOn Monday the support wrote:\n> Which day?\n> \n", "Yes, please.", "Where is my mark"},
		{"answers between the lines", head + "\n> Which day?\nMonday\n> Which hour?\nNine\n", "> Which day?\nMonday\n> Which hour?\nNine", "Where is my mark"},
		{
			"two versions of one text",
			head + "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nplain\n--b\nContent-Type: text/html\n\n<p>marked\n--b--\n",
			"plain", "Where is my mark",
		},
		{"control characters", head + "\na\x00\x07b\u202ec\n", "abc", "Where is my mark"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			l := read(t, c.message)
			if strings.TrimSpace(strings.ReplaceAll(l.Text, "\n\n", "\n")) != strings.ReplaceAll(c.text, "\n\n", "\n") || l.Subject != c.subject {
				t.Errorf("got %q, %q; want %q, %q", l.Subject, l.Text, c.subject, c.text)
			}
		})
	}
}

func TestFilesAreKnownByTheirContent(t *testing.T) {
	t.Parallel()
	pdf := base64.StdEncoding.EncodeToString([]byte("%PDF-1.7 a document"))
	program := base64.StdEncoding.EncodeToString([]byte("MZ\x90\x00\x03\x00\xff"))
	l := read(t, head+"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nSee the files\n"+
		"--b\nContent-Type: application/x-anything; name=\"=?utf-8?B?"+base64.StdEncoding.EncodeToString([]byte("шот.exe"))+"?=\"\nContent-Disposition: attachment\nContent-Transfer-Encoding: base64\n\n"+pdf+"\n"+
		"--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=\"real.pdf\"\nContent-Transfer-Encoding: base64\n\n"+program+"\n--b--\n")
	if len(l.Files) != 1 || l.Files[0].Name != "шот.exe" || string(l.Files[0].Content) != "%PDF-1.7 a document" {
		t.Errorf("taken: %+v", l.Files)
	}
	if !slices.Equal(l.Left, []string{"real.pdf"}) || l.Text != "See the files" {
		t.Errorf("left out %q of %q", l.Left, l.Text)
	}
}

func TestMachinesAreKnown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, header    string
		machine, bounce bool
	}{
		{"a person", "", false, false},
		{"a person who says so", "Auto-Submitted: no\n", false, false},
		{"an absent person's program", "Auto-Submitted: auto-replied\n", true, false},
		{"a list", "List-Id: <news.example.kz>\n", true, false},
		{"bulk", "Precedence: bulk\n", true, false},
		{"an old robot", "X-Autoreply: yes\n", true, false},
		{"a returned letter", "Return-Path: <>\n", false, true},
		{"a report", "Content-Type: multipart/report; boundary=b\n", false, true},
	} {
		l := read(t, c.header+"From: a@example.kz\nMessage-ID: <2@example.kz>\n\nx\n")
		if l.Machine != c.machine || l.Bounce != c.bounce {
			t.Errorf("%s: machine %t, bounce %t", c.name, l.Machine, l.Bounce)
		}
	}
	if l := read(t, "From: MAILER-DAEMON@example.kz\n\nx\n"); !l.Bounce {
		t.Error("a mail server's own letter is no bounce")
	}
}

// endless writes a message of any length without holding it.
type endless struct {
	head  io.Reader
	unit  string
	times int
}

func (e *endless) Read(p []byte) (int, error) {
	if n, err := e.head.Read(p); n > 0 || err != io.EOF {
		return n, nil
	}
	if e.times == 0 {
		return 0, io.EOF
	}
	e.times--
	return copy(p, e.unit), nil
}

func TestWhatIsTooMuchIsCut(t *testing.T) {
	t.Parallel()
	line := strings.Repeat("a", 510) + "\r\n"
	l, err := mailbox.Read(&endless{head: strings.NewReader(crlf(head + "\n")), unit: line, times: 100 << 20 / len(line)})
	if err != nil || !l.Cut || len(l.Text) > claims.MaxText+10 || l.From != "asel@example.kz" {
		t.Errorf("a message of 100 MB: %v, cut %t, %d characters from %q", err, l.Cut, len(l.Text), l.From)
	}

	var deep strings.Builder
	deep.WriteString(head)
	for i := range 10_000 {
		fmt.Fprintf(&deep, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
	}
	deep.WriteString("\nat the bottom\n")
	began := time.Now()
	if l := read(t, deep.String()); !l.Cut || strings.Contains(l.Text, "bottom") || l.Subject == "" {
		t.Errorf("10,000 parts within each other: %+v", l)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("10,000 parts within each other took %s", took)
	}

	wide := head + "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nx\n", 10_000) + "--b--\n"
	if l := read(t, wide); !l.Cut {
		t.Error("10,000 parts beside each other are all read")
	}
	if l, err := mailbox.Read(strings.NewReader("Subject: " + strings.Repeat("a", 1<<20) + "\r\n\r\nx")); err == nil {
		t.Errorf("a header of 1 MB is read: %d", len(l.Subject))
	}
}

func TestWhatIsNoMessage(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "\r\n\r\n", "hello", "\x00\x01\x02", "Subject: only\r\n\r\nx"} {
		if l, err := mailbox.Read(strings.NewReader(s)); err == nil {
			t.Errorf("%q is a letter: %+v", s, l)
		}
	}
}

func TestTheAddressOfAMailbox(t *testing.T) {
	t.Parallel()
	b, err := mailbox.ParseBox("imaps://team%40example.kz@imap.example.kz/Support")
	if err != nil || b.Address != "imap.example.kz:993" || b.User != "team@example.kz" || b.Folder != "Support" || b.Plain {
		t.Errorf("got %+v, %v", b, err)
	}
	if b, err := mailbox.ParseBox("imap://u@127.0.0.1:1143"); err != nil || !b.Plain || b.Folder != "INBOX" || b.Address != "127.0.0.1:1143" {
		t.Errorf("got %+v, %v", b, err)
	}
	for _, s := range []string{"", "imap.example.kz", "imaps://imap.example.kz", "imaps://u:secret@imap.example.kz", "imap://u@imap.example.kz", "https://u@example.kz"} {
		if _, err := mailbox.ParseBox(s); err == nil {
			t.Errorf("%q is a mailbox", s)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(crlf(head + "Content-Type: text/plain; charset=windows-1251\n\nabc\n")))
	f.Add([]byte(crlf(head + "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b\nContent-Type: text/html\n\n<p>y<br/>\n--b--\n")))
	f.Add([]byte(crlf(head + "Content-Type: multipart/report; boundary=\"\"\n\n--\n\n")))
	f.Add([]byte(crlf("From: =?utf-8?Q?=00=0D=0A?= <a@b>\nTo: <x@y>, \"\n\nx\n")))
	f.Add([]byte(crlf(head + "Content-Transfer-Encoding: base64\nContent-Disposition: attachment; filename*=utf-8''%0D%0A\n\n!!!!\n")))
	f.Add([]byte(crlf("From: a@b\nSubject: [0000-0000-00000]\nReturn-Path: <>\n\n> a\n>\n")))
	f.Fuzz(func(t *testing.T, message []byte) {
		l, err := mailbox.Read(bytes.NewReader(message))
		if err != nil {
			return
		}
		for _, s := range append([]string{l.Subject, l.Name, l.Text}, l.Left...) {
			if s != claims.Printable(s, claims.MaxText+1, true) {
				t.Errorf("holds what cannot be shown: %q", s)
			}
		}
		if strings.ContainsAny(l.Subject+l.Name, "\r\n") || len(l.Files) > claims.MostFiles {
			t.Errorf("subject %q, name %q, %d files", l.Subject, l.Name, len(l.Files))
		}
		if l.ID == "" {
			t.Error("a letter without an id would be taken twice")
		}
	})
}

// FuzzReport: whatever stands in a report, what is read of it stays within its bounds.
func FuzzReport(f *testing.F) {
	for _, status := range []string{
		"Reporting-MTA: dns; a\n\nFinal-Recipient: rfc822; a@b\nAction: failed\nStatus: 5.1.1\n",
		"A: b\n\n\n\nFinal-Recipient: x\nAction: delayed\nStatus: 4.4.1 (later)\n\nFinal-Recipient: y\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550-5.1.1 no\n",
		":\n", "Status: 5.1.1", "Final-Recipient: a\n b\nAction: FAILED\nStatus: 9.9.9\n",
	} {
		f.Add(status, "Message-ID: <a.b.c@d>\n", "bounces+a.b.c@d.example")
	}
	f.Fuzz(func(t *testing.T, status, sent, to string) {
		m, err := mailbox.Read(strings.NewReader("From: a@b.example\r\nTo: " + to + "\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n" +
			"--b\r\nContent-Type: message/delivery-status\r\n\r\n" + status + "\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n" + sent + "\r\n--b--\r\n"))
		if err != nil {
			return
		}
		r := m.Report
		if r.Failed && (len(r.Status) < 5 || len(r.Status) > 9 || r.Status[0] == '2') || len(r.Names) > 10 {
			t.Errorf("%+v", r)
		}
		for _, name := range r.Names {
			if len(name) > 200 {
				t.Errorf("a name of %d bytes", len(name))
			}
		}
	})
}
