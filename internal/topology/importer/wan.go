package importer

import (
	"cmp"
	"strings"

	"weir/internal/topology"
)

// wan takes a virtual WAN, of which nothing is needed: its hubs name it.
func (im *Importer) wan(_ []byte, h *head) error {
	_, err := topology.ParseID(h.id)
	return err
}

type hubProps struct {
	AddressPrefix             texts
	VirtualWAN                ref
	VirtualNetworkConnections []hubConnection
}

type hub struct {
	common
	hubProps
	Properties *hubProps
}

func (im *Importer) hub(b []byte, h *head) error {
	var r hub
	odd := im.decode(b, &r)
	p := flat(r.Properties, &r.hubProps)
	top, err := im.head(h, &r.common)
	if err != nil {
		return err
	}
	im.inv.Hubs = append(im.inv.Hubs, topology.Hub{
		Head: top, Prefixes: im.prefixes("addressPrefix", p.AddressPrefix), WAN: im.id(p.VirtualWAN.ID),
	})
	im.openOdd(odd, top.ID, map[string]string{"virtualnetworkconnections": "hubvirtualnetworkconnections"})
	im.begin()
	defer im.end()
	for i := range p.VirtualNetworkConnections {
		c := &p.VirtualNetworkConnections[i]
		if c.Properties == nil && c.RemoteVirtualNetwork.ID == "" {
			// Newer versions name only the connection, which is listed apart.
			im.openDomain(top.ID, "hubvirtualnetworkconnections")
			continue
		}
		im.part(b, c.named(top.ID, "hubvirtualnetworkconnections"), func() error { return im.addHubConnection(c, top.ID, top.Location) })
	}
	return nil
}

type hubConnectionProps struct{ RemoteVirtualNetwork ref }

// hubConnection connects a VNet to a virtual hub.
type hubConnection struct {
	child
	hubConnectionProps
	Properties *hubConnectionProps
}

func (im *Importer) hubConnection(b []byte, h *head) error {
	var r hubConnection
	im.decode(b, &r)
	r.ID = h.id
	return im.addHubConnection(&r, "", "")
}

func (im *Importer) addHubConnection(c *hubConnection, hub topology.ID, location string) error {
	p := flat(c.Properties, &c.hubConnectionProps)
	top, err := im.head(&head{id: c.named(hub, "hubvirtualnetworkconnections")}, &common{Location: location})
	if err != nil {
		return err
	}
	im.countPeering(top.ID.Parent())
	im.inv.Peerings = append(im.inv.Peerings, topology.Peering{
		Head: top, Remote: im.id(p.RemoteVirtualNetwork.ID), Access: true, Forwarded: true, GatewayTransit: true, State: "Connected",
	})
	return nil
}

type vpnSiteProps struct {
	AddressSpace  struct{ AddressPrefixes texts }
	IPAddress     string
	BGPProperties bgp
	VPNSiteLinks  []struct{ Properties vpnSiteLink }
}

type vpnSiteLink struct {
	IPAddress, FQDN string
	BGPProperties   bgp
}

type vpnSite struct {
	common
	vpnSiteProps
	Properties *vpnSiteProps
}

// vpnSite takes a site of a virtual WAN, which is what a local network gateway
// is elsewhere.
func (im *Importer) vpnSite(b []byte, h *head) error {
	var r vpnSite
	im.decode(b, &r)
	p := flat(r.Properties, &r.vpnSiteProps)
	top, err := im.head(h, &r.common)
	if err != nil {
		return err
	}
	out := topology.LocalGateway{
		Head: top, Prefixes: im.prefixes("addressSpace.addressPrefixes", p.AddressSpace.AddressPrefixes),
		Device: p.IPAddress, ASN: int64(p.BGPProperties.ASN), BGPAddr: im.addr("bgpProperties.bgpPeeringAddress", p.BGPProperties.BGPPeeringAddress),
	}
	for i := range p.VPNSiteLinks {
		l := &p.VPNSiteLinks[i].Properties
		out.Device = cmp.Or(out.Device, l.IPAddress, l.FQDN)
		out.ASN = cmp.Or(out.ASN, int64(l.BGPProperties.ASN))
		if !out.BGPAddr.IsValid() {
			out.BGPAddr = im.addr("vpnSiteLinks.bgpProperties.bgpPeeringAddress", l.BGPProperties.BGPPeeringAddress)
		}
	}
	im.inv.LocalGateways = append(im.inv.LocalGateways, out)
	return nil
}

// hubGatewayProps are those of the three kinds of gateways of a hub.
type hubGatewayProps struct {
	VirtualHub                  ref
	BGPSettings                 bgp
	Connections                 []hubGatewayConnection // of a VPN gateway
	ExpressRouteConnections     []hubGatewayConnection
	P2SConnectionConfigurations []struct {
		clients
		Properties *clients
	}
}

type clients struct {
	VPNClientAddressPool struct{ AddressPrefixes texts }
}

type hubGateway struct {
	common
	hubGatewayProps
	Properties *hubGatewayProps
}

// hubGateway takes a VPN, point-to-site or ExpressRoute gateway of a hub.
func (im *Importer) hubGateway(b []byte, h *head) error {
	var r hubGateway
	odd := im.decode(b, &r)
	p := flat(r.Properties, &r.hubGatewayProps)
	top, err := im.head(h, &r.common)
	if err != nil {
		return err
	}
	out := topology.Gateway{Head: top, Type: "Vpn", Hub: im.id(p.VirtualHub.ID), ASN: int64(p.BGPSettings.ASN)}
	if strings.HasSuffix(top.ID.Type(), "/expressroutegateways") {
		out.Type = "ExpressRoute"
	}
	for i := range p.P2SConnectionConfigurations {
		c := &p.P2SConnectionConfigurations[i]
		out.ClientPrefixes = append(out.ClientPrefixes, im.prefixes("p2SConnectionConfigurations.vpnClientAddressPool.addressPrefixes",
			flat(c.Properties, &c.clients).VPNClientAddressPool.AddressPrefixes)...)
	}
	im.inv.Gateways = append(im.inv.Gateways, out)
	im.openOdd(odd, top.ID, map[string]string{"connections": "vpnconnections", "expressrouteconnections": "expressrouteconnections"})
	im.begin()
	defer im.end()
	add := func(kind string, list []hubGatewayConnection) {
		for i := range list {
			c := &list[i]
			im.part(b, c.named(top.ID, kind), func() error { return im.addHubGatewayConnection(c, top.ID, kind, top.Location) })
		}
	}
	add("vpnconnections", p.Connections)
	add("expressrouteconnections", p.ExpressRouteConnections)
	return nil
}

type hubGatewayConnectionProps struct {
	RemoteVPNSite              ref
	ExpressRouteCircuitPeering ref
	ConnectionStatus           string
	EnableBGP                  bool
	RoutingWeight              number
	EgressBytesTransferred     number
	IngressBytesTransferred    number
}

// hubGatewayConnection joins a gateway of a hub to a site or a circuit.
type hubGatewayConnection struct {
	child
	hubGatewayConnectionProps
	Properties *hubGatewayConnectionProps
}

func (im *Importer) hubGatewayConnection(b []byte, h *head) error {
	var r hubGatewayConnection
	im.decode(b, &r)
	r.ID = h.id
	return im.addHubGatewayConnection(&r, "", "", "")
}

func (im *Importer) addHubGatewayConnection(c *hubGatewayConnection, gateway topology.ID, kind, location string) error {
	p := flat(c.Properties, &c.hubGatewayConnectionProps)
	top, err := im.head(&head{id: c.named(gateway, kind)}, &common{Location: location})
	if err != nil {
		return err
	}
	out := topology.Connection{
		Head: top, Type: "IPsec", Gateway1: top.ID.Parent(), LocalGateway: im.id(p.RemoteVPNSite.ID), Status: p.ConnectionStatus,
		BGP: p.EnableBGP, RoutingWeight: int64(p.RoutingWeight), Egress: int64(p.EgressBytesTransferred), Ingress: int64(p.IngressBytesTransferred),
	}
	if peering := im.id(p.ExpressRouteCircuitPeering.ID); peering != "" {
		out.Type, out.Circuit = "ExpressRoute", peering.Of("expressroutecircuits")
	}
	im.inv.Connections = append(im.inv.Connections, out)
	return nil
}
