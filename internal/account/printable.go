package account

import "unicode"

// cut shortens what a browser says of itself.
func cut(s string, n int) string {
	r := []rune(s)
	return string(r[:min(n, len(r))])
}

// printable keeps what evidence can hold.
func printable(s string) string {
	out := make([]rune, 0, len(s))
	for _, r := range s {
		if !unicode.IsControl(r) && r != unicode.ReplacementChar {
			out = append(out, r)
		}
	}
	return string(out)
}
