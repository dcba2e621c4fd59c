package desk

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"tereze/internal/account"
	"tereze/internal/fault"
	"tereze/internal/gate"
	"tereze/internal/identity"
	"tereze/internal/web/frame"
)

// act runs one form of the page of a case. What is refused comes back on that page as it was typed;
// what is done leads to the case with the news.
func (s *Desk) act(w http.ResponseWriter, r *http.Request, v gate.Visit, form, done string, do func(user, id identity.ID) error) error {
	user, id, err := s.caseIDs(r)
	if err != nil {
		return err
	}
	if err := frame.ReadForm(r); err != nil {
		return err
	}
	err = do(user, id)
	switch {
	case missing(err):
		return absent()
	case frame.AsFaults(err) != nil:
		return s.showCase(w, r, v, sent{form: form, reason: r.PostFormValue("reason"), values: r.PostForm, refusal: err})
	case err != nil:
		return err
	}
	return frame.SeeOther(w, r, s.caseURL(v, user, id)+"?done="+done)
}

// AnswerPost answers POST …/answer: it ends the case.
func (s *Desk) AnswerPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.act(w, r, v, "answer", "answered", func(user, id identity.ID) error {
		return s.Accounts.CloseCase(r.Context(), v.Actor, user, id, r.PostFormValue("answer"))
	})
}

// CorrectPost answers POST …/correct.
func (s *Desk) CorrectPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.act(w, r, v, "correct", "corrected", func(user, id identity.ID) error {
		version, err := strconv.Atoi(r.PostFormValue("version"))
		if err != nil {
			return fault.New(fault.Invalid, "form.encoding").Wrap(err)
		}
		return s.Accounts.CorrectInCase(r.Context(), v.Actor, user, id, account.Correction{
			Surname: r.PostFormValue("surname"), Given: r.PostFormValue("given"), Patronymic: r.PostFormValue("patronymic"),
			BirthDate: readDay(r, "birth"), Sex: identity.Sex(r.PostFormValue("sex")), Reason: r.PostFormValue("why"), Version: version,
		})
	})
}

// readDay puts the three parts of a date together; account refuses what is none.
func readDay(r *http.Request, name string) string {
	day, month, year := strings.TrimSpace(r.PostFormValue(name+"-day")), strings.TrimSpace(r.PostFormValue(name+"-month")), strings.TrimSpace(r.PostFormValue(name+"-year"))
	if day == "" && month == "" && year == "" {
		return ""
	}
	return fmt.Sprintf("%04s-%02s-%02s", year, month, day)
}

// UnlockPost answers POST …/unlock.
func (s *Desk) UnlockPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.act(w, r, v, "unlock", "unlocked", func(user, id identity.ID) error {
		return s.Accounts.Unlock(r.Context(), v.Actor, user, id, readProcedure(r))
	})
}

// ProposePost answers POST …/propose: the first of four eyes.
func (s *Desk) ProposePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.act(w, r, v, "propose", "proposed", func(user, id identity.ID) error {
		return s.Accounts.ProposeReset(r.Context(), v.Actor, user, id, account.Proposal{
			Kind: account.ContactKind(r.PostFormValue("kind")), To: r.PostFormValue("to"), Reason: r.PostFormValue("why"),
		}, r.PostFormValue("document") == "yes")
	})
}

// ApprovePost answers POST …/approve: the other eyes.
func (s *Desk) ApprovePost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.act(w, r, v, "approve", "approved", func(user, id identity.ID) error {
		return s.Accounts.ApproveReset(r.Context(), v.Actor, user, id)
	})
}

// RejectPost answers POST …/reject.
func (s *Desk) RejectPost(w http.ResponseWriter, r *http.Request, v gate.Visit) error {
	return s.act(w, r, v, "reject", "rejected", func(user, id identity.ID) error {
		return s.Accounts.RejectReset(r.Context(), v.Actor, user, id)
	})
}

// lines are the lines of what somebody wrote, without the empty ones.
func lines(text string) (out []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// masked shows of a contact what tells it from another.
func masked(c account.Contact) string {
	if c.Kind == account.ByPhone {
		return identity.Phone(c.Value).Masked()
	}
	name, host, _ := strings.Cut(c.Value, "@")
	if runes := []rune(name); len(runes) > 0 {
		return string(runes[:1]) + "…@" + host
	}
	return "…"
}
