package enrich

import (
	"cmp"
	"strings"

	"weir/internal/flow"
	"weir/internal/topology"
)

// ShortName returns the best short name of an address with this endpoint for a
// person: that of the machine or service, the site, the network, the
// organisation, or the address itself.
func (e *Endpoint) ShortName(a flow.Addr) string {
	if name := resourceName(&e.Endpoint); name != "" {
		return withoutSubscription(name)
	}
	switch {
	case a == platform():
		return e.Service
	case e.Class == Azure && e.Service != "":
		return e.Service + " (" + e.AzureRegion + ")"
	case e.Class == Azure:
		return "Azure (" + e.AzureRegion + ")"
	}
	return cmp.Or(e.Organisation, a.String())
}

// withoutSubscription returns rg/name of subscription/rg/name: a person knows
// no subscription by its number.
func withoutSubscription(name string) string {
	const guid = "00000000-0000-0000-0000-000000000000"
	if len(name) <= len(guid) || name[len(guid)] != '/' {
		return name
	}
	for i, digit := range []byte(guid) {
		if c := name[i]; (c == '-') != (digit == '-') || !strings.ContainsRune("0123456789abcdef-", rune(c)) {
			return name
		}
	}
	return name[len(guid)+1:]
}

// resourceName returns the name of the resource that owns an address; empty
// for no endpoint.
func resourceName(e *topology.Endpoint) string {
	switch e.Kind {
	case topology.EndpointNone:
		return ""
	case topology.EndpointNIC:
		return cmp.Or(e.VM, e.NIC, e.ScaleSet)
	case topology.EndpointPrivateEndpoint:
		return cmp.Or(e.PrivateLinkName, e.PrivateEndpoint)
	case topology.EndpointSubnet:
		return e.Subnet
	case topology.EndpointSiteS2S:
		return cmp.Or(e.LocalGateway, e.Gateway)
	case topology.EndpointSiteP2S:
		return e.Gateway
	case topology.EndpointSiteCircuit:
		return cmp.Or(e.Circuit, e.Gateway)
	}
	return cmp.Or(e.ID.Short(), e.ID.Full())
}

// related lists what belongs to an endpoint beside its own name and network.
func related(e *topology.Endpoint, a flow.Addr) []NamedThing {
	out := []NamedThing{}
	connection := e.Connection
	if e.Kind == topology.EndpointSiteP2S {
		connection = topology.P2SConnection(e.Gateway, a.String())
	}
	for _, t := range []NamedThing{
		{"scale set", e.ScaleSet},
		{"load balancer", e.LoadBalancer},
		{"application gateway", e.AppGateway},
		{"firewall", e.Firewall},
		{"bastion", e.Bastion},
		{"nat gateway", e.NATGateway},
		{"gateway", e.Gateway},
		{"local network gateway", e.LocalGateway},
		{"connection", connection},
		{"circuit", e.Circuit},
		{"circuit peering", e.PeeringType},
		{"private endpoint", e.PrivateEndpoint},
		{"private link", e.PrivateLink},
		{"public ip", e.PublicIP},
		{"public ip prefix", e.PublicIPPrefix},
	} {
		if t.Name != "" {
			out = append(out, t)
		}
	}
	return out
}

// platform is the virtual address at which machines reach Azure itself.
func platform() flow.Addr { return flow.AddrFrom4(168<<24 | 63<<16 | 129<<8 | 16) }
