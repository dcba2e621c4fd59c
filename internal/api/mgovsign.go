package api

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"tereze/internal/eds"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/signing"
)

// phoneRequest is the answer of API 1 of eGov Mobile's signing by QR code: what is asked, and where the
// documents are.
type phoneRequest struct {
	Description  string            `json:"description"`
	ExpiryDate   string            `json:"expiry_date"`
	Organisation phoneOrganisation `json:"organisation"`
	Document     phoneSource       `json:"document"`
}

type phoneOrganisation struct {
	NameRu string `json:"nameRu"`
	NameKz string `json:"nameKz"`
	NameEn string `json:"nameEn"`
	BIN    string `json:"bin"`
}

type phoneSource struct {
	URI       string `json:"uri"`
	AuthType  string `json:"auth_type"`
	AuthToken string `json:"auth_token"`
}

// phoneDocuments are the answer of API 2, and what the app puts back with signatures in it.
type phoneDocuments struct {
	SignMethod string          `json:"signMethod"`
	Version    int             `json:"version"`
	Documents  []phoneDocument `json:"documentsToSign"`
}

type phoneDocument struct {
	ID          int          `json:"id"`
	NameRu      string       `json:"nameRu"`
	NameKz      string       `json:"nameKz"`
	NameEn      string       `json:"nameEn"`
	Meta        []phoneMeta  `json:"meta"`
	DocumentXML string       `json:"documentXml,omitempty"`
	Document    *phoneHolder `json:"document,omitempty"`
}

type phoneMeta struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type phoneHolder struct {
	File phoneFile `json:"file"`
}

type phoneFile struct {
	MIME string `json:"mime"`
	Data string `json:"data"`
}

// expiryFormat is how the app reads instants.
const expiryFormat = "2006-01-02T15:04:05.00-0700"

// phoneAsks is API 1: GET /{portal}/mgovSign/{ticket}. It uses nothing up.
func (a *API) phoneAsks(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	asked, err := a.Signings.ForPhone(r.Context(), v.Actor.Portal, r.PathValue("ticket"))
	if err != nil {
		return err
	}
	p, _ := a.Agreements.Portal(v.Actor.Portal)
	operator := phoneNames(signing.Names(p.Operator))
	out := phoneRequest{
		Description:  a.Words.Say(v.Actor.Language, "signing.phone.description", "portal", p.Title[v.Actor.Language], "number", asked.Number()),
		ExpiryDate:   asked.EndsAt.In(p.Zone).Format(expiryFormat),
		Organisation: phoneOrganisation{NameRu: operator.NameRu, NameKz: operator.NameKz, NameEn: operator.NameEn},
		Document:     phoneSource{URI: a.Origin(r) + PhonePath(asked) + "/documents", AuthType: "None"},
	}
	if asked.Content.Bearer != "" {
		out.Document.AuthType, out.Document.AuthToken = "Token", asked.Content.Bearer
	}
	return answer(w, http.StatusOK, out)
}

// PhonePath is the address of API 1 below the portals' own; the app knows it by "mgovSign".
func PhonePath(r signing.Request) string { return "/" + r.Portal + "/mgovSign/" + r.Ticket() }

func phoneNames(n signing.Names) (d phoneDocument) {
	d.NameRu, d.NameKz, d.NameEn = n["ru"], n["kk"], n["en"]
	if d.NameKz == "" {
		d.NameKz = n["ky"]
	}
	return d
}

// phoneReads is API 2: GET /{portal}/mgovSign/{ticket}/documents. That a phone has the documents is noted for
// the page; it may fetch them again.
func (a *API) phoneReads(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	asked, err := a.Signings.ForPhone(r.Context(), v.Actor.Portal, r.PathValue("ticket"))
	if err != nil {
		return err
	}
	if err := asked.CheckBearer(r.Header.Get("Authorization")); err != nil {
		return err
	}
	if err := a.Signings.Fetched(r.Context(), asked); err != nil {
		return err
	}
	out := phoneDocuments{SignMethod: asked.Method(), Version: 1}
	for i, d := range asked.Content.Documents {
		one := phoneNames(d.Names)
		one.ID, one.Meta = i+1, []phoneMeta{{Name: a.Words.Say(v.Actor.Language, "signing.phone.number"), Value: asked.Number()}}
		if asked.Content.Format == eds.XML {
			one.DocumentXML = string(d.Content)
		} else {
			_, kind, _ := strings.Cut(d.MIME, "/")
			one.Document = &phoneHolder{phoneFile{MIME: "@file/" + kind, Data: base64.StdEncoding.EncodeToString(d.Content)}}
		}
		out.Documents = append(out.Documents, one)
	}
	return answer(w, http.StatusOK, out)
}

// phoneAnswers takes what the app puts back: PUT /{portal}/mgovSign/{ticket}/documents. The app knows two
// answers: 200 "success", and 403 with a message for the person.
func (a *API) phoneAnswers(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	err := a.takeAnswer(r, v)
	if err == nil {
		return answer(w, http.StatusOK, map[string]string{"message": "success"})
	}
	x, refused := errors.AsType[*fault.Fault](err)
	if !refused {
		return err
	}
	return answer(w, http.StatusForbidden, map[string]string{"message": a.Words.Say(v.Actor.Language, x.Key)})
}

func (a *API) takeAnswer(r *http.Request, v gate.Visit) error {
	asked, err := a.Signings.ForAnswer(r.Context(), v.Actor.Portal, r.PathValue("ticket"))
	if err != nil {
		return err
	}
	if err := asked.CheckBearer(r.Header.Get("Authorization")); err != nil {
		return err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return fault.New(fault.Invalid, "api.body").Wrap(err)
	}
	signatures, err := readPhone(body, asked)
	if err != nil {
		return err
	}
	signed, err := a.Signings.Answer(r.Context(), asked, signatures)
	return a.Posed(r.Context(), signed, v.Address, err)
}

// readPhone reads what an app put back: the documents by the ids they were offered under, each once, all
// of them. Names and whatever else the app adds are not looked at: what counts is signed.
// Refusals: Invalid "api.body"; Invalid "signing.form" for another method.
func readPhone(body []byte, asked signing.Request) ([][]byte, error) {
	var in phoneDocuments
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, fault.New(fault.Invalid, "api.body").Wrap(err)
	}
	if in.SignMethod != asked.Method() {
		return nil, fault.New(fault.Invalid, "signing.form")
	}
	out := make([][]byte, len(asked.Content.Documents))
	if len(in.Documents) != len(out) {
		return nil, fault.New(fault.Invalid, "api.body")
	}
	for _, d := range in.Documents {
		if d.ID < 1 || d.ID > len(out) || out[d.ID-1] != nil {
			return nil, fault.New(fault.Invalid, "api.body")
		}
		signature := d.DocumentXML
		if asked.Content.Format == eds.CMS {
			if d.Document == nil {
				return nil, fault.New(fault.Invalid, "signing.form")
			}
			signature = d.Document.File.Data
		}
		if strings.TrimSpace(signature) == "" {
			return nil, fault.New(fault.Invalid, "signing.form")
		}
		out[d.ID-1] = []byte(signature)
	}
	return out, nil
}
