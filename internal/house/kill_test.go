package house_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"tereze/internal/agreement"
	"tereze/internal/evidence"
	"tereze/internal/house"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/store"
	"tereze/internal/store/storetest"
)

// The child of the kill test is this test program again, told so by its environment.
const (
	envKillDatabase = "TEREZE_KILL_DATABASE"
	envKillKeys     = "TEREZE_KILL_KEYS"
)

// TestKilled is the child: it lets people accept as fast as it can and names each acceptance only
// after it was acknowledged, until it is killed.
func TestKilled(t *testing.T) {
	database := os.Getenv(envKillDatabase)
	if database == "" {
		t.Skip("runs as the child of TestKill only")
	}
	keys, err := house.OpenKeys(os.Getenv(envKillKeys), "tereze-kill")
	if err != nil {
		t.Fatal(err)
	}
	h := housetest.Open(t, house.Config{Database: database, Keys: keys})
	shown := seen(h, "court")
	acknowledged := make(chan identity.ID)
	for range 16 {
		go func() {
			for {
				actor := identity.Actor{Portal: "court", User: h.Store.NewID(), Language: "kk"}
				if _, err := h.Agreements.Accept(context.Background(), actor, agreement.ByButton, shown, ""); err == nil {
					acknowledged <- actor.User
				}
			}
		}()
	}
	for id := range acknowledged {
		fmt.Printf("accepted %d.\n", int64(id))
	}
}

// TestKill: killed in the middle of work, twenty times, a house keeps every acceptance it has
// acknowledged, each with its evidence, and the log goes on from where it was.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("twenty processes are started and killed")
	}
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		keyFolder := filepath.Join(t.TempDir(), "keys")
		keys, err := house.OpenKeys(keyFolder, "tereze-kill")
		if err != nil {
			t.Fatal(err)
		}
		var acknowledged []identity.ID
		const kills = 20
		for kill := range kills {
			got := runAndKill(t, database, keyFolder, time.Duration(20+17*kill)*time.Millisecond)
			acknowledged = append(acknowledged, got...)
		}
		if len(acknowledged) < kills {
			t.Fatalf("only %d acceptances in %d runs", len(acknowledged), kills)
		}
		h := housetest.Open(t, house.Config{Database: database, Keys: keys})
		step(t, h)
		err = h.Store.InView(t.Context(), func(tx *store.Tx) error {
			for _, id := range acknowledged {
				if err := kept(t.Context(), tx, h, id); err != nil {
					return fmt.Errorf("acknowledged acceptance of %d: %w", id, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		t.Logf("%d acknowledged acceptances kept over %d kills", len(acknowledged), kills)
	})
}

func kept(ctx context.Context, tx *store.Tx, h *housetest.House, id identity.ID) error {
	accepted, err := tx.AcceptancesOf(ctx, "court", id)
	if err != nil || len(accepted) != 1 {
		return fmt.Errorf("%d acceptances, %w", len(accepted), err)
	}
	receipt, err := evidence.ReceiptOf(ctx, tx, h.LogKey, id, accepted[0].Evidence)
	if err != nil {
		return err
	}
	_, err = evidence.Verify(receipt.JSON(), []string{h.LogKey})
	return err
}

// runAndKill starts a child, waits for its first acceptance, lets it work a while and kills it.
func runAndKill(t *testing.T, database, keys string, after time.Duration) (acknowledged []identity.ID) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(self, "-test.run=^TestKilled$", "-test.v")
	child.Env = append(os.Environ(), envKillDatabase+"="+database, envKillKeys+"="+keys)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	armed := false
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		word, ok := strings.CutPrefix(lines.Text(), "accepted ")
		if !ok {
			if strings.Contains(lines.Text(), "FAIL") {
				t.Errorf("child: %s", lines.Text())
			}
			continue
		}
		digits, whole := strings.CutSuffix(word, ".")
		id, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || !whole {
			break // the kill cut the last line
		}
		acknowledged = append(acknowledged, identity.ID(id))
		if !armed {
			armed = true
			time.AfterFunc(after, func() { _ = child.Process.Kill() })
		}
	}
	if err := child.Wait(); err == nil {
		t.Error("the child ended by itself")
	}
	return acknowledged
}
