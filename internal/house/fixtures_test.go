package house_test

import (
	"context"
	"sync"
	"testing"

	"tereze/internal/account"
	"tereze/internal/evidence"
	"tereze/internal/house/housetest"
	"tereze/internal/store"
)

func signIn(portal, name string) account.SignIn {
	return account.SignIn{Portal: portal, SignInName: name, Password: housetest.Password, Address: "192.0.2.1"}
}

func profile(about string) account.Profile {
	return account.Profile{Shown: "Тест Адамы", About: about}
}

// acts counts a portal's pieces of evidence of an act.
func acts(t testing.TB, h *housetest.House, portal, act string) int {
	t.Helper()
	return len(entriesOf(t, h, portal, act))
}

// entriesOf lists a portal's pieces of evidence of an act, newest first.
func entriesOf(t testing.TB, h *housetest.House, portal, act string) (found []evidence.Entry) {
	t.Helper()
	err := h.Store.InView(context.Background(), func(tx *store.Tx) error {
		var err error
		found, err = tx.EvidenceLog(context.Background(), evidence.Filter{Portal: portal, Act: act, Limit: 100})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// atOnce lets several go at the same moment, and waits for all of them.
func atOnce(tries int, act func(i int)) {
	var ready, done sync.WaitGroup
	barrier := make(chan struct{})
	ready.Add(tries)
	for i := range tries {
		done.Go(func() {
			ready.Done()
			<-barrier
			act(i)
		})
	}
	ready.Wait()
	close(barrier)
	done.Wait()
}
