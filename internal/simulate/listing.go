package simulate

import (
	"fmt"
	"strconv"
	"time"
)

// inventoryListing describes the estate at a time in the words of Azure
// Resource Manager.
type inventoryListing struct {
	e      *Estate
	at     time.Time
	pools  map[*NIC][]fields // backend pools by NIC: of load balancers, of application gateways
	gates  map[*NIC][]fields
	public map[string]*PublicIP // by the id of what uses it
}

func newListing(e *Estate, at time.Time) *inventoryListing {
	l := &inventoryListing{e: e, at: at, pools: map[*NIC][]fields{}, gates: map[*NIC][]fields{}, public: map[string]*PublicIP{}}
	for _, lb := range e.LoadBalancers {
		for _, n := range lb.Backends {
			l.pools[n] = append(l.pools[n], ref(lb.ID+"/backendAddressPools/backend"))
		}
	}
	for _, g := range e.AppGateways {
		for _, n := range g.Backends {
			l.gates[n] = append(l.gates[n], ref(g.ID+"/backendAddressPools/backend"))
		}
	}
	for _, p := range e.PublicIPs {
		l.public[p.Owner] = p
	}
	return l
}

// byKind lists the estate, a file for each kind as az has a command for each.
func (l *inventoryListing) byKind() []list {
	out := []list{
		l.subscriptions(), l.locations(), l.vnets(), l.nics(), l.vms(), l.scaleSets(), l.instances(), l.publicIPs(), l.nsgs(),
		l.routeTables(), l.loadBalancers(), l.appGateways(), l.gateways(), l.connections(), l.localGateways(), l.circuits(),
		l.learned(), l.privateEndpoints(), l.watchers(), l.flowLogs(), l.adminCollections(), l.adminRules(), l.groupMembers(),
	}
	return out
}

func (l *inventoryListing) subscriptions() list {
	out := list{file: "account-list"}
	for _, s := range l.e.Subscriptions {
		out.rows = append(out.rows, fields{
			"id": "/subscriptions/" + s.ID, "subscriptionId": s.ID, "displayName": s.Name, "state": "Enabled", "tenantId": l.e.TenantID,
		})
	}
	return out
}

func (l *inventoryListing) locations() list {
	out := list{file: "account-list-locations"}
	for i := range l.e.Regions {
		r := &l.e.Regions[i]
		id := "/subscriptions/" + l.e.Subscriptions[0].ID + "/locations/"
		out.rows = append(out.rows, fields{
			"id": id + r.Name, "name": r.Name, "type": "Region", "displayName": r.place.display, "regionalDisplayName": r.place.display,
			"metadata": fields{
				"regionType": "Physical", "regionCategory": "Recommended", "geography": r.place.geography,
				"latitude": r.place.latitude, "longitude": r.place.longitude,
				"pairedRegion": []fields{{"name": r.place.paired, "id": id + r.place.paired}},
			},
		})
	}
	return out
}

func (l *inventoryListing) vnets() list {
	out := list{file: "network-vnet-list"}
	for _, v := range l.e.VNets {
		p := fields{"addressSpace": fields{"addressPrefixes": v.Prefixes}, "provisioningState": "Succeeded"}
		var subnets, peerings []resource
		for _, s := range v.Subnets {
			subnets = append(subnets, subnetResource(s))
		}
		for i := range l.e.Peerings {
			if q := &l.e.Peerings[i]; q.VNet == v {
				peerings = append(peerings, peeringResource(q))
			}
		}
		p["subnets"], p["virtualNetworkPeerings"] = subnets, peerings
		if v.Encrypted {
			p["encryption"] = fields{"enabled": true, "enforcement": "AllowUnencrypted"}
		}
		if v.FlowTimeout > 0 {
			p["flowTimeoutInMinutes"] = int(v.FlowTimeout / time.Minute)
		}
		out.add(resource{id: v.ID, name: v.Name, kind: "Microsoft.Network/virtualNetworks", location: v.Region.Name, more: tagsOf(v), properties: p})
	}
	return out
}

// tagsOf are the tags of what is in a VNet.
func tagsOf(v *VNet) fields {
	return fields{"tags": fields{"costCenter": v.ResourceGroup[len("rg-"):], "environment": "production"}}
}

func subnetResource(s *Subnet) resource {
	p := fields{"privateEndpointNetworkPolicies": "Disabled", "provisioningState": "Succeeded"}
	if s.Prefix6.IsValid() {
		p["addressPrefixes"] = []string{s.Prefix.String(), s.Prefix6.String()}
	} else {
		p["addressPrefix"] = s.Prefix.String()
	}
	if s.NSG != nil {
		p["networkSecurityGroup"] = ref(s.NSG.ID)
	}
	if s.Routes != nil {
		p["routeTable"] = ref(s.Routes.ID)
	}
	return resource{id: s.ID, name: s.Name, kind: "Microsoft.Network/virtualNetworks/subnets", properties: p}
}

func peeringResource(q *Peering) resource {
	space := fields{"addressPrefixes": q.Remote.Prefixes}
	return resource{id: q.ID, name: q.Name, kind: "Microsoft.Network/virtualNetworks/virtualNetworkPeerings", properties: fields{
		"peeringState": "Connected", "peeringSyncLevel": "FullyInSync", "allowVirtualNetworkAccess": true, "allowForwardedTraffic": true,
		"allowGatewayTransit": q.GatewayTransit, "useRemoteGateways": q.UseRemoteGateway, "remoteVirtualNetwork": ref(q.Remote.ID),
		"remoteAddressSpace": space, "remoteVirtualNetworkAddressSpace": space, "provisioningState": "Succeeded",
	}}
}

// nics lists what Azure shows: not the instances of application gateways.
func (l *inventoryListing) nics() list {
	out := list{file: "network-nic-list"}
	for _, n := range l.e.NICs {
		if n.there(l.at) && n.Subnet.Tier != TierAppGateway {
			out.add(l.nic(n))
		}
	}
	return out
}

const instanceNIC = "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces"

func (l *inventoryListing) nic(n *NIC) resource {
	p := fields{
		"macAddress": dashed(n.MAC), "enableIPForwarding": n.Forwards, "primary": true, "ipConfigurations": l.configs(n),
		"provisioningState": "Succeeded",
	}
	if n.NSG != nil {
		p["networkSecurityGroup"] = ref(n.NSG.ID)
	}
	r := resource{id: n.ID, name: n.Name, kind: "Microsoft.Network/networkInterfaces", location: n.vnet().Region.Name, properties: p}
	switch {
	case segment(n.Owner, "privateEndpoints") != "":
		delete(p, "macAddress")
		p["privateEndpoint"] = ref(n.Owner)
	case segment(n.Owner, "virtualMachineScaleSets") != "":
		r.kind, r.location = instanceNIC, "" // Azure names none
		fallthrough
	default:
		p["virtualMachine"] = ref(n.Owner)
	}
	return r
}

func (l *inventoryListing) configs(n *NIC) []resource {
	first := fields{
		"privateIPAddress": n.Addr.String(), "privateIPAddressVersion": "IPv4", "privateIPAllocationMethod": "Dynamic", "primary": true,
		"subnet": ref(n.Subnet.ID),
	}
	if pools := l.pools[n]; pools != nil {
		first["loadBalancerBackendAddressPools"] = pools
	}
	if pools := l.gates[n]; pools != nil {
		first["applicationGatewayBackendAddressPools"] = pools
	}
	if p := l.public[n.ID]; p != nil {
		first["publicIPAddress"] = ref(p.ID)
	}
	out := []resource{{id: configID(n), name: "ipconfig1", properties: first}}
	if n.Addr6.IsValid() {
		out = append(out, resource{id: n.ID + "/ipConfigurations/ipconfig6", name: "ipconfig6", properties: fields{
			"privateIPAddress": n.Addr6.String(), "privateIPAddressVersion": "IPv6", "privateIPAllocationMethod": "Dynamic", "primary": false,
			"subnet": ref(n.Subnet.ID),
		}})
	}
	return out
}

func configID(n *NIC) string { return n.ID + "/ipConfigurations/ipconfig1" }

// dashed writes a MAC as Resource Manager does.
func dashed(mac string) string {
	return fmt.Sprintf("%s-%s-%s-%s-%s-%s", mac[0:2], mac[2:4], mac[4:6], mac[6:8], mac[8:10], mac[10:12])
}

func vmProperties(size, os string, n *NIC) fields {
	return fields{
		"hardwareProfile": fields{"vmSize": size}, "storageProfile": fields{"osDisk": fields{"osType": os}},
		"networkProfile": fields{"networkInterfaces": refs(n.ID)}, "provisioningState": "Succeeded",
	}
}

// withZone adds the zone of a machine where it is in one.
func withZone(f fields, n *NIC) fields {
	if n.Zone != "" {
		f["zones"] = []string{n.Zone}
	}
	return f
}

func (l *inventoryListing) vms() list {
	out := list{file: "vm-list"}
	for _, vm := range l.e.VMs {
		if v := vm.NIC.vnet(); vm.NIC.there(l.at) {
			out.add(resource{
				id: vm.ID, name: vm.Name, kind: "Microsoft.Compute/virtualMachines", location: v.Region.Name,
				more: withZone(tagsOf(v), vm.NIC), properties: vmProperties(vm.Size, vm.OS, vm.NIC),
			})
		}
	}
	return out
}

func (l *inventoryListing) scaleSets() list {
	out := list{file: "vmss-list"}
	for _, s := range l.e.ScaleSets {
		n := s.Instances[0]
		config := resource{name: "ipconfig1", properties: fields{"primary": true, "subnet": ref(n.Subnet.ID)}}
		network := resource{name: n.Name, properties: fields{"primary": true, "ipConfigurations": []resource{config}}}
		out.add(resource{
			id: s.ID, name: s.Name, kind: "Microsoft.Compute/virtualMachineScaleSets", location: n.vnet().Region.Name,
			more:       fields{"sku": fields{"name": s.Size, "tier": "Standard", "capacity": len(s.Instances)}, "tags": tagsOf(n.vnet())["tags"]},
			properties: fields{"virtualMachineProfile": fields{"networkProfile": fields{"networkInterfaceConfigurations": []resource{network}}}},
		})
	}
	return out
}

func (l *inventoryListing) instances() list {
	out := list{file: "vmss-list-instances"}
	for _, s := range l.e.ScaleSets {
		for i, n := range s.Instances {
			out.add(resource{
				id: n.Owner, name: s.Name + "_" + strconv.Itoa(i), kind: "Microsoft.Compute/virtualMachineScaleSets/virtualMachines",
				location: n.vnet().Region.Name, properties: vmProperties(s.Size, "Linux", n),
				more: withZone(fields{"instanceId": strconv.Itoa(i), "sku": fields{"name": s.Size, "tier": "Standard"}}, n),
			})
		}
	}
	return out
}
