package enrich

import "weir/internal/flow"

// nearest returns the end at which a flow was captured: the initiator of what
// left a NIC, the responder of what came to one.
//
// Where the question does not say which, it is the end that can be the capture
// NIC's: one of the NIC, else one of the captured network, else one of any
// virtual network, else a private address, which may be in a network that the
// inventory lacks. Of two that are alike it is the initiator. Without a capture
// nothing makes a NIC's address of one that is neither.
func (c *weighed) nearest(d *flow.Direction) *end {
	if d != nil {
		if *d == flow.Outbound {
			return &c.initiator
		}
		return &c.responder
	}
	first, second := c.nearness(&c.initiator), c.nearness(&c.responder)
	switch {
	case max(first, second) == 0 && !c.capture.said:
		return nil
	case second > first:
		return &c.responder
	}
	return &c.initiator
}

// nearness is the higher the more an end looks like the capture NIC's.
func (c *weighed) nearness(e *end) int {
	switch {
	case c.capture.nic != nil && c.capture.has(&e.sight):
		return 4
	case c.capture.net != "" && e.sight.captured:
		return 3
	case e.sight.class == VNet:
		return 2
	case e.sight.class == Private:
		return 1
	}
	return 0
}
