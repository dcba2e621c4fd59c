package frame

import (
	"encoding/base64"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"

	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/signing"
	"tereze/internal/web/design"
)

// The fields in which a form of design.Signing is answered.
const (
	SignatureField = "signature"       // by the script: once for each document, in their order
	SignatureFile  = signing.FormField // by the person: files, in the order of the documents
)

// signWait is how many seconds a person may take in NCALayer's window.
const signWait = 300

// maxSignature is the longest signature that is read, in octets, with the document in it.
const maxSignature = 16 << 20

// installNCALayer is where the National Certification Authority hands its program out.
const installNCALayer = "https://ncl.pki.gov.kz/"

// Signing fills the words of a signing. The page gives what is to be signed, in which form, and by whom,
// and sets Signs on its frame. failed is the refusal of the last answer, empty where there is none.
func (f *Frame) Signing(v gate.Visit, s design.Signing, failed string) design.Signing {
	tell := func(key string) string { return f.Say(v, key) }
	s.Name, s.Wait, s.Locale, s.AnyChain = SignatureField, signWait, "ru", f.Demo
	if v.Actor.Language == "kk" {
		s.Locale = "kk"
	}
	if s.ID == "" {
		s.ID = "signing"
	}
	for i := range s.Documents {
		if s.Documents[i].Name == "" {
			s.Documents[i].Name = tell("sign.document")
		}
	}
	s.Start, s.Stop, s.Plain = tell("sign.start"), tell("sign.stop"), tell("sign.plain")
	if s.Other.URL != "" {
		s.Here, s.Elsewhere, s.OtherSaid = tell("sign.here"), tell("sign.elsewhere"), tell("sign.elsewhere.about")
	}
	s.States = f.signStates(v)
	s.About, s.Send = tell("sign.upload.about"), tell("sign.upload.send")
	s.Upload = design.FileUpload{
		Field:  design.Field{Name: SignatureFile, Label: tell("sign.upload.file"), Hint: tell("sign.upload.kinds.cms"), Error: failed},
		Accept: ".cms,.p7s,.p7m,.sig", Multiple: len(s.Documents) > 1,
	}
	switch {
	case s.Format == design.SignXML:
		s.Hint, s.Upload.Hint, s.Upload.Accept = tell("sign.upload.xml"), tell("sign.upload.kinds.xml"), ".xml"
	case s.Encapsulate:
		s.Hint = tell("sign.upload.cms")
	default:
		s.Hint = tell("sign.upload.detached")
	}
	return s
}

func (f *Frame) signStates(v gate.Visit) map[string]design.SignState {
	states := map[string]design.SignState{}
	for _, name := range design.SignStates() {
		s := design.SignState{Title: f.Say(v, "sign.state."+name), Text: f.Say(v, "sign.state."+name+".do")}
		switch name {
		case "connecting", "permission", "waiting", "slow", "sending":
			s.Busy = true
		case "not_running":
			s.Steps = []string{f.Say(v, "sign.state.not_running.first"), f.Say(v, "sign.state.not_running.second"), f.Say(v, "sign.state.not_running.third")}
			s.Link = design.Link{Text: f.Say(v, "sign.install"), URL: installNCALayer}
		case "closed":
			s.Link = design.Link{Text: f.Say(v, "sign.install"), URL: installNCALayer}
		}
		states[name] = s
	}
	return states
}

// Signatures reads the answer to a design.Signing of so many documents: what the script brought, or the
// files that were sent in its place. They come as they are: CMS in DER, PEM or base64, or XML.
// Refusals at SignatureFile: Invalid "form.signature_missing", "form.signature_count", "form.signature_length".
func Signatures(r *http.Request, count int) ([][]byte, error) {
	if err := r.ParseMultipartForm(1 << 20); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return nil, fault.New(fault.Invalid, "form.signature_length").At(SignatureFile).Wrap(err)
	}
	var all [][]byte
	if r.MultipartForm != nil {
		for _, header := range r.MultipartForm.File[SignatureFile] {
			one, err := readSignature(header)
			if err != nil {
				return nil, err
			}
			if len(one) > 0 { // an empty field of files is sent as one without a name
				all = append(all, one)
			}
		}
	}
	if len(all) == 0 {
		for _, text := range r.PostForm[SignatureField] {
			if text = strings.TrimSpace(text); text != "" {
				all = append(all, []byte(text))
			}
		}
	}
	switch {
	case len(all) == 0:
		return nil, fault.New(fault.Invalid, "form.signature_missing").At(SignatureFile)
	case len(all) != count:
		return nil, fault.New(fault.Invalid, "form.signature_count").At(SignatureFile)
	}
	return all, nil
}

func readSignature(header *multipart.FileHeader) ([]byte, error) {
	if header.Size > maxSignature {
		return nil, fault.New(fault.Invalid, "form.signature_length").At(SignatureFile)
	}
	file, err := header.Open()
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, maxSignature))
}

// SignDocument is a document as the script takes it; file is where it can be downloaded.
func SignDocument(content []byte, name, file string) design.SignDocument {
	return design.SignDocument{Base64: base64.StdEncoding.EncodeToString(content), Name: name, File: file}
}
