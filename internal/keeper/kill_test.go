package keeper_test

import (
	"context"
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"tereze/internal/calendar"
	"tereze/internal/identity"
	"tereze/internal/store"
	"tereze/internal/store/storetest"
)

// What a child of the kill test is told.
const (
	envDatabase = "TEREZE_KEEPER_DATABASE"
	envOffset   = "TEREZE_KEEPER_OFFSET"
)

// killFor is how long the keepers are killed: go test ./internal/keeper -run TestKill -keeper.kill 1m
var killFor = flag.Duration("keeper.kill", 3*time.Second, "how long three keepers are killed at random")

// TestKilled is the child: it keeps until it is killed. Its clock is ahead of that of the one before,
// because a lane rests for a while after its keeper was killed.
func TestKilled(t *testing.T) {
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
	s, err := store.Open(context.Background(), store.Config{Database: database, Seal: []byte(sealKey)})
	if err != nil {
		t.Fatal(err)
	}
	k := begin(s, clock)
	for {
		// A database that is busy with the others is asked again.
		if _, err := k.Step(context.Background()); err != nil {
			time.Sleep(5 * time.Millisecond)
		}
	}
}

// TestKill: three keepers, each killed at random and begun again, do every obligation once, with one
// message each.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("processes are started and killed")
	}
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		const keepers = 3
		w := begin(storetest.Open(t, store.Config{Database: database, Seal: []byte(sealKey)}), &calendar.Clock{})
		owed, kills := 0, 0
		owe := func(n int) {
			for range n {
				owed++
				w.owe(t, "send", "s"+strconv.Itoa(owed), identity.ID(1+owed%97), 0)
			}
		}
		owe(400)
		children := make([]*exec.Cmd, keepers)
		for ends := time.Now().Add(*killFor); time.Now().Before(ends); kills++ {
			i := rand.IntN(keepers)
			if children[i] != nil {
				_ = children[i].Process.Kill() // it may be gone: then it has been killed
				_ = children[i].Wait()         // the status of who was killed says nothing
			}
			children[i] = start(t, database, time.Duration(kills)*40*time.Second)
			owe(20)
			time.Sleep(time.Duration(20+rand.IntN(200)) * time.Millisecond)
		}
		for _, child := range children {
			if child != nil {
				_ = child.Process.Kill()
				_ = child.Wait()
			}
		}
		sent := w.sent(t)
		if len(sent) < owed/10 {
			t.Errorf("the keepers sent %d of %d before the last was killed: the test shows little", len(sent), owed)
		}
		w.Clock.Move(time.Duration(kills+1) * 40 * time.Second)
		w.step(t)
		sent = w.sent(t)
		if len(sent) != owed {
			t.Errorf("%d messages for %d obligations", len(sent), owed)
		}
		for about, times := range sent {
			if times != 1 {
				t.Errorf("%s was sent %d times", about, times)
			}
		}
		for _, s := range w.states(t) {
			if !strings.HasSuffix(s, " met") {
				t.Errorf("not ended: %s", s)
			}
		}
		t.Logf("%d obligations over %d kills", owed, kills)
	})
}

func start(t *testing.T, database string, offset time.Duration) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(self, "-test.run=^TestKilled$")
	child.Env = append(os.Environ(), envDatabase+"="+database, envOffset+"="+offset.String())
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	return child
}
