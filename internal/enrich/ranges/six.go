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
	root    node
	slots   []slot
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
// differ: the slots for the values of these bits begin at start. It has the
// form of a slot that leads to it, so that a search loads nothing else: from
// the lowest bits on 32 of start, 6 of how far the bits lie from the end, 24 of
// their mask, and the highest bit set.
type node = slot

// slot is, where the highest bit is not set, the first entry with the bits of
// the slot, or after them.
type slot uint64

const crowd slot = 1 << 63

func newNode(start uint32, shift, width int) node {
	return crowd | slot(1<<width-1)<<38 | slot(shift)<<32 | slot(start)
}

// of returns where in the slots the one for an upper half lies. A node says
// nothing of the bits that its entries share: whoever relies on it looks
// whether the address is among them in the end.
func (n node) of(hi uint64) uint32 {
	return uint32(n) + uint32(hi>>(n>>32&63))&uint32(n>>38&(1<<24-1))
}

// window is how many entries, beyond the one before them, a search looks at in
// the end: as many as three halvings tell apart.
const window = 7

func (t *six) find(hi, lo uint64) uint32 {
	if t.count == 0 {
		return 0
	}
	at := t.root
	for at >= crowd {
		at = t.slots[at.of(hi)]
	}
	// Entries beyond those of the slot are above every address in it, so that
	// the last three steps need not know where they end. They have no branch
	// that depends on data, which the processor would guess wrong every other
	// time.
	near := (*[window + 1]entry)(t.entries[at:])
	n := atLeast(hi, near[3].hi) << 2
	n += atLeast(hi, near[(n+1)&window].hi) << 1
	n += atLeast(hi, near[n&window].hi)
	last := min(uint64(at)+n, uint64(t.count)) - 1
	if hi < t.entries[last].hi || hi >= t.entries[last+1].hi {
		last = t.search(hi)
	}
	e := &t.entries[last]
	begin, end := e.inner, t.entries[last+1].inner
	if begin == end || e.hi != hi {
		return e.value
	}
	return t.value[uint64(begin)+notAbove(t.lo[begin:end], lo)-1]
}

// search returns the last entry that is not above an upper half, for those
// that share the bits by which a node tells entries apart but not the others.
func (t *six) search(hi uint64) uint64 {
	at, n := uint64(0), uint64(t.count)
	for n > 1 {
		half := n >> 1
		at += half & -atLeast(hi, t.entries[at+half].hi)
		n -= half
	}
	return at
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
	for left > window {
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
		8*len(t.slots)
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
	return runs(t.cuts, flow.Addr{Hi: 1<<64 - 1, Lo: 1<<64 - 1}, yield)
}
