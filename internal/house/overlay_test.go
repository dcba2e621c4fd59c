package house

import (
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"

	"tereze/internal/agreement"
)

func TestAFolderOfPacksAddsAndReplaces(t *testing.T) {
	t.Parallel()
	own := fstest.MapFS{
		"egov/portal.yaml":   {Data: []byte("portal: egov\n")},
		"town/portal.yaml":   {Data: []byte("portal: town\n")},
		"ismet/notes.txt":    {Data: []byte("no pack\n")}, // a folder without portal.yaml replaces nothing
		"egov/agreement/a.x": {Data: []byte("a\n")},
	}
	packs, err := agreement.Packs(Overlay(own))
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"court", "egov", "ismet", "kg", "kundelik", "town"}; !slices.Equal(packs, want) {
		t.Errorf("got packs %v, want %v", packs, want)
	}
	for _, test := range []struct {
		name, path, want string // want "": the file must not be there
	}{
		{"a pack of the folder replaces the shipped one", "egov/portal.yaml", "portal: egov\n"},
		{"nothing of the shipped pack shines through", "egov/agreement/edition-1.yaml", ""},
		{"a new pack is added", "town/portal.yaml", "portal: town\n"},
		{"a folder that is no pack hides nothing, and is not mixed in", "ismet/notes.txt", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b, err := fs.ReadFile(Overlay(own), test.path)
			if (err == nil) != (test.want != "") || string(b) != test.want {
				t.Errorf("%s: got %q, %v; want %q", test.path, b, err, test.want)
			}
		})
	}
	if b, err := fs.ReadFile(Overlay(own), "court/portal.yaml"); err != nil || len(b) == 0 {
		t.Errorf("court/portal.yaml of the shipped packs: %v", err)
	}
}
