// Package ranges answers for one address which of many prefixes holds it, by
// longest prefix, in a few nanoseconds and without a lock or an allocation.
//
// Prefixes overlap; a table does not. Building one cuts the overlapping
// prefixes into ranges of addresses that share an answer, so that a look-up is
// one search among neighbours: for IPv4 among the ranges that begin within the
// same 65536 addresses, told apart by their last sixteen bits, which lie
// together in one or two cache lines; for IPv6 in a sorted list, narrowed
// first by the leading bits of the address to a few neighbours.
package ranges

import (
	"iter"
	"net/netip"

	"weir/internal/flow"
)

// Entry gives all addresses of a prefix a value. Zero means no answer and so
// cuts a hole into a wider prefix.
type Entry struct {
	Prefix netip.Prefix
	Value  uint32
}

// Range is a run of addresses that share a value; both ends belong to it. A
// range never holds addresses of both families.
type Range struct {
	First, Last flow.Addr
	Value       uint32
}

// Table is immutable and may be read by any number of goroutines. The zero
// Table answers nothing; see Build.
type Table struct {
	four four
	six  six
	size int
}

// Find returns the value of the longest prefix that holds the address, or 0.
func (t *Table) Find(a flow.Addr) uint32 {
	if a.Hi == 0 && a.Lo>>32 == 0xffff {
		return t.four.find(uint32(a.Lo))
	}
	return t.six.find(a.Hi, a.Lo)
}

// Find4 is Find for the IPv4 address whose bytes are v.
func (t *Table) Find4(v uint32) uint32 { return t.four.find(v) }

// Len returns the number of ranges with a value.
func (t *Table) Len() int { return t.size }

// Bytes returns about how much memory the table takes.
func (t *Table) Bytes() int {
	return 4*len(t.four.index) + 2*len(t.four.low) + 4*len(t.four.value) + t.six.bytes()
}

// four holds the boundaries of the IPv4 ranges. Those of the addresses that
// share the upper half b are low[index[b]:index[b+1]], the first of them 0, so
// that a search never leaves its block.
type four struct {
	index []uint32
	low   []uint16
	value []uint32
}

func (t *four) find(v uint32) uint32 {
	block := v >> 16
	if int(block)+1 >= len(t.index) {
		return 0
	}
	from, to := t.index[block], t.index[block+1]
	return t.value[int(from)+last(t.low[from:to], uint16(v))]
}

// last returns the position of the last of the sorted numbers that is not
// above want, or 0.
func last(sorted []uint16, want uint16) int {
	at, n := 0, len(sorted)
	for n > 1 {
		half := n >> 1
		// half where sorted[at+half] <= want, else 0: without a branch, which the
		// processor would guess wrong every other time
		at += half &^ ((int(want) - int(sorted[at+half])) >> 63)
		n -= half
	}
	return at
}

// All returns the ranges with a value in order of address, IPv4 first.
func (t *Table) All() iter.Seq[Range] {
	return func(yield func(Range) bool) {
		_ = t.four.all(yield) && t.six.all(yield)
	}
}

// cuts calls with every boundary at which the value changes, in order.
func (t *four) cuts(yield func(flow.Addr, uint32) bool) bool {
	value := uint32(0)
	for block := range max(len(t.index), 1) - 1 {
		for i := t.index[block]; i < t.index[block+1]; i++ {
			if t.value[i] == value {
				continue
			}
			value = t.value[i]
			if !yield(flow.AddrFrom4(uint32(block)<<16|uint32(t.low[i])), value) {
				return false
			}
		}
	}
	return true
}

func (t *four) all(yield func(Range) bool) bool {
	return runs(t.cuts, flow.AddrFrom4(1<<32-1), yield)
}

// runs turns the boundaries of a family, which ends at last, into ranges.
func runs(cuts func(func(flow.Addr, uint32) bool) bool, last flow.Addr, yield func(Range) bool) bool {
	var open Range
	more := cuts(func(first flow.Addr, value uint32) bool {
		if open.Value != 0 {
			if open.Value == value {
				return true
			}
			open.Last = before(first)
			if !yield(open) {
				return false
			}
		}
		open = Range{First: first, Value: value}
		return true
	})
	if more && open.Value != 0 {
		open.Last = last
		return yield(open)
	}
	return more
}
