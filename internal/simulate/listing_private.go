package simulate

import "strings"

// The link networks and system numbers of the circuit.
const (
	circuitLink  = "172.31.255.0/30"
	circuitLink2 = "172.31.255.4/30"
	azureASN     = 12076
	circuitASN   = 65020
)

func (l *inventoryListing) circuits() list {
	er := l.e.ERGateway
	peering := resource{id: er.CircuitID + "/peerings/" + er.Peering, name: er.Peering, properties: fields{
		"peeringType": er.Peering, "state": "Enabled", "azureASN": azureASN, "peerASN": circuitASN, "vlanId": 100,
		"primaryPeerAddressPrefix": circuitLink, "secondaryPeerAddressPrefix": circuitLink2,
	}}
	out := list{file: "network-express-route-list"}
	out.add(resource{
		id: er.CircuitID, name: er.CircuitID[strings.LastIndexByte(er.CircuitID, '/')+1:], kind: "Microsoft.Network/expressRouteCircuits",
		location: er.Subnet.VNet.Region.Name,
		more:     fields{"sku": fields{"name": "Standard_MeteredData", "tier": "Standard", "family": "MeteredData"}},
		properties: fields{
			"circuitProvisioningState": "Enabled", "serviceProviderProvisioningState": "Provisioned", "peerings": []resource{peering},
			"serviceProviderProperties": fields{
				"serviceProviderName": "Example Carrier", "peeringLocation": "Frankfurt", "bandwidthInMbps": er.CircuitBPS / 1_000_000,
			},
		},
	})
	return out
}

// learned lists the routes that the circuit and its gateway learned, each list
// with the id of who learned it, which Azure leaves out.
func (l *inventoryListing) learned() list {
	er := l.e.ERGateway
	var circuit, gateway []fields
	for _, s := range l.e.Sites {
		if s.Kind != SiteCircuit {
			continue
		}
		for _, p := range s.Prefixes {
			circuit = append(circuit, fields{"network": p, "nextHop": "172.31.255.1", "locPrf": "100", "weight": 0, "path": "65020"})
			gateway = append(gateway, fields{
				"network": p, "nextHop": "10.0.0.12", "sourcePeer": "10.0.0.12", "origin": "EBgp", "asPath": "12076-65020", "weight": 32769,
			})
		}
	}
	return list{file: "network-learned-routes", rows: []any{
		fields{"id": er.CircuitID, "learnedRoutes": circuit}, fields{"id": er.ID, "learnedRoutes": gateway},
	}}
}

func (l *inventoryListing) privateEndpoints() list {
	out := list{file: "network-private-endpoint-list"}
	for _, pe := range l.e.Endpoints {
		n := pe.NIC
		name := segment(pe.Service, "storageAccounts") + "." + pe.Group + ".core.windows.net"
		out.add(resource{
			id: pe.ID, name: pe.Name, kind: "Microsoft.Network/privateEndpoints", location: n.vnet().Region.Name,
			properties: fields{
				"subnet": ref(n.Subnet.ID), "networkInterfaces": refs(n.ID), "provisioningState": "Succeeded",
				"customDnsConfigs": []fields{{"fqdn": name, "ipAddresses": []string{n.Addr.String()}}},
				"privateLinkServiceConnections": []resource{{id: pe.ID + "/privateLinkServiceConnections/" + pe.Name, name: pe.Name, properties: fields{
					"privateLinkServiceId": pe.Service, "groupIds": []string{pe.Group}, "privateLinkServiceConnectionState": fields{"status": "Approved"},
				}}},
			},
		})
	}
	return out
}

// watchers lists the Network Watcher of each subscription and region that has
// flow logs.
func (l *inventoryListing) watchers() list {
	out := list{file: "network-watcher-list"}
	seen := map[string]bool{}
	for _, f := range l.e.FlowLogs {
		id, _, _ := strings.Cut(f.ID, "/flowLogs/")
		if !seen[id] {
			seen[id] = true
			out.add(resource{id: id, name: id[strings.LastIndexByte(id, '/')+1:], kind: "Microsoft.Network/networkWatchers", location: f.Region.Name, properties: fields{"provisioningState": "Succeeded"}})
		}
	}
	return out
}

func (l *inventoryListing) flowLogs() list {
	out := list{file: "network-watcher-flow-log-list"}
	for _, f := range l.e.FlowLogs {
		sub := Subscription{ID: segment(f.ID, "subscriptions")}
		out.add(resource{
			id: f.ID, name: f.Name, kind: "Microsoft.Network/networkWatchers/flowLogs", location: f.Region.Name,
			properties: fields{
				"targetResourceId": f.Target, "enabled": true, "format": fields{"type": "JSON", "version": 2},
				"storageId":       armID(sub, "rg-logs", "Microsoft.Storage/storageAccounts", "stflowlogs"+f.Region.Name),
				"retentionPolicy": fields{"days": 30, "enabled": true}, "provisioningState": "Succeeded",
			},
		})
	}
	return out
}
