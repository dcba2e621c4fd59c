package console

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tereze/internal/billing"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/web/design"
	"tereze/internal/web/frame"
)

// amount reads a price from the field of a name and notes what is wrong with it there.
func amount(r *http.Request, name string, wrong *fault.Faults) int64 {
	out, err := billing.ParsePrice(r.PostFormValue(name))
	if x, ok := errors.AsType[*fault.Fault](err); ok {
		*wrong = append(*wrong, x.At(name))
	}
	return out
}

func priceField(service, tariff string) string { return "price_" + service + "_" + tariff }

// Reprice answers GET /{portal}/console/prices/{number}/edit: the prices of a draft, what ends, and from which day.
func (c *Console) Reprice(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return c.askReprice(w, r, v, nil)
}

// RepricePost answers POST of the same address.
func (c *Console) RepricePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	version, err := believed(r)
	if err != nil {
		return err
	}
	_, l, base, err := c.priceList(r, v)
	if err != nil {
		return err
	}
	var wrong fault.Faults
	p := billing.Repricing{Day: strings.TrimSpace(r.PostFormValue("day")), Amounts: map[string]int64{}, Ends: map[string]bool{}}
	for _, place := range r.PostForm["ends"] {
		p.Ends[place] = true
	}
	for _, x := range billing.Compare(base.Content, l.Content) {
		t := asDrafted(x)
		if place := billing.Place(x.Service.Key, t.Key); !p.Ends[place] {
			p.Amounts[place] = amount(r, priceField(x.Service.Key, t.Key), &wrong)
		}
	}
	if err = error(wrong); wrong == nil {
		err = c.Tariffs.Reprice(r.Context(), v.Actor, l.Number, version, p)
	}
	if frame.AsFaults(err) != nil {
		return c.askReprice(w, r, v, err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, priceListURL(v, l)+"?done=prices_saved")
}

// asDrafted is a tariff as a draft has it, or as it was where the draft ends it.
func asDrafted(x billing.Change) billing.Tariff {
	if x.How() == billing.Ended {
		return x.Was
	}
	return x.Now
}

func (c *Console) askReprice(w http.ResponseWriter, r *http.Request, v gate.Visit, refusal error) error {
	_, l, base, err := c.priceList(r, v)
	if err != nil {
		return err
	}
	if l.State != billing.Draft {
		return fault.New(fault.Conflict, "prices.moved")
	}
	sent := r.PostForm
	_, at, _ := c.Errors(v, refusal)
	ends := design.Checkboxes{Field: design.Field{Name: "ends", Label: c.Say(v, "prices.console.ends"), Hint: c.Say(v, "prices.console.ends_hint"), Error: at["ends"]}, Small: true}
	var fields []design.Component
	for _, x := range billing.Compare(base.Content, l.Content) {
		t := asDrafted(x)
		name, place := priceField(x.Service.Key, t.Key), billing.Place(x.Service.Key, t.Key)
		label := x.Service.Title[v.Actor.Language] + ": " + t.Title[v.Actor.Language]
		value, ended := billing.FormatPrice(t.Price, frame.Point(v.Actor.Language)), x.How() == billing.Ended
		if refusal != nil {
			value, ended = sent.Get(name), slices.Contains(sent["ends"], place)
		}
		fields = append(fields, c.priceInput(v, name, label, c.Say(v, "prices.unit."+t.Unit), value, l.Content.Currency, at[name]))
		ends.Choices = append(ends.Choices, design.Choice{Value: place, Label: label, Checked: ended})
	}
	day := design.TextInput{Field: design.Field{Name: "day", Label: c.Say(v, "prices.console.day"), Hint: c.dayHint(v), Error: at["day"]}, Value: l.Day, Width: design.Chars20, Autocomplete: "off"}
	if day.Optional = true; refusal != nil {
		day.Value = sent.Get("day")
	}
	cite, _ := c.tariffClause(v)
	return c.sheet(w, r, v, sheetView{
		Heading: design.Heading{Caption: c.Say(v, "prices.number", "number", strconv.Itoa(l.Number)), Text: c.Say(v, "prices.do.edit"), Lead: c.Say(v, "prices.console.edit_lead")},
		Cite:    cite, Fields: append(fields, ends, day), Hidden: c.versionOf(r, l, refusal),
		Button: design.Button{Text: c.Say(v, "prices.console.save")}, Cancel: design.Link{URL: priceListURL(v, l)},
	}, c.pricesTrail(v), refusal)
}

// dayHint says from which day a change published now may hold.
func (c *Console) dayHint(v gate.Visit) string {
	at, _, err := c.Tariffs.Instant(v.Actor.Portal, "", v.Now)
	if err == nil && at.After(v.Now) {
		return c.Say(v, "prices.console.day_hint_later", "day", c.Day(v, at))
	}
	return c.Say(v, "prices.console.day_hint")
}

func (c *Console) priceInput(v gate.Visit, name, label, hint, value, currency, wrong string) design.TextInput {
	return design.TextInput{
		Field: design.Field{Name: name, Label: label, Hint: hint, Error: wrong}, Value: value, InputMode: "decimal", Suffix: c.Say(v, "prices.currency."+currency),
		Width: design.Chars20, Autocomplete: "off", MaxLength: 30,
	}
}

// versionOf carries the version that a form was filled in from; refused, it believes what it believed.
func (c *Console) versionOf(r *http.Request, l billing.List, refusal error) []carried {
	version := strconv.Itoa(l.Version)
	if refusal != nil {
		version = r.PostForm.Get("version")
	}
	return []carried{{"version", version}}
}

// AddTariff answers GET /{portal}/console/prices/{number}/add.
func (c *Console) AddTariff(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return c.askAddTariff(w, r, v, url.Values{}, nil)
}

// AddTariffPost answers POST of the same address.
func (c *Console) AddTariffPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	version, err := believed(r)
	if err != nil {
		return err
	}
	_, l, _, err := c.priceList(r, v)
	if err != nil {
		return err
	}
	var wrong fault.Faults
	x := billing.Addition{
		Service: r.PostFormValue("service"), Unit: r.PostFormValue("unit"), Price: amount(r, "price", &wrong),
		Title: map[string]string{}, ServiceTitle: map[string]string{},
	}
	if x.Service == "" {
		wrong = append(wrong, fault.New(fault.Invalid, "prices.choose_service").At("service"))
	} else if x.Service == newService {
		x.Service = ""
	}
	for _, language := range c.Portal(v).Languages {
		x.Title[language] = strings.Join(strings.Fields(r.PostFormValue("title_"+language)), " ")
		x.ServiceTitle[language] = strings.Join(strings.Fields(r.PostFormValue("service_"+language)), " ")
	}
	if err = error(wrong); wrong == nil {
		err = c.Tariffs.Add(r.Context(), v.Actor, l.Number, version, x)
	}
	if frame.AsFaults(err) != nil {
		return c.askAddTariff(w, r, v, r.PostForm, err)
	}
	if err != nil {
		return err
	}
	return frame.SeeOther(w, r, priceListURL(v, l)+"?done=prices_added")
}

// newService is what is chosen for a service that is not there yet; no service has a plus in its name.
const newService = "+"

func (c *Console) askAddTariff(w http.ResponseWriter, r *http.Request, v gate.Visit, sent url.Values, refusal error) error {
	_, l, _, err := c.priceList(r, v)
	if err != nil {
		return err
	}
	if l.State != billing.Draft {
		return fault.New(fault.Conflict, "prices.moved")
	}
	_, at, _ := c.Errors(v, refusal)
	service := design.Radios{Field: design.Field{Name: "service", Label: c.Say(v, "prices.service"), Error: at["service"]}, Small: true}
	choose := func(value, label string) {
		service.Choices = append(service.Choices, design.Choice{Value: value, Label: label, Checked: sent.Get("service") == value})
	}
	for _, s := range l.Content.Services {
		choose(s.Key, s.Title[v.Actor.Language])
	}
	choose(newService, c.Say(v, "prices.console.new_service"))
	fields := []design.Component{service}
	text := func(name, key, language string) {
		label := c.Say(v, key, "language", c.Words.Say(language, "language.name"))
		fields = append(fields, design.TextInput{Field: design.Field{Name: name, Label: label, Error: at[name], Optional: strings.HasPrefix(name, "service_")}, Value: sent.Get(name), MaxLength: 120, Autocomplete: "off"})
	}
	for _, language := range c.Portal(v).Languages {
		text("service_"+language, "prices.console.service_in", language)
	}
	for _, language := range c.Portal(v).Languages {
		text("title_"+language, "prices.console.title_in", language)
	}
	unit := design.Radios{Field: design.Field{Name: "unit", Label: c.Say(v, "prices.unit"), Error: at["unit"]}, Small: true}
	for _, u := range billing.Units() {
		unit.Choices = append(unit.Choices, design.Choice{Value: u, Label: c.Say(v, "prices.unit."+u), Checked: sent.Get("unit") == u})
	}
	fields = append(fields, c.priceInput(v, "price", c.Say(v, "prices.price"), "", sent.Get("price"), l.Content.Currency, at["price"]), unit)
	return c.sheet(w, r, v, sheetView{
		Heading: design.Heading{Caption: c.Say(v, "prices.number", "number", strconv.Itoa(l.Number)), Text: c.Say(v, "prices.do.add"), Lead: c.Say(v, "prices.console.add_lead")},
		Fields:  fields, Hidden: c.versionOf(r, l, refusal),
		Button: design.Button{Text: c.Say(v, "prices.do.add")}, Cancel: design.Link{URL: priceListURL(v, l)},
	}, c.pricesTrail(v), refusal)
}
