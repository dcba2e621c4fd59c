package frame

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"

	"tereze/internal/fault"
)

// Upload is a file of a form.
type Upload struct {
	Name    string
	Content []byte
}

// mostValue is the longest value of a form with files, in bytes, and mostUploadParts how many values and files
// it may have.
const (
	mostValue       = 64 << 10
	mostUploadParts = 50
)

// ReadUploads parses a form that may bring files in the named field. Of each file no more than size bytes and
// one are read, so that whoever takes it can tell one that is too large. A form without files is read too.
// Refusals: Invalid "form.encoding", "form.files_large", "form.files_cut", the latter two at the field.
func ReadUploads(r *http.Request, field string, size int64) (url.Values, []Upload, error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "multipart/form-data" {
		err := ReadForm(r)
		return r.PostForm, nil, err
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, nil, fault.New(fault.Invalid, "form.encoding").Wrap(err)
	}
	values := url.Values{}
	var files []Upload
	for range mostUploadParts {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return values, files, nil
		}
		if err != nil {
			return values, nil, cut(err, field)
		}
		if part.FormName() != field {
			value, err := io.ReadAll(io.LimitReader(part, mostValue))
			if err != nil {
				return values, nil, cut(err, field)
			}
			values.Add(part.FormName(), string(value))
			continue
		}
		content, err := io.ReadAll(io.LimitReader(part, size+1))
		switch {
		case err != nil:
			return values, nil, cut(err, field)
		case part.FileName() != "" || len(content) > 0: // a browser sends an empty one where none was chosen
			files = append(files, Upload{part.FileName(), content})
		}
	}
	return nil, nil, fault.New(fault.Invalid, "form.encoding")
}

func cut(err error, field string) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fault.New(fault.Invalid, "form.files_large").At(field)
	}
	return fault.New(fault.Invalid, "form.files_cut").At(field).Wrap(err)
}
