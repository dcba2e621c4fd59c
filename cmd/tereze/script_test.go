package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"tereze/internal/house"
)

var update = flag.Bool("update", false, "write docs/rules.md, and what the scripts compare with, anew")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"tereze": main})
}

// TestCommands runs the scripts in testdata: each is a command with what it takes and what it refuses.
func TestCommands(t *testing.T) {
	t.Parallel()
	receipts, err := filepath.Abs("../../internal/evidence/testdata")
	if err != nil {
		t.Fatal(err)
	}
	signatures, err := filepath.Abs("../../internal/eds/testdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		UpdateScripts:       *update,
		Setup: func(env *testscript.Env) error {
			env.Setenv("RECEIPTS", receipts)
			env.Setenv("EDS", signatures)
			env.Setenv("HOME", env.WorkDir)
			return nil
		},
	})
}

func TestTheRulesOnPaperAreFresh(t *testing.T) {
	t.Parallel()
	const name = "../../docs/rules.md"
	packs, problems, err := new(place).load(nil)
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	var want bytes.Buffer
	writeRules(&want, house.Rules(), packs)
	if *update {
		if err := os.WriteFile(name, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Error("docs/rules.md is not what the rules and the packs give: go generate ./cmd/tereze")
	}
}
