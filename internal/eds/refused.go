package eds

import "tereze/internal/eds/pki"

// Refused is why a signature was not taken: each check and its outcome. It goes as the cause of the refusal that a
// person reads, so that the page can show it.
type Refused struct {
	Checks []Check
}

// Error names the first check that failed, for the log.
func (r *Refused) Error() string {
	for _, c := range r.Checks {
		if c.Outcome == Failed {
			return "check " + string(c.Name) + ": " + c.Detail
		}
	}
	return "no check failed"
}

// Every is all that was looked at: the document as a whole, then each signer.
func (r *Result) Every() []Check {
	all := append([]Check(nil), r.Checks...)
	for _, s := range r.Signers {
		all = append(all, s.Checks...)
	}
	return all
}

// Further adds to the checks of a result those of the asker's own, in their order: all before the failed one passed, all
// after it were not made. With no failed one none of them was reached.
func (r *Result) Further(names []CheckName, failed CheckName, reason pki.Reason) *Refused {
	all, outcome := r.Every(), Passed
	if failed == "" {
		outcome = Skipped
	}
	for _, name := range names {
		c := Check{Name: name, Outcome: outcome}
		if name == failed {
			c.Outcome, c.Reason, outcome = Failed, reason, Skipped
		}
		all = append(all, c)
	}
	return &Refused{Checks: all}
}
