package notify

import (
	"context"
	"slices"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// Matrix is how a person stands to every kind and channel.
type Matrix struct {
	Offers []Offer
	Rows   []MatrixRow
}

// MatrixRow is one kind of notice.
type MatrixRow struct {
	Kind  Kind
	Cite  clause.Citation // of what goes always, or of the subscription; zero: no clause
	Cells []Cell          // one for each offer
}

// Cell is one kind by one channel.
type Cell struct {
	Channel   Channel
	Wanted    bool
	Fixed     bool // it goes always and cannot be switched off
	NoContact bool // nothing is confirmed at which it could be had
}

// Preferences gives how the actor stands to every kind and channel.
func (n *Notices) Preferences(ctx context.Context, actor identity.Actor) (m Matrix, err error) {
	err = n.InView(ctx, func(tx NoticeTx) error {
		m, err = n.matrix(ctx, tx, actor)
		return err
	})
	return m, err
}

func (n *Notices) matrix(ctx context.Context, tx NoticeTx, actor identity.Actor) (Matrix, error) {
	addresses, err := n.Addresses(ctx, tx, actor.User)
	if err != nil {
		return Matrix{}, err
	}
	s, err := n.stanceOf(ctx, tx, actor.Portal, actor.User, addresses)
	if err != nil {
		return Matrix{}, err
	}
	m := Matrix{Offers: s.offers}
	_, subscription, _ := n.subscription(actor.Portal)
	_, mail := s.address(Email)
	for _, kind := range Kinds() {
		row := MatrixRow{Kind: kind}
		switch {
		case kind.Always():
			row.Cite = n.Always(actor.Portal, kind)
		case kind == Service:
			row.Cite = subscription
		case kind == Announcement:
			_, row.Cite, _ = clause.In[Announcements](n.Book(actor.Portal, n.Now()))
		}
		for _, o := range s.offers {
			_, has := s.address(o.Channel)
			row.Cells = append(row.Cells, Cell{
				Channel: o.Channel, Wanted: s.wants(kind, o.Channel), NoContact: !has,
				Fixed: kind.Always() && has && (o.Channel == Email || o.Channel == SMS && !mail),
			})
		}
		m.Rows = append(m.Rows, row)
	}
	return m, nil
}

// Prefer keeps what the actor chose: wanted says it of every kind and channel; what cannot be switched off, and
// channels without a confirmed contact, stay as they are. Each change leaves evidence.
//
// Refusal: Invalid "notify.no_contact" for a channel at which nothing is confirmed.
func (n *Notices) Prefer(ctx context.Context, actor identity.Actor, wanted func(Kind, Channel) bool) error {
	return n.InTx(ctx, func(tx NoticeTx) error {
		m, err := n.matrix(ctx, tx, actor)
		if err != nil {
			return err
		}
		for _, row := range m.Rows {
			for _, cell := range row.Cells {
				want := wanted(row.Kind, cell.Channel)
				switch {
				case cell.NoContact && want:
					return fault.New(fault.Invalid, "notify.no_contact").At(string(row.Kind) + "-" + string(cell.Channel))
				case cell.NoContact, cell.Fixed, cell.Wanted == want:
					continue
				}
				if err := n.prefer(ctx, tx, actor, Choice{row.Kind, cell.Channel, want}, row.Cite); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// prefer keeps one choice. That of service messages by the channel of the clause is the subscription itself.
func (n *Notices) prefer(ctx context.Context, tx NoticeTx, actor identity.Actor, c Choice, cite clause.Citation) error {
	by, _, ok := n.subscription(actor.Portal)
	var changed bool
	var err error
	switch {
	case ok && c.Kind == Service && c.Channel == by && c.Wanted:
		changed, err = tx.Subscribe(ctx, actor.User, by, n.Now())
	case ok && c.Kind == Service && c.Channel == by:
		changed, err = tx.Unsubscribe(ctx, actor.User, by)
	default:
		changed, err = tx.Choose(ctx, actor.User, c, n.Now())
	}
	if err != nil || !changed {
		return err
	}
	act := "notify.channel_on"
	if !c.Wanted {
		act = "notify.channel_off"
	}
	return n.note(ctx, tx, actor.Portal, actor.User, actor.User, act, cite, map[string]string{"kind": string(c.Kind), "channel": string(c.Channel)})
}

// note leaves evidence of a user's own act.
func (n *Notices) note(ctx context.Context, tx NoticeTx, portal string, home, by identity.ID, act string, cite clause.Citation, detail map[string]string) error {
	_, err := n.Record(ctx, tx, evidence.Entry{
		Portal: portal, Home: home, ID: n.NewID(), At: n.Now(), Actor: "user:" + number(by), Act: act, Citation: cite, Detail: detail,
	})
	return err
}

// Priced are the offers that somebody pays for, or that are free by a clause.
func Priced(offers []Offer) []Offer {
	return slices.DeleteFunc(slices.Clone(offers), func(o Offer) bool { return !o.Paid && !o.Free })
}
