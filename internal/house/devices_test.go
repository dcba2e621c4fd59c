package house_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/covers"
	"tereze/internal/fault"
	"tereze/internal/house"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/store/storetest"
)

// program asks in JSON as a program does, under the name of an app.
func program(t testing.TB, h *housetest.House, method, path, app, key, token, body string) (status int, answer string) {
	t.Helper()
	req, err := http.NewRequest(method, h.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("User-Agent", app)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		req.Header.Set("Tereze-Program", key)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	p := h.Browser(t).Do(req)
	return p.Status, p.Body
}

// appSignIn signs a program in and gives its token.
func appSignIn(t testing.TB, h *housetest.House, portal, name, app, key string) string {
	t.Helper()
	status, body := program(t, h, http.MethodPost, "/api/v1/portals/"+portal+"/sessions", app, key, "", `{"name":"`+name+`","password":"`+housetest.Password+`"}`)
	var in struct{ Token string }
	if err := json.Unmarshal([]byte(body), &in); err != nil || status != http.StatusCreated {
		t.Fatalf("a program's sign-in answers %d %s", status, body)
	}
	return in.Token
}

// TestDevicesAreListedNamedAndRevoked: a person sees each browser and app that has access in their name,
// once however often it signs in, names it, and revokes it: its sessions end at once, others stay, and
// nobody revokes another's.
func TestDevicesAreListedNamedAndRevoked(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "egov", "1.2.11")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		actor, stranger := h.User(t, "egov", "owner-of-devices"), h.User(t, "egov", "stranger")
		accept(t, h, actor)
		accept(t, h, stranger)
		here, app := h.Browser(t), "egov-mobile/1.0"
		here.SignIn("egov", "owner-of-devices")
		token := appSignIn(t, h, "egov", "owner-of-devices", app, "")
		again := appSignIn(t, h, "egov", "owner-of-devices", app, "")
		list := here.Get("/egov/cabinet/security/devices").Want(http.StatusOK)
		rows := list.All("main tbody tr")
		if len(rows) != 2 || !strings.Contains(list.Text("main tbody"), app) {
			t.Fatalf("%d devices: %s", len(rows), list.Text("main"))
		}
		if !list.Has(`main a[href$="#clause-1.2.11"]`) {
			t.Error("the list cites no clause")
		}
		phone := ""
		for _, to := range hrefs(list, "main tbody a") {
			if strings.Contains(here.Get(to).Want(http.StatusOK).Text("h1"), app) {
				phone = to
			}
		}
		here.Post(phone, "name", strings.Repeat("ы", 61)).Want(http.StatusUnprocessableEntity)
		if p := here.Post(phone, "name", "Менің телефоным").Want(http.StatusOK); !strings.Contains(p.Text("main tbody"), "Менің телефоным") {
			t.Error("the name is not kept")
		}
		other := h.Browser(t)
		other.SignIn("egov", "stranger")
		for _, path := range []string{phone, phone + "/revoke"} {
			other.Get(path).Want(http.StatusNotFound)
			other.Post(path, "name", "x").Want(http.StatusNotFound)
		}
		here.Get(phone + "/revoke").Want(http.StatusOK)
		if status, _ := program(t, h, http.MethodGet, "/api/v1/portals/egov/me", app, "", token, ""); status != http.StatusOK {
			t.Fatalf("looking at the page took the access: %d", status)
		}
		if p := here.Post(phone + "/revoke").Want(http.StatusOK); len(p.All("main tbody tr")) != 1 {
			t.Errorf("%d devices are left", len(p.All("main tbody tr")))
		}
		for _, x := range []string{token, again} {
			if status, _ := program(t, h, http.MethodGet, "/api/v1/portals/egov/me", app, "", x, ""); status != http.StatusUnauthorized {
				t.Errorf("a revoked app is answered %d", status)
			}
		}
		here.Get("/egov/cabinet/security").Want(http.StatusOK)
		if n := len(entries(t, h, actor.User, "account.device_revoked")); n != 1 {
			t.Errorf("%d entries of the revocation", n)
		}
		this := hrefs(here.Get("/egov/cabinet/security/devices"), "main tbody a")[0]
		if p := here.Post(this + "/revoke").Want(http.StatusOK); p.Path != "/egov/signed-out" {
			t.Errorf("revoking one's own device leads to %s", p.Path)
		}
	})
}

// TestProgramsNeedAPermission: without a key of the operator a program neither reads nor acts on the portal,
// with one it does, and the answer says by which clause; the permission names the separate agreement,
// ends by its time or by the operator's hand, and opens no other portal. Where an amendment forbids
// programs altogether, no key helps.
func TestProgramsNeedAPermission(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "R10.5")
	covers.Clause(t, "ismet", "R10.8")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		accept(t, h, h.User(t, "ismet", "partner"))
		operator := h.User(t, "ismet", "operator", identity.Operator)
		documents := func(key string) int {
			status, body := program(t, h, http.MethodGet, "/api/v1/portals/ismet/documents", "bot", key, "", "")
			if status == http.StatusForbidden && !strings.Contains(body, "ismet/rules@") {
				t.Errorf("the refusal cites no clause: %s", body)
			}
			return status
		}
		for _, key := range []string{"", "guess", strings.Repeat("x", 5000)} {
			if got := documents(key); got != http.StatusForbidden {
				t.Errorf("with the key %.10q a program is answered %d", key, got)
			}
		}
		status, _ := program(t, h, http.MethodPost, "/api/v1/portals/ismet/sessions", "bot", "", "", `{"name":"partner","password":"`+housetest.Password+`"}`)
		if status != http.StatusForbidden || acts(t, h, "ismet", "account.sign_in") != 0 {
			t.Errorf("without a key the sign-in answers %d", status)
		}
		b := h.Browser(t)
		b.SignIn("ismet", "operator")
		b.Post("/ismet/console/programs", "holder", "", "agreement", "", "days", "0").Want(http.StatusUnprocessableEntity)
		given := b.Post("/ismet/console/programs", "holder", "Серіктес ЖШС", "agreement", "№ 7, 01.11.2026", "days", "30").Want(http.StatusOK)
		key := given.Text("main .govuk-panel strong")
		if got := documents(key); key == "" || got != http.StatusOK {
			t.Fatalf("with its key %q a program is answered %d", key, got)
		}
		if list := b.Get("/ismet/console/programs").Want(http.StatusOK); strings.Contains(list.Body, key) || !strings.Contains(list.Text("main"), "№ 7") {
			t.Error("the list shows the key again, or not the agreement")
		}
		token := appSignIn(t, h, "ismet", "partner", "bot", key)
		if status, _ := program(t, h, http.MethodGet, "/api/v1/portals/ismet/me", "bot", "", token, ""); status != http.StatusForbidden {
			t.Errorf("a session without the key is answered %d", status)
		}
		h.Clock.Move(31 * 24 * time.Hour)
		if got := documents(key); got != http.StatusForbidden {
			t.Errorf("after its time the key is answered %d", got)
		}
		b.SignIn("ismet", "operator")
		second, err := h.Accounts.Permit(context.Background(), operator, accountPermission("Екінші серіктес"))
		if err != nil {
			t.Fatal(err)
		}
		end := hrefs(b.Get("/ismet/console/programs").Want(http.StatusOK), "main tbody a")[0]
		b.Get(end).Want(http.StatusOK)
		if got := documents(second); got != http.StatusOK {
			t.Errorf("the second key is answered %d", got)
		}
		b.Post(end).Want(http.StatusOK)
		b.Post(end).Want(http.StatusConflict)
		if got := documents(second); got != http.StatusForbidden {
			t.Errorf("an ended permission is answered %d", got)
		}
		member := h.Browser(t)
		member.SignIn("ismet", "partner")
		member.Get("/ismet/console/programs").Want(http.StatusForbidden)
		if _, err := h.Accounts.Permit(context.Background(), h.User(t, "ismet", "nobody"), accountPermission("Мен")); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a user permits programs: %v", err)
		}
		third, err := h.Accounts.Permit(context.Background(), operator, accountPermission("Үшінші"))
		if err != nil {
			t.Fatal(err)
		}
		publish(t, h, operator, "rules", func(c *agreement.Content) {
			for i := range c.Clauses {
				for _, r := range c.Clauses[i].Rules {
					for k := range r.With {
						if r.Name == "gate.automation" {
							r.With[k].Value = "never"
						}
					}
				}
			}
		})
		if got := documents(third); got != http.StatusForbidden {
			t.Errorf("although programs are forbidden a key is answered %d", got)
		}
	})
}

// TestNobodyReadsInMass: one operator opens the records of no more people in an hour than the clause
// allows, and is told by which; an hour later they go on, and lists hold no more rows than it allows.
func TestNobodyReadsInMass(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "R10.7")
	h := housetest.SQLite(t)
	onTheHour(h)
	operator, colleague := h.User(t, "ismet", "operator", identity.Operator), h.User(t, "ismet", "colleague", identity.Operator)
	person := h.User(t, "ismet", "person")
	publish(t, h, operator, "rules", func(c *agreement.Content) {
		for i := range c.Clauses {
			for _, r := range c.Clauses[i].Rules {
				for k := range r.With {
					switch {
					case r.Name == "gate.mass_reading" && r.With[k].Name == "per_hour":
						r.With[k].Value = "5"
					case r.Name == "gate.mass_reading":
						r.With[k].Value = "2"
					}
				}
			}
		}
	})
	b := h.Browser(t)
	b.SignIn("ismet", "operator")
	if rows := b.Get("/ismet/console/people").Want(http.StatusOK).All("main tbody tr"); len(rows) != 2 {
		t.Errorf("a list holds %d people, the clause allows 2", len(rows))
	}
	path := "/ismet/console/people/" + h.Opaque.Of(person.User)
	for i := range 5 {
		if p := b.Post(path, "reason", "support"); p.Status != http.StatusOK {
			t.Fatalf("look %d is answered %d: %s", i+1, p.Status, p.Text("main"))
		}
	}
	over := b.Post(path, "reason", "support").Want(http.StatusTooManyRequests)
	if !over.Has(`main a[href*="#clause-R10.7"]`) {
		t.Error("the refusal cites no clause")
	}
	if n := len(entries(t, h, person.User, "account.look")); n != 5 {
		t.Errorf("the person sees %d looks, want 5", n)
	}
	other := h.Browser(t)
	other.SignIn("ismet", colleague.Name)
	other.Post(path, "reason", "support").Want(http.StatusOK)
	h.Clock.Move(time.Hour)
	b.Post(path, "reason", "support").Want(http.StatusOK)
}

// TestSecretsAreUnreadable: what opens access stands nowhere in the database as it is, neither passwords
// nor tokens, codes and links that were sent, and no page of the staff shows it; each look of the staff
// at a person is kept for the person to see.
func TestSecretsAreUnreadable(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "egov", "3.3.3")
	database := storetest.SQLite(t)
	h := housetest.Open(t, house.Config{Database: database})
	person := confirmed(t, h, "egov", "keeper", "email", "keeper@example.kz")
	accept(t, h, person)
	h.User(t, "egov", "operator", identity.Operator)
	secrets := []string{housetest.Password}
	b := h.Browser(t)
	b.SignIn("egov", "keeper")
	for _, c := range b.Cookies() {
		secrets = append(secrets, c.Value)
	}
	secrets = append(secrets, appSignIn(t, h, "egov", "keeper", "egov-mobile/1.0", ""))
	asks(t, h.Browser(t), "egov", "keeper", "new_email").Want(http.StatusOK)
	for _, secret := range slices.Clone(secrets) { // a token stands in a cookie in letters, and would be kept as bytes
		if raw, err := base64.RawURLEncoding.DecodeString(secret); err == nil && len(raw) >= 16 {
			secrets = append(secrets, string(raw))
		}
	}
	sent := 0
	for _, m := range outbox(t, h, "egov") {
		for _, name := range []string{"code", "password", "link"} {
			if m.Args[name] != "" {
				secrets, sent = append(secrets, m.Args[name]), sent+1
			}
		}
	}
	if sent == 0 || len(secrets) < 4 {
		t.Fatalf("only %d secrets, %d of them sent: the test would prove little", len(secrets), sent)
	}
	staff := h.Browser(t)
	staff.SignIn("egov", "operator")
	shown := staff.Post("/egov/console/people/"+h.Opaque.Of(person.User), "reason", "support").Want(http.StatusOK).Body +
		staff.Get("/egov/console/people").Want(http.StatusOK).Body
	files, err := filepath.Glob(database + "*")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		kept, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i, secret := range secrets {
			if bytes.Contains(kept, []byte(secret)) {
				t.Errorf("secret %d stands readable in %s", i, filepath.Base(file))
			}
		}
	}
	for i, secret := range secrets {
		if strings.Contains(shown, secret) {
			t.Errorf("secret %d is shown to the staff", i)
		}
	}
	if rows := b.Get("/egov/cabinet/looks").Want(http.StatusOK).All("main tbody tr"); len(rows) != 1 {
		t.Errorf("the person sees %s looks", strconv.Itoa(len(rows)))
	}
}

// TestUserFromAcceptance: before every document is accepted somebody is a potential user and the cabinet
// says so; from the acceptance on they are a user, and it says since when and by which clause.
func TestUserFromAcceptance(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "3.2")
	h := housetest.SQLite(t)
	actor := h.User(t, "ismet", "newcomer")
	b := h.Browser(t)
	b.SignIn("ismet", "newcomer")
	b.Get("/ismet/language/en?back=%2Fismet").Want(http.StatusOK)
	before := b.Get("/ismet/cabinet/agreement").Want(http.StatusOK)
	if !strings.Contains(before.Text("main"), "potential user") || strings.Contains(before.Text("main"), "user since") {
		t.Errorf("before the acceptance: %s", before.Text("main"))
	}
	if p := b.Get("/ismet/cabinet"); strings.HasPrefix(p.Path, "/ismet/cabinet") {
		t.Errorf("a potential user gets %s", p.Path)
	}
	h.Clock.Move(time.Hour)
	accept(t, h, actor)
	after := b.Get("/ismet/cabinet/agreement").Want(http.StatusOK)
	if !strings.Contains(after.Text("main"), "user since") || !after.Has(`main a[href$="#clause-3.2"]`) {
		t.Errorf("after the acceptance: %s", after.Text("main"))
	}
	b.Get("/ismet/cabinet").Want(http.StatusOK)
}

func accountPermission(holder string) account.Permission {
	return account.Permission{Holder: holder, Agreement: "№ 8, 02.11.2026", Days: "10"}
}
