package mailbox

import (
	"bufio"
	"errors"
	"io"
	"net/textproto"
	"strings"

	"github.com/emersion/go-message"

	"tereze/internal/claims"
)

// Mail is a message that came: a letter, and the report in it where a mail server wrote one.
type Mail struct {
	claims.Letter
	Report Report
}

// Report is what a mail server says of a message that it was given (RFC 3464). Anybody can write one: it is worth
// only as much as the names in it.
type Report struct {
	Failed bool     // nobody it was for got the message, and nobody will
	Status string   // why, for the first of them, such as "5.1.1" (RFC 3463); empty: there is no report
	Names  []string // by which it may name the message: the end of the address it came to, and the Message-ID of what was sent
}

// What is read of a report.
const (
	mostReport     = 64 << 10 // bytes of a part
	mostRecipients = 50
	mostNames      = 10
)

// reported reads a part of a report; ok is false for a part of another kind.
func (m *Mail) reported(kind string, e *message.Entity) (ok bool) {
	switch kind {
	case "message/delivery-status", "message/global-delivery-status":
		m.Report.statuses(e.Body)
	case "message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers":
		// What was sent may be cut off anywhere: its headers are read as far as they go.
		head, _ := fields(io.LimitReader(e.Body, mostReport)).ReadMIMEHeader()
		if id := strings.Trim(strings.TrimSpace(head.Get("Message-Id")), "<>"); id != "" {
			name, _, _ := strings.Cut(id, "@")
			m.Report.named(name)
		}
	default:
		return false
	}
	return true
}

// statuses reads the fields of a report: those of the message, then those of each recipient, with empty lines between.
// A report that is not understood to its end says nothing.
func (r *Report) statuses(body io.Reader) {
	lines := fields(io.LimitReader(body, mostReport))
	failed, recipients := 0, 0
	for range mostRecipients {
		head, err := lines.ReadMIMEHeader()
		if err != nil && !errors.Is(err, io.EOF) {
			return
		}
		if code := status(head.Get("Status")); code != "" && head.Get("Final-Recipient") != "" {
			if recipients++; recipients == 1 {
				r.Status = precise(code, head.Get("Diagnostic-Code"))
			}
			if strings.EqualFold(word(head.Get("Action")), "failed") && code[0] != '2' {
				failed++
			}
		}
		if err != nil {
			r.Failed = failed > 0 && failed == recipients
			return
		}
	}
}

func fields(body io.Reader) *textproto.Reader { return textproto.NewReader(bufio.NewReader(body)) }

// word is a value without what stands behind it in brackets.
func word(s string) string {
	if all := strings.Fields(s); len(all) > 0 {
		return all[0]
	}
	return ""
}

// status is a code of RFC 3463; empty where it is none.
func status(s string) string {
	s = word(s)
	parts := strings.Split(s, ".")
	if len(parts) != 3 || len(parts[0]) != 1 || !strings.Contains("245", parts[0]) {
		return ""
	}
	for _, p := range parts[1:] {
		if p == "" || len(p) > 3 || strings.Trim(p, "0123456789") != "" {
			return ""
		}
	}
	return s
}

// precise is what the last server said, where the one that reports only repeats whether it is for good: as "smtp; 550
// 5.1.1 no such user".
func precise(code, diagnostic string) string {
	if code[1:] != ".0.0" {
		return code
	}
	words := strings.Fields(strings.ReplaceAll(diagnostic, "-", " "))
	for _, w := range words[:min(len(words), 3)] {
		if said := status(w); said != "" && said[0] == code[0] {
			return said
		}
	}
	return code
}

func (r *Report) named(name string) {
	if len(r.Names) < mostNames && len(name) <= 200 {
		r.Names = append(r.Names, name)
	}
}

// addressed takes the names at the ends of the addresses that a report came to, behind the plus.
func (r *Report) addressed(to []string) {
	for _, address := range to {
		local, _, _ := strings.Cut(address, "@")
		if _, name, ok := strings.Cut(local, "+"); ok {
			r.named(name)
		}
	}
}
