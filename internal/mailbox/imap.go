package mailbox

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// Box is a mailbox that is read over IMAP (RFC 9051).
type Box struct {
	Address  string // host and port
	User     string
	Password string
	Folder   string      // where letters arrive
	TLS      *tls.Config // nil: the machine's authorities
	Plain    bool        // without TLS; only to this machine itself
}

// Folders beside that of a box, for what was taken in and for what could not be.
const (
	Taken   = "Tereze-Taken"
	Refused = "Tereze-Refused"
)

const (
	patience = 2 * time.Minute // for one visit
	aVisit   = 50              // messages in one visit
)

// ParseBox reads the address of a mailbox, such as imaps://support%40example.kz@imap.example.kz/INBOX. It
// holds no password: that comes from a file. imap, without TLS, is refused but to this machine itself.
func ParseBox(s string) (Box, error) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User == nil || u.User.Username() == "" {
		return Box{}, errors.New("want imaps://USER@HOST/FOLDER, with @ in the user written as %40")
	}
	if _, has := u.User.Password(); has {
		return Box{}, errors.New("the password is read from a file, never from the address")
	}
	b := Box{Address: u.Host, User: u.User.Username(), Folder: strings.TrimPrefix(u.Path, "/"), Plain: u.Scheme == "imap"}
	if b.Folder == "" {
		b.Folder = "INBOX"
	}
	if u.Scheme != "imaps" && u.Scheme != "imap" {
		return Box{}, fmt.Errorf("%q: want imaps", u.Scheme)
	}
	if b.Plain && !local(u.Hostname()) {
		return Box{}, errors.New("imap would send the password readable: want imaps")
	}
	if u.Port() == "" {
		b.Address = net.JoinHostPort(u.Hostname(), map[bool]string{true: "143", false: "993"}[b.Plain])
	}
	return b, nil
}

func local(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// Visit takes in what lies in the box, oldest first. take is called for each letter, and its nil means
// that what it did is durable: only then the message is moved to Taken. When refused says of an error that
// it will be the same the next time, or the message is none, it goes to Refused; any other error ends the
// visit and leaves it where it is. A visit that is cut off between take and the move finds the message again:
// take must know it. It tells how many were taken and how many refused.
func (b Box) Visit(ctx context.Context, take func(context.Context, Mail) error, refused func(error) bool) (taken, left int, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	c, err := b.dial(ctx)
	if err != nil {
		return 0, 0, err
	}
	defer c.Close()
	// The client waits for the server as long as it takes; closing the connection ends that.
	defer context.AfterFunc(ctx, func() { c.Close() })()
	uids, err := b.enter(c)
	if err != nil {
		return 0, 0, err
	}
	for _, uid := range uids[:min(len(uids), aVisit)] {
		raw, err := fetch(c, uid)
		if err != nil {
			return taken, left, fmt.Errorf("fetch a message: %w", err)
		}
		l, unread := Read(bytes.NewReader(raw))
		if unread == nil {
			if err := take(ctx, l); err != nil && !refused(err) {
				return taken, left, err
			} else if err != nil {
				unread = err
			}
		}
		to := Taken
		if taken++; unread != nil {
			taken, left, to = taken-1, left+1, Refused
		}
		if _, err := c.Move(imap.UIDSetNum(uid), to).Wait(); err != nil {
			return taken, left, fmt.Errorf("move a message: %w", err)
		}
	}
	return taken, left, c.Logout().Wait()
}

func (b Box) dial(ctx context.Context) (*imapclient.Client, error) {
	var conn net.Conn
	var err error
	if b.Plain {
		conn, err = new(net.Dialer).DialContext(ctx, "tcp", b.Address)
	} else {
		conn, err = (&tls.Dialer{Config: b.TLS}).DialContext(ctx, "tcp", b.Address)
	}
	if err != nil {
		return nil, fmt.Errorf("reach the mailbox: %w", err)
	}
	return imapclient.New(conn, nil), nil
}

// enter signs in, makes the folders where they are missing, and lists the messages of the box.
func (b Box) enter(c *imapclient.Client) ([]imap.UID, error) {
	if err := c.Login(b.User, b.Password).Wait(); err != nil {
		return nil, fmt.Errorf("sign in to the mailbox: %w", err)
	}
	for _, name := range []string{Taken, Refused} {
		found, err := c.List("", name, nil).Collect()
		if err != nil {
			return nil, fmt.Errorf("list the folders: %w", err)
		}
		if len(found) > 0 {
			continue
		}
		if err := c.Create(name, nil).Wait(); err != nil {
			return nil, fmt.Errorf("make the folder %s: %w", name, err)
		}
	}
	if _, err := c.Select(b.Folder, nil).Wait(); err != nil {
		return nil, fmt.Errorf("open the folder %s: %w", b.Folder, err)
	}
	found, err := c.UIDSearch(&imap.SearchCriteria{}, nil).Wait()
	if err != nil {
		return nil, fmt.Errorf("list the messages: %w", err)
	}
	return found.AllUIDs(), nil
}

// fetch gives a message, or the beginning of one that is larger than is read: no more than that crosses
// the wire.
func fetch(c *imapclient.Client, uid imap.UID) ([]byte, error) {
	section := &imap.FetchItemBodySection{Peek: true, Partial: &imap.SectionPartial{Size: MostBytes + 1}}
	got, err := c.Fetch(imap.UIDSetNum(uid), &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section}}).Collect()
	if err != nil {
		return nil, err
	}
	if len(got) != 1 || len(got[0].BodySection) != 1 {
		return nil, fmt.Errorf("the server gave %d messages for one", len(got))
	}
	return got[0].BodySection[0].Bytes, nil
}
