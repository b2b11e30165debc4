package flow

// Marks says how a reduced flow takes part in sums that count each
// conversation once (design section 3), and where it was captured. The zero
// Marks is that of a conversation that one NIC recorded once.
type Marks uint8

// The marks.
const (
	NoStarts  Marks = 1 << iota // flows started and ended are counted by another capture
	NoForward                   // packets and bytes forward are counted by another capture
	NoBack                      // packets and bytes back are counted by another capture
	AtHop                       // the capture NIC is neither end: it forwards, because of a user-defined route (spec section 3.5)
	Duplicate                   // another log recorded the same at the same NIC
)

// Uncounted is every mark that keeps something out of the sums.
const Uncounted = NoStarts | NoForward | NoBack
