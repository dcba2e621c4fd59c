package console_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"tereze/internal/account"
	"tereze/internal/house/housetest"
	"tereze/internal/identity"
	"tereze/internal/store"
)

func TestThePagesOfPeopleShowEachOnceAndNameNobodyInTheirAddresses(t *testing.T) {
	t.Parallel()
	h := housetest.SQLite(t)
	operator := staff(t, h, "egov", "operator1", identity.Operator)
	const many = 120
	err := h.Store.InTx(t.Context(), func(tx *store.Tx) error {
		for i := range many { // all of one name: only their ids set them apart
			u := account.User{
				ID: h.Store.NewID(), Portal: "egov", SignInName: fmt.Sprintf("person%d", i), Shown: "Әсел Қуанышқызы", Language: "kk",
				State: account.Active, CreatedAt: h.Clock.Now(), Version: 1,
			}
			if err := tx.AddUser(context.Background(), u, u.Keys()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	pages := 0
	for next := "/egov/console/people"; next != ""; pages++ {
		page := operator.Get(next).Want(http.StatusOK)
		for _, link := range page.All("tbody a") {
			for _, a := range link.Attr {
				if a.Key == "href" {
					if seen[a.Val] {
						t.Fatalf("%s is shown twice", a.Val)
					}
					seen[a.Val] = true
				}
			}
		}
		next = page.Attr(`a[rel="next"]`, "href")
	}
	if want := many + 1; len(seen) != want || pages != 3 {
		t.Errorf("%d pages show %d people, want 3 with %d", pages, len(seen), want)
	}
	operator.Get("/egov/console/people?after=somebody").Want(http.StatusNotFound)
}
