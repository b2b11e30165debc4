package simulate

import (
	"net/netip"
	"slices"
	"time"
)

// NSG is a network security group.
type NSG struct {
	ID, Name      string
	ResourceGUID  string
	Subscription  Subscription
	ResourceGroup string
	Rules         []Rule // user rules; the default rules of docs/reference/traffic-analytics.md 8.1 follow them
}

// NetworkManager carries the security admin rules, which are evaluated before
// any NSG (docs/reference/traffic-analytics.md 8.2).
type NetworkManager struct {
	ID       string // of the network manager
	ConfigID string // of its security admin configuration: the aclID of its entries
	Rules    []Rule
}

// Access is what a rule decides.
type Access string

// The decisions of rules. AlwaysAllow is for admin rules only and skips NSGs.
const (
	Allow       Access = "Allow"
	Deny        Access = "Deny"
	AlwaysAllow Access = "AlwaysAllow"
)

// Service tags that rules of the estate use as an address.
const (
	TagAny          = "*"
	TagInternet     = "Internet"
	TagVNet         = "VirtualNetwork"
	TagLoadBalancer = "AzureLoadBalancer"
	TagGateway      = "GatewayManager"
)

// Rule is a security rule. Source and Destination are CIDRs or one tag.
type Rule struct {
	Name        string
	Priority    int
	Inbound     bool
	Access      Access
	Protocol    uint8 // 6, 17 or 0 for any
	Source      []string
	Destination []string
	Ports       []PortRange // of the destination; empty: any
	Since       time.Time   // from when the rule exists; zero: always
}

// PortRange is a range of ports, both ends included.
type PortRange struct{ From, To uint16 }

// defaultRules are those that Azure adds to every NSG
// (docs/reference/traffic-analytics.md 8.1), in the spelling of the logs.
func defaultRules() []Rule {
	any := []string{TagAny}
	return []Rule{
		{Name: "AllowVnetInBound", Priority: 65000, Inbound: true, Access: Allow, Source: []string{TagVNet}, Destination: []string{TagVNet}},
		{Name: "AllowAzureLoadBalancerInBound", Priority: 65001, Inbound: true, Access: Allow, Source: []string{TagLoadBalancer}, Destination: any},
		{Name: "DenyAllInBound", Priority: 65500, Inbound: true, Access: Deny, Source: any, Destination: any},
		{Name: "AllowVnetOutBound", Priority: 65000, Access: Allow, Source: []string{TagVNet}, Destination: []string{TagVNet}},
		{Name: "AllowInternetOutBound", Priority: 65001, Access: Allow, Source: any, Destination: []string{TagInternet}},
		{Name: "DenyAllOutBound", Priority: 65500, Access: Deny, Source: any, Destination: any},
	}
}

const (
	zeroGUID     = "00000000-0000-0000-0000-000000000000"
	platformRule = "PlatformRule"
)

// verdict is what the network decided about a new flow at one NIC, and the
// entry of the log under which it is written.
type verdict struct {
	acl, rule string // as logged
	allowed   bool
	user      bool // a user rule of an NSG
}

// packetHeader is what rules look at.
type packetHeader struct {
	src, dst netip.Addr
	port     uint16
	proto    uint8
}

// decide evaluates the rules at a NIC for a flow that starts at time t, in the
// order of docs/reference/traffic-analytics.md 8.2. A VNet flow log shows admin
// rules and the platform's own; an NSG flow log shows NSG rules only. log is
// the flow log that asks, nil where none does.
func (e *Estate) decide(n *NIC, log *FlowLog, inbound bool, h packetHeader, t time.Time) verdict {
	v := n.vnet()
	if log != nil && log.Kind == LogVNet && (h.src == platformAddr || h.dst == platformAddr) {
		return verdict{acl: zeroGUID, rule: platformRule, allowed: true}
	}
	if v.Managed && e.NetworkManager != nil {
		for i := range e.NetworkManager.Rules {
			r := &e.NetworkManager.Rules[i]
			if !r.matches(v, inbound, h, t) || r.Access == Allow {
				continue
			}
			return verdict{acl: e.NetworkManager.ConfigID, rule: r.Name, allowed: r.Access == AlwaysAllow}
		}
	}
	groups := n.groups(inbound)
	if !n.MovesAt.IsZero() && !t.Before(n.MovesAt) {
		slices.Reverse(groups)
	}
	last := verdict{acl: zeroGUID, rule: platformRule, allowed: true}
	for _, g := range groups {
		if last = g.decide(v, inbound, h, t); !last.allowed {
			break
		}
	}
	return last
}

// decide evaluates the rules of one group.
func (g *NSG) decide(v *VNet, inbound bool, h packetHeader, t time.Time) verdict {
	best := (*Rule)(nil)
	for i := range g.Rules {
		r := &g.Rules[i]
		if (best == nil || r.Priority < best.Priority) && r.matches(v, inbound, h, t) {
			best = r
		}
	}
	if best != nil {
		return verdict{acl: g.ID, rule: "UserRule_" + best.Name, allowed: best.Access != Deny, user: true}
	}
	for _, r := range defaultRules() {
		if r.matches(v, inbound, h, t) {
			return verdict{acl: g.ID, rule: "DefaultRule_" + r.Name, allowed: r.Access != Deny}
		}
	}
	panic("BUG: no default rule matches " + h.src.String() + " -> " + h.dst.String())
}

func (r *Rule) matches(v *VNet, inbound bool, h packetHeader, t time.Time) bool {
	if r.Inbound != inbound || r.Protocol != 0 && r.Protocol != h.proto || t.Before(r.Since) {
		return false
	}
	if len(r.Ports) > 0 {
		hit := false
		for _, p := range r.Ports {
			hit = hit || h.port >= p.From && h.port <= p.To
		}
		if !hit {
			return false
		}
	}
	return v.inAny(r.Source, h.src) && v.inAny(r.Destination, h.dst)
}

// inAny tells whether an address is in a list of CIDRs or tags, as seen from the VNet.
func (v *VNet) inAny(list []string, a netip.Addr) bool {
	for _, s := range list {
		switch s {
		case TagAny:
			return true
		case TagLoadBalancer:
			if a == platformAddr {
				return true
			}
		case TagVNet:
			if v.reaches(a) {
				return true
			}
		case TagInternet:
			if !v.reaches(a) && !a.IsPrivate() {
				return true
			}
		case TagGateway: // the platform's own managers; none of them is simulated
		default:
			if netip.MustParsePrefix(s).Contains(a) {
				return true
			}
		}
	}
	return false
}

// reaches tells whether an address is in the tag VirtualNetwork of the VNet
// (docs/reference/traffic-analytics.md 8.3).
func (v *VNet) reaches(a netip.Addr) bool {
	if a == platformAddr {
		return true
	}
	in := func(w *VNet) bool {
		for _, p := range w.Prefixes {
			if p.Contains(a) {
				return true
			}
		}
		return false
	}
	if in(v) {
		return true
	}
	for _, w := range v.peers {
		if in(w) {
			return true
		}
	}
	if v.onPremises {
		for _, p := range onPremisesPrefixes() {
			if p.Contains(a) {
				return true
			}
		}
	}
	return false
}
