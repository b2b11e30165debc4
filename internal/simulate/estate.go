package simulate

import (
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Estate is the synthetic Azure estate: everything that has an address, a
// rule or a log. Ids are those of Azure Resource Manager, in its own spelling.
type Estate struct {
	TenantID       string
	Subscriptions  []Subscription
	Regions        []Region
	VNets          []*VNet
	Peerings       []Peering
	NSGs           []*NSG
	NetworkManager *NetworkManager
	NICs           []*NIC // of VMs, scale-set instances, application gateways and private endpoints
	VMs            []*VM
	ScaleSets      []*ScaleSet
	LoadBalancers  []*LoadBalancer
	AppGateways    []*AppGateway
	PublicIPs      []*PublicIP
	VPNGateway     *VPNGateway
	ERGateway      *ERGateway
	Sites          []*Site
	FlowLogs       []*FlowLog
	RouteTables    []*RouteTable
	Endpoints      []*PrivateEndpoint

	when calendar
}

// Subscription is an Azure subscription.
type Subscription struct {
	ID, Name string
}

// Region is an Azure region with the offset of its local time from UTC.
type Region struct {
	Name      string // compact, as in resource ids: westeurope
	Country   string // ISO alpha-2, lower case
	UTCOffset time.Duration
	place     place
	tagName   string // in the names of service tags: WestEurope
	azure     azureServices
}

// VNet is a virtual network.
type VNet struct {
	ID, Name      string
	ResourceGroup string
	Subscription  Subscription
	Region        *Region
	Prefixes      []netip.Prefix
	Subnets       []*Subnet
	Hub           bool
	Island        bool          // peered with nothing; other VNets may have its addresses
	Encrypted     bool          // virtual network encryption is switched on
	Managed       bool          // member of the network manager's group, so that admin rules apply
	FlowTimeout   time.Duration // FlowTimeoutInMinutes; zero: inbound user rules are stateless (docs/reference/traffic-analytics.md 1.4)
	peers         []*VNet
	onPremises    bool // reaches sites and point-to-site users through the hub
}

// Tier is the part a subnet plays.
type Tier string

// The tiers of the estate.
const (
	TierWeb        Tier = "web"
	TierApp        Tier = "app"
	TierData       Tier = "data"
	TierShared     Tier = "shared"     // DNS servers in the hub
	TierManagement Tier = "management" // jump hosts in the hub
	TierAppGateway Tier = "appgw"
	TierGateway    Tier = "gateway" // GatewaySubnet: VPN and ExpressRoute gateways
	TierBastion    Tier = "bastion" // AzureBastionSubnet

	// What stands aside of the tiers, see aside.go.
	TierAppliance Tier = "appliance"
	TierBatch     Tier = "batch"
	TierQuiet     Tier = "quiet"
	TierTools     Tier = "tools"
	TierOps       Tier = "ops"
	TierEndpoint  Tier = "endpoint"
	TierLab       Tier = "lab"
)

// Subnet is a subnet of a VNet.
type Subnet struct {
	ID, Name string
	Tier     Tier
	VNet     *VNet
	Prefix   netip.Prefix
	Prefix6  netip.Prefix // zero where the subnet has no IPv6
	NSG      *NSG         // nil where there is none
	Routes   *RouteTable  // nil where there is none
	next     int          // host number handed out last
}

// Peering is a connection between two VNets, in both directions.
type Peering struct {
	ID, Name         string
	VNet, Remote     *VNet
	GatewayTransit   bool // VNet lends its gateways
	UseRemoteGateway bool // VNet uses the gateways of Remote
}

// NIC is a network interface: the place of a capture.
type NIC struct {
	ID, Name string
	MAC      string // twelve upper-case hex digits
	Subnet   *Subnet
	Addr     netip.Addr
	Addr6    netip.Addr // zero where it has no IPv6
	NSG      *NSG       // its own; nil where only the subnet has one
	Zone     string     // of its machine: 1 to 3; empty where Azure chose
	Owner    string     // id of the VM, scale-set instance, application gateway or private endpoint
	Logs     []Logging  // empty where nothing logs it
	Forwards bool       // passes on packets of others
	Aside    bool       // of a machine beyond those that the configuration asks for
	// Since and Until say when the NIC was there; zero: since before the log,
	// until after it.
	Since, Until time.Time
	// MovesAt is when, of two groups on the way, the other one becomes the last
	// and logs what both allow (docs/reference/traffic-analytics.md 1.4).
	MovesAt time.Time
	index   int
}

// Logging is a flow log that records a NIC, and when it does; From and Until
// are zero where open.
type Logging struct {
	*FlowLog
	From, Until time.Time
}

// RouteTable holds user-defined routes.
type RouteTable struct {
	ID, Name string
	VNet     *VNet
	Routes   []Route
}

// Route is a user-defined route by way of a virtual appliance.
type Route struct {
	Name    string
	Prefix  netip.Prefix
	NextHop netip.Addr
}

// PrivateEndpoint gives a service an address in a subnet. Its NIC cannot be
// logged: its traffic is seen at the other side only.
type PrivateEndpoint struct {
	ID, Name string
	Service  string // id of the resource behind it
	Group    string // part of the service: blob
	NIC      *NIC
}

// VM is a virtual machine with one NIC.
type VM struct {
	ID, Name string
	Size     string
	NIC      *NIC
	OS       string
}

// ScaleSet is a virtual machine scale set; each instance has one NIC.
type ScaleSet struct {
	ID, Name  string
	Size      string
	Instances []*NIC
}

// PublicIP is a public address of the estate.
type PublicIP struct {
	ID, Name string
	Addr     netip.Addr
	Owner    string // id of the resource it is bound to
}

// LoadBalancer spreads connections over its backends. The backends' logs show
// the client and the backend, never the load balancer.
type LoadBalancer struct {
	ID, Name string
	Public   bool
	Frontend netip.Addr
	Ports    []uint16
	Backends []*NIC
}

// AppGateway is an application gateway: it ends the client's connection and
// opens its own to a backend.
type AppGateway struct {
	ID, Name  string
	Public    *PublicIP
	Instances []*NIC
	Backends  []*NIC
}

// VPNGateway joins sites and point-to-site users to the hub.
type VPNGateway struct {
	ID, Name     string
	SKU          string
	Generation   int
	CapacityBPS  int64 // aggregate, bits per second (docs/reference/traffic-analytics.md 7.1)
	Subnet       *Subnet
	ClientPool   netip.Prefix // VpnClientAddressPrefixes
	PublicIP     *PublicIP
	Connections  []string // ids
	ClientsLimit int
}

// ERGateway joins an ExpressRoute circuit to the hub.
type ERGateway struct {
	ID, Name    string
	SKU         string
	CapacityBPS int64
	Subnet      *Subnet
	CircuitID   string
	CircuitBPS  int64
	Connection  string
	Peering     string
}

// SiteKind tells how a site is reached.
type SiteKind string

// The kinds of sites.
const (
	SiteToSite  SiteKind = "s2s"
	PointToSite SiteKind = "p2s"
	SiteCircuit SiteKind = "expressroute"
)

// Site is a network outside Azure behind a gateway of the hub.
type Site struct {
	ID, Name   string // id of the local network gateway, circuit or client pool
	Kind       SiteKind
	Prefixes   []netip.Prefix
	PublicAddr netip.Addr // of its VPN device; zero where there is none
	UTCOffset  time.Duration
}

// LogKind is the family and version of a flow log.
type LogKind string

// The kinds of flow logs written.
const (
	LogNSG  LogKind = "nsg"  // NSG flow log version 2
	LogVNet LogKind = "vnet" // VNet flow log version 4
)

// FlowLog is a flow-log resource: what it logs and where.
type FlowLog struct {
	ID, Name  string
	GUID      string // flowLogGUID, or the systemId of the NSG
	Kind      LogKind
	Target    string // id of the VNet, subnet, NIC or NSG that is logged
	ShortPath bool   // of the two documented forms of blob name, the short one (docs/reference/traffic-analytics.md 2.1)
	Region    *Region
}

// armID joins the parts of a resource id.
func armID(sub Subscription, group, kind, name string) string {
	return "/subscriptions/" + sub.ID + "/resourceGroups/" + group + "/providers/" + kind + "/" + name
}

// add gives the subnet's next free address. Azure keeps the first four.
func (s *Subnet) add() (netip.Addr, netip.Addr) {
	s.next++
	host := uint64(s.next + 3)
	a := addToPrefix(s.Prefix, host)
	if !s.Prefix6.IsValid() {
		return a, netip.Addr{}
	}
	return a, addToPrefix(s.Prefix6, host)
}

// subnet returns the subnet of a tier, nil where there is none.
func (v *VNet) subnet(t Tier) *Subnet {
	for _, s := range v.Subnets {
		if s.Tier == t {
			return s
		}
	}
	return nil
}

// groups returns the groups that filter at the NIC in their order
// (docs/reference/traffic-analytics.md 8.2).
func (n *NIC) groups(inbound bool) []*NSG {
	var out []*NSG
	for _, g := range []*NSG{n.Subnet.NSG, n.NSG} {
		if g != nil {
			out = append(out, g)
		}
	}
	if !inbound {
		slices.Reverse(out)
	}
	return out
}

// logged tells whether any flow log records the NIC.
func (n *NIC) logged() bool { return len(n.Logs) > 0 }

func (n *NIC) vnet() *VNet { return n.Subnet.VNet }

// tier returns the NICs of a tier of the VNet in order.
func (e *Estate) tier(v *VNet, t Tier) []*NIC {
	var out []*NIC
	for _, n := range e.NICs {
		if n.Subnet.VNet == v && n.Subnet.Tier == t {
			out = append(out, n)
		}
	}
	return out
}

// hub returns the hub VNet.
func (e *Estate) hub() *VNet {
	for _, v := range e.VNets {
		if v.Hub {
			return v
		}
	}
	panic("BUG: the estate has no hub")
}

func lower(s string) string { return strings.ToLower(s) }
