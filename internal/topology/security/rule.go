package security

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"weir/internal/topology"
)

// Protocols of rules (IANA).
const (
	protocolICMP   = 1
	protocolTCP    = 6
	protocolUDP    = 17
	protocolESP    = 50
	protocolAH     = 51
	protocolICMPv6 = 58
)

// Words of rules.
const (
	accessAllow  = "Allow"
	accessAlways = "AlwaysAllow"
	inboundWord  = "Inbound"
)

// DefaultRules returns the rules that Azure adds to every group
// (docs/reference/traffic-analytics.md 8.1).
func DefaultRules() []topology.Rule {
	rule := func(name, direction string, priority int64, access, from, to string) topology.Rule {
		return topology.Rule{
			Name: name, Default: true, Priority: priority, Direction: direction, Access: access, Protocol: "*",
			SourcePrefixes: []string{from}, SourcePorts: []string{"*"}, DestPrefixes: []string{to}, DestPorts: []string{"*"},
		}
	}
	return []topology.Rule{
		rule("AllowVnetInBound", "Inbound", 65000, "Allow", tagNetwork, tagNetwork),
		rule("AllowAzureLoadBalancerInBound", "Inbound", 65001, "Allow", tagBalancer, "*"),
		rule("DenyAllInBound", "Inbound", 65500, "Deny", "*", "*"),
		rule("AllowVnetOutBound", "Outbound", 65000, "Allow", tagNetwork, tagNetwork),
		rule("AllowInternetOutBound", "Outbound", 65001, "Allow", "*", tagInternet),
		rule("DenyAllOutBound", "Outbound", 65500, "Deny", "*", "*"),
	}
}

// compiled is a rule with the flows that it is about.
type compiled struct {
	rule  *topology.Rule
	box   box
	allow bool // it lets pass
	final bool // what it lets pass no group looks at: AlwaysAllow
}

// compile returns the flows of a rule as seen from a place. What cannot be read
// of a rule is no part of it.
func compile(r *topology.Rule, see *sight) compiled {
	c := compiled{rule: r, allow: Allows(r), final: strings.EqualFold(r.Access, accessAlways)}
	c.box[protocol] = protocolsOf(r.Protocol)
	c.box[source] = see.addresses(r.SourcePrefixes, r.SourceASGs)
	c.box[sourcePort] = portsOf(r.SourcePorts)
	c.box[dest] = see.addresses(r.DestPrefixes, r.DestASGs)
	c.box[destPort] = portsOf(r.DestPorts)
	if !slices.Equal(c.box[sourcePort], anyPort) || !slices.Equal(c.box[destPort], anyPort) {
		c.box[protocol] = c.box[protocol].and(withPorts) // what has no ports is not at one
	}
	return c
}

func protocolsOf(text string) set {
	switch strings.ToLower(text) {
	case "", "*", "any":
		return anyProtocol
	case "tcp":
		return set{numbers(protocolTCP, protocolTCP)}
	case "udp":
		return set{numbers(protocolUDP, protocolUDP)}
	case "icmp":
		return setOf(numbers(protocolICMP, protocolICMP), numbers(protocolICMPv6, protocolICMPv6))
	case "icmpv6":
		return set{numbers(protocolICMPv6, protocolICMPv6)}
	case "esp":
		return set{numbers(protocolESP, protocolESP)}
	case "ah":
		return set{numbers(protocolAH, protocolAH)}
	}
	if n, err := strconv.ParseUint(text, 10, 8); err == nil {
		return set{numbers(n, n)}
	}
	return nil
}

func portsOf(list []string) set {
	if len(list) == 0 {
		return anyPort
	}
	var spans []span
	for _, text := range list {
		if text == "*" || strings.EqualFold(text, "any") {
			return anyPort
		}
		from, to, isRange := strings.Cut(text, "-")
		if !isRange {
			to = from
		}
		first, err := strconv.ParseUint(strings.TrimSpace(from), 10, 16)
		last, err2 := strconv.ParseUint(strings.TrimSpace(to), 10, 16)
		if err == nil && err2 == nil && first <= last {
			spans = append(spans, numbers(first, last))
		}
	}
	return setOf(spans...)
}

// spansOf reads an address, a prefix or a range of a rule.
func spansOf(text string) (list []span, ok bool) {
	if p, err := netip.ParsePrefix(text); err == nil {
		return []span{spanOf(p)}, true
	}
	if a, err := netip.ParseAddr(text); err == nil {
		return []span{{pointOf(a), pointOf(a)}}, true
	}
	from, to, isRange := strings.Cut(text, "-")
	first, err := netip.ParseAddr(from)
	last, err2 := netip.ParseAddr(to)
	if isRange && err == nil && err2 == nil && first.BitLen() == last.BitLen() && !last.Less(first) {
		return []span{{pointOf(first), pointOf(last)}}, true
	}
	return nil, false
}

// Allows tells whether a rule lets its flows pass.
func Allows(r *topology.Rule) bool {
	return strings.EqualFold(r.Access, accessAllow) || strings.EqualFold(r.Access, accessAlways)
}

// Inbound tells whether a rule is about flows to an interface.
func Inbound(r *topology.Rule) bool { return strings.EqualFold(r.Direction, inboundWord) }

// Ends writes the source and the destination of a rule as people do.
func Ends(r *topology.Rule) (from, to string) {
	return end(r.SourcePrefixes, r.SourceASGs), end(r.DestPrefixes, r.DestASGs)
}

func end(list []string, groups []topology.ID) string {
	words := slices.Clone(list)
	for _, g := range groups {
		words = append(words, g.Name())
	}
	if len(words) == 0 || slices.Contains(words, "*") {
		return anyone
	}
	return strings.Join(words, ", ")
}

// anyone is the word for every address, port or protocol.
const anyone = "any"

// Ports writes ports of a rule as people do.
func Ports(list []string) string {
	if slices.Equal(portsOf(list), anyPort) {
		return anyone
	}
	words := make([]string, len(list))
	for i, text := range list {
		words[i] = text
		if from, to, _ := strings.Cut(text, "-"); from == to {
			words[i] = from
		}
	}
	return strings.Join(words, ", ")
}

// Protocol writes the protocol of a rule as people do.
func Protocol(r *topology.Rule) string {
	switch p := protocolsOf(r.Protocol); {
	case slices.Equal(p, anyProtocol):
		return anyone
	case len(p) == 0:
		return r.Protocol
	}
	return strings.ToUpper(r.Protocol)
}
