package personal

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/privacy"
)

// reader is for whom a copy is written: its pages are said in their language and in the portal's zone, as theirs in
// the cabinet are.
func reader(c privacy.Copy) gate.Visit {
	return gate.Visit{Actor: identity.Actor{Portal: c.Portal, User: c.User, Language: c.Language}}
}

// copyTable lays the rows of a table out under what people call its fields.
func (s *Personal) copyTable(v gate.Visit, held privacy.Held) copyTable {
	t := copyTable{Caption: s.worded(v, "personal.table.", held.Table)}
	var names []string
	for _, row := range held.Rows {
		for _, f := range row.Fields {
			if !slices.Contains(names, f.Name) {
				names = append(names, f.Name)
			}
		}
	}
	for _, name := range names {
		t.Head = append(t.Head, s.copyField(v, held.Table, name))
	}
	for _, row := range held.Rows {
		cells := make([]string, len(names))
		for _, f := range row.Fields {
			cells[slices.Index(names, f.Name)] = s.copyValue(v, held.Table, f)
		}
		t.Rows = append(t.Rows, cells)
	}
	return t
}

// copyField is the word for a field, of this very table before that of all, and of which one in a list: Files.2.Name
// is "File name 2".
func (s *Personal) copyField(v gate.Visit, table, name string) string {
	var parts, numbers []string
	for _, part := range strings.Split(strings.ToLower(name), ".") {
		if strings.Trim(part, "0123456789") == "" {
			numbers = append(numbers, part)
		} else {
			parts = append(parts, part)
		}
	}
	key := strings.Join(parts, ".")
	said := s.worded(v, "personal.field.", table+"."+key)
	if said == table+"."+key {
		said = s.worded(v, "personal.field.", key)
	}
	return strings.Join(append([]string{said}, numbers...), " ")
}

// copyValue says instants, answers and codes as the pages do. What has no word is given as it is held.
func (s *Personal) copyValue(v gate.Visit, table string, f privacy.Field) string {
	if at, err := time.Parse(time.RFC3339, f.Value); err == nil {
		return s.Instant(v, at)
	}
	switch name := strings.ToLower(f.Name); {
	case name == "detail":
		return s.copyDetail(v, table, f.Value)
	case strings.HasSuffix(name, "edition") && f.Value == "0":
		return "" // it was about no edition
	case name == "act":
		return s.worded(v, "cabinet.act.", f.Value)
	case strings.HasSuffix(name, "channel"):
		return s.worded(v, "frame.channel.", f.Value)
	case slices.Contains([]string{"temporary", "second", "taken", "wanted", "contact.confirmed"}, name), table == "notify_consent" && name == "given":
		return s.yesNo(v, f.Value == "true" || f.Value == "1")
	}
	if table == "obligation" {
		return s.worded(v, "obligation."+f.Name+".", f.Value)
	}
	if prefix := copyCodes(table + "." + f.Name); prefix != "" {
		return s.worded(v, prefix, f.Value)
	}
	return f.Value
}

// copyDetail says what belongs to an entry of evidence, which is held as names with values.
func (s *Personal) copyDetail(v gate.Visit, table, held string) string {
	var detail map[string]string
	if json.Unmarshal([]byte(held), &detail) != nil {
		return held
	}
	said := make([]string, 0, len(detail))
	for _, name := range slices.Sorted(maps.Keys(detail)) {
		said = append(said, s.copyField(v, table, name)+": "+detail[name])
	}
	return strings.Join(said, "; ")
}

// copyCodes tells with which words the pages say the codes of a column.
func copyCodes(column string) string {
	switch column {
	case "account_sanction.action":
		return "standing.action."
	case "account_case.kind":
		return "desk.kind."
	case "claims_request.kind":
		return "support.kind."
	case "claims_request.state":
		return "support.state."
	case "notify_notice.kind", "notify_preference.kind", "notify_consent.kind":
		return "notices.kind."
	case "party_membership.role":
		return "school.role."
	case "party_organisation_member.role":
		return "organisations.role."
	case "account_role.role", "account_grant.role":
		return "console.role."
	case "privacy_withdrawal.purpose":
		return "personal.purpose."
	}
	return ""
}
