package console

import (
	"time"

	"tereze/internal/agreement"
	"tereze/internal/gate"
	"tereze/internal/web/design"
)

// standing is what has become of an edition by an instant, drafts included. What follows from the
// instants of published editions is never kept.
type standing string

const (
	drafted    standing = "draft"
	submitted  standing = "submitted"
	approved   standing = "approved"
	announced  standing = "announced"
	inForce    standing = "in_force"
	superseded standing = "superseded"
	withdrawn  standing = "withdrawn"
)

// stands finds it; all are the editions of its document in order.
func stands(e agreement.Edition, all []agreement.Edition, at time.Time) standing {
	switch e.State {
	case agreement.Draft:
		return drafted
	case agreement.Submitted:
		return submitted
	case agreement.Approved:
		return approved
	}
	next, ok := agreement.Superseded(published(all), e.Number)
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

// open tells editions that are not published yet.
func open(e agreement.Edition) bool { return e.State != agreement.Published }

func published(all []agreement.Edition) (out []agreement.Edition) {
	for _, e := range all {
		if !open(e) {
			out = append(out, e)
		}
	}
	return out
}

func (st standing) colour() design.TagColour {
	switch st {
	case inForce:
		return design.TagGood
	case submitted, announced:
		return design.TagWait
	case approved:
		return design.TagBrand
	case withdrawn:
		return design.TagBad
	}
	return design.TagPlain
}

// tag is the standing in a word or two.
func (c *Console) tag(v gate.Visit, st standing) design.Tag {
	return design.Tag{Text: c.Say(v, "console.state."+string(st)), Colour: st.colour()}
}
