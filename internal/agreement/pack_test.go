package agreement_test

import (
	"testing"

	"tereze/internal/agreement"
	"tereze/internal/ruleset"
	"tereze/portals"
)

func TestShippedPacksCompile(t *testing.T) {
	t.Parallel()
	names, err := agreement.Packs(portals.FS)
	if err != nil || len(names) != 5 {
		t.Fatalf("packs %v, %v", names, err)
	}
	for _, name := range names {
		pack, problems := agreement.LoadPack(portals.FS, name, ruleset.All())
		for _, p := range problems {
			t.Error(p)
		}
		if len(pack.Editions) == 0 {
			t.Errorf("%s has no edition", name)
		}
	}
}
