package design

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"
)

func newAssets(t *testing.T) *Assets {
	t.Helper()
	a, err := NewAssets([]Brand{{Portal: "sample", Colour: "#0f5c6e", Accent: "#e3a72f"}})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func get(t *testing.T, a *Assets, url string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, url, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) []byte {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAssetsAreServedUnderTheirHash(t *testing.T) {
	t.Parallel()
	a := newAssets(t)
	entries, err := files.ReadDir("assets")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if path.Ext(e.Name()) == ".gz" {
			continue
		}
		r := get(t, a, Asset(e.Name()))
		if r.StatusCode != http.StatusOK || !strings.Contains(r.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %s %s; were hashes.go and assets built together?", Asset(e.Name()), r.Status, r.Header.Get("Cache-Control"))
		}
		if r.Header.Get("Content-Type") == "application/octet-stream" {
			t.Errorf("%s has no content type", e.Name())
		}
	}
}

func TestAssetsPackedAndPlainAreTheSame(t *testing.T) {
	t.Parallel()
	a := newAssets(t)
	for _, url := range []string{Asset("tereze.css"), Asset("tereze.js"), Asset("mark.svg"), a.Brand("sample")} {
		plain := body(t, get(t, a, url, "Accept-Encoding", "br, gzip;q=0"))
		r := get(t, a, url, "Accept-Encoding", "br;q=1.0, gzip;q=0.8")
		if r.Header.Get("Content-Encoding") != "gzip" || r.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s is not packed: %v", url, r.Header)
			continue
		}
		z, err := gzip.NewReader(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(z)
		if err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%s differs when unpacked (%v)", url, err)
		}
	}
}

func TestAssetsPlainNameIsAskedForAgain(t *testing.T) {
	t.Parallel()
	a := newAssets(t)
	first := get(t, a, "/-/assets/brand-sample.css")
	if got := first.Header.Get("Cache-Control"); got != "no-cache" {
		t.Errorf("a plain name may be kept: %q, want no-cache", got)
	}
	again := get(t, a, "/-/assets/brand-sample.css", "If-None-Match", first.Header.Get("ETag"))
	if again.StatusCode != http.StatusNotModified || len(body(t, again)) > 0 {
		t.Errorf("asking again gives %s, want 304 and no body", again.Status)
	}
}

func TestAssetsRefuse(t *testing.T) {
	t.Parallel()
	a := newAssets(t)
	for _, url := range []string{"/-/assets/", "/-/assets/none.css", "/-/assets/tereze.css.gz", "/-/assets/../go.mod", "/-/assets/tereze.000000000000.css"} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL.Path = url
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		if w.Code != http.StatusNotFound {
			t.Errorf("%s gives %d, want 404", url, w.Code)
		}
	}
	w := httptest.NewRecorder()
	a.ServeHTTP(w, httptest.NewRequest(http.MethodPost, Asset("tereze.css"), nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST gives %d, want 405", w.Code)
	}
	for _, b := range []Brand{{"../etc", "#0f5c6e", "#e3a72f"}, {"", "#0f5c6e", "#e3a72f"}, {"pale", "#ffee00", "#e3a72f"}} {
		if _, err := NewAssets([]Brand{b}); err == nil {
			t.Errorf("brand %+v was taken", b)
		}
	}
}

func TestStyleSheetNamesOnlyWhatIsServed(t *testing.T) {
	t.Parallel()
	a := newAssets(t)
	css := string(body(t, get(t, a, Asset("tereze.css"))))
	found := regexp.MustCompile(`url\(([^)]+)\)`).FindAllStringSubmatch(css, -1)
	if len(found) != 4 {
		t.Errorf("the style sheet names %d files, want the four of the font", len(found))
	}
	for _, m := range found {
		if r := get(t, a, AssetPath+m[1]); r.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", m[1], r.Status)
		}
	}
	for _, foreign := range []string{"GDS Transport", "#0b1a0", "govuk-crest", "@import"} {
		if strings.Contains(css, foreign) {
			t.Errorf("the style sheet holds %q", foreign)
		}
	}
}
