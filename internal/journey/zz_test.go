package journey

import "testing"

func TestZZ(t *testing.T) {
	l := open(t)
	for _, s := range stories() {
		p := arrive(t, l, s.portal, "kk", desk)
		p.open("/" + s.portal)
		p.picture("home", desk)
	}
}
