package notify

import (
	"context"
	"slices"
	"time"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Consent is that a person agreed, or no longer agrees, to letters of a kind by a channel.
type Consent struct {
	Kind    Kind
	Channel Channel
	Given   bool
	How     string // the act: a tick, a button, the confirmation of a contact, a link in a letter
	At      time.Time
}

// The acts by which a consent is given or withdrawn.
const (
	ByTick         = "tick"
	ByButton       = "button"
	ByAcceptance   = "acceptance"   // the tick under the agreement
	ByConfirmation = "confirmation" // of a contact
	ByLink         = "link"         // in a letter
)

// Leave is what the link in a letter leaves.
type Leave struct {
	User    identity.ID
	Portal  string
	Kind    Kind
	Channel Channel
}

// ConsentTx is what consents do to the database.
type ConsentTx interface {
	// Consents lists a person's consents, those withdrawn too.
	Consents(ctx context.Context, user identity.ID) ([]Consent, error)
	// SaveConsent keeps one; changed is false where it was so.
	SaveConsent(ctx context.Context, user identity.ID, c Consent) (changed bool, err error)
	// SealLeave makes the secret part of a link, from which nothing can be read and which cannot be guessed.
	SealLeave(l Leave) (string, error)
	// OpenLeave reads it. Refusal: Absent for what SealLeave did not make.
	OpenLeave(token string) (Leave, error)
}

// LetterOffer is a kind of letter that a portal may send by a channel to who agreed to it.
type LetterOffer struct {
	Kind  Kind
	How   string // the act that gives the consent
	Auto  bool   // a contact that is confirmed gives it
	Offer        // by which channel, and by which clause consent to it is given
}

// LetterOffers lists the letters to which the users of a portal may agree.
//
// Adverts and partners' letters go only by channels to which the consent to adverts reaches as well (ismet 9.5).
func (n *Notices) LetterOffers(portal string) (out []LetterOffer) {
	book := n.Book(portal, n.Now())
	add := func(kind Kind, channel Channel, how string, cite clause.Citation, auto bool) {
		out = append(out, LetterOffer{Kind: kind, How: how, Auto: auto, Offer: priced(book, Offer{Channel: channel, Cite: cite})})
	}
	reach, _, limited := n.AdvertChannels(portal)
	if rule, cite, ok := clause.In[CampaignConsent](book); ok {
		for _, kind := range Letters() {
			sender := "operator"
			if kind == Partner {
				sender = "partners"
			}
			for _, channel := range rule.Channels {
				if slices.Contains(rule.Senders, sender) && (kind == News || !limited || slices.Contains(reach, channel)) {
					add(kind, Channel(channel), rule.How, cite, false)
				}
			}
		}
	}
	if rule, cite, ok := clause.In[NewsSubscription](book); ok && !slices.ContainsFunc(out, func(l LetterOffer) bool { return l.Kind == News }) {
		add(News, Email, ByTick, cite, rule.Automatic)
		add(News, SMS, ByTick, cite, rule.Automatic)
	}
	return out
}

// MyConsents gives what letters there are and to which of them the actor agreed.
func (n *Notices) MyConsents(ctx context.Context, actor identity.Actor) (offers []LetterOffer, given []Consent, addresses []Address, err error) {
	offers = n.LetterOffers(actor.Portal)
	err = n.InView(ctx, func(tx NoticeTx) error {
		if given, err = tx.Consents(ctx, actor.User); err != nil {
			return err
		}
		addresses, err = n.Addresses(ctx, tx, actor.User)
		return err
	})
	return offers, given, addresses, err
}

// Agree keeps to which letters the actor agrees: what wanted does not name is withdrawn. Only changes leave
// evidence. A consent may be given before there is a contact; letters go only to a confirmed one.
func (n *Notices) Agree(ctx context.Context, actor identity.Actor, wanted func(Kind, Channel) bool) error {
	offers := n.LetterOffers(actor.Portal)
	return n.InTx(ctx, func(tx NoticeTx) error {
		had, err := tx.Consents(ctx, actor.User)
		if err != nil {
			return err
		}
		for _, o := range offers {
			want := wanted(o.Kind, o.Channel)
			if want == stands(had, o.Kind, o.Channel) {
				continue
			}
			if err := n.consent(ctx, tx, Leave{actor.User, actor.Portal, o.Kind, o.Channel}, want, o.How, o.Cite); err != nil {
				return err
			}
		}
		return nil
	})
}

func stands(all []Consent, kind Kind, channel Channel) bool {
	return slices.ContainsFunc(all, func(c Consent) bool { return c.Kind == kind && c.Channel == channel && c.Given })
}

func (n *Notices) consent(ctx context.Context, tx NoticeTx, l Leave, given bool, how string, cite clause.Citation) error {
	changed, err := tx.SaveConsent(ctx, l.User, Consent{l.Kind, l.Channel, given, how, n.Now()})
	if err != nil || !changed {
		return err
	}
	act := "notify.consent_give"
	if !given {
		act = "notify.consent_withdraw"
	}
	return n.note(ctx, tx, l.Portal, l.User, l.User, act, cite, map[string]string{"kind": string(l.Kind), "channel": string(l.Channel), "how": how})
}

// Accepted records that whoever ticked the box under the agreement agreed to letters by the same tick, where the
// clause says so (ismet 2.8). What a person has decided before stays.
func (n *Notices) Accepted(ctx context.Context, tx NoticeTx, portal string, user identity.ID) error {
	return n.first(ctx, tx, portal, user, ByAcceptance, func(l LetterOffer) bool { return l.How == ByTick && !l.Auto })
}

// Confirmed puts a contact that a person has confirmed on the news list, where the clause says that this happens
// by itself (kundelik 4.16). Who has left the list stays off it.
func (n *Notices) Confirmed(ctx context.Context, tx NoticeTx, portal string, user identity.ID, channel Channel) error {
	return n.first(ctx, tx, portal, user, ByConfirmation, func(l LetterOffer) bool { return l.Auto && l.Channel == channel })
}

// first gives the consents chosen among the offers about which the person has not decided yet.
func (n *Notices) first(ctx context.Context, tx NoticeTx, portal string, user identity.ID, how string, chosen func(LetterOffer) bool) error {
	offers := slices.DeleteFunc(n.LetterOffers(portal), func(l LetterOffer) bool { return !chosen(l) })
	if len(offers) == 0 {
		return nil
	}
	had, err := tx.Consents(ctx, user)
	if err != nil {
		return err
	}
	for _, o := range offers {
		if slices.ContainsFunc(had, func(c Consent) bool { return c.Kind == o.Kind && c.Channel == o.Channel }) {
			continue
		}
		if err := n.consent(ctx, tx, Leave{user, portal, o.Kind, o.Channel}, true, how, o.Cite); err != nil {
			return err
		}
	}
	return nil
}

// Leaving reads the link of a letter; it changes nothing. Refusal: Absent "notify.link".
func (n *Notices) Leaving(ctx context.Context, portal, token string) (l Leave, err error) {
	err = n.InView(ctx, func(tx NoticeTx) error {
		l, err = tx.OpenLeave(token)
		return err
	})
	if fault.Is(err, fault.Absent) || err == nil && l.Portal != portal {
		return Leave{}, fault.New(fault.Absent, "notify.link")
	}
	return l, err
}

// LeaveByLink ends the letters of a link, without a sign-in (RFC 8058). Twice is as once. Refusal: as Leaving.
func (n *Notices) LeaveByLink(ctx context.Context, portal, token string) (Leave, error) {
	l, err := n.Leaving(ctx, portal, token)
	if err != nil {
		return l, err
	}
	return l, n.InTx(ctx, func(tx NoticeTx) error {
		if l.Kind == Announcement {
			_, cite, _ := clause.In[Announcements](n.Book(portal, n.Now()))
			return n.prefer(ctx, tx, identity.Actor{Portal: portal, User: l.User}, Choice{l.Kind, l.Channel, false}, cite)
		}
		had, err := tx.Consents(ctx, l.User)
		if err != nil || !stands(had, l.Kind, l.Channel) {
			return err
		}
		offers := n.LetterOffers(portal)
		var cite clause.Citation
		if i := slices.IndexFunc(offers, func(o LetterOffer) bool { return o.Kind == l.Kind && o.Channel == l.Channel }); i >= 0 {
			cite = offers[i].Cite
		}
		return n.consent(ctx, tx, l, false, ByLink, cite)
	})
}
