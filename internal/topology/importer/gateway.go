package importer

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"strings"

	"weir/internal/topology"
)

// degrees is a coordinate; Resource Manager writes it as a text.
type degrees float64

// read takes a number, or a number in quotes.
func (d *degrees) read(b []byte) error {
	s := strings.Trim(string(b), `"`)
	if s == "" {
		return nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return fmt.Errorf("cannot use %s as a coordinate", shortened(string(b)))
	}
	*d = degrees(f)
	return nil
}

type gatewayProps struct {
	SKU                    sku
	GatewayType            string
	VPNType                string
	VPNGatewayGeneration   string
	ActiveActive           bool
	EnableBGP              bool
	IPConfigurations       []front
	VPNClientConfiguration struct {
		VPNClientAddressPool struct{ AddressPrefixes texts }
	}
	BGPSettings bgp
}

type bgp struct {
	ASN                 number
	BGPPeeringAddress   string
	BGPPeeringAddresses []struct{ DefaultBGPIPAddresses texts }
}

type gateway struct {
	common
	SKU sku
	gatewayProps
	Properties *gatewayProps
}

func (im *Importer) gateway(b []byte, h *head) error {
	var r gateway
	im.decode(b, &r)
	p := flat(r.Properties, &r.gatewayProps)
	top, err := im.head(h, &r.common)
	if err != nil {
		return err
	}
	out := topology.Gateway{
		Head: top, Type: p.GatewayType, VPNType: p.VPNType, SKU: cmp.Or(p.SKU.Name, r.SKU.Name),
		Generation: p.VPNGatewayGeneration, ActiveActive: p.ActiveActive, BGP: p.EnableBGP, ASN: int64(p.BGPSettings.ASN),
	}
	out.Configs = im.frontends(p.IPConfigurations...)
	out.ClientPrefixes = im.prefixes("vpnClientConfiguration.vpnClientAddressPool.addressPrefixes", p.VPNClientConfiguration.VPNClientAddressPool.AddressPrefixes)
	seen := map[netip.Addr]bool{}
	addrs := strings.Split(p.BGPSettings.BGPPeeringAddress, ",") // two of an active-active gateway
	for _, a := range p.BGPSettings.BGPPeeringAddresses {
		addrs = append(addrs, a.DefaultBGPIPAddresses...)
	}
	for _, s := range addrs {
		if a := im.addr("bgpSettings", s); a.IsValid() && !seen[a] {
			seen[a] = true
			out.BGPAddrs = append(out.BGPAddrs, a)
		}
	}
	im.inv.Gateways = append(im.inv.Gateways, out)
	return nil
}

type connectionProps struct {
	ConnectionType          string
	ConnectionStatus        string
	VirtualNetworkGateway1  ref
	VirtualNetworkGateway2  ref
	LocalNetworkGateway2    ref
	Peer                    ref
	EnableBGP               bool
	RoutingWeight           number
	EgressBytesTransferred  number
	IngressBytesTransferred number
}

type connection struct {
	common
	connectionProps
	Properties *connectionProps
}

func (im *Importer) connection(b []byte, h *head) error {
	var r connection
	im.decode(b, &r)
	p := flat(r.Properties, &r.connectionProps)
	top, err := im.head(h, &r.common)
	if err != nil {
		return err
	}
	im.inv.Connections = append(im.inv.Connections, topology.Connection{
		Head: top, Type: p.ConnectionType, Status: p.ConnectionStatus, BGP: p.EnableBGP,
		Gateway1: im.id(p.VirtualNetworkGateway1.ID), Gateway2: im.id(p.VirtualNetworkGateway2.ID),
		LocalGateway: im.id(p.LocalNetworkGateway2.ID), Circuit: im.id(p.Peer.ID),
		RoutingWeight: int64(p.RoutingWeight), Egress: int64(p.EgressBytesTransferred), Ingress: int64(p.IngressBytesTransferred),
	})
	return nil
}

type localProps struct {
	LocalNetworkAddressSpace struct{ AddressPrefixes texts }
	GatewayIPAddress         string
	FQDN                     string
	BGPSettings              bgp
}

type localGateway struct {
	common
	localProps
	Properties *localProps
}

func (im *Importer) localGateway(b []byte, h *head) error {
	var r localGateway
	im.decode(b, &r)
	p := flat(r.Properties, &r.localProps)
	top, err := im.head(h, &r.common)
	if err != nil {
		return err
	}
	out := topology.LocalGateway{Head: top, Device: cmp.Or(p.GatewayIPAddress, p.FQDN), ASN: int64(p.BGPSettings.ASN)}
	out.Prefixes = im.prefixes("localNetworkAddressSpace.addressPrefixes", p.LocalNetworkAddressSpace.AddressPrefixes)
	out.BGPAddr = im.addr("bgpSettings.bgpPeeringAddress", p.BGPSettings.BGPPeeringAddress)
	im.inv.LocalGateways = append(im.inv.LocalGateways, out)
	return nil
}

type circuitProps struct {
	Peerings                         []circuitPeering
	CircuitProvisioningState         string
	ServiceProviderProvisioningState string
	BandwidthInGbps                  float64
	ServiceProviderProperties        struct {
		ServiceProviderName, PeeringLocation string
		BandwidthInMbps                      number
	}
}

type circuit struct {
	common
	circuitProps
	Properties *circuitProps
}

func (im *Importer) circuit(b []byte, h *head) error {
	var r circuit
	im.decode(b, &r)
	p := flat(r.Properties, &r.circuitProps)
	top, err := im.head(h, &r.common)
	if err != nil {
		return err
	}
	s := &p.ServiceProviderProperties
	out := topology.Circuit{
		Head: top, Provider: s.ServiceProviderName, Place: s.PeeringLocation, Bandwidth: int64(s.BandwidthInMbps),
		SKU: r.SKU.Name, Tier: r.SKU.Tier, Family: r.SKU.Family,
		State: p.CircuitProvisioningState, ProviderState: p.ServiceProviderProvisioningState,
	}
	if out.Bandwidth == 0 { // ExpressRoute Direct
		out.Bandwidth = int64(p.BandwidthInGbps * 1000)
	}
	for i := range p.Peerings {
		out.Peerings = append(out.Peerings, im.toCircuitPeering(&p.Peerings[i]))
	}
	im.inv.Circuits = append(im.inv.Circuits, out)
	return nil
}

type publicPeering struct{ AdvertisedPublicPrefixes texts }

type circuitPeeringProps struct {
	PeeringType, State         string
	AzureASN, PeerASN          number
	VLANID                     number
	PrimaryPeerAddressPrefix   string
	SecondaryPeerAddressPrefix string
	PrimaryAzurePort           string
	SecondaryAzurePort         string
	MicrosoftPeeringConfig     publicPeering
	IPv6PeeringConfig          ipv6Peering
	Stats                      *circuitStats
}

type ipv6Peering struct {
	PrimaryPeerAddressPrefix   string
	SecondaryPeerAddressPrefix string
	MicrosoftPeeringConfig     publicPeering
}

type circuitStats struct {
	PrimarybytesIn, PrimarybytesOut, SecondarybytesIn, SecondarybytesOut number
}

type circuitPeering struct {
	child
	circuitPeeringProps
	Properties *circuitPeeringProps
}

func (im *Importer) toCircuitPeering(c *circuitPeering) topology.CircuitPeering {
	im.spend(perResource)
	p := flat(c.Properties, &c.circuitPeeringProps)
	out := topology.CircuitPeering{
		Name: cmp.Or(c.Name, p.PeeringType), Type: p.PeeringType, State: p.State,
		AzureASN: int64(p.AzureASN), PeerASN: int64(p.PeerASN), VLAN: int64(p.VLANID),
		PrimaryPort: p.PrimaryAzurePort, SecondaryPort: p.SecondaryAzurePort,
	}
	out.Primary = im.prefix("primaryPeerAddressPrefix", p.PrimaryPeerAddressPrefix)
	out.Secondary = im.prefix("secondaryPeerAddressPrefix", p.SecondaryPeerAddressPrefix)
	out.Primary6 = im.prefix("ipv6PeeringConfig.primaryPeerAddressPrefix", p.IPv6PeeringConfig.PrimaryPeerAddressPrefix)
	out.Secondary6 = im.prefix("ipv6PeeringConfig.secondaryPeerAddressPrefix", p.IPv6PeeringConfig.SecondaryPeerAddressPrefix)
	out.Advertised = im.prefixes("advertisedPublicPrefixes", p.MicrosoftPeeringConfig.AdvertisedPublicPrefixes,
		p.IPv6PeeringConfig.MicrosoftPeeringConfig.AdvertisedPublicPrefixes)
	if s := p.Stats; s != nil {
		out.Stats = &topology.CircuitStats{
			PrimaryIn: int64(s.PrimarybytesIn), PrimaryOut: int64(s.PrimarybytesOut),
			SecondaryIn: int64(s.SecondarybytesIn), SecondaryOut: int64(s.SecondarybytesOut),
		}
	}
	return out
}

// circuitPeering takes a peering that is listed apart from its circuit.
func (im *Importer) circuitPeering(b []byte, h *head) error {
	var r circuitPeering
	im.decode(b, &r)
	id, err := topology.ParseID(h.id)
	if err != nil {
		return err
	}
	im.peerings[id.Parent()] = append(im.peerings[id.Parent()], im.toCircuitPeering(&r))
	return nil
}

// routeKind tells who learned a route.
type routeKind string

const (
	kindGatewayRoute = "(learned route of a gateway)"
	kindCircuitRoute = "(learned route of a circuit)"
)

// routesBy recognises a learned route by its keys, for it has neither id nor type.
func routesBy(h *head) string {
	switch {
	case !h.has("network") || !h.has("nextHop"):
		return ""
	case h.has("locPrf"):
		return kindCircuitRoute
	case h.has("sourcePeer") || h.has("origin"):
		return kindGatewayRoute
	}
	return ""
}

type learnedRoute struct {
	Network, NextHop, Path, ASPath, LocPrf, Origin, SourcePeer string
	Weight                                                     number
}

func (r *learnedRoute) convert() (topology.LearnedRoute, error) {
	network, err := parsePrefix(r.Network)
	return topology.LearnedRoute{
		Network: network, NextHop: r.NextHop, Path: cmp.Or(r.Path, r.ASPath), Weight: int64(r.Weight),
		LocalPrf: r.LocPrf, Origin: r.Origin, Peer: r.SourcePeer,
	}, err
}

// learnedRoute takes a route of which nobody says who learned it.
func (im *Importer) learnedRoute(b []byte, h *head) error {
	var r learnedRoute
	im.decode(b, &r)
	route, err := r.convert()
	if err != nil {
		im.odd("network", err)
		return nil
	}
	im.spend(perRoute)
	kind := routeKind(routesBy(h))
	where := im.name
	if n := len(im.learned); n > 0 && im.learned[n-1].where == where && im.learned[n-1].owner == "" && im.learned[n-1].kind == kind {
		im.learned[n-1].routes = append(im.learned[n-1].routes, route)
		return nil
	}
	im.learned = append(im.learned, learned{where: where, kind: kind, routes: []topology.LearnedRoute{route}})
	return nil
}

// perRoute is about how many bytes a route takes.
const perRoute = 150

// learn takes the routes that someone wrapped with the id of who learned them.
func (im *Importer) learn(b []byte, owner topology.ID) {
	if b[0] == '{' {
		h, err := peek(b)
		if err != nil || h.list == nil {
			im.odd("learnedRoutes", errors.New("it holds no list"))
			return
		}
		b = h.list
	}
	l := learned{where: im.name, owner: owner}
	err := elements(b, func(e []byte) {
		var r learnedRoute
		if e[0] != '{' || !json.Valid(e) {
			im.odd("learnedRoutes", errors.New("it holds something that is no route"))
			return
		}
		im.decode(e, &r)
		route, err := r.convert()
		if err != nil {
			im.odd("learnedRoutes.network", err)
			return
		}
		im.spend(perRoute)
		l.routes = append(l.routes, route)
	})
	if err != nil || b[0] != '[' {
		im.odd("learnedRoutes", cmp.Or(err, errors.New("it holds no list")))
	}
	im.learned = append(im.learned, l)
}

// attachLearned gives learned routes to the gateway or circuit that learned them.
func (im *Importer) attachLearned() {
	for _, l := range im.learned {
		if err := im.attachList(l); err != nil {
			im.note(Problem{Where: l.where, Why: err.Error()})
		}
	}
}

func (im *Importer) attachList(l learned) error {
	var found []*[]topology.LearnedRoute
	for i := range im.inv.Gateways {
		g := &im.inv.Gateways[i]
		if l.owner == g.ID || l.kind == kindGatewayRoute && (g.BGP || g.ExpressRoute()) {
			found = append(found, &g.Learned)
		}
	}
	for i := range im.inv.Circuits {
		c := &im.inv.Circuits[i]
		if l.owner == c.ID || l.kind == kindCircuitRoute {
			found = append(found, &c.Learned)
		}
	}
	switch {
	case len(found) == 1:
		*found[0] = append(*found[0], l.routes...)
		return nil
	case l.owner != "":
		return fmt.Errorf("%d learned routes were left out: %s is not in this import", len(l.routes), l.owner)
	}
	return fmt.Errorf("%d learned routes were left out: of %d gateways or circuits nothing says which learned them "+
		`(wrap the list as {"id": "<gateway or circuit>", "learnedRoutes": [...]})`, len(l.routes), len(found))
}
