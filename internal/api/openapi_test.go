package api

import (
	"encoding/json"
	"os"
	"testing"
)

// TestTheDescriptionNamesTheKey: whoever writes a program finds in the description which header its key goes into.
func TestTheDescriptionNamesTheKey(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Components struct {
			SecuritySchemes map[string]struct{ Type, In, Name string } `json:"securitySchemes"`
		} `json:"components"`
	}
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	if got := d.Components.SecuritySchemes["program"]; got.Type != "apiKey" || got.In != "header" || got.Name != KeyHeader {
		t.Errorf("described as %+v, want the header %s", got, KeyHeader)
	}
}
