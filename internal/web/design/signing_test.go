package design

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestEveryStateOfTheScriptHasWords holds the script to the states that pages have words for: a state
// without a template would leave the person without a word.
func TestEveryStateOfTheScriptHasWords(t *testing.T) {
	t.Parallel()
	used := append(statesIn(t, "ncalayer.js", "const address"), statesIn(t, "signing.js", "class Stop")...)
	heldTo(t, SignStates(), append(used, "permission")) // chosen between two
}

// TestEveryStateOfTheCardHasWords holds the script of identity cards to the same.
func TestEveryStateOfTheCardHasWords(t *testing.T) {
	t.Parallel()
	used := append(statesIn(t, "cryptosocket.js", "const address"), statesIn(t, "signing.js", "class Stop")...)
	script, err := os.ReadFile("src/cryptosocket.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?:, |end\()"([a-z_]+)"[\])]`).FindAllStringSubmatch(string(script), -1) {
		used = append(used, m[1])
	}
	heldTo(t, CardStates(), append(used, "permission", "pin_2", "pin_1", "silent", "late")) // chosen between two, or counted
}

func statesIn(t *testing.T, file, from string) (used []string) {
	t.Helper()
	script, err := os.ReadFile("src/" + file)
	if err != nil {
		t.Fatal(err)
	}
	_, code, _ := strings.Cut(string(script), from)
	for _, m := range regexp.MustCompile(`(?:Stop|say)\((?:[a-z]+ \? )?"([a-z_]+)"|: "([a-z_]+)"\)|limit\([^"]*"([a-z_]+)"|\?\? "([a-z_]+)"`).FindAllStringSubmatch(code, -1) {
		used = append(used, strings.Join(m[1:], ""))
	}
	return used
}

func heldTo(t *testing.T, states, used []string) {
	t.Helper()
	for _, state := range used {
		if !slices.Contains(states, state) {
			t.Errorf("the script comes to %q, for which pages have no words", state)
		}
	}
	for _, state := range states {
		if !slices.Contains(used, state) {
			t.Errorf("the script never comes to %q", state)
		}
	}
}

func TestSigningHasATemplateForEachState(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"kk", "en"} {
		doc := pages(t, lang)[0]
		for _, state := range SignStates() {
			if len(find(doc, "template[data-state="+state+"]")) != 1 {
				t.Errorf("no template for %s", state)
			}
		}
		if len(find(doc, "input[data-sign=document]")) != len(find(doc, "input[data-sign=answer]")) {
			t.Error("documents and answers differ in number")
		}
		if said := find(doc, "div[data-sign=said]"); len(said) != 1 || value(said[0], "role") != "status" {
			t.Error("states are not read out")
		}
	}
}
