package security

import (
	"strings"
	"unicode/utf8"

	"tereze/internal/gate"
)

// longestAgent of a browser nobody knows is shown so far, in characters.
const longestAgent = 60

// browsers are told by the word that only they say, those built upon another before that one: Edge says
// that it is Chrome, and Chrome that it is Safari. Names are the makers' own, the same in every language.
func browsers() [][2]string {
	return [][2]string{
		{"YaBrowser/", "Yandex"}, {"Edg/", "Edge"}, {"EdgA/", "Edge"}, {"EdgiOS/", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"},
		{"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"}, {"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
	}
}

// systems likewise: Android says that it is Linux, an iPhone that it is like Mac OS X.
func systems() [][2]string {
	return [][2]string{
		{"Android", "Android"}, {"iPhone", "iOS"}, {"iPad", "iPadOS"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"},
	}
}

func named(said string, names [][2]string) string {
	for _, n := range names {
		if strings.Contains(said, n[0]) {
			return n[1]
		}
	}
	return ""
}

// agent names a browser and its system as it names itself, which proves nothing; what is not known is
// shown as it came, cut.
func (s *Security) agent(v gate.Visit, said string) string {
	browser, system := named(said, browsers()), named(said, systems())
	switch {
	case said == "":
		return s.Say(v, "security.agent_unknown")
	case browser != "" && system != "":
		return s.Say(v, "security.agent", "browser", browser, "system", system)
	case utf8.RuneCountInString(said) > longestAgent:
		return string([]rune(said)[:longestAgent]) + "…"
	}
	return said
}
