// Package mailbox reads what comes by e-mail: it takes messages out of a mailbox over IMAP and makes
// letters of them.
//
// It owns the reading: how much of a message is read, how deep, in which alphabets, and what tells a
// person's letter from a program's. It decides nothing about a letter (claims does), answers nobody, and
// removes nothing from a mailbox: what has been taken in is moved into a folder beside it, after
// the act that took it in is durable.
package mailbox

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"strings"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // letters come in Windows-1251 and KOI8-R too

	"tereze/internal/claims"
)

// What is read of a message. A letter of a person is far below all of these.
const (
	MostBytes  = 25 << 20 // of the message; what comes after is not read
	mostHeader = 64 << 10
	mostDepth  = 10 // multipart in multipart
	mostParts  = 100
	mostText   = 256 << 10 // bytes of one text
	mostTo     = 50        // addresses it went to
	mostLeft   = 10        // names of parts that are not taken
)

// Read makes a letter of a message as it was sent (RFC 5322, RFC 2045). It reads no more than MostBytes and
// holds little more than that in memory. What cannot be read of a part, such as an unknown alphabet, is
// left out; an error means that it is no message at all.
func Read(r io.Reader) (Mail, error) {
	raw, err := io.ReadAll(io.LimitReader(r, MostBytes+1))
	if err != nil {
		return Mail{}, fmt.Errorf("read a message: %w", err)
	}
	var m Mail
	l := &m.Letter
	if len(raw) > MostBytes {
		raw, l.Cut = raw[:MostBytes], true
	}
	e, err := message.ReadWithOptions(bytes.NewReader(raw), &message.ReadOptions{MaxHeaderBytes: mostHeader})
	if e == nil || err != nil && !unknown(err) {
		return Mail{}, fmt.Errorf("read a message: %w", err)
	}
	if len(e.Header.Values("From")) == 0 && len(e.Header.Values("Return-Path")) == 0 && len(e.Header.Values("Message-Id")) == 0 {
		return Mail{}, errors.New("read a message: it has none of the headers that a message has")
	}
	head(l, e.Header, raw)
	kind, params, _ := e.Header.ContentType()
	p := parts{mail: &m, report: strings.EqualFold(kind, "multipart/report") && strings.EqualFold(params["report-type"], "delivery-status")}
	if p.read(e, 0) != nil {
		l.Cut = true
	}
	if l.Text = p.plain; strings.TrimSpace(l.Text) == "" {
		l.Text = plain(p.marked)
	}
	l.Text = unquoted(claims.Printable(l.Text, claims.MaxText, true))
	if p.report {
		m.Report.addressed(l.To)
	}
	return m, nil
}

// unknown reports that an alphabet or an encoding is none we read; the rest of the message is.
func unknown(err error) bool { return message.IsUnknownCharset(err) || message.IsUnknownEncoding(err) }

// head reads what the headers say. A line break that an encoded word hides goes with every other character
// that is not to be shown.
func head(l *claims.Letter, h message.Header, raw []byte) {
	text := func(name string) string {
		s, err := h.Text(name)
		if err != nil {
			s = h.Get(name)
		}
		return claims.Printable(s, claims.MaxSubject, false)
	}
	if l.ID = strings.TrimSpace(h.Get("Message-Id")); l.ID == "" || len(l.ID) > 998 {
		sum := sha256.Sum256(raw)
		l.ID = "sha256:" + hex.EncodeToString(sum[:])
	}
	l.Subject = text("Subject")
	if from, err := addresses(h, "From"); err == nil && len(from) > 0 {
		l.From, l.Name = from[0].Address, claims.Printable(from[0].Name, claims.MaxSubject, false)
	}
	for _, name := range []string{"To", "Cc", "Delivered-To", "X-Original-To"} {
		to, err := addresses(h, name)
		if err != nil {
			continue
		}
		for _, a := range to[:min(len(to), mostTo)] {
			l.To = append(l.To, a.Address)
		}
	}
	l.Bounce, l.Machine = bounce(h, l.From), machine(h)
}

func addresses(h message.Header, name string) ([]*mail.Address, error) {
	s := h.Get(name)
	if s == "" {
		return nil, nil
	}
	parser := mail.AddressParser{WordDecoder: decoder()}
	return parser.ParseList(s)
}

// bounce reports a message about the delivery of another (RFC 3464): without a sender to answer, or a report.
func bounce(h message.Header, from string) bool {
	kind, _, _ := h.ContentType()
	name, _, _ := strings.Cut(strings.ToLower(from), "@")
	return strings.TrimSpace(h.Get("Return-Path")) == "<>" || strings.EqualFold(kind, "multipart/report") || name == "mailer-daemon" || name == "postmaster"
}

// machine reports a message that nobody wrote: one that says so (RFC 3834), one of a list (RFC 2369), or
// bulk. It is never answered.
func machine(h message.Header) bool {
	if auto := strings.ToLower(strings.TrimSpace(h.Get("Auto-Submitted"))); auto != "" && auto != "no" {
		return true
	}
	switch strings.ToLower(strings.TrimSpace(h.Get("Precedence"))) {
	case "bulk", "list", "junk", "auto_reply":
		return true
	}
	for _, name := range []string{"List-Id", "List-Unsubscribe", "List-Post", "X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress", "X-Loop"} {
		if h.Has(name) {
			return true
		}
	}
	return false
}
