// Package mgovsign is a stand-in for eGov Mobile, the app with which people sign on a phone: it reads what a
// QR code says, asks what is to be signed, signs with a key of a demonstration and puts it back.
//
// It owns the app's side of the protocol. It knows nothing of the portal's: what the app would not find
// in an answer, it does not find either.
package mgovsign

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tereze/internal/eds/authority"
	"tereze/internal/eds/cms"
	"tereze/internal/eds/xmldsig"
)

// App is one phone.
type App struct {
	Client   *http.Client
	Key      *authority.Issued
	Stamp    func(value []byte) ([]byte, error) // time-stamps what is signed by CMS; nil: none
	Now      func() time.Time
	Language string // of Accept-Language
	// Tamper changes what is put back, for tests; nil: nothing.
	Tamper func(body map[string]any)
}

// Seen is what the person sees on the phone before signing.
type Seen struct {
	Description string
	Expires     string
	From        string   // the organisation
	Documents   []string // names
}

// maxAnswer is the longest answer that is read, in octets.
const maxAnswer = 32 << 20

// Link reads the text of a QR code, or the link for the same phone: the address of API 1.
func Link(text string) (string, error) {
	if address, ok := strings.CutPrefix(text, "mobileSign:"); ok {
		text = address
	} else if u, err := url.Parse(text); err == nil && u.Host == "m.egov.kz" {
		text = u.Query().Get("link")
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.ContainsAny(text, " \t\n") {
		return "", fmt.Errorf("%q is no address to sign at", text)
	}
	if !strings.Contains(u.Path+"?"+u.RawQuery, "mgovSign") {
		return "", errors.New("the address lacks the mark mgovSign")
	}
	return text, nil
}

// Sign does all that the app does with a QR code. sure is asked before anything is signed.
func (a App) Sign(ctx context.Context, text string, sure func(Seen) bool) error {
	address, err := Link(text)
	if err != nil {
		return err
	}
	var first struct {
		Description  string `json:"description"`
		ExpiryDate   string `json:"expiry_date"`
		Organisation struct {
			NameKz string `json:"nameKz"`
		} `json:"organisation"`
		Document struct {
			URI       string `json:"uri"`
			AuthType  string `json:"auth_type"`
			AuthToken string `json:"auth_token"`
		} `json:"document"`
	}
	if err := a.call(ctx, http.MethodGet, address, "", nil, &first); err != nil {
		return fmt.Errorf("API 1: %w", err)
	}
	expires, err := time.Parse("2006-01-02T15:04:05.99-0700", first.ExpiryDate)
	if err != nil {
		return fmt.Errorf("API 1: %w", err)
	}
	if a.Now().After(expires) {
		return errors.New("the code has expired")
	}
	bearer := ""
	switch first.Document.AuthType {
	case "None":
	case "Token":
		bearer = first.Document.AuthToken
	default:
		return fmt.Errorf("API 1: auth_type %q is not played here", first.Document.AuthType)
	}
	var body map[string]any
	if err := a.call(ctx, http.MethodGet, first.Document.URI, bearer, nil, &body); err != nil {
		return fmt.Errorf("API 2: %w", err)
	}
	seen := Seen{Description: first.Description, Expires: first.ExpiryDate, From: first.Organisation.NameKz}
	if err := a.signAll(body, &seen, sure); err != nil {
		return err
	}
	if a.Tamper != nil {
		a.Tamper(body)
	}
	return a.call(ctx, http.MethodPut, first.Document.URI, bearer, body, nil)
}

// ErrDeclined is a person who would not sign.
var ErrDeclined = errors.New("the person did not sign")

// signAll replaces every document by its signature.
func (a App) signAll(body map[string]any, seen *Seen, sure func(Seen) bool) error {
	documents, _ := body["documentsToSign"].([]any)
	for _, d := range documents {
		one, _ := d.(map[string]any)
		seen.Documents = append(seen.Documents, fmt.Sprint(one["nameKz"]))
	}
	if len(documents) == 0 {
		return errors.New("API 2: nothing to sign")
	}
	if !sure(*seen) {
		return ErrDeclined
	}
	for _, d := range documents {
		one, _ := d.(map[string]any)
		if err := a.signOne(body["signMethod"], one); err != nil {
			return err
		}
	}
	return nil
}

func (a App) signOne(method any, one map[string]any) error {
	switch method {
	case "XML":
		text, _ := one["documentXml"].(string)
		signed, err := xmldsig.Sign(rand.Reader, []byte(text), a.Key.Key, a.Key.Certificate)
		if err != nil {
			return err
		}
		one["documentXml"] = `<?xml version="1.0" encoding="UTF-8" standalone="no"?>` + string(signed)
	case "CMS_WITH_DATA", "CMS_SIGN_ONLY":
		document, _ := one["document"].(map[string]any)
		file, _ := document["file"].(map[string]any)
		data, _ := file["data"].(string)
		raw, err := base64.StdEncoding.DecodeString(data)
		if err != nil || file == nil {
			return fmt.Errorf("API 2: no document in a file: %w", err)
		}
		signed, err := cms.Sign(raw, cms.Signing{
			Key: a.Key.Key, Certificate: a.Key.Certificate, At: a.Now(), Rand: rand.Reader, Detached: method == "CMS_SIGN_ONLY", Stamp: a.Stamp,
		})
		if err != nil {
			return err
		}
		file["data"] = base64.StdEncoding.EncodeToString(signed)
	default:
		return fmt.Errorf("API 2: signMethod %v is not played here", method)
	}
	return nil
}

// Refused is an answer other than success.
type Refused struct {
	Status  int
	Message string
}

func (r *Refused) Error() string { return fmt.Sprintf("%d: %s", r.Status, r.Message) }

func (a App) call(ctx context.Context, method, address, bearer string, body, into any) error {
	var sent io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return err
		}
		sent = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, address, sent)
	if err != nil {
		return err
	}
	req.Header.Set("Accept-Language", a.Language)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	resp, err := a.Client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		var said struct {
			Message string `json:"message"`
		}
		_ = json.Unmarshal(b, &said) // what is no JSON is shown as it is
		if said.Message == "" {
			said.Message = string(b[:min(len(b), 500)])
		}
		return &Refused{resp.StatusCode, said.Message}
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(b, into)
}
