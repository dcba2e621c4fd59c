package design

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"strings"
)

//go:embed assets
var files embed.FS

// AssetPath is where [Assets] must be mounted.
const AssetPath = "/-/assets/"

// Asset gives the URL path of an embedded file, with a hash of its content in
// the name: "tereze.css" becomes "/-/assets/tereze.1a2b3c4d5e6f.css". An unknown
// name is a broken promise of ours and panics.
func Asset(name string) string {
	p := hashed(name)
	if p == "" {
		panic("design: no asset " + name)
	}
	return p
}

// Brand is the theme of one portal as its pack states it.
type Brand struct {
	Portal string // key of the portal: "ismet"
	Colour string // "#rrggbb", see [Theme]
	Accent string
}

// Assets serves the style sheet, the script, the fonts and the themes. A name
// with a hash may be kept for ever by the browser; a plain name is asked for
// again each time and answered with 304 when nothing changed.
type Assets struct {
	served map[string]asset  // by the path after AssetPath
	brands map[string]string // portal key to URL
}

type asset struct {
	kind    string // Content-Type
	etag    string
	plain   []byte
	gzip    []byte // nil when compressing does not pay
	forever bool
}

// NewAssets prepares everything there is to serve. It refuses a brand that
// [Theme] refuses and a portal key that cannot stand in a file name.
func NewAssets(brands []Brand) (*Assets, error) {
	a := &Assets{served: map[string]asset{}, brands: map[string]string{}}
	entries, err := files.ReadDir("assets")
	if err != nil {
		return nil, fmt.Errorf("list assets: %w", err)
	}
	for _, e := range entries {
		if e.IsDir() || path.Ext(e.Name()) == ".gz" {
			continue
		}
		plain, err := files.ReadFile("assets/" + e.Name())
		if err != nil {
			return nil, fmt.Errorf("read asset: %w", err)
		}
		packed, err := files.ReadFile("assets/" + e.Name() + ".gz")
		if err != nil {
			packed = nil
		}
		a.add(e.Name(), plain, packed)
	}
	for _, b := range brands {
		if b.Portal == "" || strings.Trim(b.Portal, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return nil, fmt.Errorf("portal %q: a key has small letters, digits and hyphens only", b.Portal)
		}
		css, err := Theme(b.Colour, b.Accent)
		if err != nil {
			return nil, fmt.Errorf("portal %s: %w", b.Portal, err)
		}
		a.brands[b.Portal] = a.add("brand-"+b.Portal+".css", []byte(css), compress([]byte(css)))
	}
	return a, nil
}

// Brand gives the URL path of a portal's theme, or "" for a portal it was not given.
func (a *Assets) Brand(portal string) string { return a.brands[portal] }

// add serves the file under its plain and its hashed name and returns the URL of the latter.
func (a *Assets) add(name string, plain, packed []byte) string {
	sum := fingerprint(plain)
	f := asset{kind: contentType(name), etag: `"` + sum + `"`, plain: plain}
	if len(packed) > 0 && len(packed) < len(plain) {
		f.gzip = packed
	}
	a.served[name] = f
	f.forever = true
	ext := path.Ext(name)
	long := strings.TrimSuffix(name, ext) + "." + sum + ext
	a.served[long] = f
	return AssetPath + long
}

func (a *Assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	}
	f, ok := a.served[strings.TrimPrefix(r.URL.Path, AssetPath)]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-cache")
	if r.URL.Path == AssetPath+"worker.js" {
		h.Set("Service-Worker-Allowed", "/") // one script for every portal, each under its own path
	}
	if f.forever {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	body, etag := f.plain, f.etag
	if f.gzip != nil {
		h.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r.Header.Get("Accept-Encoding")) {
			h.Set("Content-Encoding", "gzip")
			body, etag = f.gzip, strings.TrimSuffix(f.etag, `"`)+`-gz"`
		}
	}
	h.Set("ETag", etag)
	if match := r.Header.Get("If-None-Match"); match != "" && strings.Contains(match, etag) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // the visitor has gone: nobody is left to tell
	}
}

// acceptsGzip reads an Accept-Encoding header (RFC 9110, 12.5.3) as far as gzip goes.
func acceptsGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		coding, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			q := strings.TrimSpace(weight)
			return q != "q=0" && q != "q=0.0" && q != "q=0.00" && q != "q=0.000"
		}
	}
	return false
}

func contentType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	case ".woff2":
		return "font/woff2"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}

// fingerprint is long enough that two contents of one name never meet.
func fingerprint(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:6])
}

func compress(b []byte) []byte {
	var out bytes.Buffer
	z, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // the level is a valid constant
	_, _ = z.Write(b)                                       // a buffer never refuses
	_ = z.Close()
	return out.Bytes()
}
