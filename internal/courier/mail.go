package courier

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"html/template"
	"net/mail"
	"net/textproto"
	"strconv"
	"strings"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"tereze/internal/notify"
)

// SMTP is a mail server that takes messages for others (RFC 5321, 6409).
type SMTP struct {
	name   string
	from   mail.Address
	back   string // where reports about messages go; empty: to the sender
	domain string // of Message-IDs
	page   *template.Template
	client *gomail.Client
	dkim   *gomail.DKIMSigner // nil: the server signs, or nobody does

	mu   sync.Mutex // guards idle
	idle []*smtp.Client
}

// SMTPConfig is how a server is reached.
type SMTPConfig struct {
	Name     string
	From     mail.Address
	Bounces  string // the address to which reports come, in a mailbox that takes it with a plus and more in it; empty: From
	Host     string
	Port     int
	TLS      string // "starttls", "implicit" or "none"
	Trust    *tls.Config
	User     string
	Password string
	Hello    string
	DKIM     *gomail.DKIMSigner
}

// NewSMTP prepares a server; it is connected to when there is something to send.
func NewSMTP(c SMTPConfig) (*SMTP, error) {
	options := []gomail.Option{gomail.WithPort(c.Port), gomail.WithTimeout(patience), gomail.WithTLSConfig(c.Trust)}
	switch c.TLS {
	case "starttls":
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case "implicit":
		options = append(options, gomail.WithSSL())
	case "none":
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		return nil, fmt.Errorf("tls %q: want starttls, implicit or none", c.TLS)
	}
	if c.Hello != "" {
		options = append(options, gomail.WithHELO(c.Hello))
	}
	if c.User != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(c.User), gomail.WithPassword(c.Password))
	}
	client, err := gomail.NewClient(c.Host, options...)
	if err != nil {
		return nil, err
	}
	page, err := newPage()
	if err != nil {
		return nil, err
	}
	_, domain, _ := strings.Cut(c.From.Address, "@")
	return &SMTP{name: c.Name, from: c.From, back: c.Bounces, domain: domain, page: page, client: client, dkim: c.DKIM}, nil
}

// Name is as in the configuration.
func (s *SMTP) Name() string { return s.name }

// Carry sends an e-mail over a connection that is kept for the next one.
func (s *SMTP) Carry(ctx context.Context, p Parcel) notify.Outcome {
	m, err := s.message(p)
	if err != nil {
		return notify.Outcome{State: notify.Permanent, Reason: notify.ReasonAddress}
	}
	conn, err := s.connection(ctx)
	if err != nil {
		return unreached(err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() }) // the library waits by the clock alone
	err = s.client.SendWithSMTPClient(conn, m)
	if !stop() || err != nil || !conn.HasConnection() {
		_ = conn.Close()
	} else {
		s.keep(conn)
	}
	// A server may take the message and hang up before the next word: it has it all the same.
	if err == nil || m.IsDelivered() {
		return notify.Outcome{State: notify.Accepted}
	}
	return mailOutcome(err)
}

// message is the e-mail. Its Message-ID and boundaries follow from the message alone, so that a second copy is the same.
func (s *SMTP) message(p Parcel) (*gomail.Msg, error) {
	m := gomail.NewMsg(gomail.WithEncoding(gomail.EncodingQP), gomail.WithNoDefaultUserAgent(), gomail.WithBoundary("tereze-"+number(p)))
	from := s.from
	if from.Name == "" {
		from.Name = p.Sender
	}
	m.FromMailAddress(&from)
	if err := m.To(p.To); err != nil {
		return nil, err
	}
	// A report names the message by one of these: the second if a server on the way has put its own address for the first.
	name := number(p)
	if p.Mark != "" {
		name = p.Mark
	}
	if local, domain, ok := strings.Cut(s.back, "@"); ok {
		if err := m.EnvelopeFrom(local + "+" + name + "@" + domain); err != nil {
			return nil, err
		}
	}
	m.SetMessageIDWithValue(name + "@" + s.domain)
	m.SetDateWithValue(p.At)
	m.Subject(oneLine(p.Subject))
	m.SetGenHeader("Content-Language", p.Letter.Language)
	m.SetGenHeader("Auto-Submitted", "auto-generated") // nobody answers it with an absence (RFC 3834)
	if p.Unsubscribe != "" {
		if err := m.SetListUnsubscribeOneClick(p.Unsubscribe); err != nil {
			return nil, err
		}
	}
	m.SetBodyString(gomail.TypeTextPlain, p.Text+"\r\n\r\n-- \r\n"+p.Footer+"\r\n")
	var html bytes.Buffer
	if err := s.page.Execute(&html, view(p)); err != nil {
		return nil, err
	}
	m.AddAlternativeString(gomail.TypeTextHTML, html.String())
	if s.dkim != nil {
		m.SetDKIM(s.dkim)
	}
	return m, nil
}

// number names a message the same at every try.
func number(p Parcel) string {
	return strconv.FormatInt(int64(p.Home), 36) + "." + strconv.FormatInt(int64(p.ID), 36)
}

// oneLine keeps a sentence from becoming headers.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' }), " ")
}

func (s *SMTP) connection(ctx context.Context) (*smtp.Client, error) {
	s.mu.Lock()
	if n := len(s.idle); n > 0 {
		conn := s.idle[n-1]
		s.idle = s.idle[:n-1]
		s.mu.Unlock()
		if conn.UpdateDeadline(patience) == nil && conn.Noop() == nil {
			return conn, nil
		}
		_ = conn.Close()
		return s.connection(ctx)
	}
	s.mu.Unlock()
	return s.client.DialToSMTPClientWithContext(ctx)
}

// keep holds a connection for the next message; servers close those that nobody uses, which the next one finds out.
func (s *SMTP) keep(conn *smtp.Client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.idle) < hands {
		s.idle = append(s.idle, conn)
		return
	}
	go conn.Quit() //nolint:errcheck // it has done its work
}

// Close says goodbye to the server.
func (s *SMTP) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, conn := range s.idle {
		_ = conn.UpdateDeadline(time.Second)
		_ = conn.Quit()
	}
	s.idle = nil
}

// unreached is a connection that did not come about: nobody there, or nobody who lets us in.
func unreached(err error) notify.Outcome {
	out := notify.Outcome{State: notify.Technical, Reason: notify.ReasonUnreachable}
	if reply, ok := errors.AsType[*textproto.Error](err); ok {
		out.Reason, out.Code = notify.ReasonNotAllowed, strconv.Itoa(reply.Code)
	} else if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok || errors.Is(err, gomail.ErrNoSupportedAuthDiscovered) {
		out.Reason = notify.ReasonNotAllowed
	}
	return out
}

// mailOutcome reads a server's refusal: about the recipient it is about the message, about anything else it is about
// us, and another server may think otherwise.
func mailOutcome(err error) notify.Outcome {
	refused, ok := errors.AsType[*gomail.SendError](err)
	if !ok || refused.ErrorCode() == 0 {
		out := notify.Outcome{State: notify.Technical, Reason: notify.ReasonUnreachable}
		if ok && (refused.Reason == gomail.ErrSMTPDataClose || refused.Reason == gomail.ErrWriteContent) {
			out.Reason = notify.ReasonNoAnswer // it may have taken it
		}
		return out
	}
	code := refused.ErrorCode()
	out := notify.Outcome{Code: strings.TrimSpace(strconv.Itoa(code) + " " + refused.EnhancedStatusCode())}
	toRecipient := refused.Reason == gomail.ErrSMTPRcptTo
	switch {
	case code == 421:
		out.State, out.Reason = notify.Technical, notify.ReasonBusy
	case code < 500:
		out.State, out.Reason = notify.Temporary, notify.ReasonBusy
	case toRecipient && (code == 550 || code == 551 || code == 553 || code == 501):
		out.State, out.Reason = notify.Permanent, notify.ReasonAddress
	case toRecipient || refused.Reason == gomail.ErrSMTPDataClose:
		out.State, out.Reason = notify.Permanent, notify.ReasonRefused
	default:
		out.State, out.Reason = notify.Technical, notify.ReasonNotAllowed
	}
	return out
}
