package api_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tereze/internal/evidence"
	"tereze/internal/house/housetest"
	"tereze/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// client speaks JSON to a house.
type client struct {
	t       *testing.T
	house   *housetest.House
	browser *housetest.Browser
	token   string
}

func (c client) do(method, path string, body any) *housetest.Page {
	c.t.Helper()
	var b bytes.Buffer
	if raw, ok := body.(string); ok {
		b.WriteString(raw)
	} else if body != nil {
		if err := json.NewEncoder(&b).Encode(body); err != nil {
			c.t.Fatal(err)
		}
	}
	req, err := http.NewRequest(method, c.house.URL+path, &b)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept-Language", "kk")
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	return c.browser.Do(req)
}

func into[T any](t *testing.T, p *housetest.Page) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(p.Body), &v); err != nil {
		t.Fatalf("%s: %v in %s", p.Path, err, p.Body)
	}
	return v
}

type problem struct {
	Status int
	Faults []struct{ Key, Message, Clause, By string }
}

// TestTheAPIStandsAtTheSameGate: a program that has signed in is let in only after the acceptance,
// is told by which clause, and gets a receipt that verifies.
func TestTheAPIStandsAtTheSameGate(t *testing.T) {
	t.Parallel()
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		h.User(t, "court", "program")
		c := client{t: t, house: h, browser: h.Browser(t)}
		const base = "/api/v1/portals/court"
		c.do("GET", base+"/me", nil).Want(http.StatusUnauthorized)
		c.do("POST", base+"/sessions", map[string]string{"name": "program", "password": "құпия емес"}).Want(http.StatusUnauthorized)
		signed := into[struct{ Token string }](t, c.do("POST", base+"/sessions", map[string]string{"name": "program", "password": housetest.Password}).Want(http.StatusCreated))
		c.token = signed.Token

		refused := into[problem](t, c.do("GET", base+"/me", nil).Want(http.StatusForbidden))
		if f := refused.Faults[0]; f.Key != "agreement.not_accepted" || f.By != "button" || f.Clause != "court/agreement@1#2" || f.Message == f.Key {
			t.Errorf("refused with %+v", f)
		}
		wrong := map[string]any{"how": "button", "seen": []map[string]any{{"document": "agreement", "edition": 7}}}
		c.do("POST", base+"/acceptances", wrong).Want(http.StatusConflict)
		right := map[string]any{"how": "button", "seen": []map[string]any{{"document": "agreement", "edition": 1}}}
		accepted := into[struct {
			Acceptances []struct{ Receipt, Clause string }
		}](t, c.do("POST", base+"/acceptances", right).Want(http.StatusOK))
		if len(accepted.Acceptances) != 1 || accepted.Acceptances[0].Clause != "court/agreement@1#2" {
			t.Fatalf("accepted %+v", accepted)
		}
		c.do("GET", base+"/me", nil).Want(http.StatusOK)
		c.do("GET", base+"/acceptances", nil).Want(http.StatusOK)

		for {
			if n, err := h.Sequencer.Step(t.Context()); err != nil || n == 0 {
				break
			}
		}
		receipt := c.do("GET", accepted.Acceptances[0].Receipt, nil).Want(http.StatusOK)
		if _, err := evidence.Verify([]byte(receipt.Body), []string{h.LogKey}); err != nil {
			t.Errorf("the receipt does not verify: %v", err)
		}
		h.User(t, "court", "another")
		other := client{t: t, house: h, browser: h.Browser(t)}
		other.token = into[struct{ Token string }](t, other.do("POST", base+"/sessions", map[string]string{"name": "another", "password": housetest.Password})).Token
		other.do("POST", base+"/acceptances", right).Want(http.StatusOK)
		other.do("GET", accepted.Acceptances[0].Receipt, nil).Want(http.StatusNotFound)

		c.do("DELETE", base+"/sessions/mine", nil).Want(http.StatusNoContent)
		c.do("GET", base+"/me", nil).Want(http.StatusUnauthorized)
	})
}

// TestBadBodies: what is not exactly the JSON asked for is refused, in the caller's language.
func TestBadBodies(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	c := client{t: t, house: h, browser: h.Browser(t)}
	for _, body := range []string{"", "[]", "null x", "{", `{"name":"a","password":"b","admin":true}`, `{"name":"a"}{}`, strings.Repeat("[", 100_000), "\x00\xff"} {
		p := c.do("POST", "/api/v1/portals/egov/sessions", body)
		if p.Status != http.StatusUnprocessableEntity && p.Status != http.StatusUnauthorized {
			t.Errorf("%.20q: %d", body, p.Status)
		}
		if f := into[problem](t, p).Faults[0]; f.Message == f.Key || strings.Contains(p.Body, "json:") {
			t.Errorf("%.20q: %s", body, p.Body)
		}
	}
	c.do("GET", "/api/v1/portals/nowhere/documents", nil).Want(http.StatusNotFound)
	c.do("GET", "/api/v1/portals/egov/documents/agreement/editions/99999999999999999999", nil).Want(http.StatusNotFound)
	c.do("GET", "/log/consistency/5/2", nil).Want(http.StatusUnprocessableEntity)
	c.do("GET", "/log/leaves/0/99999999", nil).Want(http.StatusUnprocessableEntity)
}

// TestDescriptionIsTrue: the OpenAPI description names exactly the routes there are.
func TestDescriptionIsTrue(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("routes.go")
	if err != nil {
		t.Fatal(err)
	}
	var routes, described []string
	for _, m := range regexp.MustCompile(`\("([A-Z]+) (/[^"]+)"`).FindAllStringSubmatch(string(source), -1) {
		routes = append(routes, m[1]+" "+m[2])
	}
	raw, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]any
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	for path, methods := range doc.Paths {
		for method := range methods {
			described = append(described, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(routes)
	slices.Sort(described)
	if doc.OpenAPI != "3.1.0" || !slices.Equal(routes, described) {
		t.Errorf("routes\n%s\ndescribed\n%s", strings.Join(routes, "\n"), strings.Join(described, "\n"))
	}
}
