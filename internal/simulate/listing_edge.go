package simulate

import (
	"net/netip"
	"strconv"
	"strings"
)

func (l *inventoryListing) publicIPs() list {
	out := list{file: "network-public-ip-list"}
	for _, p := range l.e.PublicIPs {
		user := p.Owner
		switch {
		case segment(user, "networkInterfaces") != "":
			user += "/ipConfigurations/ipconfig1"
		case segment(user, "virtualNetworkGateways") != "":
			user += "/ipConfigurations/default"
		default:
			user += "/frontendIPConfigurations/frontend"
		}
		out.add(resource{
			id: p.ID, name: p.Name, kind: "Microsoft.Network/publicIPAddresses", location: l.regionOf(p.ID),
			more: fields{"sku": fields{"name": "Standard", "tier": "Regional"}},
			properties: fields{
				"ipAddress": p.Addr.String(), "publicIPAddressVersion": "IPv4", "publicIPAllocationMethod": "Static", "ipConfiguration": ref(user),
			},
		})
	}
	return out
}

// regionOf returns the region of the network whose group a resource is in.
func (l *inventoryListing) regionOf(id string) string {
	for _, v := range l.e.VNets {
		if v.ResourceGroup == segment(id, "resourceGroups") {
			return v.Region.Name
		}
	}
	panic("BUG: no network is in the resource group of " + id)
}

func (l *inventoryListing) nsgs() list {
	out := list{file: "network-nsg-list"}
	for _, g := range l.e.NSGs {
		var own, defaults []resource
		for i := range g.Rules {
			if r := &g.Rules[i]; !l.at.Before(r.Since) {
				own = append(own, ruleResource(r, g.ID+"/securityRules/"+r.Name))
			}
		}
		for _, r := range defaultRules() {
			defaults = append(defaults, ruleResource(&r, g.ID+"/defaultSecurityRules/"+r.Name))
		}
		out.add(resource{
			id: g.ID, name: g.Name, kind: "Microsoft.Network/networkSecurityGroups", location: l.regionOf(g.ID),
			properties: fields{"securityRules": own, "defaultSecurityRules": defaults, "resourceGuid": g.ResourceGUID, "provisioningState": "Succeeded"},
		})
	}
	return out
}

func ruleResource(r *Rule, id string) resource {
	direction, protocol := "Outbound", "*"
	if r.Inbound {
		direction = "Inbound"
	}
	switch r.Protocol {
	case tcp:
		protocol = "TCP"
	case udp:
		protocol = "UDP"
	}
	p := fields{"access": string(r.Access), "direction": direction, "priority": r.Priority, "protocol": protocol, "sourcePortRange": "*"}
	several := func(key string, values []string) {
		if len(values) == 1 {
			p[key] = values[0]
		} else {
			p[key+"es"] = values
		}
	}
	several("sourceAddressPrefix", r.Source)
	several("destinationAddressPrefix", r.Destination)
	var ranges []string
	for _, q := range r.Ports {
		text := strconv.Itoa(int(q.From))
		if q.To > q.From {
			text += "-" + strconv.Itoa(int(q.To))
		}
		ranges = append(ranges, text)
	}
	switch len(ranges) {
	case 0:
		p["destinationPortRange"] = "*"
	case 1:
		p["destinationPortRange"] = ranges[0]
	default:
		p["destinationPortRanges"] = ranges
	}
	return resource{id: id, name: r.Name, properties: p}
}

func (l *inventoryListing) routeTables() list {
	out := list{file: "network-route-table-list"}
	for _, t := range l.e.RouteTables {
		var routes []resource
		for _, r := range t.Routes {
			routes = append(routes, resource{id: t.ID + "/routes/" + r.Name, name: r.Name, properties: fields{
				"addressPrefix": r.Prefix.String(), "nextHopType": "VirtualAppliance", "nextHopIpAddress": r.NextHop.String(),
			}})
		}
		out.add(resource{
			id: t.ID, name: t.Name, kind: "Microsoft.Network/routeTables", location: t.VNet.Region.Name,
			properties: fields{"routes": routes, "disableBgpRoutePropagation": false},
		})
	}
	return out
}

func backends(nics []*NIC) []fields {
	var ids []string
	for _, n := range nics {
		ids = append(ids, configID(n))
	}
	return refs(ids...)
}

func (l *inventoryListing) loadBalancers() list {
	out := list{file: "network-lb-list"}
	for _, lb := range l.e.LoadBalancers {
		front := fields{"privateIPAllocationMethod": "Dynamic"}
		if lb.Public {
			front["publicIPAddress"] = ref(l.public[lb.ID].ID)
		} else {
			front["privateIPAddress"], front["subnet"] = lb.Frontend.String(), ref(lb.Backends[0].Subnet.ID)
		}
		frontID, poolID := lb.ID+"/frontendIPConfigurations/frontend", lb.ID+"/backendAddressPools/backend"
		var rules []resource
		for _, port := range lb.Ports {
			name := "port-" + strconv.Itoa(int(port))
			rules = append(rules, resource{id: lb.ID + "/loadBalancingRules/" + name, name: name, properties: fields{
				"protocol": "Tcp", "frontendPort": port, "backendPort": port, "frontendIPConfiguration": ref(frontID), "backendAddressPool": ref(poolID),
			}})
		}
		out.add(resource{
			id: lb.ID, name: lb.Name, kind: "Microsoft.Network/loadBalancers", location: l.regionOf(lb.ID),
			more: fields{"sku": fields{"name": "Standard", "tier": "Regional"}},
			properties: fields{
				"frontendIPConfigurations": []resource{{id: frontID, name: "frontend", properties: front}},
				"backendAddressPools":      []resource{{id: poolID, name: "backend", properties: fields{"backendIPConfigurations": backends(lb.Backends)}}},
				"loadBalancingRules":       rules,
			},
		})
	}
	return out
}

func (l *inventoryListing) appGateways() list {
	out := list{file: "network-application-gateway-list"}
	for _, g := range l.e.AppGateways {
		frontID := g.ID + "/frontendIPConfigurations/frontend"
		var ports, listeners []resource
		for i, port := range []int{80, 443} {
			protocol := []string{"Http", "Https"}[i]
			id := g.ID + "/frontendPorts/port-" + strconv.Itoa(port)
			ports = append(ports, resource{id: id, name: "port-" + strconv.Itoa(port), properties: fields{"port": port}})
			listeners = append(listeners, resource{
				id: g.ID + "/httpListeners/" + lower(protocol), name: lower(protocol),
				properties: fields{"frontendIPConfiguration": ref(frontID), "frontendPort": ref(id), "protocol": protocol},
			})
		}
		out.add(resource{
			id: g.ID, name: g.Name, kind: "Microsoft.Network/applicationGateways", location: l.regionOf(g.ID),
			properties: fields{
				"sku": fields{"name": "Standard_v2", "tier": "Standard_v2", "capacity": len(g.Instances)}, "operationalState": "Running",
				"gatewayIPConfigurations": []resource{{
					id: g.ID + "/gatewayIPConfigurations/gateway", name: "gateway", properties: fields{"subnet": ref(g.Instances[0].Subnet.ID)},
				}},
				"frontendIPConfigurations": []resource{{
					id: frontID, name: "frontend", properties: fields{"publicIPAddress": ref(g.Public.ID)},
				}},
				"frontendPorts": ports, "httpListeners": listeners,
				"backendAddressPools": []resource{{
					id: g.ID + "/backendAddressPools/backend", name: "backend", properties: fields{"backendIPConfigurations": backends(g.Backends)},
				}},
			},
		})
	}
	return out
}

func (l *inventoryListing) gateways() list {
	out := list{file: "network-vnet-gateway-list"}
	vpn, er := l.e.VPNGateway, l.e.ERGateway
	config := func(id string, s *Subnet, public *PublicIP) []resource {
		p := fields{"privateIPAllocationMethod": "Dynamic", "subnet": ref(s.ID)}
		if public != nil {
			p["publicIPAddress"] = ref(public.ID)
		}
		return []resource{{id: id + "/ipConfigurations/default", name: "default", properties: p}}
	}
	out.add(
		resource{
			id: vpn.ID, name: vpn.Name, kind: "Microsoft.Network/virtualNetworkGateways", location: vpn.Subnet.VNet.Region.Name,
			properties: fields{
				"gatewayType": "Vpn", "vpnType": "RouteBased", "vpnGatewayGeneration": "Generation" + strconv.Itoa(vpn.Generation),
				"sku": fields{"name": vpn.SKU, "tier": vpn.SKU}, "activeActive": false, "enableBgp": false,
				"ipConfigurations":       config(vpn.ID, vpn.Subnet, vpn.PublicIP),
				"bgpSettings":            fields{"asn": 65515, "bgpPeeringAddress": addToPrefix(vpn.Subnet.Prefix, 30).String()},
				"vpnClientConfiguration": fields{"vpnClientAddressPool": fields{"addressPrefixes": []netip.Prefix{vpn.ClientPool}}, "vpnClientProtocols": []string{"OpenVPN"}},
			},
		},
		resource{
			id: er.ID, name: er.Name, kind: "Microsoft.Network/virtualNetworkGateways", location: er.Subnet.VNet.Region.Name,
			properties: fields{
				"gatewayType": "ExpressRoute", "sku": fields{"name": er.SKU, "tier": er.SKU}, "activeActive": false, "enableBgp": false,
				"ipConfigurations": config(er.ID, er.Subnet, nil),
			},
		},
	)
	return out
}

func (l *inventoryListing) connections() list {
	out := list{file: "network-vpn-connection-list"}
	vpn, er := l.e.VPNGateway, l.e.ERGateway
	region := vpn.Subnet.VNet.Region.Name
	add := func(id string, p fields) {
		p["connectionStatus"], p["enableBgp"], p["routingWeight"] = "Connected", false, 10
		out.add(resource{id: id, name: id[strings.LastIndexByte(id, '/')+1:], kind: "Microsoft.Network/connections", location: region, properties: p})
	}
	for _, s := range l.e.Sites {
		if s.Kind != SiteToSite {
			continue
		}
		for _, id := range vpn.Connections {
			if strings.HasSuffix(id, "/cn-"+s.Name) {
				add(id, fields{"connectionType": "IPsec", "connectionProtocol": "IKEv2", "virtualNetworkGateway1": ref(vpn.ID), "localNetworkGateway2": ref(s.ID)})
			}
		}
	}
	add(er.Connection, fields{"connectionType": "ExpressRoute", "virtualNetworkGateway1": ref(er.ID), "peer": ref(er.CircuitID)})
	return out
}

func (l *inventoryListing) localGateways() list {
	out := list{file: "network-local-gateway-list"}
	for _, s := range l.e.Sites {
		if s.Kind == SiteToSite {
			out.add(resource{
				id: s.ID, name: s.Name, kind: "Microsoft.Network/localNetworkGateways", location: l.regionOf(s.ID),
				properties: fields{"gatewayIpAddress": s.PublicAddr.String(), "localNetworkAddressSpace": fields{"addressPrefixes": s.Prefixes}},
			})
		}
	}
	return out
}
