package mailbox_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"tereze/internal/mailbox"
)

// server is an IMAP server of its own with one mailbox.
func server(t testing.TB, messages ...string) (mailbox.Box, *imapmemserver.User) {
	t.Helper()
	user := imapmemserver.NewUser("team", "secret")
	if err := user.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	for _, m := range messages {
		deliver(t, user, m)
	}
	mem := imapmemserver.New()
	mem.AddUser(user)
	s := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return mem.NewSession(), nil, nil
		},
		Caps: imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapIMAP4rev2: {}}, InsecureAuth: true,
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	// A certificate of the tests' own, as a browser's tests have it.
	web := httptest.NewTLSServer(nil)
	t.Cleanup(web.Close)
	trusted := x509.NewCertPool()
	trusted.AddCert(web.Certificate())
	go s.Serve(tls.NewListener(l, &tls.Config{Certificates: web.TLS.Certificates}))
	t.Cleanup(func() { s.Close() })
	return mailbox.Box{Address: l.Addr().String(), User: "team", Password: "secret", Folder: "INBOX", TLS: &tls.Config{RootCAs: trusted}}, user
}

func deliver(t testing.TB, user *imapmemserver.User, message string) {
	t.Helper()
	if _, err := user.Append("INBOX", literal{strings.NewReader(crlf(message))}, &imap.AppendOptions{Time: time.Now()}); err != nil {
		t.Fatal(err)
	}
}

type literal struct{ *strings.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }

// holds counts the messages of a folder.
func holds(t testing.TB, user *imapmemserver.User, folder string) int {
	t.Helper()
	status, err := user.Status(folder, &imap.StatusOptions{NumMessages: true})
	if err != nil {
		t.Fatal(err)
	}
	return int(*status.NumMessages)
}

func letterOf(subject string) string {
	return "From: a@example.kz\nSubject: " + subject + "\nMessage-ID: <" + subject + "@example.kz>\n\nx\n"
}

func never(error) bool { return false }

func TestLettersAreMovedAfterTheyAreTaken(t *testing.T) {
	t.Parallel()
	box, user := server(t, letterOf("one"), letterOf("two"), "no message at all", letterOf("bad"))
	var got []string
	bad := errors.New("refused for good")
	taken, refused, err := box.Visit(t.Context(), func(_ context.Context, l mailbox.Mail) error {
		if holds(t, user, "INBOX") != 4-len(got)-map[bool]int{true: 1}[l.Subject == "bad"] {
			t.Errorf("%s was moved before it was taken", l.Subject)
		}
		if l.Subject == "bad" {
			return bad
		}
		got = append(got, l.Subject)
		return nil
	}, func(err error) bool { return errors.Is(err, bad) })
	if err != nil || taken != 2 || refused != 2 || strings.Join(got, " ") != "one two" {
		t.Errorf("taken %d (%v), refused %d, %v", taken, got, refused, err)
	}
	if in, done, no := holds(t, user, "INBOX"), holds(t, user, mailbox.Taken), holds(t, user, mailbox.Refused); in != 0 || done != 2 || no != 2 {
		t.Errorf("the folders hold %d, %d and %d messages", in, done, no)
	}
	if taken, refused, err := box.Visit(t.Context(), nil, never); err != nil || taken+refused != 0 {
		t.Errorf("a second visit: %d, %d, %v", taken, refused, err)
	}
}

func TestALetterThatCannotBeTakenNowStays(t *testing.T) {
	t.Parallel()
	box, user := server(t, letterOf("one"), letterOf("two"))
	down := errors.New("the database is away")
	if taken, _, err := box.Visit(t.Context(), func(context.Context, mailbox.Mail) error { return down }, never); !errors.Is(err, down) || taken != 0 {
		t.Errorf("taken %d, %v", taken, err)
	}
	if n := holds(t, user, "INBOX"); n != 2 {
		t.Errorf("%d messages are left of 2", n)
	}
	// A visit that is cut off between the act and the move finds the message again.
	ctx, cut := context.WithCancel(t.Context())
	seen := 0
	_, _, err := box.Visit(ctx, func(context.Context, mailbox.Mail) error {
		seen++
		cut()
		time.Sleep(50 * time.Millisecond)
		return nil
	}, never)
	if err == nil || seen != 1 || holds(t, user, "INBOX") != 2 {
		t.Errorf("a visit that was cut off: %v, saw %d, %d are left", err, seen, holds(t, user, "INBOX"))
	}
	if taken, _, err := box.Visit(t.Context(), func(context.Context, mailbox.Mail) error { return nil }, never); err != nil || taken != 2 {
		t.Errorf("the next visit: %d, %v", taken, err)
	}
	box.Password = "wrong"
	if _, _, err := box.Visit(t.Context(), nil, never); err == nil {
		t.Error("a wrong password opens the mailbox")
	}
	box.Password, box.TLS = "secret", nil
	if _, _, err := box.Visit(t.Context(), nil, never); err == nil {
		t.Error("the password was sent to a server whose certificate nobody vouches for")
	}
}

func TestAServerThatSaysNothingIsLeft(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	box := mailbox.Box{Address: l.Addr().String(), User: "a", Password: "b", Folder: "INBOX", Plain: true}
	began := time.Now()
	if _, _, err := box.Visit(ctx, nil, never); err == nil || time.Since(began) > 5*time.Second {
		t.Errorf("got %v after %s", err, time.Since(began))
	}
}
