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
	script, err := os.ReadFile("src/ncalayer.js")
	if err != nil {
		t.Fatal(err)
	}
	_, code, _ := strings.Cut(string(script), "const address")
	var used []string
	for _, m := range regexp.MustCompile(`(?:Stop|say)\((?:[a-z]+ \? )?"([a-z_]+)"|: "([a-z_]+)"\)|limit\([^"]*"([a-z_]+)"|\?\? "([a-z_]+)"`).FindAllStringSubmatch(code, -1) {
		used = append(used, strings.Join(m[1:], ""))
	}
	used = append(used, "permission") // chosen between two
	for _, state := range used {
		if !slices.Contains(SignStates(), state) {
			t.Errorf("the script comes to %q, for which pages have no words", state)
		}
	}
	for _, state := range SignStates() {
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
