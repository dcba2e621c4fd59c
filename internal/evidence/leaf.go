package evidence

// Leaf is the place of an entry in the log: its number, and the commitment that stands there.
type Leaf struct {
	Number     int64
	Commitment Commitment
}
