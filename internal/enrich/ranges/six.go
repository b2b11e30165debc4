package ranges

import (
	"math/bits"
	"unsafe"

	"weir/internal/flow"
)

// six holds the boundaries of the IPv6 ranges in order. All boundaries within
// a /64, whose upper halves are equal, make one entry.
//
// The search for the entry walks a tree over the leading bits in which entries
// differ, since the addresses of one owner crowd within few of the prefixes
// there are, down to a few entries that lie side by side in memory.
type six struct {
	// entries begins with one of upper half 0, so that there is one at or
	// before every address, and ends with as many more than count as a search may look at.
	entries []entry
	count   int
	lo      []uint64
	value   []uint32 // by position in lo
	nodes   []node
	slots   []uint32 // the first entry with the bits of the slot, or after them; or the node for them, with crowd set
}

// entry is the last of the boundaries that share an upper half. Where there
// are others, or it is not at the lower half 0, all of them lie in lo, the
// first with lower half 0, so that a search never leaves its /64.
type entry struct {
	hi    uint64
	inner uint32 // where its boundaries begin in lo; they end where those of the next entry begin
	value uint32
}

// node tells the entries of a crowd apart by the first bits in which they
// differ, one slot for each value of these bits.
type node struct {
	base       uint64 // the bits that they share, shifted, those of the slots 0
	start      uint32 // of the slots
	size       uint32 // a power of two
	begin, end uint32 // of the entries
	shift      uint8  // of the bits of the slots
}

// crowd marks slots that lead to a node.
const crowd = 1 << 31

// window is how many entries, beyond the one before them, a search looks at in
// the end: as many as three halvings tell apart.
const window = 63

func (t *six) find(hi, lo uint64) uint32 {
	if t.count == 0 {
		return 0
	}
	from := uint32(1)
	if len(t.nodes) > 0 {
		from = t.descend(hi)
	}
	// Entries beyond those of the slot are above every address in it, so that
	// the last three steps need not know where they end. They have no branch
	// that depends on data, which the processor would guess wrong every other
	// time.
	at := (*[window + 1]entry)(t.entries[from:])
	n := uint64(0)
	n += atLeast(hi, at[(n+31)&window].hi) << 5
	n += atLeast(hi, at[(n+15)&window].hi) << 4
	n += atLeast(hi, at[(n+7)&window].hi) << 3
	n += atLeast(hi, at[(n+3)&window].hi) << 2
	n += atLeast(hi, at[(n+1)&window].hi) << 1
	n += atLeast(hi, at[(n+0)&window].hi) << 0
	last := min(from+uint32(n), uint32(t.count)) - 1
	e := &t.entries[last]
	begin, end := e.inner, t.entries[last+1].inner
	if begin == end || e.hi != hi {
		return e.value
	}
	return t.value[uint64(begin)+notAbove(t.lo[begin:end], lo)-1]
}

// descend returns the first of the entries among which the last search is.
func (t *six) descend(hi uint64) uint32 {
	for n := uint32(0); ; {
		at := &t.nodes[n]
		i := hi>>at.shift - at.base
		if i >= uint64(at.size) { // beside all of them
			if hi>>at.shift > at.base {
				return at.end
			}
			return at.begin
		}
		s := t.slots[uint64(at.start)+i]
		if s < crowd {
			return s
		}
		n = s &^ crowd
	}
}

// atLeast returns 1 where a >= b, else 0.
func atLeast(a, b uint64) uint64 {
	_, less := bits.Sub64(a, b, 0)
	return 1 - less
}

// notAbove returns how many of the sorted numbers, of which there is one at
// least, are not above want.
func notAbove(sorted []uint64, want uint64) uint64 {
	n, left := uint64(0), uint64(len(sorted))
	for left > 7 {
		half := left >> 1
		n += half & -atLeast(want, sorted[n+half-1])
		left -= half
	}
	// From here on a fixed number of steps, which never guess wrong.
	end := n + left
	for step := uint64(4); step > 0; step >>= 1 {
		at := min(n+step, end)
		n += (at - n) & -atLeast(want, sorted[at-1])
	}
	return n
}

func (t *six) bytes() int {
	return len(t.entries)*int(unsafe.Sizeof(entry{})) + 8*len(t.lo) + 4*len(t.value) +
		len(t.nodes)*int(unsafe.Sizeof(node{})) + 4*len(t.slots)
}

// cuts calls with every boundary in order until told to stop.
func (t *six) cuts(yield func(flow.Addr, uint32) bool) bool {
	for i, e := range t.entries[:t.count] {
		begin, end := e.inner, t.entries[i+1].inner
		if begin == end && !yield(flow.Addr{Hi: e.hi}, e.value) {
			return false
		}
		for k := begin; k < end; k++ {
			if !yield(flow.Addr{Hi: e.hi, Lo: t.lo[k]}, t.value[k]) {
				return false
			}
		}
	}
	return true
}

func (t *six) all(yield func(Range) bool) bool {
	var open Range
	more := t.cuts(func(first flow.Addr, value uint32) bool {
		if value == open.Value {
			return true
		}
		if open.Value != 0 {
			open.Last = before(first)
			if !yield(open) {
				return false
			}
		}
		open = Range{First: first, Value: value}
		return true
	})
	if more && open.Value != 0 {
		open.Last = flow.Addr{Hi: 1<<64 - 1, Lo: 1<<64 - 1}
		return yield(open)
	}
	return more
}
