package insight

import (
	"net/netip"
	"slices"
	"strings"

	"weir/internal/topology"
)

// member is what tells a back end in flows: a NIC, or of a scale set, whose NICs
// share a name, the instance.
type member struct{ field, name string }

func memberOf(nic topology.ID) member {
	if vm := nic.Of("virtualmachines"); vm != "" && nic.Of("virtualmachinescalesets") != "" {
		return member{"vm", vm.Short()}
	}
	return member{"nic", nic.Short()}
}

// pools are the NICs of back-end pools, as either of both says it.
type pools struct {
	nics   map[topology.ID]*topology.NIC
	vmOf   map[topology.ID]topology.ID // of NICs
	of     map[topology.ID][]topology.ID
	at     map[netip.Addr][]topology.ID // NICs by their addresses
	public map[topology.ID]netip.Addr
	logged map[topology.ID]bool
}

func poolsOf(inv *topology.Inventory) *pools {
	p := &pools{
		nics: map[topology.ID]*topology.NIC{}, vmOf: map[topology.ID]topology.ID{}, of: map[topology.ID][]topology.ID{},
		at: map[netip.Addr][]topology.ID{}, public: map[topology.ID]netip.Addr{}, logged: map[topology.ID]bool{},
	}
	for i := range inv.VMs {
		for _, nic := range inv.VMs[i].NICs {
			p.vmOf[nic] = inv.VMs[i].ID
		}
	}
	for _, l := range inv.Loggings() {
		n := l.NIC
		p.nics[n.ID], p.logged[n.ID] = n, len(l.On) > 0
		if n.VM != "" {
			p.vmOf[n.ID] = n.VM
		}
		for _, c := range n.Configs {
			p.at[c.Private] = append(p.at[c.Private], n.ID)
			for _, pool := range c.Pools {
				p.of[pool] = append(p.of[pool], n.ID)
			}
		}
	}
	for i := range inv.PublicIPs {
		p.public[inv.PublicIPs[i].ID] = inv.PublicIPs[i].Addr
	}
	return p
}

// members returns the NICs of a pool. One that is named by its address counts
// where one NIC has it.
func (p *pools) members(pool *topology.Pool) []topology.ID {
	nics := slices.Clone(p.of[pool.ID])
	for _, c := range pool.Configs {
		nics = append(nics, c.Parent())
	}
	for _, t := range pool.Targets {
		if a, err := netip.ParseAddr(t); err == nil && len(p.at[a]) == 1 {
			nics = append(nics, p.at[a]...)
		}
	}
	slices.Sort(nics)
	return slices.Compact(nics)
}

// balancer begins the row of a balancer.
func (p *pools) balancer(kind NodeKind, h *topology.Head, fronts []topology.Frontend) *Balancer {
	b := &Balancer{
		Kind: kind, Name: h.ID.Full(), Region: h.Location, Subscription: h.ID.Subscription(),
		Fronts: []BalancerFront{}, Rules: []BalancerRule{}, Sources: []BalancerSource{}, Backends: []Backend{},
		to: map[member]*Backend{}, from: map[*MapNode]*BalancerSource{},
	}
	for _, f := range fronts {
		b.Fronts = append(b.Fronts, BalancerFront{Name: lastOf(f.ID), Address: p.address(f), Public: f.PublicIP != ""})
	}
	return b
}

// address writes the address of a front end; empty where it is not known.
func (p *pools) address(f topology.Frontend) string {
	a := f.Private
	if f.PublicIP != "" {
		a = p.public[f.PublicIP]
	}
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

// add adds a back end, which answers at a port; 0 is every port.
func (b *Balancer) add(p *pools, nic topology.ID, port int64) {
	m := memberOf(nic)
	to := b.to[m]
	if to == nil {
		to = &Backend{Name: m.name, NIC: nic.Short(), Ports: []int64{}, Logged: p.logged[nic]}
		if vm := p.vmOf[nic]; vm != "" {
			to.Name = vm.Short()
		}
		if n := p.nics[nic]; n != nil {
			_, _, to.Subnet = locations(n)
		}
		b.to[m] = to
	}
	if !slices.Contains(to.Ports, port) {
		to.Ports = append(to.Ports, port)
		slices.Sort(to.Ports)
	}
}

// loadBalancer returns the row of a load balancer.
func (p *pools) loadBalancer(l *topology.LoadBalancer) *Balancer {
	b := p.balancer(NodeBalancer, &l.Head, l.Frontends)
	for _, r := range l.Rules {
		b.Rules = append(b.Rules, BalancerRule{lastOf(r.ID), lastOf(r.Frontend), strings.ToLower(r.Protocol), r.FrontendPort, r.BackendPort})
		for i := range l.Pools {
			if !slices.Contains(r.Pools, l.Pools[i].ID) {
				continue
			}
			for _, nic := range p.members(&l.Pools[i]) {
				b.add(p, nic, r.BackendPort)
			}
		}
	}
	for _, r := range l.NATRules {
		b.Rules = append(b.Rules, BalancerRule{lastOf(r.ID), lastOf(r.Frontend), strings.ToLower(r.Protocol), r.FrontendPort, r.BackendPort})
		if r.Backend != "" {
			b.add(p, r.Backend.Parent(), r.BackendPort)
		}
	}
	return b
}

// appGateway returns the row of an application gateway.
func (p *pools) appGateway(g *topology.AppGateway) *Balancer {
	b := p.balancer(NodeAppGW, &g.Head, g.Frontends)
	for _, l := range g.Listeners {
		b.Rules = append(b.Rules, BalancerRule{lastOf(l.ID), lastOf(l.Frontend), strings.ToLower(l.Protocol), l.Port, 0})
	}
	for i := range g.Pools {
		for _, nic := range p.members(&g.Pools[i]) {
			b.add(p, nic, 0)
		}
	}
	return b
}

// lastOf is the last part of an id: its name.
func lastOf(id topology.ID) string { return string(id[strings.LastIndexByte(string(id), '/')+1:]) }
