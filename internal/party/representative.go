package party

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
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

// RepresentativeState is where the data of a representative stand.
type RepresentativeState string

// The states of a representative. Nothing goes to one who has not confirmed the contact.
const (
	RepresentativeWaiting   RepresentativeState = "waiting"
	RepresentativeConfirmed RepresentativeState = "confirmed"
	RepresentativeDeclined  RepresentativeState = "declined"
	RepresentativeRevoked   RepresentativeState = "revoked"
)

// Representative is a trusted person who is told of a user's submissions (court 5.2), for a term, by the
// power a paper gives.
type Representative struct {
	User        identity.ID
	ID          identity.ID
	Portal      string
	State       RepresentativeState
	Kinds       []string // of submissions they are told of
	Until       time.Time
	Name        string
	Channel     notify.Channel
	To          string
	Paper       string // the file's name
	PaperType   string
	PaperSize   int
	Sent        int // messages that ask for confirmation
	MadeAt      time.Time
	ConfirmedAt time.Time
	EndedAt     time.Time
}

// Lasts reports whether notices go to the representative now.
func (r Representative) Lasts(now time.Time) bool {
	return r.State == RepresentativeConfirmed && now.Before(r.Until)
}

// Open reports whether there is anything to revoke.
func (r Representative) Open(now time.Time) bool {
	return (r.State == RepresentativeConfirmed || r.State == RepresentativeWaiting) && now.Before(r.Until)
}

// RepresentativeTx is what acts on representatives do to the database.
type RepresentativeTx interface {
	evidence.Tx
	notify.Tx
	LinkTx

	// AddRepresentative adds one with the paper.
	AddRepresentative(ctx context.Context, r Representative, paper []byte) error
	// SaveRepresentative changes state, messages and instants of one believed to be in a state. Refusal: Conflict.
	SaveRepresentative(ctx context.Context, r Representative, believed RepresentativeState) error
	// Representative gives one. Refusal: Absent.
	Representative(ctx context.Context, user, id identity.ID) (Representative, error)
	// PowerPaper gives its paper. Refusal: Absent.
	PowerPaper(ctx context.Context, user, id identity.ID) ([]byte, error)
	// RepresentativesOf lists a user's, newest first.
	RepresentativesOf(ctx context.Context, user identity.ID, limit int) ([]Representative, error)
	// HoldUser makes other acts on a user wait until the transaction ends.
	HoldUser(ctx context.Context, user identity.ID) error
}

// Representatives performs the acts on them. All fields are needed.
type Representatives struct {
	InTx   func(ctx context.Context, act func(RepresentativeTx) error) error
	InView func(ctx context.Context, look func(RepresentativeTx) error) error
	Now    func() time.Time
	NewID  func() identity.ID
	Record func(ctx context.Context, tx evidence.Tx, e evidence.Entry) (evidence.EntryRef, error)
	Zone   func(portal string) *time.Location
	// Country gives the country (KZ, KG) whose phone numbers a portal takes.
	Country func(portal string) string
	// Kinds are the submissions representatives may be told of, by which clause (court 5.2): court owns that
	// rule. ok is false where there are no representatives.
	Kinds func(portal string) (kinds []string, cite clause.Citation, ok bool)
	// Shown gives a user's name; Allow counts a message and says whether it is within the limit.
	Shown func(ctx context.Context, tx RepresentativeTx, user identity.ID) (string, error)
	Allow func(ctx context.Context, tx RepresentativeTx, what string, most int, window time.Duration) (bool, error)
	// Public is how addresses in messages begin.
	Public string
}

// Named is a representative as they were typed; Until is YYYY-MM-DD, the last day of the term.
type Named struct {
	Name      string
	Contact   string
	Kinds     []string
	Until     string
	PaperName string
	Paper     []byte
}

const (
	representativeLink     = "representative"
	representativeLinkPath = "/links/representative/"
	representativeLinkLife = 7 * 24 * time.Hour
	mostRepresentatives    = 10
	mostRepresentativeList = 200
	// MostPaper is the largest paper, in bytes.
	MostPaper = 5 << 20
)

// paperType tells what a paper is by its content: what its sender calls it counts for nothing.
func paperType(content []byte) (kind string, ok bool) {
	for _, x := range []struct{ begins, kind string }{
		{"%PDF-", "application/pdf"}, {"\x89PNG\r\n\x1a\n", "image/png"}, {"\xff\xd8\xff", "image/jpeg"},
	} {
		if bytes.HasPrefix(content, []byte(x.begins)) {
			return x.kind, true
		}
	}
	return "", false
}

// read checks what was typed. Refusals: Invalid for each field (fault.Faults).
func (p *Representatives) read(portal string, kinds []string, in Named) (Representative, fault.Faults) {
	var wrong fault.Faults
	add := func(f *fault.Fault) {
		if f != nil {
			wrong = append(wrong, f)
		}
	}
	r := Representative{Portal: portal, Name: clean(in.Name), PaperSize: len(in.Paper), Paper: clean(in.PaperName)}
	add(checkName("name", r.Name, 2, 120))
	var f *fault.Fault
	r.Channel, r.To, f = readContact(p.Country(portal), in.Contact)
	add(f)
	for _, kind := range kinds {
		if slices.Contains(in.Kinds, kind) {
			r.Kinds = append(r.Kinds, kind)
		}
	}
	if len(r.Kinds) == 0 || len(r.Kinds) != len(in.Kinds) {
		add(fault.New(fault.Invalid, "party.submissions").At("kinds"))
	}
	if r.Until, f = readUntil(in.Until, p.Zone(portal), p.Now()); f == nil && r.Until.IsZero() {
		f = fault.New(fault.Invalid, "party.last_day").At("until")
	}
	add(f)
	known := false
	if r.PaperType, known = paperType(in.Paper); !known || len(in.Paper) > MostPaper {
		add(fault.New(fault.Invalid, "party.paper").With("megabytes", strconv.Itoa(MostPaper>>20)).At("paper"))
	}
	if checkName("paper", r.Paper, 1, 120) != nil {
		r.Paper = "paper" // its name is the sender's machine's, not the person's
	}
	return r, wrong
}

// Add names a representative: nothing goes to them until they have confirmed the contact by the link sent to
// it. Refusals: Absent where no clause provides for representatives; Invalid for each field (fault.Faults);
// Conflict "party.representatives_many"; TooMany "account.too_often".
func (p *Representatives) Add(ctx context.Context, actor identity.Actor, in Named) (Representative, error) {
	kinds, _, ok := p.Kinds(actor.Portal)
	if !ok {
		return Representative{}, fault.New(fault.Absent, "gate.no_page")
	}
	r, wrong := p.read(actor.Portal, kinds, in)
	if wrong != nil {
		return r, wrong
	}
	sum := sha256.Sum256(in.Paper)
	err := p.InTx(ctx, func(tx RepresentativeTx) error {
		if err := tx.HoldUser(ctx, actor.User); err != nil {
			return err
		}
		all, err := tx.RepresentativesOf(ctx, actor.User, mostRepresentativeList)
		if err != nil {
			return err
		}
		now := p.Now()
		if open := slices.DeleteFunc(all, func(r Representative) bool { return !r.Open(now) }); len(open) >= mostRepresentatives {
			return fault.New(fault.Conflict, "party.representatives_many").With("most", strconv.Itoa(mostRepresentatives))
		}
		r.User, r.ID, r.State, r.MadeAt, r.Sent = actor.User, p.NewID(), RepresentativeWaiting, now, 1
		if err := tx.AddRepresentative(ctx, r, in.Paper); err != nil {
			return err
		}
		if err := p.send(ctx, tx, r, actor); err != nil {
			return err
		}
		return p.note(ctx, tx, r, "party.representative_add", "user:"+number(actor.User), map[string]string{"paper": hex.EncodeToString(sum[:])})
	})
	return r, err
}

// send asks the representative to confirm the contact, within limits.
func (p *Representatives) send(ctx context.Context, tx RepresentativeTx, r Representative, actor identity.Actor) error {
	for what, most := range map[string]int{"representative/of/" + number(r.User): mostInvitations, "representative/to/" + strings.ToLower(r.To): mostInvitationsTo} {
		within, err := p.Allow(ctx, tx, what, most, time.Hour)
		if err != nil {
			return err
		}
		if !within {
			return fault.New(fault.TooMany, "account.too_often")
		}
	}
	token, err := newLink(ctx, tx, Link{Portal: r.Portal, Purpose: representativeLink, Home: r.User, Subject: r.ID, ExpiresAt: p.Now().Add(representativeLinkLife)})
	if err != nil {
		return err
	}
	return tx.AddMessage(ctx, notify.Message{
		ID: p.NewID(), Home: r.User, Portal: r.Portal, Channel: r.Channel, To: r.To, Key: "message.representative",
		Args:     map[string]string{"name": actor.Shown, "link": p.Public + "/" + r.Portal + representativeLinkPath + token},
		Language: actor.Language, At: p.Now(), Until: p.Now().Add(representativeLinkLife),
	})
}

// note records an act among the entries of the user who has the representative. Who the representative is
// the entry does not say: they are no party to the portal's agreement.
func (p *Representatives) note(ctx context.Context, tx RepresentativeTx, r Representative, act, by string, detail map[string]string) error {
	_, cite, _ := p.Kinds(r.Portal)
	d := map[string]string{"kinds": strings.Join(r.Kinds, " "), "until": r.Until.UTC().Format(time.RFC3339)}
	for name, value := range detail {
		d[name] = value
	}
	_, err := p.Record(ctx, tx, evidence.Entry{
		Portal: r.Portal, Home: r.User, ID: p.NewID(), At: p.Now(), Actor: by, Act: act, Subject: "representative:" + number(r.ID), Citation: cite, Detail: d,
	})
	return err
}

// Mine lists the actor's representatives, newest first.
func (p *Representatives) Mine(ctx context.Context, actor identity.Actor) (out []Representative, err error) {
	err = p.InView(ctx, func(tx RepresentativeTx) error {
		out, err = tx.RepresentativesOf(ctx, actor.User, mostRepresentativeList)
		return err
	})
	return out, err
}

// One gives one of the actor's representatives. Refusal: Absent.
func (p *Representatives) One(ctx context.Context, actor identity.Actor, id identity.ID) (r Representative, err error) {
	err = p.InView(ctx, func(tx RepresentativeTx) error {
		r, err = p.one(ctx, tx, actor, id)
		return err
	})
	return r, err
}

func (p *Representatives) one(ctx context.Context, tx RepresentativeTx, actor identity.Actor, id identity.ID) (Representative, error) {
	r, err := tx.Representative(ctx, actor.User, id)
	if fault.Is(err, fault.Absent) {
		err = fault.New(fault.Absent, "gate.no_page")
	}
	return r, err
}

// PaperOf gives the paper of one of the actor's representatives. Refusal: Absent.
func (p *Representatives) PaperOf(ctx context.Context, actor identity.Actor, id identity.ID) (r Representative, paper []byte, err error) {
	err = p.InView(ctx, func(tx RepresentativeTx) error {
		if r, err = p.one(ctx, tx, actor, id); err != nil {
			return err
		}
		paper, err = tx.PowerPaper(ctx, actor.User, id)
		return err
	})
	return r, paper, err
}

// Resend asks the representative once more; the link before it is void. Refusals: Absent; Conflict
// "party.settled"; TooMany "party.resends", "account.too_often".
func (p *Representatives) Resend(ctx context.Context, actor identity.Actor, id identity.ID) error {
	return p.InTx(ctx, func(tx RepresentativeTx) error {
		r, err := p.one(ctx, tx, actor, id)
		switch {
		case err != nil:
			return err
		case r.State != RepresentativeWaiting || !r.Open(p.Now()):
			return fault.New(fault.Conflict, "party.settled")
		case r.Sent >= mostSends:
			return fault.New(fault.TooMany, "party.resends")
		}
		r.Sent++
		if err := tx.SaveRepresentative(ctx, r, r.State); err != nil {
			return err
		}
		return p.send(ctx, tx, r, actor)
	})
}

// Revoke ends it at any time, from this instant on. Refusals: Absent; Conflict "party.settled".
func (p *Representatives) Revoke(ctx context.Context, actor identity.Actor, id identity.ID) error {
	return p.InTx(ctx, func(tx RepresentativeTx) error {
		r, err := p.one(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if !r.Open(p.Now()) {
			return fault.New(fault.Conflict, "party.settled")
		}
		believed := r.State
		r.State, r.EndedAt = RepresentativeRevoked, p.Now()
		if err := tx.SaveRepresentative(ctx, r, believed); err != nil {
			return err
		}
		if err := tx.DropLinks(ctx, r.ID); err != nil {
			return err
		}
		return p.note(ctx, tx, r, "party.representative_revoke", "user:"+number(actor.User), nil)
	})
}

// Asked reads who asks the holder of a link to be their representative, using nothing up.
// Refusal: Absent "account.link_ended".
func (p *Representatives) Asked(ctx context.Context, portal, token string) (r Representative, by string, err error) {
	err = p.InView(ctx, func(tx RepresentativeTx) error {
		if r, err = p.linked(ctx, tx, portal, token); err != nil {
			return err
		}
		by, err = p.Shown(ctx, tx, r.User)
		return err
	})
	return r, by, err
}

func (p *Representatives) linked(ctx context.Context, tx RepresentativeTx, portal, token string) (Representative, error) {
	l, err := linkOf(ctx, tx, portal, representativeLink, token, p.Now())
	if err != nil {
		return Representative{}, err
	}
	r, err := tx.Representative(ctx, l.Home, l.Subject)
	if fault.Is(err, fault.Absent) || err == nil && (r.State != RepresentativeWaiting || !r.Open(p.Now())) {
		return Representative{}, fault.New(fault.Absent, "account.link_ended")
	}
	return r, err
}

// Answer takes the representative's word: from here on notices go to the contact, or they never do. The
// link opens nothing afterwards. Refusal: Absent "account.link_ended".
func (p *Representatives) Answer(ctx context.Context, portal, token string, agree bool) error {
	err := p.InTx(ctx, func(tx RepresentativeTx) error {
		r, err := p.linked(ctx, tx, portal, token)
		if err != nil {
			return err
		}
		act := "party.representative_confirm"
		r.State, r.ConfirmedAt = RepresentativeConfirmed, p.Now()
		if !agree {
			act = "party.representative_decline"
			r.State, r.ConfirmedAt, r.EndedAt = RepresentativeDeclined, time.Time{}, p.Now()
		}
		if err := tx.SaveRepresentative(ctx, r, RepresentativeWaiting); err != nil {
			return err
		}
		if err := tx.DropLinks(ctx, r.ID); err != nil {
			return err
		}
		return p.note(ctx, tx, r, act, "visitor:"+number(r.ID), nil)
	})
	if fault.Is(err, fault.Conflict) {
		return fault.New(fault.Absent, "account.link_ended").Wrap(err)
	}
	return err
}

// Told sends a copy of a notice about a user's submission to those representatives who are told of its kind,
// in the transaction of the notice (court 5.2). The sentence of key is given the user's name beside args.
// Whoever has not confirmed, is revoked, or whose term is over, gets nothing.
func (p *Representatives) Told(ctx context.Context, tx RepresentativeTx, portal string, user identity.ID, kind, key string, args map[string]string, language string) error {
	offered, _, ok := p.Kinds(portal)
	if !ok || !slices.Contains(offered, kind) {
		return nil
	}
	all, err := tx.RepresentativesOf(ctx, user, mostRepresentativeList)
	if err != nil {
		return err
	}
	now := p.Now()
	all = slices.DeleteFunc(all, func(r Representative) bool {
		return r.Portal != portal || !r.Lasts(now) || !slices.Contains(r.Kinds, kind)
	})
	if len(all) == 0 {
		return nil
	}
	name, err := p.Shown(ctx, tx, user)
	if err != nil {
		return err
	}
	said := map[string]string{"name": name}
	for k, value := range args {
		said[k] = value
	}
	for _, r := range all {
		m := notify.Message{ID: p.NewID(), Home: user, Portal: portal, Channel: r.Channel, To: r.To, Key: key, Args: said, Language: language, At: now}
		if err := tx.AddMessage(ctx, m); err != nil {
			return err
		}
	}
	return nil
}
