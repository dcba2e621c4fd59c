package main

import (
	"bytes"
	"testing"

	"tereze/internal/agreement"
	"tereze/internal/clause"
	"tereze/internal/covers"
	"tereze/internal/house"
)

// town is a pack with a clause of every kind, of one and of two rules, and one that repeats another.
func town() agreement.Pack {
	return agreement.Pack{
		Portal: agreement.Portal{Name: "town", Documents: []string{"offer"}},
		Editions: []agreement.Edition{
			{Portal: "town", Document: "offer", Number: 1, Content: agreement.Content{Clauses: []agreement.Clause{{Number: "of the first edition"}}}},
			{Portal: "town", Document: "offer", Number: 2, Content: agreement.Content{Clauses: []agreement.Clause{
				{Number: "1", Kind: clause.Declaratory},
				{Number: "2", Kind: clause.Mechanism, Rules: []agreement.Rule{
					{Name: "account.activation_code", With: []agreement.Parameter{{Name: "digits", Value: "6"}, {Name: "valid_for", Value: "10m"}}},
					{Name: "agreement.acceptance", With: []agreement.Parameter{{Name: "how", List: []string{"tick", "button"}}}},
				}},
				{Number: "3", Kind: clause.Mechanism, Repeats: "offer/2"},
				{Number: "4", Kind: clause.ContentRule, Categories: []string{"insult"}},
			}}},
		},
		Pending: []agreement.Pending{{Document: "offer", Clause: "3", Room: "account"}},
	}
}

func table() covers.Table {
	return covers.Table{
		Rules:   map[string][]string{"agreement.acceptance": {"internal/agreement/accept.go:7 way", "internal/agreement/bind.go:9 bind"}},
		Clauses: map[string]map[string][]string{"town": {"2": {"internal/agreement/accept_test.go:TestA"}}, "other": {"4": {"x_test.go:TestX"}}},
	}
}

func TestClausesAsJSON(t *testing.T) {
	t.Parallel()
	var got bytes.Buffer
	if err := writeJSON(&got, rowsOf(town(), house.Rules(), table())); err != nil {
		t.Fatal(err)
	}
	const want = `[
  {
    "portal": "town",
    "document": "offer",
    "clause": "1",
    "kind": "declaratory",
    "rule": "",
    "parameters": {},
    "also": [],
    "repeats": "",
    "categories": [],
    "enforced_in": [],
    "tests": [],
    "pending": false
  },
  {
    "portal": "town",
    "document": "offer",
    "clause": "2",
    "kind": "mechanism",
    "rule": "account.activation_code",
    "parameters": {
      "digits": 6,
      "valid_for": "10m"
    },
    "also": [
      {
        "rule": "agreement.acceptance",
        "parameters": {
          "how": [
            "tick",
            "button"
          ]
        }
      }
    ],
    "repeats": "",
    "categories": [],
    "enforced_in": [
      "internal/agreement/accept.go:7 way",
      "internal/agreement/bind.go:9 bind"
    ],
    "tests": [
      "internal/agreement/accept_test.go:TestA"
    ],
    "pending": false
  },
  {
    "portal": "town",
    "document": "offer",
    "clause": "3",
    "kind": "mechanism",
    "rule": "account.activation_code",
    "parameters": {
      "digits": 6,
      "valid_for": "10m"
    },
    "also": [
      {
        "rule": "agreement.acceptance",
        "parameters": {
          "how": [
            "tick",
            "button"
          ]
        }
      }
    ],
    "repeats": "offer/2",
    "categories": [],
    "enforced_in": [
      "internal/agreement/accept.go:7 way",
      "internal/agreement/bind.go:9 bind"
    ],
    "tests": [],
    "pending": true
  },
  {
    "portal": "town",
    "document": "offer",
    "clause": "4",
    "kind": "content-rule",
    "rule": "",
    "parameters": {},
    "also": [],
    "repeats": "",
    "categories": [
      "insult"
    ],
    "enforced_in": [],
    "tests": [],
    "pending": false
  }
]
`
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
}

func TestClausesAsATable(t *testing.T) {
	t.Parallel()
	var got bytes.Buffer
	if err := writeTable(&got, rowsOf(town(), house.Rules(), table())); err != nil {
		t.Fatal(err)
	}
	const want = `PORTAL  DOCUMENT  CLAUSE  KIND          PENDING  RULE                     PARAMETERS                 ENFORCED IN                         TESTS
town    offer     1       declaratory
town    offer     2       mechanism              account.activation_code  digits: 6, valid_for: 10m  internal/agreement/accept.go:7 way  internal/agreement/accept_test.go:TestA
                                                 agreement.acceptance     how: [tick, button]        internal/agreement/bind.go:9 bind
town    offer     3       mechanism     pending  account.activation_code  digits: 6, valid_for: 10m  internal/agreement/accept.go:7 way
                                                 agreement.acceptance     how: [tick, button]        internal/agreement/bind.go:9 bind
                                                                          as clause offer/2
town    offer     4       content-rule                                    reported as: insult

        clauses  mechanism  content-rule  declaratory  proved  pending
  town        4          2             1            1       1        1
`
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
}
