// Package notify is the messages a portal owes its users, and the campaigns they agreed to.
//
// It owns kinds and channels, what people prefer and agreed to, the wordings of messages and the letters to
// many. It never sends anything itself: courier carries the messages out.
package notify

import (
	"fmt"
	"slices"

	"tereze/internal/clause"
)

// Rules lists every rule of this room that a clause may set.
func Rules() []clause.Definition {
	return []clause.Definition{
		clause.Define[SMSMessages](),
		clause.Define[PushMessages](),
		clause.Define[ChannelPrices](),
		clause.Define[ServiceMessages](),
		clause.Define[NoticeChannels](),
		clause.Define[Announcements](),
		clause.Define[CampaignConsent](),
		clause.Define[NewsBroadcast](),
		clause.Define[NewsSubscription](),
	}
}

// SMSMessages sets what text messages are used for.
type SMSMessages struct {
	Carries []string `with:"carries,optional" oneof:"activation_code service_message" doc:"Messages that go by SMS; any message when left out."`
}

func (SMSMessages) Rule() clause.Doc {
	return clause.Doc{
		Name:  "notify.sms_messages",
		About: "Text messages are sent through the gateway of the operator, with their parts and delivery recorded.",
	}
}

// PushMessages sets what pop-up messages of the app are used for.
type PushMessages struct {
	About         []string `with:"about" oneof:"events updates" doc:"Matters of the messages."`
	MaxCharacters int      `with:"max_characters" min:"20" max:"500" doc:"Most characters a message may have."`
}

func (PushMessages) Rule() clause.Doc {
	return clause.Doc{
		Name:  "notify.push_messages",
		About: "The app shows short pop-up messages on the named matters.",
	}
}

// ChannelPrices sets who pays for a message.
type ChannelPrices struct {
	PaidByUser []string `with:"paid_by_user" oneof:"sms email push site" doc:"Channels paid for by the user."`
	Free       []string `with:"free" oneof:"sms email push site" doc:"Channels that are free for the user."`
}

func (ChannelPrices) Rule() clause.Doc {
	return clause.Doc{
		Name:  "notify.channel_prices",
		About: "A message by some channels costs the user what their phone plan says, others are free, and this is said wherever a channel is chosen.",
	}
}

// Check refuses a channel that is both paid and free.
func (p ChannelPrices) Check() error {
	for _, channel := range p.Free {
		if slices.Contains(p.PaidByUser, channel) {
			return fmt.Errorf("channel %q is both paid by the user and free", channel)
		}
	}
	return nil
}

// ServiceMessages lets a user subscribe to service messages.
type ServiceMessages struct {
	Channel string `with:"channel" oneof:"email sms push" doc:"Channel of the subscription."`
}

func (ServiceMessages) Rule() clause.Doc {
	return clause.Doc{
		Name:  "notify.service_messages",
		About: "A user may subscribe to service messages by the named channel, at the confirmed address.",
	}
}

// NoticeChannels sets how a user may get notices.
type NoticeChannels struct {
	Channels []string `with:"channels" oneof:"sms email push site" doc:"Channels of notices."`
}

func (NoticeChannels) Rule() clause.Doc {
	return clause.Doc{
		Name:  "notify.notice_channels",
		About: "A user may get notices by the named channels.",
	}
}

// Announcements sets how the operator tells all users something.
type Announcements struct {
	Channels []string `with:"channels" oneof:"sms email push site" doc:"Channels of announcements."`
}

func (Announcements) Rule() clause.Doc {
	return clause.Doc{
		Name:  "notify.announcements",
		About: "The operator tells users of important matters by the named channels.",
	}
}

// CampaignConsent ties adverts and useful letters to a consent.
type CampaignConsent struct {
	How      string   `with:"how" oneof:"tick button" doc:"Act that gives consent."`
	Channels []string `with:"channels" oneof:"sms email push" doc:"Channels of the letters."`
	Senders  []string `with:"senders" oneof:"operator partners" doc:"Whose letters may be sent."`
}

func (CampaignConsent) Rule() clause.Doc {
	return clause.Doc{
		Name:  "notify.campaign_consent",
		About: "By the named act a user agrees to useful letters, information and adverts, from the named senders by the named channels, and may change this at any time.",
	}
}

// NewsBroadcast lets the operator send news.
type NewsBroadcast struct {
	Kinds []string `with:"kinds" oneof:"news adverts" doc:"Kinds of letter."`
}

func (NewsBroadcast) Rule() clause.Doc {
	return clause.Doc{
		Name:  "notify.news_broadcast",
		About: "The operator may send letters of the named kinds to users who have not switched them off.",
	}
}

// NewsSubscription puts confirmed contacts on the news list.
type NewsSubscription struct {
	Automatic bool `with:"automatic" doc:"Whether this happens without a separate choice of the user."`
}

func (NewsSubscription) Rule() clause.Doc {
	return clause.Doc{
		Name:  "notify.news_subscription",
		About: "Contacts that a user gave and confirmed are put on the news list, and the user may change this in the cabinet at any time.",
	}
}
