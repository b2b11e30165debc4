// Package enrich says what addresses were and what kind of flow is between
// them: it lays inventories, service tags, databases of places and threat feeds
// together into one [Knowledge] and decides by
// docs/reference/traffic-analytics.md 3.5.
//
// # The decision
//
// Each end of a flow has a class: in a virtual network, a point-to-site
// client, at a site, private, Azure's own, or of somebody else. Nine rules, in
// order, make the flow type of the two classes. [Judge] decides about many
// flows at a few hundred nanoseconds each, [Knowledge.Explain] about one, in
// words.
//
// The capture has a say too. Where the inventory knows the capture NIC, an
// address on the NIC's side of the flow that is none of the NIC's means that
// the capture is at a hop, and the inventory alone says what the address is.
// Where it knows the address space of the captured network but not the NIC,
// the same holds for an address outside of that network. Where it knows
// neither, the address at the capture is in a virtual network: the logged one.
//
// Addresses for documentation, as 203.0.113.0/24, count as public: they stand
// for public ones in logs that were made anonymous.
//
// # Time
//
// A flow is judged by what was known at the start of its interval; a verdict
// of a feed counts if it holds at any instant of the interval. What lies before
// the first inventory or the first service tags is judged by the first.
package enrich
