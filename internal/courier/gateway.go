package courier

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"unicode"

	"tereze/internal/notify"
)

// Gateway is a provider of text messages that is asked over HTTP: a POST of JSON {"to", "from", "text", "reference"}
// with a bearer token, answered by JSON {"id"}. The reference is the same at every try of a message.
type Gateway struct {
	name   string
	url    string
	from   string
	token  string
	client *http.Client
}

// longestAnswer caps what a gateway may say, in bytes.
const longestAnswer = 16 << 10

// NewGateway prepares one; client's own time limit and trust are used.
func NewGateway(name, url, from, token string, client *http.Client) *Gateway {
	// An answer that leads elsewhere would take the token there.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Gateway{name: name, url: url, from: from, token: token, client: client}
}

// Name is as in the configuration.
func (g *Gateway) Name() string { return g.name }

// Carry asks for one message.
func (g *Gateway) Carry(ctx context.Context, p Parcel) notify.Outcome {
	parts := len(notify.Segment(p.Text).Parts)
	body, err := json.Marshal(map[string]string{"to": p.To, "from": g.from, "text": p.Text, "reference": number(p)})
	if err != nil {
		return notify.Outcome{State: notify.Permanent, Reason: notify.ReasonUnwritten}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.url, bytes.NewReader(body))
	if err != nil {
		return notify.Outcome{State: notify.Technical, Reason: notify.ReasonMistaken}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Authorization", "Bearer "+g.token)
	req.Header.Set("Idempotency-Key", number(p))
	res, err := g.client.Do(req)
	if err != nil {
		return notify.Outcome{State: notify.Technical, Reason: notify.ReasonUnreachable}
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, longestAnswer+1))
	if err != nil {
		return notify.Outcome{State: notify.Technical, Reason: notify.ReasonNoAnswer}
	}
	out := gatewayOutcome(res.StatusCode, answer)
	out.Parts = parts
	return out
}

// gatewayOutcome reads an answer. Anything that cannot be understood under a status of success was not refused: it
// may have been sent.
func gatewayOutcome(status int, body []byte) notify.Outcome {
	out := notify.Outcome{State: notify.Technical, Reason: notify.ReasonMistaken, Code: strconv.Itoa(status)}
	switch {
	case status >= 200 && status < 300:
		id, err := readGateway(body)
		if err != nil {
			out.Reason = notify.ReasonNoAnswer
			return out
		}
		return notify.Outcome{State: notify.Accepted, Code: id}
	case status == http.StatusTooManyRequests:
		out.State, out.Reason = notify.Temporary, notify.ReasonThrottled
	case status == http.StatusBadRequest, status == http.StatusUnprocessableEntity:
		out.State, out.Reason = notify.Permanent, notify.ReasonAddress
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusPaymentRequired:
		out.Reason = notify.ReasonNotAllowed
	case status >= 500:
		out.Reason = notify.ReasonUnreachable
	}
	return out
}

var errAnswer = errors.New("not an answer of the gateway")

// readGateway finds the gateway's number of a message: printable, at most 100 characters.
func readGateway(body []byte) (id string, err error) {
	if len(body) > longestAnswer {
		return "", errAnswer
	}
	var answer struct {
		ID json.RawMessage `json:"id"`
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if err := d.Decode(&answer); err != nil || d.More() {
		return "", errAnswer
	}
	if err := json.Unmarshal(answer.ID, &id); err != nil {
		id = string(answer.ID) // a number
		if _, err := strconv.ParseUint(id, 10, 64); err != nil {
			return "", errAnswer
		}
	}
	if id == "" || len(id) > 100 || strings.ContainsFunc(id, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsPrint(r) }) {
		return "", errAnswer
	}
	return id, nil
}
