package courier

import (
	"context"
	"crypto/tls"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/linxGnu/gosmpp"
	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"

	"tereze/internal/notify"
)

// SMPP is a provider of text messages that is spoken to in SMPP 3.4, over one connection in both directions.
type SMPP struct {
	config SMPPConfig

	mu      sync.Mutex // guards what follows
	session *gosmpp.Session
	answers map[int32]chan pdu.PDU // by the number of the question
}

// SMPPConfig is how a centre is reached.
type SMPPConfig struct {
	Name     string
	Address  string      // host:port
	TLS      *tls.Config // nil: in the clear
	SystemID string
	Password string
	Type     string // system_type, mostly empty
	From     string // sender: a name of Latin letters, a short code or a number
	Alive    time.Duration
}

// NewSMPP prepares the way to a centre; Listen connects and stays connected.
func NewSMPP(c SMPPConfig) *SMPP {
	if c.Alive == 0 {
		c.Alive = 30 * time.Second
	}
	return &SMPP{config: c, answers: map[int32]chan pdu.PDU{}}
}

// Name is as in the configuration.
func (s *SMPP) Name() string { return s.config.Name }

// Listen keeps a connection up and hands on the receipts that come over it. Who is not let in, or not answered, comes
// again after a while: a second, then twice as long up to a minute.
func (s *SMPP) Listen(ctx context.Context, report func(notify.Receipt) error) {
	for failures := 0; ctx.Err() == nil; {
		ended := make(chan struct{})
		var once sync.Once
		session, err := gosmpp.NewSession(gosmpp.TRXConnector(s.dial, s.auth()), gosmpp.Settings{
			EnquireLink: s.config.Alive, ReadTimeout: 2*s.config.Alive + time.Second, WriteTimeout: patience,
			OnAllPDU: func(p pdu.PDU) (pdu.PDU, bool) { return s.heard(p, report) },
			OnClosed: func(gosmpp.State) { once.Do(func() { close(ended) }) },
		}, 0)
		if err != nil {
			failures++
			pause(ctx, min(time.Second<<min(failures-1, 6), time.Minute))
			continue
		}
		failures = 0
		s.use(session)
		select {
		case <-ended:
		case <-ctx.Done():
		}
		s.use(nil)
		_ = session.Close()
		pause(ctx, time.Second)
	}
}

func (s *SMPP) auth() gosmpp.Auth {
	return gosmpp.Auth{SMSC: s.config.Address, SystemID: s.config.SystemID, Password: s.config.Password, SystemType: s.config.Type}
}

// dial connects; the deadline holds until the centre has answered who we say we are.
func (s *SMPP) dial(address string) (conn net.Conn, err error) {
	dialer := &net.Dialer{Timeout: patience}
	if s.config.TLS != nil {
		conn, err = tls.DialWithDialer(dialer, "tcp", address, s.config.TLS)
	} else {
		conn, err = dialer.Dial("tcp", address)
	}
	if err != nil {
		return nil, err
	}
	return conn, conn.SetDeadline(time.Now().Add(patience))
}

// use takes a session up, or with nil lets everybody go who waits for answers of the last one.
func (s *SMPP) use(session *gosmpp.Session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.session = session
	if session != nil {
		return
	}
	for number, answer := range s.answers {
		close(answer)
		delete(s.answers, number)
	}
}

// Ready reports whether the centre has let us in.
func (s *SMPP) Ready() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.session != nil
}

// heard takes what the centre sends, and gives what it is answered.
func (s *SMPP) heard(p pdu.PDU, report func(notify.Receipt) error) (answer pdu.PDU, end bool) {
	switch p := p.(type) {
	case *pdu.SubmitSMResp, *pdu.GenericNack:
		s.mu.Lock()
		waiting := s.answers[p.GetSequenceNumber()]
		delete(s.answers, p.GetSequenceNumber()) // an answer that comes twice finds nobody
		s.mu.Unlock()
		if waiting != nil {
			waiting <- p
		}
		return nil, false
	case *pdu.DeliverSM:
		return s.delivered(p, report), false
	case *pdu.Unbind:
		return p.GetResponse(), true
	}
	if p.CanResponse() {
		return p.GetResponse(), false
	}
	return nil, false
}

// delivered takes a receipt; a message that a person sent us is answered and dropped. What could not be kept is
// refused for now, so that the centre sends it again.
func (s *SMPP) delivered(p *pdu.DeliverSM, report func(notify.Receipt) error) pdu.PDU {
	answer := p.GetResponse()
	reference, state, ok := receiptOf(p)
	if !ok {
		return answer
	}
	if report(notify.Receipt{Provider: s.config.Name, Reference: reference, State: state}) != nil {
		answer.(*pdu.DeliverSMResp).CommandStatus = data.ESME_RX_T_APPN
	}
	return answer
}

// Carry sends the parts of a text one after the other, each when the one before was taken.
func (s *SMPP) Carry(ctx context.Context, p Parcel) notify.Outcome {
	text := notify.Segment(p.Text)
	if len(text.Parts) > 255 {
		return notify.Outcome{State: notify.Permanent, Reason: notify.ReasonRefused, Parts: len(text.Parts)}
	}
	out := notify.Outcome{Parts: len(text.Parts)}
	for i := range text.Parts {
		question, err := s.submit(p, text, i)
		if err != nil {
			out.State, out.Reason = notify.Permanent, notify.ReasonAddress
			return out
		}
		answer, sent := s.ask(ctx, question)
		if answer == nil {
			out.State, out.Reason = notify.Technical, notify.ReasonUnreachable
			if sent {
				out.Reason = notify.ReasonNoAnswer
			}
			return out
		}
		reference := ""
		if taken, ok := answer.(*pdu.SubmitSMResp); ok {
			reference = taken.MessageID
		}
		if refused := submitOutcome(answer.GetHeader().CommandStatus, reference); refused.State != notify.Accepted {
			out.State, out.Reason, out.Code = refused.State, refused.Reason, refused.Code
			return out
		}
		out.References = append(out.References, reference)
	}
	out.State = notify.Accepted
	return out
}

// ask sends a question and waits for its answer: nil where none came; sent tells whether the question may have arrived.
func (s *SMPP) ask(ctx context.Context, question pdu.PDU) (answer pdu.PDU, sent bool) {
	waiting := make(chan pdu.PDU, 1)
	s.mu.Lock()
	session := s.session
	if session == nil {
		s.mu.Unlock()
		return nil, false
	}
	s.answers[question.GetSequenceNumber()] = waiting
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.answers, question.GetSequenceNumber())
		s.mu.Unlock()
	}()
	if err := session.Transceiver().Submit(question); err != nil {
		return nil, false
	}
	select {
	case answer = <-waiting:
		return answer, true
	case <-ctx.Done():
		return nil, true
	}
}

// submit is one part. The joining header and the reference are the same at every try: a telephone and a centre that
// have the part already can drop the second.
func (s *SMPP) submit(p Parcel, text notify.Segments, i int) (pdu.PDU, error) {
	question := pdu.NewSubmitSM().(*pdu.SubmitSM)
	var err error
	if question.SourceAddr, err = sender(s.config.From); err != nil {
		return nil, err
	}
	if question.DestAddr, err = pdu.NewAddressWithTonNpiAddr(1, 1, strings.TrimPrefix(p.To, "+")); err != nil {
		return nil, err
	}
	question.RegisteredDelivery, question.ValidityPeriod = 1, validity(p.Life)
	coding := data.GSM7BIT
	if text.Coding == notify.UCS2 {
		coding = data.UCS2
	}
	if err := question.Message.SetMessageDataWithEncoding(text.Parts[i], coding); err != nil {
		return nil, err
	}
	if len(text.Parts) > 1 {
		question.EsmClass |= data.SM_UDH_GSM
		question.Message.SetUDH(pdu.UDH{pdu.NewIEConcatMessage(byte(len(text.Parts)), byte(i+1), byte(mark(p, 0)))})
	}
	reference := mark(p, i)
	question.RegisterOptionalParam(pdu.Field{Tag: pdu.TagUserMessageReference, Data: []byte{byte(reference >> 8), byte(reference)}})
	return question, nil
}
