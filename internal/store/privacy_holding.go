package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"tereze/internal/identity"
	"tereze/internal/privacy"
)

// holding is one table with rows of a person: what of it the person is given a copy of, and whether it goes
// when the person's data are erased. Each table of a person is listed once, and a test that reads the
// migrations finds the one that is not.
type holding struct {
	table   string
	section string   // of the copy; empty: the person is given none, as withheld says why
	columns []string // that are given, in this order
	row     []string // the rest of the primary key, by which sealed values are bound to their row
	sealed  string   // a column that is opened for the person
	inside  []string // what of the sealed value is given; nil: all of it
	file    string   // a sealed column that is a file
	where   string   // which rows are given; $2 is now

	withheld string // why no copy
	kept     string // why it outlasts the person
}

// holdings lists them in the order of the copy. What other people did about the person is given without
// saying who: their ids are not among the columns.
func holdings() []holding {
	return slices.Concat(accountHoldings(), agreementHoldings(), privacyHoldings(), deskHoldings(), partyHoldings(), contentHoldings(), []holding{
		{table: "evidence_entry", section: "evidence", columns: []string{"at", "act", "subject", "document", "edition", "clause", "detail"}, row: []string{"id"}},
	})
}

func accountHoldings() []holding {
	const lookUp = "a look-up by a mark or a name that the profile shows"
	return []holding{
		{table: "account_user", section: "profile", columns: []string{"sign_in_name", "shown", "language", "email", "phone", "about", "state", "created_at", "left_at", "reported_at"}},
		{table: "account_person", section: "profile", columns: []string{"surname", "given", "patronymic", "birth_date", "sex", "confirmed_at"}, sealed: "sealed"},
		{table: "account_binding", section: "profile", columns: []string{"party", "bound_at", "key_ends_at"}, sealed: "sealed"},
		{table: "account_role", section: "profile", columns: []string{"role", "given_at"}},
		{table: "account_grant", section: "profile", columns: []string{"role", "taken", "state", "proposed_at", "decided_at"}, row: []string{"grant_id"}, where: "decided_at > 0 AND decided_at <= $2"},
		{table: "account_deletion", section: "profile", columns: []string{"at", "ground"}},
		{table: "account_contact", section: "contacts", columns: []string{"kind", "value", "confirmed_at", "failed_at"}},
		{table: "account_subscription", section: "contacts", columns: []string{"channel", "at"}},
		{table: "account_history", section: "changes", columns: []string{"at", "field"}, row: []string{"history_id"}, sealed: "sealed"},
		{table: "account_password", section: "sign_in", columns: []string{"set_at", "temporary", "expires_at"}},
		{table: "account_passkey_holder", section: "sign_in", columns: []string{"second", "stopped_at"}},
		{table: "account_passkey", section: "sign_in", columns: []string{"added_at", "used_at", "cloned_at"}, row: []string{"passkey_id"}, sealed: "sealed", inside: []string{"Name"}},
		{table: "account_session", section: "sign_in", columns: []string{"began_at", "seen_at", "address", "agent"}},
		{table: "account_access", section: "sign_in", columns: []string{"name", "agent", "address", "first_at", "seen_at"}},
		{table: "account_device", section: "sign_in", columns: []string{"first_at"}},
		{table: "account_name", withheld: lookUp},
		{table: "account_number", withheld: lookUp},
		{table: "account_credential", withheld: lookUp},
		{table: "account_old_password", withheld: "passwords of before, as hashes that say nothing"},
		{table: "account_attempt", withheld: "a way in that is under way, and gone within the day"},
		{table: "account_secret", withheld: "a link that was sent, as a hash that says nothing"},
		{table: "account_standing", withheld: "a count by which two operators notice each other"},
		{table: "account_refused_number", withheld: "a mark that says nothing", kept: "a number is kept out for the term of a sanction, by a mark that names nobody"},
	}
}

func agreementHoldings() []holding {
	return []holding{
		{table: "agreement_acceptance", section: "acceptances", columns: []string{"document", "edition", "how", "language", "address", "at", "cited_document", "cited_edition", "cited_clause"}},
		{table: "agreement_refusal", section: "acceptances", columns: []string{"document", "edition", "effect", "at", "cited_document", "cited_edition", "cited_clause"}},
		{table: "signing_kept", section: "signatures", columns: []string{"purpose", "at"}, row: []string{"entry_id"}, sealed: "sealed"},
		{table: "signing_request", withheld: "a signature that is being asked for, and gone within the day"},
	}
}

func privacyHoldings() []holding {
	return []holding{
		{table: "privacy_consent", section: "consents", columns: []string{"purposes", "detail", "given_at", "withdrawn_at"}, row: []string{"consent_id"}},
		{table: "privacy_withdrawal", section: "consents", columns: []string{"purpose", "at"}},
		{table: "privacy_disclosure", section: "disclosures", columns: []string{"recipient", "ground", "state", "made_at", "document", "edition", "clause"}, row: []string{"disclosure_id"},
			sealed: "sealed", where: "state IN ('made', 'asked', 'declined') AND silent_until <= $2"},
		{table: "privacy_copy", section: "copies", columns: []string{"asked_at", "ready_at", "ends_at", "state"}, row: []string{"copy_id"}},
		{table: "privacy_copy_part", withheld: "the copy itself"},
		{table: "privacy_erasure", withheld: "it is written when there is nobody left to give it to", kept: "the certificate that the rest is gone; it names nobody"},
	}
}

func deskHoldings() []holding {
	return []holding{
		{table: "account_sanction", section: "measures", columns: []string{"action", "service", "reason", "section", "state", "decided_at", "in_force_at", "ends_at", "ended_at", "document", "edition", "clause"},
			row: []string{"sanction_id"}, sealed: "sealed", where: "decided_at > 0 AND decided_at <= $2"},
		{table: "obligation", section: "measures", columns: []string{"kind", "from_side", "to_side", "since", "due_day", "due_at", "state", "ended_at", "document", "edition", "clause"}},
		{table: "account_check", section: "measures", columns: []string{"kind", "fields", "state", "outcome", "opened_at", "due_at", "given_at", "ended_at", "document", "edition", "clause"}, row: []string{"check_id"}, sealed: "sealed"},
		{table: "account_paper", section: "measures", columns: []string{"kind", "size", "added_at"}, row: []string{"check_id", "paper_id"}, file: "body"},
		{table: "account_case", section: "cases", columns: []string{"kind", "state", "text", "opened_at", "ended_at", "answer"}, row: []string{"case_id"}},
		{table: "claims_request", section: "requests", columns: []string{"kind", "via", "state", "language", "opened_at", "due_at", "document", "edition", "clause"}, row: []string{"request_id"}, sealed: "sealed"},
		{table: "claims_message", section: "requests", columns: []string{"author", "at"}, row: []string{"request_id", "message_id"}, sealed: "sealed", where: "author IN ('person', 'staff') AND at <= $2"},
		{table: "claims_file", section: "requests", row: []string{"request_id", "file_id"}, file: "sealed"},
		{table: "claims_number", withheld: "a look-up by the number of a request"},
		{table: "notify_message", section: "messages", columns: []string{"channel", "key", "language", "at"}, row: []string{"message_id"}, sealed: "sealed", inside: []string{"To"}, where: "campaign_id = 0 AND at <= $2"},
		{table: "notify_notice", section: "messages", columns: []string{"kind", "key", "at", "read_at", "archived_at", "document", "edition", "clause"}, row: []string{"notice_id"}, sealed: "sealed", where: "campaign_id = 0 AND at <= $2"},
		{table: "notify_consent", section: "consents", columns: []string{"kind", "channel", "given", "how", "at"}},
		{table: "notify_preference", section: "messages", columns: []string{"kind", "channel", "wanted", "at"}},
		{table: "notify_browser", section: "messages", columns: []string{"at"}, row: []string{"browser_id"}},
		{table: "notify_attempt", withheld: "how a message went out, which its state says"},
		{table: "notify_receipt", withheld: "a look-up by a provider's number of a message"},
	}
}

// contentHoldings: archive copies go with their author's data although a clause may let them be kept without
// limit (ismet R20.5). It lets the operator keep them and owes them to nobody, while an erasure is owed to the person;
// and nobody would be left to be told who looks at them.
func contentHoldings() []holding {
	return []holding{
		{table: "content_material", section: "materials", columns: []string{"section", "state", "title", "text", "published_at", "edited_at", "ended_at"}},
		{table: "content_wording", withheld: "archive copies, which the clause on them opens to the staff alone"},
	}
}

func partyHoldings() []holding {
	return []holding{
		{table: "party_membership", section: "memberships", columns: []string{"role", "class", "began_at", "ended_at", "ends_at", "basis"}},
		{table: "party_guardian", section: "memberships", columns: []string{"since"}},
		{table: "party_transfer", section: "memberships", columns: []string{"class", "state", "at", "settled_at"}},
		{table: "party_page", section: "memberships", columns: []string{"visible", "at"}},
		{table: "party_organisation_member", section: "memberships", columns: []string{"role", "claimed_at", "began_at", "until", "ended_at", "basis"}},
		{table: "party_organisation_act", section: "memberships", columns: []string{"act", "at"}},
		{table: "party_representative", section: "representatives", columns: []string{"state", "kinds", "until", "made_at", "confirmed_at", "ended_at"}, row: []string{"representative_id"}, sealed: "sealed"},
		{table: "party_representative_paper", section: "representatives", row: []string{"representative_id"}, file: "sealed"},
		{table: "party_invitation", withheld: "what an organisation wrote to an address of its own choice"},
		{table: "party_entry", withheld: "a mark that says nothing, by which a list is not entered twice"},
		{table: "party_number", withheld: "a mark that says nothing, by which a number is not entered twice"},
		{table: "party_import", withheld: "an institution's list, which its administrator brought", kept: "the record of an institution; of its administrator it has the id alone"},
	}
}

// Sections follows privacy.Tx: the parts of a copy, in its order.
func Sections() (out []string) {
	for _, h := range holdings() {
		if h.section != "" && !slices.Contains(out, h.section) {
			out = append(out, h.section)
		}
	}
	return out
}

// EraseHoldings follows privacy.ErasureTx.
func (tx *Tx) EraseHoldings(ctx context.Context, user identity.ID) (tables int, gone int64, err error) {
	for _, h := range holdings() {
		if h.kept != "" || h.table == "evidence_entry" { // evidence has an erasure of its own
			continue
		}
		n, err := tx.exec(ctx, "DELETE FROM "+h.table+" WHERE user_id = $1", int64(user))
		if err != nil {
			return 0, 0, fmt.Errorf("erase %s: %w", h.table, err)
		}
		tables, gone = tables+1, gone+n
	}
	n, err := tx.forgetGuardians(ctx, user)
	return tables, gone + n, err
}

// Holding follows privacy.CopyTx.
func (tx *Tx) Holding(ctx context.Context, user identity.ID, section string, now time.Time) (out []privacy.Held, err error) {
	for _, h := range holdings() {
		if h.section != section {
			continue
		}
		rows, err := tx.held(ctx, h, user, now)
		if err != nil {
			return nil, fmt.Errorf("copy %s: %w", h.table, err)
		}
		if len(rows) > 0 {
			out = append(out, privacy.Held{Table: h.table, Rows: rows})
		}
	}
	return out, nil
}

func (tx *Tx) held(ctx context.Context, h holding, user identity.ID, now time.Time) ([]privacy.Row, error) {
	names := slices.Concat(h.columns, h.row)
	for _, name := range []string{h.sealed, h.file} {
		if name != "" {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	text := "SELECT " + strings.Join(names, ", ") + " FROM " + h.table + " WHERE user_id = $1"
	args := []any{int64(user)}
	if h.where != "" {
		text, args = text+" AND "+h.where, append(args, micros(now))
	}
	return list(ctx, tx, func(s scanner) (privacy.Row, error) {
		values, places := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			places[i] = &values[i]
		}
		if err := s.Scan(places...); err != nil {
			return privacy.Row{}, err
		}
		return tx.heldRow(h, user, values)
	}, text, args...)
}

func (tx *Tx) heldRow(h holding, user identity.ID, values []any) (privacy.Row, error) {
	var out privacy.Row
	for i, name := range h.columns {
		if said := readable(name, values[i]); said != "" {
			out.Fields = append(out.Fields, privacy.Field{Name: name, Value: said})
		}
	}
	row := h.table + "/" + strconv.FormatInt(int64(user), 10)
	for _, id := range values[len(h.columns) : len(h.columns)+len(h.row)] {
		row += "/" + fmt.Sprint(id)
	}
	at := len(h.columns) + len(h.row)
	if h.sealed != "" {
		sealed, _ := values[at].([]byte)
		at++
		if len(sealed) > 0 {
			var inside any
			if err := tx.unseal(row, sealed, &inside); err != nil {
				return out, err
			}
			out.Fields = append(out.Fields, opened("", inside, h.inside)...)
		}
	}
	if h.file != "" {
		sealed, _ := values[at].([]byte)
		if h.file != "sealed" {
			row += "/" + h.file
		}
		if err := tx.unseal(row, sealed, &out.File); err != nil {
			return out, err
		}
	}
	return out, nil
}

// readable is a value of a column as the copy says it: instants in UTC, nothing for what is not set.
func readable(column string, value any) string {
	switch x := value.(type) {
	case int64:
		instantly := strings.HasSuffix(column, "_at") || slices.Contains([]string{"at", "since", "until", "claimed_at"}, column)
		if instantly && x == 0 {
			return ""
		}
		if instantly {
			return instant(x).Format(time.RFC3339)
		}
		return strconv.FormatInt(x, 10)
	case bool:
		return strconv.FormatBool(x)
	case string:
		return x
	case nil, []byte:
		return ""
	}
	return fmt.Sprint(value)
}

// opened makes fields of a value that was sealed, in the order of their names; of some it gives the chosen alone.
func opened(under string, value any, chosen []string) (out []privacy.Field) {
	switch x := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(x)) {
			if chosen == nil || slices.Contains(chosen, name) {
				out = append(out, opened(strings.TrimPrefix(under+"."+name, "."), x[name], nil)...)
			}
		}
	case []any:
		for i, one := range x {
			out = append(out, opened(under+"."+strconv.Itoa(i+1), one, nil)...)
		}
	case nil:
	default:
		if said := fmt.Sprint(x); said != "" {
			if under == "" {
				under = "value"
			}
			out = append(out, privacy.Field{Name: under, Value: said})
		}
	}
	return out
}
