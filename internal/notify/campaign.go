package notify

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// The states of a campaign.
const (
	CampaignWritten = "written" // waits for a second person
	CampaignSending = "sending"
	CampaignPaused  = "paused"
	CampaignStopped = "stopped" // before its end; what went out stays out
	CampaignSent    = "sent"
	CampaignRefused = "refused" // by the second person
)

// Audience says to whom of a portal's users a campaign goes; empty fields leave nobody out.
type Audience struct {
	Language    string        `json:"language,omitempty"`
	Role        identity.Role `json:"role,omitempty"`
	Institution string        `json:"institution,omitempty"` // kind of an institution they belong to
	Since       time.Time     `json:"since,omitzero"`        // registered then or later
	Until       time.Time     `json:"until,omitzero"`        // registered before
}

// Text is a letter in one language. An SMS and a pop-up message carry the subject and the body as one.
type Text struct {
	Subject string `json:"subject"`
	Body    string `json:"body"`
}

// Counts says how far a campaign is. Each count but the first is of messages: one person may get several.
type Counts struct {
	Seen        int // people looked at
	Sent        int
	Unwilling   int // no consent, or switched off
	Unreachable int // no confirmed contact
	Bad         int // a contact to which nothing can be sent
}

// Add sums two counts.
func (c Counts) Add(d Counts) Counts {
	return Counts{c.Seen + d.Seen, c.Sent + d.Sent, c.Unwilling + d.Unwilling, c.Unreachable + d.Unreachable, c.Bad + d.Bad}
}

// Campaign is a letter to many. Its text stands here once; a message of it says only to whom it goes.
type Campaign struct {
	ID        identity.ID
	Portal    string
	Kind      Kind
	State     string
	Segment   Audience
	Channels  []Channel
	Letters   map[string]identity.ID // the id of each of its messages, by LetterTo: it is what lets nobody get two
	Texts     map[string]Text        // by language: every one the portal speaks
	WrittenBy identity.ID
	WrittenAt time.Time
	DecidedBy identity.ID
	DecidedAt time.Time
	EndedAt   time.Time
	People    int         // in the segment when it was approved
	Cursor    identity.ID // nobody up to here is left to be reached
	Counts    Counts
	Version   int
}

// CampaignTx is what campaigns do to the database.
type CampaignTx interface {
	AddCampaign(ctx context.Context, c Campaign) error
	// SaveCampaign replaces the campaign whose version is c.Version-1. Refusal: Conflict.
	SaveCampaign(ctx context.Context, c Campaign) error
	// Campaign finds one, and lets no other act change it meanwhile. Refusal: Absent.
	Campaign(ctx context.Context, id identity.ID) (Campaign, error)
	// Campaigns lists a portal's, newest first, before an id (0: from the newest).
	Campaigns(ctx context.Context, portal string, before identity.ID, limit int) ([]Campaign, error)
	// CampaignsIn lists those in a state, of all portals, oldest first.
	CampaignsIn(ctx context.Context, state string, limit int) ([]Campaign, error)
	// CampaignReach counts how a campaign would go by its channels; paid are those without a choice of the
	// person's own nobody gets it by.
	CampaignReach(ctx context.Context, c Campaign, paid []Channel) (Counts, error)
	// CampaignBatch writes the messages to the next limit people after the cursor; last is the greatest id among
	// them, 0 where nobody is left.
	CampaignBatch(ctx context.Context, c Campaign, paid []Channel, limit int, at time.Time) (last identity.ID, counts Counts, err error)
}

// CampaignOffer is a kind of campaign that the operator of a portal may send.
type CampaignOffer struct {
	Kind     Kind
	Channels []Channel
	Cite     clause.Citation
}

// CampaignOffers lists what the operator of a portal may send to many: announcements by the channels their clause
// names (egov 3.1.3), letters by those to which people can agree, where a clause lets them be sent (ismet R32).
func (n *Notices) CampaignOffers(portal string) (out []CampaignOffer) {
	book := n.Book(portal, n.Now())
	if rule, cite, ok := clause.In[Announcements](book); ok {
		o := CampaignOffer{Kind: Announcement, Cite: cite}
		for _, channel := range rule.Channels {
			o.Channels = append(o.Channels, Channel(channel))
		}
		out = append(out, o)
	}
	offers := n.LetterOffers(portal)
	for _, kind := range Letters() {
		o := CampaignOffer{Kind: kind}
		var allowed bool
		if o.Cite, allowed = n.mayBroadcast(book, kind); !allowed {
			continue
		}
		for _, l := range offers {
			if l.Kind == kind {
				o.Channels = append(o.Channels, l.Channel)
			}
		}
		if len(o.Channels) > 0 {
			out = append(out, o)
		}
	}
	return out
}

// mayBroadcast says by which clause letters of a kind are sent.
func (n *Notices) mayBroadcast(book *clause.Book, kind Kind) (clause.Citation, bool) {
	if rule, cite, ok := clause.In[NewsBroadcast](book); ok && (kind == News && slices.Contains(rule.Kinds, "news") || kind == Advert && slices.Contains(rule.Kinds, "adverts")) {
		return cite, true
	}
	if _, cite, ok := clause.In[NewsSubscription](book); ok && kind == News {
		return cite, true
	}
	if rule, cite, ok := clause.In[CampaignConsent](book); ok && kind == Partner && slices.Contains(rule.Senders, "partners") {
		return cite, true
	}
	return clause.Citation{}, false
}

func (n *Notices) offerOf(portal string, kind Kind) (CampaignOffer, bool) {
	offers := n.CampaignOffers(portal)
	i := slices.IndexFunc(offers, func(o CampaignOffer) bool { return o.Kind == kind })
	if i < 0 {
		return CampaignOffer{}, false
	}
	return offers[i], true
}

// paid are the channels that cost the person something, by which no announcement comes to who did not choose them.
func (n *Notices) paid(portal string) (out []Channel) {
	for _, o := range n.Offers(portal) {
		if o.Paid {
			out = append(out, o.Channel)
		}
	}
	return out
}

// Lengths of a campaign's texts, in characters.
const (
	longestSubject = 120
	longestBody    = 2000
)

// CheckCampaign says what is wrong with a campaign before it is written down, and how far it would reach.
// Refusals: Forbidden for all but the operator, and by the clause where the portal sends no such letters; Invalid
// for each field (fault.Faults).
func (n *Notices) CheckCampaign(ctx context.Context, actor identity.Actor, c *Campaign) (Counts, error) {
	if err := n.checkCampaign(actor, c); err != nil {
		return Counts{}, err
	}
	var reach Counts
	err := n.InView(ctx, func(tx NoticeTx) (err error) {
		reach, err = tx.CampaignReach(ctx, *c, n.paid(actor.Portal))
		return err
	})
	return reach, err
}

func (n *Notices) checkCampaign(actor identity.Actor, c *Campaign) error {
	if err := asOperator(actor); err != nil {
		return err
	}
	c.Portal = actor.Portal
	var wrong fault.Faults
	offer, ok := n.offerOf(actor.Portal, c.Kind)
	if !ok {
		wrong = append(wrong, fault.New(fault.Invalid, "notify.campaign_kind").At("kind"))
	}
	if len(c.Channels) == 0 {
		wrong = append(wrong, fault.New(fault.Invalid, "notify.campaign_channel").At("channel"))
	}
	for _, channel := range c.Channels {
		if ok && !slices.Contains(offer.Channels, channel) {
			wrong = append(wrong, fault.New(fault.Invalid, "notify.campaign_channel_closed").With("clause", offer.Cite.Clause).By(offer.Cite).At("channel"))
			break
		}
	}
	if !c.Segment.Since.IsZero() && !c.Segment.Until.IsZero() && !c.Segment.Until.After(c.Segment.Since) {
		wrong = append(wrong, fault.New(fault.Invalid, "notify.campaign_until").At("until"))
	}
	for _, language := range n.Languages(actor.Portal) {
		text := c.Texts[language]
		for _, f := range []*fault.Fault{checkText("subject_"+language, text.Subject, longestSubject, false), checkText("body_"+language, text.Body, longestBody, true)} {
			if f != nil {
				wrong = append(wrong, f)
			}
		}
	}
	if wrong != nil {
		return wrong
	}
	return nil
}

func checkText(field, s string, most int, lines bool) *fault.Fault {
	switch {
	case strings.TrimSpace(s) == "":
		return fault.New(fault.Invalid, "form.empty").At(field)
	case !utf8.ValidString(s):
		return fault.New(fault.Invalid, "form.encoding").At(field)
	case strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) && !(lines && r == '\n') }):
		return fault.New(fault.Invalid, "form.characters").At(field)
	case utf8.RuneCountInString(s) > most:
		return fault.New(fault.Invalid, "form.long").With("max", strconv.Itoa(most)).At(field)
	}
	return nil
}

// WriteCampaign keeps a campaign for a second person to decide on. Refusals: those of CheckCampaign.
func (n *Notices) WriteCampaign(ctx context.Context, actor identity.Actor, c Campaign) (Campaign, error) {
	if err := n.checkCampaign(actor, &c); err != nil {
		return c, err
	}
	c.ID, c.State, c.WrittenBy, c.WrittenAt, c.Version = n.NewID(), CampaignWritten, actor.User, n.Now(), 1
	c.Letters = map[string]identity.ID{}
	for _, channel := range c.Channels {
		c.Letters[LetterTo(channel, 1)] = n.NewID()
	}
	if slices.Contains(c.Channels, Push) {
		for nth := 2; nth <= MostBrowsers; nth++ {
			c.Letters[LetterTo(Push, nth)] = n.NewID()
		}
	}
	offer, _ := n.offerOf(actor.Portal, c.Kind)
	return c, n.InTx(ctx, func(tx NoticeTx) error {
		if err := tx.AddCampaign(ctx, c); err != nil {
			return err
		}
		return n.officeBy(ctx, tx, actor, "notify.campaign_write", campaignSubject(c.ID), offer.Cite, map[string]string{"kind": string(c.Kind)})
	})
}

// LetterTo names the message of a campaign by a channel to the nth of a person's addresses, counted from 1. Only
// browsers can be more than one.
func LetterTo(channel Channel, nth int) string {
	if nth == 1 {
		return string(channel)
	}
	return string(channel) + "/" + strconv.Itoa(nth)
}

// ToBrowsers begins the Once of a campaign's pop-ups, which ends with the number of the browser each goes to.
func (c Campaign) ToBrowsers() string { return "campaign/" + number(c.ID) + "/" }

func campaignSubject(id identity.ID) string { return "campaign:" + number(id) }

// CampaignDoes are the acts on a campaign, and in which states each is possible.
func CampaignDoes(state string) []string {
	switch state {
	case CampaignWritten:
		return []string{"approve", "refuse"}
	case CampaignSending:
		return []string{"pause", "stop"}
	case CampaignPaused:
		return []string{"resume", "stop"}
	}
	return nil
}

// MoveCampaign approves, refuses, pauses, resumes or stops a campaign. Refusals: Forbidden for all but the
// operator and, with "notify.second_person", for who approves their own; Absent; Conflict "notify.campaign_moved"
// where its state does not allow the act, any more.
func (n *Notices) MoveCampaign(ctx context.Context, actor identity.Actor, id identity.ID, do string) error {
	if err := asOperator(actor); err != nil {
		return err
	}
	return n.InTx(ctx, func(tx NoticeTx) error {
		c, err := n.find(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if !slices.Contains(CampaignDoes(c.State), do) {
			return fault.New(fault.Conflict, "notify.campaign_moved")
		}
		now, act := n.Now(), "notify.campaign_"+do
		switch do {
		case "approve":
			if c.WrittenBy == actor.User {
				return fault.New(fault.Forbidden, "notify.second_person")
			}
			if err := n.checkCampaign(actor, &c); err != nil { // the agreement may have changed since
				return err
			}
			reach, err := tx.CampaignReach(ctx, c, n.paid(c.Portal))
			if err != nil {
				return err
			}
			c.State, c.DecidedBy, c.DecidedAt, c.People = CampaignSending, actor.User, now, reach.Seen
		case "refuse":
			c.State, c.DecidedBy, c.DecidedAt, c.EndedAt = CampaignRefused, actor.User, now, now
		case "pause":
			c.State = CampaignPaused
		case "resume":
			c.State = CampaignSending
		case "stop":
			c.State, c.EndedAt = CampaignStopped, now
		}
		c.Version++
		if err := tx.SaveCampaign(ctx, c); err != nil {
			return err
		}
		offer, _ := n.offerOf(c.Portal, c.Kind)
		return n.officeBy(ctx, tx, actor, act, campaignSubject(id), offer.Cite, map[string]string{"kind": string(c.Kind), "sent": strconv.Itoa(c.Counts.Sent)})
	})
}

func (n *Notices) find(ctx context.Context, tx NoticeTx, actor identity.Actor, id identity.ID) (Campaign, error) {
	c, err := tx.Campaign(ctx, id)
	if fault.Is(err, fault.Absent) || err == nil && c.Portal != actor.Portal {
		return Campaign{}, fault.New(fault.Absent, "gate.no_page")
	}
	return c, err
}

// OneCampaign gives a campaign to the operator. Refusals: Forbidden; Absent.
func (n *Notices) OneCampaign(ctx context.Context, actor identity.Actor, id identity.ID) (c Campaign, err error) {
	if err := asOperator(actor); err != nil {
		return c, err
	}
	err = n.InView(ctx, func(tx NoticeTx) error {
		c, err = n.find(ctx, tx, actor, id)
		return err
	})
	return c, err
}

// CampaignHistory lists the campaigns of the operator's portal, newest first, before an id. Refusal: Forbidden.
func (n *Notices) CampaignHistory(ctx context.Context, actor identity.Actor, before identity.ID, limit int) (out []Campaign, err error) {
	if err := asOperator(actor); err != nil {
		return nil, err
	}
	err = n.InView(ctx, func(tx NoticeTx) error {
		out, err = tx.Campaigns(ctx, actor.Portal, before, limit)
		return err
	})
	return out, err
}

// peopleABatch is how many people one act of a campaign looks at: other acts wait for so long and no longer.
const peopleABatch = 2000

// CarryOut sends the next batch of every campaign that is being sent, and tells whether anything was left to do.
// A batch is an act of its own, with the cursor in it: what was interrupted goes on where it stood, and two
// processes take turns.
func (n *Notices) CarryOut(ctx context.Context) (worked bool, err error) {
	var all []Campaign
	err = n.InView(ctx, func(tx NoticeTx) error {
		all, err = tx.CampaignsIn(ctx, CampaignSending, 20)
		return err
	})
	if err != nil {
		return false, err
	}
	for _, c := range all {
		err := n.InTx(ctx, func(tx NoticeTx) error { return n.batch(ctx, tx, c.ID) })
		if err != nil && !fault.Is(err, fault.Conflict) { // another process was faster
			return worked, err
		}
		worked = true
	}
	return worked, nil
}

func (n *Notices) batch(ctx context.Context, tx NoticeTx, id identity.ID) error {
	c, err := tx.Campaign(ctx, id)
	if err != nil || c.State != CampaignSending {
		return err // paused meanwhile
	}
	last, counts, err := tx.CampaignBatch(ctx, c, n.paid(c.Portal), peopleABatch, n.Now())
	if err != nil {
		return err
	}
	if last == 0 {
		c.State, c.EndedAt = CampaignSent, n.Now()
	} else {
		c.Cursor, c.Counts = last, c.Counts.Add(counts)
	}
	c.Version++
	return tx.SaveCampaign(ctx, c)
}

// Posting is a message of a campaign as it goes out.
type Posting struct {
	Message
	Text
	Unsubscribe string // path of the link that ends such letters, to be shown in the letter and in its header (RFC 8058)
}

// Post finds out what a message of a campaign says and to whom it goes, when it is to be carried: a person may
// have left the list, or have another address, since it was written. Refusal: Absent "notify.left_out" where
// it must not be sent any more.
func (n *Notices) Post(ctx context.Context, m Message) (p Posting, err error) {
	err = n.InView(ctx, func(tx NoticeTx) error {
		c, err := tx.Campaign(ctx, m.Campaign)
		if err != nil {
			return err
		}
		addresses, err := n.Addresses(ctx, tx, m.Home)
		if err != nil {
			return err
		}
		s, err := n.stanceOf(ctx, tx, m.Portal, m.Home, addresses)
		if err != nil {
			return err
		}
		to, has := s.address(m.Channel)
		if browser, named := strings.CutPrefix(m.Once, c.ToBrowsers()); named {
			to = Address{Channel: Push, To: browser}
			has = slices.Contains(s.addresses, to)
		}
		willing := s.wants(c.Kind, m.Channel)
		if c.Kind != Announcement {
			consents, err := tx.Consents(ctx, m.Home)
			if err != nil {
				return err
			}
			ended, err := n.Ended(ctx, tx, m.Portal, m.Home, c.Kind)
			if err != nil {
				return err
			}
			willing = stands(consents, c.Kind, m.Channel) && !ended
		}
		if !has || to.Failing || !willing || c.State == CampaignStopped {
			return fault.New(fault.Absent, "notify.left_out")
		}
		token, err := tx.SealLeave(Leave{m.Home, m.Portal, c.Kind, m.Channel})
		p = Posting{Message: m, Text: c.Words(m.Language), Unsubscribe: "/" + m.Portal + "/links/unsubscribe/" + token}
		p.To = to.To
		return err
	})
	return p, err
}

// Words is the letter in a language, or in another where it is not written in that.
func (c Campaign) Words(language string) Text {
	if text, ok := c.Texts[language]; ok {
		return text
	}
	for _, text := range c.Texts {
		return text
	}
	return Text{}
}
