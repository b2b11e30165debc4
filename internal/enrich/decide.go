package enrich

import (
	"weir/internal/flow"
	"weir/internal/topology"
)

// side is what one end of a flow is in the decision of the flow type.
type side struct {
	class     Class
	vnet      topology.ID // of the class VNet; empty where it is not known
	malicious bool        // of the class External: listed at any instant of the interval
}

// The rules of docs/reference/traffic-analytics.md 3.5 in the order in which
// they are tested.
const (
	ruleIntraVNet = iota + 1
	ruleInterVNet
	ruleP2S
	ruleS2S
	ruleAzure
	ruleMalicious
	ruleExternal
	rulePrivate
	ruleUnknown
)

// typeOf returns the flow type that a rule decides for.
func typeOf(rule int) flow.Type {
	if rule == ruleUnknown {
		return flow.TypeUnknown
	}
	return flow.Type(rule)
}

// decide returns the first rule that holds for the two sides.
func decide(a, b side) int {
	switch {
	case a.class == VNet && b.class == VNet:
		// A public address of the customer may be in no VNet at all.
		if a.vnet == b.vnet && a.vnet != "" {
			return ruleIntraVNet
		}
		return ruleInterVNet
	case a.class == VNet:
		return decideFar(b)
	case b.class == VNet:
		return decideFar(a)
	}
	return ruleUnknown
}

// decideFar is decide where one side is in a VNet and far is the other.
func decideFar(far side) int {
	switch far.class {
	case P2S:
		return ruleP2S
	case S2S:
		return ruleS2S
	case Azure:
		return ruleAzure
	case External:
		if far.malicious {
			return ruleMalicious
		}
		return ruleExternal
	}
	return rulePrivate
}
