package flow

// Marks says how a reduced flow takes part in sums that count each
// conversation once (docs/explanation/meaning-of-the-numbers.md), and where it
// was captured. The zero Marks is that of a conversation that one NIC recorded
// once. Its bits are stored and may not change.
type Marks uint8

// The marks.
const (
	NoStarts  Marks = 1 << iota // flows started and ended are counted by another capture
	NoForward                   // packets and bytes forward are counted by another capture
	NoBack                      // packets and bytes back are counted by another capture
	AtHop                       // the capture NIC is neither end: it forwards, because of a user-defined route
	Duplicate                   // another log recorded the same at the same NIC
)

// Counting is every mark that who counts conversations decides; the others are
// decided by who judges flows.
const Counting = Uncounted | Duplicate

// Uncounted is every mark that keeps something out of the sums.
const Uncounted = NoStarts | NoForward | NoBack
