// Package insight answers the questions of the product: which hosts,
// conversations, ports and rules carry the traffic, how it goes over time,
// how fresh the data is, and what could not be read. The page, the command
// line and the API give the same answers because all ask here.
package insight

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
