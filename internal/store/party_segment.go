package store

// belongsTo is the condition that a user u belongs to an institution of a kind, whose place in a statement is
// given: a campaign chooses its people inside the database.
func belongsTo(kind string) string {
	return `EXISTS (SELECT 1 FROM party_membership m JOIN party_institution i ON i.org_id = m.org_id WHERE m.user_id = u.user_id AND m.ended_at = 0 AND i.kind = ` + kind + `)`
}
