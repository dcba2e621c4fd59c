package agreement_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

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

// changedPack is a shipped pack with one file changed.
func changedPack(t *testing.T, name, file, before, after string) fs.FS {
	t.Helper()
	own := fstest.MapFS{}
	err := fs.WalkDir(portals.FS, name, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(portals.FS, path)
		own[path] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	whole := string(own[name+"/"+file].Data)
	if strings.Count(whole, before) != 1 {
		t.Fatalf("%s does not hold %q once", file, before)
	}
	own[name+"/"+file].Data = []byte(strings.Replace(whole, before, after, 1))
	return own
}

func TestPacksNobodyCouldUse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, file, before, after, want string }{
		{"no language", "portal.yaml", "languages: [kk, ru, en]", "languages: []", "languages is empty"},
		{"no document", "portal.yaml", "documents: [offer, rules]", "documents: []", "documents is empty"},
		{"a required document that is not there", "rules/edition-1.yaml", "required: [offer, rules]", "required: [offer, by-laws]", `"by-laws"`},
	} {
		_, problems := agreement.LoadPack(changedPack(t, "ismet", c.file, c.before, c.after), "ismet", ruleset.All())
		if len(problems) == 0 || !strings.Contains(problems[0].Error(), c.want) || problems[0].File != "ismet/"+c.file {
			t.Errorf("%s: got %v, want %s", c.name, problems, c.want)
		}
	}
}
