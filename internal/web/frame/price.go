package frame

import (
	"tereze/internal/clause"
	"tereze/internal/gate"
	"tereze/internal/notify"
	"tereze/internal/web/design"
)

// Price says what messages by a channel cost the person, and by which clause; it stands wherever a channel is
// chosen (egov 2.5).
type Price struct {
	Channel notify.Channel
	Text    string
	Cite    design.Link
}

// Prices are those that a clause of the portal names; channels limits them, where it is not empty.
func (f *Frame) Prices(v gate.Visit, channels ...notify.Channel) (out []Price) {
	rule, cite, ok := clause.In[notify.ChannelPrices](f.Agreements.Book(v.Actor.Portal, v.Now))
	if !ok {
		return nil
	}
	add := func(named []string, key string) {
		for _, channel := range named {
			if len(channels) > 0 && notify.Channel(channel) != channels[0] {
				continue
			}
			out = append(out, Price{notify.Channel(channel), f.Say(v, key, "channel", f.Say(v, "frame.channel."+channel)), f.Cite(v, cite)})
		}
	}
	add(rule.PaidByUser, "frame.price.paid")
	add(rule.Free, "frame.price.free")
	return out
}
