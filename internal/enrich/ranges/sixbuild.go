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
	t.root = 1
	if t.count > window {
		t.slots = make([]slot, 0, 3*t.count) // as they come to as a rule
		t.root = t.grow(1, t.count)
		t.slots = slices.Clone(t.slots)
	}
}

// grow adds the slots of the node for entries[from:to], of which there are two
// at least, and those below it. A node has at most as many slots as entries,
// so that the tree stays smaller than they are.
func (t *six) grow(from, to int) node {
	differ := bits.Len64(t.entries[from].hi ^ t.entries[to-1].hi)
	width := min(bits.Len(uint(to-from))-1, 24, differ)
	shift := differ - width
	start := uint32(len(t.slots))
	n := newNode(start, shift, width)
	t.slots = append(t.slots, make([]slot, 1<<width)...)
	mask := uint64(1)<<width - 1
	for i, value := from, uint64(0); value <= mask; value++ {
		begin := i
		for i < to && t.entries[i].hi>>shift&mask == value {
			i++
		}
		s := slot(begin)
		if i-begin > window {
			s = t.grow(begin, i)
		}
		t.slots[uint64(start)+value] = s
	}
	return n
}
