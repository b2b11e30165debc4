package topology

// Head is what every resource has.
type Head struct {
	ID       ID                `json:"id"`
	Location string            `json:"location,omitempty"` // compact, as westeurope
	Tags     map[string]string `json:"tags,omitempty"`
	Zones    []string          `json:"zones,omitempty"`
}

func (h *Head) head() *Head { return h }

// Kind names a kind of resource in words.
type Kind string

// The kinds of an inventory. Rules, routes and circuit peerings are parts of
// their parents but counted.
const (
	KindSubscription    Kind = "subscription"
	KindLocation        Kind = "location"
	KindVNet            Kind = "virtual network"
	KindSubnet          Kind = "subnet"
	KindPeering         Kind = "peering"
	KindHub             Kind = "virtual hub"
	KindNIC             Kind = "network interface"
	KindVM              Kind = "virtual machine"
	KindScaleSet        Kind = "scale set"
	KindPublicIP        Kind = "public ip"
	KindPublicIPPrefix  Kind = "public ip prefix"
	KindNSG             Kind = "network security group"
	KindRule            Kind = "security rule"
	KindASG             Kind = "application security group"
	KindRouteTable      Kind = "route table"
	KindRoute           Kind = "route"
	KindLoadBalancer    Kind = "load balancer"
	KindAppGateway      Kind = "application gateway"
	KindBastion         Kind = "bastion"
	KindFirewall        Kind = "firewall"
	KindNATGateway      Kind = "nat gateway"
	KindGateway         Kind = "virtual network gateway"
	KindConnection      Kind = "connection"
	KindLocalGateway    Kind = "local network gateway"
	KindCircuit         Kind = "expressroute circuit"
	KindCircuitPeering  Kind = "expressroute peering"
	KindLearnedRoute    Kind = "learned route"
	KindPrivateEndpoint Kind = "private endpoint"
	KindWatcher         Kind = "network watcher"
	KindFlowLog         Kind = "flow log"
	KindAdminRule       Kind = "security admin rule"
	KindAdminCollection Kind = "rule collection"
	KindGroupMember     Kind = "network group member"
)

// Inventory is the estate as one listing shows it. Every list is ordered by
// id and holds an id once after [Inventory.Sort].
type Inventory struct {
	Subscriptions    []Subscription    `json:"subscriptions,omitempty"`
	Locations        []Location        `json:"locations,omitempty"`
	VNets            []VNet            `json:"vnets,omitempty"`
	Subnets          []Subnet          `json:"subnets,omitempty"`
	Peerings         []Peering         `json:"peerings,omitempty"` // connections of virtual hubs too
	Hubs             []Hub             `json:"hubs,omitempty"`
	NICs             []NIC             `json:"nics,omitempty"`
	VMs              []VM              `json:"vms,omitempty"`
	ScaleSets        []ScaleSet        `json:"scaleSets,omitempty"`
	PublicIPs        []PublicIP        `json:"publicIPs,omitempty"`
	PublicIPPrefixes []PublicIPPrefix  `json:"publicIPPrefixes,omitempty"`
	NSGs             []NSG             `json:"nsgs,omitempty"`
	ASGs             []ASG             `json:"asgs,omitempty"`
	RouteTables      []RouteTable      `json:"routeTables,omitempty"`
	LoadBalancers    []LoadBalancer    `json:"loadBalancers,omitempty"`
	AppGateways      []AppGateway      `json:"appGateways,omitempty"`
	Bastions         []Bastion         `json:"bastions,omitempty"`
	Firewalls        []Firewall        `json:"firewalls,omitempty"`
	NATGateways      []NATGateway      `json:"natGateways,omitempty"`
	Gateways         []Gateway         `json:"gateways,omitempty"`
	Connections      []Connection      `json:"connections,omitempty"`
	LocalGateways    []LocalGateway    `json:"localGateways,omitempty"`
	Circuits         []Circuit         `json:"circuits,omitempty"`
	PrivateEndpoints []PrivateEndpoint `json:"privateEndpoints,omitempty"`
	Watchers         []Watcher         `json:"watchers,omitempty"`
	FlowLogs         []FlowLog         `json:"flowLogs,omitempty"`
	AdminRules       []AdminRule       `json:"adminRules,omitempty"`
	AdminCollections []AdminCollection `json:"adminCollections,omitempty"`
	GroupMembers     []GroupMember     `json:"groupMembers,omitempty"`
}

// tables lists the lists of the inventory, so that what is true of every kind
// is written once.
func (inv *Inventory) tables() []table {
	return []table{
		list[Subscription, *Subscription]{KindSubscription, &inv.Subscriptions},
		list[Location, *Location]{KindLocation, &inv.Locations},
		list[VNet, *VNet]{KindVNet, &inv.VNets},
		list[Subnet, *Subnet]{KindSubnet, &inv.Subnets},
		list[Peering, *Peering]{KindPeering, &inv.Peerings},
		list[Hub, *Hub]{KindHub, &inv.Hubs},
		list[NIC, *NIC]{KindNIC, &inv.NICs},
		list[VM, *VM]{KindVM, &inv.VMs},
		list[ScaleSet, *ScaleSet]{KindScaleSet, &inv.ScaleSets},
		list[PublicIP, *PublicIP]{KindPublicIP, &inv.PublicIPs},
		list[PublicIPPrefix, *PublicIPPrefix]{KindPublicIPPrefix, &inv.PublicIPPrefixes},
		list[NSG, *NSG]{KindNSG, &inv.NSGs},
		list[ASG, *ASG]{KindASG, &inv.ASGs},
		list[RouteTable, *RouteTable]{KindRouteTable, &inv.RouteTables},
		list[LoadBalancer, *LoadBalancer]{KindLoadBalancer, &inv.LoadBalancers},
		list[AppGateway, *AppGateway]{KindAppGateway, &inv.AppGateways},
		list[Bastion, *Bastion]{KindBastion, &inv.Bastions},
		list[Firewall, *Firewall]{KindFirewall, &inv.Firewalls},
		list[NATGateway, *NATGateway]{KindNATGateway, &inv.NATGateways},
		list[Gateway, *Gateway]{KindGateway, &inv.Gateways},
		list[Connection, *Connection]{KindConnection, &inv.Connections},
		list[LocalGateway, *LocalGateway]{KindLocalGateway, &inv.LocalGateways},
		list[Circuit, *Circuit]{KindCircuit, &inv.Circuits},
		list[PrivateEndpoint, *PrivateEndpoint]{KindPrivateEndpoint, &inv.PrivateEndpoints},
		list[Watcher, *Watcher]{KindWatcher, &inv.Watchers},
		list[FlowLog, *FlowLog]{KindFlowLog, &inv.FlowLogs},
		list[AdminRule, *AdminRule]{KindAdminRule, &inv.AdminRules},
		list[AdminCollection, *AdminCollection]{KindAdminCollection, &inv.AdminCollections},
		list[GroupMember, *GroupMember]{KindGroupMember, &inv.GroupMembers},
	}
}

// Sort brings every list into the order of ids; of several resources with one
// id the last one stays.
func (inv *Inventory) Sort() {
	for _, t := range inv.tables() {
		t.sort()
	}
}

// Counts returns how many resources of each kind the inventory holds; kinds
// of which it holds none are left out.
func (inv *Inventory) Counts() map[Kind]int {
	counts := map[Kind]int{}
	for _, t := range inv.tables() {
		counts[t.kind()] = t.len()
	}
	for i := range inv.NSGs {
		counts[KindRule] += len(inv.NSGs[i].Rules)
	}
	for i := range inv.RouteTables {
		counts[KindRoute] += len(inv.RouteTables[i].Routes)
	}
	for i := range inv.Circuits {
		counts[KindCircuitPeering] += len(inv.Circuits[i].Peerings)
		counts[KindLearnedRoute] += len(inv.Circuits[i].Learned)
	}
	for i := range inv.Gateways {
		counts[KindLearnedRoute] += len(inv.Gateways[i].Learned)
	}
	for k, n := range counts {
		if n == 0 {
			delete(counts, k)
		}
	}
	return counts
}
