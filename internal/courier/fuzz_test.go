package courier

import (
	"strings"
	"testing"

	"tereze/internal/notify"
)

func TestReadReceipt(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		reference string
		state     notify.State
	}{
		"id:abc sub:001 dlvrd:001 submit date:2611220900 done date:2611220901 stat:DELIVRD err:000 text:id:zzz stat:UNDELIV": {"abc", notify.Delivered},
		"ID:42 STAT:expired":            {"42", notify.Temporary},
		"id:42 stat:REJECTD err:11":     {"42", notify.Permanent},
		"id:42 stat:UNKNOWN":            {"42", notify.Technical},
		"id:42 stat:ENROUTE":            {},
		"id: stat:DELIVRD":              {},
		"stat:DELIVRD text:id:42":       {},
		"text:id:42 stat:DELIVRD":       {},
		"Hello, this is a person":       {},
		"id:" + strings.Repeat("x", 66): {},
	} {
		reference, state, ok := readReceipt(text)
		if ok != (want.reference != "") || ok && (reference != want.reference || state != want.state) {
			t.Errorf("%q: %q, %s, %v", text, reference, state, ok)
		}
	}
}

func FuzzReadReceipt(f *testing.F) {
	f.Add("id:abc sub:001 dlvrd:001 submit date:2611220900 done date:2611220901 stat:DELIVRD err:000 text:hello")
	f.Add("stat:EXPIRED id:\x00")
	f.Fuzz(func(t *testing.T, text string) {
		if reference, state, ok := readReceipt(text); ok && (!plausible(reference) || !state.Failed() && state != notify.Delivered) {
			t.Errorf("%q: %q, %s", text, reference, state)
		}
	})
}

func FuzzGatewayAnswer(f *testing.F) {
	f.Add(200, []byte(`{"id": "abc"}`))
	f.Add(202, []byte(`{"id": 7}{"id": 8}`))
	f.Add(429, []byte(`<html>`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		out := gatewayOutcome(status, body)
		if out.State == notify.Accepted && (status < 200 || status > 299 || out.Code == "" || len(out.Code) > 100) {
			t.Errorf("%d %q: %+v", status, body, out)
		}
		if out.State != notify.Accepted && out.Reason == "" {
			t.Errorf("%d: a failure without a reason", status)
		}
	})
}
