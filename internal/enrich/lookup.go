package enrich

import (
	"time"

	"weir/internal/flow"
	"weir/internal/topology"
)

// Lookup returns all that is known of an address at a time, seen from a capture.
func (k *Knowledge) Lookup(a flow.Addr, at time.Time, from topology.Capture) AddressFacts {
	return AddressFacts{}
}

// Explain says what kind of flow a flow is, in an interval of this width, and why.
func (k *Knowledge) Explain(q FlowQuestion, interval time.Duration) Explanation {
	return Explanation{}
}
