package topology

import (
	"bytes"
	"slices"
	"time"
)

// Snapshot is an inventory with the time at which it was true.
type Snapshot struct {
	Time      time.Time
	Inventory *Inventory // sorted; not changed after it was handed over
	// Partial tells that the listing may not be whole: it speaks only for the
	// kinds and subscriptions of which it shows something (see the package
	// comment). Otherwise what it does not show was gone at Time.
	Partial bool
	// Open are domains of which not all is shown, such as the rest of a list
	// that is known by one page: a partial listing does not speak for them.
	Open []Domain
	// Unread are resources that the listing shows but that could not be read:
	// they and their parts stay as they were known.
	Unread []ID
}

// Follows tells whether the snapshot takes something from the one before it.
func (s *Snapshot) Follows() bool { return s.Partial || len(s.Unread) > 0 }

// Overlay returns what the estate looked like at the newer snapshot, given
// what was known before it. Neither argument changes.
func Overlay(before *Inventory, newer Snapshot) *Inventory {
	if !newer.Follows() || before == nil {
		return newer.Inventory
	}
	out := *newer.Inventory
	keep := keeperOf(&newer)
	old := before.tables()
	for i, t := range out.tables() {
		t.under(old[i], keep)
	}
	if newer.Partial {
		out.dropOrphans(before)
	}
	return &out
}

// dropOrphans drops the parts of resources that went: before shows the parent
// and the inventory no longer does.
func (inv *Inventory) dropOrphans(before *Inventory) {
	gone := map[ID]bool{}
	note := func(older, newer table) {
		for _, id := range older.ids() {
			gone[id] = true
		}
		for _, id := range newer.ids() {
			delete(gone, id)
		}
	}
	note(list[VNet, *VNet]{KindVNet, &before.VNets}, list[VNet, *VNet]{KindVNet, &inv.VNets})
	note(list[ScaleSet, *ScaleSet]{KindScaleSet, &before.ScaleSets}, list[ScaleSet, *ScaleSet]{KindScaleSet, &inv.ScaleSets})
	note(list[Hub, *Hub]{KindHub, &before.Hubs}, list[Hub, *Hub]{KindHub, &inv.Hubs})
	note(list[Gateway, *Gateway]{KindGateway, &before.Gateways}, list[Gateway, *Gateway]{KindGateway, &inv.Gateways})
	note(list[Watcher, *Watcher]{KindWatcher, &before.Watchers}, list[Watcher, *Watcher]{KindWatcher, &inv.Watchers})
	if len(gone) == 0 {
		return
	}
	inv.Subnets = slices.DeleteFunc(inv.Subnets, func(s Subnet) bool { return gone[s.ID.Parent()] })
	inv.Peerings = slices.DeleteFunc(inv.Peerings, func(p Peering) bool { return gone[p.ID.Parent()] })
	inv.Connections = slices.DeleteFunc(inv.Connections, func(c Connection) bool { return gone[c.ID.Parent()] })
	inv.FlowLogs = slices.DeleteFunc(inv.FlowLogs, func(f FlowLog) bool { return gone[f.ID.Parent()] })
	inv.NICs = slices.DeleteFunc(inv.NICs, func(n NIC) bool { return gone[n.ID.Of("virtualmachinescalesets")] })
	inv.VMs = slices.DeleteFunc(inv.VMs, func(m VM) bool { return gone[m.ID.Of("virtualmachinescalesets")] })
}

// Effective returns the snapshots in the order of time, each with all that
// was known at it. Snapshots of one time become one: a whole one first, the
// partial ones over it.
func Effective(snapshots []Snapshot) []Snapshot {
	ordered := slices.Clone(snapshots)
	slices.SortStableFunc(ordered, func(a, b Snapshot) int {
		if d := a.Time.Compare(b.Time); d != 0 {
			return d
		}
		if a.Partial != b.Partial {
			if a.Partial {
				return 1
			}
			return -1
		}
		// any order will do as long as it is not that of the arguments
		x, errX := a.Inventory.Encode()
		y, errY := b.Inventory.Encode()
		if errX != nil || errY != nil {
			return 0
		}
		return bytes.Compare(x, y)
	})
	var out []Snapshot
	for _, s := range ordered {
		n := len(out)
		var before *Inventory
		if n > 0 {
			before = out[n-1].Inventory
		}
		s.Inventory = Overlay(before, s)
		if n > 0 && out[n-1].Time.Equal(s.Time) {
			s.Open = slices.Concat(out[n-1].Open, s.Open)
			s.Unread = slices.Concat(out[n-1].Unread, s.Unread)
			out[n-1] = s
			continue
		}
		out = append(out, s)
	}
	return out
}
