package status

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"tereze/internal/gate"
	"tereze/internal/operations"
)

// feed is the state of a portal for programs.
type feed struct {
	Portal     string          `json:"portal"`
	At         time.Time       `json:"at"`
	Components []feedComponent `json:"components"`
	Now        []feedEvent     `json:"now"`
	Next       []feedEvent     `json:"next"`
	Past       []feedEvent     `json:"past"` // of the last ninety days, newest first
}

type feedComponent struct {
	Name  string    `json:"name"`
	Works bool      `json:"works"`
	Since time.Time `json:"since"`
}

type feedEvent struct {
	ID       string            `json:"id"`
	Kind     string            `json:"kind"`
	Services []string          `json:"services"` // empty: the whole portal
	Closes   bool              `json:"closes"`
	Reason   map[string]string `json:"reason"` // by language
	Begins   time.Time         `json:"begins"`
	Ends     *time.Time        `json:"ends"` // null: not known
	Clause   string            `json:"clause,omitempty"`
}

func (s *Status) fed(e operations.Event) feedEvent {
	out := feedEvent{ID: s.Opaque.Of(e.ID), Kind: e.Kind, Services: e.Services, Closes: e.Closes, Reason: e.Reason, Begins: e.Begins, Clause: e.Cite.String()}
	if out.Services == nil {
		out.Services = []string{}
	}
	if e.Cite.Zero() {
		out.Clause = ""
	}
	if ends := e.Ends(); !ends.IsZero() {
		out.Ends = &ends
	}
	return out
}

// JSON is GET /{portal}/status.json.
func (s *Status) JSON(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	past, err := s.Operations.Between(r.Context(), v.Actor.Portal, v.Now.Add(-lookBack), v.Now)
	if err != nil {
		return err
	}
	out := feed{Portal: v.Actor.Portal, At: v.Now.UTC(), Components: []feedComponent{}, Now: []feedEvent{}, Next: []feedEvent{}, Past: []feedEvent{}}
	for _, c := range s.Operations.Components() {
		out.Components = append(out.Components, feedComponent{c.Name, c.Works, c.Since.UTC()})
	}
	for _, e := range s.Operations.Live(v.Actor.Portal, v.Now) {
		if e.Phase(v.Now) == operations.Now {
			out.Now = append(out.Now, s.fed(e))
		} else {
			out.Next = append(out.Next, s.fed(e))
		}
	}
	for _, e := range past {
		if e.Phase(v.Now) == operations.Past {
			out.Past = append(out.Past, s.fed(e))
		}
	}
	b, err := json.Marshal(out)
	if err != nil {
		return err
	}
	return answer(w, "application/json", b)
}

func answer(w http.ResponseWriter, kind string, body []byte) error {
	h := w.Header()
	h.Set("Content-Type", kind+"; charset=utf-8")
	h.Set("Cache-Control", "no-cache")
	_, _ = w.Write(body) // the reader has left; the answer was right
	return nil
}

// atom is a feed as RFC 4287 has it.
type atom struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  string      `xml:"author>name"`
	Link    atomLink    `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID      string   `xml:"id"`
	Title   string   `xml:"title"`
	Updated string   `xml:"updated"`
	Link    atomLink `xml:"link"`
	Summary string   `xml:"summary"`
}

// Atom is GET /{portal}/status.atom: what goes on, is planned, and happened in the last ninety days.
func (s *Status) Atom(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	past, err := s.Operations.Between(r.Context(), v.Actor.Portal, v.Now.Add(-lookBack), v.Now.Add(lookBack))
	if err != nil {
		return err
	}
	p := s.Portal(v)
	out := atom{
		Lang: v.Actor.Language, ID: urn(v.Actor.Portal), Title: s.Say(v, "status.title", "portal", s.In(v, p.Title)), Author: s.In(v, p.Operator), Link: atomLink{s.Public + statusURL(v)},
	}
	newest := time.Unix(0, 0)
	for _, e := range past {
		changed := e.PostedAt
		if e.EndedAt.After(changed) {
			changed = e.EndedAt
		}
		if changed.After(newest) {
			newest = changed
		}
		out.Entries = append(out.Entries, atomEntry{
			ID: urn(v.Actor.Portal + ":" + s.Opaque.Of(e.ID)), Title: s.Say(v, "frame.event."+e.Kind) + ": " + s.When(v, e), Updated: changed.UTC().Format(time.RFC3339),
			Link: atomLink{s.Public + s.eventURL(v, e)}, Summary: e.Reason[v.Actor.Language],
		})
	}
	out.Updated = newest.UTC().Format(time.RFC3339)
	b, err := xml.Marshal(out)
	if err != nil {
		return err
	}
	return answer(w, "application/atom+xml", append([]byte(xml.Header), b...))
}

// urn names something for good, wherever the portal is served.
func urn(name string) string { return "tag:tereze,2026:status:" + name }

// Calendar is GET /{portal}/status.ics: what is planned, to be subscribed to.
func (s *Status) Calendar(w http.ResponseWriter, _ *http.Request, v gate.Visit) error {
	var events []operations.Event
	for _, e := range s.Operations.Live(v.Actor.Portal, v.Now) {
		if e.Kind == operations.Planned {
			events = append(events, e)
		}
	}
	return answer(w, "text/calendar", s.ics(v, events))
}

// EventCalendar is GET /{portal}/status/{event}/event.ics.
func (s *Status) EventCalendar(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	e, _, err := s.event(r, v)
	if err != nil {
		return err
	}
	if e.Kind != operations.Planned {
		return absent()
	}
	w.Header().Set("Content-Disposition", `attachment; filename="`+v.Actor.Portal+`.ics"`)
	return answer(w, "text/calendar", s.ics(v, []operations.Event{e}))
}

const icsForm = "20060102T150405Z"

// ics writes planned works as RFC 5545 has it. The id stays and the sequence grows, so that a change moves the
// entry a person already has, and a cancellation strikes it out.
func (s *Status) ics(v gate.Visit, events []operations.Event) []byte {
	var b strings.Builder
	line := func(text string) { fold(&b, text) }
	line("BEGIN:VCALENDAR")
	line("VERSION:2.0")
	line("PRODID:-//Tereze//" + v.Actor.Portal + "//" + strings.ToUpper(v.Actor.Language))
	for _, e := range events {
		line("BEGIN:VEVENT")
		line("UID:" + s.Opaque.Of(e.ID) + "@" + v.Actor.Portal + ".tereze")
		line("SEQUENCE:" + strconv.Itoa(e.Version-1))
		line("DTSTAMP:" + v.Now.UTC().Format(icsForm))
		line("DTSTART:" + e.Begins.UTC().Format(icsForm))
		line("DTEND:" + e.Ends().UTC().Format(icsForm))
		line("SUMMARY:" + escaped(s.Say(v, "frame.event."+e.Kind)+": "+s.In(v, s.Portal(v).Title)))
		line("DESCRIPTION:" + escaped(e.Reason[v.Actor.Language]))
		line("URL:" + s.Public + s.eventURL(v, e))
		if e.Dropped {
			line("STATUS:CANCELLED")
		} else {
			line("STATUS:CONFIRMED")
		}
		line("TRANSP:TRANSPARENT")
		line("END:VEVENT")
	}
	line("END:VCALENDAR")
	return []byte(b.String())
}

// escaped is a text value (RFC 5545 §3.3.11).
func escaped(text string) string {
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`).Replace(text)
}

// fold writes a line in pieces of at most 75 octets, never within a letter (RFC 5545 §3.1).
func fold(b *strings.Builder, text string) {
	room := 75
	for len(text) > room {
		cut := room
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		b.WriteString(text[:cut] + "\r\n ")
		text, room = text[cut:], 74
	}
	b.WriteString(text + "\r\n")
}
