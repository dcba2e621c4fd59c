// Package revocation asks certification authorities over HTTP whether certificates were revoked.
//
// It owns the journey there and back: how long it may take and how much may come. What an answer says,
// and whether it can be believed, is for package eds: an answer is signed, so the way there is not.
package revocation

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"tereze/internal/eds"
)

// Limits of one question.
const (
	patience  = 15 * time.Second
	maxAnswer = 64 << 10 // octets of an OCSP answer; those of the National Certification Authority have 2,000
	maxList   = 64 << 20 // octets of a list; its largest have some ten million
)

// ErrRefused is an authority that did not answer with 200.
var ErrRefused = errors.New("the authority gave no answer")

// HTTP asks with a client; nil is one that follows no redirect.
func HTTP(client *http.Client) eds.Fetch {
	if client == nil {
		client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	return func(ctx context.Context, r eds.Request) ([]byte, error) {
		ctx, done := context.WithTimeout(ctx, patience)
		defer done()
		b, err := fetch(ctx, client, r)
		if err != nil {
			return nil, fmt.Errorf("ask %s at %s: %w", r.Kind, r.URL, err)
		}
		return b, nil
	}
}

func fetch(ctx context.Context, client *http.Client, r eds.Request) ([]byte, error) {
	if u, err := url.Parse(r.URL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("no address of the web")
	}
	method, most, body := http.MethodGet, int64(maxList), io.Reader(http.NoBody)
	if r.Kind == eds.AskOCSP {
		method, most, body = http.MethodPost, maxAnswer, bytes.NewReader(r.Body)
	}
	req, err := http.NewRequestWithContext(ctx, method, r.URL, body)
	if err != nil {
		return nil, err
	}
	if r.Kind == eds.AskOCSP {
		req.Header.Set("Content-Type", "application/ocsp-request")
		req.Header.Set("Accept", "application/ocsp-response")
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%w: %s", ErrRefused, resp.Status)
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, most+1))
	if err == nil && int64(len(b)) > most {
		err = fmt.Errorf("%w: more than %d octets", ErrRefused, most)
	}
	return b, err
}
