package content

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tereze/internal/clause"
	"tereze/internal/fault"
	"tereze/internal/identity"
)

// The acts of a moderator. The first two a clause has to name; what was deleted in error is given back
// without one.
const (
	Remove  = "delete"
	Move    = "move"
	PutBack = "put_back"
)

// MaxReason is the length of a moderator's reason, in characters.
const MaxReason = 500

// Powers are what the clause in force lets a moderator do (ismet R20.2).
type Powers struct {
	Acts           []string // of Remove and Move
	ReasonOptional bool
	NoticeOptional bool
	Cite           clause.Citation
}

// Powers reads the clause in force; without one a moderator may do nothing.
func (m *Materials) Powers(portal string) Powers {
	rule, cite, ok := clause.In[Moderation](m.Book(portal, m.Now()))
	if !ok {
		return Powers{}
	}
	p := Powers{ReasonOptional: rule.ReasonOptional, NoticeOptional: rule.NoticeOptional, Cite: cite}
	for _, act := range []string{Remove, Move} {
		if slices.Contains(rule.Actions, act) {
			p.Acts = append(p.Acts, act)
		}
	}
	return p
}

// Step is what a moderator does to a material that they have seen in a version.
type Step struct {
	Author, ID identity.ID
	Version    int
	Act        string
	Section    string // where it is moved
	Reason     string // may be empty where the clause says so
	Quiet      bool   // the author gets no notice, where the clause makes it optional
}

// Queue lists materials of the operator's portal, newest first. What was deleted comes without title and text:
// its archive copy is opened with a reason. Refusals: Forbidden; Absent on a portal without materials.
func (m *Materials) Queue(ctx context.Context, actor identity.Actor, f Filter) (out []Material, err error) {
	if err := asOperator(actor); err != nil {
		return nil, err
	}
	if !m.Any(actor.Portal) {
		return nil, absent()
	}
	err = m.InView(ctx, func(tx Tx) error {
		out, err = tx.Materials(ctx, actor.Portal, f)
		return err
	})
	return out, err
}

// Head gives an operator one of them, and tells how many wordings of it are kept. Refusals: Forbidden; Absent.
func (m *Materials) Head(ctx context.Context, actor identity.Actor, author, id identity.ID) (x Material, kept int, err error) {
	if err := asOperator(actor); err != nil {
		return Material{}, 0, err
	}
	err = m.InView(ctx, func(tx Tx) error {
		if x, err = m.own(ctx, tx, actor.Portal, author, id); err != nil {
			return err
		}
		all, err := tx.Wordings(ctx, author, id)
		kept = len(all)
		return err
	})
	return x, kept, err
}

// Moderate deletes or moves a material, or puts back what a moderator deleted. It is always on record, with the
// clause and whether the author was told. What a moderator deletes is kept as what its author deletes.
//
// Refusals: Forbidden, also where the clause in force does not name the act (content.no_act); Absent; Invalid at
// "reason" and "section"; Conflict "content.changed", and "content.not_kept" where nothing can be put back.
func (m *Materials) Moderate(ctx context.Context, actor identity.Actor, s Step) error {
	if err := asOperator(actor); err != nil {
		return err
	}
	p := m.Powers(actor.Portal)
	if s.Act != PutBack && !slices.Contains(p.Acts, s.Act) {
		return fault.New(fault.Forbidden, "content.no_act").By(p.Cite)
	}
	s.Reason = strings.Join(strings.Fields(s.Reason), " ") // an entry of evidence holds it in one line
	if wrong := m.checkStep(actor.Portal, p, s); wrong != nil {
		return wrong
	}
	s.Quiet = s.Quiet && p.NoticeOptional
	return m.InTx(ctx, func(tx Tx) error {
		x, err := m.own(ctx, tx, actor.Portal, s.Author, s.ID)
		switch {
		case err != nil:
			return err
		case x.Version != s.Version:
			return fault.New(fault.Conflict, "content.changed")
		}
		title, err := m.step(ctx, tx, &x, s)
		if err != nil {
			return err
		}
		detail := map[string]string{"role": string(identity.Operator), "section": x.Section, "told": strconv.FormatBool(!s.Quiet)}
		if s.Reason != "" {
			detail["why"] = s.Reason
		}
		if err := m.note(ctx, tx, x, user(actor.User), recorded(s.Act), p.Cite, detail); err != nil || s.Quiet {
			return err
		}
		return m.tell(ctx, tx, x, s, title, p.Cite)
	})
}

// recorded is how evidence names an act of a moderator.
func recorded(act string) string {
	switch act {
	case Remove:
		return "content.remove"
	case Move:
		return "content.move"
	}
	return "content.put_back"
}

func (m *Materials) checkStep(portal string, p Powers, s Step) fault.Faults {
	var wrong fault.Faults
	if _, ok := m.Section(portal, s.Section); !ok && s.Act == Move {
		wrong = append(wrong, fault.New(fault.Invalid, "content.section").At("section"))
	}
	switch {
	case s.Reason == "" && s.Act != PutBack && !p.ReasonOptional:
		wrong = append(wrong, fault.New(fault.Invalid, "content.reason").At("reason").By(p.Cite))
	case s.Reason != "":
		if f := check("reason", s.Reason, MaxReason, ""); f != nil {
			wrong = append(wrong, f)
		}
	}
	return wrong
}

// step changes the material and gives the title by which its author knows it.
func (m *Materials) step(ctx context.Context, tx Tx, x *Material, s Step) (title string, err error) {
	if title = x.Title; s.Act == PutBack {
		if err := m.putBack(ctx, tx, x); err != nil {
			return "", err
		}
		x.Version++
		return x.Title, tx.SaveMaterial(ctx, *x)
	}
	switch {
	case x.State != Published:
		return "", absent()
	case s.Act == Remove:
		_, err := m.end(ctx, tx, x, Removed)
		return title, err
	case x.Section == s.Section:
		return "", fault.Faults{fault.New(fault.Invalid, "content.same_section").At("section")}
	}
	x.Section, x.Version = s.Section, x.Version+1
	return title, tx.SaveMaterial(ctx, *x)
}

// mostTitle is how much of a title a notice says, in characters: it may go out as an SMS.
const mostTitle = 40

func (m *Materials) tell(ctx context.Context, tx Tx, x Material, s Step, title string, cite clause.Citation) error {
	if utf8.RuneCountInString(title) > mostTitle {
		title = string([]rune(title)[:mostTitle-1]) + "…"
	}
	args := map[string]string{"title": title}
	key := "message.material_" + s.Act
	if s.Reason != "" {
		key += "_why"
		args["reason"] = s.Reason
	}
	return m.People.Tell(ctx, tx, x.Author, key, args, cite)
}
