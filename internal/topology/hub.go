package topology

import (
	"net/netip"
	"slices"
	"strings"
)

// Hub is a virtual hub of a virtual WAN: a network of Azure's own to which
// VNets are connected and whose gateways serve them.
type Hub struct {
	Head
	Prefixes []netip.Prefix `json:"prefixes,omitempty"`
	WAN      ID             `json:"wan,omitempty"`
}

// ofHub tells whether a peering is the connection of a virtual hub.
func ofHub(peering ID) bool {
	return strings.Contains(string(peering), "/hubvirtualnetworkconnections/")
}

// side returns the network that has a peering: a VNet or a virtual hub.
func side(peering ID) ID {
	if ofHub(peering) {
		return peering.Parent()
	}
	return vnetOf(peering)
}

// findHubs finds the virtual hubs in the peerings of VNets, which name a VNet
// that Azure makes for the hub in a subscription of its own: HV_<hub>_<number>,
// with the hub's address space.
func (c *compiler) findHubs() {
	c.hubOf = map[ID]ID{}
	if len(c.inv.Hubs) == 0 {
		return
	}
	byName := map[string][]*Hub{}
	for i := range c.inv.Hubs {
		h := &c.inv.Hubs[i]
		byName[h.ID.Name()] = append(byName[h.ID.Name()], h)
	}
	for i := range c.inv.Peerings {
		p := &c.inv.Peerings[i]
		name, ok := strings.CutPrefix(p.Remote.Name(), "hv_")
		if !ok {
			continue
		}
		for end := len(name); end > 0; end = strings.LastIndexByte(name[:end], '_') {
			if h := theHub(byName[name[:end]], p.RemotePrefixes); h != nil {
				c.hubOf[p.Remote] = h.ID
				break
			}
		}
	}
}

// theHub returns the only hub of a name, or the only one of the address space.
func theHub(hubs []*Hub, space []netip.Prefix) *Hub {
	if len(hubs) == 1 {
		return hubs[0]
	}
	var found *Hub
	for _, h := range hubs {
		if slices.ContainsFunc(h.Prefixes, func(p netip.Prefix) bool { return slices.Contains(space, p) }) {
			if found != nil {
				return nil
			}
			found = h
		}
	}
	return found
}

// peerHubs notes that the hubs of a virtual WAN are connected.
func (c *compiler) peerHubs(add func(a, b int32)) {
	ofWAN := map[ID][]int32{}
	for i := range c.inv.Hubs {
		h := &c.inv.Hubs[i]
		if h.WAN == "" {
			continue
		}
		for _, other := range ofWAN[h.WAN] {
			add(c.number[h.ID], other)
			add(other, c.number[h.ID])
		}
		ofWAN[h.WAN] = append(ofWAN[h.WAN], c.number[h.ID])
	}
}
