package ncalayer_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"tereze/internal/eds"
	"tereze/internal/eds/authority"
	"tereze/internal/eds/pki"
	"tereze/internal/ncalayer"
)

// noon is when these tests happen.
func noon() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

// opened is a stand-in with a connection to it.
type opened struct {
	*ncalayer.Program
	t      *testing.T
	server *httptest.Server
}

func open(t *testing.T) opened {
	t.Helper()
	town, err := authority.NewTown(noon)
	if err != nil {
		t.Fatal(err)
	}
	p := &ncalayer.Program{Town: town, Now: noon, Slow: 50 * time.Millisecond}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	return opened{p, t, server}
}

// dial connects, and swallows the greeting where one is expected.
func (o opened) dial(greets bool) *websocket.Conn {
	o.t.Helper()
	conn, _, err := websocket.Dial(o.t.Context(), o.server.URL, nil)
	if err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(func() { _ = conn.CloseNow() })
	conn.SetReadLimit(64 << 20)
	if greets {
		if got := receive(o.t, conn); !strings.HasPrefix(got, `{"result":{"version":`) {
			o.t.Fatalf("greeting %q", got)
		}
	}
	return conn
}

func receive(t *testing.T, conn *websocket.Conn) string {
	t.Helper()
	ctx, done := context.WithTimeout(t.Context(), 20*time.Second)
	defer done()
	_, b, err := conn.Read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func ask(t *testing.T, conn *websocket.Conn, text string) map[string]any {
	t.Helper()
	if err := conn.Write(t.Context(), websocket.MessageText, []byte(text)); err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal([]byte(receive(t, conn)), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// signRequest is a request as pages send it; changes are put over its args.
func signRequest(t *testing.T, changes map[string]any) string {
	t.Helper()
	args := map[string]any{
		"allowedStorages": nil, "format": "cms", "data": base64.StdEncoding.EncodeToString([]byte("құжат")),
		"signingParams": map[string]any{"decode": true}, "signerParams": map[string]any{"extKeyUsageOids": []string{}, "chain": []string{}}, "locale": "kk",
	}
	for k, v := range changes {
		args[k] = v
	}
	b, err := json.Marshal(map[string]any{"module": "kz.gov.pki.knca.basics", "method": "sign", "args": args})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func results(t *testing.T, answer map[string]any) (all []string) {
	t.Helper()
	if answer["status"] != true {
		t.Fatalf("not signed: %v", answer)
	}
	body, _ := answer["body"].(map[string]any)
	switch r := body["result"].(type) {
	case string:
		return []string{r}
	case []any:
		for _, one := range r {
			all = append(all, one.(string))
		}
	}
	return all
}

// verifier trusts the town.
func verifier(t *testing.T, town *authority.Town) *eds.Own {
	t.Helper()
	base, err := eds.Production()
	if err != nil {
		t.Fatal(err)
	}
	trust, err := town.Trust(base)
	if err != nil {
		t.Fatal(err)
	}
	return &eds.Own{Trust: trust, Now: noon, Rand: strings.NewReader(strings.Repeat("n", 1<<16)), Fetch: town.Fetch}
}

// TestRecordedTraffic sends what the program's own client sent, and wants answers of the recorded form.
// Where the recording was signed with a production key, ours has to be told that any will do.
func TestRecordedTraffic(t *testing.T) {
	t.Parallel()
	var recorded struct {
		Greeting  string
		Exchanges []struct{ Request, Response string }
	}
	raw, err := os.ReadFile("testdata/recorded.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &recorded); err != nil || len(recorded.Exchanges) < 15 {
		t.Fatalf("%d exchanges, %v", len(recorded.Exchanges), err)
	}
	o := open(t)
	conn := o.dial(true)
	for _, x := range recorded.Exchanges {
		var want struct {
			Status        bool
			Code, Message string
			Body          map[string]any
		}
		if err := json.Unmarshal([]byte(x.Response), &want); err != nil {
			t.Fatal(err)
		}
		request := x.Request
		if want.Status && want.Body["result"] == nil {
			o.Next(ncalayer.Cancel)
		}
		if want.Body["result"] != nil {
			request = strings.Replace(request, `"extKeyUsageOids": []`, `"extKeyUsageOids": [], "chain": []`, 1)
			if _, old := want.Body["result"].(string); old {
				o.Next(ncalayer.OldForm)
			}
			// Digests of the recording are of other lengths than our key's; that form is tested below.
			if strings.Contains(request, `"digested": true`) {
				continue
			}
		}
		got := ask(t, conn, request)
		body, _ := got["body"].(map[string]any)
		if got["status"] != want.Status || (body == nil) != (want.Body == nil) || text(got["code"]) != want.Code || text(got["message"]) != want.Message {
			t.Errorf("%s\n got %v\nwant %s", request, got, x.Response)
			continue
		}
		if list, ok := want.Body["result"].([]any); ok {
			if all, _ := body["result"].([]any); len(all) != len(list) {
				t.Errorf("%s: %d results, want %d", request, len(all), len(list))
			}
		} else if (want.Body["result"] == nil) != (body["result"] == nil) {
			t.Errorf("%s: result %v, want %v", request, body["result"], want.Body["result"])
		}
	}
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

func TestWhatItSignsIsValid(t *testing.T) {
	t.Parallel()
	o := open(t)
	conn, v := o.dial(true), verifier(t, o.Town)
	document := "құжат"
	digest, err := pki.NewDigest(mustKey(t, o, "individual").Key.DefaultDigest())
	if err != nil {
		t.Fatal(err)
	}
	digest.Write([]byte(document))
	cases := []struct {
		name     string
		changes  map[string]any
		detached bool
		stamped  bool
		count    int
	}{
		{"attached", nil, false, false, 1},
		{"the string itself", map[string]any{"data": document, "signingParams": map[string]any{}}, false, false, 1},
		{"Booleans in strings", map[string]any{"signingParams": map[string]any{"decode": "true", "encapsulate": "false", "digested": "false"}}, true, false, 1},
		{"detached, with a time-stamp", map[string]any{"signingParams": map[string]any{"decode": true, "encapsulate": false, "tsaProfile": map[string]any{}}}, true, true, 1},
		{"a digest", map[string]any{"data": base64.StdEncoding.EncodeToString(digest.Sum(nil)), "signingParams": map[string]any{"decode": true, "encapsulate": false, "digested": true}}, true, false, 1},
		{"several", map[string]any{"data": []string{document, document}, "signingParams": map[string]any{}}, false, false, 2},
	}
	for _, c := range cases {
		all := results(t, ask(t, conn, signRequest(t, c.changes)))
		if len(all) != c.count {
			t.Errorf("%s: %d results", c.name, len(all))
		}
		for _, one := range all {
			q := eds.Question{Document: []byte(one), Signers: 1}
			if c.detached {
				q.Content = strings.NewReader(document)
			}
			r, err := v.Verify(t.Context(), q)
			if err != nil || !r.Valid {
				t.Errorf("%s: %v, %v", c.name, r, err)
				continue
			}
			if !c.detached && string(r.Content) != document || r.Signers[0].Holder.IIN == "" || r.Signers[0].TimestampedAt.IsZero() == c.stamped {
				t.Errorf("%s: signed %q, %+v", c.name, r.Content, r.Signers[0].Checks)
			}
		}
	}
	signed := results(t, ask(t, conn, signRequest(t, map[string]any{"format": "xml", "data": "<a>құжат</a>", "signingParams": map[string]any{}})))
	if r, err := v.Verify(t.Context(), eds.Question{Document: []byte(signed[0]), Signers: 1}); err != nil || !r.Valid || string(r.Content) != "<a>құжат</a>" {
		t.Errorf("xml: %v, %v", r, err)
	}
	raw := ask(t, conn, signRequest(t, map[string]any{"format": "raw", "signingParams": map[string]any{"decode": true, "outputCert": true}}))
	result, _ := raw["body"].(map[string]any)["result"].(map[string]any)
	if _, err := pki.ParsePEMOrDER([]byte(text(result["certificate"]))); err != nil || result["signatures"] == nil {
		t.Errorf("raw: %v, %v", raw, err)
	}
}

func mustKey(t *testing.T, o opened, name string) *authority.Issued {
	t.Helper()
	key, err := o.Town.Key(name)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestKeysThatDoNotServeAreRefusedByWhoeverReceivesThem(t *testing.T) {
	t.Parallel()
	o := open(t)
	conn, v := o.dial(true), verifier(t, o.Town)
	for name, want := range map[string]pki.Reason{
		"individual": "", "other": "", "head": "", "employee": "", "rsa": "",
		"revoked": pki.Revoked, "expired": pki.Expired, "auth": pki.WrongPurpose, "foreign": pki.UnknownIssuer,
	} {
		if err := o.Choose(name); err != nil {
			t.Fatal(err)
		}
		r, err := v.Verify(t.Context(), eds.Question{Document: []byte(results(t, ask(t, conn, signRequest(t, nil)))[0]), Signers: 1})
		if err != nil || r.Reason != want {
			t.Errorf("%s: %v (%v), want %q", name, r.Reason, err, want)
		}
	}
	if err := o.Choose("nobody"); err == nil {
		t.Error("the key of nobody was chosen")
	}
}

func TestOnlyAMatchingKeyIsOffered(t *testing.T) {
	t.Parallel()
	o := open(t)
	if err := o.Choose("head"); err != nil {
		t.Fatal(err)
	}
	conn := o.dial(true)
	c := mustKey(t, o, "head").Certificate
	for name, x := range map[string]struct {
		signer map[string]any
		fits   bool
	}{
		"his own numbers":        {map[string]any{"iin": c.Holder().IIN, "bin": c.Holder().BIN, "chain": []string{}}, true},
		"another person":         {map[string]any{"iin": "900101300017", "chain": []string{}}, false},
		"another organisation":   {map[string]any{"bin": "000740000728", "chain": []string{}}, false},
		"the role":               {map[string]any{"extKeyUsageOids": []string{"1.3.6.1.5.5.7.3.4", "1.2.398.3.3.4.1.2.1"}, "chain": []string{}}, true},
		"another role":           {map[string]any{"extKeyUsageOids": []string{"1.2.398.3.3.4.1.2.5"}, "chain": []string{}}, false},
		"the serial number":      {map[string]any{"serialNumber": c.SerialNumber.Text(16), "chain": []string{}}, true},
		"another serial number":  {map[string]any{"serialNumber": "abcdef", "chain": []string{}}, false},
		"production alone":       {map[string]any{}, false},
		"production, said":       {map[string]any{"chain": nil}, false},
		"a chain that is not it": {map[string]any{"chain": []string{"nonsense"}}, false},
	} {
		if x.signer["extKeyUsageOids"] == nil {
			x.signer["extKeyUsageOids"] = []string{}
		}
		all := results(t, ask(t, conn, signRequest(t, map[string]any{"signerParams": x.signer})))
		if (len(all) == 1) != x.fits {
			t.Errorf("%s: %d signatures", name, len(all))
		}
	}
}

func TestRequestsEndAsChosen(t *testing.T) {
	t.Parallel()
	o := open(t)
	conn := o.dial(true)
	o.Next(ncalayer.Fail)
	if got := ask(t, conn, signRequest(t, nil)); got["status"] != false || got["code"] != "INVOCATION_ERROR" {
		t.Errorf("failed: %v", got)
	}
	o.Next(ncalayer.Cancel)
	if got := ask(t, conn, signRequest(t, nil)); got["status"] != true || len(results(t, got)) != 0 {
		t.Errorf("cancelled: %v", got)
	}
	o.Next(ncalayer.Slow)
	if got := ask(t, conn, signRequest(t, nil)); len(results(t, got)) != 1 {
		t.Errorf("slow: %v", got)
	}
	if got := ask(t, conn, `{`); got["code"] != "GENERAL_ERROR" {
		t.Errorf("nonsense: %v", got)
	}
	o.Next(ncalayer.Close)
	if err := conn.Write(t.Context(), websocket.MessageText, []byte(signRequest(t, nil))); err != nil {
		t.Fatal(err)
	}
	if _, _, err := conn.Read(t.Context()); err == nil {
		t.Error("an old program answered")
	}
	o.Next(ncalayer.Refuse)
	if _, _, err := websocket.Dial(t.Context(), o.server.URL, nil); err == nil {
		t.Error("a refused connection was made")
	}
	o.Next(ncalayer.Silent)
	if got := ask(t, o.dial(false), signRequest(t, nil)); got["status"] != true {
		t.Errorf("the first frame of a program that does not greet: %v", got)
	}
}

func TestTwoProgramsHaveTheSameKeys(t *testing.T) {
	t.Parallel()
	one, two := open(t), open(t)
	for _, i := range authority.Inhabitants() {
		if !mustKey(t, one, i.Name).Certificate.Equal(mustKey(t, two, i.Name).Certificate) {
			t.Errorf("%s has two certificates", i.Name)
		}
	}
}

func TestThePageChoosesKeyAndConduct(t *testing.T) {
	t.Parallel()
	o := open(t)
	page, err := o.Page()
	if err != nil {
		t.Fatal(err)
	}
	post := func(site string, form url.Values) int {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", site)
		w := httptest.NewRecorder()
		page.ServeHTTP(w, r)
		return w.Code
	}
	if got := post("same-origin", url.Values{"key": {"head"}, "next": {"cancel"}}); got != http.StatusSeeOther {
		t.Errorf("saved with %d", got)
	}
	if got := post("cross-site", url.Values{"key": {"rsa"}}); got != http.StatusForbidden {
		t.Errorf("another site chose a key: %d", got)
	}
	if got := post("same-origin", url.Values{"key": {"nobody"}}); got != http.StatusUnprocessableEntity {
		t.Errorf("the key of nobody: %d", got)
	}
	w := httptest.NewRecorder()
	page.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	for _, want := range []string{`value="head" checked`, `value="cancel" checked`} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}

func FuzzAnswer(f *testing.F) {
	town, err := authority.NewTown(noon)
	if err != nil {
		f.Fatal(err)
	}
	p := &ncalayer.Program{Town: town, Now: noon}
	f.Add([]byte(`{"module":"kz.gov.pki.knca.basics","method":"sign","args":{"format":"cms","data":["MTEK"],"signingParams":{"decode":true},"signerParams":{"extKeyUsageOids":[],"chain":[]}}}`))
	f.Add([]byte(`{"module":"kz.gov.pki.knca.basics","method":"sign","args":{"format":"xml","data":"<a/>","signingParams":{"decode":"yes"},"signerParams":{"extKeyUsageOids":[],"chain":[]}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		reply, ok := p.Answer(t.Context(), text)
		if ok && !json.Valid(reply) {
			t.Errorf("answered %q", reply)
		}
	})
}
