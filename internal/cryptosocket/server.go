package cryptosocket

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/coder/websocket"

	"tereze/internal/eds/authority"
	"tereze/internal/eds/cms"
)

// Path is where the protocol is spoken.
const Path = "/tumarcsp/"

// The codes of answers, as the middleware writes them.
const (
	noLicence     = "10001"
	wrongPIN      = "2148073488"  // 0x80090010
	noCard        = "-2146893807" // 0x80090011
	cardLocked    = "2148532332"  // 0x8010006C
	unknownCall   = "10002"       // this stand-in's own
	internalError = "10003"       // this stand-in's own
)

// maxRequest is the longest request that is read, in octets.
const maxRequest = 1 << 20

type refusal struct{ code, words string }

// request is what a page sends.
type request struct {
	Family   string `json:"TumarCSP"`
	Function string `json:"Function"`
	Param    param  `json:"Param"`
}

type param struct {
	ID        string          `json:"id"`
	APIKey    string          `json:"apiKey"`
	Plugin    string          `json:"plugin_name"`
	Profile   string          `json:"profile"`
	Pass      string          `json:"pass"`
	Serial    string          `json:"sn"`
	Data      string          `json:"data"`
	Detach    bool            `json:"detach"`
	IsConvert bool            `json:"isConvert"`
	IsCert    bool            `json:"isCert"`
	HashType  json.RawMessage `json:"hashType"`
}

// ServeHTTP speaks the protocol. Nothing is answered before a licence was shown. Pages of any origin may come.
func (p *Program) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != Path {
		http.NotFound(w, r)
		return
	}
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true}) // any origin
	if err != nil {
		return // Accept has answered
	}
	defer conn.CloseNow()
	conn.SetReadLimit(maxRequest)
	licensed := false
	for {
		kind, text, err := conn.Read(r.Context())
		if err != nil || kind != websocket.MessageText {
			return
		}
		if err := conn.Write(r.Context(), websocket.MessageText, p.answer(text, &licensed)); err != nil {
			return
		}
	}
}

// answer gives the reply to one request.
func (p *Program) answer(text []byte, licensed *bool) []byte {
	var q request
	if err := json.Unmarshal(text, &q); err != nil {
		return reply(q, nil, &refusal{unknownCall, "the request cannot be read"})
	}
	if q.Family == "SYSAPI" && q.Function == "SetAPIKey" {
		*licensed = p.Key == "" || subtle.ConstantTimeCompare([]byte(q.Param.APIKey), []byte(p.Key)) == 1
		if !*licensed {
			return reply(q, nil, &refusal{noLicence, "no licence for this address"})
		}
		return reply(q, nil, nil)
	}
	if !*licensed {
		return reply(q, nil, &refusal{noLicence, "no licence for this address"})
	}
	if q.Family != "BaseAPI" {
		return reply(q, nil, &refusal{unknownCall, "function is not supported"})
	}
	switch q.Function {
	case "GetVersion":
		return reply(q, map[string]any{"response": "stand-in"}, nil)
	case "LoadProfileFromTokens":
		return p.profiles(q)
	case "LoadKeyFromTokens", "LoadKeyFromProfile":
		return p.keys(q)
	case "Sign":
		return p.sign(q)
	}
	return reply(q, nil, &refusal{unknownCall, "function is not supported"})
}

// reply writes an answer: results are strings, and the id of the request comes back.
func reply(q request, more map[string]any, no *refusal) []byte {
	out := map[string]any{"result": "true", "Function": q.Function}
	if q.Param.ID != "" {
		out["id"] = q.Param.ID
	}
	for name, value := range more {
		out[name] = value
	}
	if no != nil {
		out["result"], out["code"], out["error"] = "false", no.code, no.words
	}
	text, err := json.Marshal(out)
	if err != nil {
		return []byte(`{"result":"false","code":"` + internalError + `"}`)
	}
	return text
}

// profileOf is how the middleware addresses a card.
func profileOf(name string) string { return "citiz-kg://" + name }

func serialOf(key *authority.Issued) string {
	return hex.EncodeToString(key.Certificate.SerialNumber.Bytes())
}

func (p *Program) profiles(q request) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.card == "" || p.card == NoCard {
		return reply(q, nil, &refusal{noCard, "no token was found"})
	}
	return reply(q, map[string]any{"response": map[string]string{"profile0": profileOf(p.card)}}, nil)
}

func (p *Program) keys(q request) []byte {
	if q.Function == "LoadKeyFromTokens" && q.Param.Plugin != "" && q.Param.Plugin != "citiz-kg" {
		return reply(q, nil, &refusal{noCard, "no token of this kind was found"})
	}
	name, key, no := p.present(q.Param.Pass)
	if no != nil {
		return reply(q, nil, no)
	}
	if q.Function == "LoadKeyFromProfile" && q.Param.Profile != profileOf(name) {
		return reply(q, nil, &refusal{noCard, "the profile is not there"})
	}
	return reply(q, map[string]any{"certificate0": map[string]string{
		"profile": profileOf(name), "serialNumber": serialOf(key), "keyOid": key.Key.Algorithm(),
		"validFrom": key.Certificate.NotBefore.UTC().Format(time.RFC3339), "validTo": key.Certificate.NotAfter.UTC().Format(time.RFC3339),
	}}, nil)
}

func (p *Program) sign(q request) []byte {
	name, key, no := p.present(q.Param.Pass)
	if no != nil {
		return reply(q, nil, no)
	}
	if q.Param.Profile != profileOf(name) || q.Param.Serial != serialOf(key) {
		return reply(q, nil, &refusal{noCard, "the key is not on the card"})
	}
	data := []byte(q.Param.Data)
	if q.Param.IsConvert {
		var err error
		if data, err = base64.StdEncoding.DecodeString(q.Param.Data); err != nil {
			return reply(q, nil, &refusal{internalError, "data is not base64"})
		}
	}
	signed, err := cms.Sign(data, cms.Signing{Key: key.Key, Certificate: key.Certificate, At: p.Now(), Detached: q.Param.Detach, Rand: rand.Reader})
	if err != nil {
		return reply(q, nil, &refusal{internalError, strconv.Quote(err.Error())})
	}
	p.mu.Lock()
	p.signed++
	p.mu.Unlock()
	return reply(q, map[string]any{"pkcs7": base64.StdEncoding.EncodeToString(signed)}, nil)
}
