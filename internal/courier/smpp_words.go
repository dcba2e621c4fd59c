package courier

import (
	"fmt"
	"hash/fnv"
	"strings"
	"time"
	"unicode"

	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"

	"tereze/internal/notify"
)

// sender is an address of the kind its form shows: a name, a short code or a number.
func sender(from string) (pdu.Address, error) {
	digits := strings.TrimPrefix(from, "+")
	switch {
	case strings.ContainsFunc(digits, func(r rune) bool { return !unicode.IsDigit(r) }):
		return pdu.NewAddressWithTonNpiAddr(5, 0, from)
	case len(digits) <= 6:
		return pdu.NewAddressWithTonNpiAddr(3, 0, digits)
	}
	return pdu.NewAddressWithTonNpiAddr(1, 1, digits)
}

// mark is a number of a part that follows from its message.
func mark(p Parcel, part int) uint16 {
	h := fnv.New32a()
	fmt.Fprintf(h, "%s/%d", number(p), part)
	return uint16(h.Sum32())
}

// submitOutcome reads the status of an answer (SMPP 3.4, 5.1.3).
func submitOutcome(status data.CommandStatusType, reference string) notify.Outcome {
	out := notify.Outcome{State: notify.Technical, Reason: notify.ReasonMistaken, Code: fmt.Sprintf("0x%08x", uint32(status))}
	switch status {
	case data.ESME_ROK:
		if !plausible(reference) {
			out.Reason = notify.ReasonNoAnswer // it was taken, under no number by which a receipt could come
			return out
		}
		return notify.Outcome{State: notify.Accepted}
	case data.ESME_RTHROTTLED, data.ESME_RMSGQFUL:
		out.State, out.Reason = notify.Temporary, notify.ReasonThrottled
	case data.ESME_RSYSERR, data.ESME_RSUBMITFAIL:
		out.State, out.Reason = notify.Temporary, notify.ReasonBusy
	case data.ESME_RINVDSTADR, data.ESME_RINVDSTTON, data.ESME_RINVDSTNPI:
		out.State, out.Reason = notify.Permanent, notify.ReasonAddress
	case data.ESME_RINVSRCADR, data.ESME_RINVBNDSTS, data.ESME_RINVSYSTYP, data.ESME_RINVPASWD:
		out.Reason = notify.ReasonNotAllowed
	}
	return out
}

// plausible keeps a reference to what providers write: printable, at most 65 bytes (SMPP 3.4, 5.2.23).
func plausible(reference string) bool {
	return reference != "" && len(reference) <= 65 && !strings.ContainsFunc(reference, func(r rune) bool { return r <= ' ' || r > '~' })
}

// receiptOf reads a delivery receipt from its fields, or from its text where it has none.
func receiptOf(p *pdu.DeliverSM) (reference string, state notify.State, ok bool) {
	const kinds, receipt = 0x3c, 0x04 // of esm_class
	if p.EsmClass&kinds != receipt {
		return "", "", false
	}
	raw, _ := p.Message.GetMessageData() // it never fails
	reference, state, _ = readReceipt(string(raw))
	if f, has := p.OptionalParameters[pdu.TagReceiptedMessageID]; has {
		reference = strings.TrimRight(string(f.Data), "\x00")
	}
	if f, has := p.OptionalParameters[pdu.TagMessageStateOption]; has && len(f.Data) == 1 {
		state = codedState(f.Data[0])
	}
	return reference, state, state != "" && plausible(reference)
}

// readReceipt reads the text of a receipt, "id:IIIIIIIIII sub:… stat:DDDDDDD err:… text:…" (SMPP 3.4, appendix B). What
// says that the message is still on its way is none.
func readReceipt(text string) (reference string, state notify.State, ok bool) {
	before, _, _ := strings.Cut(text, " text:") // it may say anything
	if strings.HasPrefix(strings.ToLower(text), "text:") {
		return "", "", false
	}
	for word := range strings.FieldsSeq(before) {
		name, value, found := strings.Cut(word, ":")
		switch {
		case !found:
		case strings.EqualFold(name, "id") && reference == "":
			reference = value
		case strings.EqualFold(name, "stat") && state == "":
			state = namedState(strings.ToUpper(value))
		}
	}
	return reference, state, state != "" && plausible(reference)
}

func namedState(name string) notify.State {
	switch name {
	case "DELIVRD":
		return notify.Delivered
	case "EXPIRED":
		return notify.Temporary
	case "DELETED", "UNDELIV", "REJECTD":
		return notify.Permanent
	case "UNKNOWN":
		return notify.Technical
	}
	return ""
}

// codedState is the same as a number (SMPP 3.4, 5.2.28).
func codedState(code byte) notify.State {
	names := []string{"", "ENROUTE", "DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "ACCEPTD", "UNKNOWN", "REJECTD"}
	if int(code) < len(names) {
		return namedState(names[code])
	}
	return ""
}

// validity tells the centre how long to keep trying a telephone that is off: a code that arrives after it expired
// only misleads. It is a relative time of SMPP 3.4 (7.1.1), YYMMDDhhmmss000R; empty leaves it to the centre, as
// does what is of use for a month and longer.
func validity(life time.Duration) string {
	s := int(life / time.Second)
	if s <= 0 || s >= 30*24*60*60 {
		return ""
	}
	return fmt.Sprintf("0000%02d%02d%02d%02d000R", s/86400, s/3600%24, s/60%60, s%60)
}
