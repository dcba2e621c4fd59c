package house_test

import (
	"net/http"
	"strings"
	"testing"

	"tereze/internal/account"
	"tereze/internal/covers"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/notify"
)

// TestImportantMattersAreToldOnThePortalAndByEmail: the operator chooses the channels that the clause names: what is
// published on the first page and what goes out by e-mail both stand on it, and no other channel is taken.
func TestImportantMattersAreToldOnThePortalAndByEmail(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "4.1.3")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		h.User(t, "ismet", "operator1", identity.Operator)
		h.User(t, "ismet", "operator2", identity.Operator)
		person := h.User(t, "ismet", "asel")
		reachable(t, h, person, account.ByEmail, "asel@example.kz")
		first, second := atDesk(t, h, "ismet", "operator1"), atDesk(t, h, "ismet", "operator2")

		const posting = "/ismet/console/announcements/new"
		form := announcement(h, "information", "ismet")
		if page := first.Post(posting, form...).Want(http.StatusOK); !strings.Contains(page.Text("main"), "4.1.3") {
			t.Errorf("the preview does not cite the clause: %s", page.Text("main"))
		}
		first.Post(posting, append(form, "confirmed", "yes")...).Want(http.StatusOK)
		if shown := h.Browser(t).Get("/ismet").Want(http.StatusOK).Text("main .govuk-inset-text"); !strings.Contains(shown, "Title in") || !strings.Contains(shown, "4.1.3") {
			t.Errorf("the first page shows %q", shown)
		}
		if e := entriesOf(t, h, "ismet", "operations.announce"); len(e) != 1 || e[0].Citation.Document != "offer" || e[0].Citation.Clause != "4.1.3" {
			t.Errorf("evidence of the publication: %+v", e)
		}

		const writing = "/ismet/console/campaigns/new"
		letter := func(channels ...string) []string {
			fields := []string{"kind", string(notify.Announcement), "language", "", "role", "", "institution", "", "since", "", "until", ""}
			for _, channel := range channels {
				fields = append(fields, "channel", channel)
			}
			p, _ := h.Agreements.Portal("ismet")
			for _, language := range p.Languages {
				fields = append(fields, "subject_"+language, "Subject in "+language, "body_"+language, "What changes")
			}
			return append(fields, "confirmed", "yes")
		}
		for _, channels := range [][]string{nil, {"sms"}, {"email", "push"}} {
			first.Post(writing, letter(channels...)...).Want(http.StatusUnprocessableEntity)
		}
		written := first.Post(writing, letter("email", "site")...).Want(http.StatusOK)
		at, _, _ := strings.Cut(written.Path, "?")
		second.Post(at + "/approve").Want(http.StatusOK)
		id, err := h.Opaque.ID(at[strings.LastIndex(at, "/")+1:])
		if err != nil {
			t.Fatal(err)
		}
		_, out := awaited(t, h, identity.Actor{Portal: "ismet", User: person.User, Roles: []identity.Role{identity.Operator}}, id)
		by := map[notify.Channel]int{}
		for _, m := range out {
			if by[m.Channel]++; m.Channel != notify.Site && m.Home != person.User {
				t.Errorf("sent to somebody without an address: %+v", m)
			}
		}
		if by[notify.Email] != 1 || by[notify.SMS] != 0 || by[notify.Push] != 0 {
			t.Errorf("messages by channel: %v", by)
		}
		if inbox := atDesk(t, h, "ismet", "asel").Get("/ismet/cabinet/inbox").Want(http.StatusOK).Text("main"); !strings.Contains(inbox, "Subject in") {
			t.Errorf("the inbox: %s", inbox)
		}
		for _, act := range []string{"notify.campaign_write", "notify.campaign_approve"} {
			if e := entriesOf(t, h, "ismet", act); len(e) != 1 || e[0].Citation.Clause != "4.1.3" {
				t.Errorf("evidence of %s: %+v", act, e)
			}
		}
	})
}
