package courier_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tereze/internal/courier"
	"tereze/internal/notify"
)

// centre is the independent server of testdata/smpp, in its own process.
type centre struct {
	port int
	mu   sync.Mutex
	said []word
}

// word is a line of what the centre prints.
type word struct {
	Port          int      `json:"port"`
	Bind          string   `json:"bind"`
	Alive         bool     `json:"alive"`
	ReceiptStatus *int     `json:"receipt_status"`
	To            string   `json:"to"`
	From          string   `json:"from"`
	TON, NPI      int      `json:"-"`
	Text          string   `json:"text"`
	Coding        int      `json:"coding"`
	UDH           []string `json:"udh"`
	Registered    int      `json:"registered"`
	Validity      string   `json:"validity"`
	Reference     any      `json:"reference"`
	Times         int      `json:"times"`
}

// envSkipSMPP gives a reason to leave out what needs Node.
const envSkipSMPP = "TEREZE_SKIP_SMPP"

func startCentre(t *testing.T) *centre {
	t.Helper()
	if why := os.Getenv(envSkipSMPP); why != "" {
		t.Skip(why)
	}
	if _, err := os.Stat(filepath.Join("testdata", "smpp", "node_modules", "smpp")); err != nil {
		t.Fatalf("the centre's module is not installed: run npm ci in internal/courier/testdata/smpp, as scripts/test does, or give a reason to do without in %s", envSkipSMPP)
	}
	run := exec.Command("node", "centre.js")
	run.Dir, run.Stderr = filepath.Join("testdata", "smpp"), os.Stderr
	in, err := run.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := run.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	c, ready := &centre{}, make(chan struct{})
	var reading sync.WaitGroup
	reading.Go(func() { c.listen(out, ready) })
	t.Cleanup(func() {
		in.Close()
		reading.Wait()
		_ = run.Wait()
	})
	select {
	case <-ready:
	case <-time.After(20 * time.Second):
		t.Fatal("the centre does not start")
	}
	return c
}

func (c *centre) listen(out io.Reader, ready chan struct{}) {
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var w word
		if json.Unmarshal(lines.Bytes(), &w) != nil {
			continue
		}
		if w.Port != 0 {
			c.port = w.Port
			close(ready)
			continue
		}
		c.mu.Lock()
		c.said = append(c.said, w)
		c.mu.Unlock()
	}
}

// parts are what was sent to a number.
func (c *centre) parts(to string) (out []word) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range c.said {
		if w.To == strings.TrimPrefix(to, "+") {
			out = append(out, w)
		}
	}
	return out
}

func (c *centre) provider() courier.Line {
	return courier.Line{Stages: []courier.Stage{{Provider: courier.NewSMPP(courier.SMPPConfig{
		Name: "centre", Address: fmt.Sprintf("127.0.0.1:%d", c.port), SystemID: "tereze", Password: "secret", From: "Tereze", Alive: time.Second,
	})}}}
}

// TestSMPP speaks with a centre that others wrote, and that throttles, answers late, twice or never.
func TestSMPP(t *testing.T) {
	t.Parallel()
	if os.Getenv(envSkipSMPP) != "" {
		t.Skip(os.Getenv(envSkipSMPP))
	}
	each(t, func(t *testing.T, d *desk) {
		c := startCentre(t)
		k := d.courier(c.provider())
		k.Lines = map[notify.Channel]courier.Line{notify.SMS: c.provider()}
		k.Patience = 2 * time.Second
		k.Compose = func(_ context.Context, m notify.Message) (notify.Message, courier.Letter, error) {
			return m, courier.Letter{Text: m.Args["text"]}, nil
		}
		write := func(to, text string) notify.Message {
			return d.write(notify.Message{Channel: notify.SMS, To: to, Args: map[string]string{"text": text}})
		}
		kazakh := strings.Repeat("Сәлеметсіз бе, ", 12) // 180 letters
		long := write("+77010000000", kazakh)
		latin := d.write(notify.Message{Channel: notify.SMS, To: "+77010000100", Args: map[string]string{"text": "Code {482913} €"}, Until: d.clock.Now().Add(10 * time.Minute)})
		throttled, late, twice, mute := write("+77010000001", "a"), write("+77010000002", "b"), write("+77010000003", "c"), write("+77010000004", "d")
		wrong, off, under, nack := write("+77010000005", "e"), write("+77010000006", "f"), write("+77010000008", "h"), write("+77010000009", "i")
		d.run(k)

		if s, tries := d.until(long, notify.Delivered); s.Parts != 3 || tries[0].Parts != 3 {
			t.Errorf("a text of 180 Kazakh letters in %d parts", s.Parts)
		}
		d.until(latin, notify.Delivered)
		d.until(late, notify.Delivered)
		d.until(twice, notify.Delivered)
		d.until(under, notify.Accepted)
		if s, _ := d.until(wrong, notify.Permanent); s.Reason != notify.ReasonAddress {
			t.Errorf("a number that is none: %s", s.Reason)
		}
		if s, _ := d.until(off, notify.Temporary); s.Reason != notify.ReasonOff {
			t.Errorf("a telephone that was off: %s", s.Reason)
		}
		d.tried(throttled, mute, nack)
		hung := write("+77010000007", "g")
		d.tried(hung)
		d.clock.Move(20 * time.Minute)
		for _, m := range []notify.Message{throttled, mute, hung, nack} {
			if _, tries := d.until(m, notify.Delivered); len(tries) < 2 {
				t.Errorf("%s went at the first try", m.To)
			}
		}
		c.check(t, long, latin, kazakh, mute)
	})
}

// check looks at what the centre understood.
func (c *centre) check(t *testing.T, long, latin notify.Message, kazakh string, mute notify.Message) {
	t.Helper()
	parts := c.parts(long.To)
	text := ""
	for i, p := range parts {
		text += p.Text
		if p.Coding != 8 || p.Registered != 1 || p.From != "Tereze" || len(p.UDH) != 1 || !strings.HasSuffix(p.UDH[0], fmt.Sprintf("03%02x", i+1)) || p.UDH[0][:len(p.UDH[0])-4] != parts[0].UDH[0][:len(parts[0].UDH[0])-4] {
			t.Errorf("part %d: %+v", i+1, p)
		}
	}
	if len(parts) != 3 || text != kazakh {
		t.Errorf("%d parts of %q", len(parts), text)
	}
	if p := c.parts(latin.To); len(p) != 1 || p[0].Coding != 0 || p[0].Text != "Code {482913} €" || len(p[0].UDH) != 0 {
		t.Errorf("Latin letters arrived as %+v", p)
	}
	if p := c.parts(latin.To); len(p) == 1 && len(parts) > 0 {
		ends, err := time.Parse(time.RFC3339, p[0].Validity)
		if left := time.Until(ends); err != nil || left < 8*time.Minute || left > 10*time.Minute || parts[0].Validity != "" {
			t.Errorf("the centre is told to try a code of ten minutes until %q, and a letter until %q", p[0].Validity, parts[0].Validity)
		}
	}
	if p := c.parts(mute.To); len(p) != 2 || p[0].Reference == nil || fmt.Sprint(p[0].Reference) != fmt.Sprint(p[1].Reference) {
		t.Errorf("two tries of one message do not have one reference: %+v", p)
	}
	alive := false
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range c.said {
		alive = alive || w.Alive
		if w.ReceiptStatus != nil && *w.ReceiptStatus != 0 {
			t.Errorf("a receipt was refused with %#x", *w.ReceiptStatus)
		}
	}
	if !alive {
		t.Error("nobody asked whether the line is alive")
	}
}

// tried waits until each message was tried once.
func (d *desk) tried(all ...notify.Message) {
	d.t.Helper()
	for _, m := range all {
		for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			if _, tries := d.read(m); len(tries) > 0 {
				break
			}
			if time.Now().After(end) {
				d.t.Fatal("no try was written down")
			}
		}
	}
}
