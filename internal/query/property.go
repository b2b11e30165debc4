package query

import "weir/internal/store"

// End is an end of a flow.
type End int

// The ends. Split by HostEnd a flow counts once for each of its two ends; a
// condition on it holds where it holds of either.
const (
	HostEnd End = iota
	InitiatorEnd
	ResponderEnd
	endCount
)

// Property is something that an end of a flow was: see enrich.Endpoint, whose
// words its values are. An address that was not looked at has the empty ones.
type Property int

// The properties, with the type of their values in a Result where it is not a
// string.
const (
	Class Property = iota // int64, enrich.Class
	Kind
	VNet
	Subnet
	NIC
	VM
	ScaleSet
	Region // of the customer's resource, else of Azure's address
	Zone
	Subscription
	ResourceGroup
	Gateway
	Connection
	Site
	LoadBalancer
	AppGateway
	Firewall
	PrivateEndpoint
	Service
	ServiceTags
	Country
	ASN // int64
	Organisation
	propertyCount
)

// Of returns the dimension of what an end of a flow was.
func Of(e End, p Property) Dimension {
	return dimensionCount + Dimension(int(e)*int(propertyCount)+int(p))
}

const allDimensions = int(dimensionCount) + int(endCount)*int(propertyCount)

// properties says where the value of a property is.
var properties = [propertyCount]column{
	Class:           {name: "class", text: "t.class"},
	Kind:            {name: "kind", text: "t.kind"},
	VNet:            {name: "vnet", text: "t.vnet"},
	Subnet:          {name: "subnet", text: "t.subnet"},
	NIC:             {name: "nic", text: "t.nic"},
	VM:              {name: "vm", text: "t.vm"},
	ScaleSet:        {name: "scale_set", text: "t.scale_set"},
	Region:          {name: "region", text: "CASE WHEN t.region = '' THEN t.azure_region ELSE t.region END"},
	Zone:            {name: "zone", text: "t.zone"},
	Subscription:    {name: "subscription", text: "t.subscription"},
	ResourceGroup:   {name: "resource_group", made: resourceGroup},
	Gateway:         {name: "gateway", text: "t.gateway"},
	Connection:      {name: "connection", text: "t.connection"},
	Site:            {name: "site", text: "t.local_gateway"},
	LoadBalancer:    {name: "load_balancer", text: "t.load_balancer"},
	AppGateway:      {name: "app_gateway", text: "t.app_gateway"},
	Firewall:        {name: "firewall", text: "t.firewall"},
	PrivateEndpoint: {name: "private_endpoint", text: "t.private_endpoint"},
	Service:         {name: "service", text: "t.service"},
	ServiceTags:     {name: "service_tags", text: "t.service_tags"},
	Country:         {name: "country", text: "t.country"},
	ASN:             {name: "asn", text: "t.asn"},
	Organisation:    {name: "organisation", text: "t.organisation"},
}

// resourceGroup takes it of the resource's id, and where there is none of
// subscription/group/network.
func resourceGroup(d store.Dialect) string {
	return "CASE WHEN t.resource = '' THEN " + d.Part("t.vnet", 2) + " ELSE " + d.Part("t.resource", 5) + " END"
}

// withProperties returns the columns of all dimensions, of those that are given
// and of the properties of each end.
func withProperties(given [dimensionCount]column) (all [allDimensions]column) {
	copy(all[:], given[:])
	for end, name := range [endCount]string{"host", "initiator", "responder"} {
		for p, c := range properties {
			c.name, c.fact, c.table = name+"_"+c.name, name+"_endpoint", "weir.endpoint"
			c.ends = End(end) == HostEnd
			all[Of(End(end), Property(p))] = c
		}
	}
	return all
}
