package house_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tereze/internal/account"
	"tereze/internal/covers"
	"tereze/internal/fault"
	"tereze/internal/house"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/notify"
	"tereze/internal/store"
	"tereze/internal/store/storetest"
)

// agreed are the letters to which a person agreed, as "kind-channel how".
func agreed(t testing.TB, h *housetest.House, user identity.ID) (out []string) {
	t.Helper()
	err := h.Store.InView(context.Background(), func(tx *store.Tx) error {
		all, err := tx.Consents(context.Background(), user)
		for _, c := range all {
			if c.Given {
				out = append(out, string(c.Kind)+"-"+string(c.Channel)+" "+c.How)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// letter is a campaign as the operator writes it.
func letter(h *housetest.House, portal string, kind notify.Kind, channels ...notify.Channel) notify.Campaign {
	c := notify.Campaign{Kind: kind, Channels: channels, Texts: map[string]notify.Text{}}
	p, _ := h.Agreements.Portal(portal)
	for _, language := range p.Languages {
		c.Texts[language] = notify.Text{Subject: "Subject in " + language, Body: "Body"}
	}
	return c
}

// carried has two operators send a letter, waits until it is out, and gives its messages.
func carried(t testing.TB, h *housetest.House, portal string, c notify.Campaign) (notify.Campaign, []notify.Message) {
	t.Helper()
	ctx := context.Background()
	operator := func(name string) identity.Actor {
		return identity.Actor{Portal: portal, User: h.Store.NewID(), Shown: name, Roles: []identity.Role{identity.User, identity.Operator}}
	}
	author, second := operator("author"), operator("second")
	c, err := h.Notices.WriteCampaign(ctx, author, c)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Notices.MoveCampaign(ctx, author, c.ID, "approve"); !fault.Is(err, fault.Forbidden) {
		t.Fatalf("the author approves: %v", err)
	}
	if err := h.Notices.MoveCampaign(ctx, second, c.ID, "approve"); err != nil {
		t.Fatal(err)
	}
	return awaited(t, h, second, c.ID)
}

func awaited(t testing.TB, h *housetest.House, operator identity.Actor, id identity.ID) (c notify.Campaign, messages []notify.Message) {
	t.Helper()
	housetest.Until(t, "the campaign is sent", func() bool {
		var err error
		if c, err = h.Notices.OneCampaign(context.Background(), operator, id); err != nil {
			t.Fatal(err)
		}
		return c.State == notify.CampaignSent
	})
	for _, m := range outbox(t, h, operator.Portal) {
		if m.Campaign == id {
			messages = append(messages, m)
		}
	}
	return c, messages
}

// TestLettersNeedAConsent: the tick under the agreement is the consent, by each channel of the clause; a person takes
// back any of it, and from then on gets no such letter, not even one that lies ready.
func TestLettersNeedAConsent(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "2.8")
	covers.Clause(t, "ismet", "R32")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		ctx := context.Background()
		const letters = "/ismet/cabinet/inbox/letters"
		b := h.Browser(t)
		user := registered(t, h, b, "+77011234567", "asel@example.kz")
		want := []string{"advert-email acceptance", "advert-sms acceptance", "news-email acceptance", "news-sms acceptance", "partner-email acceptance", "partner-sms acceptance"}
		if got := agreed(t, h, user); !slices.Equal(got, want) {
			t.Fatalf("by the acceptance: %q", got)
		}
		given := entries(t, h, user, "notify.consent_give")
		if len(given) != 6 || given[0].Citation.Clause != "2.8" || given[0].Detail["how"] != "acceptance" {
			t.Errorf("evidence of the consent: %+v", given)
		}
		// Somebody who agreed to nothing is left out, and counted.
		other := h.User(t, "ismet", "berik")
		reachable(t, h, other, account.ByEmail, "berik@example.kz")
		c, out := carried(t, h, "ismet", letter(h, "ismet", notify.Advert, notify.Email, notify.SMS))
		if len(out) != 2 || out[0].Home != user || out[1].Home != user || c.Counts.Sent != 2 || c.Counts.Unwilling != 2 || c.Counts.Seen != 2 {
			t.Errorf("an advert: %+v, messages %+v", c.Counts, out)
		}

		// To an address that fails no letter goes, not even one that lies ready, until it is confirmed again.
		for _, failing := range []bool{true, false} {
			if failing {
				fails(t, h, user)
			} else {
				reachable(t, h, identity.Actor{Portal: "ismet", User: user}, account.ByEmail, "asel@example.kz")
			}
			for _, m := range out {
				_, err := h.Notices.Post(ctx, m)
				if left := fault.Is(err, fault.Absent); left != (failing && m.Channel == notify.Email) {
					t.Errorf("%s lies ready while the address fails %t: %v", m.Channel, failing, err)
				}
			}
		}

		b.Post(letters, "want", "news-email", "want", "news-sms", "want", "advert-sms").Want(http.StatusOK)
		if got := entries(t, h, user, "notify.consent_withdraw"); len(got) != 3 || got[0].Citation.Clause != "2.8" {
			t.Errorf("evidence of the withdrawal: %+v", got)
		}
		for _, m := range out {
			_, err := h.Notices.Post(ctx, m)
			if left := fault.Is(err, fault.Absent); left != (m.Channel == notify.Email) {
				t.Errorf("%s lies ready; carried now: %v", m.Channel, err)
			}
		}
		if c, out := carried(t, h, "ismet", letter(h, "ismet", notify.Advert, notify.Email, notify.SMS)); len(out) != 1 || out[0].Channel != notify.SMS {
			t.Errorf("after the withdrawal of one channel: %+v, messages %+v", c.Counts, out)
		}
		if c, out := carried(t, h, "ismet", letter(h, "ismet", notify.Partner, notify.Email)); len(out) != 0 || c.Counts.Unwilling != 2 {
			t.Errorf("a partner's letter: %+v, messages %+v", c.Counts, out)
		}
		if c, out := carried(t, h, "ismet", letter(h, "ismet", notify.News, notify.Email)); len(out) != 1 {
			t.Errorf("news: %+v, messages %+v", c.Counts, out)
		}
		// Who takes back the consent to processing for adverts gets none, not even one that lies ready; news they get.
		lies := out[slices.IndexFunc(out, func(m notify.Message) bool { return m.Channel == notify.SMS })]
		_, fresh := carried(t, h, "ismet", letter(h, "ismet", notify.News, notify.Email))
		b.Post("/ismet/cabinet/data/consents/adverts", "do", "withdraw").Want(http.StatusOK)
		if _, err := h.Notices.Post(ctx, lies); !fault.Is(err, fault.Absent) {
			t.Errorf("an advert after the consent to adverts was withdrawn: %v", err)
		}
		if _, err := h.Notices.Post(ctx, fresh[0]); err != nil {
			t.Errorf("news after it: %v", err)
		}
		// Where the clause lets no adverts be sent, none can be written.
		operator := h.User(t, "ismet", "operator1", identity.Operator)
		publish(t, h, operator, "rules", setList("notify.news_broadcast", "kinds", "news"))
		if _, err := h.Notices.WriteCampaign(ctx, operator, letter(h, "ismet", notify.Advert, notify.Email)); !strings.Contains(fmt.Sprint(err), "campaign_kind") {
			t.Errorf("an advert without its clause: %v", err)
		}
	})
}

// TestAdvertsReachWhereTheConsentDoes: the consent to adverts covers the channels of its clause and no others.
func TestAdvertsReachWhereTheConsentDoes(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "ismet", "9.5")
	h := housetest.SQLite(t)
	operator := h.User(t, "ismet", "operator1", identity.Operator)
	b := atDesk(t, h, "ismet", "operator1")
	const letters = "/ismet/cabinet/inbox/letters"
	if page := b.Get(letters).Want(http.StatusOK); !page.Has(`input[value="advert-sms"]`) || !page.Has(`input[value="advert-email"]`) {
		t.Errorf("adverts are not offered by both channels: %s", page.Text("main"))
	}
	publish(t, h, operator, "offer", setList("privacy.advert_channels", "channels", "email"))
	if page := b.Get(letters).Want(http.StatusOK); page.Has(`input[value="advert-sms"]`) || !page.Has(`input[value="advert-email"]`) || !page.Has(`input[value="news-sms"]`) {
		t.Errorf("adverts by SMS although the clause names e-mail alone: %s", page.Text("main"))
	}
	if _, err := h.Notices.WriteCampaign(context.Background(), operator, letter(h, "ismet", notify.Advert, notify.SMS)); !strings.Contains(fmt.Sprint(err), "campaign_channel_closed") {
		t.Errorf("an advert by SMS: %v", err)
	}
}

// TestTheNewsListTakesConfirmedContacts: a confirmed contact is on the list at once; its person leaves by the
// cabinet or by the link of a letter, without a sign-in, and stays off it.
func TestTheNewsListTakesConfirmedContacts(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "kundelik", "4.16")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		ctx := context.Background()
		person := h.User(t, "kundelik", "asel")
		b := atDesk(t, h, "kundelik", "asel")
		confirm := func() {
			b.Post("/kundelik/cabinet/contacts/email", "value", "asel@example.kz").Want(http.StatusOK)
			code := sent(t, h, "kundelik", "asel@example.kz", "message.contact_code")[0].Args["code"]
			b.Post("/kundelik/cabinet/contacts/code", "code", code).Want(http.StatusOK)
		}
		if confirm(); !slices.Equal(agreed(t, h, person.User), []string{"news-email confirmation"}) {
			t.Fatalf("after the confirmation: %q", agreed(t, h, person.User))
		}
		if given := entries(t, h, person.User, "notify.consent_give"); len(given) != 1 || given[0].Citation.Clause != "4.16" {
			t.Errorf("evidence: %+v", given)
		}
		_, out := carried(t, h, "kundelik", letter(h, "kundelik", notify.News, notify.Email))
		if len(out) != 1 {
			t.Fatalf("news went to %+v", out)
		}
		p, err := h.Notices.Post(ctx, out[0])
		if err != nil || p.To != "asel@example.kz" || p.Subject != "Subject in en" {
			t.Fatalf("the letter is %+v (%v)", p, err)
		}
		for _, part := range []string{"asel", fmt.Sprint(int64(person.User)), "news"} {
			if strings.Contains(p.Unsubscribe, part) {
				t.Errorf("the link tells %q", part)
			}
		}

		stranger := h.Browser(t)
		if page := stranger.Get(p.Unsubscribe).Want(http.StatusOK); strings.Contains(page.Text("main"), "asel") || len(agreed(t, h, person.User)) != 1 {
			t.Error("opening the link tells whose it is, or uses it up")
		}
		stranger.Get(p.Unsubscribe[:len(p.Unsubscribe)-2]).Want(http.StatusNotFound)
		stranger.Post(strings.Replace(p.Unsubscribe, "/kundelik/", "/egov/", 1), "List-Unsubscribe", "One-Click").Want(http.StatusNotFound)
		for range 2 {
			stranger.Post(p.Unsubscribe, "List-Unsubscribe", "One-Click").Want(http.StatusOK)
		}
		if got := agreed(t, h, person.User); len(got) != 0 {
			t.Errorf("left, and still %q", got)
		}
		if gone := entries(t, h, person.User, "notify.consent_withdraw"); len(gone) != 1 || gone[0].Detail["how"] != "link" || gone[0].Citation.Clause != "4.16" {
			t.Errorf("evidence: %+v", gone)
		}
		if confirm(); len(agreed(t, h, person.User)) != 0 {
			t.Error("who has left the list is put on it again")
		}
		b.Post("/kundelik/cabinet/inbox/letters", "want", "news-email").Want(http.StatusOK)
		if got := agreed(t, h, person.User); !slices.Equal(got, []string{"news-email tick"}) {
			t.Errorf("subscribed again: %q", got)
		}
	})
}

// TestAnnouncementsFollowTheSettings: the operator informs people by SMS and PUSH, by no other channel, and
// nobody who did not want it there.
func TestAnnouncementsFollowTheSettings(t *testing.T) {
	t.Parallel()
	covers.Clause(t, "egov", "3.1.3")
	housetest.Each(t, func(t *testing.T, h *housetest.House) {
		var people []identity.Actor
		for i, wants := range [][]string{{}, {"want", "announcement-sms"}, {"want", "announcement-push"}, {"want", "announcement-sms", "want", "announcement-push"}} {
			name := fmt.Sprintf("person%d", i)
			people = append(people, h.User(t, "egov", name))
			reachable(t, h, people[i], account.ByPhone, fmt.Sprintf("+7701123456%d", i))
			browses(t, h, people[i])
			if i == 2 {
				browses(t, h, people[i]) // in a second one as well
			}
			atDesk(t, h, "egov", name).Post("/egov/cabinet/inbox/preferences", append([]string{"language", "en"}, wants...)...).Want(http.StatusOK)
		}
		c, out := carried(t, h, "egov", letter(h, "egov", notify.Announcement, notify.SMS, notify.Push))
		got, browsers := map[identity.ID]string{}, map[string]bool{}
		for _, m := range out {
			got[m.Home] += string(m.Channel) + " "
			p, err := h.Notices.Post(t.Context(), m)
			if err != nil {
				t.Fatal(err)
			}
			if m.Channel == notify.Push {
				browsers[p.To] = true
			}
		}
		if channels, _ := told(t, h, people[2], notify.Announcement); strings.Count(channels, "push") != 2 {
			t.Errorf("who has two browsers is told of something by %q", channels)
		}
		if len(browsers) != 3 {
			t.Errorf("it goes to the browsers %v, want each of three", browsers)
		}
		if len(out) != 5 || got[people[0].User] != "" || got[people[1].User] != "sms " || got[people[2].User] != "push push " || len(got[people[3].User]) != len("sms push ") {
			t.Errorf("announced to %v, %+v", got, c.Counts)
		}
		operator := h.User(t, "egov", "operator1", identity.Operator)
		if _, err := h.Notices.WriteCampaign(context.Background(), operator, letter(h, "egov", notify.Announcement, notify.Email)); !strings.Contains(fmt.Sprint(err), "campaign_channel_closed") {
			t.Errorf("by e-mail, which the clause does not name: %v", err)
		}
		if _, err := h.Notices.WriteCampaign(context.Background(), operator, letter(h, "egov", notify.Advert, notify.SMS)); !strings.Contains(fmt.Sprint(err), "campaign_kind") {
			t.Errorf("an advert without any clause: %v", err)
		}
		p, err := h.Notices.Post(context.Background(), out[0])
		if err != nil {
			t.Fatal(err)
		}
		h.Browser(t).Post(p.Unsubscribe).Want(http.StatusOK)
		if _, err := h.Notices.Post(context.Background(), out[0]); !fault.Is(err, fault.Absent) {
			t.Errorf("left by the link, and still carried: %v", err)
		}
	})
}

// TestCampaignOnThePages: written, shown in every language with its count, approved by another, paused, resumed.
func TestCampaignOnThePages(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	h.User(t, "kundelik", "operator1", identity.Operator)
	h.User(t, "kundelik", "operator2", identity.Operator)
	first, second := atDesk(t, h, "kundelik", "operator1"), atDesk(t, h, "kundelik", "operator2")
	const at = "/kundelik/console/campaigns"
	if page := first.Get(at).Want(http.StatusOK); page.Has("tbody tr") {
		t.Error("there are campaigns before any was written")
	}
	fields := []string{"kind", "news", "channel", "email", "language", "", "role", "user", "institution", "", "since", "2020-01-01", "until", ""}
	for _, language := range []string{"kk", "ru", "en"} {
		fields = append(fields, "subject_"+language, "News in "+language, "body_"+language, "=What is new\nin two lines")
	}
	for _, wrong := range [][]string{{"kind", "advert"}, {"channel", "push"}, {"subject_ru", ""}, {"since", "soon"}, {"institution", "palace"}, {"until", "2019-01-01"}} {
		changed := slices.Clone(fields)
		changed[slices.Index(changed, wrong[0])+1] = wrong[1]
		if page := first.Post(at+"/new", changed...).Want(http.StatusUnprocessableEntity); !page.Has(".govuk-error-summary") {
			t.Errorf("%v is not refused at its field", wrong)
		}
	}
	preview := first.Post(at+"/new", fields...).Want(http.StatusOK)
	for _, words := range []string{"News in kk", "News in ru", "News in en", "4.16"} {
		if !strings.Contains(preview.Text("main"), words) {
			t.Errorf("the preview lacks %q: %s", words, preview.Text("main"))
		}
	}
	written := first.Post(at+"/new", append(fields, "confirmed", "yes")...).Want(http.StatusOK)
	one := strings.TrimSuffix(written.Path, "?done=written")
	first.Post(one + "/approve").Want(http.StatusForbidden)
	second.Post(one + "/pause").Want(http.StatusConflict)
	second.Get(one + "/dance").Want(http.StatusNotFound)
	if page := second.Get(one + "/approve").Want(http.StatusOK); !page.Has("form button") {
		t.Errorf("no question before it: %s", page.Text("main"))
	}
	second.Post(one + "/approve").Want(http.StatusOK)
	second.Post(one + "/approve").Want(http.StatusConflict)
	if csv := first.Get(at + ".csv").Want(http.StatusOK).Body; !strings.Contains(csv, "News in en") {
		t.Errorf("the copy: %s", csv)
	}
}

// crowd adds people with a confirmed address each, of which every thirtieth is one nothing can be sent to, and
// who agreed to news.
func crowd(t testing.TB, h *housetest.House, portal string, n int) {
	t.Helper()
	ctx := context.Background()
	err := h.Store.InTx(ctx, func(tx *store.Tx) error {
		for i := range n {
			u := account.User{ID: h.Store.NewID(), Portal: portal, SignInName: fmt.Sprintf("crowd%06d", i), Shown: "Тест", Language: "kk", State: account.Active, CreatedAt: h.Clock.Now(), Version: 1}
			address := fmt.Sprintf("crowd%06d@example.kz", i)
			if i%30 == 0 {
				address = "nothing"
			}
			if err := tx.AddUser(ctx, u, u.Keys()); err != nil {
				return err
			}
			if err := tx.SaveContact(ctx, u.ID, account.Contact{Kind: account.ByEmail, Value: address, ConfirmedAt: h.Clock.Now()}); err != nil {
				return err
			}
			if _, err := tx.SaveConsent(ctx, u.ID, notify.Consent{Kind: notify.News, Channel: notify.Email, Given: true, How: notify.ByTick, At: h.Clock.Now()}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestTwoProcessesSendACampaignOnce: two houses on one database share the work, are paused and go on, and nobody
// gets two letters; bad addresses stop nothing and are counted.
func TestTwoProcessesSendACampaignOnce(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		keys, err := house.NewKeys("tereze-test")
		if err != nil {
			t.Fatal(err)
		}
		const people = 7000
		ctx := context.Background()
		a := housetest.Open(t, house.Config{Database: database, Keys: keys})
		b := housetest.Open(t, house.Config{Database: database, Keys: keys})
		crowd(t, a, "kundelik", people)
		author, second := a.User(t, "kundelik", "operator1", identity.Operator), a.User(t, "kundelik", "operator2", identity.Operator)
		c, err := a.Notices.WriteCampaign(ctx, author, letter(a, "kundelik", notify.News, notify.Email))
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Notices.MoveCampaign(ctx, second, c.ID, "approve"); err != nil {
			t.Fatal(err)
		}
		var started sync.WaitGroup
		var done sync.WaitGroup
		started.Add(1)
		for i := range 6 {
			done.Go(func() {
				started.Wait()
				for range 4 {
					if _, err := []*housetest.House{a, b}[i%2].Notices.CarryOut(ctx); err != nil && !fault.Is(err, fault.Unavailable) {
						t.Error(err)
					}
				}
			})
		}
		started.Done()
		_ = a.Notices.MoveCampaign(ctx, author, c.ID, "pause") // it may be over
		done.Wait()
		_ = a.Notices.MoveCampaign(ctx, author, c.ID, "resume")
		c, _ = awaited(t, a, author, c.ID)
		bad := (people + 29) / 30
		if c.Counts.Sent != people-bad || c.Counts.Bad != bad || c.Counts.Unwilling != 2 || c.Counts.Seen != people+2 || c.People != people+2 {
			t.Errorf("the report: %+v of %d", c.Counts, c.People)
		}
		var rows, homes int
		err = a.Store.InView(ctx, func(tx *store.Tx) error {
			all, err := tx.Outbox(ctx, "kundelik", 2*people)
			seen := map[identity.ID]bool{}
			for _, m := range all {
				rows++
				seen[m.Home] = true
			}
			homes = len(seen)
			return err
		})
		if err != nil || rows != people-bad || homes != rows {
			t.Errorf("%d messages to %d people, want %d (%v)", rows, homes, people-bad, err)
		}
	})
}

const envCampaign = "TEREZE_CAMPAIGN"

// TestCampaignKilled is the child: a house that sends what there is to be sent, until it is killed.
func TestCampaignKilled(t *testing.T) {
	database := os.Getenv(envCampaign)
	if database == "" {
		t.Skip("runs as the child of TestACampaignSurvivesBeingKilled only")
	}
	keys, err := house.OpenKeys(os.Getenv(envKillKeys), "tereze-kill")
	if err != nil {
		t.Fatal(err)
	}
	housetest.Open(t, house.Config{Database: database, Keys: keys})
	fmt.Println("begun.")
	time.Sleep(time.Minute)
}

// TestACampaignSurvivesBeingKilled: killed at any moment, a campaign goes on where it stood; nobody is forgotten and
// nobody gets two letters.
func TestACampaignSurvivesBeingKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("processes are started and killed")
	}
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		ctx, folder := context.Background(), filepath.Join(t.TempDir(), "keys")
		keys, err := house.OpenKeys(folder, "tereze-kill")
		if err != nil {
			t.Fatal(err)
		}
		const people = 20_000
		author := identity.Actor{Portal: "kundelik", User: 7, Roles: []identity.Role{identity.Operator}}
		second := identity.Actor{Portal: "kundelik", User: 8, Roles: []identity.Role{identity.Operator}}
		var c notify.Campaign
		prepare := func() {
			h, err := house.Open(ctx, house.Config{Database: database, Keys: keys})
			if err != nil {
				t.Fatal(err)
			}
			defer h.Close()
			crowd(t, &housetest.House{House: h}, "kundelik", people)
			if c, err = h.Notices.WriteCampaign(ctx, author, letter(&housetest.House{House: h}, "kundelik", notify.News, notify.Email)); err != nil {
				t.Fatal(err)
			}
			if err := h.Notices.MoveCampaign(ctx, second, c.ID, "approve"); err != nil {
				t.Fatal(err)
			}
		}
		prepare()
		for kill := range 4 {
			killed(t, time.Duration(15*(kill+1))*time.Millisecond, envCampaign+"="+database, envKillKeys+"="+folder)
		}
		h := housetest.Open(t, house.Config{Database: database, Keys: keys})
		c, _ = awaited(t, h, author, c.ID)
		homes := map[identity.ID]bool{}
		rows := 0
		err = h.Store.InView(ctx, func(tx *store.Tx) error {
			all, err := tx.Outbox(ctx, "kundelik", 2*people)
			for _, m := range all {
				rows++
				homes[m.Home] = true
			}
			return err
		})
		want := people - (people+29)/30
		if err != nil || rows != want || len(homes) != want || c.Counts.Sent != want || c.Counts.Seen != people {
			t.Errorf("%d letters to %d people, want %d; the report says %+v (%v)", rows, len(homes), want, c.Counts, err)
		}
	})
}

// killed runs the child and kills it so long after it has begun.
func killed(t *testing.T, after time.Duration, env ...string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(self, "-test.run=^TestCampaignKilled$", "-test.v")
	child.Env, child.Stderr = append(os.Environ(), env...), os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "begun.") {
			time.AfterFunc(after, func() { _ = child.Process.Kill() })
		}
	}
	if err := child.Wait(); err == nil {
		t.Error("the child ended by itself")
	}
}
