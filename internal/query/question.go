// Package query turns one typed question about reduced flows into SQL. It is
// the only room that knows how facts and dimensions are joined; engines differ
// in a small Dialect.
package query

import "time"

// Question asks for sums over reduced flows, each conversation once. Partial
// rows of one key are summed like any others.
type Question struct {
	// From and To bound the interval start: From inclusive, To exclusive;
	// a zero time does not bound.
	From, To   time.Time
	Dimensions []Dimension   // one row per distinct combination
	Grain      time.Duration // width of Time, FirstTime and LastTime, whole seconds; needed with these only
	Measures   []Measure
	Filters    []Filter  // all must hold
	Where      Condition // must hold as well, of the flow: of its two ends, not of the one that counts; nil: all flows
	Order      []Order
	Limit      int  // 0: all rows
	Offset     int  // rows before the first that is wanted; needs Limit
	Per        *Per // rows kept of each group; nil: all
	// Fresh keeps the rows alone that have no flow before this time, which is
	// in the range: what is new since. Zero: all. It is asked of facts, since a
	// roll-up does not tell what it folded.
	Fresh  time.Time
	Totals bool // also count and sum over all rows; needs Limit, not Per
	// EachCapture counts what every NIC recorded, once for each NIC: for what
	// is decided at a NIC, as by a security rule. Otherwise each conversation
	// counts once, however often it was captured
	// (docs/explanation/meaning-of-the-numbers.md).
	EachCapture bool
}

// Quantity is what a measure sums.
type Quantity int

// The quantities.
const (
	Flows   Quantity = iota // started
	Packets                 // forward and back
	Bytes                   // forward and back
	PacketsForward
	PacketsBack
	BytesForward
	BytesBack
	Tuples // merged into the rows
	// The others are no sums, and go with dimensions, neither Where nor Totals: when the
	// first and the last grain with a row begins, in seconds since 1970; and how
	// many different initiators there are, beside at least one other measure.
	FirstTime
	LastTime
	Initiators
)

// Measure is a named sum, over all rows of a key or those that pass Where.
type Measure struct {
	Name  string // lower-case letters, digits and _; unique in its question
	Of    Quantity
	Where []Filter // on dimensions that are columns of the fact, not names behind an id
}

// Filter holds for a row whose values of Dimensions are one of Values.
type Filter struct {
	Dimensions []Dimension
	Values     [][]any // each as long as Dimensions
	Not        bool    // it holds for all other rows instead
}

// Is filters by one dimension.
func Is(d Dimension, values ...any) Filter {
	f := Filter{Dimensions: []Dimension{d}}
	for _, v := range values {
		f.Values = append(f.Values, []any{v})
	}
	return f
}

// Order sorts by a measure, highest first, or by a dimension, lowest first.
type Order struct {
	Measure   string    // name of a measure; empty: by Dimension
	Dimension Dimension // one of the question's
}

// Per keeps the first Limit rows, by the question's order, of each group of
// rows that agree in Dimensions.
type Per struct {
	Dimensions []Dimension
	Limit      int
}
