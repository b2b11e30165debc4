package topology

import (
	"net/netip"

	"weir/internal/flow"
)

// watch goes from view to view and tells cheaply where the owner of an address
// may have changed, by what the views share.
type watch struct {
	addr  flow.Addr
	ip    netip.Addr
	from  Capture
	view  *view
	net   int32
	known bool
	chain []claim
}

// changed goes on to the next view. It says no only where that has the same
// owner of the address as the one before it.
func (w *watch) changed(v *view) bool {
	last := w.view
	w.view = v
	if last == nil || v.graph != last.graph {
		w.net, w.known = v.capture(w.from, nil)
		w.claims()
		return true
	}
	if v.fresh.captures {
		if net, known := v.capture(w.from, nil); net != w.net || known != w.known {
			w.net, w.known = net, known
			w.claims()
			return true
		}
	}
	if v.fresh.publics && v.publics[w.addr] != last.publics[w.addr] {
		return true
	}
	if w.known && v.nets[w.net] != last.nets[w.net] {
		return true
	}
	for i := range w.chain {
		if n := w.chain[i].net; n >= 0 && v.nets[n] != last.nets[n] {
			return true
		}
	}
	return false
}

// claims finds the claims on the address in the graph of the view.
func (w *watch) claims() {
	g := w.view.graph
	if w.known {
		var ok bool
		if w.chain, ok = g.nodes[w.net].reach.Lookup(w.ip); ok {
			return
		}
	}
	w.chain, _ = g.all.Lookup(w.ip)
}
