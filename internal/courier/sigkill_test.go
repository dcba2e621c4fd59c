package courier_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"net/mail"
	"net/textproto"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tereze/internal/calendar"
	"tereze/internal/courier"
	"tereze/internal/notify"
	"tereze/internal/store"
	"tereze/internal/store/storetest"
)

// What a child of the kill test is told.
const (
	envDatabase = "TEREZE_COURIER_DATABASE"
	envOffset   = "TEREZE_COURIER_OFFSET"
	envServer   = "TEREZE_COURIER_SERVER"
	envChild    = "TEREZE_COURIER_CHILD"
)

// killFor is how long couriers are killed: go test ./internal/courier -run TestKill$ -courier.kill 1m
var killFor = flag.Duration("courier.kill", 2*time.Second, "how long processes that carry e-mails are killed at random")

// copied is an e-mail as the server took it.
type copied struct{ from, name string } // the process that brought it, its Message-ID

// peer is a mail server that keeps what it takes, and says so a little later.
type peer struct {
	listener net.Listener
	mu       sync.Mutex
	taken    map[string][]copied // by the recipient
}

func startPeer(t *testing.T) *peer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &peer{listener: listener, taken: map[string][]copied{}}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return // the test is over
			}
			go p.serve(conn)
		}
	}()
	return p
}

// serve speaks SMTP (RFC 5321) until the other side is gone.
func (p *peer) serve(conn net.Conn) {
	defer conn.Close() //nolint:errcheck // the other end may be dead
	in := textproto.NewConn(conn)
	say := func(line string) { _ = in.PrintfLine("%s", line) }
	say("220 peer.example")
	var from, to string
	for {
		line, err := in.ReadLine()
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(line, " ")
		switch strings.ToUpper(verb) {
		case "EHLO", "HELO":
			from = rest
			say("250 peer.example")
		case "RCPT":
			_, to, _ = strings.Cut(strings.TrimRight(rest, ">"), "<")
			say("250 2.1.5 yes")
		case "DATA":
			say("354 go on")
			letter, err := mail.ReadMessage(bufio.NewReader(in.DotReader()))
			if err != nil {
				return // killed in the middle of it: it is not taken
			}
			if !whole(letter) {
				return
			}
			p.mu.Lock()
			p.taken[to] = append(p.taken[to], copied{from, letter.Header.Get("Message-ID")})
			p.mu.Unlock()
			time.Sleep(time.Duration(rand.IntN(4)) * time.Millisecond)
			say("250 2.0.0 taken")
		case "QUIT":
			say("221 2.0.0 bye")
			return
		default:
			say("250 2.0.0 yes")
		}
	}
}

// whole reads a letter to its end; false where it broke off.
func whole(letter *mail.Message) bool {
	for lines := bufio.NewScanner(letter.Body); ; {
		if !lines.Scan() {
			return lines.Err() == nil
		}
	}
}

func (p *peer) reached() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.taken)
}

// mailCourier carries e-mails to the peer under the name of a process.
func mailCourier(t *testing.T, d *desk, server, name string) *courier.Courier {
	t.Helper()
	host, port, err := net.SplitHostPort(server)
	if err != nil {
		t.Fatal(err)
	}
	at, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	smtp, err := courier.NewSMTP(courier.SMTPConfig{Name: "peer", From: mail.Address{Address: "no-reply@portal.example"}, Host: host, Port: at, TLS: "none", Trust: &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}, Hello: name})
	if err != nil {
		t.Fatal(err)
	}
	line := courier.Line{Stages: []courier.Stage{{Provider: smtp}}}
	c := d.courier(line)
	c.Lines = map[notify.Channel]courier.Line{notify.Email: line}
	return c
}

// TestSlain is the child: it carries until it is killed.
func TestSlain(t *testing.T) {
	database := os.Getenv(envDatabase)
	if database == "" {
		t.Skip("runs as the child of TestKill only")
	}
	offset, err := time.ParseDuration(os.Getenv(envOffset))
	if err != nil {
		t.Fatal(err)
	}
	clock := &calendar.Clock{}
	clock.Move(offset)
	s, err := store.Open(context.Background(), store.Config{Database: database, Seal: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	c := mailCourier(t, &desk{Store: s, clock: clock, t: t}, os.Getenv(envServer), os.Getenv(envChild))
	fmt.Println("begun.")
	c.Run(context.Background())
}

// TestKill: processes that carry e-mails are killed at any moment. Every e-mail arrives, and twice only where a process
// was killed after the server had taken it and before that was written down: at most one from each hand of each process
// killed, brought by another process, under the name of the first.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("processes are started and killed")
	}
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		d := &desk{Store: storetest.Open(t, store.Config{Database: database, Seal: make([]byte, 32)}), clock: &calendar.Clock{}, t: t}
		server := startPeer(t)
		address := server.listener.Addr().String()
		const (
			processes = 3
			lease     = 3 * time.Minute // the claims of the dead run out in less
			hands     = 4               // of a process
		)
		var all []notify.Message
		kills, offset := 0, time.Duration(0)
		for ends := time.Now().Add(*killFor); time.Now().Before(ends); {
			for range 60 {
				all = append(all, d.write(email(fmt.Sprintf("p%d@portal.example", len(all)), nil)))
			}
			var dead sync.WaitGroup
			for range processes {
				kills++
				name := fmt.Sprintf("child-%d.example", kills)
				dead.Go(func() {
					slain(t, time.Duration(rand.IntN(120))*time.Millisecond, envDatabase+"="+database, envOffset+"="+offset.String(), envServer+"="+address, envChild+"="+name)
				})
			}
			dead.Wait()
			offset += lease
			d.clock.Move(lease)
		}
		if n := server.reached(); n < len(all)/10 {
			t.Errorf("%d of %d were carried before the last was killed: the test shows little", n, len(all))
		}
		d.run(mailCourier(t, d, address, "last.example"))
		for _, m := range all {
			d.until(m, notify.Accepted)
		}
		server.mu.Lock()
		defer server.mu.Unlock()
		twice := 0
		for _, m := range all {
			copies := server.taken[m.To]
			if len(copies) == 0 {
				t.Errorf("%s was lost", m.To)
			}
			for i, c := range copies {
				for _, first := range copies[:i] {
					twice++
					if c.from == first.from || c.name != first.name || c.name == "" {
						t.Errorf("%s was brought twice: %+v", m.To, copies)
					}
				}
			}
		}
		if twice > kills*hands {
			t.Errorf("%d were brought twice over %d kills", twice, kills)
		}
		t.Logf("%d e-mails over %d kills, %d of them twice", len(all), kills, twice)
	})
}

// slain runs a child and kills it so long after it has begun.
func slain(t *testing.T, after time.Duration, env ...string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Error(err)
		return
	}
	child := exec.Command(self, "-test.run=^TestSlain$", "-test.v")
	child.Env, child.Stderr = append(os.Environ(), env...), os.Stderr
	out, err := child.StdoutPipe()
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		t.Error(err)
		return
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "begun.") {
			time.AfterFunc(after, func() { _ = child.Process.Kill() })
		}
	}
	if err := child.Wait(); err == nil {
		t.Error("the child ended by itself")
	}
}
