package topology

// EndpointKind tells what an address belongs to.
type EndpointKind uint8

// The kinds of endpoints.
const (
	EndpointNone            EndpointKind = iota // nothing of the inventory
	EndpointNIC                                 // a network interface
	EndpointGateway                             // an instance of a virtual network gateway
	EndpointLoadBalancer                        // a frontend of a load balancer
	EndpointAppGateway                          // a frontend or an instance of an application gateway
	EndpointFirewall                            // an Azure Firewall
	EndpointBastion                             // a Bastion host
	EndpointPrivateEndpoint                     // a private endpoint
	EndpointNAT                                 // a NAT gateway
	EndpointPublicIP                            // a public address of the customer that no resource uses
	EndpointSubnet                              // a known subnet, an unknown interface
	EndpointVNet                                // the address space of a VNet, no known subnet
	EndpointSiteS2S                             // a site behind a VPN gateway
	EndpointSiteP2S                             // a point-to-site client
	EndpointSiteCircuit                         // a site behind an ExpressRoute circuit
	endpointKinds
)

var endpointNames = [endpointKinds]string{
	"none", "nic", "gateway", "load balancer", "application gateway", "firewall", "bastion", "private endpoint",
	"nat gateway", "public ip", "subnet", "vnet", "site (S2S)", "site (P2S)", "site (ExpressRoute)",
}

// String returns the kind in words.
func (k EndpointKind) String() string {
	if k < endpointKinds {
		return endpointNames[k]
	}
	return "invalid"
}

// InVNet tells whether an endpoint of this kind is a side in a virtual network
// in the sense of docs/reference/traffic-analytics.md 3.5: it belongs to a
// VNet, or it is a public address of the customer.
func (k EndpointKind) InVNet() bool { return k >= EndpointNIC && k <= EndpointVNet }

// OwnsAddress tells whether an endpoint of this kind is one resource of a VNet
// that has the address, and not a range that the address is in.
func (k EndpointKind) OwnsAddress() bool { return k >= EndpointNIC && k <= EndpointPublicIP }

// Endpoint is what an address was. It is shared between answers: do not change
// it. Names are in lower case and in the formats of Traffic Analytics; a name
// that does not apply is empty.
type Endpoint struct {
	Kind         EndpointKind
	ID           ID     // the resource that owns the address
	Subscription string // GUID
	Region       string // compact
	Zone         string // region/1: the availability zone, where it is in one; what is in several is in none
	VNetID       ID
	VNet         string // subscription/rg/vnet
	Subnet       string // rg/vnet/subnet
	NIC          string // rg/name
	MAC          string // twelve upper-case digits
	VM           string // rg/name
	ScaleSet     string // rg/name
	Forwards     bool   // the NIC passes on packets of others: a network appliance

	// subscription/rg/name
	LoadBalancer   string
	AppGateway     string
	Firewall       string
	Bastion        string
	NATGateway     string
	Gateway        string // virtual network gateway: the endpoint itself, or what leads to the site
	PublicIP       string // the address is this public one of the resource
	PublicIPPrefix string
	LocalGateway   string
	Connection     string // empty for point-to-site clients, see [P2SConnection]
	Circuit        string

	ConnectionType  string // of a site: VpnGateway or ExpressRoute
	PeeringType     string // of a circuit: AzurePrivatePeering, ...
	PrivateEndpoint string // rg/name
	PrivateLink     string // rg/type/name of the service behind a private endpoint
	PrivateLinkName string
}

// The values of ConnectionType (docs/reference/traffic-analytics.md 3.8).
const (
	ConnectionPeering = "VNetPeering"
	ConnectionVPN     = "VpnGateway"
	ConnectionER      = "ExpressRoute"
)

// P2SConnection is the ConnectionName of a point-to-site client: the gateway
// and the client's address (docs/reference/traffic-analytics.md 3.5).
func P2SConnection(gateway, client string) string { return gateway + "_" + client }

// Scope tells how far from the capture an address was found.
type Scope uint8

// The scopes in the order in which they win at equal prefix lengths.
const (
	ScopeNone     Scope = iota // not found
	ScopeCaptured              // in the captured VNet
	ScopePublic                // a public address of the customer
	ScopePeer                  // in a peered VNet
	ScopeGateway               // in a VNet connected by gateways
	ScopeSite                  // at a site behind a gateway that serves the VNet
	ScopeHub                   // in a VNet behind a common hub
	ScopeAll                   // in any VNet, site or public prefix of the inventory
	scopes
)

var scopeNames = [scopes]string{
	"nowhere", "the captured VNet", "the public addresses", "a peered VNet", "a VNet connected by gateways",
	"a site behind a gateway", "a VNet behind a common hub", "the whole inventory",
}

// String returns the scope in words.
func (s Scope) String() string {
	if s < scopes {
		return scopeNames[s]
	}
	return "invalid"
}

// Capture is where a flow was seen, as [weir/internal/flow.Log] writes it: the
// MAC with twelve upper-case digits, the logged resource's id in lower case.
type Capture struct {
	MAC, Target string
}

// Owner is an Endpoint with how it was found.
type Owner struct {
	*Endpoint
	Scope     Scope
	Ambiguous bool // others are as likely; the lowest resource id was taken
	// BeforeFirstSnapshot tells that the time lies before the first snapshot,
	// from which the answer therefore comes.
	BeforeFirstSnapshot bool
}

var none = &Endpoint{}
