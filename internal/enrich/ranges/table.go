// Package ranges answers for one address which of many prefixes holds it, by
// longest prefix, in a few nanoseconds and without a lock or an allocation.
//
// Prefixes overlap; a table does not. Building one cuts the overlapping
// prefixes into ranges of addresses that share an answer, so that a look-up is
// one search among neighbours: for IPv4 among the ranges that begin within the
// same 65536 addresses, told apart by their last sixteen bits, which lie
// together in one or two cache lines; for IPv6 in a sorted list, narrowed
// first by the leading bits of the address within 2000::/4, where all public
// addresses lie.
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
	return 4*len(t.four.index) + 2*len(t.four.low) + 4*len(t.four.value) +
		4*len(t.six.index) + 8*len(t.six.hi) + 8*len(t.six.lo) + 4*len(t.six.value)
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
	low := t.low[from:to]
	want := uint16(v)
	at, n := 0, len(low)
	for n > 1 { // the last boundary that is not above want, without branches
		half := n >> 1
		if low[at+half] <= want {
			at += half
		}
		n -= half
	}
	return t.value[int(from)+at]
}

// six holds the boundaries of the IPv6 ranges in order. lo is nil where no
// boundary lies within a /64, which is usual. index narrows the search for
// addresses within 2000::/4.
type six struct {
	index  []uint32
	hi, lo []uint64
	value  []uint32
}

const (
	sixShift = 44
	sixBase  = 0x2000 << 48 >> sixShift
	sixSlots = 1 << 16
)

func (t *six) find(hi, lo uint64) uint32 {
	from, to := 0, len(t.hi)
	if to == 0 {
		return 0
	}
	if slot := hi>>sixShift - sixBase; slot < sixSlots {
		from, to = int(t.index[slot]), int(t.index[slot+1])
	}
	at := from + above(t.hi[from:to], hi)
	if at > 0 && t.lo != nil && t.hi[at-1] == hi && t.lo[at-1] > lo {
		// several boundaries within this /64: the last one not above lo
		begin := 0
		for end := at; begin < end; {
			middle := int(uint(begin+end) >> 1)
			if t.hi[middle] < hi || t.hi[middle] == hi && t.lo[middle] <= lo {
				begin = middle + 1
			} else {
				end = middle
			}
		}
		at = begin
	}
	if at == 0 {
		return 0
	}
	return t.value[at-1]
}

// above returns how many of the sorted numbers are not above want.
func above(sorted []uint64, want uint64) int {
	if len(sorted) == 0 {
		return 0
	}
	at, n := 0, len(sorted)
	for n > 1 {
		half := n >> 1
		if sorted[at+half-1] <= want {
			at += half
		}
		n -= half
	}
	if sorted[at] <= want {
		at++
	}
	return at
}

// All returns the ranges with a value in order of address, IPv4 first.
func (t *Table) All() iter.Seq[Range] {
	return func(yield func(Range) bool) {
		_ = t.four.all(yield) && t.six.all(yield)
	}
}

func (t *four) all(yield func(Range) bool) bool {
	var open Range
	for block := range max(len(t.index), 1) - 1 {
		for i := t.index[block]; i < t.index[block+1]; i++ {
			first := uint32(block)<<16 | uint32(t.low[i])
			if open.Value == t.value[i] {
				continue
			}
			if open.Value != 0 {
				open.Last = flow.AddrFrom4(first - 1)
				if !yield(open) {
					return false
				}
			}
			open = Range{First: flow.AddrFrom4(first), Value: t.value[i]}
		}
	}
	if open.Value != 0 {
		open.Last = flow.AddrFrom4(1<<32 - 1)
		return yield(open)
	}
	return true
}

func (t *six) all(yield func(Range) bool) bool {
	for i, v := range t.value {
		if v == 0 {
			continue
		}
		r := Range{First: t.at(i), Last: flow.Addr{Hi: 1<<64 - 1, Lo: 1<<64 - 1}, Value: v}
		if i+1 < len(t.value) {
			r.Last = before(t.at(i + 1))
		}
		if !yield(r) {
			return false
		}
	}
	return true
}

func (t *six) at(i int) flow.Addr {
	a := flow.Addr{Hi: t.hi[i]}
	if t.lo != nil {
		a.Lo = t.lo[i]
	}
	return a
}
