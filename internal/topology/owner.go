package topology

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/gaissmai/bart"

	"weir/internal/flow"
)

// Owner returns what the address was at a time (milliseconds since 1970, UTC),
// seen from a capture (see the package comment for the order of resolution).
// The Endpoint of the answer is never nil. Owner allocates nothing.
func (x *Index) Owner(addr flow.Addr, ms int64, from Capture) Owner {
	return x.resolve(addr, ms, from, nil)
}

// Vantage is where addresses are seen from at a time: what [Index.Owner] finds
// out about a capture before it looks for an address. It serves for many.
type Vantage struct {
	view  *view
	net   int32
	known bool
	early bool
}

// Vantage returns the vantage of a capture at a time (milliseconds since 1970, UTC).
func (x *Index) Vantage(from Capture, ms int64) Vantage {
	v, early := x.at(ms)
	if v == nil {
		return Vantage{}
	}
	net, known := v.capture(from, nil)
	return Vantage{v, net, known, early}
}

// Owner returns what [Index.Owner] does for the capture and the time of the vantage.
func (p Vantage) Owner(addr flow.Addr) Owner {
	if p.view == nil {
		return Owner{Endpoint: none}
	}
	o := p.view.find(addr, addr.Netip(), p.net, p.known, nil)
	o.BeforeFirstSnapshot = p.early
	return o
}

// trace collects the reasons of a decision. A nil trace costs nothing.
type trace struct {
	steps []string
}

func (t *trace) say(format string, args ...any) {
	t.steps = append(t.steps, fmt.Sprintf(format, args...))
}

// Explain is Owner with the chain of reasons, one sentence each.
func (x *Index) Explain(addr flow.Addr, ms int64, from Capture) (Owner, []string) {
	var t trace
	o := x.resolve(addr, ms, from, &t)
	return o, t.steps
}

func (x *Index) resolve(addr flow.Addr, ms int64, from Capture, t *trace) Owner {
	v, early := x.at(ms)
	if v == nil {
		if t != nil {
			t.say("There is no inventory.")
		}
		return Owner{Endpoint: none}
	}
	if t != nil {
		t.snapshot(v, early)
	}
	ip := addr.Netip()
	net, known := v.capture(from, t)
	o := v.find(addr, ip, net, known, t)
	o.BeforeFirstSnapshot = early
	if t != nil && o.Ambiguous {
		t.say("Others are as likely: of them the one with the lowest resource id is named.")
	}
	return o
}

// find looks in the scopes one after the other.
func (v *view) find(addr flow.Addr, ip netip.Addr, net int32, known bool, t *trace) Owner {
	if known {
		if h, ok := v.nets[net].find(addr, ip); ok {
			if t != nil {
				t.inside(v.nets[net], addr, ip, "the captured VNet")
			}
			return Owner{Endpoint: h.Endpoint, Scope: ScopeCaptured, Ambiguous: h.more}
		}
		if t != nil {
			t.say("%s is not in the captured VNet %s.", ip, v.nets[net].name)
		}
	}
	if h, ok := v.publics[addr]; ok {
		if t != nil {
			t.say("%s is the public address %s of the customer, used by the %s %s.", ip, h.PublicIP, h.Kind, h.ID)
		}
		return Owner{Endpoint: h.Endpoint, Scope: ScopePublic, Ambiguous: h.more}
	}
	if known {
		if chain, ok := v.graph.nodes[net].reach.Lookup(ip); ok {
			return v.decide(v.graph.nodes[net].reach, chain, addr, ip, t)
		}
		if t != nil {
			t.say("Nothing that the captured VNet is connected with has %s.", ip)
		}
	}
	if chain, ok := v.graph.all.Lookup(ip); ok {
		return v.decide(v.graph.all, chain, addr, ip, t)
	}
	if h, ok := v.graph.blocks.Lookup(ip); ok {
		if t != nil {
			t.say("%s is in the public prefix %s of the customer.", ip, h.PublicIPPrefix)
		}
		return Owner{Endpoint: h.Endpoint, Scope: ScopeAll, Ambiguous: h.more}
	}
	if t != nil {
		t.say("No VNet, site or public prefix of the inventory has %s.", ip)
	}
	return Owner{Endpoint: none}
}

// decide chooses among the claims on an address: the narrowest prefix and
// nearest scope, but of VNets of one scope that with an interface of this address.
func (v *view) decide(table *bart.Table[[]claim], chain []claim, addr flow.Addr, ip netip.Addr, t *trace) Owner {
	first := &chain[0]
	if t != nil {
		p, _, _ := table.LookupPrefixLPM(netip.PrefixFrom(ip, ip.BitLen()))
		if first.scope == ScopeAll {
			t.say("The narrowest prefix of the whole inventory with %s is %s.", ip, p)
		} else {
			t.say("The narrowest prefix with %s that the captured VNet is connected with is %s, of %s.", ip, p, first.scope)
		}
	}
	if first.net < 0 {
		if t != nil {
			t.say("It is behind %s.", way(first.site.Endpoint))
		}
		return Owner{Endpoint: first.site.Endpoint, Scope: first.scope, Ambiguous: first.site.more}
	}
	if len(chain) == 1 {
		return v.within(first, addr, ip, false, t)
	}
	var best *claim
	rivals, owners := 0, 0
	for i := range chain {
		c := &chain[i]
		if c.scope != first.scope || c.net < 0 {
			continue
		}
		rivals++
		if _, ok := v.nets[c.net].hosts[addr]; ok {
			owners++
			if best == nil {
				best = c
			}
		}
	}
	if t != nil && rivals > 1 {
		t.say("%d VNets there overlap at %s; %d of them have an interface with it.", rivals, ip, owners)
	}
	if best == nil {
		best = first
	}
	return v.within(best, addr, ip, rivals > 1 && owners != 1, t)
}

func (v *view) within(c *claim, addr flow.Addr, ip netip.Addr, ambiguous bool, t *trace) Owner {
	n := v.nets[c.net]
	h, ok := n.find(addr, ip)
	if !ok { // the claim came from a prefix of this VNet
		panic("BUG: " + n.name + " claims " + ip.String() + " and does not have it")
	}
	if t != nil {
		t.inside(n, addr, ip, c.scope.String())
	}
	return Owner{Endpoint: h.Endpoint, Scope: c.scope, Ambiguous: ambiguous || h.more}
}

func way(e *Endpoint) string {
	switch {
	case e.LocalGateway != "" && e.Connection != "":
		return fmt.Sprintf("local network gateway %s by connection %s of gateway %s", e.LocalGateway, e.Connection, e.Gateway)
	case e.LocalGateway != "":
		return "local network gateway " + e.LocalGateway + ", which has no connection"
	case e.Circuit != "" && e.Gateway != "":
		return fmt.Sprintf("circuit %s by connection %s of gateway %s", e.Circuit, e.Connection, e.Gateway)
	case e.Circuit != "":
		return "circuit " + e.Circuit
	case e.Kind == EndpointSiteP2S:
		return "gateway " + e.Gateway + ", from whose pool its clients have their addresses"
	}
	return "gateway " + e.Gateway + ", which learned the route"
}

// capture returns the VNet of the capture NIC. The target decides where both
// are known and disagree, since it was written with the log, whereas a MAC can
// be used again.
func (v *view) capture(from Capture, t *trace) (int32, bool) {
	target, byTarget := v.target(from.Target)
	if key, ok := macKey(from.MAC); ok {
		if c, ok := v.macs[key]; ok && (!byTarget || target == c.net) {
			if t != nil {
				t.say("The MAC %s of the capture is that of NIC %s in VNet %s.", from.MAC, c.nic.NIC, v.nets[c.net].name)
			}
			return c.net, true
		}
	}
	if t != nil {
		if byTarget {
			t.say("The logged resource %s is in VNet %s.", from.Target, v.nets[target].name)
		} else if from != (Capture{}) {
			t.say("The inventory knows neither the MAC %q nor the logged resource %q of the capture.", from.MAC, from.Target)
		}
	}
	return target, byTarget
}

func (v *view) target(id string) (int32, bool) {
	if id == "" {
		return 0, false
	}
	if n, ok := v.targets[ID(id)]; ok {
		return n, n != unsure
	}
	n, ok := v.number[ID(id).Of("virtualnetworks")]
	return n, ok
}

func (t *trace) snapshot(v *view, early bool) {
	when := time.UnixMilli(v.from).UTC().Format(time.RFC3339)
	if early {
		t.say("The time lies before the first snapshot, that of %s, which is used.", when)
		return
	}
	t.say("The snapshot of %s holds.", when)
}

func (t *trace) inside(n *network, addr flow.Addr, ip netip.Addr, where string) {
	h, ok := n.hosts[addr]
	if ok {
		t.say("In %s (%s) the %s %s has %s.", n.name, where, h.Kind, h.ID, ip)
		return
	}
	p, owner, _ := n.prefixes.LookupPrefixLPM(netip.PrefixFrom(ip, ip.BitLen()))
	t.say("In %s (%s) no interface has %s; its prefix %s belongs to the %s %s.", n.name, where, ip, p, owner.Kind, owner.ID)
}
