package importer

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"weir/internal/topology"
)

type vnetProps struct {
	AddressSpace           struct{ AddressPrefixes texts }
	Subnets                []subnet
	VirtualNetworkPeerings []peering
	Encryption             struct {
		Enabled     bool
		Enforcement string
	}
	FlowTimeoutInMinutes number
}

type vnet struct {
	common
	vnetProps
	Properties *vnetProps
}

func (im *Importer) vnet(b []byte, h *head) error {
	var r vnet
	odd := im.decode(b, &r)
	p := flat(r.Properties, &r.vnetProps)
	top, err := im.head(h, &r.common)
	if err != nil {
		return err
	}
	space := im.prefixes("addressSpace.addressPrefixes", p.AddressSpace.AddressPrefixes)
	im.inv.VNets = append(im.inv.VNets, topology.VNet{
		Head: top, Prefixes: space, FlowTimeout: int(p.FlowTimeoutInMinutes),
		Encrypted: p.Encryption.Enabled, Enforcement: p.Encryption.Enforcement,
	})
	im.openOdd(odd, top.ID, map[string]string{"subnets": "subnets", "virtualnetworkpeerings": "virtualnetworkpeerings"})
	im.begin()
	defer im.end()
	for i := range p.Subnets {
		s := &p.Subnets[i]
		im.part(b, s.named(top.ID, "subnets"), func() error { return im.addSubnet(s, top.ID, top.Location) })
	}
	for i := range p.VirtualNetworkPeerings {
		s := &p.VirtualNetworkPeerings[i]
		im.part(b, s.named(top.ID, "virtualnetworkpeerings"), func() error { return im.addPeering(s, top.ID, top.Location) })
	}
	return nil
}

// part takes a part of a resource; a bad one is rejected alone.
func (im *Importer) part(whole []byte, id string, take func() error) {
	resource := im.what
	im.what = id
	defer func() { im.what = resource }()
	if err := take(); err != nil {
		im.reject(whole, id, err)
	}
}

// child is what a part of a resource has.
type child struct {
	ID, Name string
}

// named returns the id of a part, made from its parent where it has none.
func (c *child) named(parent topology.ID, segment string) string {
	if c.ID != "" || c.Name == "" || parent == "" {
		return c.ID
	}
	return string(parent) + "/" + segment + "/" + c.Name
}

type subnetProps struct {
	AddressPrefix        texts // PowerShell writes a list
	AddressPrefixes      texts
	NetworkSecurityGroup ref
	RouteTable           ref
	NATGateway           ref
	Delegations          []struct {
		delegation
		Properties *delegation
	}
}

type delegation struct{ ServiceName string }

type subnet struct {
	child
	subnetProps
	Properties *subnetProps
}

func (im *Importer) subnet(b []byte, h *head) error {
	var s subnet
	im.decode(b, &s)
	s.ID = h.id
	return im.addSubnet(&s, "", "")
}

func (im *Importer) addSubnet(s *subnet, vnet topology.ID, location string) error {
	p := flat(s.Properties, &s.subnetProps)
	top, err := im.head(&head{id: s.named(vnet, "subnets")}, &common{Location: location})
	if err != nil {
		return err
	}
	if top.ID.Parent().Type() != kindVNet {
		return errors.New("its id is not that of a subnet of a VNet")
	}
	out := topology.Subnet{
		Head: top, Prefixes: im.prefixes("addressPrefix", p.AddressPrefix, p.AddressPrefixes), NSG: im.id(p.NetworkSecurityGroup.ID),
		RouteTable: im.id(p.RouteTable.ID), NATGateway: im.id(p.NATGateway.ID),
	}
	for i := range p.Delegations {
		d := &p.Delegations[i]
		out.Delegations = append(out.Delegations, flat(d.Properties, &d.delegation).ServiceName)
	}
	im.inv.Subnets = append(im.inv.Subnets, out)
	return nil
}

type peeringProps struct {
	AllowVirtualNetworkAccess        bool
	AllowForwardedTraffic            bool
	AllowGatewayTransit              bool
	UseRemoteGateways                bool
	RemoteVirtualNetwork             ref
	RemoteAddressSpace               struct{ AddressPrefixes texts }
	RemoteVirtualNetworkAddressSpace struct{ AddressPrefixes texts }
	PeeringState                     string
}

type peering struct {
	child
	peeringProps
	Properties *peeringProps
}

func (im *Importer) peering(b []byte, h *head) error {
	var p peering
	im.decode(b, &p)
	p.ID = h.id
	return im.addPeering(&p, "", "")
}

func (im *Importer) addPeering(s *peering, vnet topology.ID, location string) error {
	p := flat(s.Properties, &s.peeringProps)
	top, err := im.head(&head{id: s.named(vnet, "virtualnetworkpeerings")}, &common{Location: location})
	if err != nil {
		return err
	}
	if top.ID.Parent().Type() != kindVNet {
		return errors.New("its id is not that of a peering of a VNet")
	}
	im.countPeering(top.ID.Parent())
	// the newer key says what the remote VNet has, the older what was synchronised
	space := im.prefixes("remoteAddressSpace", p.RemoteVirtualNetworkAddressSpace.AddressPrefixes, p.RemoteAddressSpace.AddressPrefixes)
	im.inv.Peerings = append(im.inv.Peerings, topology.Peering{
		Head: top, Remote: im.id(p.RemoteVirtualNetwork.ID), RemotePrefixes: space, State: p.PeeringState,
		Access: p.AllowVirtualNetworkAccess, Forwarded: p.AllowForwardedTraffic,
		GatewayTransit: p.AllowGatewayTransit, RemoteGateways: p.UseRemoteGateways,
	})
	return nil
}

type ruleProps struct {
	Description                          string
	Protocol, Access, Direction          string
	Priority                             number
	SourceAddressPrefix                  texts // PowerShell writes lists
	SourceAddressPrefixes                texts
	SourceApplicationSecurityGroups      []ref
	SourcePortRange                      texts
	SourcePortRanges                     texts
	DestinationAddressPrefix             texts
	DestinationAddressPrefixes           texts
	DestinationApplicationSecurityGroups []ref
	DestinationPortRange                 texts
	DestinationPortRanges                texts
}

type rule struct {
	child
	ruleProps
	Properties *ruleProps
}

func (im *Importer) toRule(r *rule, isDefault bool) (topology.Rule, error) {
	p := flat(r.Properties, &r.ruleProps)
	name := r.Name
	if name == "" {
		name = r.ID[strings.LastIndexByte(r.ID, '/')+1:]
	}
	if name == "" {
		return topology.Rule{}, errors.New("the rule has no name")
	}
	if p.Direction == "" || p.Access == "" {
		return topology.Rule{}, errors.New("the rule has no direction or no access")
	}
	im.spend(perResource)
	join := func(one, many texts) []string { return append(slices.Clip(one), many...) }
	return topology.Rule{
		Name: name, Default: isDefault, Description: p.Description, Priority: int64(p.Priority),
		Direction: p.Direction, Access: p.Access, Protocol: p.Protocol,
		SourcePrefixes: join(p.SourceAddressPrefix, p.SourceAddressPrefixes),
		SourcePorts:    join(p.SourcePortRange, p.SourcePortRanges),
		SourceASGs:     im.ids(p.SourceApplicationSecurityGroups),
		DestPrefixes:   join(p.DestinationAddressPrefix, p.DestinationAddressPrefixes),
		DestPorts:      join(p.DestinationPortRange, p.DestinationPortRanges),
		DestASGs:       im.ids(p.DestinationApplicationSecurityGroups),
	}, nil
}

// sortRules brings rules into the order of evaluation.
func sortRules(rules []topology.Rule) {
	slices.SortFunc(rules, func(a, b topology.Rule) int {
		return cmp.Or(cmp.Compare(a.Direction, b.Direction), cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.Name, b.Name))
	})
}

type nsgProps struct {
	SecurityRules        []rule
	DefaultSecurityRules []rule
}

type nsg struct {
	common
	nsgProps
	Properties *nsgProps
}

func (im *Importer) nsg(b []byte, h *head) error {
	var r nsg
	im.decode(b, &r)
	p := flat(r.Properties, &r.nsgProps)
	top, err := im.head(h, &r.common)
	if err != nil {
		return err
	}
	out := topology.NSG{Head: top}
	add := func(list []rule, isDefault bool) {
		for i := range list {
			rule, err := im.toRule(&list[i], isDefault)
			if err != nil {
				im.odd("securityRules", err)
				continue
			}
			out.Rules = append(out.Rules, rule)
		}
	}
	add(p.SecurityRules, false)
	add(p.DefaultSecurityRules, true)
	sortRules(out.Rules)
	im.inv.NSGs = append(im.inv.NSGs, out)
	return nil
}

// rule takes a rule that is listed apart from its NSG.
func (im *Importer) rule(b []byte, h *head) error {
	var r rule
	im.decode(b, &r)
	id, err := topology.ParseID(h.id)
	if err != nil {
		return err
	}
	out, err := im.toRule(&r, id.Of("defaultsecurityrules") != "")
	if err != nil {
		im.odd("securityRules", err)
		return nil
	}
	im.rules[id.Parent()] = append(im.rules[id.Parent()], out)
	return nil
}

// bare reads a resource of which only what every resource has is needed.
func (im *Importer) bare(b []byte, h *head) (topology.Head, error) {
	var r common
	im.decode(b, &r)
	return im.head(h, &r)
}

func (im *Importer) asg(b []byte, h *head) error {
	top, err := im.bare(b, h)
	if err != nil {
		return err
	}
	im.inv.ASGs = append(im.inv.ASGs, topology.ASG{Head: top})
	return nil
}

type routeProps struct {
	AddressPrefix    string
	NextHopType      string
	NextHopIPAddress string
}

type route struct {
	child
	routeProps
	Properties *routeProps
}

func (r *route) convert() topology.Route {
	p := flat(r.Properties, &r.routeProps)
	return topology.Route{Name: r.Name, Prefix: p.AddressPrefix, NextHopType: p.NextHopType, NextHopIP: p.NextHopIPAddress}
}

type routeTableProps struct{ Routes []route }

type routeTable struct {
	common
	routeTableProps
	Properties *routeTableProps
}

func (im *Importer) routeTable(b []byte, h *head) error {
	var r routeTable
	im.decode(b, &r)
	top, err := im.head(h, &r.common)
	if err != nil {
		return err
	}
	out := topology.RouteTable{Head: top}
	p := flat(r.Properties, &r.routeTableProps)
	for i := range p.Routes {
		out.Routes = append(out.Routes, p.Routes[i].convert())
	}
	im.inv.RouteTables = append(im.inv.RouteTables, out)
	return nil
}

func (im *Importer) route(b []byte, h *head) error {
	var r route
	im.decode(b, &r)
	id, err := topology.ParseID(h.id)
	if err != nil {
		return err
	}
	r.Name = cmp.Or(r.Name, id.Name())
	im.spend(perRoute)
	im.routes[id.Parent()] = append(im.routes[id.Parent()], r.convert())
	return nil
}
