// Package security says what the security rules of an inventory decide: whether
// a flow would be let pass and by which rule, what can be reached from the
// internet and through what, and which rules can never decide because those
// before them have all of their flows.
//
// The order of evaluation is that of docs/reference/traffic-analytics.md 8.2:
// security admin rules, then inbound the group of the subnet and that of the
// interface, outbound the other way round; at each level the first rule by
// priority decides, a denial ends it, and no group lets everything pass.
//
// # Sets
//
// A rule is a box: a set of protocols, of addresses and ports of either end. What
// it leaves to the rules after it is boxes again, so that what is said of a rule
// is exact, whatever ranges it names. What a tag holds is known of a version of
// the service tags; VirtualNetwork and Internet depend on the network, as 8.3
// says. A tag of which nothing is known stands for itself: only the same tag,
// the tag of all regions that it is part of, and "any" cover it.
//
// # What is not known
//
// Prefixes of default routes (0.0.0.0/0) count as no part of VirtualNetwork,
// although Azure may count them. The destination of an admin rule or a rule of a
// group is what it names, not what is behind it: a rule for addresses that no
// interface has covers nothing that flows, and is not told as such.
package security
