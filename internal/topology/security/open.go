package security

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"weir/internal/topology"
)

// Opening is ports that rules let the internet reach through a public way.
type Opening struct {
	VNet     topology.ID
	Address  netip.Addr     // private, of the machine; not valid for an application gateway
	Prefixes []netip.Prefix // of the subnet of an application gateway
	Subnet   topology.ID
	NIC, VM  topology.ID // empty for an application gateway
	Way      Way
	Protocol uint8 // TCP or UDP
	First    uint16
	Last     uint16
	// Steps are the rules that let it pass, in the order of evaluation; none: no
	// group stands in its way.
	Steps []Step
	// Anyone tells whether all of the internet may come, by these rules and those
	// before them. From is whom these rules name.
	Anyone bool
	From   string
}

// Openings returns what rules let the internet reach, by network, address, protocol and port.
func (e *Estate) Openings() []Opening {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []Opening
	for i := range e.places {
		p := &e.places[i]
		ways := e.ways.toConfig[configID(p.NIC, p.Config)]
		if len(ways) == 0 || !p.Config.Private.IsValid() {
			continue
		}
		at := set{{pointOf(p.Config.Private), pointOf(p.Config.Private)}}
		for _, o := range e.openings(p, at, ways) {
			o.VNet, o.Subnet, o.Address, o.NIC, o.VM = p.VNet, p.Config.Subnet, p.Config.Private, p.NIC.ID, p.NIC.VM
			out = append(out, o)
		}
	}
	for _, g := range e.ways.gateways {
		for _, id := range g.subnets {
			s := e.subnets[id]
			if s == nil {
				continue
			}
			p := &Place{VNet: id.Parent(), subnet: s}
			for _, o := range e.openings(p, prefixes(s.Prefixes), g.ways) {
				o.VNet, o.Subnet, o.Prefixes = p.VNet, id, s.Prefixes
				out = append(out, o)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Opening) int {
		return cmp.Or(cmp.Compare(a.VNet, b.VNet), a.Address.Compare(b.Address), cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.First, b.First), cmp.Compare(a.Last, b.Last))
	})
	return out
}

// Reachable tells whether a public way leads to a place, whatever rules say.
func (e *Estate) Reachable(p Place) bool { return len(e.ways.toConfig[configID(p.NIC, p.Config)]) > 0 }

// passed is flows that all levels so far let pass.
type passed struct {
	box   box
	steps []Step
	final bool // no more levels are asked
}

// openings returns what the internet reaches at a place; who holds e.mu calls it.
func (e *Estate) openings(p *Place, at set, ways []Way) []Opening {
	internet := e.sightAt(p.where()).internet
	levels := e.levels(p, true)
	guarded := slices.ContainsFunc(levels, func(l level) bool { return l.name != LevelAdmin })
	var out []Opening
	for _, w := range ways {
		if !guarded && !w.Basic && w.Kind != WayAppGateway {
			continue // what has no group is closed, but for the basic SKU
		}
		whole := box{protocol: w.protocol.and(withPorts), source: internet, sourcePort: anyPort, dest: at, destPort: w.ports}
		if whole.empty() {
			continue
		}
		var flows []passed
		for _, b := range whole.families() {
			flows = append(flows, passed{box: b})
		}
		for _, l := range levels {
			flows = e.through(l, flows)
		}
		out = append(out, opened(flows, w, internet)...)
	}
	return out
}

// through returns what a level lets pass.
func (e *Estate) through(l level, flows []passed) []passed {
	var out []passed
	for _, f := range flows {
		if f.final {
			out = append(out, f)
			continue
		}
		w := walk{rules: l.in}
		w.each(f.box, func(part *box, n int) bool {
			switch {
			case n >= 0 && l.in[n].allow:
				out = append(out, passed{*part, append(slices.Clip(f.steps), e.step(l, &l.in[n])), l.in[n].final})
			case n < 0 && l.name == LevelAdmin:
				out = append(out, passed{*part, f.steps, false})
			}
			return true
		})
	}
	return out
}

// opened puts the parts that pass by the same rules together.
func opened(flows []passed, w Way, internet set) []Opening {
	type by struct {
		protocol uint8
		steps    string
	}
	type sum struct {
		by
		steps          []Step
		ports, sources set
	}
	var sums []*sum
	of := map[by]*sum{}
	for _, f := range flows {
		var steps strings.Builder
		for _, s := range f.steps {
			fmt.Fprintf(&steps, "%s %s\n", s.ACL, s.Rule.Name)
		}
		for _, proto := range f.box[protocol].and(withPorts) {
			key := by{uint8(proto.first.lo), steps.String()}
			s := of[key]
			if s == nil {
				s = &sum{by: key, steps: f.steps}
				of[key], sums = s, append(sums, s)
			}
			s.ports = setOf(slices.Concat(s.ports, f.box[destPort])...)
			s.sources = setOf(slices.Concat(s.sources, f.box[source])...)
		}
	}
	var out []Opening
	for _, s := range sums {
		from := narrowest(s.steps)
		for _, ports := range s.ports {
			var all set // who may come there, by these rules or by others
			for _, o := range sums {
				if o.protocol == s.protocol && len(o.ports.and(set{ports})) > 0 {
					all = setOf(slices.Concat(all, o.sources)...)
				}
			}
			out = append(out, Opening{
				Way: w, Protocol: s.protocol, First: uint16(ports.first.lo), Last: uint16(ports.last.lo), Steps: s.steps,
				Anyone: (from == anyone || strings.EqualFold(from, tagInternet)) && len(reachable(internet, all).minus(all)) == 0, From: from,
			})
		}
	}
	return out
}

// reachable is the internet in the families that sources have.
func reachable(internet, sources set) set {
	var out set
	for _, family := range []span{allFour, allSix} {
		if len(sources.and(set{family})) > 0 {
			out = append(out, internet.and(set{family})...)
		}
	}
	return out
}

// narrowest is the source of the rule that names addresses, where one does.
func narrowest(steps []Step) string {
	from := anyone
	for _, s := range steps {
		text, _ := Ends(s.Rule)
		if from == anyone || strings.EqualFold(from, tagInternet) && text != anyone {
			from = text
		}
	}
	return from
}
