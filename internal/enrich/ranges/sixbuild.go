package ranges

import (
	"math/bits"
	"slices"

	"weir/internal/flow"
)

// fill takes boundaries in order.
func (t *six) fill(at []flow.Addr, value []uint32) {
	if len(at) == 0 {
		return
	}
	t.entries = make([]entry, 1, len(at)+2+window)
	for i, a := range at {
		e := &t.entries[len(t.entries)-1]
		if value[i] == e.value {
			continue
		}
		if e.hi != a.Hi {
			t.entries = append(t.entries, entry{hi: a.Hi, inner: uint32(len(t.lo)), value: e.value})
			e = &t.entries[len(t.entries)-1]
		}
		if a.Lo != 0 {
			if int(e.inner) == len(t.lo) { // what went on until here
				t.lo, t.value = append(t.lo, 0), append(t.value, e.value)
			}
			t.lo, t.value = append(t.lo, a.Lo), append(t.value, value[i])
		}
		e.value = value[i]
	}
	t.count = len(t.entries)
	for range window + 1 {
		t.entries = append(t.entries, entry{hi: 1<<64 - 1, inner: uint32(len(t.lo))})
	}
	t.entries, t.lo, t.value = slices.Clip(t.entries), slices.Clip(t.lo), slices.Clip(t.value)
	if t.count > window {
		t.grow(1, t.count)
		t.nodes, t.slots = slices.Clip(t.nodes), slices.Clip(t.slots)
	}
}

var Boost = 0
// grow adds the node for entries[from:to], of which there are two at least,
// and the nodes below it. A node has at most as many slots as entries, so that
// the tree stays smaller than they are.
func (t *six) grow(from, to int) uint32 {
	id := uint32(len(t.nodes))
	differ := bits.Len64(t.entries[from].hi ^ t.entries[to-1].hi)
	width := min(bits.Len(uint(to-from))-1+Boost, 24, differ)
	n := node{start: uint32(len(t.slots)), size: 1 << width, begin: uint32(from), end: uint32(to), shift: uint8(differ - width)}
	n.base = t.entries[from].hi >> n.shift &^ uint64(n.size-1)
	t.nodes = append(t.nodes, n)
	t.slots = append(t.slots, make([]uint32, n.size)...)
	for i, value := from, uint64(0); value < uint64(n.size); value++ {
		begin := i
		for i < to && t.entries[i].hi>>n.shift-n.base == value {
			i++
		}
		first := uint32(begin)
		if i-begin > window {
			first = crowd | t.grow(begin, i)
		}
		t.slots[uint64(n.start)+value] = first
	}
	return id
}
