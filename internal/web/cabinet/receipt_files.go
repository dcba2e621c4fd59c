package cabinet

import (
	"errors"
	"fmt"
	"net"
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
	image, err := qrcode.Encode(evidence.QR(s.host(r)+s.receiptURL(v, receipt.Entry.ID), receipt.Commitment()), qrcode.Medium, qrSize)
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

// host is how the address begins that a QR code leads to. The answer goes to nobody but whoever
// named the host in the request. Only on the machine itself are there portals without HTTPS.
func (s *Cabinet) host(r *http.Request) string {
	if s.Host != nil {
		return s.Host(r)
	}
	name, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		name = r.Host
	}
	if ip := net.ParseIP(name); r.TLS == nil && (name == "localhost" || ip != nil && ip.IsLoopback()) {
		return "http://" + r.Host
	}
	return "https://" + r.Host
}
