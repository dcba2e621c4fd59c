package notify

import (
	"context"
	"slices"
	"strconv"
	"time"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/identity"
)

// Notice is what a portal has to say to one of its users. It lies in their cabinet from the act that caused it,
// and goes out by the channels of its kind.
type Notice struct {
	ID         identity.ID
	Home       identity.ID
	Portal     string
	Kind       Kind // empty: as KindOf says
	Key        string
	Args       map[string]string // never a one-time secret: the cabinet shows them
	Language   string
	Cite       clause.Citation // by which it is owed; zero: the clause that makes its kind go always, if one does
	At         time.Time
	Template   int // version of the sentence
	Campaign   identity.ID
	ReadAt     time.Time // zero: not read
	ArchivedAt time.Time // zero: in the inbox

	Addresses []Address // the user's confirmed contacts
	All       bool      // to every one of them, whatever is preferred
	Quiet     bool      // into the cabinet alone
	By        []Channel // by no other channels; empty: by all of its kind
	// Alike makes one message whoever it is for, one that goes nowhere where none would go out: a stranger
	// who looks on must not tell somebody from nobody.
	Alike bool
}

// Address is a confirmed contact.
type Address struct {
	Channel Channel
	To      string
	Failing bool // nobody was reached there since it was confirmed
}

// Choice is what a person chose for one kind and channel.
type Choice struct {
	Kind    Kind
	Channel Channel
	Wanted  bool
}

// NoticeTx is what notices do to the database, in the act's own transaction.
type NoticeTx interface {
	evidence.Tx
	Tx
	BrowserTx

	// AddNotice lays a notice into its person's cabinet.
	AddNotice(ctx context.Context, n Notice) error
	// Choices lists what a person chose; kinds and channels they did not choose for are not in it.
	Choices(ctx context.Context, user identity.ID) ([]Choice, error)
	// Choose keeps a choice; changed is false where it was so.
	Choose(ctx context.Context, user identity.ID, c Choice, at time.Time) (changed bool, err error)
	// Subscribed says whether a user subscribed to service messages by a channel.
	Subscribed(ctx context.Context, user identity.ID, channel Channel) (bool, error)
	// StandingsOf tells, of the users of a portal from one id to another, what decides by which channels they get
	// notices; channel is that of the subscription. Who has chosen nothing and has no browser is not in it.
	StandingsOf(ctx context.Context, portal string, from, to identity.ID, channel Channel) (map[identity.ID]Standing, error)
	// Subscribe keeps a subscription; changed is false where it was there.
	Subscribe(ctx context.Context, user identity.ID, channel Channel, at time.Time) (changed bool, err error)
	// Unsubscribe removes it; changed is false where there was none.
	Unsubscribe(ctx context.Context, user identity.ID, channel Channel) (changed bool, err error)

	// Notices lists a person's notices, newest first.
	Notices(ctx context.Context, user identity.ID, page Page) ([]Notice, error)
	// Notice finds one. Refusal: Absent.
	Notice(ctx context.Context, user, id identity.ID) (Notice, error)
	// ReadNotice marks one as read; once read it stays read at that instant. 0: all in the inbox.
	ReadNotice(ctx context.Context, user, id identity.ID, at time.Time) (changed int64, err error)
	// ArchiveNotice takes one out of the inbox, or back with the zero time. Refusal: Conflict where there is none.
	ArchiveNotice(ctx context.Context, user, id identity.ID, at time.Time) error
	ConsentTx
	TemplateTx
	CampaignTx
}

// Standing is what a user has chosen that decides by which channels they get notices.
type Standing struct {
	Choices    []Choice
	Subscribed bool // to service messages
	Browsers   []identity.ID
}

// Notices performs the acts of this room. All fields but PushReady are needed.
type Notices struct {
	InTx   func(ctx context.Context, act func(NoticeTx) error) error
	InView func(ctx context.Context, look func(NoticeTx) error) error
	Now    func() time.Time
	NewID  func() identity.ID
	Record func(ctx context.Context, tx evidence.Tx, e evidence.Entry) (evidence.EntryRef, error)
	Book   func(portal string, at time.Time) *clause.Book
	// Addresses lists a user's confirmed contacts.
	Addresses func(ctx context.Context, tx NoticeTx, user identity.ID) ([]Address, error)
	// Always cites the clause by which notices of a kind are owed whatever a person prefers; zero: none says so.
	Always func(portal string, kind Kind) clause.Citation
	// Shipped gives the sentence that ships for a key; ok is false for no such key.
	Shipped func(language, key string) (text string, ok bool)
	// Keys lists the keys of all messages.
	Keys func() []string
	// Languages are those a portal speaks.
	Languages func(portal string) []string
	// AdvertChannels are those to which consent to adverts reaches; ok is false where no clause says so.
	AdvertChannels func(portal string) (channels []string, cite clause.Citation, ok bool)
	// Ended reports whether a person has withdrawn the consent to that processing of their data without which
	// letters of a kind are not sent (ismet R34).
	Ended func(ctx context.Context, tx NoticeTx, portal string, user identity.ID, kind Kind) (bool, error)

	held templates
}

// Offer is a channel by which a portal sends notices.
type Offer struct {
	Channel Channel
	Cite    clause.Citation // zero: no clause names it
	Paid    bool            // the person's operator charges for it
	Free    bool            // and this one is free, by the same clause
	Price   clause.Citation
}

// Offers lists the channels among which the users of a portal choose: those the clauses on notices, text messages
// and pop-up messages name; without a clause on notices, e-mail and SMS besides.
func (n *Notices) Offers(portal string) (out []Offer) {
	book := n.Book(portal, n.Now())
	add := func(channel Channel, cite clause.Citation) {
		if !slices.ContainsFunc(out, func(o Offer) bool { return o.Channel == channel }) {
			out = append(out, priced(book, Offer{Channel: channel, Cite: cite}))
		}
	}
	named, cite, limited := clause.In[NoticeChannels](book)
	if !limited {
		add(Email, clause.Citation{})
	}
	for _, channel := range []Channel{Email, SMS, Push} {
		if limited && slices.Contains(named.Channels, string(channel)) {
			add(channel, cite)
		}
	}
	sms, cite, ok := clause.In[SMSMessages](book)
	switch {
	case ok && (len(sms.Carries) == 0 || slices.Contains(sms.Carries, "service_message")):
		add(SMS, cite)
	case !ok && !limited:
		add(SMS, clause.Citation{})
	}
	if _, cite, ok := clause.In[PushMessages](book); ok {
		add(Push, cite)
	}
	return out
}

// priced says of an offer what it costs the person, where a clause does (egov 2.5).
func priced(book *clause.Book, o Offer) Offer {
	rule, cite, ok := clause.In[ChannelPrices](book)
	if !ok {
		return o
	}
	o.Paid, o.Free = slices.Contains(rule.PaidByUser, string(o.Channel)), slices.Contains(rule.Free, string(o.Channel))
	if o.Paid || o.Free {
		o.Price = cite
	}
	return o
}

// subscription is the channel by which users subscribe to service messages (ismet 1.17.1, egov 2.7.1); ok is false where no
// clause has them do so.
func (n *Notices) subscription(portal string) (Channel, clause.Citation, bool) {
	rule, cite, ok := clause.In[ServiceMessages](n.Book(portal, n.Now()))
	if !ok {
		return "", clause.Citation{}, false
	}
	return Channel(rule.Channel), cite, true
}

// stance is all that decides by which channels a person gets notices.
type stance struct {
	offers     []Offer
	addresses  []Address
	choices    []Choice
	popUps     bool    // a clause has them sent to browsers
	serviceBy  Channel // by which they subscribe to service messages; empty: no clause on it
	subscribed bool
}

func (s stance) address(c Channel) (Address, bool) {
	i := slices.IndexFunc(s.addresses, func(a Address) bool { return a.Channel == c })
	if i < 0 {
		return Address{}, false
	}
	return s.addresses[i], true
}

// wants says whether a person gets a kind by a channel: as they chose, else by e-mail where they have confirmed
// an address, else by SMS.
//
// What a person did not choose does not come by a channel they pay for (egov 2.5), unless it has to reach them.
// Service messages, where the clause has people subscribe, come to whoever did so; who has no contact of the
// subscription's channel did not have that choice.
func (s stance) wants(kind Kind, channel Channel) bool {
	if _, has := s.address(channel); !has {
		return false
	}
	i := slices.IndexFunc(s.offers, func(o Offer) bool { return o.Channel == channel })
	_, subscribes := s.address(s.serviceBy)
	subscribes = subscribes && s.serviceBy != ""
	if kind == Service && subscribes && channel == s.serviceBy {
		return s.subscribed
	}
	if i < 0 && !kind.Always() {
		return false
	}
	_, mail := s.address(Email)
	first := channel == Email || channel == SMS && !mail
	if kind.Always() && first {
		return true
	}
	if j := slices.IndexFunc(s.choices, func(c Choice) bool { return c.Kind == kind && c.Channel == channel }); j >= 0 {
		return s.choices[j].Wanted
	}
	if channel == Push {
		return true // whoever named a browser wants to see them there
	}
	return first && !(kind == Service && subscribes) && (i < 0 || !s.offers[i].Paid)
}

// Send lays a notice into its person's cabinet and sends it by the channels of its kind, in the act that owes
// it. It asks the database the same whoever the person is.
func (n *Notices) Send(ctx context.Context, tx NoticeTx, x Notice) error {
	s, err := n.stanceOf(ctx, tx, x.Portal, x.Home, x.Addresses)
	if err != nil {
		return err
	}
	return n.send(ctx, tx, x, s)
}

// SendAll sends notices to many users of a portal, in the order of their ids: what Send asks of each, it asks of all at
// once.
func (n *Notices) SendAll(ctx context.Context, tx NoticeTx, portal string, all []Notice) error {
	if len(all) == 0 {
		return nil
	}
	s := n.stanceOn(portal)
	chosen, err := tx.StandingsOf(ctx, portal, all[0].Home, all[len(all)-1].Home, s.serviceBy)
	if err != nil {
		return err
	}
	for _, x := range all {
		if err := n.send(ctx, tx, x, s.with(chosen[x.Home], x.Addresses)); err != nil {
			return err
		}
	}
	return nil
}

func (n *Notices) send(ctx context.Context, tx NoticeTx, x Notice, s stance) error {
	if x.Kind == "" {
		x.Kind = KindOf(x.Key)
	}
	x.ID, x.At = n.NewID(), n.Now()
	if x.Cite.Zero() && x.Kind.Always() {
		x.Cite = n.Always(x.Portal, x.Kind)
	}
	if err := tx.AddNotice(ctx, x); err != nil || x.Quiet {
		return err
	}
	for _, channel := range []Channel{Email, SMS, Push} {
		_, has := s.address(channel)
		if len(x.By) > 0 && !slices.Contains(x.By, channel) || !s.wants(x.Kind, channel) && !(x.All && has && channel != Push) {
			continue
		}
		for _, to := range s.addresses {
			if to.Channel != channel {
				continue
			}
			err := tx.AddMessage(ctx, Message{
				ID: n.NewID(), Home: x.Home, Portal: x.Portal, Channel: channel, To: to.To, Key: x.Key, Args: x.Args, Language: x.Language, At: x.At,
			})
			if err != nil || x.Alike {
				return err
			}
		}
	}
	if !x.Alike {
		return nil
	}
	return tx.AddMessage(ctx, Message{ID: n.NewID(), Home: x.Home, Portal: x.Portal, Channel: Email, To: "-", Key: Decoy, Args: x.Args, Language: "-", At: x.At})
}

// stanceOn is what of a stance is the same for all users of a portal.
func (n *Notices) stanceOn(portal string) stance {
	s := stance{offers: n.Offers(portal)}
	_, _, s.popUps = PopUps(n.Book(portal, n.Now()))
	s.serviceBy, _, _ = n.subscription(portal)
	return s
}

// with is the stance of one user.
func (s stance) with(chosen Standing, addresses []Address) stance {
	s.addresses, s.choices, s.subscribed = addresses, chosen.Choices, chosen.Subscribed
	if s.popUps {
		s.addresses = slices.Clip(s.addresses)
		for _, id := range chosen.Browsers {
			s.addresses = append(s.addresses, Address{Channel: Push, To: number(id)})
		}
	}
	return s
}

func (n *Notices) stanceOf(ctx context.Context, tx NoticeTx, portal string, user identity.ID, addresses []Address) (stance, error) {
	s := n.stanceOn(portal)
	var chosen Standing
	if s.popUps {
		browsers, err := tx.Browsers(ctx, user)
		if err != nil {
			return s, err
		}
		for _, b := range browsers {
			chosen.Browsers = append(chosen.Browsers, b.ID)
		}
	}
	var err error
	if chosen.Choices, err = tx.Choices(ctx, user); err != nil {
		return s, err
	}
	if s.serviceBy != "" {
		if chosen.Subscribed, err = tx.Subscribed(ctx, user, s.serviceBy); err != nil {
			return s, err
		}
	}
	return s.with(chosen, addresses), nil
}

func number(id identity.ID) string { return strconv.FormatInt(int64(id), 10) }
