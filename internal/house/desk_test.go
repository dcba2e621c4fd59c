package house

import (
	"errors"
	"path/filepath"
	"testing"

	"tereze/internal/account"
	"tereze/internal/agreement"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

func openDesk(t *testing.T) *Desk {
	t.Helper()
	d, err := OpenDesk(t.Context(), Config{Database: filepath.Join(t.TempDir(), "desk.db"), Only: []string{"ismet"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func addStaff(t *testing.T, d *Desk, name string, role identity.Role) {
	t.Helper()
	_, err := d.Accounts.Register(t.Context(), account.Registration{
		Portal: "ismet", SignInName: name, Shown: "Asel Serik", Password: "correct horse battery", Again: "correct horse battery",
		Language: "kk", Roles: []identity.Role{role},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestActsTogetherAllHappenOrNone(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	addStaff(t, d, "asel", identity.Operator)
	actor, err := d.Staff(t.Context(), "ismet", "Asel", identity.Operator)
	if err != nil {
		t.Fatal(err)
	}
	draftBoth := func(after error) error {
		return d.Together(t.Context(), func(a *agreement.Agreements) error {
			for _, document := range []string{"offer", "rules"} {
				e, err := a.Draft(t.Context(), actor, document)
				if err != nil {
					return err
				}
				if _, err := a.Rewrite(t.Context(), actor, document, e.Number, e.Version, func(*agreement.Content) error { return nil }); err != nil {
					return err
				}
			}
			return after
		})
	}
	refused := errors.New("refused after both")
	if err := draftBoth(refused); !errors.Is(err, refused) {
		t.Fatalf("got %v, want the refusal", err)
	}
	if err := draftBoth(nil); err != nil {
		t.Fatalf("the refused drafts are still there: %v", err)
	}
	if err := draftBoth(nil); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second draft: got %v, want a conflict", err)
	}
}

func TestStaffAreFoundByNameAndRole(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	addStaff(t, d, "asel", identity.Auditor)
	for _, test := range []struct {
		name, portal, user string
		role               identity.Role
		want               fault.Kind // 0: found
	}{
		{"by the name in any case", "ismet", "ASEL", identity.Auditor, 0},
		{"without the role", "ismet", "asel", identity.Operator, fault.Forbidden},
		{"nobody of that name", "ismet", "bek", identity.Auditor, fault.Absent},
		{"on another portal", "egov", "asel", identity.Auditor, fault.Absent},
	} {
		t.Run(test.name, func(t *testing.T) {
			actor, err := d.Staff(t.Context(), test.portal, test.user, test.role)
			if test.want == 0 && (err != nil || actor.Name != "asel" || actor.User == 0) || test.want != 0 && !fault.Is(err, test.want) {
				t.Errorf("got %+v, %v", actor, err)
			}
		})
	}
}
