package house_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/house"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/store"
	"tereze/internal/store/storetest"
)

// work is the statements one request runs, in their order.
type work struct {
	mu         sync.Mutex
	statements []deed
}

// deed is what the time of one depends on besides the rows it meets.
type deed struct {
	text   string
	args   string // how large each argument is; of texts only whether there is one: names differ in length
	texts  int    // bytes of all its texts
	sealed int    // bytes of all that is sealed or hashed
}

// workKey finds the work of a request in its context: what runs by itself has none.
type workKey struct{}

// watch notes each statement of the request that runs it.
func watch(ctx context.Context, text string, args []any) {
	w, ok := ctx.Value(workKey{}).(*work)
	if !ok {
		return
	}
	s := deed{text: strings.Join(strings.Fields(text), " ")}
	for _, arg := range args {
		switch x := arg.(type) {
		case string:
			s.texts += len(x)
		case []byte:
			s.sealed += len(x)
		}
		s.args += fmt.Sprintf("%T ", arg)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.statements = append(w.statements, s)
}

// workOf sends one form to the handler.
func workOf(t testing.TB, h *housetest.House, path string, form url.Values, cookies []*http.Cookie) ([]deed, *http.Response) {
	t.Helper()
	w := &work{}
	r := httptest.NewRequestWithContext(context.WithValue(t.Context(), workKey{}, w), http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, c := range cookies {
		r.AddCookie(c)
	}
	answer := httptest.NewRecorder()
	h.Handler.ServeHTTP(answer, r)
	if answer.Code >= 500 {
		t.Fatalf("%s answers %d", path, answer.Code)
	}
	return w.statements, answer.Result()
}

// sameWork holds what is done for somebody against what is done for nobody: the same statements in the
// same order, with arguments of the same kinds, as much that is sealed, and texts that differ by no
// more than a word, such as the key of a message.
func sameWork(t testing.TB, about string, there, absent []deed) {
	t.Helper()
	const word = 64
	for i := range max(len(there), len(absent)) {
		switch {
		case i >= len(there):
			t.Errorf("%s: done for nobody alone: %s", about, absent[i].text)
			return
		case i >= len(absent):
			t.Errorf("%s: done for somebody alone: %s", about, there[i].text)
			return
		}
		a, b := there[i], absent[i]
		if a.text != b.text || a.args != b.args {
			t.Errorf("%s: statement %d differs:\nsomebody: %s (%s)\nnobody:   %s (%s)", about, i+1, a.text, a.args, b.text, b.args)
			return
		}
		if a.sealed != b.sealed || a.texts-b.texts > word || b.texts-a.texts > word {
			t.Errorf("%s: %d sealed bytes and %d of text for somebody, %d and %d for nobody: %s", about, a.sealed, a.texts, b.sealed, b.texts, a.text)
		}
	}
	if len(there) < 2 {
		t.Errorf("%s: nothing was done at all", about)
	}
}

// people are the kinds of somebody a stranger might find out about.
func people(t testing.TB, h *housetest.House, portal string) (names []string) {
	t.Helper()
	add := func(name string, contacts ...string) identity.Actor {
		names = append(names, name)
		return confirmed(t, h, portal, name, contacts...)
	}
	add("bymail1", "email", "asel@example.kz")
	add("byphon1", "phone", "+77010000001")
	add("byboth1", "email", "a.very.long.name.of.a.mailbox.that.somebody.has.chosen@department.of.an.institution.example.kz", "phone", "+77010000002")
	add("without")
	locked := add("locked1", "email", "locked@example.kz")
	if err := h.Store.InTx(t.Context(), func(tx *store.Tx) error { return tx.LockUser(t.Context(), locked.User) }); err != nil {
		t.Fatal(err)
	}
	for _, role := range []identity.Role{"operator", "support"} {
		if err := h.Store.InTx(t.Context(), func(tx *store.Tx) error { return tx.GiveRole(t.Context(), locked.User, role, h.Clock.Now()) }); err != nil {
			t.Fatal(err)
		}
	}
	left := add("hasleft", "email", "left@example.kz")
	if err := h.Store.InTx(t.Context(), func(tx *store.Tx) error { return tx.CloseUser(t.Context(), left.User, h.Clock.Now()) }); err != nil {
		t.Fatal(err)
	}
	return names
}

// TestTheSameWorkForNobody: whatever a stranger may ask about a name — to be let in, to be let in again by
// each route, to report that it is in strange hands, to register by it — the database does the same for
// a name nobody has as for each kind of somebody. Clocks can be noisy; this is exact.
func TestTheSameWorkForNobody(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		h := housetest.Open(t, house.Config{Database: database, Watch: watch})
		for _, p := range h.Agreements.Portals() {
			names := people(t, h, p.Name)
			for _, route := range h.Accounts.Recovery(p.Name) {
				ask := func(name string) (asked, proved []deed, answer *http.Response) {
					h.Clock.Move(time.Hour)
					asked, answer = workOf(t, h, "/"+p.Name+"/recover", url.Values{"name": {name}, "route": {route.Name}}, nil)
					if strings.HasSuffix(answer.Header.Get("Location"), "/"+account.StepCode) {
						proved, _ = workOf(t, h, answer.Header.Get("Location"), url.Values{"code": {"000000"}}, answer.Cookies())
					}
					return asked, proved, answer
				}
				asked, proved, first := ask("nobody1")
				for _, name := range names {
					about := p.Name + ", recovery by " + route.Name + " of " + name
					there, tried, answer := ask(name)
					sameWork(t, about, there, asked)
					if answer.StatusCode != http.StatusSeeOther || answer.Header.Get("Location") != first.Header.Get("Location") {
						t.Errorf("%s answers %d %s", about, answer.StatusCode, answer.Header.Get("Location"))
					}
					if proved != nil {
						sameWork(t, about+", and a wrong answer", tried, proved)
					}
				}
			}
			sameSignIn(t, h, p.Name, names)
			sameClaim(t, h, p.Name, names)
		}
	})
}

// sameSignIn guesses at each name until it rests.
func sameSignIn(t testing.TB, h *housetest.House, portal string, names []string) {
	t.Helper()
	guess := func(name string) (all [][]deed) {
		h.Clock.Move(time.Hour)
		for range 12 {
			s, _ := workOf(t, h, "/"+portal+"/sign-in", url.Values{"name": {name}, "password": {"болжам сөз 11"}}, nil)
			all = append(all, s)
		}
		return all
	}
	absent := guess("nobody1")
	for _, name := range names {
		for i, there := range guess(name) {
			sameWork(t, fmt.Sprintf("%s, guess %d at %s", portal, i+1, name), there, absent[i])
		}
	}
}

// sameClaim reports each name.
func sameClaim(t testing.TB, h *housetest.House, portal string, names []string) {
	t.Helper()
	reasons, _ := h.Accounts.CompromiseReasons(portal)
	claim := func(name string) ([]deed, *http.Response) {
		h.Clock.Move(time.Hour)
		form := url.Values{"name": {name}, "text": {"Кілтім ұрланды."}}
		if len(reasons) > 0 {
			form.Set("reason", reasons[0])
		}
		return workOf(t, h, "/"+portal+"/compromised", form, nil)
	}
	absent, answer := claim("nobody1")
	if answer.StatusCode != http.StatusSeeOther {
		return // no such page on this portal
	}
	for _, name := range names {
		there, _ := claim(name)
		sameWork(t, portal+", a report of "+name, there, absent)
	}
}

// TestTheSameWorkForATakenNumber: registration by a code and by a phone does the same for a phone, or a
// personal number, that somebody has already.
func TestTheSameWorkForATakenNumber(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		h := housetest.Open(t, house.Config{Database: database, Watch: watch})
		registers(t, h, h.Browser(t), testPhone)
		seen := h.Browser(t).Get("/kg/register").Attr(`input[name="seen"]`, "value")
		byPhone := func(phone, number string) []deed {
			h.Clock.Move(time.Hour)
			s, _ := workOf(t, h, "/kg/register", url.Values{
				"phone": {phone}, "kind": {"individual"}, "passport": {"AN1234567"}, "number": {number}, "surname": {"Сынаков"}, "given": {"Тест"}, "seen": {seen},
			}, nil)
			return s
		}
		free := byPhone("+996700500000", "21501188010000")
		sameWork(t, "kg, a phone that is taken", byPhone(testPhone, "21501188010000"), free)
		sameWork(t, "kg, a number that is taken", byPhone("+996700500000", "21501188000123"), free)

		registered(t, h, h.Browser(t), "+77010000001", "test@example.kz")
		form := h.Browser(t).Get("/ismet/register")
		byCode := func(phone, email string) []deed {
			h.Clock.Move(24 * time.Hour)
			values := url.Values{}
			fields := preliminary(form, "mobile", phone, "email", email)
			for i := 0; i+1 < len(fields); i += 2 {
				values.Add(fields[i], fields[i+1])
			}
			s, _ := workOf(t, h, "/ismet/register", values, nil)
			return s
		}
		free = byCode("+77010000009", "free@example.kz")
		sameWork(t, "ismet, a phone that is taken", byCode("+77010000001", "free@example.kz"), free)
		sameWork(t, "ismet, an address that is taken", byCode("+77010000009", "test@example.kz"), free)
	})
}

// TestTheSameWorkWhereRecoveryIsStopped: kundelik 4.18 stops the recovery of single institutions; who
// belongs to one is not to be told from anybody else.
func TestTheSameWorkWhereRecoveryIsStopped(t *testing.T) {
	t.Parallel()
	h := housetest.Open(t, house.Config{Database: storetest.SQLite(t), Watch: watch})
	pupil := confirmed(t, h, "kundelik", "pupil", "phone", "+77010000001")
	for _, until := range []time.Time{{}, h.Clock.Now().Add(1000 * time.Hour)} {
		h.Accounts.RecoveryStopped = func(context.Context, string) (account.RecoveryHalt, error) {
			return account.RecoveryHalt{Some: true}, nil
		}
		h.Accounts.RecoveryOpen = func(ctx context.Context, user identity.ID) (bool, time.Time, error) {
			if user == pupil.User {
				return false, until, nil
			}
			return true, time.Time{}, nil
		}
		for _, route := range h.Accounts.Recovery("kundelik") {
			ask := func(name string) []deed {
				h.Clock.Move(time.Hour)
				s, _ := workOf(t, h, "/kundelik/recover", url.Values{"name": {name}, "route": {route.Name}}, nil)
				return s
			}
			sameWork(t, "a stopped recovery by "+route.Name, ask("pupil"), ask("nobod"))
		}
	}
}
