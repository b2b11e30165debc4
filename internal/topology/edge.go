package topology

import (
	"net/netip"
	"strings"
)

// Frontend is an address at which a resource can be reached, or a subnet in
// which its instances live.
type Frontend struct {
	ID             ID         `json:"id,omitempty"`
	Private        netip.Addr `json:"private,omitzero"`
	Subnet         ID         `json:"subnet,omitempty"`
	PublicIP       ID         `json:"publicIP,omitempty"`
	PublicIPPrefix ID         `json:"publicIPPrefix,omitempty"`
}

// Pool is a backend pool.
type Pool struct {
	ID      ID       `json:"id,omitempty"`
	Configs []ID     `json:"configs,omitempty"` // IP configurations of NICs
	Targets []string `json:"targets,omitempty"` // addresses and names
}

// LoadBalancer spreads connections over a pool; logs show the client and the
// backend, seldom the load balancer.
type LoadBalancer struct {
	Head
	SKU       string     `json:"sku,omitempty"`
	Frontends []Frontend `json:"frontends,omitempty"`
	Pools     []Pool     `json:"pools,omitempty"`
	Rules     []LBRule   `json:"rules,omitempty"`
	NATRules  []NATRule  `json:"natRules,omitempty"`
}

// LBRule is a load balancing rule. Port 0 is every port.
type LBRule struct {
	ID           ID     `json:"id,omitempty"`
	Frontend     ID     `json:"frontend,omitempty"`
	Pools        []ID   `json:"pools,omitempty"`
	FrontendPort int64  `json:"frontendPort,omitempty"`
	BackendPort  int64  `json:"backendPort,omitempty"`
	Protocol     string `json:"protocol,omitempty"` // Tcp, Udp or All
	FloatingIP   bool   `json:"floatingIP,omitempty"`
}

// NATRule is an inbound NAT rule of a load balancer.
type NATRule struct {
	ID           ID     `json:"id,omitempty"`
	Frontend     ID     `json:"frontend,omitempty"`
	Backend      ID     `json:"backend,omitempty"` // IP configuration of a NIC
	FrontendPort int64  `json:"frontendPort,omitempty"`
	BackendPort  int64  `json:"backendPort,omitempty"`
	Protocol     string `json:"protocol,omitempty"`
	FloatingIP   bool   `json:"floatingIP,omitempty"`
}

// AppGateway is an application gateway. Its instances have addresses of
// Subnets without NICs of their own.
type AppGateway struct {
	Head
	SKU       string     `json:"sku,omitempty"`
	Subnets   []ID       `json:"subnets,omitempty"`
	Frontends []Frontend `json:"frontends,omitempty"`
	Pools     []Pool     `json:"pools,omitempty"`
	Listeners []Listener `json:"listeners,omitempty"`
}

// Listener is a port at which an application gateway takes connections.
type Listener struct {
	ID       ID     `json:"id,omitempty"`
	Frontend ID     `json:"frontend,omitempty"`
	Port     int64  `json:"port,omitempty"`
	Protocol string `json:"protocol,omitempty"` // Http, Https, Tcp or Tls
}

// Bastion is a Bastion host.
type Bastion struct {
	Head
	SKU     string     `json:"sku,omitempty"`
	Configs []Frontend `json:"configs,omitempty"`
}

// Firewall is an Azure Firewall.
type Firewall struct {
	Head
	SKU     string       `json:"sku,omitempty"`
	Configs []Frontend   `json:"configs,omitempty"` // the management one too
	Public  []netip.Addr `json:"public,omitempty"`  // of a firewall in a virtual hub
}

// NATGateway translates what a subnet sends to the internet.
type NATGateway struct {
	Head
	PublicIPs        []ID `json:"publicIPs,omitempty"`
	PublicIPPrefixes []ID `json:"publicIPPrefixes,omitempty"`
	Subnets          []ID `json:"subnets,omitempty"`
}

// Gateway is a virtual network gateway, or the VPN, point-to-site or ExpressRoute
// gateway of a virtual hub.
type Gateway struct {
	Head
	Type           string         `json:"type,omitempty"` // Vpn or ExpressRoute
	VPNType        string         `json:"vpnType,omitempty"`
	SKU            string         `json:"sku,omitempty"`
	Generation     string         `json:"generation,omitempty"` // Generation1 or Generation2; with SKU the key of its capacity (docs/reference/traffic-analytics.md 7.1)
	ActiveActive   bool           `json:"activeActive,omitempty"`
	BGP            bool           `json:"bgp,omitempty"`
	ASN            int64          `json:"asn,omitempty"`
	BGPAddrs       []netip.Addr   `json:"bgpAddrs,omitempty"` // of its instances, in the gateway subnet
	Configs        []Frontend     `json:"configs,omitempty"`
	Hub            ID             `json:"hub,omitempty"`            // the virtual hub whose gateway it is, instead of a VNet's
	ClientPrefixes []netip.Prefix `json:"clientPrefixes,omitempty"` // VpnClientAddressPrefixes
	Learned        []LearnedRoute `json:"learned,omitempty"`
}

// ExpressRoute tells whether the gateway joins circuits, not VPN tunnels.
func (g *Gateway) ExpressRoute() bool { return strings.EqualFold(g.Type, "ExpressRoute") }

// LearnedRoute is a route that a gateway or circuit learned over BGP.
type LearnedRoute struct {
	Network  netip.Prefix `json:"network"`
	NextHop  string       `json:"nextHop,omitempty"`
	Path     string       `json:"path,omitempty"`
	Weight   int64        `json:"weight,omitempty"`
	LocalPrf string       `json:"localPrf,omitempty"`
	Origin   string       `json:"origin,omitempty"`
	Peer     string       `json:"peer,omitempty"` // address of the BGP neighbour
}

// Connection joins a gateway to a local network gateway, another gateway or a circuit.
type Connection struct {
	Head
	Type          string `json:"type,omitempty"` // IPsec, Vnet2Vnet, ExpressRoute or VPNClient
	Gateway1      ID     `json:"gateway1,omitempty"`
	Gateway2      ID     `json:"gateway2,omitempty"`
	LocalGateway  ID     `json:"localGateway,omitempty"`
	Circuit       ID     `json:"circuit,omitempty"`
	Status        string `json:"status,omitempty"`
	BGP           bool   `json:"bgp,omitempty"`
	RoutingWeight int64  `json:"routingWeight,omitempty"`
	Egress        int64  `json:"egress,omitempty"`  // bytes sent since it was made
	Ingress       int64  `json:"ingress,omitempty"` // bytes received since it was made
}

// LocalGateway is a local network gateway or the VPN site of a virtual WAN: a
// site and its VPN device.
type LocalGateway struct {
	Head
	Prefixes []netip.Prefix `json:"prefixes,omitempty"`
	Device   string         `json:"device,omitempty"` // public address or name of the VPN device
	ASN      int64          `json:"asn,omitempty"`
	BGPAddr  netip.Addr     `json:"bgpAddr,omitzero"`
}

// Circuit is an ExpressRoute circuit.
type Circuit struct {
	Head
	Provider      string           `json:"provider,omitempty"`
	Place         string           `json:"place,omitempty"`     // peering location
	Bandwidth     int64            `json:"bandwidth,omitempty"` // Mbit/s
	SKU           string           `json:"sku,omitempty"`
	Tier          string           `json:"tier,omitempty"`
	Family        string           `json:"family,omitempty"`
	State         string           `json:"state,omitempty"` // circuit provisioning state
	ProviderState string           `json:"providerState,omitempty"`
	Peerings      []CircuitPeering `json:"peerings,omitempty"`
	Learned       []LearnedRoute   `json:"learned,omitempty"`
}

// CircuitPeering is a peering of a circuit.
type CircuitPeering struct {
	Name          string         `json:"name"`
	Type          string         `json:"type,omitempty"` // AzurePrivatePeering, AzurePublicPeering or MicrosoftPeering
	State         string         `json:"state,omitempty"`
	AzureASN      int64          `json:"azureASN,omitempty"`
	PeerASN       int64          `json:"peerASN,omitempty"`
	VLAN          int64          `json:"vlan,omitempty"`
	Primary       netip.Prefix   `json:"primary,omitzero"` // link network
	Secondary     netip.Prefix   `json:"secondary,omitzero"`
	Primary6      netip.Prefix   `json:"primary6,omitzero"`
	Secondary6    netip.Prefix   `json:"secondary6,omitzero"`
	PrimaryPort   string         `json:"primaryPort,omitempty"`
	SecondaryPort string         `json:"secondaryPort,omitempty"`
	Advertised    []netip.Prefix `json:"advertised,omitempty"` // public prefixes of the customer
	Stats         *CircuitStats  `json:"stats,omitempty"`
}

// CircuitStats is the traffic of a circuit peering in bytes.
type CircuitStats struct {
	PrimaryIn    int64 `json:"primaryIn"`
	PrimaryOut   int64 `json:"primaryOut"`
	SecondaryIn  int64 `json:"secondaryIn"`
	SecondaryOut int64 `json:"secondaryOut"`
}

// PrivateEndpoint gives a service an address in a subnet.
type PrivateEndpoint struct {
	Head
	Subnet ID            `json:"subnet,omitempty"`
	NICs   []ID          `json:"nics,omitempty"`
	Addrs  []netip.Addr  `json:"addrs,omitempty"`
	Links  []PrivateLink `json:"links,omitempty"`
}

// PrivateLink is the service behind a private endpoint.
type PrivateLink struct {
	Service ID       `json:"service,omitempty"`
	Groups  []string `json:"groups,omitempty"` // blob, sqlServer, ...
	Status  string   `json:"status,omitempty"`
}

// Watcher is a Network Watcher.
type Watcher struct {
	Head
}

// FlowLog is the setting of a flow log.
type FlowLog struct {
	Head
	Target        ID     `json:"target,omitempty"` // VNet, subnet, NIC or NSG
	Storage       ID     `json:"storage,omitempty"`
	Enabled       bool   `json:"enabled,omitempty"`
	Version       int64  `json:"version,omitempty"`
	RetentionDays int64  `json:"retentionDays,omitempty"`
	Analytics     bool   `json:"analytics,omitempty"` // Traffic Analytics reads it
	Workspace     ID     `json:"workspace,omitempty"`
	Interval      int64  `json:"interval,omitempty"` // of Traffic Analytics, minutes
	RecordTypes   string `json:"recordTypes,omitempty"`
	Criteria      string `json:"criteria,omitempty"` // filtering at the source
}
