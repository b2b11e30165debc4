package security

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"weir/internal/topology"
)

// WayKind is how the internet comes to a machine.
type WayKind string

// The ways in.
const (
	WayOwn        WayKind = "public address"
	WayBalancer   WayKind = "load balancer"
	WayNAT        WayKind = "NAT rule"
	WayAppGateway WayKind = "application gateway"
)

// Way is a public way in.
type Way struct {
	Kind     WayKind
	ID       topology.ID // load balancer or application gateway; else the public address
	Rule     string      // of the load balancer, or the listener
	PublicIP topology.ID // empty where only a prefix of addresses is known
	Address  netip.Addr  // the public address; not valid where it is not known
	Basic    bool        // of the basic SKU: open where no group says otherwise

	front    int64 // port at the public address; 0: the same as behind it
	ports    set   // behind it
	protocol set
}

// ways are the public ways in, by what they lead to.
type ways struct {
	toConfig map[topology.ID][]Way
	gateways []gateway
}

// gateway is an application gateway with public listeners.
type gateway struct {
	id      topology.ID
	subnets []topology.ID
	ways    []Way
}

// configID is the id of an IP configuration of an interface.
func configID(n *topology.NIC, c *topology.IPConfig) topology.ID {
	return n.ID + "/ipconfigurations/" + topology.ID(strings.ToLower(c.Name))
}

func waysOf(inv *topology.Inventory) *ways {
	w := &ways{toConfig: map[topology.ID][]Way{}}
	publics := map[topology.ID]*topology.PublicIP{}
	for i := range inv.PublicIPs {
		publics[inv.PublicIPs[i].ID] = &inv.PublicIPs[i]
	}
	behind := map[topology.ID][]topology.ID{} // configurations by pool
	byAddress := map[addressAt]topology.ID{}
	for i := range inv.NICs {
		n := &inv.NICs[i]
		for j := range n.Configs {
			c := &n.Configs[j]
			id := configID(n, c)
			byAddress[addressAt{c.Subnet.Parent(), c.Private}] = id
			for _, p := range c.Pools {
				behind[p] = append(behind[p], id)
			}
			if c.PublicIP != "" {
				w.own(id, c.PublicIP, publics[c.PublicIP])
			}
		}
	}
	for i := range inv.PublicIPs { // where the interface does not say so itself
		p := &inv.PublicIPs[i]
		if nic := p.Config.Of("networkinterfaces"); nic != "" && !slices.ContainsFunc(w.toConfig[p.Config], func(o Way) bool { return o.PublicIP == p.ID }) {
			w.own(p.Config, p.ID, p)
		}
	}
	for i := range inv.LoadBalancers {
		w.balancer(&inv.LoadBalancers[i], publics, behind)
	}
	for i := range inv.AppGateways {
		w.appGateway(&inv.AppGateways[i], publics)
	}
	return w
}

func (w *ways) own(config, id topology.ID, p *topology.PublicIP) {
	way := Way{Kind: WayOwn, ID: id, PublicIP: id, ports: anyPort, protocol: anyProtocol}
	if p != nil {
		way.Address, way.Basic = p.Addr, strings.EqualFold(p.SKU, "Basic")
	}
	w.toConfig[config] = append(w.toConfig[config], way)
}

// fronts are the public frontends of a service, by id.
func fronts(list []topology.Frontend, publics map[topology.ID]*topology.PublicIP) map[topology.ID]Way {
	out := map[topology.ID]Way{}
	for _, f := range list {
		if f.PublicIP == "" && f.PublicIPPrefix == "" {
			continue
		}
		way := Way{PublicIP: f.PublicIP}
		if p := publics[f.PublicIP]; p != nil {
			way.Address = p.Addr
		}
		out[f.ID] = way
	}
	return out
}

func (w *ways) balancer(lb *topology.LoadBalancer, publics map[topology.ID]*topology.PublicIP, behind map[topology.ID][]topology.ID) {
	open := fronts(lb.Frontends, publics)
	pools := map[topology.ID][]topology.ID{}
	for _, p := range lb.Pools {
		all := slices.Concat(p.Configs, behind[p.ID])
		slices.Sort(all)
		pools[p.ID] = slices.Compact(all)
	}
	basic := lb.SKU == "" || strings.EqualFold(lb.SKU, "Basic")
	for _, r := range lb.Rules {
		way, ok := open[r.Frontend]
		if !ok {
			continue
		}
		way.Kind, way.ID, way.Rule, way.Basic = WayBalancer, lb.ID, r.ID.Name(), basic
		way.lead(r.Protocol, r.FrontendPort, r.BackendPort, r.FloatingIP)
		for _, p := range r.Pools {
			for _, c := range pools[p] {
				w.toConfig[c] = append(w.toConfig[c], way)
			}
		}
	}
	for _, r := range lb.NATRules {
		way, ok := open[r.Frontend]
		if !ok || r.Backend == "" {
			continue
		}
		way.Kind, way.ID, way.Rule, way.Basic = WayNAT, lb.ID, r.ID.Name(), basic
		way.lead(r.Protocol, r.FrontendPort, r.BackendPort, r.FloatingIP)
		w.toConfig[r.Backend] = append(w.toConfig[r.Backend], way)
	}
}

// lead says to which ports a way leads. Port 0 is all ports, as rules for high
// availability have it; with a floating address the port stays the same.
func (w *Way) lead(proto string, front, back int64, floating bool) {
	w.protocol = protocolsOf(proto)
	if strings.EqualFold(proto, "All") {
		w.protocol = anyProtocol
	}
	if floating {
		back = front
	}
	if back = cmp.Or(back, front); back == 0 {
		w.ports = anyPort
		return
	}
	if w.ports = (set{numbers(uint64(back), uint64(back))}); front != back {
		w.front = front
	}
}

// Front is the port at the public address, for a way to one port; 0: as behind it.
func (w *Way) Front() int64 { return w.front }

func (w *ways) appGateway(g *topology.AppGateway, publics map[topology.ID]*topology.PublicIP) {
	open := fronts(g.Frontends, publics)
	out := gateway{id: g.ID, subnets: g.Subnets}
	for _, l := range g.Listeners {
		way, ok := open[l.Frontend]
		if !ok || l.Port == 0 {
			continue
		}
		way.Kind, way.ID, way.Rule = WayAppGateway, g.ID, l.ID.Name()
		way.protocol, way.ports = set{numbers(protocolTCP, protocolTCP)}, set{numbers(uint64(l.Port), uint64(l.Port))}
		out.ways = append(out.ways, way)
	}
	if len(out.ways) > 0 {
		w.gateways = append(w.gateways, out)
	}
}
