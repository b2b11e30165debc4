package topology

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"weir/internal/flow"
)

// Index answers who owned which address when. It is safe for use by many
// goroutines and does not change; build a new one when there is a new snapshot.
type Index struct {
	views []*view // by time
}

// view is the estate from one snapshot to the next. Parts that did not change
// are shared with the view before it.
type view struct {
	from    int64 // milliseconds since 1970, UTC
	nets    []*network
	number  map[ID]int32
	publics map[flow.Addr]host
	macs    map[uint64]captured
	targets map[ID]int32
	graph   *graph
	wiring  []byte // what the graph was made from
	fresh   fresh
}

// fresh tells what a view does not share with the one before it.
type fresh struct{ publics, captures bool }

// NewIndex builds an index from snapshots in any order.
func NewIndex(snapshots ...Snapshot) *Index {
	x := &Index{}
	c := newCompiler()
	var before *Inventory
	for _, s := range Effective(snapshots) {
		v := &view{from: s.Time.UnixMilli()}
		n := len(x.views)
		if n > 0 && before == s.Inventory {
			*v = *x.views[n-1]
			v.from, v.fresh = s.Time.UnixMilli(), fresh{}
		} else {
			c.compile(s.Inventory)
			var last *view
			if n > 0 {
				last = x.views[n-1]
			}
			c.view(v, last)
		}
		before = s.Inventory
		x.views = append(x.views, v)
	}
	return x
}

// view fills v from what was compiled and shares what it can with the last one.
func (c *compiler) view(v, last *view) {
	v.nets, v.number, v.publics, v.macs, v.targets = c.nets, c.number, c.publics, c.macs, c.targets
	v.wiring = c.wiring()
	if last == nil {
		v.graph = c.connect()
		return
	}
	if bytes.Equal(v.wiring, last.wiring) {
		v.graph, v.wiring, v.number = last.graph, last.wiring, last.number
	} else {
		v.graph = c.connect()
	}
	for i, n := range v.nets {
		if j, ok := last.number[n.id]; ok && n.same(last.nets[j]) {
			v.nets[i] = last.nets[j]
		}
	}
	v.fresh = fresh{publics: true, captures: true}
	if maps.Equal(v.publics, last.publics) {
		v.publics, v.fresh.publics = last.publics, false
	}
	macs, targets := maps.Equal(v.macs, last.macs), maps.Equal(v.targets, last.targets)
	if macs {
		v.macs = last.macs
	}
	if targets {
		v.targets = last.targets
	}
	v.fresh.captures = !macs || !targets
}

// wiring writes down what the graph depends on.
func (c *compiler) wiring() []byte {
	inv := c.inv
	conns := slices.Clone(inv.Connections)
	for i := range conns { // counters change with every snapshot and say nothing here
		conns[i].Egress, conns[i].Ingress, conns[i].Tags = 0, 0, nil
	}
	type ranges struct {
		ID     ID
		Ranges []string
	}
	var spaces []ranges
	for _, n := range c.nets {
		r := ranges{ID: n.id}
		for _, p := range n.ranges {
			r.Ranges = append(r.Ranges, p.prefix.String())
		}
		spaces = append(spaces, r)
	}
	type block struct {
		Prefix string
		Owner  Endpoint
	}
	var blocks []block
	for _, b := range c.blocks {
		blocks = append(blocks, block{b.prefix.String(), *b.host.Endpoint})
	}
	// every part has text, numbers and lists only: it cannot fail
	out, err := json.Marshal([]any{
		spaces, blocks, inv.Peerings, inv.Hubs, inv.Gateways, conns, inv.LocalGateways, inv.Circuits, c.devices(),
	})
	if err != nil {
		return nil
	}
	return out
}

// at returns the view for a time and whether the time lies before the first;
// nil where there is no snapshot.
func (x *Index) at(ms int64) (v *view, early bool) {
	n := len(x.views)
	if n == 0 {
		return nil, false
	}
	if v = x.views[n-1]; ms >= v.from {
		return v, false
	}
	lo, hi := 0, n-1 // views[lo] may be too late, views[hi] is
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if x.views[mid].from <= ms {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == 0 {
		return x.views[0], true
	}
	return x.views[lo-1], false
}

// Times returns the times of the snapshots in order.
func (x *Index) Times() []time.Time {
	out := make([]time.Time, len(x.views))
	for i, v := range x.views {
		out[i] = time.UnixMilli(v.from).UTC()
	}
	return out
}
