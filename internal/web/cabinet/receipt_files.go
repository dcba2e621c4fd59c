package cabinet

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/skip2/go-qrcode"

	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/gate"
)

// notYet tells an entry that waits for its number from a database that cannot answer.
func notYet(err error) bool {
	x, ok := errors.AsType[*fault.Fault](err)
	return ok && x.Key == "evidence.not_yet"
}

// ReceiptJSON is the receipt as the file a person keeps; tereze verify reads it without a network.
func (s *Cabinet) ReceiptJSON(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	receipt, err := s.receipt(r, v)
	if err != nil {
		return err
	}
	return attach(w, "application/json", "receipt.json", receipt.JSON())
}

// qrSize is the side of the image in pixels: twice what the page shows, for paper.
const qrSize = 320

// ReceiptQR leads from paper back to the page, and carries the commitment to hold the page against.
func (s *Cabinet) ReceiptQR(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	receipt, err := s.receipt(r, v)
	if err != nil {
		return err
	}
	image, err := qrcode.Encode(evidence.QR(s.Origin(r)+s.receiptURL(v, receipt.Entry.ID), receipt.Commitment()), qrcode.Medium, qrSize)
	if err != nil {
		return fmt.Errorf("draw a QR code: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "image/png")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(image)))
	_, _ = w.Write(image) // the person has left; the answer was right
	return nil
}
