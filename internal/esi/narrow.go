package esi

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// narrow reaches the provider and nobody else, whatever addresses its answers name, and reads no more of an answer
// than any of its answers has.
type narrow struct {
	to   *url.URL
	over http.RoundTripper
}

// RoundTrip follows http.RoundTripper.
func (n *narrow) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != n.to.Scheme || r.URL.Host != n.to.Host {
		return nil, fmt.Errorf("%s is not the provider", r.URL.Host)
	}
	answer, err := n.over.RoundTrip(r)
	if err == nil {
		answer.Body = capped{io.LimitReader(answer.Body, maxAnswer), answer.Body}
	}
	return answer, err
}

type capped struct {
	io.Reader
	io.Closer
}
