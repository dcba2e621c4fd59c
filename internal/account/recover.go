package account

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/notify"
)

// StepLink is the step of a recovery whose rest happens where the link leads that was sent. The other
// steps are StepCode, while the code or the password that was sent is due, and StepOwn.
const StepLink = "link"

// What opens the way to a new password.
const (
	byPassword = "temporary_password"
	byLink     = "link"
	byCode     = "code"
)

// Names of what recovery keeps.
const (
	wayRecover      = "recover"
	purposeRecover  = "recover"  // of a link
	purposePassword = "password" // of a password that was sent
)

// usualRecovery is how long a secret works where no clause says.
const usualRecovery = time.Hour

// RecoveryRoute is a way to regain access that the portal's agreement offers and needs nobody's help.
type RecoveryRoute struct {
	Name     string         // as forms name it
	Channel  notify.Channel // empty: whichever the person has confirmed
	Secret   string
	ValidFor time.Duration
	Cite     clause.Citation
}

// Recovery lists the routes of the rules in force: those of the recovery clause (egov 2.7.2, ismet
// 1.17.2, kundelik 3.3), those of the clause on login names (ismet R7), and a newly made password by
// its own channel (egov 2.7.3, ismet 1.17.3, kg 2.5). A route by signature key (court 6.4) is not
// offered here; in its place stands a link to the confirmed e-mail address.
func (a *Accounts) Recovery(portal string) (routes []RecoveryRoute) {
	book := a.Book(portal, a.Now())
	add := func(r RecoveryRoute) {
		r.Name = string(r.Channel) + "_" + r.Secret
		if r.Channel == "" {
			r.Name = "self"
		}
		if !slices.ContainsFunc(routes, func(x RecoveryRoute) bool { return x.Name == r.Name && x.ValidFor == r.ValidFor }) {
			routes = append(routes, r)
		}
	}
	if rule, cite, ok := clause.In[RecoveryRoutes](book); ok {
		for _, route := range rule.Routes {
			switch route {
			case "email":
				add(RecoveryRoute{Channel: notify.Email, Secret: rule.Secret, ValidFor: length(rule.ValidFor), Cite: cite})
			case "sms":
				add(RecoveryRoute{Channel: notify.SMS, Secret: byCode, ValidFor: length(rule.ValidFor), Cite: cite})
			case "self":
				add(RecoveryRoute{Secret: rule.Secret, ValidFor: length(rule.ValidFor), Cite: cite})
			}
		}
	}
	if rule, cite, ok := clause.In[LoginNames](book); ok {
		for _, route := range rule.Recovery {
			if route == "sms" {
				add(RecoveryRoute{Channel: notify.SMS, Secret: byCode, ValidFor: a.codeRule(portal).ValidFor, Cite: cite})
			} else if !slices.ContainsFunc(routes, func(x RecoveryRoute) bool { return x.Channel == notify.Email }) {
				add(RecoveryRoute{Channel: notify.Email, Secret: byLink, ValidFor: usualRecovery, Cite: cite})
			}
		}
	}
	if rule, cite, ok := clause.In[PasswordDelivery](book); ok {
		add(RecoveryRoute{Channel: notify.Channel(rule.Channel), Secret: byPassword, ValidFor: length(rule.ValidFor), Cite: cite})
		if last := &routes[len(routes)-1]; last.Cite == cite {
			last.Name = "new_" + rule.Channel
		}
	}
	if routes == nil {
		add(RecoveryRoute{Channel: notify.Email, Secret: byLink, ValidFor: usualRecovery})
	}
	return routes
}

// RecoveryHalt is that nobody on a portal recovers a password by themselves for now (kundelik 4.18).
type RecoveryHalt struct {
	Stopped bool
	Some    bool            // it is stopped for some of the people
	Until   time.Time       // zero: no end is set
	Cite    clause.Citation // that allows it; set where a clause does, stopped or not
}

// RecoveryHalt tells whether the automated recovery of a portal is stopped.
func (a *Accounts) RecoveryHalt(ctx context.Context, portal string) (RecoveryHalt, error) {
	_, cite, ok := clause.In[RecoverySwitch](a.Book(portal, a.Now()))
	if !ok || a.RecoveryStopped == nil {
		return RecoveryHalt{}, nil
	}
	halt, err := a.RecoveryStopped(ctx, portal)
	halt.Cite = cite
	return halt, err
}

// RecoveryHelp lists who else helps, in the words of the clause (kundelik 3.3), and the clause.
func (a *Accounts) RecoveryHelp(portal string) (who []string, cite clause.Citation) {
	rule, cite, ok := clause.In[RecoveryRoutes](a.Book(portal, a.Now()))
	if !ok {
		return nil, clause.Citation{}
	}
	for _, route := range rule.Routes {
		if route == "institution_administrator" || route == "support" {
			who = append(who, route)
		}
	}
	return who, cite
}

// RecoveryAsk is what a person enters who cannot sign in.
type RecoveryAsk struct {
	Portal   string
	Name     string // the sign-in name as typed
	Route    string // name of one of Recovery
	Language string
	Address  string                    // network address it came from
	Link     func(token string) string // the address a link has
}

// lost is who asked, as far as the answer depends on it; for a name nobody has it is as empty as it
// is for somebody who may not be helped here.
type lost struct {
	user    User
	to      Contact
	setAt   time.Time // of the password that is lost: a later one makes the secret void
	stopped bool      // the automated recovery is closed for this person (kundelik 4.18)
	until   time.Time // when that ends; zero: no end is set
}

// AskRecovery sends what the route names to the person's confirmed contact. Whether there is such a
// person, or such a contact, cannot be told from the answer nor from the time it takes: somebody who
// is not there gets an attempt, a secret and a message as well, which goes nowhere.
//
// Refusals: Forbidden "account.recovery_stopped" while the portal has stopped it for everybody; Invalid
// "form.empty", "form.long", "account.no_route"; TooMany "account.too_often".
func (a *Accounts) AskRecovery(ctx context.Context, q RecoveryAsk) (token string, err error) {
	halt, err := a.RecoveryHalt(ctx, q.Portal)
	if err == nil && halt.Stopped {
		err = fault.New(fault.Forbidden, "account.recovery_stopped").By(halt.Cite)
	}
	if err != nil {
		return "", err
	}
	routes := a.Recovery(q.Portal)
	i := slices.IndexFunc(routes, func(r RecoveryRoute) bool { return r.Name == q.Route })
	switch {
	case strings.TrimSpace(q.Name) == "":
		return "", fault.New(fault.Invalid, "form.empty").At("name")
	case len(q.Name) > 4*maxSignIn:
		return "", fault.New(fault.Invalid, "form.long").With("max", itoa(maxSignIn)).At("name")
	case i < 0:
		return "", fault.New(fault.Invalid, "account.no_route").At("route")
	}
	route, fold := routes[i], a.loginFold(q.Portal, strings.TrimSpace(q.Name))
	who, err := a.whoLost(ctx, q.Portal, fold, route.Channel, halt.Some)
	if err != nil {
		return "", err
	}
	var refused *fault.Fault
	err = a.InTx(ctx, func(tx Tx) error {
		if refused, err = a.mayAsk(ctx, tx, "recover/"+q.Portal+"/"+fold, q.Address); err != nil || refused != nil {
			return err
		}
		token, err = a.sendRecovery(ctx, tx, q, route, fold, who)
		return err
	})
	if err == nil && refused != nil {
		err = refused
	}
	return token, err
}

// whoLost finds who asks. It reads as much for nobody as it does for somebody; some says that the automated
// recovery is stopped for some of the portal's people: a walk through the institutions somebody belongs
// to would take its time.
func (a *Accounts) whoLost(ctx context.Context, portal, fold string, channel notify.Channel, some bool) (lost, error) {
	var who lost
	var contacts []Contact
	err := a.InView(ctx, func(tx Tx) error {
		u, err := tx.UserNamed(ctx, portal, fold)
		if err != nil && !fault.Is(err, fault.Absent) {
			return err
		}
		if contacts, err = tx.Contacts(ctx, u.ID); err != nil {
			return err
		}
		p, err := tx.StoredPassword(ctx, u.ID)
		if err != nil && !fault.Is(err, fault.Absent) {
			return err
		}
		who = lost{user: u, setAt: p.SetAt}
		return nil
	})
	if err != nil {
		return lost{}, err
	}
	if some {
		open, until, err := a.RecoveryOpen(ctx, who.user.ID)
		if err != nil {
			return lost{}, err
		}
		who.stopped, who.until = !open, until
	}
	want := map[notify.Channel]ContactKind{notify.Email: ByEmail, notify.SMS: ByPhone}[channel]
	for _, c := range contacts { // by kind: e-mail before phone
		if who.to.Value == "" && (want == "" || c.Kind == want) {
			who.to = c
		}
	}
	if !recoverable(who.user) || who.to.Value == "" {
		return lost{}, nil
	}
	return who, nil
}

// recoverable: who left regains nothing.
func recoverable(u User) bool { return u.State == Active || u.State == Locked }

// sendRecovery makes the attempt, the secret of the route and the message.
func (a *Accounts) sendRecovery(ctx context.Context, tx Tx, q RecoveryAsk, route RecoveryRoute, fold string, who lost) (token string, err error) {
	now, step := a.Now(), StepCode
	if route.Secret == byLink {
		step = StepLink
	}
	helped := who.user.ID != 0 && !who.stopped
	form := map[string]string{"user": "", "name": fold, "route": route.Name, "set_at": micros(who.setAt)}
	if helped {
		form["user"] = itoa64(who.user.ID)
	}
	at, token, err := a.BeginAttempt(ctx, tx, q.Portal, wayRecover, step, form)
	if err != nil {
		return "", err
	}
	owner := at.ID
	if helped {
		owner = who.user.ID
	}
	args := map[string]string{"until": a.written(q.Portal, now.Add(route.ValidFor))}
	if err := a.recoverySecret(ctx, tx, &at, route, owner, q.Link, args); err != nil {
		return "", err
	}
	m := notify.Message{
		ID: a.NewID(), Home: owner, Portal: q.Portal, Channel: notify.Email, To: who.to.Value, Key: "message.recover_" + route.Secret,
		Args: args, Language: q.Language, At: now, Until: now.Add(route.ValidFor),
	}
	switch {
	case who.user.ID == 0:
		m.Key, m.To = notify.Decoy, nowhere
	case who.stopped:
		m.Key, m.Args, m.Until = "message.recovery_stopped", nil, time.Time{}
		if !who.until.IsZero() {
			m.Key, m.Args = "message.recovery_stopped_until", map[string]string{"until": a.written(q.Portal, who.until)}
		}
	}
	if who.to.Kind == ByPhone || who.user.ID == 0 && route.Channel == notify.SMS {
		m.Channel = notify.SMS
	}
	if who.user.Language != "" {
		m.Language = who.user.Language
	}
	if err := tx.AddMessage(ctx, m); err != nil {
		return "", err
	}
	_, err = a.Record(ctx, tx, evidence.Entry{
		Portal: q.Portal, Home: owner, ID: a.NewID(), At: now, Actor: "visitor:" + itoa64(at.ID), Act: "account.recover", Citation: route.Cite,
		Detail: map[string]string{"route": route.Name, "address": q.Address},
	})
	return token, err
}

func micros(t time.Time) string {
	if t.IsZero() {
		return "0"
	}
	return strconv.FormatInt(t.UnixMicro(), 10)
}

// recoverySecret makes what opens the way: a code for this attempt, a link, or a password that is
// taken here and at sign-in. A password is bound to its owner and kept as a mark.
func (a *Accounts) recoverySecret(ctx context.Context, tx Tx, at *Attempt, route RecoveryRoute, owner identity.ID, link func(string) string, args map[string]string) error {
	now := a.Now()
	s := Secret{User: owner, Portal: at.Portal, Purpose: purposeRecover, Detail: at.Form["set_at"], ExpiresAt: now.Add(route.ValidFor)}
	switch route.Secret {
	case byLink:
		token, err := a.NewSecret(ctx, tx, s)
		if err != nil {
			return err
		}
		args["link"] = link(token)
	case byCode:
		rule := a.codeRule(at.Portal)
		rule.ValidFor = route.ValidFor
		code, err := a.NewCode(tx, at, rule)
		if err != nil {
			return err
		}
		args["code"] = code
		at.Version++
		return tx.SaveAttempt(ctx, *at)
	default:
		password, err := newPassword()
		if err != nil {
			return err
		}
		mark, err := tx.Mark(sentPassword(owner, password))
		if err != nil {
			return err
		}
		args["password"], s.Purpose = password, purposePassword
		return tx.AddSecret(ctx, mark, s)
	}
	return nil
}

func sentPassword(owner identity.ID, password string) string {
	return "password/" + itoa64(owner) + "/" + cleanSecret(password)
}
