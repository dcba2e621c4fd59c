package front

import (
	"net/http"
	"strconv"
	"strings"

	"tereze/internal/agreement"
)

// seenValue is an edition in a hidden field, "document:number": what the person was shown.
func seenValue(document string, number int) string { return document + ":" + strconv.Itoa(number) }

// readSeen reads the hidden fields back. What is not in the form was not shown; agreement checks
// the rest against what is in force.
func readSeen(r *http.Request) []agreement.Seen {
	var out []agreement.Seen
	for _, value := range r.PostForm["seen"] {
		document, digits, ok := strings.Cut(value, ":")
		number, err := strconv.Atoi(digits)
		if ok && err == nil {
			out = append(out, agreement.Seen{Document: document, Edition: number})
		}
	}
	return out
}
