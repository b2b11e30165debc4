package ranges

import (
	"math/bits"
	"slices"

	"weir/internal/flow"
)

// six holds the boundaries of the IPv6 ranges in order. All boundaries within
// a /64, whose upper halves are equal, make one group, the first of which has
// the lower half 0, so that a search never leaves its group. Where every group
// has one boundary, as in databases of geography, group and lo are nil.
//
// The search for the upper half begins in a tree over its leading bits, since
// the addresses of one owner crowd within few of the prefixes there are.
type six struct {
	hi    []uint64
	group []uint32 // by position in hi: where its boundaries begin; one more at the end
	lo    []uint64
	value []uint32
	nodes []node
}

// node narrows a search among boundaries by the first eight bits in which they
// differ.
type node struct {
	base  uint64      // the bits they share, shifted, the eight bits 0
	shift uint8       // of the eight bits
	index [257]uint32 // where boundaries with these bits begin in hi
	child [256]int32  // the node for them, or 0
}

// crowd is how many upper halves may remain before another node is worth it.
const crowd = 192

func (t *six) find(hi, lo uint64) uint32 {
	if len(t.hi) == 0 {
		return 0
	}
	from, to := 0, len(t.hi)
	if len(t.nodes) > 0 {
		for n := int32(0); ; {
			at := &t.nodes[n]
			slot := hi>>at.shift - at.base
			if slot >= 256 { // beside all of them
				from = int(at.index[0])
				if hi>>at.shift > at.base {
					from = int(at.index[256])
				}
				to = from
				break
			}
			from, to = int(at.index[slot]), int(at.index[slot+1])
			if n = at.child[slot]; n == 0 {
				break
			}
		}
	}
	at := from + notAbove(t.hi[from:to], hi) - 1
	switch {
	case at < 0:
		return 0
	case t.group == nil:
		return t.value[at]
	}
	begin, end := t.group[at], t.group[at+1]
	if t.hi[at] != hi {
		return t.value[end-1]
	}
	return t.value[int(begin)+notAbove(t.lo[begin:end], lo)-1]
}

// notAbove returns how many of the sorted numbers are not above want. It has
// no branch that depends on them, which the processor would guess wrong every
// other time.
func notAbove(sorted []uint64, want uint64) int {
	if len(sorted) == 0 {
		return 0
	}
	at, n := 0, len(sorted)
	for n > 1 {
		half := n >> 1
		_, above := bits.Sub64(want, sorted[at+half-1], 0)
		at += half & (int(above) - 1)
		n -= half
	}
	_, above := bits.Sub64(want, sorted[at], 0)
	return at + 1 - int(above)
}

func (t *six) all(yield func(Range) bool) bool {
	var open Range
	for i, hi := range t.hi {
		begin, end := i, i+1
		if t.group != nil {
			begin, end = int(t.group[i]), int(t.group[i+1])
		}
		for k := begin; k < end; k++ {
			if t.value[k] == open.Value {
				continue
			}
			first := flow.Addr{Hi: hi}
			if t.group != nil {
				first.Lo = t.lo[k]
			}
			if open.Value != 0 {
				open.Last = before(first)
				if !yield(open) {
					return false
				}
			}
			open = Range{First: first, Value: t.value[k]}
		}
	}
	if open.Value != 0 {
		open.Last = flow.Addr{Hi: 1<<64 - 1, Lo: 1<<64 - 1}
		return yield(open)
	}
	return true
}

// fill takes boundaries in order.
func (t *six) fill(at []flow.Addr, value []uint32) {
	t.hi, t.lo = make([]uint64, 0, len(at)), make([]uint64, 0, len(at))
	t.group, t.value = make([]uint32, 0, len(at)+1), make([]uint32, 0, len(at))
	last := uint32(0)
	for i, a := range at {
		if value[i] == last {
			continue
		}
		if n := len(t.hi); n == 0 || t.hi[n-1] != a.Hi {
			t.hi = append(t.hi, a.Hi)
			t.group = append(t.group, uint32(len(t.value)))
			if a.Lo != 0 { // what went on until here
				t.lo, t.value = append(t.lo, 0), append(t.value, last)
			}
		}
		last = value[i]
		t.lo, t.value = append(t.lo, a.Lo), append(t.value, last)
	}
	t.group = append(t.group, uint32(len(t.value)))
	if len(t.value) == len(t.hi) {
		t.group, t.lo = nil, nil
	}
	t.hi, t.lo, t.group, t.value = slices.Clip(t.hi), slices.Clip(t.lo), slices.Clip(t.group), slices.Clip(t.value)
	if len(t.hi) > crowd {
		t.grow(0, len(t.hi))
	}
}

// grow adds the node for hi[from:to] and the nodes below it.
func (t *six) grow(from, to int) int32 {
	id := int32(len(t.nodes))
	shift := uint8(max(bits.Len64(t.hi[from]^t.hi[to-1])-8, 0))
	base := t.hi[from] >> shift &^ 0xff
	t.nodes = append(t.nodes, node{base: base, shift: shift})
	i := from
	for slot := range 257 {
		for i < to && t.hi[i]>>shift-base < uint64(slot) {
			i++
		}
		t.nodes[id].index[slot] = uint32(i)
	}
	for slot := range 256 {
		begin, end := int(t.nodes[id].index[slot]), int(t.nodes[id].index[slot+1])
		if end-begin > crowd {
			child := t.grow(begin, end)
			t.nodes[id].child[slot] = child
		}
	}
	return id
}
