package mgovsign

import (
	"encoding/json"
	"testing"
	"time"

	"tereze/internal/eds/authority"
)

// FuzzAnswer: whatever a portal answers to API 2, the app either signs all that is in it or refuses, and says
// so without an accident; what it puts back is what it was given, with signatures in it.
func FuzzAnswer(f *testing.F) {
	f.Add([]byte(`{"signMethod":"CMS_WITH_DATA","version":1,"documentsToSign":[{"id":1,"nameKz":"Құжат","meta":[],"document":{"file":{"mime":"@file/pdf","data":"MTEK"}}}]}`))
	f.Add([]byte(`{"signMethod":"XML","documentsToSign":[{"id":1,"documentXml":"<a xmlns=\"b\">c</a>"}]}`))
	f.Add([]byte(`{"signMethod":"CMS_SIGN_ONLY","documentsToSign":[{"id":1,"document":{"file":{"data":"MTEK"}}},{"id":2}]}`))
	f.Add([]byte(`{"signMethod":"XML","documentsToSign":[null,7,"x"]}`))
	f.Add([]byte(`{"signMethod":7,"documentsToSign":{}}`))
	f.Add([]byte(`null`))
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	town, err := authority.NewTown(func() time.Time { return now })
	if err != nil {
		f.Fatal(err)
	}
	key, err := town.Key("individual")
	if err != nil {
		f.Fatal(err)
	}
	app := App{Key: key, Now: func() time.Time { return now }}
	f.Fuzz(func(t *testing.T, text []byte) {
		var body map[string]any
		if json.Unmarshal(text, &body) != nil {
			return
		}
		var seen Seen
		if err := app.signAll(body, &seen, func(Seen) bool { return true }); err != nil {
			return
		}
		if documents, _ := body["documentsToSign"].([]any); len(documents) == 0 || len(documents) != len(seen.Documents) {
			t.Errorf("signed %q and showed %v", text, seen)
		}
		if _, err := json.Marshal(body); err != nil {
			t.Errorf("what was signed of %q cannot be put back: %v", text, err)
		}
	})
}

// FuzzLink: what a code says is an address of a portal to sign at, or is refused.
func FuzzLink(f *testing.F) {
	f.Add("mobileSign:https://portal.example/egov/mgovSign/1.2.3")
	f.Add("https://m.egov.kz/mobileSign/?link=https%3A%2F%2Fportal.example%2FmgovSign&isi=1")
	f.Add("https://m.egov.kz/mobileSign/?link=")
	f.Fuzz(func(t *testing.T, text string) {
		address, err := Link(text)
		if err == nil && address == "" {
			t.Errorf("%q is taken for no address", text)
		}
	})
}
