package store_test

import (
	"context"
	"encoding/base64"
	"testing"

	"tereze/internal/notify"
	"tereze/internal/store"
	"tereze/internal/store/storetest"
)

// FuzzOpenLeave: whatever a link carries, it opens only as what was sealed.
func FuzzOpenLeave(f *testing.F) {
	f.Add("")
	f.Add("AAAA")
	f.Add(base64.RawURLEncoding.EncodeToString(make([]byte, 90)))
	s := storetest.Open(f, store.Config{Database: storetest.SQLite(f), Seal: make([]byte, 32)})
	f.Fuzz(func(t *testing.T, token string) {
		err := s.InView(context.Background(), func(tx *store.Tx) error {
			if l, err := tx.OpenLeave(token); err == nil {
				t.Errorf("%q opens as %+v", token, l)
			}
			want := notify.Leave{User: 7, Portal: "ismet", Kind: notify.News, Channel: notify.Email}
			sealed, err := tx.SealLeave(want)
			if err != nil {
				return err
			}
			if got, err := tx.OpenLeave(sealed); err != nil || got != want {
				t.Errorf("got %+v (%v)", got, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
