package eds_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"tereze/internal/eds"
)

func TestTheStoreThatShipsIsThatOfTheAuthorities(t *testing.T) {
	t.Parallel()
	store := trust(t, false)
	if len(store.Roots()) != 3 || len(store.Authorities()) != 3 {
		t.Fatalf("%d roots, %d authorities", len(store.Roots()), len(store.Authorities()))
	}
	// Each authority stands under a root; two roots share one name, and are not taken for each other.
	for _, c := range store.Authorities() {
		chain, err := store.Chain(c, nil, noon())
		if err != nil || len(chain) != 2 {
			t.Errorf("%s: chain of %d, %v", c.Subject, len(chain), err)
		}
	}
	for _, c := range append(store.Roots(), store.Authorities()...) {
		if strings.Contains(strings.ToUpper(c.Subject.String()), "TEST") {
			t.Errorf("%s ships with the program", c.Subject)
		}
	}
}

func TestAFolderWithAManifestIsHeldToIt(t *testing.T) {
	t.Parallel()
	root, other := vector(t, "ca-prod/root_rsa_2020.cer"), vector(t, "ca-prod/nca_rsa_2022.cer")
	const hash = "9ba06354b626641715182e4d07c9dbaa1777720fa795d03174ffc68876535dcd"
	line := func(file, hash, role string) string {
		return `{"file":"` + file + `","sha256":"` + hash + `","role":"` + role + `"}`
	}
	good := line("certs/prod/root.cer", hash, "root")
	for name, c := range map[string]struct {
		manifest string
		files    map[string][]byte
		refusal  string
	}{
		"as it says":                 {good, map[string][]byte{"root.cer": root}, ""},
		"less than it says":          {good + "," + line("more.cer", hash, "ca"), map[string][]byte{"root.cer": root}, ""},
		"a file it does not name":    {good, map[string][]byte{"root.cer": root, "more.cer": other}, "does not name more.cer"},
		"another certificate":        {good, map[string][]byte{"root.cer": other}, "the manifest says"},
		"another role":               {line("root.cer", hash, "friend"), map[string][]byte{"root.cer": root}, "want root or ca"},
		"a file named twice":         {good + "," + good, map[string][]byte{"root.cer": root}, "twice"},
		"no root":                    {line("root.cer", hash, "ca"), map[string][]byte{"root.cer": root}, "no root"},
		"a file that is none":        {good, map[string][]byte{"root.cer": []byte("root")}, "root.cer"},
		"no manifest":                {"", map[string][]byte{"root.cer": root}, "MANIFEST.json"},
		"a manifest that is no JSON": {"{", map[string][]byte{"root.cer": root}, "MANIFEST.json"},
	} {
		folder := fstest.MapFS{}
		if c.manifest != "" {
			folder["MANIFEST.json"] = &fstest.MapFile{Data: []byte(`{"certs":[` + c.manifest + `]}`)}
		}
		for file, data := range c.files {
			folder[file] = &fstest.MapFile{Data: data}
		}
		_, err := eds.LoadTrust(folder)
		if (err == nil) != (c.refusal == "") || err != nil && !strings.Contains(err.Error(), c.refusal) {
			t.Errorf("%s: %v, want %q", name, err, c.refusal)
		}
	}
}

func TestAFolderThatAPersonNamesIsTrustedAsItIs(t *testing.T) {
	t.Parallel()
	store := trust(t, true)
	// Of the three old issuing authorities of the tests two have no root here: they end their chains.
	if got := len(store.Roots()) - len(trust(t, false).Roots()); got != 3 {
		t.Errorf("%d more roots, want 3", got)
	}
	if got := len(store.Authorities()) - len(trust(t, false).Authorities()); got != 1 {
		t.Errorf("%d more authorities, want 1", got)
	}
	for name, folder := range map[string]fstest.MapFS{
		"nothing in it":    {},
		"only a person":    {"person.cer": {Data: vector(t, "certs/individual_valid_sign_2004_rsa.cer")}},
		"an unread file":   {"a.pem": {Data: []byte("-----BEGIN CERTIFICATE-----")}},
		"only other files": {"README": {Data: []byte("hello")}},
	} {
		if _, err := eds.FolderTrust(folder, store); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
