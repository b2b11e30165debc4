// Package enrich says what kind of flow a reduced flow is, as far as its capture
// alone can tell.
package enrich

import (
	"net/netip"

	"weir/internal/flow"
)

// FlowTypes sets the type of every row from its capture.
func FlowTypes(rows []flow.Row) {
	for i := range rows {
		rows[i].Type = FlowType(&rows[i].Key)
	}
}

// FlowType decides the kind of a flow by what its capture says: the NIC that
// recorded it is ours, so the side at the NIC (the responder of an inbound
// flow, the initiator of an outbound one) is in a virtual network, and the
// other side is Azure's own, private or public (spec 3.5, rules 5, 7 and 8).
func FlowType(k *flow.Key) flow.Type {
	other := k.Initiator
	if k.Direction == flow.Outbound {
		other = k.Responder
	}
	switch {
	case other == platformAddress:
		return flow.AzurePublic
	case IsPrivate(other):
		return flow.UnknownPrivate
	}
	return flow.ExternalPublic
}

// platformAddress is the virtual public address of the Azure platform: DNS,
// DHCP, health probes (spec 3.5).
var platformAddress = flow.MustParseAddr("168.63.129.16")

// sharedSpace is the carrier-grade NAT space of RFC 6598.
var sharedSpace = netip.MustParsePrefix("100.64.0.0/10")

// IsPrivate tells whether an address cannot be on the internet: private,
// shared, link-local, loopback, multicast, broadcast or unspecified.
func IsPrivate(a flow.Addr) bool {
	ip := a.Netip()
	return ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsMulticast() ||
		ip.IsUnspecified() || sharedSpace.Contains(ip) || a == broadcast
}

var broadcast = flow.MustParseAddr("255.255.255.255")
