// Package topology models a cloud estate as its owner can list it, keeps it
// versioned in time and answers "who owned this address at this time, seen
// from this NIC?".
//
// An [Inventory] holds the resources of one listing. A [Snapshot] is an
// Inventory with the time at which it was true. An [Index] is built from
// snapshots in any order; its look-ups allocate nothing.
//
// # Time
//
// A resource owns its addresses from the first snapshot that shows it until
// the first later one that no longer does. What lies before the first snapshot
// is answered from the first and marked. A partial snapshot speaks only for
// what it holds: every kind and subscription (for subnets, peerings, rules of
// one VNet: every parent) of which it shows at least one resource; the rest
// stays as the snapshot before it said. So does what a listing leaves open, such
// as the other pages of a list, and what it shows but could not be read.
//
// # Order of resolution
//
// Address spaces overlap, so an address is looked up in the order in which the
// network itself would deliver a packet from the captured VNet:
//
//  1. the captured VNet, found by the MAC of the capture NIC, else by the
//     logged target;
//  2. a public address of the customer;
//  3. what is connected, by longest prefix: peered VNets first where lengths
//     are equal, then sites behind the gateways that serve the VNet, VNets
//     behind a common hub, VNets connected by gateways;
//  4. every VNet, then every site, then the public prefixes of the customer.
//
// Inside a VNet an interface, frontend or private endpoint beats its subnet,
// and the subnet beats the address space. Where several owners are as likely,
// the one with the lowest resource id is named and the answer says that it is
// ambiguous. Default routes (prefixes of one bit or less, 2000::/3) never make
// the internet a site.
//
// # Sources of the names
//
// Names have the formats of Traffic Analytics
// (docs/reference/traffic-analytics.md 3.7), lower case: rg/name for
// interfaces, machines and NSGs, rg/vnet/subnet for subnets,
// subscription/rg/name for gateways, load balancers and connections.
package topology
