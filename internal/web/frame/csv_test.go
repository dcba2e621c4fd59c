package frame

import "testing"

func TestACellIsNeverAFormula(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"": "", "Әсел": "Әсел", "=1+1": "'=1+1", "+7 701": "'+7 701", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "a=1": "a=1", "\n=1": "'\n=1", "＝1": "'＝1",
	} {
		if got := harmless(cell); got != want {
			t.Errorf("%q: got %q, want %q", cell, got, want)
		}
	}
}
