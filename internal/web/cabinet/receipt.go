package cabinet

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"tereze/internal/evidence"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/design"
)

type receiptView struct {
	Title    string
	Lead     string
	Receipt  design.Receipt
	Download design.ButtonLink
	Verify   string
	How      string
	Command  string
	Terms    design.SummaryList // the words of the log, explained
	Explain  string
}

// waitingView stands where an entry has no number in the log yet.
type waitingView struct {
	Title string
	Wait  design.EmptyState
}

// entry reads which entry an address names. Refusal: Absent for an address that is not ours.
func (s *Cabinet) entry(r *http.Request) (identity.ID, error) {
	id, err := s.Opaque.ID(r.PathValue("entry"))
	if err != nil {
		return 0, absent()
	}
	return id, nil
}

// receipt makes the receipt an address names, of the person's own entries alone. Refusals: Absent;
// Unavailable "evidence.not_yet".
func (s *Cabinet) receipt(r *http.Request, v gate.Visit) (evidence.Receipt, error) {
	id, err := s.entry(r)
	if err != nil {
		return evidence.Receipt{}, err
	}
	var out evidence.Receipt
	err = s.View(r.Context(), func(tx EvidenceTx) error {
		if out, err = evidence.ReceiptOf(r.Context(), tx, s.Verifier, v.Actor.User, id); err != nil {
			return err
		}
		kept, err := tx.KeptSignature(r.Context(), v.Actor.User, id)
		if fault.Is(err, fault.Absent) {
			return nil
		}
		if err == nil && len(kept.Signed) > 0 {
			out.Signed = &evidence.Signed{Statement: kept.Signed[0].Document, Signature: kept.Signed[0].Signature, Revocation: kept.Signed[0].Revocation}
		}
		return err
	})
	if fault.Is(err, fault.Absent) {
		return evidence.Receipt{}, absent()
	}
	return out, err
}

// Receipt is the page to print: what an entry says, and what ties it to the log.
func (s *Cabinet) Receipt(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	receipt, err := s.receipt(r, v)
	if notYet(err) {
		return s.waiting(w, r, v)
	}
	if err != nil {
		return err
	}
	view, err := s.receiptView(r, v, receipt)
	if err != nil {
		return err
	}
	activity := design.Link{Text: s.Say(v, "cabinet.activity.title"), URL: activityURL(v)}
	return s.Write(w, r, http.StatusOK, s.page(r, v, view.Title, activity), view.page())
}

func (s *Cabinet) waiting(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	view := waitingView{Title: s.Say(v, "cabinet.receipt.soon"), Wait: design.EmptyState{
		Title: s.Say(v, "cabinet.receipt.soon_title"), Text: s.Say(v, "cabinet.receipt.soon_text"),
		Act: design.Link{Text: s.Say(v, "cabinet.receipt.refresh"), URL: r.URL.Path},
	}}
	return s.Write(w, r, http.StatusOK, s.page(r, v, view.Title), view.page())
}

func (s *Cabinet) receiptView(r *http.Request, v gate.Visit, x evidence.Receipt) (receiptView, error) {
	staff, err := s.staff(r.Context(), v, []evidence.Entry{x.Entry})
	if err != nil {
		return receiptView{}, err
	}
	rows, err := s.receiptRows(v, x, staff)
	if err != nil {
		return receiptView{}, err
	}
	return receiptView{
		Title: s.Say(v, "cabinet.receipt.title"), Lead: s.Say(v, "cabinet.receipt.lead"),
		Receipt: design.Receipt{
			ID: "receipt", Title: s.act(v, x.Entry), Rows: rows, QR: r.URL.Path + "/qr.png",
			QRAlt: s.Say(v, "cabinet.receipt.qr"), Note: s.Say(v, "cabinet.receipt.note"),
		},
		Download: design.ButtonLink{Text: s.Say(v, "cabinet.receipt.download"), URL: r.URL.Path + "/receipt.json"},
		Verify:   s.Say(v, "cabinet.receipt.verify"), How: s.Say(v, "cabinet.receipt.how"), Command: "tereze verify receipt.json",
		Explain: s.Say(v, "cabinet.receipt.explain"), Terms: design.SummaryList{Rows: s.terms(v)},
	}, nil
}

// receiptRows are what happened in words, then what proves it, letter by letter as in the file.
func (s *Cabinet) receiptRows(v gate.Visit, x evidence.Receipt, staff staff) ([]design.ReceiptRow, error) {
	text, _, _ := strings.Cut(x.Checkpoint, "\n\n")
	checkpoint, err := evidence.ParseCheckpoint(text + "\n")
	if err != nil {
		return nil, fmt.Errorf("checkpoint of a receipt: %w", err)
	}
	e := x.Entry
	var rows []design.ReceiptRow
	add := func(key, value string) {
		if value != "" {
			rows = append(rows, design.ReceiptRow{Key: s.Say(v, key), Value: value})
		}
	}
	exact := func(key, value string, long bool) {
		if value != "" {
			rows = append(rows, design.ReceiptRow{Key: s.Say(v, key), Value: value, Mono: true, Copy: long})
		}
	}
	add("cabinet.receipt.what", s.detail(v, e))
	add("cabinet.receipt.when", s.Instant(v, e.At))
	add("cabinet.receipt.who", s.by(v, e, staff))
	add("cabinet.receipt.name", v.Actor.Shown)
	add("cabinet.receipt.portal", s.In(v, s.Portal(v).Title))
	add("cabinet.receipt.clause", s.cited(v, e.Citation))
	exact("cabinet.receipt.actor", e.Actor, false)
	exact("cabinet.receipt.entry", strconv.FormatInt(int64(e.ID), 10), false)
	exact("cabinet.receipt.digest", e.Detail["digest"], true)
	exact("cabinet.receipt.signature", e.Detail["signature"], true)
	exact("cabinet.receipt.commitment", x.Commitment().String(), true)
	exact("cabinet.receipt.index", strconv.FormatInt(x.Index, 10), false)
	exact("cabinet.receipt.log", checkpoint.Origin, false)
	exact("cabinet.receipt.size", strconv.FormatInt(checkpoint.Size, 10), false)
	exact("cabinet.receipt.root", checkpoint.Root.String(), true)
	return rows, nil
}

// terms explain the words a receipt cannot do without.
func (s *Cabinet) terms(v gate.Visit) []design.SummaryRow {
	var rows []design.SummaryRow
	for _, term := range []string{"digest", "commitment", "index", "root"} {
		rows = append(rows, design.SummaryRow{Key: s.Say(v, "cabinet.receipt."+term), Value: s.Say(v, "cabinet.term."+term)})
	}
	return rows
}
