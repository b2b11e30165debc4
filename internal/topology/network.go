package topology

import "net/netip"

// Subscription is an Azure subscription. Its id is /subscriptions/GUID.
type Subscription struct {
	Head
	Name   string `json:"name,omitempty"` // as people named it
	Tenant string `json:"tenant,omitempty"`
}

// Location is an Azure region as the platform lists it for a subscription.
type Location struct {
	Head
	DisplayName string  `json:"displayName,omitempty"`
	Geography   string  `json:"geography,omitempty"`
	Paired      string  `json:"paired,omitempty"`
	Latitude    float64 `json:"latitude,omitempty"` // degrees
	Longitude   float64 `json:"longitude,omitempty"`
}

// VNet is a virtual network.
type VNet struct {
	Head
	Prefixes    []netip.Prefix `json:"prefixes,omitempty"`
	Encrypted   bool           `json:"encrypted,omitempty"`
	Enforcement string         `json:"enforcement,omitempty"` // AllowUnencrypted or DropUnencrypted
	FlowTimeout int            `json:"flowTimeout,omitempty"` // minutes; 0: inbound user rules are stateless (docs/reference/traffic-analytics.md 1.4)
}

// Subnet is a subnet of the VNet that its id names.
type Subnet struct {
	Head
	Prefixes    []netip.Prefix `json:"prefixes,omitempty"`
	NSG         ID             `json:"nsg,omitempty"`
	RouteTable  ID             `json:"routeTable,omitempty"`
	NATGateway  ID             `json:"natGateway,omitempty"`
	Delegations []string       `json:"delegations,omitempty"` // services to which the subnet is lent
}

// Peering is one side of a peering: of the VNet that its id names.
type Peering struct {
	Head
	Remote         ID             `json:"remote,omitempty"`
	RemotePrefixes []netip.Prefix `json:"remotePrefixes,omitempty"`
	State          string         `json:"state,omitempty"` // Connected, Initiated or Disconnected
	Access         bool           `json:"access,omitempty"`
	Forwarded      bool           `json:"forwarded,omitempty"`
	GatewayTransit bool           `json:"gatewayTransit,omitempty"` // the VNet lends its gateways
	RemoteGateways bool           `json:"remoteGateways,omitempty"` // the VNet uses the gateways of Remote
}

// NIC is a network interface, also of an instance of a scale set and of a
// private endpoint.
type NIC struct {
	Head
	MAC             string     `json:"mac,omitempty"` // twelve upper-case digits; empty while the machine never ran
	VM              ID         `json:"vm,omitempty"`
	NSG             ID         `json:"nsg,omitempty"`
	PrivateEndpoint ID         `json:"privateEndpoint,omitempty"`
	Forwarding      bool       `json:"forwarding,omitempty"` // passes on packets of others
	Configs         []IPConfig `json:"configs,omitempty"`
}

// IPConfig is an IP configuration of a NIC.
type IPConfig struct {
	Name     string     `json:"name,omitempty"`
	Primary  bool       `json:"primary,omitempty"`
	Private  netip.Addr `json:"private,omitzero"`
	Subnet   ID         `json:"subnet,omitempty"`
	PublicIP ID         `json:"publicIP,omitempty"`
	ASGs     []ID       `json:"asgs,omitempty"`
	Pools    []ID       `json:"pools,omitempty"` // backend pools of load balancers and application gateways
}

// VM is a virtual machine or an instance of a scale set.
type VM struct {
	Head
	NICs     []ID   `json:"nics,omitempty"`
	Size     string `json:"size,omitempty"`
	OS       string `json:"os,omitempty"`
	ScaleSet ID     `json:"scaleSet,omitempty"`
}

// ScaleSet is a virtual machine scale set.
type ScaleSet struct {
	Head
	Size     string `json:"size,omitempty"`
	Capacity int64  `json:"capacity,omitempty"` // instances wanted
	Subnets  []ID   `json:"subnets,omitempty"`
}

// PublicIP is a public address of the customer.
type PublicIP struct {
	Head
	Addr       netip.Addr `json:"addr,omitzero"` // none while a dynamic address is not in use
	Config     ID         `json:"config,omitempty"`
	NATGateway ID         `json:"natGateway,omitempty"`
	Prefix     ID         `json:"prefix,omitempty"`
	FQDN       string     `json:"fqdn,omitempty"`
	Allocation string     `json:"allocation,omitempty"`
	SKU        string     `json:"sku,omitempty"`
}

// PublicIPPrefix is a range of public addresses of the customer.
type PublicIPPrefix struct {
	Head
	Prefix     netip.Prefix `json:"prefix,omitzero"`
	Frontend   ID           `json:"frontend,omitempty"` // of a load balancer
	NATGateway ID           `json:"natGateway,omitempty"`
}

// NSG is a network security group with its default and its own rules.
type NSG struct {
	Head
	Rules []Rule `json:"rules,omitempty"`
}

// Rule is a security rule (docs/reference/traffic-analytics.md 8.1). Prefixes
// are addresses, CIDRs, service tags or *.
type Rule struct {
	Name           string   `json:"name"`
	Default        bool     `json:"default,omitempty"`
	Description    string   `json:"description,omitempty"`
	Priority       int64    `json:"priority"`
	Direction      string   `json:"direction,omitempty"` // Inbound or Outbound
	Access         string   `json:"access,omitempty"`    // Allow or Deny
	Protocol       string   `json:"protocol,omitempty"`
	SourcePrefixes []string `json:"sourcePrefixes,omitempty"`
	SourceASGs     []ID     `json:"sourceASGs,omitempty"`
	SourcePorts    []string `json:"sourcePorts,omitempty"`
	DestPrefixes   []string `json:"destPrefixes,omitempty"`
	DestASGs       []ID     `json:"destASGs,omitempty"`
	DestPorts      []string `json:"destPorts,omitempty"`
}

// ASG is an application security group.
type ASG struct {
	Head
}

// RouteTable is a table of user-defined routes.
type RouteTable struct {
	Head
	Routes []Route `json:"routes,omitempty"`
}

// Route is a user-defined route. Its prefix may be a service tag.
type Route struct {
	Name        string `json:"name"`
	Prefix      string `json:"prefix,omitempty"`
	NextHopType string `json:"nextHopType,omitempty"` // VirtualAppliance, VirtualNetworkGateway, VnetLocal, Internet or None
	NextHopIP   string `json:"nextHopIP,omitempty"`
}
