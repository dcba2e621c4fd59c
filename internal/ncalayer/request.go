package ncalayer

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// request is what a page sends.
type request struct {
	Module string          `json:"module"`
	Method string          `json:"method"`
	Args   json.RawMessage `json:"args"`
}

// args are those of sign.
type args struct {
	AllowedStorages []string      `json:"allowedStorages"`
	Format          string        `json:"format"`
	Data            documents     `json:"data"`
	Signing         signingParams `json:"signingParams"`
	Signer          signerParams  `json:"signerParams"`
	Locale          string        `json:"locale"`
	Logo            string        `json:"logo"`
}

// documents are one string, or a list of them.
type documents struct {
	all  []string
	list bool
}

func (d *documents) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(b, []byte("[")) {
		d.list = true
		return json.Unmarshal(b, &d.all)
	}
	d.all = []string{""}
	return json.Unmarshal(b, &d.all[0])
}

// flag is a boolean, or its name in a string; absent is nil.
type flag bool

func (f *flag) UnmarshalJSON(b []byte) error {
	switch strings.Trim(string(b), `"`) {
	case "true":
		*f = true
	case "false":
		*f = false
	default:
		return fmt.Errorf("%s is not a Boolean", b)
	}
	return nil
}

type signingParams struct {
	Decode      flag            `json:"decode"`
	Encapsulate *flag           `json:"encapsulate"`
	Digested    flag            `json:"digested"`
	OutputCert  flag            `json:"outputCert"`
	TSAProfile  json.RawMessage `json:"tsaProfile"`
}

func (p signingParams) stamped() bool {
	return len(p.TSAProfile) > 0 && string(p.TSAProfile) != "null"
}

type signerParams struct {
	ExtKeyUsageOIDs []string `json:"extKeyUsageOids"`
	IIN             string   `json:"iin"`
	BIN             string   `json:"bin"`
	SerialNumber    string   `json:"serialNumber"`
	Chain           []string `json:"chain"` // nil: production only; empty: any
}

// limits of a request, as the program's own page states them, or larger than anything met.
const (
	maxDocuments = 1000
	maxLogo      = 50_000
)

// read takes the arguments as the program does; what it does not take it says in details.
func read(raw json.RawMessage) (args, error) {
	var a args
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(raw, &parts); err != nil {
		return args{}, fmt.Errorf("org.json.JSONException: args is not a JSONObject")
	}
	for _, name := range []string{"signingParams", "signerParams"} {
		if p := bytes.TrimSpace(parts[name]); !bytes.HasPrefix(p, []byte("{")) {
			return args{}, errors.New(fmt.Sprintf("org.json.JSONException: JSONObject[%q] is not a JSONObject", name) + ".") // the program's own words
		}
	}
	if err := json.Unmarshal(raw, &a); err != nil {
		return args{}, fmt.Errorf("org.json.JSONException: %w", err)
	}
	switch {
	case a.Signer.ExtKeyUsageOIDs == nil:
		return args{}, fmt.Errorf("org.json.JSONException: JSONObject[\"extKeyUsageOids\"] not found")
	case len(a.Data.all) == 0 || len(a.Data.all) > maxDocuments:
		return args{}, fmt.Errorf("java.lang.IllegalArgumentException: data")
	case a.Format != "cms" && a.Format != "xml" && a.Format != "raw", a.Format == "raw" && a.Data.list:
		return args{}, fmt.Errorf("java.lang.IllegalArgumentException: format")
	case len(a.Logo) > maxLogo:
		return args{}, fmt.Errorf("java.lang.IllegalArgumentException: logo")
	case bool(a.Signing.Digested) && a.Format == "xml":
		return args{}, fmt.Errorf("java.lang.IllegalArgumentException: digested")
	}
	return a, nil
}

// bytesOf are the octets to sign of one document.
func (a args) bytesOf(document string) ([]byte, error) {
	if !a.Signing.Decode || a.Format == "xml" {
		return []byte(document), nil
	}
	b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(document), ""))
	if err != nil {
		return nil, fmt.Errorf("org.bouncycastle.util.encoders.DecoderException: %w", err)
	}
	return b, nil
}
