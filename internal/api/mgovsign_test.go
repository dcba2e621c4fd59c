package api

import (
	"encoding/json"
	"testing"

	"tereze/internal/eds"
	"tereze/internal/signing"
)

// FuzzReadPhone: whatever an app puts back, each offered document gets one answer, or the whole is refused.
func FuzzReadPhone(f *testing.F) {
	f.Add([]byte(`{"signMethod":"CMS_WITH_DATA","version":1,"documentsToSign":[{"id":2,"document":{"file":{"mime":"@file/pdf","data":"MTEK"}}},{"id":1,"document":{"file":{"data":"MTEK"}}}]}`), false)
	f.Add([]byte(`{"signMethod":"XML","documentsToSign":[{"id":1,"documentXml":"<a/>"},{"id":1,"documentXml":"<a/>"}]}`), true)
	f.Add([]byte(`{"signMethod":"XML","documentsToSign":[{"id":-1},{"id":9223372036854775807}]}`), true)
	f.Fuzz(func(t *testing.T, body []byte, xml bool) {
		asked := signing.Request{Content: signing.Content{Format: eds.CMS, Documents: make([]signing.Document, 2)}}
		if xml {
			asked.Content.Format = eds.XML
		}
		out, err := readPhone(body, asked)
		if err != nil {
			return
		}
		if len(out) != 2 || len(out[0]) == 0 || len(out[1]) == 0 || !json.Valid(body) {
			t.Errorf("took %q as %q", body, out)
		}
	})
}
