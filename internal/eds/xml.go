package eds

import (
	"bytes"
	"context"
	"errors"

	"tereze/internal/eds/pki"
)

// looksLikeXML tells signed XML from signed messages by its first character.
func looksLikeXML(document []byte) bool {
	document = bytes.TrimPrefix(document, []byte("\xef\xbb\xbf"))
	return bytes.HasPrefix(bytes.TrimSpace(document), []byte("<"))
}

func (v *Own) signedXML(ctx context.Context, q Question) *Result {
	return refused(XML, CheckForm, pki.Refuse(pki.Unsupported, errors.New("xml")))
}
