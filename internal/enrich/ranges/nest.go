package ranges

import (
	"iter"
	"net/netip"
	"slices"

	"weir/internal/flow"
)

// Nest is a set of different prefixes that knows which lies within which, for
// questions that the longest prefix alone cannot answer. It takes 28 bytes a
// prefix. Prefixes are spoken of by number, in order of address and length.
type Nest struct {
	first  []flow.Addr
	bits   []uint8
	parent []int32
	table  *Table
}

// NewNest returns the nest of the prefixes, each of which may occur any number
// of times, and the number that each of them got. Prefixes that are not valid
// get -1.
func NewNest(prefixes []netip.Prefix) (*Nest, []int32) {
	return NestOf(len(prefixes), slices.Values(prefixes))
}

// NestOf is NewNest for so many prefixes that need not be in memory together.
func NestOf(count int, prefixes iter.Seq[netip.Prefix]) (*Nest, []int32) {
	spans := make([]span, 0, count) // the value is the position among the prefixes
	number := make([]int32, 0, count)
	for p := range prefixes {
		if p = Clean(p); p.IsValid() {
			spans = append(spans, span{firstOf(p), bitsOf(p), uint32(len(number))})
		}
		number = append(number, -1)
	}
	slices.SortFunc(spans, func(a, b span) int {
		if c := a.first.Compare(b.first); c != 0 {
			return c
		}
		return int(a.bits) - int(b.bits)
	})
	n := &Nest{}
	spans = n.number(spans, number)
	// No IPv6 prefix begins among the mapped addresses: those of IPv4 follow each other.
	begin := slices.IndexFunc(spans, span.four)
	end := begin
	for end >= 0 && end < len(spans) && spans[end].four() {
		end++
	}
	var b builder
	if begin < 0 {
		b.sweep(spans, false)
	} else {
		b.sweep(slices.Concat(spans[:begin], spans[end:]), false)
		b.sweep(spans[begin:end], true)
	}
	n.table = b.table()
	return n, number
}

func (s span) four() bool { return s.first.Is4() }

// number gives sorted spans their numbers, and returns one of each as a span
// whose value is one more than its number.
func (n *Nest) number(spans []span, number []int32) []span {
	n.first, n.bits, n.parent = make([]flow.Addr, 0, len(spans)), make([]uint8, 0, len(spans)), make([]int32, 0, len(spans))
	open := [2][]int32{} // by family: the prefixes around the current one
	different := spans[:0]
	for _, s := range spans {
		last := len(n.first) - 1
		if last >= 0 && n.first[last] == s.first && n.bits[last] == s.bits {
			number[s.value] = int32(last)
			continue
		}
		id := int32(len(n.first))
		number[s.value] = id
		family := 0
		if s.four() {
			family = 1
		}
		stack := open[family]
		for len(stack) > 0 {
			top := stack[len(stack)-1]
			if lastOf(n.first[top], n.bits[top]).Compare(s.first) >= 0 {
				break
			}
			stack = stack[:len(stack)-1]
		}
		parent := int32(-1)
		if len(stack) > 0 {
			parent = stack[len(stack)-1]
		}
		open[family] = append(stack, id)
		n.first, n.bits, n.parent = append(n.first, s.first), append(n.bits, s.bits), append(n.parent, parent)
		s.value = uint32(id) + 1
		different = append(different, s)
	}
	return different
}

// Len returns the number of prefixes.
func (n *Nest) Len() int { return len(n.first) }

// Narrowest returns the number of the longest prefix that holds the address,
// or -1.
func (n *Nest) Narrowest(a flow.Addr) int32 { return int32(n.table.Find(a)) - 1 }

// Set4 returns the set of the IPv4 addresses that any of the prefixes holds,
// without those to which any of the tables gives a value.
func (n *Nest) Set4(without ...*Table) *Set4 { return newSet4(n.table, without) }

// Around returns the number of the narrowest wider prefix that holds this
// one, or -1.
func (n *Nest) Around(number int32) int32 { return n.parent[number] }

// Prefix returns the prefix of that number.
func (n *Nest) Prefix(number int32) netip.Prefix {
	a := n.first[number].Netip()
	bits := int(n.bits[number])
	if a.Is4() && bits >= 96 {
		return netip.PrefixFrom(a, bits-96)
	}
	return netip.PrefixFrom(netip.AddrFrom16(n.first[number].As16()), bits)
}

// Bytes returns about how much memory the nest takes.
func (n *Nest) Bytes() int { return 16*len(n.first) + len(n.bits) + 4*len(n.parent) + n.table.Bytes() }
