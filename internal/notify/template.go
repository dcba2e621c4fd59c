package notify

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"tereze/internal/clause"
	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/identity"
	"tereze/internal/words"
)

// The states of a wording.
const (
	Proposed  = "proposed"
	Published = "published"
	Rejected  = "rejected"
)

// Template is one version of the wording of a message. Version 0 is the sentence that ships and is in no table.
type Template struct {
	Portal    string
	Key       string
	Version   int
	State     string
	Texts     map[string]string // by language: every one the portal speaks
	WrittenBy identity.ID
	WrittenAt time.Time
	DecidedBy identity.ID
	DecidedAt time.Time
}

// TemplateTx is what wordings do to the database.
type TemplateTx interface {
	// AddTemplate adds the next version. Refusal: Conflict where there is one of that number.
	AddTemplate(ctx context.Context, t Template) error
	// DecideTemplate ends the state of being proposed. Refusal: Conflict.
	DecideTemplate(ctx context.Context, t Template) error
	// Templates lists the versions of a wording, newest first; an empty key: of all.
	Templates(ctx context.Context, portal, key string) ([]Template, error)
	// Template finds one version. Refusal: Absent.
	Template(ctx context.Context, portal, key string, version int) (Template, error)
}

// longestTemplate is how many characters a wording may have: an SMS of more parts is not read.
const longestTemplate = 1000

// placeholder is where a value stands in a sentence, or the word that fits it as a number.
var placeholder = regexp.MustCompile(`\{([a-z_]*)(?:\|[^{}]*)?\}`)

// Values lists the names of the values of a sentence.
func Values(text string) (names []string) {
	for _, found := range placeholder.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(names, found[1]) {
			names = append(names, found[1])
		}
	}
	slices.Sort(names)
	return names
}

// checkTemplate refuses a wording that lacks a value of the sentence that ships, or names one it does not have.
func (n *Notices) checkTemplate(portal, key string, texts map[string]string) error {
	shipped, ok := n.Shipped("en", key)
	if !ok || !strings.HasPrefix(key, "message.") {
		return fault.New(fault.Absent, "gate.no_page")
	}
	want := Values(shipped)
	var wrong fault.Faults
	for _, language := range n.Languages(portal) {
		text, field := texts[language], "text_"+language
		switch {
		case strings.TrimSpace(text) == "":
			wrong = append(wrong, fault.New(fault.Invalid, "form.empty").At(field))
			continue
		case !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }):
			wrong = append(wrong, fault.New(fault.Invalid, "form.characters").At(field))
			continue
		case utf8.RuneCountInString(text) > longestTemplate:
			wrong = append(wrong, fault.New(fault.Invalid, "form.long").With("max", strconv.Itoa(longestTemplate)).At(field))
			continue
		}
		has := Values(text)
		for _, name := range want {
			if !slices.Contains(has, name) {
				wrong = append(wrong, fault.New(fault.Invalid, "notify.template_missing").With("value", "{"+name+"}").At(field))
			}
		}
		if strings.Count(text, "{") != strings.Count(text, "}") || strings.Count(text, "{") != len(placeholder.FindAllString(text, -1)) {
			wrong = append(wrong, fault.New(fault.Invalid, "notify.template_braces").At(field))
		}
		for _, name := range has {
			if !slices.Contains(want, name) {
				wrong = append(wrong, fault.New(fault.Invalid, "notify.template_unknown").With("value", "{"+name+"}").At(field))
			}
		}
	}
	if wrong != nil {
		return wrong
	}
	return nil
}

// CheckTemplate says what is wrong with a wording before it is proposed. Refusals: Forbidden for all but the
// operator; Absent for no such message; Invalid at "text_" and the language.
func (n *Notices) CheckTemplate(actor identity.Actor, key string, texts map[string]string) error {
	if err := asOperator(actor); err != nil {
		return err
	}
	return n.checkTemplate(actor.Portal, key, texts)
}

// ProposeTemplate writes the next version of a wording; it is not used before another operator publishes it.
// Refusals: those of CheckTemplate; Conflict "notify.template_waiting" while another version waits.
func (n *Notices) ProposeTemplate(ctx context.Context, actor identity.Actor, key string, texts map[string]string) (t Template, err error) {
	if err := n.CheckTemplate(actor, key, texts); err != nil {
		return t, err
	}
	err = n.InTx(ctx, func(tx NoticeTx) error {
		all, err := tx.Templates(ctx, actor.Portal, key)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(all, func(t Template) bool { return t.State == Proposed }) {
			return fault.New(fault.Conflict, "notify.template_waiting")
		}
		t = Template{Portal: actor.Portal, Key: key, Version: 1, State: Proposed, Texts: texts, WrittenBy: actor.User, WrittenAt: n.Now()}
		if len(all) > 0 {
			t.Version = all[0].Version + 1
		}
		if err := tx.AddTemplate(ctx, t); err != nil {
			return err
		}
		return n.office(ctx, tx, actor, "notify.template_propose", "template:"+key, map[string]string{"version": strconv.Itoa(t.Version)})
	})
	return t, err
}

// DecideTemplate publishes a proposed wording, or rejects it. Refusals: Forbidden for all but the operator and,
// with "notify.second_person", for who wrote it; Absent; Conflict "notify.decided".
func (n *Notices) DecideTemplate(ctx context.Context, actor identity.Actor, key string, version int, publish bool) error {
	if err := asOperator(actor); err != nil {
		return err
	}
	return n.InTx(ctx, func(tx NoticeTx) error {
		t, err := tx.Template(ctx, actor.Portal, key, version)
		switch {
		case fault.Is(err, fault.Absent):
			return fault.New(fault.Absent, "gate.no_page")
		case err != nil:
			return err
		case t.State != Proposed:
			return fault.New(fault.Conflict, "notify.decided")
		case publish && t.WrittenBy == actor.User:
			return fault.New(fault.Forbidden, "notify.second_person")
		}
		act := "notify.template_publish"
		if t.State = Published; !publish {
			t.State, act = Rejected, "notify.template_reject"
		}
		if publish { // the program may have changed since it was proposed
			if err := n.checkTemplate(t.Portal, key, t.Texts); err != nil {
				return err
			}
		}
		t.DecidedBy, t.DecidedAt = actor.User, n.Now()
		if err := tx.DecideTemplate(ctx, t); fault.Is(err, fault.Conflict) {
			return fault.New(fault.Conflict, "notify.decided")
		} else if err != nil {
			return err
		}
		return n.office(ctx, tx, actor, act, "template:"+key, map[string]string{"version": strconv.Itoa(version)})
	})
}

// TemplatesOf lists the versions of a wording of the operator's portal, newest first; an empty key: of all.
// Refusal: Forbidden.
func (n *Notices) TemplatesOf(ctx context.Context, actor identity.Actor, key string) (all []Template, err error) {
	if err := asOperator(actor); err != nil {
		return nil, err
	}
	err = n.InView(ctx, func(tx NoticeTx) error {
		all, err = tx.Templates(ctx, actor.Portal, key)
		return err
	})
	return all, err
}

// templates holds published wordings, which never change.
type templates struct {
	mu sync.RWMutex
	of map[templateKey]map[string]string
}

type templateKey struct {
	portal, key string
	version     int
}

// Sentence gives the wording of a message in a language. Refusal: Absent for a version that is not there.
func (n *Notices) Sentence(ctx context.Context, portal, key string, version int, language string) (string, error) {
	if version == 0 {
		text, ok := n.Shipped(language, key)
		if !ok {
			return "", fault.New(fault.Absent, "gate.no_page")
		}
		return text, nil
	}
	k := templateKey{portal, key, version}
	n.held.mu.RLock()
	texts := n.held.of[k]
	n.held.mu.RUnlock()
	if texts == nil {
		err := n.InView(ctx, func(tx NoticeTx) error {
			t, err := tx.Template(ctx, portal, key, version)
			texts = t.Texts
			return err
		})
		if err != nil {
			return "", err
		}
		n.held.mu.Lock()
		if n.held.of == nil {
			n.held.of = map[templateKey]map[string]string{}
		}
		n.held.of[k] = maps.Clone(texts)
		n.held.mu.Unlock()
	}
	if text := texts[language]; text != "" {
		return text, nil
	}
	for _, other := range n.Languages(portal) {
		if texts[other] != "" {
			return texts[other], nil
		}
	}
	return "", fault.New(fault.Absent, "gate.no_page")
}

// office leaves evidence of an act of the operator's, which belongs to nobody.
func (n *Notices) office(ctx context.Context, tx NoticeTx, actor identity.Actor, act, subject string, detail map[string]string) error {
	return n.officeBy(ctx, tx, actor, act, subject, clause.Citation{}, detail)
}

func (n *Notices) officeBy(ctx context.Context, tx NoticeTx, actor identity.Actor, act, subject string, cite clause.Citation, detail map[string]string) error {
	_, err := n.Record(ctx, tx, evidence.Entry{
		Portal: actor.Portal, ID: n.NewID(), At: n.Now(), Actor: "user:" + number(actor.User), Act: act, Subject: subject, Citation: cite, Detail: detail,
	})
	return err
}

// Said is what a message says in a language, as Words is of a notice; secrets are those of its values.
func (n *Notices) Said(ctx context.Context, m Message, language string) (Text, error) {
	return n.Words(ctx, Notice{Portal: m.Portal, Key: m.Key, Args: m.Args, Template: m.Template, Campaign: m.Campaign}, language)
}

// Words is what a notice says in a language: the text of its campaign, or its sentence with its values.
func (n *Notices) Words(ctx context.Context, x Notice, language string) (Text, error) {
	if x.Campaign != 0 {
		var c Campaign
		err := n.InView(ctx, func(tx NoticeTx) (err error) {
			c, err = tx.Campaign(ctx, x.Campaign)
			return err
		})
		return c.Words(language), err
	}
	sentence, err := n.Sentence(ctx, x.Portal, x.Key, x.Template, language)
	if err != nil {
		return Text{}, err
	}
	body, missing := words.Fill(language, sentence, x.Args)
	if missing != "" {
		return Text{}, fmt.Errorf("%w: %s lacks %s", ErrMessage, x.Key, missing)
	}
	return Text{Body: body}, nil
}
