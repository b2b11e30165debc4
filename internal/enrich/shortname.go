package enrich

import "weir/internal/flow"

// ShortName returns the best short name of an address with this endpoint for a
// person: that of the machine or service, the site, the network, the
// organisation, or the address itself.
func (e *Endpoint) ShortName(a flow.Addr) string { return nameOf(e, a) }
