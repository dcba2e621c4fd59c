package front

import (
	"strconv"
	"time"

	"tereze/internal/agreement"
	"tereze/internal/gate"
	"tereze/internal/web/design"
)

// standing is what has become of an edition by an instant. It is never kept: it follows from the
// instants of the editions of its document.
type standing int

const (
	announced standing = iota
	inForce
	superseded
	withdrawn
)

// stands finds what has become of an edition. A withdrawn document's last edition is withdrawn;
// those before it were superseded in their time (ismet 2.4).
func stands(e agreement.Edition, all []agreement.Edition, at time.Time) standing {
	next, ok := agreement.Superseded(all, e.Number)
	switch {
	case e.InForceAt.After(at):
		return announced
	case ok && !next.After(at):
		return superseded
	case !e.WithdrawnAt.IsZero() && !e.WithdrawnAt.After(at):
		return withdrawn
	}
	return inForce
}

// key is the standing in message keys.
func (st standing) key() string {
	return [...]string{announced: "announced", inForce: "in_force", superseded: "superseded", withdrawn: "withdrawn"}[st]
}

func (st standing) colour() design.TagColour {
	return [...]design.TagColour{announced: design.TagWait, inForce: design.TagGood, superseded: design.TagPlain, withdrawn: design.TagBad}[st]
}

// tag is the standing in two words.
func (s *Front) tag(v gate.Visit, st standing) design.Tag {
	return design.Tag{Text: s.Say(v, "front.state."+st.key()), Colour: st.colour()}
}

// told is the standing in a sentence, with its instants.
func (s *Front) told(v gate.Visit, e agreement.Edition, all []agreement.Edition) string {
	st := stands(e, all, v.Now)
	next, hasNext := agreement.Superseded(all, e.Number)
	args := []string{
		"edition", strconv.Itoa(e.Number),
		"posted", s.Instant(v, e.PostedAt),
		"from", s.Instant(v, e.InForceAt),
	}
	if hasNext {
		args = append(args, "to", s.Instant(v, next))
	}
	if st == withdrawn {
		args = append(args, "withdrawn", s.Instant(v, e.WithdrawnAt))
	}
	key := "front.told." + st.key()
	if st == inForce && hasNext {
		key = "front.told.in_force_until"
	}
	return s.Say(v, key, args...)
}
