// Package insight answers the questions of the product: which hosts,
// conversations, ports and rules carry the traffic, how it goes over time,
// how fresh the data is, and what could not be read. The page, the command
// line and the API give the same answers because all ask here.
package insight

import (
	"fmt"
	"time"
)

// Measure is what rows are ranked by.
type Measure string

// The measures. Flows is the default.
const (
	Flows   Measure = "flows"
	Packets Measure = "packets"
	Bytes   Measure = "bytes"
)

// Direction of capture: in means that the captured NIC was the responder.
type Direction string

// The directions.
const (
	In  Direction = "in"
	Out Direction = "out"
)

// Status is what the network decided.
type Status string

// The decisions.
const (
	Allowed Status = "allowed"
	Denied  Status = "denied"
)

// Limits of what may be asked.
const (
	DefaultLimit  = 10
	MaxLimit      = 1000
	DefaultPoints = 150
	MaxPoints     = 2000
	DefaultRange  = 24 * time.Hour
)

// Question asks for a ranking. Zero values mean: the last 24 hours of data, by
// flows, ten rows.
type Question struct {
	From, To time.Time // From inclusive, To exclusive
	By       Measure
	Limit    int
}

// AskError is a question that cannot be answered as it was put; its text is
// meant for the person who asked.
type AskError struct {
	Field string // from, to, by, limit, points or state
	Text  string
}

// Error returns the text.
func (e *AskError) Error() string { return e.Text }

func askErrorf(field, format string, args ...any) error {
	return &AskError{Field: field, Text: fmt.Sprintf(format, args...)}
}
