package operations

import (
	"context"
	"strconv"
	"time"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/notify"
)

// Owed is a notice owed to those whom an event touches. It goes out in batches: After is the last person who was
// reached, and a batch that finds another has moved it does nothing.
type Owed struct {
	ID       identity.ID
	Event    identity.ID
	Portal   string
	Act      string
	Channels []string
	Text     map[string]string
	At       time.Time
	After    identity.ID
	Sent     int
	Done     bool
}

// Reader is a user as a notice needs them.
type Reader struct {
	User     identity.ID
	Language string
	Roles    []identity.Role
	To       map[string]string // confirmed contacts by channel
}

// OwedTx is what notices do to the database.
type OwedTx interface {
	AddOwed(ctx context.Context, n Owed) error
	// OwedNext gives the oldest notice that is not done. Refusal: Absent.
	OwedNext(ctx context.Context) (Owed, error)
	// AdvanceOwed moves one on from where it was believed to stand. Refusal: Conflict.
	AdvanceOwed(ctx context.Context, n Owed, was identity.ID) error
	// Readers lists the users of a portal after an id, in the order of ids, with their confirmed contacts.
	Readers(ctx context.Context, portal string, after identity.ID, limit int) ([]Reader, error)
	// OwedOf lists the notices of an event, oldest first.
	OwedOf(ctx context.Context, event identity.ID) ([]Owed, error)
}

// batch is how many users a transaction reaches.
const batch = 200

// channels are those by which an agreement has users told of a kind of event: by the clause on that kind, or the
// one on announcements, or the one on notices. "site" is the banner and the status page, where everything stands.
func (o *Operations) channels(portal, kind string) []string {
	book := o.Book(portal, o.Now())
	if rule, _, ok := clause.In[Maintenance](book); ok && kind == Planned {
		return rule.Channels
	}
	if rule, _, ok := clause.In[ForceMajeureNotice](book); ok && kind == Force {
		return rule.Channels
	}
	if rule, _, ok := clause.In[notify.Announcements](book); ok {
		return rule.Channels
	}
	if rule, _, ok := clause.In[notify.NoticeChannels](book); ok {
		return rule.Channels
	}
	return nil
}

// owe lays down the notice of an act. What happens meanwhile ("update") stands on the status page alone: an hour
// of trouble must not fill everybody's mailbox; and each moved term stands where terms do.
func (o *Operations) owe(ctx context.Context, tx Tx, e Event, act string, text map[string]string) error {
	if act == "update" || act == "shift" {
		return nil
	}
	var carried []string
	for _, c := range o.channels(e.Portal, e.Kind) {
		if c != "site" {
			carried = append(carried, c)
		}
	}
	if carried == nil {
		return nil
	}
	return tx.AddOwed(ctx, Owed{ID: o.NewID(), Event: e.ID, Portal: e.Portal, Act: act, Channels: carried, Text: text, At: o.Now()})
}

// Carry sends the next batch of the oldest notice that is owed; more is false where none is. Several processes
// may do it at once: each person is reached once.
func (o *Operations) Carry(ctx context.Context) (more bool, err error) {
	var n Owed
	err = o.InView(ctx, func(tx Tx) (err error) {
		n, err = tx.OwedNext(ctx)
		return err
	})
	if fault.Is(err, fault.Absent) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	err = o.InTx(ctx, func(tx Tx) error { return o.carry(ctx, tx, n) })
	if fault.Is(err, fault.Conflict) {
		return true, nil // another process was first
	}
	return err == nil, err
}

func (o *Operations) carry(ctx context.Context, tx Tx, n Owed) error {
	e, err := tx.Event(ctx, n.Event)
	if err != nil {
		return err
	}
	readers, err := tx.Readers(ctx, n.Portal, n.After, batch)
	if err != nil {
		return err
	}
	next := n
	next.Done = len(readers) < batch
	var notices []notify.Notice
	for _, r := range readers {
		next.After = r.User
		if len(e.Services) == 0 || o.Concerns(identity.Actor{Portal: e.Portal, User: r.User, Roles: r.Roles}, e.Services) {
			notices = append(notices, o.notice(e, n, r))
		}
	}
	next.Sent += len(notices)
	if err := tx.AdvanceOwed(ctx, next, n.After); err != nil {
		return err
	}
	for _, x := range notices {
		if err := o.Tell(ctx, tx, x); err != nil {
			return err
		}
	}
	return nil
}

// Addresses are the reader's contacts as a notice goes to them.
func (r Reader) Addresses() (out []notify.Address) {
	for _, channel := range []notify.Channel{notify.Email, notify.SMS} {
		if to := r.To[string(channel)]; to != "" {
			out = append(out, notify.Address{Channel: channel, To: to})
		}
	}
	return out
}

// notice is what one user is told. It lies in their cabinet, and goes out by those channels of the clause that they
// have not switched off.
func (o *Operations) notice(e Event, n Owed, r Reader) notify.Notice {
	args := map[string]string{
		"reason": said(n.Text, r.Language), "begins": o.written(e.Portal, e.Begins), "address": o.Address(e),
	}
	if ends := e.Ends(); !ends.IsZero() {
		args["until"] = o.written(e.Portal, ends)
	}
	x := notify.Notice{
		Home: r.User, Portal: e.Portal, Kind: notify.Announcement, Key: "message.event_" + n.Act, Args: args, Language: r.Language, Cite: e.Cite,
		Addresses: r.Addresses(),
	}
	for _, channel := range n.Channels {
		x.By = append(x.By, notify.Channel(channel))
	}
	return x
}

// Notices lists the notices of an event to the operator: how many were sent, and whether all were.
func (o *Operations) Notices(ctx context.Context, event identity.ID) (out []Owed, err error) {
	err = o.InView(ctx, func(tx Tx) error {
		out, err = tx.OwedOf(ctx, event)
		return err
	})
	return out, err
}

func seconds(d time.Duration) string {
	return strconv.FormatInt(int64(max(d, time.Second)/time.Second), 10)
}
