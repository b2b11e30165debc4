package enrich

import "strings"

// ShortName is the best short name for a person: what runs there rather than
// the network it is in. It is empty where nothing but the address is known.
func (e *Endpoint) ShortName() string {
	for _, name := range []string{
		e.VM, e.PrivateEndpoint, e.AppGateway, e.LoadBalancer, e.Firewall, e.Bastion, e.NATGateway,
		e.LocalGateway, e.Circuit, e.Gateway, e.NIC, e.PublicIP, e.PublicIPPrefix,
	} {
		if name != "" {
			return name[strings.LastIndexByte(name, '/')+1:]
		}
	}
	switch {
	case e.Subnet != "":
		return lastTwo(e.Subnet)
	case e.VNet != "":
		return e.VNet[strings.LastIndexByte(e.VNet, '/')+1:]
	case e.Service != "":
		return e.Service
	}
	return e.Organisation
}

// lastTwo returns network/subnet of group/network/subnet.
func lastTwo(name string) string {
	if i := strings.IndexByte(name, '/'); i >= 0 {
		return name[i+1:]
	}
	return name
}
