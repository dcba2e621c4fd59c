package frame_test

import (
	"errors"
	"fmt"
	"testing"

	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/frame"
)

func TestLocalLeadsNowhereElse(t *testing.T) {
	t.Parallel()
	v := gate.Visit{Actor: identity.Actor{Portal: "egov"}}
	for path, want := range map[string]string{
		"/egov":                              "/egov",
		"/egov/cabinet?page=2":               "/egov/cabinet?page=2",
		"/egov/agreement/agreement#clause-1": "/egov/agreement/agreement",
		"":                                   "otherwise",
		"/":                                  "otherwise",
		"/court/cabinet":                     "otherwise",
		"/egovernment":                       "otherwise",
		"https://evil.example/egov":          "otherwise",
		"//evil.example/egov":                "otherwise",
		"///evil.example/egov":               "otherwise",
		"/\\evil.example/egov":               "otherwise",
		"/egov/../court/cabinet":             "otherwise",
		"/egov/%2e%2e/court":                 "otherwise",
		"/egov/%2f%2fevil.example":           "otherwise",
		"/egov\r\nSet-Cookie: a=b":           "otherwise",
		"/egov\tx":                           "otherwise",
		"javascript:alert(1)":                "otherwise",
		"egov/cabinet":                       "otherwise",
		"https:/egov/cabinet":                "otherwise",
		"http://evil.example@portal.example/egov": "otherwise",
	} {
		if got := frame.Local(v, path, "otherwise"); got != want {
			t.Errorf("%q leads to %q, want %q", path, got, want)
		}
	}
}

// TestAsFaults: a refusal that was wrapped on its way is still one the form is shown again with.
func TestAsFaults(t *testing.T) {
	t.Parallel()
	invalid := fault.New(fault.Invalid, "form.empty")
	for _, c := range []struct {
		name string
		err  error
		want int
	}{
		{"a refusal", invalid, 1},
		{"several", fault.Faults{invalid, invalid}, 2},
		{"wrapped", fmt.Errorf("save: %w", invalid), 1},
		{"what the gate answers", fault.New(fault.Unavailable, "store.busy"), 0},
		{"an accident", errors.New("disk on fire"), 0},
	} {
		if got := len(frame.AsFaults(c.err)); got != c.want {
			t.Errorf("%s: %d refusals, want %d", c.name, got, c.want)
		}
	}
}
