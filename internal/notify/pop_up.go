package notify

import (
	"context"
	"slices"

	"tereze/internal/clause"
	"tereze/internal/identity"
)

// BrowserTx is what the browsers in which people want pop-up messages do to the database.
type BrowserTx interface {
	// AddBrowser keeps one; the same address given again takes the place of the first.
	AddBrowser(ctx context.Context, b Browser) error
	// Browsers lists a user's, the first named first.
	Browsers(ctx context.Context, user identity.ID) ([]Browser, error)
	// Browser gives one. Refusal: Absent.
	Browser(ctx context.Context, user, id identity.ID) (Browser, error)
	// RemoveBrowser forgets one; removing it twice changes nothing.
	RemoveBrowser(ctx context.Context, user, id identity.ID) error
}

// PopUps gives the clause by which a portal shows pop-up messages (egov 1.2.10), and the most characters of one; a
// clause that only names the channel sets no limit of its own, and the usual one holds. ok is false where none does.
func PopUps(book *clause.Book) (most int, cite clause.Citation, ok bool) {
	if rule, cite, ok := clause.In[PushMessages](book); ok {
		return rule.MaxCharacters, cite, true
	}
	if rule, cite, ok := clause.In[NoticeChannels](book); ok && slices.Contains(rule.Channels, string(Push)) {
		return usualPopUp, cite, true
	}
	return 0, clause.Citation{}, false
}

// MostBrowsers in which one person may want pop-up messages.
const MostBrowsers = 20

// usualPopUp is what systems show of a pop-up before they cut it.
const usualPopUp = 160

// Secret reports whether a message with these arguments would bring something that opens an account: it does not go
// where it can be read on a locked screen.
func Secret(args map[string]string) bool {
	return slices.ContainsFunc(secrets(), func(name string) bool { _, ok := args[name]; return ok })
}

// Shorten cuts a text to so many characters, at a word where one ends near.
func Shorten(text string, most int) string {
	r := []rune(text)
	if len(r) <= most {
		return text
	}
	cut := most - 1
	for i := cut; i > cut*3/4; i-- {
		if r[i] == ' ' {
			cut = i
			break
		}
	}
	return string(r[:cut]) + "…"
}
