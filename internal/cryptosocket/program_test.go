package cryptosocket_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"tereze/internal/cryptosocket"
	"tereze/internal/eds/authority"
	"tereze/internal/eds/cms"
)

// socket is a page's connection to the stand-in.
type socket struct {
	t    *testing.T
	conn *websocket.Conn
}

func connect(t *testing.T, p *cryptosocket.Program) socket {
	t.Helper()
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	conn, _, err := websocket.Dial(context.Background(), "ws"+strings.TrimPrefix(server.URL, "http")+cryptosocket.Path, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	return socket{t, conn}
}

// call sends a request and gives the answer.
func (s socket) call(text string) map[string]any {
	s.t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
	defer stop()
	if err := s.conn.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
		s.t.Fatal(err)
	}
	_, answer, err := s.conn.Read(ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(answer, &out); err != nil {
		s.t.Fatal(err)
	}
	return out
}

func (s socket) refused(what, text, code string) {
	s.t.Helper()
	if a := s.call(text); a["result"] != "false" || a["code"] != code {
		s.t.Errorf("%s: %v, want code %s", what, a, code)
	}
}

const (
	licence = `{"TumarCSP":"SYSAPI","Function":"SetAPIKey","Param":{"apiKey":"ours"}}`
	right   = `{"TumarCSP":"BaseAPI","Function":"LoadKeyFromTokens","Param":{"id":"7","plugin_name":"citiz-kg","pass":"2017"}}`
	wrong   = `{"TumarCSP":"BaseAPI","Function":"LoadKeyFromTokens","Param":{"id":"8","plugin_name":"citiz-kg","pass":"0000"}}`
)

func program(t *testing.T, file string) *cryptosocket.Program {
	t.Helper()
	cards, err := authority.NewCards(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	p := &cryptosocket.Program{Cards: cards, Now: time.Now, Key: "ours", File: file}
	if err := p.Insert("citizen"); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTheProtocol(t *testing.T) {
	t.Parallel()
	p := program(t, "")
	s := connect(t, p)
	s.refused("before a licence", right, "10001")
	s.refused("another licence", strings.Replace(licence, "ours", "theirs", 1), "10001")
	if a := s.call(licence); a["result"] != "true" {
		t.Fatalf("the licence: %v", a)
	}
	s.refused("nonsense", `{`, "10002")
	s.refused("an unknown function", `{"TumarCSP":"BaseAPI","Function":"FormatToken","Param":{}}`, "10002")
	a := s.call(right)
	key, _ := a["certificate0"].(map[string]any)
	if a["result"] != "true" || a["id"] != "7" || key["profile"] == "" || key["serialNumber"] == "" {
		t.Fatalf("the key: %v", a)
	}
	sign, _ := json.Marshal(map[string]any{"TumarCSP": "BaseAPI", "Function": "Sign", "Param": map[string]any{
		"id": "9", "profile": key["profile"], "pass": "2017", "sn": key["serialNumber"], "data": "what is asked", "detach": false, "isConvert": false, "isCert": true, "hashType": 2,
	}})
	a = s.call(string(sign))
	der, err := base64.StdEncoding.DecodeString(a["pkcs7"].(string))
	if err != nil {
		t.Fatal(err)
	}
	if m, err := cms.Parse(der, cms.Limits{}); err != nil || string(m.Content) != "what is asked" || p.Signed() != 1 {
		t.Errorf("the signature: %v, %v", m, err)
	}
	s.refused("the key of another card", strings.Replace(string(sign), key["serialNumber"].(string), "00", 1), "-2146893807")
	if err := p.Insert(cryptosocket.NoCard); err != nil {
		t.Fatal(err)
	}
	s.refused("no card", right, "-2146893807")
	if p.Insert("nobody's") == nil {
		t.Error("a card nobody has is in the reader")
	}
}

func TestThreeWrongPINsLockTheCardForGood(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "cards.json")
	s := connect(t, program(t, file))
	s.call(licence)
	s.refused("a wrong PIN", wrong, "2148073488")
	s.refused("a second", wrong, "2148073488")
	if a := s.call(right); a["result"] != "true" {
		t.Fatalf("the right PIN after two wrong ones: %v", a)
	}
	s.refused("a wrong PIN", wrong, "2148073488")
	s.refused("a second", wrong, "2148073488")
	s.refused("a third", wrong, "2148532332")
	s.refused("the right one", right, "2148532332")
	again := program(t, file)
	s = connect(t, again)
	s.call(licence)
	s.refused("the right one on another day", right, "2148532332")
	if locked, err := again.Locked("citizen"); err != nil || !locked {
		t.Errorf("locked: %t, %v", locked, err)
	}
	if err := again.Insert("other"); err != nil {
		t.Fatal(err)
	}
	if a := s.call(right); a["result"] != "true" {
		t.Errorf("another card: %v", a)
	}
}

func FuzzRequest(f *testing.F) {
	cards, err := authority.NewCards(time.Now)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{licence, right, wrong, `{`, `[]`, `null`, `{"Param":{"hashType":{}}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p := &cryptosocket.Program{Cards: cards, Now: time.Now}
		if err := p.Insert("citizen"); err != nil {
			t.Fatal(err)
		}
		for _, licensed := range []bool{false, true} {
			if !json.Valid(cryptosocket.Answer(p, text, licensed)) {
				t.Error("the answer is no JSON")
			}
		}
	})
}
